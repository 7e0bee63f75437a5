//! Which requests are retried after a lost answer: every operation, and every value that decides this.
//!
//! The connection closes after each request, so the request may have been executed. Requests whose second execution
//! would change more are sent once; all others are sent until attempts run out, with the same bytes every time.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;

use neptunedata::{
    CallOptions, Effect, Error,
    bytes::Bytes,
    catalog::{OPERATIONS, SPARQL_OPERATIONS},
    dynamic,
    error::FieldErrorKind,
    serde_json::{Value, json},
    transport::{Sent, TransportErrorKind},
};

use drive::{Clock, Style, endpoint, play, unsigned};
use script::Event;

/// Sent once: a second execution would do more.
const ONCE: u32 = 1;
/// Sent as often as the policy allows.
const AGAIN: u32 = 3;

/// Operation, input, and how often it is sent.
fn table() -> Vec<(&'static str, Value, u32)> {
    let id = || json!({ "id": "1" });
    let query_id = || json!({ "queryId": "6a9d5a6e-0000-4000-8000-000000000001" });
    let gremlin = |text: &str| json!({ "gremlinQuery": text });
    let cypher = |text: &str| json!({ "openCypherQuery": text });
    let explained = |mode: &str| json!({ "openCypherQuery": "RETURN 1", "explainMode": mode });
    let sparql = |text: &str| json!({ "query": text, "accept": "application/sparql-results+json" });
    let plan = |mode: &str| json!({ "query": "SELECT * {}", "explain": mode });
    let rdf_as =
        |media_type: &str| json!({ "graph": "u:g", "contentType": media_type, "body": "" });
    let rdf = || rdf_as("text/turtle");
    let load = |mode: &str| {
        json!({
            "source": "s3://bucket/1.csv",
            "format": "csv",
            "s3BucketRegion": "us-east-1",
            "iamRoleArn": "arn:aws:iam::123456789012:role/Loader",
            "mode": mode,
        })
    };
    let data = json!({ "inputDataS3Location": "s3://b/i", "processedDataS3Location": "s3://b/o" });
    let training = json!({ "dataProcessingJobId": "1", "trainModelS3Location": "s3://b/m" });
    let with_id =
        json!({ "dataProcessingJobId": "1", "trainModelS3Location": "s3://b/m", "id": "2" });
    let transform = json!({ "trainingJobName": "1", "modelTransformOutputS3Location": "s3://b/o" });
    let endpoint =
        |update: bool| json!({ "id": "1", "mlModelTrainingJobId": "1", "update": update });
    let none = || json!({});
    vec![
        ("GetEngineStatus", none(), AGAIN),
        // The newest token counts, and a second one makes no difference.
        (
            "ExecuteFastReset",
            json!({ "action": "initiateDatabaseReset" }),
            AGAIN,
        ),
        // What is written after the first would be deleted by the second.
        (
            "ExecuteFastReset",
            json!({ "action": "performDatabaseReset", "token": "t" }),
            ONCE,
        ),
        (
            "ExecuteFastReset",
            json!({ "action": "anotherReset" }),
            ONCE,
        ),
        // Whether a query writes is not guessed from its text.
        ("ExecuteGremlinQuery", gremlin("g.V()"), ONCE),
        ("ExecuteGremlinQuery", gremlin("g.addV('person')"), ONCE),
        (
            "ExecuteGremlinExplainQuery",
            gremlin("g.addV('person')"),
            AGAIN,
        ),
        // It runs the query.
        ("ExecuteGremlinProfileQuery", gremlin("g.V()"), ONCE),
        ("ListGremlinQueries", none(), AGAIN),
        ("GetGremlinQueryStatus", query_id(), AGAIN),
        ("CancelGremlinQuery", query_id(), AGAIN),
        ("ExecuteOpenCypherQuery", cypher("MATCH (n) RETURN n"), ONCE),
        ("ExecuteOpenCypherQuery", cypher("CREATE (n)"), ONCE),
        ("ExecuteOpenCypherQuery", cypher(""), ONCE),
        ("ExecuteOpenCypherExplainQuery", explained("static"), AGAIN),
        // These run the query.
        ("ExecuteOpenCypherExplainQuery", explained("dynamic"), ONCE),
        ("ExecuteOpenCypherExplainQuery", explained("details"), ONCE),
        ("ExecuteOpenCypherExplainQuery", explained("another"), ONCE),
        ("ListOpenCypherQueries", none(), AGAIN),
        ("GetOpenCypherQueryStatus", query_id(), AGAIN),
        ("CancelOpenCypherQuery", query_id(), AGAIN),
        // SPARQL has separate parameters for queries and updates.
        ("ExecuteSparqlQuery", sparql("SELECT * { ?s ?p ?o }"), AGAIN),
        (
            "ExecuteSparqlQuery",
            sparql("INSERT DATA { <s> <p> 1 }"),
            AGAIN,
        ),
        (
            "ExecuteSparqlUpdate",
            json!({ "update": "CLEAR ALL" }),
            ONCE,
        ),
        ("ExecuteSparqlExplainQuery", plan("static"), AGAIN),
        ("ExecuteSparqlExplainQuery", plan("dynamic"), AGAIN),
        ("ExecuteSparqlExplainQuery", plan("details"), AGAIN),
        ("ListSparqlQueries", none(), AGAIN),
        ("GetSparqlQueryStatus", query_id(), AGAIN),
        ("CancelSparqlQuery", query_id(), AGAIN),
        ("GetGraph", json!({ "default": true }), AGAIN),
        ("PutGraph", rdf_as("text/turtle"), AGAIN),
        ("PutGraph", rdf_as("application/rdf+xml"), AGAIN),
        // The graphs named in the data grow.
        ("PutGraph", rdf_as("application/n-quads"), ONCE),
        ("PutGraph", rdf_as("application/trig"), ONCE),
        ("PutGraph", rdf_as("application/ld+json"), ONCE),
        ("PutGraph", rdf_as("application/x-of-tomorrow"), ONCE),
        // Blank nodes come twice.
        ("PostGraph", rdf(), ONCE),
        ("DeleteGraph", json!({ "default": true }), AGAIN),
        // The model says idempotent, and each start is a load of its own.
        ("StartLoaderJob", load("AUTO"), ONCE),
        ("StartLoaderJob", load("NEW"), ONCE),
        ("ListLoaderJobs", none(), AGAIN),
        ("GetLoaderJobStatus", json!({ "loadId": "1" }), AGAIN),
        ("CancelLoaderJob", json!({ "loadId": "1" }), AGAIN),
        ("StartMLDataProcessingJob", data, ONCE),
        ("ListMLDataProcessingJobs", none(), AGAIN),
        ("GetMLDataProcessingJob", id(), AGAIN),
        ("CancelMLDataProcessingJob", id(), AGAIN),
        ("StartMLModelTrainingJob", training, ONCE),
        ("StartMLModelTrainingJob", with_id, ONCE),
        ("ListMLModelTrainingJobs", none(), AGAIN),
        ("GetMLModelTrainingJob", id(), AGAIN),
        ("CancelMLModelTrainingJob", id(), AGAIN),
        ("StartMLModelTransformJob", transform, ONCE),
        ("ListMLModelTransformJobs", none(), AGAIN),
        ("GetMLModelTransformJob", id(), AGAIN),
        ("CancelMLModelTransformJob", id(), AGAIN),
        ("CreateMLEndpoint", endpoint(false), ONCE),
        ("CreateMLEndpoint", endpoint(true), ONCE),
        ("ListMLEndpoints", none(), AGAIN),
        ("GetMLEndpoint", id(), AGAIN),
        ("DeleteMLEndpoint", id(), AGAIN),
        ("GetPropertygraphStatistics", none(), AGAIN),
        (
            "ManagePropertygraphStatistics",
            json!({ "mode": "refresh" }),
            AGAIN,
        ),
        ("DeletePropertygraphStatistics", none(), AGAIN),
        ("GetSparqlStatistics", none(), AGAIN),
        (
            "ManageSparqlStatistics",
            json!({ "mode": "disableAutoCompute" }),
            AGAIN,
        ),
        ("DeleteSparqlStatistics", none(), AGAIN),
        ("GetPropertygraphSummary", none(), AGAIN),
        ("GetRDFGraphSummary", none(), AGAIN),
        ("GetPropertygraphStream", none(), AGAIN),
        ("GetSparqlStream", none(), AGAIN),
        ("GetStorageInfo", none(), AGAIN),
        // With a token, the second start finds the first one, no matter who chose the token.
        ("StartIndexRebuild", json!({ "clientToken": "t" }), AGAIN),
        ("StartIndexRebuild", none(), AGAIN),
        ("ListIndexRebuilds", none(), AGAIN),
        ("GetIndexRebuildStatus", json!({ "rebuildId": "1" }), AGAIN),
        ("CancelIndexRebuild", json!({ "rebuildId": "1" }), AGAIN),
    ]
}

