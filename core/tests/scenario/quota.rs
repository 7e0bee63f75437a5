//! The session's 500 tokens: 5 for a retry, 10 after a time-out, 1 back for a first-try success.

use neptunedata::{
    Auth, CallOptions, Session,
    ml::GetMlModelTrainingJob,
    retry::RetryPolicy,
    transport::{Sent, TransportErrorKind},
};

use crate::{
    drive::{Asked, Trace, drive_whole, endpoint, unsigned},
    script::{Event, answer, exception, success},
};

fn call(session: &Session, script: &[Event]) -> Trace {
    let operation = GetMlModelTrainingJob::new("job-1");
    let options = CallOptions::new();
    drive_whole(session, &operation, &options, script)
}

#[test]
fn an_outage_uses_up_the_quota_and_successes_refill_it() {
    let session = unsigned();
    assert_eq!(session.retry_quota(), Some(500));
    let outage = [answer(503, "").into()];
    // Two retries each.
    for calls in 1..=50 {
        assert_eq!(call(&session, &outage).sent.len(), 3);
        assert_eq!(session.retry_quota(), Some(500 - calls * 10));
    }
    let trace = call(&session, &outage);
    assert_eq!(trace.sent.len(), 1);
    assert_eq!(session.retry_quota(), Some(0));
    let error = trace.result.expect_err("an outage");
    assert_eq!(error.attempts(), 1);
    assert!(error.is_retryable() && error.may_have_executed());
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob job-1: HTTP status 503 Service Unavailable; not retried: the retry quota of the session is used up; the request may have been executed"
    );
    // Nothing is paid for the replacement of a stale connection.
    let stale = call(&session, &[Event::Stale, success().into()]);
    assert_eq!(stale.sent.len(), 2);
    assert_eq!(session.retry_quota(), Some(1));
    for left in 2..=4 {
        assert!(call(&session, &[success().into()]).result.is_ok());
        assert_eq!(session.retry_quota(), Some(left));
    }
    assert_eq!(call(&session, &outage).sent.len(), 1);
    assert!(call(&session, &[success().into()]).result.is_ok());
    assert_eq!(session.retry_quota(), Some(5));
    // One retry, and its success gives nothing back.
    let trace = call(&session, &[answer(503, "").into(), success().into()]);
    assert_eq!(trace.result.expect("a success").attempts, 2);
    assert_eq!(session.retry_quota(), Some(0));
}

#[test]
fn time_outs_cost_twice() {
    for kind in [
        TransportErrorKind::Timeout,
        TransportErrorKind::ConnectTimeout,
    ] {
        let session = unsigned();
        let script = [Event::Fails(kind, Sent::No), success().into()];
        assert!(call(&session, &script).result.is_ok());
        assert_eq!(session.retry_quota(), Some(490));
    }
    let session = unsigned();
    let script = [
        Event::Fails(TransportErrorKind::Closed, Sent::Maybe),
        Event::Fails(TransportErrorKind::Timeout, Sent::Maybe),
    ];
    assert_eq!(call(&session, &script).sent.len(), 3);
    assert_eq!(session.retry_quota(), Some(485));
}

#[test]
fn failures_that_are_not_retried_cost_nothing() {
    let session = unsigned();
    for status in [400, 403, 404, 418] {
        assert_eq!(call(&session, &[answer(status, "").into()]).sent.len(), 1);
    }
    let too_long = exception(429, "TooManyRequestsException").header("retry-after", "61");
    assert_eq!(call(&session, &[too_long.into()]).sent.len(), 1);
    assert_eq!(session.retry_quota(), Some(500));
}

#[test]
fn the_quota_is_at_most_500() {
    let session = unsigned();
    for _ in 0..3 {
        assert!(call(&session, &[success().into()]).result.is_ok());
    }
    assert_eq!(session.retry_quota(), Some(500));
}

#[test]
fn clones_share_the_quota_and_other_sessions_do_not() {
    let session = unsigned();
    let clone = session.clone();
    let _ = call(&session, &[answer(503, "").into()]);
    assert_eq!(
        (clone.retry_quota(), unsigned().retry_quota()),
        (Some(490), Some(500))
    );
}

/// Neither refusals nor answers that cannot be decoded are successes.
#[test]
fn only_successes_are_rewarded() {
    let refusal = exception(400, "ParsingException");
    let undecodable = ["garbage", "", "{", "[]"].map(|body| answer(200, body));
    for event in undecodable.into_iter().chain([refusal]) {
        let session = unsigned();
        // Ten tokens are gone.
        let _ = call(&session, &[answer(503, "").into()]);
        let options = CallOptions::new().max_attempts(1);
        let operation = GetMlModelTrainingJob::new("job-1");
        let trace = drive_whole(&session, &operation, &options, &[event.into()]);
        assert!(matches!(trace.asked[..], [Asked::Send(_)]));
        let error = trace.result.expect_err("an error");
        assert_eq!(session.retry_quota(), Some(490), "{error}");
    }
}

fn with_quota(quota: Option<u32>) -> Session {
    let mut policy = RetryPolicy::default();
    policy.quota = quota;
    Session::builder(endpoint(), Auth::unsigned())
        .retry_policy(policy)
        .build()
        .expect("a session")
}

#[test]
fn the_policy_sets_the_quota() {
    let outage = [answer(503, "").into()];
    let session = with_quota(Some(10));
    assert_eq!(session.retry_quota(), Some(10));
    assert_eq!(call(&session, &outage).sent.len(), 3);
    assert_eq!(session.retry_quota(), Some(0));
    let trace = call(&session, &outage);
    assert_eq!(trace.sent.len(), 1);
    let error = trace.result.expect_err("an outage");
    assert!(error.to_string().contains("retry quota"), "{error}");
    for _ in 0..20 {
        assert!(call(&session, &[success().into()]).result.is_ok());
    }
    assert_eq!(session.retry_quota(), Some(10));

    let session = with_quota(Some(0));
    assert_eq!(call(&session, &outage).sent.len(), 1);
    assert_eq!(session.retry_quota(), Some(0));
}

#[test]
fn retries_without_a_quota_cost_nothing() {
    let session = with_quota(None);
    for _ in 0..200 {
        assert_eq!(call(&session, &[answer(503, "").into()]).sent.len(), 3);
        assert_eq!(session.retry_quota(), None);
    }
    assert!(call(&session, &[success().into()]).result.is_ok());
    assert_eq!(session.retry_quota(), None);
}
