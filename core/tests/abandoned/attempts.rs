//! Abandoned attempts that are followed by another attempt.

use neptunedata::{
    Call, CallOptions, Effect, Operation, OperationInfo,
    bytes::Bytes,
    error::DecodeError,
    gremlin::{CancelGremlinQuery, ExecuteGremlinQuery},
    http::{self, Method},
    machine::{Input, Machine},
    operation::{RawResponse, RequestWriter},
    sparql::ExecuteSparqlQuery,
    transport::{Sent, TransportErrorKind},
};

use super::{
    ANSWER, NOW, OWN, Steps, answer, call, cancelled, delete, failure, give_up, id_in,
    next_cancellation, query, sent, sent_again, sent_by, sent_id, session,
};

/// A query that the server may still execute and the next attempt have different ids.
#[test]
fn each_attempt_has_an_id_of_its_own_and_is_cancelled_by_it() {
    let options = CallOptions::new().effect(Effect::Read).max_attempts(4);
    let ids = |mut call: Call<ExecuteGremlinQuery>| {
        let mut ids = vec![sent_id(&mut call)];
        for _ in 1..4 {
            give_up(&mut call);
            assert_eq!(next_cancellation(&mut call), delete(ids.last().unwrap()));
            assert_eq!(next_cancellation(&mut call), None, "each is returned once");
            ids.push(id_in(&sent_again(&mut call)));
        }
        call.succeeds(answer(200, ANSWER), NOW);
        assert_eq!(cancelled(&mut call), None, "the last attempt ended well");
        ids
    };
    let first = ids(call(&query(), &options));
    assert_eq!(first, ids(call(&query(), &options)), "the seed decides");
    let next = ids(Call::with_options(&session(), &query(), &options, 43));
    let mut all = [first, next].concat();
    assert!(all.iter().all(|id| id.len() == 36));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 8);
}

#[test]
fn an_attempt_differs_from_the_one_before_in_its_id_alone() {
    let options = CallOptions::new().effect(Effect::Read).extra("zone", "ö");
    let mut gremlin = call(&ExecuteGremlinQuery::new("g.V('ä')"), &options);
    let select = ExecuteSparqlQuery::select("SELECT * {?s ?p 'ä'}");
    let mut sparql = call(&select, &options);
    fn attempts(machine: &mut impl Machine, id: impl Fn(&http::Request<Bytes>) -> String) {
        let first = sent_by(machine, Input::Next, NOW);
        give_up(machine);
        let second = sent_again(machine);
        let (old, new) = (id(&first), id(&second));
        assert_ne!(old, new);
        let text = String::from_utf8(first.body().to_vec()).unwrap();
        assert_eq!(second.body(), &text.replace(&old, &new));
        assert_eq!(first.uri(), second.uri());
        assert_eq!(first.headers(), second.headers());
        let length = second.body().len().to_string();
        assert_eq!(second.headers()["content-length"], length);
    }
    attempts(&mut gremlin, id_in);
    attempts(&mut sparql, |request| {
        let form = String::from_utf8(request.body().to_vec()).unwrap();
        let (_, rest) = form.split_once("&queryId=").unwrap();
        rest[..36].to_owned()
    });
}

/// What is put off until the end, too, was not handed out before.
#[test]
fn all_abandoned_attempts_are_reported_at_the_end() {
    let options = CallOptions::new().effect(Effect::Read);
    let mut call = call(&query(), &options);
    let first = sent_id(&mut call);
    give_up(&mut call);
    let second = id_in(&sent_again(&mut call));
    call.fails(answer(400, r#"{"code":"MalformedQueryException"}"#), NOW);
    assert_eq!(cancelled(&mut call), delete(&first));
    // And in the middle of the next attempt both.
    let mut call = Call::with_options(&session(), &query(), &options, 42);
    let _ = sent(&mut call);
    give_up(&mut call);
    let _ = sent_again(&mut call);
    call.abandon();
    let both = [next_cancellation(&mut call), next_cancellation(&mut call)];
    assert_eq!(both, [delete(&first), delete(&second)]);
    assert_eq!(next_cancellation(&mut call), None);
}

/// It cannot be told from another attempt.
#[test]
fn queries_with_the_callers_id_are_cancelled_only_at_the_end() {
    let options = CallOptions::new().effect(Effect::Read);
    let extra = options.clone().extra("queryId", OWN);
    let machines = [
        call(&query().query_id(OWN), &options),
        call(&query(), &extra),
    ];
    for mut call in machines {
        assert_eq!(sent_id(&mut call), OWN);
        give_up(&mut call);
        assert_eq!(next_cancellation(&mut call), None, "not yet");
        assert_eq!(id_in(&sent_again(&mut call)), OWN);
        let _ = call.resume(failure(TransportErrorKind::Deadline, Sent::Maybe), NOW);
        // Each attempt may have gone to another instance.
        let both = [next_cancellation(&mut call), next_cancellation(&mut call)];
        assert_eq!(both, [delete(OWN), delete(OWN)]);
        assert_eq!(next_cancellation(&mut call), None);
    }
}

/// An operation from elsewhere that has its id in the query.
struct Elsewhere;

impl Operation for Elsewhere {
    type Output = ();
    const INFO: &'static OperationInfo =
        &OperationInfo::new("Elsewhere", Method::GET, "/elsewhere", Effect::Read);

    fn encode(&self, request: &mut RequestWriter<'_>) {
        let id = request.query_id::<CancelGremlinQuery>(None);
        request.query("id", &id.map(String::from));
    }

    fn decode(_: &RawResponse<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

#[test]
fn an_id_that_is_not_in_the_body_stays() {
    let mut call = call(&Elsewhere, &CallOptions::new());
    let first = sent_by(&mut call, Input::Next, NOW);
    give_up(&mut call);
    assert_eq!(next_cancellation(&mut call), None, "not yet");
    assert_eq!(sent_again(&mut call).uri(), first.uri());
    call.abandon();
    assert!(next_cancellation(&mut call).is_some());
}