/// Makes a call whose every answer is lost: what was sent, and how it ended.
fn lose(operation: &str, input: &Value, options: &CallOptions) -> (Vec<Bytes>, Error) {
    let mut call = dynamic::call(operation, input, &unsigned(), options, 7).unwrap();
    let lost = [Event::Fails(TransportErrorKind::Closed, Sent::Maybe)];
    let played = play(&mut call, &lost, Style::WHOLE, &mut Clock::new(), |_, _| {});
    let sent = played.sent.into_iter().map(|sent| sent.request.into_body());
    (sent.collect(), played.result.unwrap_err())
}

#[test]
fn only_repeatable_requests_are_retried() {
    for (operation, input, times) in table() {
        let (sent, error) = lose(operation, &input, &CallOptions::new());
        let found = (sent.len(), error.attempts(), error.may_have_executed());
        assert_eq!(found, (times as usize, times, true), "{operation} {input}");
        assert!(
            sent.iter().all(|body| *body == sent[0]),
            "{operation} {input}"
        );
    }
}

#[test]
fn the_caller_can_override_the_effect() {
    for (operation, input, _) in table() {
        for (effect, times) in [
            (Effect::Read, AGAIN),
            (Effect::Idempotent, AGAIN),
            (Effect::Write, ONCE),
        ] {
            let (sent, error) = lose(operation, &input, &CallOptions::new().effect(effect));
            let found = (sent.len(), error.attempts());
            assert_eq!(
                found,
                (times as usize, times),
                "{operation} {input} as {effect:?}"
            );
        }
    }
}

