//! Abandoned queries: which ones the machines report, and the requests that cancel them.

#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

#[path = "abandoned/attempts.rs"]
mod attempts;

use std::{net::SocketAddr, time::Duration};

use neptunedata::{
    Auth, Call, CallOptions, Effect, Error, ErrorKind, Operation, Session, TransportError,
    bytes::Bytes,
    changes::{Changes, StartPosition, Transactions},
    dynamic,
    gremlin::ExecuteGremlinQuery,
    http::{self, HeaderMap},
    machine::{AbandonedQuery, Input, Io, Machine, Now, Step},
    opencypher::ExecuteOpenCypherQuery,
    rows::Rows,
    serde_json::{Value, json},
    sparql::ExecuteSparqlUpdate,
    streams::GetPropertygraphStream,
    transport::{Sent, TransportErrorKind},
    wait::{Wait, waiters::LoadCompleted},
};

use steps::{NOW, Steps, endpoint};

const OWN: &str = "0f1f3a9e-6a3a-4a0e-9f39-52c7e7f5a0a1";

fn session() -> Session {
    let builder = Session::builder(endpoint(), Auth::unsigned());
    builder.cancel_on_abandon(true).build().unwrap()
}

fn query() -> ExecuteGremlinQuery {
    ExecuteGremlinQuery::new("g.V()")
}

fn call<O: Operation>(operation: &O, options: &CallOptions) -> Call<O> {
    Call::with_options(&session(), operation, options, 42)
}

/// The request that is sent, which the driver says it does.
fn sent_by(machine: &mut impl Machine, input: Input, now: Now) -> http::Request<Bytes> {
    let transmit = machine.sends(input, now);
    report(machine, None);
    transmit.request
}

fn report(machine: &mut impl Machine, peer: Option<SocketAddr>) {
    machine.continues(Input::Sending(peer), NOW);
}

/// The body that is sent, as JSON.
fn sent(machine: &mut impl Machine) -> Value {
    let request = sent_by(machine, Input::Next, NOW);
    neptunedata::serde_json::from_slice(request.body()).unwrap()
}

/// Method and path of the next cancellation, if there is one.
fn next_cancellation(machine: &mut impl Machine) -> Option<String> {
    let AbandonedQuery { mut cancel, .. } = machine.abandoned()?;
    let request = cancel.sends(Input::Next, NOW).request;
    assert_eq!(cancel.wake_at(), Some(NOW.mono + Duration::from_secs(5)));
    report(&mut cancel, None);
    assert!(cancel.abandoned().is_none());
    Some(format!("{} {}", request.method(), request.uri().path()))
}

/// Method and path of the one cancellation after a machine that is dropped here.
fn cancelled(machine: &mut impl Machine) -> Option<String> {
    machine.abandon();
    let target = next_cancellation(machine)?;
    assert!(machine.abandoned().is_none(), "each is returned once");
    Some(target)
}

/// The body of the next attempt, after one that was given up and a wait.
fn sent_again(machine: &mut impl Machine) -> http::Request<Bytes> {
    sent_by(machine, Input::Wake(Sent::No), woken(machine))
}

/// The time at which the machine wants to be woken.
fn woken(machine: &impl Machine) -> Now {
    Now {
        mono: machine.wake_at().unwrap(),
        ..NOW
    }
}

fn give_up(machine: &mut impl Machine) {
    let late = failure(TransportErrorKind::Timeout, Sent::Maybe);
    machine.waits(late, NOW);
}

fn id_in(request: &http::Request<Bytes>) -> String {
    let body: Value = neptunedata::serde_json::from_slice(request.body()).unwrap();
    body["queryId"].as_str().unwrap().to_owned()
}

/// The id of the query that is sent.
fn sent_id(machine: &mut impl Machine) -> String {
    id_in(&sent_by(machine, Input::Next, NOW))
}

/// How a query is cancelled.
fn delete(id: &str) -> Option<String> {
    Some(format!("DELETE /gremlin/status/{id}"))
}

