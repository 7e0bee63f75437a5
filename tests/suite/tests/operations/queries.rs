//! Gremlin, openCypher, SPARQL and the Graph Store Protocol.

use neptunedata::{ExceptionKind, serde_json::json};
use serde_json::Value;

use crate::steps::{ANY, LAST, NEW, Step, bad, good};

const MALFORMED: ExceptionKind = ExceptionKind::MalformedQueryException;

pub(crate) fn steps() -> Vec<Step> {
    let mut steps = gremlin();
    steps.extend(open_cypher());
    steps.extend(sparql());
    steps.extend(graph_store());
    steps
}

fn gremlin() -> Vec<Step> {
    let query = "ExecuteGremlinQuery";
    let (explain, profile) = ("ExecuteGremlinExplainQuery", "ExecuteGremlinProfileQuery");
    let text = |text: &str| json!({ "gremlinQuery": text });
    let rows = json!({
        "requestId": ANY,
        "status": { "attributes": {}, "code": 200, "message": "" },
        "result": { "data": [{ "born": 1815, "name": "Ada" }], "meta": {} },
    });
    let mut steps = vec![
        good(query, text("g.V().valueMap()"), rows),
        bad(query, text("wrong"), 400, MALFORMED),
        good(explain, text("g.V()"), json!({ "output": "The plan." })),
        bad(explain, text("wrong"), 400, MALFORMED),
        good(
            profile,
            json!({ "gremlinQuery": "g.V()", "results": true, "chop": 100 }),
            json!({ "output": "The profile." }),
        ),
        bad(profile, text("wrong"), 400, MALFORMED),
    ];
    let names = [
        "ListGremlinQueries",
        "GetGremlinQueryStatus",
        "CancelGremlinQuery",
    ];
    steps.extend(slow(
        (query, text("slow")),
        names,
        json!({ "status": "200 OK" }),
    ));
    steps
}

fn open_cypher() -> Vec<Step> {
    let (query, explain) = ("ExecuteOpenCypherQuery", "ExecuteOpenCypherExplainQuery");
    let text = |text: &str| json!({ "openCypherQuery": text });
    let with_parameters = json!({
        "openCypherQuery": "MATCH (n {name: $name}) RETURN n.name AS name, n.born AS born",
        "parameters": "{\"name\":\"Ada\"}",
    });
    let planned = |text: &str| json!({ "openCypherQuery": text, "explainMode": "static" });
    let mut steps = vec![
        good(
            query,
            with_parameters,
            json!({ "results": [{ "born": 1815, "name": "Ada" }] }),
        ),
        bad(query, text("wrong"), 400, MALFORMED),
        good(
            explain,
            planned("RETURN 1"),
            json!({ "results": "The plan." }),
        ),
        bad(explain, planned("wrong"), 400, MALFORMED),
    ];
    let names = [
        "ListOpenCypherQueries",
        "GetOpenCypherQueryStatus",
        "CancelOpenCypherQuery",
    ];
    let cancelled = json!({ "status": "200 OK", "payload": true });
    steps.extend(slow((query, text("slow")), names, cancelled));
    steps
}

