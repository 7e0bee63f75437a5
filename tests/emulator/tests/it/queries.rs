//! The forms of query requests, and the answers without a script.

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, Language, QueryKind, QueryRequest};
use serde_json::json;

use crate::support::{
    Ask, assert_has, bad, form, get, invalid, media_type, missing, post, refusal, send, with_header,
};

/// What a request was understood as.
fn understood(request: Request<Bytes>) -> (Option<&'static str>, QueryRequest) {
    let mut neptune = Emulator::default();
    let answer = neptune.answer(request);
    assert_eq!(answer.status(), 200, "{answer:?}");
    let entry = neptune.last();
    assert!(entry.executed);
    (entry.operation, entry.query.clone().expect("a query"))
}

#[test]
fn gremlin_in_all_forms() {
    let body = json!({ "gremlin": "g.V('é')" });
    let curl = "application/x-www-form-urlencoded";
    for request in [
        post("/gremlin", &body),
        post("/", &body),
        // The content type is not looked at.
        send(Method::POST, "/gremlin", curl, body.to_string()),
        Request::post("/gremlin")
            .body(body.to_string().into())
            .expect("a request"),
        form("/gremlin", "gremlin=g.V('%C3%A9')"),
        get("/gremlin?gremlin=g.V(%27%C3%A9%27)"),
    ] {
        let (operation, query) = understood(request);
        assert_eq!(operation, Some("ExecuteGremlinQuery"));
        assert_eq!(query.text, "g.V('é')");
        assert_eq!(
            (query.language, query.kind),
            (Language::Gremlin, QueryKind::Query)
        );
        assert_eq!(query.query_id, None);
    }
}

#[test]
fn m13_gremlin_queries_can_be_named_in_the_body() {
    let (_, query) = understood(post(
        "/gremlin",
        &json!({ "gremlin": "g.E()", "queryId": "id-1" }),
    ));
    assert_eq!(query.query_id.as_deref(), Some("id-1"));
}

#[test]
fn gremlin_reports() {
    let (operation, query) = understood(post("/gremlin/explain", &json!({ "gremlin": "g.V()" })));
    assert_eq!(operation, Some("ExecuteGremlinExplainQuery"));
    assert_eq!(query.kind, QueryKind::Explain);
    let body = json!({
        "gremlin": "g.V()", "profile.results": false, "profile.chop": 0,
        "profile.serializer": "GRAPHSON_V3_UNTYPED", "profile.indexOps": "TRUE",
    });
    let (operation, query) = understood(post("/gremlin/profile", &body));
    assert_eq!(operation, Some("ExecuteGremlinProfileQuery"));
    assert_eq!(query.option("profile.chop"), Some("0"));
    assert_eq!(
        query.option("profile.serializer"),
        Some("GRAPHSON_V3_UNTYPED")
    );

    let mut neptune = Emulator::default();
    let report = neptune.answer(post("/gremlin/profile", &body));
    assert_eq!(media_type(&report), "text/plain;charset=UTF-8");
    assert!(
        report
            .body()
            .windows(22)
            .any(|it| it == b"Neptune Gremlin Profil")
    );
}

#[test]
fn open_cypher_in_all_forms() {
    let (text, parameters) = (
        "MATCH (n {a: $a}) RETURN n",
        r#"{"a":123456789012345678901234567890}"#,
    );
    for path in ["/openCypher", "/opencypher"] {
        let escaped = "MATCH+(n+%7Ba:+%24a%7D)+RETURN+n";
        for request in [
            post(path, &json!({ "query": text, "parameters": parameters })),
            form(
                path,
                &format!("query={escaped}&parameters=%7B%22a%22:123456789012345678901234567890%7D"),
            ),
            get(&format!(
                "{path}?query={escaped}&parameters=%7B%22a%22:123456789012345678901234567890%7D"
            )),
            send(
                Method::POST,
                &format!("{path}?parameters=%7B%22a%22:123456789012345678901234567890%7D"),
                "application/opencypher",
                text,
            ),
        ] {
            let (operation, query) = understood(request);
            assert_eq!(operation, Some("ExecuteOpenCypherQuery"));
            assert_eq!(query.text, text);
            assert_eq!(query.parameters.as_deref(), Some(parameters));
            assert_eq!(
                (query.language, query.kind),
                (Language::OpenCypher, QueryKind::Query)
            );
        }
        for request in [
            post(
                &format!("{path}/explain"),
                &json!({ "query": text, "explain": "static" }),
            ),
            form(path, "query=RETURN+1&explain=details"),
            get(&format!("{path}?query=RETURN+1&explain=dynamic")),
        ] {
            let (operation, query) = understood(request);
            assert_eq!(operation, Some("ExecuteOpenCypherExplainQuery"));
            assert_eq!(query.kind, QueryKind::Explain);
        }
    }
}

#[test]
fn sparql_in_all_forms() {
    let text = "SELECT * { ?s ?p ?o }";
    let escaped = "SELECT%20*%20%7B%20?s%20?p%20?o%20%7D";
    let url =
        format!("/sparql?query={escaped}&default-graph-uri=http://a&default-graph-uri=http://b");
    for request in [
        get(&url),
        form("/sparql", url.strip_prefix("/sparql?").expect("a query")),
        send(
            Method::POST,
            "/sparql?default-graph-uri=http://a&default-graph-uri=http://b",
            "application/sparql-query; charset=utf-8",
            text,
        ),
    ] {
        let (operation, query) = understood(request);
        assert_eq!(operation, Some("ExecuteSparqlQuery"));
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
        let (operation, query) = understood(request);
        assert_eq!(operation, Some("ExecuteSparqlUpdate"));
        assert_eq!(
            (query.text.as_str(), query.kind),
            ("CLEAR ALL", QueryKind::Update)
        );
    }
    for request in [
        get("/sparql?query=ASK+%7B%7D&explain=static"),
        form("/sparql", "query=ASK+%7B%7D&explain=details"),
        send(
            Method::POST,
            "/sparql?explain=dynamic",
            "application/sparql-query",
            "ASK {}",
        ),
    ] {
        let (operation, query) = understood(request);
        assert_eq!(operation, Some("ExecuteSparqlExplainQuery"));
        assert_eq!(
            (query.text.as_str(), query.kind),
            ("ASK {}", QueryKind::Explain)
        );
    }
}

