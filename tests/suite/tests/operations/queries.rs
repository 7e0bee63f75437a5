//! Gremlin, openCypher, SPARQL and the Graph Store Protocol.

use neptunedata::{ExceptionKind, serde_json::json};
use serde_json::Value;

use crate::steps::{ANY, LAST, NEW, Step, call};

pub(crate) fn steps() -> Vec<Step> {
    [gremlin(), open_cypher(), sparql(), graph_store()].concat()
}

fn gremlin() -> Vec<Step> {
    let query = "ExecuteGremlinQuery";
    let (explain, profile) = ("ExecuteGremlinExplainQuery", "ExecuteGremlinProfileQuery");
    let rows = json!({
        "requestId": ANY,
        "status": { "attributes": {}, "code": 200, "message": "" },
        "result": { "data": [{ "born": 1815, "name": "Ada" }], "meta": {} },
    });
    let profiled = json!({ "gremlinQuery": "g.V()", "results": true, "chop": 100 });
    let mut steps = vec![
        call!(query { "gremlinQuery": "g.V().valueMap()" } => rows),
        call!(query { "gremlinQuery": "wrong" } => 400 MalformedQueryException),
        call!(explain { "gremlinQuery": "g.V()" } => { "output": "The plan." }),
        call!(explain { "gremlinQuery": "wrong" } => 400 MalformedQueryException),
        call!(profile profiled => { "output": "The profile." }),
        call!(profile { "gremlinQuery": "wrong" } => 400 MalformedQueryException),
    ];
    steps.push(Step::Begin {
        operation: query,
        input: json!({ "gremlinQuery": "slow" }),
    });
    steps.extend(running_query(
        "ListGremlinQueries",
        "GetGremlinQueryStatus",
        "CancelGremlinQuery",
        json!({ "status": "200 OK" }),
    ));
    steps
}

fn open_cypher() -> Vec<Step> {
    let (query, explain) = ("ExecuteOpenCypherQuery", "ExecuteOpenCypherExplainQuery");
    let with_parameters = json!({
        "openCypherQuery": "MATCH (n {name: $name}) RETURN n.name AS name, n.born AS born",
        "parameters": "{\"name\":\"Ada\"}",
    });
    let planned = |text: &str| json!({ "openCypherQuery": text, "explainMode": "static" });
    let (right, wrong) = (planned("RETURN 1"), planned("wrong"));
    let mut steps = vec![
        call!(query with_parameters => { "results": [{ "born": 1815, "name": "Ada" }] }),
        call!(query { "openCypherQuery": "wrong" } => 400 MalformedQueryException),
        call!(explain right => { "results": "The plan." }),
        call!(explain wrong => 400 MalformedQueryException),
    ];
    steps.push(Step::Begin {
        operation: query,
        input: json!({ "openCypherQuery": "slow" }),
    });
    steps.extend(running_query(
        "ListOpenCypherQueries",
        "GetOpenCypherQueryStatus",
        "CancelOpenCypherQuery",
        json!({ "status": "200 OK", "payload": true }),
    ));
    steps
}

/// A query that runs is listed, is asked for and is cancelled; and then it is not known.
fn running_query(
    list: &'static str,
    get: &'static str,
    cancel: &'static str,
    cancelled: Value,
) -> Vec<Step> {
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
    let found = running(LAST);
    vec![
        call!(list { "includeWaiting": true } => listed),
        call!(get { "queryId": LAST } => found),
        call!(cancel { "queryId": LAST } => cancelled),
        Step::Ended {
            status: 500,
            kind: ExceptionKind::CancelledByUserException,
        },
        call!(get { "queryId": LAST } => 400 InvalidParameterException),
        call!(cancel { "queryId": LAST } => 400 InvalidParameterException),
    ]
}

fn sparql() -> Vec<Step> {
    let (query, update) = ("ExecuteSparqlQuery", "ExecuteSparqlUpdate");
    let explain = "ExecuteSparqlExplainQuery";
    let (list, get) = ("ListSparqlQueries", "GetSparqlQueryStatus");
    let cancel = "CancelSparqlQuery";
    let json_form = "application/sparql-results+json";
    let select = json!({ "query": "SELECT ?name { ?s ?p ?name }", "accept": json_form });
    let results = |vars: &str, rows: &str| {
        format!("{{\"head\":{{\"vars\":{vars}}},\"results\":{{\"bindings\":{rows}}}}}")
    };
    let row = "[{\"name\":{\"type\":\"literal\",\"value\":\"Ada\"}}]";
    let rows = json!({ "mediaType": json_form, "body": results("[\"name\"]", row) });
    let planned = json!({ "query": "SELECT * { ?s ?p ?o }", "explain": "static" });
    let id = "6a9d5a6e-0000-4000-8000-000000000001";
    let running = json!({
        "queryId": id,
        "queryString": "slow",
        "queryEvalStats": { "cancelled": false, "elapsed": 0, "subqueries": 0 },
    });
    let queries = |count: u64, queries: &[&Value]| json!({ "acceptedQueryCount": ANY, "runningQueryCount": count, "queries": queries });
    let (one_query, no_queries) = (queries(1, &[&running]), queries(0, &[]));
    vec![
        call!(query select => rows),
        call!(query { "query": "wrong", "accept": json_form } => 400 MalformedQueryException),
        call!(update { "update": "INSERT DATA { <s:a> <p:b> 1 }" } => { "body": results("[]", "[]") }),
        call!(update { "update": "wrong" } => 400 MalformedQueryException),
        call!(explain planned => { "mediaType": "text/plain", "results": "The plan." }),
        call!(explain { "query": "wrong", "explain": "static" } => 400 MalformedQueryException),
        Step::Begin {
            operation: query,
            input: json!({ "query": "slow", "accept": json_form, "queryId": id }),
        },
        call!(list {} => one_query),
        call!(get { "queryId": id } => { "query": running }),
        call!(cancel { "queryId": id, "silent": false } => no_queries),
        Step::Ended {
            status: 500,
            kind: ExceptionKind::CancelledByUserException,
        },
        // Of one that is over nothing is said.
        call!(get { "queryId": id } => {}),
        call!(cancel { "queryId": "query-1" } => 400 Unknown),
    ]
}

fn graph_store() -> Vec<Step> {
    let right = json!({ "graph": "http://example.org/right" });
    let wrong = json!({ "graph": "http://example.org/wrong" });
    let with_data = |graph: &Value| {
        let mut input = graph.clone();
        input["contentType"] = "text/turtle".into();
        input["body"] = "<http://s> <http://p> 1 .".into();
        input
    };
    let (right_data, wrong_data) = (with_data(&right), with_data(&wrong));
    let triples = "<http://s> <http://p> <http://o> .\n";
    vec![
        call!("PutGraph" right_data => { "statusCode": 201 }),
        call!("PutGraph" wrong_data => 400 MalformedQueryException),
        call!("PostGraph" right_data => { "statusCode": 204 }),
        call!("PostGraph" wrong_data => 400 MalformedQueryException),
        call!("GetGraph" right => { "mediaType": "application/n-triples", "body": triples }),
        call!("GetGraph" wrong => 400 MalformedQueryException),
        call!("DeleteGraph" right => { "statusCode": 204 }),
        call!("DeleteGraph" wrong => 400 MalformedQueryException),
    ]
}