/// A query that runs is listed, is asked for and is cancelled; and then it is not known.
fn slow(
    (query, input): (&'static str, Value),
    [list, get, cancel]: [&'static str; 3],
    cancelled: Value,
) -> Vec<Step> {
    let id = || json!({ "queryId": LAST });
    let running = |id: &str| {
        json!({
            "queryId": id,
            "queryString": "slow",
            "queryEvalStats": { "cancelled": false, "elapsed": 0, "waited": 0 },
        })
    };
    let listed = json!({
        "acceptedQueryCount": 1,
        "runningQueryCount": 1,
        "queries": [running(NEW)],
    });
    vec![
        Step::Begin {
            operation: query,
            input,
        },
        good(list, json!({ "includeWaiting": true }), listed),
        good(get, id(), running(LAST)),
        good(cancel, id(), cancelled),
        Step::Ended {
            status: 500,
            kind: ExceptionKind::CancelledByUserException,
        },
        bad(get, id(), 400, ExceptionKind::InvalidParameterException),
        bad(cancel, id(), 400, ExceptionKind::InvalidParameterException),
    ]
}

fn sparql() -> Vec<Step> {
    let (query, update) = ("ExecuteSparqlQuery", "ExecuteSparqlUpdate");
    let explain = "ExecuteSparqlExplainQuery";
    let (list, get, cancel) = (
        "ListSparqlQueries",
        "GetSparqlQueryStatus",
        "CancelSparqlQuery",
    );
    let json_form = "application/sparql-results+json";
    let text = |text: &str| json!({ "query": text, "accept": json_form });
    let planned = |text: &str| json!({ "query": text, "explain": "static" });
    let id = "6a9d5a6e-0000-4000-8000-000000000001";
    let with_id = json!({ "query": "slow", "accept": json_form, "queryId": id });
    let running = json!({
        "queryId": id,
        "queryString": "slow",
        "queryEvalStats": { "cancelled": false, "elapsed": 0, "subqueries": 0 },
    });
    let results = |vars: &str, rows: &str| {
        format!("{{\"head\":{{\"vars\":{vars}}},\"results\":{{\"bindings\":{rows}}}}}")
    };
    let row = "[{\"name\":{\"type\":\"literal\",\"value\":\"Ada\"}}]";
    let rows = json!({ "mediaType": json_form, "body": results("[\"name\"]", row) });
    vec![
        good(query, text("SELECT ?name { ?s ?p ?name }"), rows),
        bad(query, text("wrong"), 400, MALFORMED),
        good(
            update,
            json!({ "update": "INSERT DATA { <s:a> <p:b> 1 }" }),
            json!({ "body": results("[]", "[]") }),
        ),
        bad(update, json!({ "update": "wrong" }), 400, MALFORMED),
        good(
            explain,
            planned("SELECT * { ?s ?p ?o }"),
            json!({ "mediaType": "text/plain", "results": "The plan." }),
        ),
        bad(explain, planned("wrong"), 400, MALFORMED),
        Step::Begin {
            operation: query,
            input: with_id,
        },
        good(
            list,
            json!({}),
            json!({ "acceptedQueryCount": ANY, "runningQueryCount": 1, "queries": [running] }),
        ),
        good(get, json!({ "queryId": id }), json!({ "query": running })),
        good(
            cancel,
            json!({ "queryId": id, "silent": false }),
            json!({ "acceptedQueryCount": ANY, "runningQueryCount": 0, "queries": [] }),
        ),
        Step::Ended {
            status: 500,
            kind: ExceptionKind::CancelledByUserException,
        },
        // Of one that is over nothing is said.
        good(get, json!({ "queryId": id }), json!({})),
        bad(
            cancel,
            json!({ "queryId": "query-1" }),
            400,
            ExceptionKind::Unknown,
        ),
    ]
}

fn graph_store() -> Vec<Step> {
    let named = |graph: &str| json!({ "graph": graph });
    let graph = |graph: &str| json!({ "graph": graph, "contentType": "text/turtle", "body": "<http://s> <http://p> 1 ." });
    let (right, wrong) = ("http://example.org/right", "http://example.org/wrong");
    vec![
        good("PutGraph", graph(right), json!({ "statusCode": 201 })),
        bad("PutGraph", graph(wrong), 400, MALFORMED),
        good("PostGraph", graph(right), json!({ "statusCode": 204 })),
        bad("PostGraph", graph(wrong), 400, MALFORMED),
        good(
            "GetGraph",
            named(right),
            json!({ "mediaType": "application/n-triples", "body": "<http://s> <http://p> <http://o> .\n" }),
        ),
        bad("GetGraph", named(wrong), 400, MALFORMED),
        good("DeleteGraph", named(right), json!({ "statusCode": 204 })),
        bad("DeleteGraph", named(wrong), 400, MALFORMED),
    ]
}
