//! boto3's requests for the operations other than those of model training, and the answers it gets.

use std::collections::BTreeSet;

use neptunedata_tests::vectors::model::Model;
use serde_json::{Value, json};

use crate::{
    findings::{
        Became::{self, Error, Nothing, Output},
        DENIED, INVALID, UNDECODABLE,
    },
    transcript::{self, Outcome},
};

const BAD: Became = Error("BadRequestException");
const MALFORMED: Became = Error("MalformedQueryException");
const MISSING: Became = Error("MissingParameterException");
const REPLICA: Became = Error("ReadOnlyViolationException");

/// Step, operation, how often it was sent and executed, and what became of the last call.
#[rustfmt::skip]
pub(crate) const FAMILIES: &[(&str, &str, usize, usize, Became)] = &[
    // Neptune ML.
    ("processing, start", "StartMLDataProcessingJob", 1, 1, Output),
    ("processing, start, all members", "StartMLDataProcessingJob", 1, 1, Output),
    ("processing, start, to fail", "StartMLDataProcessingJob", 1, 1, Output),
    ("processing, start, bad location", "StartMLDataProcessingJob", 1, 0, BAD),
    ("processing, list", "ListMLDataProcessingJobs", 1, 1, Output),
    ("processing, list, all members", "ListMLDataProcessingJobs", 1, 1, Output),
    ("processing, list, maxItems too large", "ListMLDataProcessingJobs", 1, 0, INVALID),
    ("processing, get", "GetMLDataProcessingJob", 1, 1, Output),
    ("processing, get, unknown id", "GetMLDataProcessingJob", 1, 0, INVALID),
    ("processing, cancel", "CancelMLDataProcessingJob", 1, 1, Output),
    ("processing, cancel, unknown id", "CancelMLDataProcessingJob", 1, 0, INVALID),
    ("transform, start", "StartMLModelTransformJob", 1, 1, Output),
    ("transform, start, all members", "StartMLModelTransformJob", 1, 1, Output),
    ("transform, start, of nothing", "StartMLModelTransformJob", 1, 0, MISSING),
    ("transform, list", "ListMLModelTransformJobs", 1, 1, Output),
    ("transform, list, all members", "ListMLModelTransformJobs", 1, 1, Output),
    ("transform, list, maxItems too large", "ListMLModelTransformJobs", 1, 0, INVALID),
    ("transform, get", "GetMLModelTransformJob", 1, 1, Output),
    ("transform, get, unknown id", "GetMLModelTransformJob", 1, 0, INVALID),
    ("transform, cancel", "CancelMLModelTransformJob", 1, 1, Output),
    ("transform, cancel, unknown id", "CancelMLModelTransformJob", 1, 0, INVALID),
    ("endpoint, start", "CreateMLEndpoint", 1, 1, Output),
    ("endpoint, start, all members", "CreateMLEndpoint", 1, 1, Output),
    ("endpoint, start, update", "CreateMLEndpoint", 1, 1, Output),
    ("endpoint, start, of nothing", "CreateMLEndpoint", 1, 0, MISSING),
    // Two endpoints.
    ("endpoint, start, read-then-rst", "CreateMLEndpoint", 2, 2, Output),
    ("endpoint, list", "ListMLEndpoints", 1, 1, Output),
    ("endpoint, list, all members", "ListMLEndpoints", 1, 1, Output),
    ("endpoint, list, maxItems too large", "ListMLEndpoints", 1, 0, INVALID),
    ("endpoint, get", "GetMLEndpoint", 1, 1, Output),
    ("endpoint, get, unknown id", "GetMLEndpoint", 1, 0, INVALID),
    ("endpoint, cancel", "DeleteMLEndpoint", 1, 1, Output),
    ("endpoint, cancel, unknown id", "DeleteMLEndpoint", 1, 0, INVALID),

    // Bulk loader.
    ("load, start", "StartLoaderJob", 1, 1, Output),
    ("load, start, all members", "StartLoaderJob", 1, 1, Output),
    ("load, start, while one runs", "StartLoaderJob", 1, 0, BAD),
    ("load, start, wrong region", "StartLoaderJob", 1, 0, BAD),
    ("load, list", "ListLoaderJobs", 1, 1, Output),
    ("load, list, all members", "ListLoaderJobs", 1, 1, Output),
    ("load, list, limit too large", "ListLoaderJobs", 1, 0, INVALID),
    ("load, get", "GetLoaderJobStatus", 1, 1, Output),
    // The answer has no body, so that boto3 has nothing to say.
    ("load, cancel", "CancelLoaderJob", 1, 1, Nothing),
    // What is not there is asked for three times: the model calls that exception retryable.
    ("load, cancel again", "CancelLoaderJob", 3, 0, Error("BulkLoadIdNotFoundException")),
    // A load that runs, and an error for the caller.
    ("load, start, read-then-fin", "StartLoaderJob", 2, 1, BAD),
    ("load, get failed, all members", "GetLoaderJobStatus", 1, 1, Output),
    ("load, get, page", "GetLoaderJobStatus", 1, 1, Output),
    ("load, get, no id of a load", "GetLoaderJobStatus", 1, 0, INVALID),
    ("load, get, unknown id", "GetLoaderJobStatus", 3, 0, Error("BulkLoadIdNotFoundException")),

    // Statistics and summaries.
    ("property graph, statistics", "GetPropertygraphStatistics", 1, 1, Output),
    ("property graph, statistics, unsigned", "GetPropertygraphStatistics", 1, 0, DENIED),
    ("property graph, summary, before", "GetPropertygraphSummary", 1, 1, Output),
    ("property graph, summary, detailed, before", "GetPropertygraphSummary", 1, 1, Output),
    ("property graph, statistics, disableAutoCompute", "ManagePropertygraphStatistics", 1, 1, Output),
    ("property graph, statistics, enableAutoCompute", "ManagePropertygraphStatistics", 1, 1, Output),
    ("property graph, statistics, refresh", "ManagePropertygraphStatistics", 1, 1, Output),
    ("property graph, statistics, wrong mode", "ManagePropertygraphStatistics", 1, 0, INVALID),
    ("property graph, statistics, no mode", "ManagePropertygraphStatistics", 1, 0, MISSING),
    ("property graph, statistics, replica", "ManagePropertygraphStatistics", 1, 0, REPLICA),
    ("property graph, statistics, waiting", "GetPropertygraphStatistics", 10, 10, Output),
    ("property graph, summary", "GetPropertygraphSummary", 1, 1, Output),
    ("property graph, summary, wrong mode", "GetPropertygraphSummary", 1, 0, INVALID),
    ("property graph, statistics, delete, replica", "DeletePropertygraphStatistics", 1, 0, REPLICA),
    ("property graph, statistics, delete", "DeletePropertygraphStatistics", 1, 1, Output),
    // 204 and no body, of which boto3 makes a member.
    ("property graph, statistics, delete again", "DeletePropertygraphStatistics", 1, 1, Output),
    ("RDF, statistics", "GetSparqlStatistics", 1, 1, Output),
    ("RDF, statistics, unsigned", "GetSparqlStatistics", 1, 0, DENIED),
    ("RDF, summary, before", "GetRDFGraphSummary", 1, 0, Error("StatisticsNotAvailableException")),
    ("RDF, summary, detailed, before", "GetRDFGraphSummary", 1, 0, Error("StatisticsNotAvailableException")),
    ("RDF, statistics, disableAutoCompute", "ManageSparqlStatistics", 1, 1, Output),
    ("RDF, statistics, enableAutoCompute", "ManageSparqlStatistics", 1, 1, Output),
    ("RDF, statistics, refresh", "ManageSparqlStatistics", 1, 1, Output),
    ("RDF, statistics, wrong mode", "ManageSparqlStatistics", 1, 0, INVALID),
    ("RDF, statistics, no mode", "ManageSparqlStatistics", 1, 0, MISSING),
    ("RDF, statistics, replica", "ManageSparqlStatistics", 1, 0, REPLICA),
    ("RDF, statistics, waiting", "GetSparqlStatistics", 10, 10, Output),
    ("RDF, summary", "GetRDFGraphSummary", 1, 1, Output),
    ("RDF, summary, wrong mode", "GetRDFGraphSummary", 1, 0, INVALID),
    ("RDF, statistics, delete, replica", "DeleteSparqlStatistics", 1, 0, REPLICA),
    ("RDF, statistics, delete", "DeleteSparqlStatistics", 1, 1, Output),
    ("RDF, statistics, delete again", "DeleteSparqlStatistics", 1, 1, Output),

    // Change streams.
    ("property graph, stream", "GetPropertygraphStream", 1, 1, Output),
    ("property graph, stream, latest", "GetPropertygraphStream", 1, 1, Output),
    ("property graph, stream, at", "GetPropertygraphStream", 1, 1, Output),
    ("property graph, stream, after the end", "GetPropertygraphStream", 1, 0, Error("StreamRecordsNotFoundException")),
    ("property graph, stream, no place", "GetPropertygraphStream", 1, 0, INVALID),
    ("property graph, stream, limit too large", "GetPropertygraphStream", 1, 0, INVALID),
    // It asks for compression and does not undo it.
    ("property graph, stream, gzip", "GetPropertygraphStream", 1, 1, UNDECODABLE),
    ("RDF, stream", "GetSparqlStream", 1, 1, Output),
    ("RDF, stream, latest", "GetSparqlStream", 1, 1, Output),
    ("RDF, stream, at", "GetSparqlStream", 1, 1, Output),
    ("RDF, stream, after the end", "GetSparqlStream", 1, 0, Error("StreamRecordsNotFoundException")),
    ("RDF, stream, no place", "GetSparqlStream", 1, 0, INVALID),
    ("RDF, stream, limit too large", "GetSparqlStream", 1, 0, INVALID),
    ("RDF, stream, gzip", "GetSparqlStream", 1, 1, UNDECODABLE),
    ("property graph, stream, trimmed", "GetPropertygraphStream", 1, 0, Error("ExpiredStreamException")),

    // Storage and index rebuilds.
    ("storage", "GetStorageInfo", 1, 1, Output),
    ("storage, unsigned", "GetStorageInfo", 1, 0, DENIED),
    ("rebuild, start, all members", "StartIndexRebuild", 1, 1, Output),
    ("rebuild, start, same token", "StartIndexRebuild", 1, 1, Output),
    ("rebuild, start, same token, other scope", "StartIndexRebuild", 1, 0, INVALID),
    ("rebuild, get", "GetIndexRebuildStatus", 1, 1, Output),
    ("rebuild, cancel", "CancelIndexRebuild", 1, 1, Output),
    ("rebuild, cancel again", "GetIndexRebuildStatus", 1, 1, Output),
    ("rebuild, cancel again", "CancelIndexRebuild", 1, 0, Error("ValidationException")),
    // One rebuild, for the token is the same.
    ("rebuild, start, read-then-rst", "StartIndexRebuild", 2, 2, Output),
    ("rebuild, list", "ListIndexRebuilds", 1, 1, Output),
    ("rebuild, list, unsigned", "ListIndexRebuilds", 1, 0, DENIED),
    ("rebuild, get, unknown id", "GetIndexRebuildStatus", 1, 0, Error("ValidationException")),
    ("rebuild, get, waiting", "GetIndexRebuildStatus", 10, 10, Output),

    // Queries.
    ("Gremlin", "ExecuteGremlinQuery", 1, 1, Output),
    ("Gremlin, all members", "ExecuteGremlinQuery", 1, 1, Output),
    ("Gremlin, wrong", "ExecuteGremlinQuery", 1, 0, MALFORMED),
    ("Gremlin, explain", "ExecuteGremlinExplainQuery", 1, 1, Output),
    ("Gremlin, explain, wrong", "ExecuteGremlinExplainQuery", 1, 0, MALFORMED),
    ("Gremlin, profile", "ExecuteGremlinProfileQuery", 1, 1, Output),
    ("Gremlin, profile, all members", "ExecuteGremlinProfileQuery", 1, 1, Output),
    ("Gremlin, profile, wrong", "ExecuteGremlinProfileQuery", 1, 0, MALFORMED),
    // A write that was executed twice.
    ("Gremlin, read-then-fin", "ExecuteGremlinQuery", 2, 2, Output),
    ("openCypher", "ExecuteOpenCypherQuery", 1, 1, Output),
    ("openCypher, all members", "ExecuteOpenCypherQuery", 1, 1, Output),
    ("openCypher, wrong", "ExecuteOpenCypherQuery", 1, 0, MALFORMED),
    ("openCypher, explain, static", "ExecuteOpenCypherExplainQuery", 1, 1, Output),
    ("openCypher, explain, dynamic", "ExecuteOpenCypherExplainQuery", 1, 1, Output),
    ("openCypher, explain, details", "ExecuteOpenCypherExplainQuery", 1, 1, Output),
    ("openCypher, explain, wrong", "ExecuteOpenCypherExplainQuery", 1, 0, MALFORMED),
    ("openCypher, explain, wrong mode", "ExecuteOpenCypherExplainQuery", 1, 0, INVALID),
    // A write that was executed twice.
    ("openCypher, read-then-fin", "ExecuteOpenCypherQuery", 2, 2, Output),
    // Three queries run on after boto3 has stopped waiting for them. One is cancelled, the others take effect.
    ("Gremlin, slow", "ExecuteGremlinQuery", 3, 2, Error("ReadTimeoutError")),
    ("Gremlin, list", "ListGremlinQueries", 1, 1, Output),
    ("Gremlin, list, all members", "ListGremlinQueries", 1, 1, Output),
    ("Gremlin, list, unsigned", "ListGremlinQueries", 1, 0, DENIED),
    ("Gremlin, get", "GetGremlinQueryStatus", 1, 1, Output),
    ("Gremlin, cancel", "CancelGremlinQuery", 1, 1, Output),
    ("Gremlin, cancel again", "CancelGremlinQuery", 1, 0, INVALID),
    ("Gremlin, get, cancelled", "GetGremlinQueryStatus", 1, 0, INVALID),
    ("openCypher, slow", "ExecuteOpenCypherQuery", 3, 2, Error("ReadTimeoutError")),
    ("openCypher, list", "ListOpenCypherQueries", 1, 1, Output),
    ("openCypher, list, all members", "ListOpenCypherQueries", 1, 1, Output),
    ("openCypher, list, unsigned", "ListOpenCypherQueries", 1, 0, DENIED),
    ("openCypher, get", "GetOpenCypherQueryStatus", 1, 1, Output),
    ("openCypher, cancel", "CancelOpenCypherQuery", 1, 1, Output),
    ("openCypher, cancel again", "CancelOpenCypherQuery", 1, 0, INVALID),
    ("openCypher, get, cancelled", "GetOpenCypherQueryStatus", 1, 0, INVALID),

    // Fast reset.
    ("reset, before there is a token", "ExecuteFastReset", 1, 0, INVALID),
    ("reset, initiate", "ExecuteFastReset", 1, 1, Output),
    ("reset, wrong token", "ExecuteFastReset", 1, 0, INVALID),
    ("reset, no token", "ExecuteFastReset", 1, 0, MISSING),
    ("reset, wrong action", "ExecuteFastReset", 1, 0, INVALID),
    // Everything was deleted, and the caller is told that it was not.
    ("reset, perform, read-then-fin", "ExecuteFastReset", 3, 1, INVALID),
    ("reset, initiate again", "ExecuteFastReset", 1, 1, Output),
    ("reset, perform", "ExecuteFastReset", 1, 1, Output),
    // The first attempt is refused.
    ("reset, status while it restarts", "GetEngineStatus", 2, 1, Output),
    ("reset, list", "ListMLModelTrainingJobs", 1, 1, Output),
];