fn head() -> Input {
    Input::Head(http::Response::new(()).into_parts().0)
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
fn a_query_id_is_made_from_the_seed() {
    let mut first = call(&query(), &CallOptions::new());
    let id = sent_id(&mut first);
    assert_eq!(id.len(), 36);
    assert_eq!(cancelled(&mut first), delete(&id));
    let mut same = call(&query(), &CallOptions::new());
    assert_eq!(sent(&mut same)["queryId"], id);
    let mut other = Call::new(&session(), &query(), 43);
    assert_ne!(sent(&mut other)["queryId"], id);
    let mut by_name = dynamic::call(
        "ExecuteGremlinQuery",
        &json!({"gremlinQuery": "g.V()"}),
        &session(),
        &CallOptions::new(),
        42,
    )
    .unwrap();
    assert_eq!(sent(&mut by_name)["queryId"], id);
    assert!(cancelled(&mut by_name).is_some());
    let mut rows = Rows::<Value>::new(&session(), &query(), 42);
    assert_eq!(sent(&mut rows)["queryId"], id);
    assert!(cancelled(&mut rows).is_some());
}

#[test]
fn ids_set_by_the_caller_are_kept() {
    let named = query().query_id(OWN);
    let mut call_of_it = call(&named, &CallOptions::new());
    assert_eq!(sent(&mut call_of_it)["queryId"], OWN);
    assert_eq!(cancelled(&mut call_of_it), delete(OWN));
    // Also when it comes in from the side.
    for options in [
        CallOptions::new().extra("queryId", OWN),
        CallOptions::new().extra_query("queryId", OWN),
    ] {
        let mut call = call(&query(), &options);
        let id = sent(&mut call).get("queryId").cloned();
        assert!(id.is_none_or(|id| id == OWN));
        assert_eq!(cancelled(&mut call), delete(OWN));
    }
}

#[test]
fn queries_get_no_id_by_default() {
    let off = CallOptions::new().cancel_on_abandon(false);
    let mut call_without = call(&query(), &off);
    assert_eq!(sent(&mut call_without), json!({"gremlin": "g.V()"}));
    assert_eq!(cancelled(&mut call_without), None);
    // An id alone does not ask for it.
    let mut named = call(&query().query_id(OWN), &off);
    assert_eq!(sent(&mut named)["queryId"], OWN);
    assert_eq!(cancelled(&mut named), None);
    // Neither do bare requests.
    let bare = neptunedata::request(&query(), &endpoint()).unwrap();
    assert_eq!(bare.body(), r#"{"gremlin":"g.V()"}"#);
}

#[test]
fn sparql_queries_have_their_id_in_the_form() {
    let mut update = call(&ExecuteSparqlUpdate::new("CLEAR ALL"), &CallOptions::new());
    let body = sent_by(&mut update, Input::Next, NOW).into_body();
    let form = String::from_utf8(body.to_vec()).unwrap();
    let (_, id) = form.split_once("&queryId=").unwrap();
    update.abandon();
    let mut abandoned = update.abandoned().unwrap();
    let request = abandoned.cancel.sends(Input::Next, NOW).request;
    assert_eq!(request.uri().path(), "/sparql/status");
    let expected = format!("cancelQuery=true&queryId={id}");
    assert_eq!(request.body(), &expected);
}

/// `U06`: there is no id to cancel them by.
#[test]
fn u06_open_cypher_queries_go_on() {
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let mut call = call(&query, &CallOptions::new());
    assert_eq!(sent(&mut call), json!({"query": "RETURN 1"}));
    assert_eq!(cancelled(&mut call), None);
}

#[test]
fn only_unfinished_queries_are_cancelled() {
    let begun = || {
        let mut call = call(&query(), &CallOptions::new());
        let _ = sent(&mut call);
        call
    };
    let mut new = call(&query(), &CallOptions::new());
    assert_eq!(cancelled(&mut new), None, "before it was sent");
    let after = |input: Input| {
        let mut call = begun();
        let _ = call.resume(input, NOW);
        cancelled(&mut call).is_some()
    };
    use Sent::{Maybe, No};
    use TransportErrorKind::{Closed, Connect, Deadline, Other, Timeout};
    let refusal = r#"{"code":"TimeLimitExceededException"}"#;
    for (input, is_cancelled) in [
        (failure(Deadline, Maybe), true),
        (failure(Timeout, Maybe), true),
        (failure(Deadline, No), false),
        (failure(Connect, No), false),
        // The driver did not choose to close the connection; it chose every other error.
        (failure(Closed, Maybe), false),
        (failure(Other, Maybe), true),
        (answer(200, ANSWER), false),
        (answer(500, refusal), false),
        // Its answer has begun.
        (head(), true),
    ] {
        let name = format!("{input:?}");
        assert_eq!(after(input), is_cancelled, "{name}");
    }
}

#[test]
fn rows_that_cannot_be_read_leave_a_query_to_cancel() {
    let in_the_middle = || {
        let mut rows = Rows::<u32>::new(&session(), &query(), 42);
        let _ = sent(&mut rows);
        rows.receives(head(), NOW);
        let chunk = Input::Chunk(r#"{"result":{"data":[1,"two",3"#.into());
        assert_eq!(rows.yields(chunk, NOW), 1);
        rows
    };
    assert!(cancelled(&mut in_the_middle()).is_some());
    let mut rows = in_the_middle();
    assert_eq!(rows.fails(Input::Next, NOW).kind(), ErrorKind::Decode);
    assert!(cancelled(&mut rows).is_some(), "after a malformed row");
}

/// Whether a request was sent is known from the driver, or from the head.
#[test]
fn queries_that_were_not_sent_are_not_cancelled() {
    let begin = || {
        let mut call = call(&query(), &CallOptions::new());
        call.sends(Input::Next, NOW);
        call
    };
    assert_eq!(cancelled(&mut begin()), None);
    let mut reported = begin();
    report(&mut reported, None);
    assert!(cancelled(&mut reported).is_some());
    let mut received = begin();
    received.receives(head(), NOW);
    assert!(cancelled(&mut received).is_some());
    // A driver that never reports it still says how the exchange broke.
    for (how, is_cancelled) in [(Sent::Maybe, true), (Sent::No, false)] {
        let mut failed = begin();
        let _ = failed.resume(failure(TransportErrorKind::Deadline, how), NOW);
        assert_eq!(cancelled(&mut failed).is_some(), is_cancelled);
    }
}

#[test]
fn sending_is_reported_before_the_head() {
    let mut call = call(&query(), &CallOptions::new().effect(Effect::Read));
    let early = |call: &mut Call<ExecuteGremlinQuery>| {
        let misuse = call.misuses(Input::Sending(None), NOW);
        assert_eq!(misuse.input(), "Sending");
        let error = Error::from(misuse);
        assert_eq!(error.kind(), ErrorKind::Misuse);
        (error.attempts(), error.may_have_executed())
    };
    assert_eq!(early(&mut call), (0, false));
    let _ = sent(&mut call);
    give_up(&mut call);
    assert_eq!(early(&mut call), (1, true));
    let _ = sent_again(&mut call);
    call.succeeds(answer(200, ANSWER), NOW);
    assert_eq!(early(&mut call), (2, true));
}

/// The instance that took the query is the one that can cancel it.
#[test]
fn a_cancellation_goes_to_the_address_of_its_query() {
    let address = |port| Some(SocketAddr::from(([10, 0, 0, 7], port)));
    let options = CallOptions::new().effect(Effect::Read);
    let mut call = call(&query(), &options);
    call.sends(Input::Next, NOW);
    report(&mut call, address(1));
    give_up(&mut call);
    let woken = woken(&call);
    call.sends(Input::Wake(Sent::No), woken);
    report(&mut call, address(2));
    // Also once the head has arrived.
    call.receives(head(), woken);
    call.abandon();
    let peers = [call.abandoned(), call.abandoned()].map(|query| query.unwrap().peer);
    assert_eq!(peers, [address(1), address(2)]);
    assert!(call.abandoned().is_none());

    // The address is not known behind a proxy.
    let mut call = Call::with_options(&session(), &query(), &options, 42);
    let _ = sent(&mut call);
    call.abandon();
    assert_eq!(call.abandoned().unwrap().peer, None);

    // The last known address counts: a library may try several, or know the address only with the head.
    for (reported, expected) in [
        ([None, address(3)], address(3)),
        ([address(3), address(4)], address(4)),
        ([address(3), None], address(3)),
    ] {
        let mut call = Call::with_options(&session(), &query(), &options, 42);
        call.sends(Input::Next, NOW);
        for peer in reported {
            report(&mut call, peer);
        }
        call.abandon();
        assert_eq!(call.abandoned().unwrap().peer, expected);
    }
}

/// The machine's own limits give a query up, too.
#[test]
fn queries_that_exceed_a_limit_are_cancelled() {
    let second = Duration::from_secs(1);
    let options = CallOptions::new().effect(Effect::Read);
    let limits = [
        (options.clone().attempt_timeout(second), false),
        (options.timeout(second), true),
    ];
    for (options, is_end) in &limits {
        for (how, is_cancelled) in [(Sent::Maybe, true), (Sent::No, false)] {
            let mut call = call(&query(), options);
            let _ = sent(&mut call);
            let now = woken(&call);
            assert_eq!(now.mono, NOW.mono + second);
            if *is_end {
                let error = call.fails(Input::Wake(how), now);
                let kind = ErrorKind::Transport(TransportErrorKind::Deadline);
                assert_eq!(error.kind(), kind);
                assert_eq!(error.may_have_executed(), is_cancelled);
            } else {
                call.waits(Input::Wake(how), now);
            }
            assert_eq!(cancelled(&mut call).is_some(), is_cancelled);
        }
        // With a head the server has it, whatever the driver says.
        let mut call = call(&query(), options);
        let _ = sent(&mut call);
        call.receives(head(), NOW);
        let now = woken(&call);
        let step = call.resume(Input::Wake(Sent::No), now);
        assert!(matches!(step, Step::Io(Io::Wait) | Step::Done(Err(_))));
        assert!(cancelled(&mut call).is_some());
    }
}

/// Waiters and change streams have no queries to cancel; abandoned ones have ended.
#[test]
fn waiters_and_change_streams_end_early() {
    fn abandon(mut machine: impl Machine) {
        machine.sends(Input::Next, NOW);
        assert!(machine.wake_at().is_some());
        machine.abandon();
        assert!(machine.abandoned().is_none());
        assert_eq!(machine.wake_at(), None);
        machine.misuses(Input::Next, NOW);
    }
    let start = StartPosition::TrimHorizon;
    let session = session();
    abandon(Wait::new(&session, LoadCompleted::new("load-1"), 42));
    abandon(Changes::<GetPropertygraphStream>::new(&session, start, 42));
    abandon(Transactions::<GetPropertygraphStream>::new(
        &session, start, 42,
    ));
}
