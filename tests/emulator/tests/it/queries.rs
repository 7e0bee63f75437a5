//! The forms of query requests, and the answers without a script.

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, Language, QueryKind, QueryRequest};
use serde_json::json;

use crate::support::{
    Ask, Json, MALFORMED, NOT_ALLOWED, assert_contains, assert_starts, bad, body_text, delete,
    encoded, form, get, header, invalid, media_type, missing, post, rows, send, untyped,
    with_header,
};

/// The query that a request is understood as. Checks the operation and the kind.
#[track_caller]
fn understood(request: Request<Bytes>, operation: &str, kind: QueryKind) -> QueryRequest {
    let mut neptune = Emulator::default();
    let answer = neptune.answer(request);
    assert_eq!(answer.status(), 200, "{answer:?}");
    let entry = neptune.last();
    assert!(entry.executed);
    assert_eq!(entry.operation, Some(operation));
    let query = entry.query.clone().expect("a query");
    assert_eq!(query.kind, kind);
    query
}

#[test]
fn gremlin_in_all_forms() {
    let body = json!({ "gremlin": "g.V('é')" });
    for request in [
        post("/gremlin", &body),
        post("/", &body),
        // The content type is not looked at.
        form("/gremlin", &body.to_string()),
        untyped("/gremlin", &body.to_string()),
        form("/gremlin", "gremlin=g.V('%C3%A9')"),
        get("/gremlin?gremlin=g.V(%27%C3%A9%27)"),
    ] {
        let query = understood(request, "ExecuteGremlinQuery", QueryKind::Query);
        assert_eq!(query.text, "g.V('é')");
        assert_eq!(query.language, Language::Gremlin);
        assert_eq!(query.query_id, None);
    }
}

#[test]
fn m13_gremlin_queries_can_be_named_in_the_body() {
    let named = post(
        "/gremlin",
        &json!({ "gremlin": "g.E()", "queryId": "id-1" }),
    );
    let query = understood(named, "ExecuteGremlinQuery", QueryKind::Query);
    assert_eq!(query.query_id.as_deref(), Some("id-1"));
}

#[test]
fn gremlin_reports() {
    let explain = post("/gremlin/explain", &json!({ "gremlin": "g.V()" }));
    understood(explain, "ExecuteGremlinExplainQuery", QueryKind::Explain);
    let body = json!({
        "gremlin": "g.V()", "profile.results": false, "profile.chop": 0,
        "profile.serializer": "GRAPHSON_V3_UNTYPED", "profile.indexOps": "TRUE",
    });
    let profile = || post("/gremlin/profile", &body);
    let query = understood(profile(), "ExecuteGremlinProfileQuery", QueryKind::Profile);
    assert_eq!(query.option("profile.chop"), Some("0"));
    let serializer = query.option("profile.serializer");
    assert_eq!(serializer, Some("GRAPHSON_V3_UNTYPED"));

    let report = Emulator::default().answer(profile());
    assert_eq!(media_type(&report), "text/plain;charset=UTF-8");
    assert_contains(&body_text(&report), "Neptune Gremlin Profile");
}

#[test]
fn open_cypher_in_all_forms() {
    let text = "MATCH (n {a: $a}) RETURN n";
    let number = "123456789012345678901234567890";
    let parameters = format!("{{\"a\":{number}}}");
    let in_url = format!("parameters=%7B%22a%22:{number}%7D");
    let both = format!("query=MATCH+(n+%7Ba:+%24a%7D)+RETURN+n&{in_url}");
    for path in ["/openCypher", "/opencypher"] {
        let target = format!("{path}?{in_url}");
        for request in [
            post(path, &json!({ "query": text, "parameters": parameters })),
            form(path, &both),
            get(&format!("{path}?{both}")),
            send(Method::POST, &target, "application/opencypher", text),
        ] {
            let query = understood(request, "ExecuteOpenCypherQuery", QueryKind::Query);
            assert_eq!(query.text, text);
            assert_eq!(query.parameters.as_ref(), Some(&parameters));
            assert_eq!(query.language, Language::OpenCypher);
        }
        let explain = json!({ "query": text, "explain": "static" });
        for request in [
            post(&format!("{path}/explain"), &explain),
            form(path, "query=RETURN+1&explain=details"),
            get(&format!("{path}?query=RETURN+1&explain=dynamic")),
        ] {
            understood(request, "ExecuteOpenCypherExplainQuery", QueryKind::Explain);
        }
    }
}

