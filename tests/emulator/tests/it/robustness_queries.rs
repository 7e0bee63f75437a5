//! Every request for queries and streams has an outcome.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri};
use neptunedata_emulator::{
    Change, ChangeStream, Config, Emulator, EventId, Fault, Language, Now, Outcome, QueryScript,
    Response,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::support::{Ask, encoded, form, media_type, now, post, reach, request, send, words};

const ID: &str = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";

fn paths() -> impl Strategy<Value = String> {
    let known = select(words(
        "/ /gremlin /gremlin/explain /gremlin/profile /gremlin/status /openCypher /opencypher \
        /opencypher/explain /openCypher/status /sparql /sparql/status /sparql/gsp/ \
        /sparql/stream /propertygraph/stream /gremlin/stream",
    ));
    prop_oneof![
        12 => known.prop_map(str::to_owned),
        2 => select(vec!["/gremlin/status/", "/openCypher/status/"]).prop_map(|path| format!("{path}{ID}")),
        1 => "/(gremlin|openCypher|sparql)/(status/)?[!-~]{0,10}",
    ]
}

/// Names and values as in a query string or a form.
fn parameters() -> impl Strategy<Value = String> {
    let name = select(words(
        "gremlin query update parameters explain queryId cancelQuery silent includeWaiting \
        profile.chop default-graph-uri default graph iteratorType commitNum opNum limit",
    ));
    let value = prop_oneof![
        4 => select(vec![
            "g.V()", "MATCH (n) RETURN n", "SELECT * { ?s ?p ?o }", "INSERT DATA { <urn:s> <urn:p> 1 }", "long", ID,
            "true", "static", "TRIM_HORIZON", "LATEST", "AFTER_SEQUENCE_NUMBER", "1", "2", "{\"a\":1}", "urn:g",
        ])
        .prop_map(encoded),
        1 => "[!-~]{0,12}",
        1 => "%[0-9A-F]{2}".prop_map(|text| text.repeat(3)),
    ];
    let pair = (name, value).prop_map(|(name, value)| format!("{name}={value}"));
    vec(pair, 0..4).prop_map(|pairs| pairs.join("&"))
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let json =
        json!({ "gremlin": "g.V().long()", "query": "long", "queryId": ID, "explain": "static" });
    prop_oneof![
        4 => parameters().prop_map(String::into_bytes),
        2 => Just(json.to_string().into_bytes()),
        1 => Just(b"{\"gremlin\":1,\"query\":[]}".to_vec()),
        1 => Just(b"ASK { ?s ?p ?o }".to_vec()),
        1 => vec(any::<u8>(), 0..40),
    ]
}

fn any_requests() -> impl Strategy<Value = (Request<Bytes>, u64)> {
    let methods = select(words("GET GET POST POST DELETE PUT PATCH"));
    let types = select(words(
        "application/json application/x-www-form-urlencoded application/opencypher \
        application/sparql-query application/sparql-update text/turtle application/n-quads x",
    ));
    let accepts = select(vec![
        "",
        "*/*",
        "application/json",
        "application/vnd.gremlin-v3.0+json",
        "application/vnd.graphbinary-v1.0",
        "text/csv",
        "application/vnd.gremlin-v2.0+json;types=false",
        "application/trix",
        ",;,",
    ]);
    (
        methods,
        paths(),
        parameters(),
        types,
        accepts,
        bodies(),
        0..40_u64,
        any::<bool>(),
    )
        .prop_filter_map(
            "no URI",
            |(method, path, query, media_type, accept, body, seconds, gzip)| {
                let mut request = Request::new(Bytes::from(body));
                *request.method_mut() = method.parse().ok()?;
                *request.uri_mut() = format!("{path}?{query}").parse::<Uri>().ok()?;
                let headers = request.headers_mut();
                headers.insert("content-type", HeaderValue::from_static(media_type));
                headers.insert("accept", HeaderValue::from_static(accept));
                if gzip {
                    headers.insert("accept-encoding", HeaderValue::from_static("gzip"));
                    headers.insert("te", HeaderValue::from_static("trailers"));
                }
                Some((request, seconds))
            },
        )
}

/// Requests that are right, so that what comes of them is reached as well.
fn right() -> impl Strategy<Value = (Request<Bytes>, u64)> {
    let simple = words(
        "GET /gremlin?gremlin=long&queryId=ID
        DELETE /gremlin/status/ID
        GET /gremlin?gremlin=g.V()
        GET /openCypher?query=long
        GET /openCypher?query=MATCH
        GET /openCypher?query=MATCH&explain=static
        GET /openCypher/status?includeWaiting=true
        GET /sparql?query=long&queryId=ID
        GET /sparql?query=ASK%20%7B%7D
        GET /sparql/status
        GET /sparql/status?cancelQuery&queryId=mine
        GET /sparql/status?cancelQuery&queryId=ID&silent=true
        GET /pg/stream?commitNum=1
        GET /pg/stream?iteratorType=TRIM_HORIZON
        GET /sparql/stream?commitNum=1&limit=2
        GET /sparql/stream?commitNum=9&iteratorType=AFTER_SEQUENCE_NUMBER
        DELETE /sparql/gsp/?default
        GET /sparql/gsp/?default",
    );
    let simple = simple.chunks(2).map(|line| {
        let method = line[0].parse().expect("a method");
        request(method, &line[1].replace("ID", ID))
    });
    let report = json!({ "gremlin": "g.V()" });
    let insert = format!("update={}", encoded("INSERT DATA { <urn:s> <urn:p> 1 }"));
    let graph = "/sparql/gsp/?default";
    let with_body = [
        form("/sparql", &insert),
        send(Method::PUT, graph, "text/turtle", "<urn:s> <urn:p> 2 ."),
        send(
            Method::PUT,
            "/gremlin",
            "application/x-www-form-urlencoded",
            "",
        ),
        post("/gremlin/explain", &report),
        post("/gremlin/profile", &report),
        form("/gremlin/status", "includeWaiting=True"),
    ];
    let all: Vec<Request<Bytes>> = simple.chain(with_body).collect();
    (select(all), 0..20_u64)
}

fn emulator(slots: usize) -> Emulator {
    let config = Config::default()
        .streams(true)
        .query_slots(slots)
        .query_queue(4);
    #[cfg(feature = "oxigraph")]
    let config = config.rdf_engine(true);
    let mut neptune = Emulator::new(config);
    let half = Duration::from_secs(30);
    let long = |script: QueryScript| script.containing("long").lasting(half);
    let matches = QueryScript::open_cypher().containing("MATCH");
    for script in [
        long(QueryScript::gremlin()).rows([json!({ "a": [1, null] })]),
        long(QueryScript::open_cypher()).repeat(json!({ "a": 1 }), 100),
        matches.rows([json!({ "n": 1 })]).fail_after(1, "X", "y"),
        long(QueryScript::sparql()),
    ] {
        neptune.script(script);
    }
    for _ in 0..3 {
        let change = || Change::add(json!({ "stmt": "<urn:s> <urn:p> <urn:o> .\n" }));
        neptune.append_commit(ChangeStream::Sparql, [change(), change()], now());
        neptune.append_commit(ChangeStream::PropertyGraph, [change()], now());
    }
    neptune.trim_before(ChangeStream::PropertyGraph, EventId::new(2, 1));
    neptune
}

/// Checks an answer, and gives the exception in it, if it is one of the usual form.
fn check(response: &Response) -> Result<Option<String>, TestCaseError> {
    let status = response.status();
    prop_assert!(status.is_success() || status.is_client_error() || status.is_server_error());
    prop_assert!(response.pieces().all(|piece| !piece.is_empty()));
    prop_assert!(response.head.headers.contains_key("x-amzn-requestid"));
    if status.is_success() {
        return Ok(None);
    }
    if media_type(response) == "text/plain;charset=UTF-8" {
        prop_assert!(response.body().starts_with(b"Invalid queryId"));
        return Ok(Some("not a UUID".to_owned()));
    }
    let body = response.to_json().expect("JSON");
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    prop_assert!(code.ends_with("Exception"), "{}", body);
    Ok(Some(code))
}

#[test]
fn any_query_has_an_outcome() {
    let strategy = (1..3_usize, vec(prop_oneof![any_requests(), right()], 1..12));
    let reached = reach(1500, strategy, |(slots, requests), reached| {
        let mut neptune = emulator(slots);
        let mut at = now();
        let mut tickets = Vec::new();
        for (request, seconds) in requests {
            at = at.later(Duration::from_secs(seconds));
            match neptune.handle(request, at) {
                Outcome::Response(response) => {
                    reached.extend(check(&response)?);
                }
                Outcome::Pending(ticket) => tickets.push(ticket),
                other => prop_assert!(false, "{:?}", other),
            }
            let entry = neptune.last();
            reached.extend(
                entry
                    .operation
                    .filter(|_| entry.executed)
                    .map(str::to_owned),
            );
        }
        // Every query comes to an end, and its outcome can be had once.
        let end: Now = at.later(Duration::from_secs(3600));
        for ticket in tickets {
            let response = neptune.resume(ticket, end).into_response();
            reached.extend(check(&response.expect("over"))?);
            let again = neptune.resume(ticket, end);
            prop_assert!(matches!(again, Outcome::Fault(Fault::CloseWithoutResponse)));
        }
        prop_assert_eq!(neptune.next_query_end(), None);
        prop_assert!(neptune.log().iter().all(|entry| entry.status.is_some()));
        for entry in neptune.log() {
            if let Some(query) = &entry.query {
                let name = match query.language {
                    Language::Gremlin => "Gremlin",
                    Language::OpenCypher => "OpenCypher",
                    // Graphs are not called after it.
                    Language::Sparql => "",
                };
                prop_assert!(entry.operation.is_some_and(|it| it.contains(name)));
            }
        }
        Ok(())
    });
    let parts = "ExecuteGremlinQuery ExecuteGremlinExplainQuery ExecuteGremlinProfileQuery \
        ListGremlinQueries ExecuteOpenCypherQuery ExecuteOpenCypherExplainQuery \
        ListOpenCypherQueries ExecuteSparqlQuery ExecuteSparqlUpdate ListSparqlQueries \
        CancelSparqlQuery CancelGremlinQuery GetGraph PutGraph DeleteGraph GetSparqlStream \
        GetPropertygraphStream CancelledByUserException ExpiredStreamException \
        StreamRecordsNotFoundException MissingParameterException InvalidParameterException \
        MethodNotAllowedException";
    for part in parts.split_whitespace().chain(["not a UUID"]) {
        assert!(reached.contains(part), "never reached: {part}");
    }
}