#[test]
fn nothing_is_found_without_a_script() {
    let mut neptune = Emulator::default();
    let open_cypher = neptune.answer(get("/openCypher?query=CREATE+()"));
    assert_eq!(open_cypher.body(), r#"{"results":[]}"#);
    let headers = &open_cypher.head.headers;
    assert_eq!(headers["content-type"], "application/json;charset=UTF-8");
    assert_eq!(headers["transfer-encoding"], "chunked");
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

    let gremlin = get("/gremlin?gremlin=g.V()");
    let typed = with_header(
        gremlin.clone(),
        "accept",
        "application/vnd.gremlin-v3.0+json",
    );
    let typed = neptune.answer(typed);
    assert!(!typed.head.headers.contains_key("transfer-encoding"));
    assert!(typed.trailers.is_empty());
    let body = typed.to_json().expect("JSON");
    let expected = json!({
        "result": { "data": { "@type": "g:List", "@value": [] }, "meta": { "@type": "g:Map", "@value": [] } },
        "status": { "attributes": { "@type": "g:Map", "@value": [] } },
    });
    assert_has(&body, expected);
    let untyped = neptune.answer(gremlin.clone());
    let body = untyped.to_json().expect("JSON");
    let expected = json!({
        "result": { "data": [], "meta": {} },
        "status": { "message": "", "code": 200, "attributes": {} },
    });
    assert_has(&body, expected);

    let chunked = with_header(gremlin.clone(), "te", "trailers");
    let chunked = neptune.answer(chunked);
    assert_eq!(chunked.head.headers["transfer-encoding"], "chunked");
    assert_eq!(chunked.trailers["x-neptune-status"], "200 OK");

    let binary = with_header(gremlin, "accept", "application/vnd.graphbinary-v1.0");
    let binary = neptune.answer(binary);
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
    let mut neptune = Emulator::default();
    let explain = || get("/openCypher?query=RETURN+1&explain=static");
    let text = neptune.answer(explain());
    assert_eq!(media_type(&text), "text/plain;charset=UTF-8");
    let html = neptune.answer(with_header(explain(), "accept", "text/html"));
    assert!(html.body().starts_with(b"<html>"));
    let sparql = with_header(
        get("/sparql?query=ASK&explain=static"),
        "accept",
        "text/csv",
    );
    let csv = neptune.answer(sparql);
    assert!(csv.body().starts_with(b"ID;Out #1;"));
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    let lacks = |name: &str| missing(&format!("The required parameter {name} is missing."));
    let nul = refusal(
        400,
        "MalformedQueryException",
        "Strings may not contain the character U+0000.",
    );
    for (request, expected) in [
        (get("/gremlin"), lacks("gremlin")),
        (post("/", &json!({})), lacks("gremlin")),
        (get("/openCypher"), lacks("query")),
        (get("/sparql"), lacks("query")),
        (form("/sparql", ""), lacks("query")),
        (
            post("/opencypher/explain", &json!({ "query": "x" })),
            lacks("explain"),
        ),
        (
            post("/gremlin", &json!({ "gremlin": 1 })),
            invalid("The value of gremlin must be a string."),
        ),
        (
            post(
                "/gremlin/profile",
                &json!({ "gremlin": "x", "profile.chop": -1 }),
            ),
            invalid("The value of profile.chop must be a number."),
        ),
        (
            post(
                "/gremlin/profile",
                &json!({ "gremlin": "x", "profile.results": "x" }),
            ),
            invalid("The value of profile.results must be true or false."),
        ),
        (
            get("/openCypher?query=x&explain=all"),
            invalid("The value of explain must be static, dynamic or details."),
        ),
        (
            // U05
            post("/openCypher", &json!({ "query": "x", "parameters": {} })),
            invalid("The value of parameters must be a string."),
        ),
        (
            post("/openCypher", &json!({ "query": "x", "parameters": "[]" })),
            invalid("The value of parameters must be a JSON object."),
        ),
        (
            get("/sparql?update=CLEAR+ALL"),
            bad("An update has to be sent by POST."),
        ),
        (
            form("/sparql", "query=x&update=y"),
            bad("Only one of query and update may be given."),
        ),
        (
            post("/sparql", &json!({ "query": "x" })),
            bad("Unsupported content type: application/json"),
        ),
        (
            send(Method::POST, "/openCypher", "text/plain", "RETURN 1"),
            bad("Unsupported content type: text/plain"),
        ),
        (get("/openCypher?query=x%00"), nul.clone()),
        (get("/sparql?query=%00"), nul.clone()),
        (post("/gremlin", &json!({ "gremlin": "\0" })), nul),
        (
            crate::support::delete("/openCypher"),
            refusal(
                405,
                "MethodNotAllowedException",
                "The method DELETE is not allowed on /openCypher.",
            ),
        ),
    ] {
        neptune.refuses_as(request, expected);
    }
}
