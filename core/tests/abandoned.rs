//! Queries that nobody waits for any more: which are named, and what cancels them.

use std::time::{Duration, SystemTime};

use neptunedata::{
    Auth, Call, CallOptions, Endpoint, ExecuteGremlinQuery, ExecuteOpenCypherQuery,
    ExecuteSparqlUpdate, FailureKind, Input, Machine, Now, Operation, RetryPolicy, Rows, Sent,
    Session, Step, TransportError, TransportErrorKind, by_name,
    http::{self, HeaderMap},
    serde_json::{Value, json},
};

const NOW: Now = Now {
    wall: SystemTime::UNIX_EPOCH,
    mono: Duration::ZERO,
};
const OWN: &str = "0f1f3a9e-6a3a-4a0e-9f39-52c7e7f5a0a1";

fn session() -> Session {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let builder = Session::builder(endpoint, Auth::unsigned());
    let policy = RetryPolicy::default();
    builder
        .retry_policy(policy)
        .cancel_abandoned(true)
        .build()
        .unwrap()
}

fn query() -> ExecuteGremlinQuery {
    ExecuteGremlinQuery::new("g.V()")
}

fn call<O: Operation>(operation: &O, options: &CallOptions) -> Call<O> {
    Call::with_options(&session(), operation, options, 42)
}

/// The body that is sent, as JSON.
fn sent(machine: &mut impl Machine) -> Value {
    match machine.resume(Input::Next, NOW) {
        Step::Send(transmit) => {
            neptunedata::serde_json::from_slice(transmit.request.body()).unwrap()
        }
        _ => panic!("nothing is sent"),
    }
}

/// Method and path of what cancels, if anything does.
fn cancelled(machine: &impl Machine) -> Option<String> {
    let mut exchange = machine.abandoned()?;
    assert_eq!(exchange.timeouts().total, Some(Duration::from_secs(5)));
    match exchange.resume(Input::Next, NOW) {
        Step::Send(transmit) => {
            assert!(exchange.abandoned().is_none());
            let request = &transmit.request;
            Some(format!("{} {}", request.method(), request.uri().path()))
        }
        step => panic!("{step:?}"),
    }
}

fn failure(kind: TransportErrorKind, sent: Sent) -> Input {
    Input::Failure(TransportError::new(kind, sent))
}

fn answer(status: u16, body: &'static str) -> Input {
    let answer = http::Response::builder().status(status).body(body.into());
    Input::Response(answer.unwrap(), HeaderMap::new())
}

const ANSWER: &str = r#"{"requestId":"1","status":{"code":200},"result":{"data":[],"meta":{}}}"#;

#[test]
fn a_query_is_named_from_the_seed() {
    let mut first = call(&query(), &CallOptions::new());
    let id = sent(&mut first)["queryId"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 36);
    assert_eq!(
        cancelled(&first),
        Some(format!("DELETE /gremlin/status/{id}"))
    );
    let mut same = call(&query(), &CallOptions::new());
    assert_eq!(sent(&mut same)["queryId"], id);
    let mut other = Call::new(&session(), &query(), 43);
    assert_ne!(sent(&mut other)["queryId"], id);
    let mut by_name = by_name::call(
        "ExecuteGremlinQuery",
        &json!({"gremlinQuery": "g.V()"}),
        &session(),
        &CallOptions::new(),
        42,
    )
    .unwrap();
    assert_eq!(sent(&mut by_name)["queryId"], id);
    assert!(cancelled(&by_name).is_some());
    let mut rows = Rows::<Value>::new(&session(), &query(), 42);
    assert_eq!(sent(&mut rows)["queryId"], id);
    assert!(cancelled(&rows).is_some());
}

#[test]
fn ids_of_the_callers_own_are_kept() {
    let named = query().query_id(OWN);
    let mut call_of_it = call(&named, &CallOptions::new());
    assert_eq!(sent(&mut call_of_it)["queryId"], OWN);
    let path = Some(format!("DELETE /gremlin/status/{OWN}"));
    assert_eq!(cancelled(&call_of_it), path);
    // Also when it comes in from the side.
    for options in [
        CallOptions::new().extra("queryId", OWN),
        CallOptions::new().extra_query("queryId", OWN),
    ] {
        let mut call = call(&query(), &options);
        let id = sent(&mut call).get("queryId").cloned();
        assert!(id.is_none_or(|id| id == OWN));
        assert_eq!(cancelled(&call), path);
    }
}

