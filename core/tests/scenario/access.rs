//! Rejected signatures: credentials are refreshed once.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use neptunedata::{
    Auth, CallOptions, Credentials, Effect, ErrorKind, ExceptionKind, Session,
    credentials::CredentialsError,
    machine::{Exchange, Input, Io, Machine, Step, Transmit},
    ml::GetMlModelTrainingJob,
    transport::Sent,
};

use crate::{
    drive::{Clock, START, Style, Trace, drive_each, endpoint, signed, unsigned},
    script::{Answer, Event, refusal, success},
    steps::Steps,
    table::{
        Did::{Any, Credentials as Asks, Refresh, Wait},
        End::{Final, Success},
        Expect, NOT, expect, sent_once, service,
    },
};

const DENIED: ExceptionKind = ExceptionKind::AccessDeniedException;
const EXPIRED: &str = "The security token included in the request is expired";
const INVALID: &str = "The security token included in the request is invalid.";

fn denied(message: &str) -> Answer {
    refusal(403, "AccessDeniedException", message)
}

fn check(
    session: fn() -> Session,
    options: &CallOptions,
    script: &[Event],
    expect: Expect,
) -> Vec<Trace> {
    let mut traces = Vec::new();
    for effect in [Effect::Read, Effect::Idempotent, Effect::Write] {
        for seed in 0..3 {
            drive_each(
                session,
                effect,
                options,
                script,
                Style::of(seed),
                |name, trace, _| {
                    if let Err(fault) = expect.compare(&trace) {
                        panic!("{name} as {effect:?}: {fault}\n{script:?}");
                    }
                    traces.push(trace);
                },
            );
        }
    }
    traces
}

fn key_of(transmit: &Transmit) -> &str {
    let header = transmit.request.headers()["authorization"]
        .to_str()
        .expect("text");
    let (_, after) = header.split_once("Credential=").expect("a credential");
    after.split_once('/').expect("a scope").0
}

#[test]
fn expired_tokens_are_renewed() {
    let none = CallOptions::new();
    let codes = [
        "AccessDeniedException",
        "ExpiredTokenException",
        "ExpiredToken",
        "UnrecognizedClientException",
    ];
    for code in codes {
        let script = [refusal(403, code, EXPIRED).into(), success().into()];
        let path = expect(&[Any, Refresh, Any], 2, NOT, Success);
        for trace in check(signed, &none, &script, path) {
            let keys: Vec<&str> = trace.sent.iter().map(key_of).collect();
            assert_eq!(keys, ["AKIDEXAMPLE", "AKIDOTHER"]);
        }
    }
    // Front ends use this status too.
    let script = [
        refusal(400, "ExpiredTokenException", "expired").into(),
        success().into(),
    ];
    check(
        signed,
        &none,
        &script,
        expect(&[Any, Refresh, Any], 2, NOT, Success),
    );
}

#[test]
fn once_only() {
    for message in [EXPIRED, INVALID] {
        let expect = expect(&[Any, Refresh, Any], 2, NOT, Final(service(DENIED)));
        check(
            signed,
            &CallOptions::new(),
            &[denied(message).into()],
            expect,
        );
    }
    let text = "AccessDeniedException (403): The security token included in the request is expired [request id r-1]";
    let ends = expect(&[Any, Refresh, Any], 2, NOT, Final(service(DENIED))).says(text);
    check(signed, &CallOptions::new(), &[denied(EXPIRED).into()], ends);
}

#[test]
fn credentials_are_refreshed_once_in_a_call() {
    let script = [
        denied(EXPIRED).into(),
        refusal(500, "ConcurrentModificationException", "x").into(),
        denied(EXPIRED).into(),
    ];
    let path = &[Any, Refresh, Any, Wait(0, 100), Any];
    let expect = expect(path, 3, NOT, Final(service(DENIED)));
    check(signed, &CallOptions::new(), &script, expect);
}

#[test]
fn attempts_are_counted() {
    let one = CallOptions::new().max_attempts(1);
    let expect = sent_once(NOT, Final(service(DENIED)));
    check(signed, &one, &[denied(EXPIRED).into()], expect);
}

#[test]
fn missing_permissions_do_not_refresh_credentials() {
    let messages = [
        "You do not have sufficient access to perform this action.",
        "User: arn:aws:iam::1:user/u is not authorized to perform: neptune-db:GetGraphSummary",
        "Credential should be scoped to a valid Region, not 'X'.",
        "Missing Authentication Token",
        "The request signature we calculated does not match the signature you provided.",
        "",
    ];
    let stop = sent_once(NOT, Final(service(DENIED)));
    for message in messages {
        for date in [
            "Tue, 14 Nov 2023 22:13:20 GMT",
            "Tue, 14 Nov 2023 22:16:00 GMT",
            "yesterday",
        ] {
            let answer = denied(message).header("date", date);
            check(signed, &CallOptions::new(), &[answer.into()], stop);
        }
        check(signed, &CallOptions::new(), &[denied(message).into()], stop);
    }
}

#[test]
fn without_signatures_there_is_nothing_to_renew() {
    let stop = sent_once(NOT, Final(service(DENIED)));
    let far = denied(EXPIRED).header("date", "Tue, 14 Nov 2023 12:00:00 GMT");
    check(unsigned, &CallOptions::new(), &[far.into()], stop);
}

