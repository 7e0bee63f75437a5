//! Requests rejected because of their time: they are signed again with the server's time, which the session keeps.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use neptunedata::{
    Auth, CallOptions, Credentials, ExceptionKind, Session,
    error::Sent,
    machine::{Exchange, Input, Io, Machine, Step, Transmit},
    ml::GetMlModelTrainingJob,
};

use crate::{
    drive::{Clock, START, Style, Trace, drive, endpoint, signed, start},
    script::{Answer, Event, refusal, success},
    steps::Steps,
    table::{
        Did::{Any, Refresh, Wait},
        End::{Final, Success},
        Expect, NOT, expect, sent_once, service,
    },
};

fn refused(message: &str) -> Answer {
    refusal(403, "AccessDeniedException", message)
}

/// A write, the strictest of all.
fn call(session: &Session, script: &[Event], clock: &mut Clock) -> Trace {
    let (operation, options) = (start(), CallOptions::new());
    drive(session, &operation, &options, script, Style::WHOLE, clock)
}

/// The same by a session and a clock of its own.
fn fresh(script: &[Event]) -> Trace {
    call(&signed(), script, &mut Clock::new())
}

#[track_caller]
fn went(trace: &Trace, expected: Expect) {
    expected.compare(trace).expect("as expected");
}

fn date_of(transmit: &Transmit) -> &str {
    transmit.request.headers()["x-amz-date"]
        .to_str()
        .expect("text")
}

fn dates(trace: &Trace) -> Vec<&str> {
    trace.sent.iter().map(date_of).collect()
}

/// The clock starts at 22:13:20. The server is an hour ahead, and reads its clock half-way.
#[test]
fn the_second_signature_has_the_servers_time() {
    for code in [
        "AccessDeniedException",
        "InvalidSignatureException",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    ] {
        let session = signed();
        let mut clock = Clock::new();
        clock.round_trip = Duration::from_secs(10);
        let answer = refusal(403, code, "no").header("date", "Tue, 14 Nov 2023 23:13:25 GMT");
        let trace = call(&session, &[answer.into(), success().into()], &mut clock);
        went(&trace, expect(&[Any, Any], 2, NOT, Success));
        assert_eq!(dates(&trace), ["20231114T221320Z", "20231114T231330Z"]);

        // The next call of the session knows: our clock is at 22:13:40.
        let trace = call(&session, &[success().into()], &mut clock);
        assert_eq!(dates(&trace), ["20231114T231340Z"]);
        // Another session does not.
        let trace = call(&signed(), &[success().into()], &mut clock);
        assert_eq!(dates(&trace), ["20231114T221350Z"]);
    }
}

#[test]
fn a_server_with_a_slow_clock() {
    let session = signed();
    let mut clock = Clock::new();
    clock.round_trip = Duration::from_secs(4);
    let text = "Signature not yet current: 20231114T221320Z is still later than 20231114T211822Z (20231114T211322Z + 5 min.)";
    let answer = refused(text).header("date", "Tue, 14 Nov 2023 21:13:22 GMT");
    let trace = call(&session, &[answer.into(), success().into()], &mut clock);
    assert_eq!(dates(&trace), ["20231114T221320Z", "20231114T211324Z"]);
}

#[test]
fn the_time_is_taken_from_the_text_where_there_is_no_date() {
    let session = signed();
    let mut clock = Clock::new();
    clock.round_trip = Duration::from_secs(2);
    let text = "Signature expired: 20231114T221320Z is now earlier than 20231115T000821Z (20231115T001321Z - 5 min.)";
    let script = [refused(text).into(), success().into()];
    let trace = call(&session, &script, &mut clock);
    went(&trace, expect(&[Any, Any], 2, NOT, Success));
    assert_eq!(dates(&trace), ["20231114T221320Z", "20231115T001322Z"]);
}

/// The time was right, so it is the credentials.
#[test]
fn expired_by_a_right_clock_asks_for_credentials() {
    let text = "Signature expired: 20231114T221320Z is now earlier than 20231114T220820Z (20231114T221320Z - 5 min.)";
    let far = "Signature expired";
    for message in [text, far] {
        let trace = fresh(&[refused(message).into(), success().into()]);
        went(&trace, expect(&[Any, Refresh, Any], 2, NOT, Success));
    }
}

#[test]
fn the_clock_is_corrected_only_once() {
    let far = refused("no").header("date", "Tue, 14 Nov 2023 23:13:20 GMT");
    let farther = refused("no").header("date", "Wed, 15 Nov 2023 03:13:20 GMT");
    let denied = Final(service(ExceptionKind::AccessDeniedException));
    let denied = expect(&[Any, Any], 2, NOT, denied);
    went(&fresh(&[far.clone().into(), farther.into()]), denied);
    // The same time again says that it was not the time.
    went(&fresh(&[far.into()]), denied);
}