#[test]
fn sparql_in_all_forms() {
    const QUERY: &str = "application/sparql-query; charset=utf-8";
    let text = "SELECT * { ?s ?p ?o }";
    let graphs = "default-graph-uri=http://a&default-graph-uri=http://b";
    let parameters = format!("query={}&{graphs}", encoded(text));
    for request in [
        get(&format!("/sparql?{parameters}")),
        form("/sparql", &parameters),
        send(Method::POST, &format!("/sparql?{graphs}"), QUERY, text),
    ] {
        let query = understood(request, "ExecuteSparqlQuery", QueryKind::Query);
        assert_eq!(query.text, text);
        let graphs: Vec<&str> = query.options("default-graph-uri").collect();
        assert_eq!(graphs, ["http://a", "http://b"]);
    }
    for request in [
        form("/sparql", "update=CLEAR+ALL"),
        send(
            Method::POST,
            "/sparql",
            "application/sparql-update",
            "CLEAR ALL",
        ),
    ] {
        let query = understood(request, "ExecuteSparqlUpdate", QueryKind::Update);
        assert_eq!(query.text, "CLEAR ALL");
    }
    for request in [
        get("/sparql?query=ASK+%7B%7D&explain=static"),
        form("/sparql", "query=ASK+%7B%7D&explain=details"),
        send(Method::POST, "/sparql?explain=dynamic", QUERY, "ASK {}"),
    ] {
        let query = understood(request, "ExecuteSparqlExplainQuery", QueryKind::Explain);
        assert_eq!(query.text, "ASK {}");
    }
}