#[test]
fn nothing_is_named_unless_asked_for() {
    let off = CallOptions::new().cancel_abandoned(false);
    let mut call_without = call(&query(), &off);
    assert_eq!(sent(&mut call_without), json!({"gremlin": "g.V()"}));
    assert_eq!(cancelled(&call_without), None);
    // An id alone does not ask for it.
    let mut named = call(&query().query_id(OWN), &off);
    assert_eq!(sent(&mut named)["queryId"], OWN);
    assert_eq!(cancelled(&named), None);
    // Neither do bare requests.
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let bare = neptunedata::request(&query(), &endpoint).unwrap();
    assert_eq!(bare.body(), r#"{"gremlin":"g.V()"}"#);
}

#[test]
fn sparql_is_named_in_its_form() {
    let mut update = call(&ExecuteSparqlUpdate::new("CLEAR ALL"), &CallOptions::new());
    let body = match update.resume(Input::Next, NOW) {
        Step::Send(transmit) => transmit.request.into_body(),
        step => panic!("{step:?}"),
    };
    let form = String::from_utf8(body.to_vec()).unwrap();
    let (_, id) = form.split_once("&queryId=").unwrap();
    let mut exchange = update.abandoned().unwrap();
    match exchange.resume(Input::Next, NOW) {
        Step::Send(transmit) => {
            assert_eq!(transmit.request.uri().path(), "/sparql/status");
            let expected = format!("cancelQuery=true&queryId={id}");
            assert_eq!(transmit.request.body(), &expected);
        }
        step => panic!("{step:?}"),
    }
}

/// `U06`: there is no id to cancel them by.
#[test]
fn u06_open_cypher_queries_go_on() {
    let mut call = call(
        &ExecuteOpenCypherQuery::new("RETURN 1"),
        &CallOptions::new(),
    );
    assert_eq!(sent(&mut call), json!({"query": "RETURN 1"}));
    assert_eq!(cancelled(&call), None);
}

#[test]
fn only_what_goes_on_is_cancelled() {
    let begun = || {
        let mut call = call(&query(), &CallOptions::new());
        assert_eq!(cancelled(&call), None, "before it was sent");
        let _ = sent(&mut call);
        call
    };
    let after = |input: Input| {
        let mut call = begun();
        let _ = call.resume(input, NOW);
        cancelled(&call).is_some()
    };
    use Sent::{Maybe, No};
    use TransportErrorKind::{Closed, Connect, Deadline, Timeout};
    assert!(after(failure(Deadline, Maybe)));
    assert!(after(failure(Timeout, Maybe)));
    assert!(!after(failure(Deadline, No)));
    assert!(!after(failure(Connect, No)));
    // Who was cut off has not given up.
    assert!(!after(failure(Closed, Maybe)));
    assert!(!after(answer(200, ANSWER)));
    assert!(!after(answer(
        500,
        r#"{"code":"TimeLimitExceededException"}"#
    )));
    // Its answer has begun.
    let (head, ()) = http::Response::new(()).into_parts();
    assert!(after(Input::Head(head)));
}

#[test]
fn an_attempt_that_was_given_up_counts_until_there_is_a_success() {
    let options = CallOptions::new().effect(neptunedata::Effect::Read);
    for (status, body, remains) in [
        (200, ANSWER, false),
        (400, r#"{"code":"MalformedQueryException"}"#, true),
    ] {
        let mut call = call(&query(), &options);
        let _ = sent(&mut call);
        let late = failure(TransportErrorKind::Timeout, Sent::Maybe);
        assert!(matches!(call.resume(late, NOW), Step::Wait(_)));
        assert!(cancelled(&call).is_some(), "while it waits to try again");
        assert!(matches!(call.resume(Input::Woken, NOW), Step::Send(_)));
        let step = call.resume(answer(status, body), NOW);
        assert!(matches!(step, Step::Done(_)));
        assert_eq!(cancelled(&call).is_some(), remains, "{status}");
    }
}

#[test]
fn rows_that_cannot_be_read_leave_a_query_to_cancel() {
    let mut rows = Rows::<u32>::new(&session(), &query(), 42);
    let _ = sent(&mut rows);
    let (head, ()) = http::Response::new(()).into_parts();
    assert!(matches!(rows.resume(Input::Head(head), NOW), Step::Receive));
    let chunk = Input::Chunk(r#"{"result":{"data":[1,"two",3"#.into());
    assert!(matches!(rows.resume(chunk, NOW), Step::Item(1)));
    assert!(cancelled(&rows).is_some(), "in the middle");
    match rows.resume(Input::Next, NOW) {
        Step::Done(Err(error)) => assert_eq!(error.kind(), FailureKind::Decode),
        step => panic!("{step:?}"),
    }
    assert!(cancelled(&rows).is_some(), "after a row that is none");
}
