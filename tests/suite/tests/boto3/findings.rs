//! Facts about boto3 that the transcript shows, and checks that the transcript is complete.

use std::collections::BTreeSet;

use neptunedata_emulator::PlannedFault;
use neptunedata_tests::vectors::model::Model;
use serde_json::{Value, json};

use crate::transcript::{self, Line, Outcome};

const START: &str = "StartMLModelTrainingJob";
const LIST: &str = "ListMLModelTrainingJobs";
const GET: &str = "GetMLModelTrainingJob";
const CANCEL: &str = "CancelMLModelTrainingJob";

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Became {
    /// A success with the members of the answer.
    Output,
    /// A success without a single one.
    Nothing,
    /// An exception of this class.
    Error(&'static str),
}
use Became::{Error, Nothing, Output};

const UNDECODABLE: Became = Error("builtins.UnicodeDecodeError");
const DENIED: Became = Error("AccessDeniedException");
const INVALID: Became = Error("InvalidParameterException");

/// Step, operation, how often it was sent and executed, and what became of the last call. Steps that ended as their caller
/// would expect are not listed: the replay compares them.
#[rustfmt::skip]
const FINDINGS: &[(&str, &str, usize, usize, Became)] = &[
    ("start, required member missing", START, 0, 0, Error("ParamValidationError")),
    // What is too small boto3 refuses itself, what is too large it sends.
    ("list, maxItems too small", LIST, 0, 0, Error("ParamValidationError")),
    ("list, maxItems too large", LIST, 1, 0, INVALID),
    ("get, empty id", GET, 1, 0, Error("BadRequestException")),
    ("one connection", CANCEL, 2, 1, INVALID),
    ("expired token", GET, 1, 0, DENIED),
    ("wrong secret, get", GET, 1, 0, DENIED),
    ("wrong secret, start", START, 1, 0, DENIED),
    ("unknown keys", GET, 1, 0, DENIED),
    ("wrong region", GET, 1, 0, DENIED),
    ("unsigned", GET, 1, 0, DENIED),
    ("header not signed", GET, 1, 0, Error("MalformedQueryException")),
    ("unknown fault", GET, 1, 0, Error("BadRequestException")),

    // A write whose answer is lost is sent again: two jobs, and a success.
    ("standard, start, close-before-reading", START, 2, 1, Output),
    ("standard, start, read-then-fin", START, 2, 2, Output),
    ("standard, start, read-then-rst", START, 2, 2, Output),
    ("standard, start, error; executed", START, 2, 2, Output),
    ("standard, start, status=503; executed", START, 2, 2, Output),
    ("standard, start, always read-then-fin", START, 3, 3, Error("ConnectionClosedError")),
    ("legacy, start, close-before-reading", START, 2, 1, Output),
    ("legacy, start, read-then-fin", START, 2, 2, Output),
    ("legacy, start, read-then-rst", START, 2, 2, Output),
    ("legacy, start, error; executed", START, 2, 2, Output),
    ("legacy, start, status=503; executed", START, 2, 2, Output),
    ("legacy, start, always read-then-fin", START, 5, 5, Error("ConnectionClosedError")),
    // A cancel that succeeded becomes an error.
    ("standard, start and cancel, close-before-reading", CANCEL, 2, 1, Output),
    ("standard, start and cancel, read-then-fin", CANCEL, 2, 1, INVALID),
    ("standard, start and cancel, read-then-rst", CANCEL, 2, 1, INVALID),
    ("standard, start and cancel, error; executed", CANCEL, 2, 1, INVALID),
    ("legacy, start and cancel, read-then-fin", CANCEL, 2, 1, INVALID),
    // A job that was started has no id.
    ("standard, start, truncated-body", START, 1, 1, Nothing),
    ("legacy, start, truncated-body", START, 1, 1, Nothing),
    ("standard, start and cancel, truncated-body", CANCEL, 1, 1, Nothing),

    ("standard, get, close-before-reading", GET, 2, 1, Output),
    ("standard, get, read-then-fin", GET, 2, 2, Output),
    ("standard, get, read-then-rst", GET, 2, 2, Output),
    ("standard, get, answer-late; delay=50", GET, 1, 1, Output),
    ("standard, get, answer-late; delay=1500", GET, 2, 2, Output),
    ("standard, get, stop-answering", GET, 2, 2, Output),
    ("standard, get, head-then-stall; bytes=20", GET, 2, 2, Output),
    ("standard, get, trickle; bytes=64; every=2", GET, 1, 1, Output),
    ("standard, get, chunk-cut", GET, 2, 2, Output),
    ("standard, get, no-last-chunk", GET, 2, 2, Output),
    // Damaged answers that count as successes.
    ("standard, get, truncated-body", GET, 1, 1, Nothing),
    ("standard, get, truncated-body; framing=close", GET, 1, 1, Nothing),
    ("standard, get, truncated-body; missing=10", GET, 1, 1, Output),
    ("standard, get, trailers; kind=failing; unasked", GET, 1, 1, Nothing),
    ("standard, get, html", GET, 1, 1, Nothing),
    ("standard, get, empty-200", GET, 1, 1, Nothing),
    ("standard, get, error-in-200", GET, 1, 1, Nothing),
    ("standard, get, garbage", GET, 1, 1, UNDECODABLE),
    ("standard, get, garbage; part=tail", GET, 1, 1, UNDECODABLE),
    ("standard, get, garbage; part=wire", GET, 2, 2, Output),
    ("standard, get, trailers", GET, 1, 1, Output),
    ("standard, get, trailers; unasked", GET, 1, 1, Output),
    ("standard, get, error; body=not-utf8", GET, 1, 0, UNDECODABLE),
    ("standard, get, error", GET, 2, 1, Output),
    ("standard, get, error; code=ThrottlingException; retry-after=1", GET, 2, 1, Output),
    ("standard, get, error; code=ConcurrentModificationException", GET, 2, 1, Output),
    ("standard, get, error; code=ReadOnlyViolationException", GET, 1, 0, Error("ReadOnlyViolationException")),
    ("standard, get, error; status=400; body=header", GET, 1, 0, Error("InternalFailureException")),
    ("standard, get, error; status=400; body=text", GET, 1, 0, Error("ClientError")),
    ("standard, get, always status=503", GET, 3, 0, Error("InternalFailureException")),
    ("legacy, get, always status=503", GET, 5, 0, Error("InternalFailureException")),
    ("standard, get, refuse-credentials", GET, 1, 0, DENIED),
    ("standard, get, expire-token", GET, 1, 0, DENIED),
    ("standard, get, signature-expired", GET, 1, 0, DENIED),
    ("standard, get, signature-not-yet-current", GET, 1, 0, DENIED),
    // A clock that is off is not corrected.
    ("standard, get, skewed-date", GET, 1, 1, Output),
    ("standard, get, always skewed-date", GET, 1, 0, DENIED),
    ("standard, get, redirect", GET, 1, 0, Error("ClientError")),
    // The connection is gone when the second call comes, and boto3 sees it.
    ("standard, get twice, close-after-answer", GET, 2, 2, Output),
    ("standard, get twice, close-idle; after=20", GET, 2, 2, Output),

    // Two endpoints.
    ("endpoint, start, read-then-rst", "CreateMLEndpoint", 2, 2, Output),
    // The answer has no body, so that boto3 has nothing to say.
    ("load, cancel", "CancelLoaderJob", 1, 1, Nothing),
    // What is not there is asked for three times: the model calls that exception retryable.
    ("load, cancel again", "CancelLoaderJob", 3, 0, Error("BulkLoadIdNotFoundException")),
    ("load, get, unknown id", "GetLoaderJobStatus", 3, 0, Error("BulkLoadIdNotFoundException")),
    // A load that runs, and an error for the caller.
    ("load, start, read-then-fin", "StartLoaderJob", 2, 1, Error("BadRequestException")),
    // 204 and no body, of which boto3 makes a member.
    ("property graph, statistics, delete again", "DeletePropertygraphStatistics", 1, 1, Output),
    ("RDF, statistics, delete again", "DeleteSparqlStatistics", 1, 1, Output),
    // It asks for compression and does not undo it.
    ("property graph, stream, gzip", "GetPropertygraphStream", 1, 1, UNDECODABLE),
    ("RDF, stream, gzip", "GetSparqlStream", 1, 1, UNDECODABLE),
    // One rebuild, for the token is the same.
    ("rebuild, start, read-then-rst", "StartIndexRebuild", 2, 2, Output),
    // Writes that were executed twice.
    ("Gremlin, read-then-fin", "ExecuteGremlinQuery", 2, 2, Output),
    ("openCypher, read-then-fin", "ExecuteOpenCypherQuery", 2, 2, Output),
    // Three queries run on after boto3 has stopped waiting for them. One is cancelled, the others take effect.
    ("Gremlin, slow", "ExecuteGremlinQuery", 3, 2, Error("ReadTimeoutError")),
    ("openCypher, slow", "ExecuteOpenCypherQuery", 3, 2, Error("ReadTimeoutError")),
    // Everything was deleted, and the caller is told that it was not.
    ("reset, perform, read-then-fin", "ExecuteFastReset", 3, 1, INVALID),
    // The first attempt is refused.
    ("reset, status while it restarts", "GetEngineStatus", 2, 1, Output),
];

#[test]
fn boto3_behaves_as_listed() {
    let lines = transcript::lines();
    for (step, operation, sent, executed, became) in FINDINGS {
        let of_it = || {
            let mut found = lines.iter().filter(|line| line.step == *step);
            found
                .by_ref()
                .filter(|line| line.operation == *operation)
                .collect::<Vec<_>>()
        };
        let last = of_it().pop().unwrap_or_else(|| panic!("no step {step}"));
        let found = (
            of_it().iter().filter(|line| line.request.is_some()).count(),
            of_it().iter().filter(|line| line.executed()).count(),
        );
        assert_eq!(found, (*sent, *executed), "{step}");
        assert!(
            is(last.outcome.as_ref().unwrap(), *became),
            "{step}: not {became:?}"
        );
    }
}

/// The values in outputs that surprise: the last output of a step, a JSON pointer into it, and the value there.
#[test]
fn boto3_returns_the_listed_values() {
    let beyond_floats = json!(9_007_199_254_740_993_u64);
    let lines = transcript::lines();
    for (step, place, expected) in [
        // The caller does not know that the second of these endpoints exists.
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
        // A number for what the model calls a string (M25).
        (
            "property graph, statistics",
            "/payload/statisticsId",
            json!(1_767_225_600_000_u64),
        ),
        (
            "property graph, statistics, delete again",
            "/statusCode",
            json!(204),
        ),
        // Numbers again (M35), and none is rounded.
        (
            "property graph, stream, latest",
            "/lastEventId/commitNum",
            beyond_floats.clone(),
        ),
        ("Gremlin", "/result/data/1/born", beyond_floats.clone()),
        ("openCypher, all members", "/results/1/born", beyond_floats),
    ] {
        let mut of_step = lines.iter().rev().filter(|line| line.step == step);
        match of_step.next().and_then(|line| line.outcome.as_ref()) {
            Some(Outcome::Output { output }) => {
                let output = Value::Object(output.clone());
                assert_eq!(output.pointer(place), Some(&expected), "{step}: {place}");
            }
            _ => panic!("{step} has no output"),
        }
    }
}

fn is(outcome: &Outcome, expected: Became) -> bool {
    match (outcome, expected) {
        // One member is always there, ResponseMetadata.
        (Outcome::Output { output }, Output) => output.len() > 1,
        (Outcome::Output { output }, Nothing) => output.len() == 1,
        (Outcome::Error { error, .. }, Error(expected)) => error == expected,
        _ => false,
    }
}

#[test]
fn errors_of_the_service_have_no_text_in_boto3() {
    let mut found = 0;
    for line in transcript::lines() {
        let Some(Outcome::Error { text, response, .. }) = &line.outcome else {
            continue;
        };
        let Some(explained) = response["detailedMessage"].as_str() else {
            continue;
        };
        assert!(text.starts_with("An error occurred ("), "{text}");
        assert!(!explained.is_empty() && !text.contains(explained), "{text}");
        assert_eq!(response["Error"]["Message"], "", "{text}");
        found += 1;
    }
    assert!(found > 20);
}

/// The names of all faults, from the emulator itself.
fn faults() -> Vec<String> {
    let refusal = "?".parse::<PlannedFault>().unwrap_err().to_string();
    let (_, names) = refusal.split_once("known are ").unwrap();
    let names = names.trim_end_matches('.').split(", ");
    names.map(str::to_owned).collect()
}

#[test]
fn the_transcript_has_every_fault_and_every_operation() {
    let lines = transcript::lines();
    let faults = faults();
    assert!(faults.len() >= 23, "{faults:?}");
    for fault in faults {
        let strikes = |line: &&Line| {
            let name = line.fault.as_deref().and_then(|it| it.split(';').next());
            let was_met = line.emulator.as_ref().is_none_or(|verdict| verdict.spoilt);
            name == Some(fault.as_str()) && line.request.is_some() && was_met
        };
        assert!(
            lines.iter().any(|line| strikes(&line)),
            "no request met {fault}"
        );
    }
    let verified = ("verified".to_owned(), "AKIDEXAMPLE".to_owned());
    for operation in transcript::operations() {
        let went_well = |line: &Line| {
            let verdict = line.emulator.as_ref();
            // M34: the end of a load is told without a body.
            let good = if operation == "CancelLoaderJob" {
                Nothing
            } else {
                Output
            };
            line.operation == operation
                && line.outcome.as_ref().is_some_and(|it| is(it, good))
                && verdict.is_some_and(|it| !it.spoilt && it.executed && it.signature == verified)
        };
        assert!(lines.iter().any(went_well), "{operation}");
        let was_refused = |line: &Line| {
            let answer = line.response.as_ref().and_then(|answer| answer.status);
            line.operation == operation && !line.executed() && answer.is_some_and(|it| it >= 400)
        };
        assert!(lines.iter().any(was_refused), "{operation}");
    }
    for mode in ["standard", "legacy"] {
        let agent = format!(" cfg/retry-mode#{mode} ");
        let is_of_it = |line: &Line| {
            let request = line.request.as_ref();
            let header = request.and_then(|request| request.header("user-agent"));
            line.step.starts_with(mode) && header.is_some_and(|it| it.contains(&agent))
        };
        assert!(
            lines.iter().filter(|line| is_of_it(line)).count() > 50,
            "{mode}"
        );
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

#[test]
fn the_transcript_has_the_pinned_versions_and_no_facts_of_a_machine() {
    let text = transcript::committed();
    let (versions, lines) = transcript::parse(&text);
    let pins = include_str!("../../boto3/requirements.txt");
    for (name, version) in [
        ("boto3", versions.boto3),
        ("botocore", versions.botocore),
        ("urllib3", versions.urllib3),
    ] {
        let pin = format!("{name}=={version}");
        assert!(
            pins.lines().any(|line| line == pin),
            "{pin} is not required"
        );
    }
    for found in ["/tmp", "/home/", "/root", "os/linux", "wJalr"] {
        assert!(!text.contains(found), "{found}");
    }
    // A call ends with an outcome, and connections are counted from 1.
    assert!(lines.last().unwrap().outcome.is_some());
    let connections: Vec<_> = lines.iter().filter_map(|line| line.connection).collect();
    assert!(connections.is_sorted() && connections.first() == Some(&1));
}