fn on_request() -> Session {
    Session::new(endpoint(), Auth::from_driver()).expect("a session")
}

fn long_expired() -> Session {
    let old = Credentials::new("AKIDOLD", "secret").with_expiry(SystemTime::UNIX_EPOCH);
    Session::new(endpoint(), Auth::credentials(old)).expect("a session")
}

#[test]
fn credentials_are_asked_for_before_anything_is_sent() {
    let none = CallOptions::new();
    let path = expect(&[Asks, Any], 1, NOT, Success);
    check(on_request, &none, &[success().into()], path);
    let path = expect(&[Refresh, Any], 1, NOT, Success);
    check(long_expired, &none, &[success().into()], path);
    // Those given once serve the whole call.
    let script = [
        refusal(429, "TooManyRequestsException", "x").into(),
        success().into(),
    ];
    let path = expect(&[Asks, Any, Wait(0, 1000), Any], 2, NOT, Success);
    check(on_request, &none, &script, path);
    let script = [denied(EXPIRED).into(), success().into()];
    let path = expect(&[Asks, Any, Refresh, Any], 2, NOT, Success);
    check(on_request, &none, &script, path);
}

fn machine(session: &Session) -> Exchange {
    let operation = GetMlModelTrainingJob::new("job-1");
    Exchange::collecting(session, &operation, &CallOptions::new(), 1)
}

#[test]
fn credentials_that_expire_between_attempts_are_asked_for_again() {
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(START + 2);
    let session = on_request();
    let mut machine = machine(&session);
    let mut clock = Clock::new();
    machine.asks_for_credentials(Input::Next, clock.now(), false);
    let short = Credentials::new("AKIDSHORT", "secret").with_expiry(expiry);
    machine.sends(Input::Credentials(short.clone()), clock.now());
    let busy = refusal(429, "TooManyRequestsException", "x").header("retry-after", "2");
    machine.waits(Input::Response(busy.whole(), HeaderMap::new()), clock.now());
    clock.pass(Duration::from_secs(2));
    machine.asks_for_credentials(Input::Wake(Sent::No), clock.now(), true);
    let error = machine.fails(Input::Credentials(short), clock.now());
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!((error.attempts(), error.may_have_executed()), (1, false));
}

#[test]
fn a_cache_with_expired_credentials_is_bypassed_once() {
    let old = || Credentials::new("AKIDOLD", "secret").with_expiry(SystemTime::UNIX_EPOCH);
    let session = on_request();
    let mut machine = machine(&session);
    let now = Clock::new().now();
    machine.asks_for_credentials(Input::Next, now, false);
    machine.asks_for_credentials(Input::Credentials(old()), now, true);
    let error = machine.fails(Input::Credentials(old()), now);
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!((error.attempts(), error.may_have_executed()), (0, false));
    assert!(!error.to_string().contains("AKIDOLD"));
}

#[test]
fn missing_credentials_are_an_error_that_keeps_what_is_known() {
    for lost in [false, true] {
        let session = on_request();
        let mut machine = machine(&session);
        let mut clock = Clock::new();
        let mut step = machine.resume(Input::Next, clock.now());
        if lost {
            let key = || Credentials::new("AKIDEXAMPLE", "secret");
            step = machine.resume(Input::Credentials(key()), clock.now());
            for answer in [
                refusal(500, "InternalFailureException", "x"),
                denied(EXPIRED),
            ] {
                assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
                step = machine.resume(
                    Input::Response(answer.whole(), HeaderMap::new()),
                    clock.now(),
                );
                if matches!(step, Step::Io(Io::Wait)) {
                    clock.pass_until_wake(&machine);
                    step = machine.resume(Input::Wake(Sent::No), clock.now());
                }
            }
        }
        assert!(matches!(step, Step::Io(Io::Credentials { .. })), "{step:?}");
        let none = CredentialsError::new("the profile is empty");
        let error = machine.fails(Input::CredentialsFailed(none), clock.now());
        // A refusal that other credentials could have cured stays the reason.
        let denied = ErrorKind::Service(ExceptionKind::AccessDeniedException);
        let kind = if lost { denied } else { ErrorKind::Credentials };
        assert_eq!(error.kind(), kind);
        if lost {
            assert_eq!(error.body(), &self::denied(EXPIRED).body);
        }
        let attempts = if lost { 2 } else { 0 };
        assert_eq!(
            (error.attempts(), error.may_have_executed()),
            (attempts, lost)
        );
        let text = error.to_string();
        assert!(
            text.contains(if lost {
                "; cannot refresh the credentials: the profile is empty"
            } else {
                "no usable credentials: the profile is empty"
            }),
            "{text}"
        );
        assert_eq!(text.contains("may have been executed"), lost, "{text}");
        assert_eq!(
            text.contains("token included in the request is expired"),
            lost,
            "{text}"
        );
    }
}

#[test]
fn keys_that_cannot_sign_send_nothing() {
    let session = || {
        let auth = Auth::credentials(Credentials::new("", ""));
        Session::new(endpoint(), auth).expect("a session")
    };
    let expect = expect(&[], 0, NOT, Final(ErrorKind::Sign));
    check(session, &CallOptions::new(), &[success().into()], expect);
}