#[test]
fn nothing_is_found_without_a_script() {
    let mut neptune = Emulator::default();
    let open_cypher = neptune.answer(get("/openCypher?query=CREATE+()"));
    assert_eq!(open_cypher.body(), r#"{"results":[]}"#);
    assert_eq!(media_type(&open_cypher), "application/json;charset=UTF-8");
    assert_eq!(header(&open_cypher, "transfer-encoding"), "chunked");
    assert_eq!(open_cypher.trailers["x-neptune-status"], "200 OK");
    assert_eq!(open_cypher.trailers["x-neptune-detail"], "");

    let select = neptune.answer(get("/sparql?query=SELECT"));
    assert_eq!(
        select.body(),
        r#"{"head":{"vars":[]},"results":{"bindings":[]}}"#
    );
    assert_eq!(media_type(&select), "application/sparql-results+json");
    let update = neptune.ask(form("/sparql", "update=CLEAR+ALL"));
    assert_eq!(update[1]["type"], "Commit");

    let mut gremlin = |name, value| {
        let query = with_header(get("/gremlin?gremlin=g.V()"), name, value);
        neptune.answer(query)
    };
    let typed = gremlin("accept", "application/vnd.gremlin-v3.0+json");
    assert!(!typed.head.headers.contains_key("transfer-encoding"));
    assert!(typed.trailers.is_empty());
    let (list, map) = (
        json!({ "@type": "g:List", "@value": [] }),
        json!({ "@type": "g:Map", "@value": [] }),
    );
    typed.to_json().expect("JSON").has(json!({
        "result": { "data": list, "meta": map }, "status": { "attributes": map },
    }));
    let untyped = gremlin("x-other", "");
    untyped.to_json().expect("JSON").has(json!({
        "result": { "data": [], "meta": {} },
        "status": { "message": "", "code": 200, "attributes": {} },
    }));

    let chunked = gremlin("te", "trailers");
    assert_eq!(header(&chunked, "transfer-encoding"), "chunked");
    assert_eq!(chunked.trailers["x-neptune-status"], "200 OK");

    let binary = gremlin("accept", "application/vnd.graphbinary-v1.0");
    assert_eq!(binary.body().first(), Some(&0x81));
}

#[test]
fn m15_plain_json_is_typed_or_not() {
    let plain = || with_header(get("/gremlin?gremlin=g.V()"), "accept", "application/json");
    let body = Emulator::default().ask(plain());
    assert!(body["result"]["data"].is_array());
    let mut typed = Emulator::new(Config::default().plain_json_typed(true));
    let body = typed.ask(plain());
    assert_eq!(body["result"]["data"]["@type"], "g:List");
}

#[test]
fn reports_in_the_forms_that_are_accepted() {
    const OPEN_CYPHER: &str = "/openCypher?query=RETURN+1&explain=static";
    const SPARQL: &str = "/sparql?query=ASK&explain=static";
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let mut neptune = Emulator::default();
    for (target, accept, expected, start) in [
        (OPEN_CYPHER, "*/*", "plain", "Query:\nRETURN 1\n"),
        (OPEN_CYPHER, "text/html", "html", "<!DOCTYPE html>"),
        (
            OPEN_CYPHER,
            "text/html;q=0.1, text/plain",
            "plain",
            "Query:",
        ),
        (OPEN_CYPHER, "text/html;q=0, */*", "plain", "Query:"),
        (OPEN_CYPHER, BROWSER, "html", "<!DOCTYPE html>"),
        (OPEN_CYPHER, "text/csv", "plain", "Query:"),
        (SPARQL, "text/html", "html", "<!DOCTYPE html>"),
        (SPARQL, "text/csv", "csv", "ID;Out #1;"),
        (SPARQL, "text/*", "plain", "╔"),
        ("", "text/html", "plain", "****"),
    ] {
        let request = match target {
            "" => form("/gremlin/explain", "gremlin=g.V()"),
            target => get(target),
        };
        let report = neptune.answer(with_header(request, "accept", accept));
        assert_starts(&body_text(&report), start);
        assert_eq!(
            media_type(&report),
            format!("text/{expected};charset=UTF-8"),
            "{accept}"
        );
    }
}

#[test]
fn lists_in_several_headers() {
    let mut request = with_header(get("/gremlin?gremlin=g.V()"), "accept", "*/*;q=0.1");
    let typed = "application/vnd.gremlin-v3.0+json";
    request
        .headers_mut()
        .append("accept", typed.parse().expect("a value"));
    let answer = Emulator::default().answer(request);
    assert_eq!(media_type(&answer), typed);
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    let lacks = |name: &str| missing(&format!("The required parameter {name} is missing."));
    for (request, expected) in [
        (get("/gremlin"), lacks("gremlin")),
        (post("/", &json!({})), lacks("gremlin")),
        (get("/openCypher"), lacks("query")),
        (get("/sparql"), lacks("query")),
        (form("/sparql", ""), lacks("query")),
    ] {
        neptune.refuses_as(request, expected);
    }
    for nul in [
        get("/openCypher?query=x%00"),
        get("/sparql?query=%00"),
        post("/gremlin", &json!({ "gremlin": "\0" })),
    ] {
        let text = "Strings may not contain the character U+0000.";
        assert_eq!(neptune.refuses(nul, MALFORMED), text);
    }
    let no_mode = post("/opencypher/explain", &json!({ "query": "x" }));
    neptune.refuses_as(no_mode, lacks("explain"));
    // U05: parameters are a string.
    let bodies = r#"
        /gremlin {"gremlin":1} => The value of gremlin must be a string.
        /gremlin/profile {"gremlin":"x","profile.chop":-1} => The value of profile.chop must be a number.
        /gremlin/profile {"gremlin":"x","profile.results":"x"} => The value of profile.results must be true or false.
        /openCypher {"query":"x","explain":"all"} => The value of explain must be static, dynamic or details.
        /openCypher {"query":"x","parameters":{}} => The value of parameters must be a string.
        /openCypher {"query":"x","parameters":"[]"} => The value of parameters must be a JSON object.
    "#;
    for (request, text) in rows(bodies) {
        let (path, body) = request.split_once(' ').expect("a body");
        let request = send(Method::POST, path, "application/json", body.to_owned());
        neptune.refuses_as(request, invalid(text));
    }
    for (request, text) in [
        (
            get("/sparql?update=CLEAR+ALL"),
            "An update has to be sent by POST.",
        ),
        (
            form("/sparql", "query=x&update=y"),
            "Only one of query and update may be given.",
        ),
        (
            post("/sparql", &json!({ "query": "x" })),
            "Unsupported content type: application/json",
        ),
        (
            send(Method::POST, "/openCypher", "text/plain", "RETURN 1"),
            "Unsupported content type: text/plain",
        ),
    ] {
        neptune.refuses_as(request, bad(text));
    }
    let text = neptune.refuses(delete("/openCypher"), NOT_ALLOWED);
    assert_eq!(text, "The method DELETE is not allowed on /openCypher.");
}