#[test]
fn small_differences_are_not_corrected() {
    let denied = Final(service(ExceptionKind::AccessDeniedException));
    for date in [
        "Tue, 14 Nov 2023 22:15:20 GMT",
        "Tue, 14 Nov 2023 22:11:20 GMT",
    ] {
        let session = signed();
        let refusal = refused("no").header("date", date);
        let trace = call(&session, &[refusal.into()], &mut Clock::new());
        went(&trace, sent_once(NOT, denied));
        let trace = call(&session, &[success().into()], &mut Clock::new());
        assert_eq!(dates(&trace), ["20231114T221320Z"]);
    }
}

#[test]
fn the_correction_lasts_through_waits() {
    let far = refused("no").header("date", "Tue, 14 Nov 2023 23:13:20 GMT");
    let busy = refusal(429, "TooManyRequestsException", "x").header("retry-after", "10");
    let script = [far.into(), busy.into(), success().into()];
    let mut clock = Clock::new();
    clock.round_trip = Duration::ZERO;
    let trace = call(&signed(), &script, &mut clock);
    let path = &[Any, Any, Wait(10_000, 10_000), Any];
    went(&trace, expect(path, 3, NOT, Success));
    assert_eq!(
        dates(&trace),
        ["20231114T221320Z", "20231114T231320Z", "20231114T231330Z"]
    );
}

/// The local clock may be wrong: the time of the signature decides.
#[test]
fn credentials_expire_by_the_corrected_clock() {
    const HOUR: Duration = Duration::from_secs(3600);
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(START);
    let expiring = |time| Credentials::new("AKIDSHORT", "secret").with_expiry(time);
    for (date, correct) in [
        ("Tue, 14 Nov 2023 23:13:20 GMT", start + HOUR),
        ("Tue, 14 Nov 2023 21:13:20 GMT", start - HOUR),
    ] {
        let session = Session::new(endpoint(), Auth::from_driver()).expect("a session");
        let operation = GetMlModelTrainingJob::new("job-1");
        let call = || Exchange::collecting(&session, &operation, &CallOptions::new(), 1);
        let mut clock = Clock::new();
        let mut first = call();
        first.asks_for_credentials(Input::Next, clock.now(), false);
        let lasting = Credentials::new("AKIDLONG", "secret");
        first.sends(Input::Credentials(lasting), clock.now());
        let answer = refused("no").header("date", date);
        first.sends(
            Input::Response(answer.whole(), HeaderMap::new()),
            clock.now(),
        );

        // When the provider returns the credentials.
        let mut call = call();
        call.asks_for_credentials(Input::Next, clock.now(), false);
        let expired = expiring(correct - Duration::from_secs(1));
        call.asks_for_credentials(Input::Credentials(expired), clock.now(), true);
        let usable = expiring(correct + Duration::from_secs(1));
        call.sends(Input::Credentials(usable), clock.now());

        // Before the next attempt.
        let busy = refusal(429, "TooManyRequestsException", "x").header("retry-after", "2");
        call.waits(Input::Response(busy.whole(), HeaderMap::new()), clock.now());
        clock.pass(Duration::from_secs(2));
        call.asks_for_credentials(Input::Wake(Sent::No), clock.now(), true);
        let usable = expiring(correct + Duration::from_secs(5));
        call.sends(Input::Credentials(usable), clock.now());
        call.waits(Input::Response(busy.whole(), HeaderMap::new()), clock.now());
        clock.pass(Duration::from_secs(2));
        call.sends(Input::Wake(Sent::No), clock.now());
    }
}

/// A body that drags on says nothing about when the server read its clock: the head does.
#[test]
fn the_round_trip_ends_with_the_head() {
    let session = signed();
    let operation = GetMlModelTrainingJob::new("job-1");
    let mut machine = Exchange::collecting(&session, &operation, &CallOptions::new(), 1);
    let mut clock = Clock::new();
    machine.sends(Input::Next, clock.now());
    clock.pass(Duration::from_secs(2));
    let answer = refused("no").header("date", "Tue, 14 Nov 2023 23:13:21 GMT");
    machine.receives(Input::Head(answer.parts()), clock.now());
    clock.pass(Duration::from_secs(40));
    machine.receives(Input::Chunk(answer.body), clock.now());
    let step = machine.resume(Input::End(HeaderMap::new()), clock.now());
    let Step::Io(Io::Send(transmit)) = step else {
        panic!("{step:?}");
    };
    assert_eq!(date_of(&transmit), "20231114T231402Z");
}

/// One answer with a date that hardly can be signed must not end all later calls.
#[test]
fn an_absurd_date_does_not_fail_later_calls() {
    for date in [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ] {
        let session = signed();
        let mut clock = Clock::new();
        let absurd = refused("no").header("date", date);
        let _ = call(&session, &[absurd.into()], &mut clock);
        clock.pass(Duration::from_secs(3600));
        let right = refused("no").header("date", "Tue, 14 Nov 2023 23:13:20 GMT");
        let trace = call(&session, &[right.into(), success().into()], &mut clock);
        // At once, or as soon as the server has said so.
        let last = dates(&trace).last().copied().unwrap_or_default();
        assert!(last.starts_with("20231114T2313"), "{date}: {last:?}");
    }
}