/// The step, a JSON pointer into the last output of boto3, and the value there.
fn answers() -> Vec<(&'static str, &'static str, Value)> {
    let beyond_floats = json!(9_007_199_254_740_993_u64);
    vec![
        (
            "processing, list, all members",
            "/ids",
            json!(["processing-2"]),
        ),
        ("processing, get", "/status", json!("InProgress")),
        ("transform, get", "/id", json!("transform-1")),
        ("endpoint, get", "/status", json!("Updating")),
        // The caller does not know that one of these endpoints exists.
        (
            "endpoint, list",
            "/ids/1",
            json!("endpoint-20260101T000000Z-2"),
        ),
        (
            "endpoint, start, read-then-rst",
            "/id",
            json!("endpoint-20260101T000000Z-3"),
        ),
        (
            "load, get",
            "/payload/overallStatus/status",
            json!("LOAD_IN_PROGRESS"),
        ),
        (
            "load, get failed, all members",
            "/payload/overallStatus/status",
            json!("LOAD_FAILED"),
        ),
        (
            "load, get failed, all members",
            "/payload/errors/errorLogs/0/recordNum",
            json!(3),
        ),
        (
            "load, get, page",
            "/payload/errors/errorLogs/0/recordNum",
            json!(5),
        ),
        // A number for what the model calls a string (M25).
        (
            "property graph, statistics",
            "/payload/statisticsId",
            json!(1_767_225_600_000_u64),
        ),
        (
            "property graph, statistics",
            "/payload/signatureInfo/signatureCount",
            json!(5),
        ),
        (
            "property graph, statistics, delete",
            "/payload/statisticsId",
            json!(-1),
        ),
        (
            "property graph, statistics, delete again",
            "/statusCode",
            json!(204),
        ),
        (
            "property graph, summary",
            "/payload/graphSummary/nodeProperties",
            json!([{ "name": 2 }]),
        ),
        (
            "property graph, summary, detailed, before",
            "/payload/graphSummary/edgeStructures/0/count",
            json!(1),
        ),
        ("RDF, statistics", "/payload/active", json!(false)),
        ("RDF, statistics, waiting", "/payload/active", json!(true)),
        ("RDF, statistics, delete again", "/statusCode", json!(204)),
        ("RDF, summary", "/payload/graphSummary/numQuads", json!(0)),
        // Numbers again (M35), and none is rounded.
        ("property graph, stream", "/records/0/op", json!("REMOVE")),
        (
            "property graph, stream, latest",
            "/lastEventId",
            json!({ "commitNum": beyond_floats, "opNum": 2 }),
        ),
        (
            "property graph, stream, latest",
            "/records/0/isLastOp",
            json!(true),
        ),
        (
            "property graph, stream, at",
            "/records/0/data/value/value",
            json!("draft"),
        ),
        (
            "RDF, stream",
            "/records/0/data/stmt",
            json!("<http://a.example/s> <http://a.example/p> \"caf\u{e9}\" .\n"),
        ),
        ("storage", "/totalStorageBytesUsed", json!(245_760)),
        ("rebuild, start, same token", "/status", json!("REBUILDING")),
        ("rebuild, get", "/progressPercentage", json!(30)),
        ("rebuild, cancel", "/status", json!("CANCELLING")),
        ("rebuild, get, waiting", "/status", json!("COMPLETED")),
        ("Gremlin", "/result/data/1/born", beyond_floats.clone()),
        (
            "Gremlin, all members",
            "/result/data/@type",
            json!("g:List"),
        ),
        ("Gremlin, list", "/runningQueryCount", json!(3)),
        ("Gremlin, get", "/queryString", json!("slow")),
        ("openCypher, all members", "/results/1/born", beyond_floats),
        (
            "openCypher, list, all members",
            "/acceptedQueryCount",
            json!(3),
        ),
        ("openCypher, cancel", "/payload", json!(true)),
        (
            "reset, status while it restarts",
            "/features/ResultCache",
            json!({ "status": "disabled" }),
        ),
        ("reset, list", "/ids", json!([])),
    ]
}