/// The smallest input of an operation: the members without which it is refused.
fn minimal_input(operation: &str) -> Value {
    let mut input = json!({});
    while let Err(error) = dynamic::request(operation, &input, &endpoint()) {
        for fault in error.field_errors() {
            assert_eq!(
                *fault.kind(),
                FieldErrorKind::Missing,
                "{operation}: {fault}"
            );
            input[fault.field()] = json!("1");
        }
    }
    input
}

/// The table need not have what only reads, nor a new operation whose values decide nothing: `INFO` says it, and is
/// compared with the service model elsewhere.
#[test]
fn operations_without_a_row_are_retried_by_the_effect_in_their_info() {
    let table = table();
    let mut tried = 0;
    for info in OPERATIONS.iter().chain(SPARQL_OPERATIONS) {
        let has_row = table.iter().any(|(operation, ..)| *operation == info.name);
        if has_row && info.effect != Effect::Read {
            continue;
        }
        let times = if info.effect == Effect::Write {
            ONCE
        } else {
            AGAIN
        };
        let (sent, error) = lose(info.name, &minimal_input(info.name), &CallOptions::new());
        let found = (sent.len(), error.attempts());
        assert_eq!(found, (times as usize, times), "{}", info.name);
        tried += 1;
    }
    assert!(tried > 20, "only {tried}");
}
