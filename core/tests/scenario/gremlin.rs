//! Gremlin queries that fail after a status of 200.

use neptunedata::{
    CallOptions, Effect, ErrorKind, ExceptionKind, Operation,
    gremlin::{ExecuteGremlinExplainQuery, ExecuteGremlinProfileQuery, ExecuteGremlinQuery},
};

use crate::{
    drive::{Clock, Style, Trace, drive, unsigned},
    script::{Answer, Event, answer, error_object},
};

/// The beginning of an answer of rows, which goes on.
const BROKEN: &str = r#"{"requestId":"q-1","status":{"message":"","code":200,"attributes":{}},"result":{"data":[{"name":"a"},{"na"#;

fn rows() -> Answer {
    answer(
        200,
        r#"{"requestId":"q-1","status":{"message":"","code":200,"attributes":{}},"result":{"data":[1],"meta":{}}}"#,
    )
}

/// Whole and in chunks, which makes no difference.
fn call<O: Operation>(operation: &O, options: &CallOptions, script: &[Event]) -> Trace {
    let run = |style| {
        drive(
            &unsigned(),
            operation,
            options,
            script,
            style,
            &mut Clock::new(),
        )
    };
    let whole = run(Style::WHOLE);
    for chunks in [1, 7] {
        let trace = run(Style {
            seed: 1,
            chunks: Some(chunks),
        });
        assert_eq!(trace.asked, whole.asked);
        let text =
            |trace: &Trace| format!("{:?}", trace.result.as_ref().map_err(ToString::to_string));
        assert_eq!(text(&trace), text(&whole));
    }
    whole
}

fn write(script: &[Event]) -> Trace {
    let query = ExecuteGremlinQuery::new("g.addV('a')");
    call(&query, &CallOptions::new(), script)
}

fn read(script: &[Event]) -> Trace {
    let options = CallOptions::new().effect(Effect::Read);
    call(&ExecuteGremlinQuery::new("g.V()"), &options, script)
}

#[track_caller]
fn fails(trace: &Trace, kind: ExceptionKind, attempts: u32) {
    let error = trace.result.as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service(kind), "{error}");
    assert_eq!(error.attempts(), attempts, "{error}");
}

/// Seen at the top of an answer with status 200.
#[test]
fn an_error_object_in_place_of_an_answer() {
    let body = r#"{"requestId":"q-1","code":"TimeLimitExceededException","detailedMessage":"A timeout occurred within the script during evaluation.","message":"A timeout occurred within the script during evaluation."}"#;
    let trace = read(&[answer(200, body).into()]);
    fails(&trace, ExceptionKind::TimeLimitExceededException, 1);
    assert_eq!(
        trace.result.unwrap_err().to_string(),
        "ExecuteGremlinQuery: TimeLimitExceededException (500): A timeout occurred within the script during evaluation. [request id q-1]"
    );
}

#[test]
fn an_error_object_at_the_end_of_rows() {
    let body = format!(
        "{BROKEN}{}",
        error_object("MemoryLimitExceededException", "m")
    );
    let trace = write(&[answer(200, body.clone()).into()]);
    fails(&trace, ExceptionKind::MemoryLimitExceededException, 1);
    assert!(trace.result.unwrap_err().may_have_executed());
    let trace = read(&[answer(200, body).into(), rows().into()]);
    assert_eq!(trace.result.unwrap().attempts, 2);
}

/// The trailers outrank rows that look complete.
#[test]
fn an_error_in_the_trailers() {
    let detail = "%7B%22requestId%22%3A%22q-1%22%2C%22code%22%3A%22TimeLimitExceededException%22%2C%22detailedMessage%22%3A%22too+long%22%7D";
    for body in [rows().body, BROKEN.into()] {
        let failing = answer(200, body)
            .header("trailer", "X-Neptune-Status, X-Neptune-Detail")
            .trailer("x-neptune-status", "500 TimeLimitExceededException")
            .trailer("x-neptune-detail", detail);
        let trace = write(&[failing.into()]);
        fails(&trace, ExceptionKind::TimeLimitExceededException, 1);
        assert!(trace.result.unwrap_err().to_string().contains("too long"));
    }
    let trace = write(&[rows().trailer("x-neptune-status", "200 OK").into()]);
    assert_eq!(trace.result.unwrap().attempts, 1);
}

/// As on engines that append nothing.
#[test]
fn truncated_rows() {
    let trace = write(&[answer(200, BROKEN).into()]);
    let error = trace.result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.may_have_executed());
    assert_eq!(error.body().as_ref(), BROKEN.as_bytes());
    assert_eq!(error.attempts(), 1);
    let trace = read(&[answer(200, BROKEN).into(), rows().into()]);
    assert_eq!(trace.result.unwrap().attempts, 2);
}

#[test]
fn a_truncated_report() {
    let body = format!(
        "Neptune Gremlin Profile\n{}",
        error_object("TimeLimitExceededException", "m")
    );
    let script = [answer(200, body).into()];
    let options = CallOptions::new();
    let profile = call(&ExecuteGremlinProfileQuery::new("g.V()"), &options, &script);
    let explain = call(&ExecuteGremlinExplainQuery::new("g.V()"), &options, &script);
    for trace in [profile, explain] {
        fails(&trace, ExceptionKind::TimeLimitExceededException, 1);
    }
}