#[test]
fn boto3_gets_the_listed_answers() {
    let lines = transcript::lines();
    for (step, place, expected) in answers() {
        let output = last_output(&lines, step);
        assert_eq!(
            output.pointer(place),
            Some(&expected),
            "{step}: {place} of {output}"
        );
    }
    let count = |step, place| {
        last_output(&lines, step)
            .pointer(place)
            .and_then(Value::as_array)
            .unwrap()
            .len()
    };
    assert_eq!(count("rebuild, list", "/rebuildIds"), 2);
    assert_eq!(count("endpoint, list", "/ids"), 4);
    for (step, place, title) in [
        ("Gremlin, explain", "/output", "Neptune Gremlin Explain"),
        (
            "Gremlin, profile, all members",
            "/output",
            "Neptune Gremlin Profile",
        ),
        (
            "openCypher, explain, details",
            "/results",
            "Query:\nMATCH (n {name: $name})",
        ),
    ] {
        let output = last_output(&lines, step);
        let text = output.pointer(place).and_then(Value::as_str).unwrap();
        assert!(text.contains(title), "{step}: {text}");
    }
}

fn last_output(lines: &[transcript::Line], step: &str) -> Value {
    let mut of_it = lines.iter().rev().filter(|line| line.step == step);
    match of_it.next().and_then(|line| line.outcome.as_ref()) {
        Some(Outcome::Output { output }) => Value::Object(output.clone()),
        _ => panic!("{step} has no output"),
    }
}

#[test]
fn every_member_of_every_operation_is_set_once() {
    let model = Model::load().unwrap();
    let mut set = BTreeSet::new();
    for line in transcript::lines() {
        let went_well = matches!(&line.outcome, Some(Outcome::Output { .. }));
        // What boto3 itself cannot read is answered well, too.
        let was_taken = went_well || line.step.ends_with(", gzip");
        if was_taken && let Some(members) = line.input.as_object() {
            set.extend(
                members
                    .keys()
                    .map(|name| (line.operation.clone(), name.clone())),
            );
        }
    }
    for operation in transcript::operations() {
        for (member, _) in model.input_members(operation) {
            assert!(
                set.contains(&(operation.to_owned(), member.to_owned())),
                "{operation}: {member}"
            );
        }
    }
}
