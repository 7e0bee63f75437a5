//! The header `x-neptune-fault`: the requests it applies to, how often, and its errors.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Fault, Outcome, PlannedFault, Stage};

use crate::support::{
    Ask, BAD_REQUEST, assert_contains, assert_starts, get, header, now, refusal, rows, with_header,
};

pub(crate) fn obeying() -> Emulator {
    Emulator::new(Config::default().fault_header(true))
}

pub(crate) fn asking(fault: &str) -> Request<Bytes> {
    with_header(get("/status"), "x-neptune-fault", fault)
}

/// The status of the answer to a request with this header; `None` without an answer.
fn met(neptune: &mut Emulator, fault: &str) -> Option<u16> {
    let outcome = neptune.handle(asking(fault), now());
    outcome.response().map(|answer| answer.status().as_u16())
}

#[test]
fn the_header_is_off_by_default() {
    let mut neptune = Emulator::default();
    assert_eq!(met(&mut neptune, "status=503"), Some(200));
    assert!(!neptune.log()[0].fault_applied);
    neptune.reconfigure(|config| config.fault_header(true));
    assert_eq!(met(&mut neptune, "status=503"), Some(503));
    assert!(neptune.log()[1].fault_applied);
}

#[test]
fn attempts_are_counted() {
    let mut neptune = obeying();
    let list = "status=503, read-then-rst; times=2, status=429; id=c; times=1";
    for (fault, statuses) in [
        // By id, whatever else the header says.
        ("status=503; times=1; id=a", &[Some(503), Some(200)][..]),
        ("status=503; times=1; id=b", &[Some(503)]),
        ("status=504; times=2; id=b", &[Some(504), Some(200)]),
        // By the text.
        ("status=500; times=1", &[Some(500), Some(200)]),
        ("status=501; times=1", &[Some(501)]),
        // Always.
        ("status=418", &[Some(418); 3]),
        ("status=418; times=0", &[Some(200)]),
        // In order.
        (list, &[Some(503), None, None, Some(429), Some(200)]),
        ("status=503, status=429", &[Some(503), Some(429), Some(429)]),
    ] {
        for status in statuses {
            assert_eq!(met(&mut neptune, fault), *status, "{fault}");
        }
    }
}

#[test]
fn unread_requests_count_as_attempts() {
    let mut neptune = obeying();
    let list = "close-before-reading; times=2; id=a";
    for _ in 0..2 {
        let outcome = neptune.handle(asking(list), now());
        assert!(matches!(outcome, Outcome::Fault(Fault::BeforeReading(_))));
    }
    assert_eq!(met(&mut neptune, list), Some(200));
    assert_eq!(neptune.log().len(), 1);
    assert_eq!(neptune.log()[0].number, 1);
}

#[test]
fn several_lines_are_one_list() {
    let mut neptune = obeying();
    for status in [503, 504, 200] {
        let lines = with_header(
            asking("status=503"),
            "x-neptune-fault",
            "status=504; times=1",
        );
        assert_eq!(neptune.answer(lines).status(), status);
    }
}

#[test]
fn planned_faults_are_kept() {
    let mut neptune = obeying();
    neptune.fail_next(PlannedFault::error("ThrottlingException", ""));
    assert_eq!(met(&mut neptune, "status=503"), Some(503));
    assert_eq!(neptune.planned(), 1);
    neptune.clear_planned();
    assert_eq!(neptune.planned(), 0);
}

#[test]
fn invalid_headers_are_rejected() {
    let table = r#"
        read-then-fun => Unknown fault 'read-then-fun'; known are close-before-reading, read-then-fin,
         => Unknown fault ''
        status=503, => Unknown fault ''
        read-then-fin; colour=red => The fault read-then-fin has no parameter colour.
        status=99 => status=99: 
        status=100 => status=100: must be a final status, 200 or higher
        answer-late; delay=soon => delay=soon: 
        garbage; part=all => part=all: expected one of body, tail, wire
        read-then-fin; ending=bang => ending=bang: expected one of fin, abrupt, rst, hang
        read-then-fin; times=-1 => times=-1: 
        read-then-fin; executed=maybe => executed=maybe: 
        trailers; kind=oversized; bytes=16777217 => must be at most 16777216
        skewed-date; seconds=9223372036854775807 => seconds=9223372036854775807: must be from -1000000000 to 1000000000
        read-then-fin; skew=-1000000001 => skew=-1000000001: must be from -1000000000 to 1000000000
        signature-expired; seconds=-1 => seconds=-1: must be at least 0
        signature-not-yet-current; seconds=4294967295 => must be from -1000000000 to 1000000000
        trickle; bytes=0 => bytes=0: must be at least 1
        error; message="open => A quotation mark is not closed.
        error; header=x => expected name:value
        error; status=500; status=500 => status is given twice.
    "#;
    for (fault, part) in rows(table) {
        let mut neptune = obeying();
        let message = neptune.refuses(asking(fault), BAD_REQUEST);
        assert_starts(&message, "x-neptune-fault: ");
        assert_contains(&message, part);
        assert_eq!(neptune.counts("GetEngineStatus"), (1, 0));
        assert!(!neptune.log()[0].fault_applied);
    }
    for fault in ["skewed-date; seconds=-1000000000", "trickle; bytes=1"] {
        assert!(fault.parse::<PlannedFault>().is_ok(), "{fault}");
    }
    assert!("status=503, status=504".parse::<PlannedFault>().is_err());
    assert!("status=503; id=a".parse::<PlannedFault>().is_err());
    let error = "status=9".parse::<PlannedFault>().expect_err("accepted");
    assert!(error.to_string().contains("status=9"));
}

#[test]
fn when_each_strikes() {
    for (fault, stage) in [
        ("close-before-reading; executed", Stage::BeforeReading),
        ("read-then-fin", Stage::Executed),
        ("read-then-fin; executed=false", Stage::Received),
        ("error", Stage::Received),
        ("error; executed=true", Stage::Executed),
        ("error; status=200", Stage::Executed),
        ("html", Stage::Executed),
        ("html; status=503", Stage::Received),
        ("redirect", Stage::Received),
        ("expire-token; executed", Stage::Received),
        ("trailers; kind=failing", Stage::Executed),
    ] {
        let planned: PlannedFault = fault.parse().expect("a fault");
        assert_eq!(planned.stage(), stage, "{fault}");
    }
}

#[test]
fn errors_of_every_form() {
    let mut neptune = obeying();
    for (fault, expected) in [
        (
            "error",
            refusal(500, "InternalFailureException", "As planned."),
        ),
        (
            "status=503; message=\"a; b, c\"",
            refusal(503, "InternalFailureException", "a; b, c"),
        ),
        (
            "error; code=TooManyRequestsException",
            refusal(429, "TooManyRequestsException", "As planned."),
        ),
        (
            "error; code=DuplicateDataException",
            refusal(400, "DuplicateDataException", "As planned."),
        ),
    ] {
        neptune.refuses_as(asking(fault), expected);
    }
    let mut answer = |fault: &str| neptune.answer(asking(fault));
    let bare = answer("status=400; body=message-only; message=x");
    assert_eq!(
        (bare.status().as_u16(), &*bare.body()),
        (400, br#"{"detailedMessage":"x"}"#.as_slice())
    );
    // Not executed, and something has to be answered.
    let late = answer("answer-late; delay=0; executed=false");
    assert_eq!(
        late.to_json().expect("JSON")["code"],
        "InternalFailureException"
    );

    let by_header = answer("error; body=header; code=ThrottlingException");
    assert_eq!(
        header(&by_header, "x-amzn-errortype"),
        "ThrottlingException"
    );
    assert!(by_header.to_json().expect("JSON").get("code").is_none());
    assert_eq!(answer("status=500; body=text; message=oops").body(), "oops");
    assert!(
        answer("status=413; body=html")
            .body()
            .starts_with(b"<html>")
    );
    assert_eq!(answer("status=504; body=empty").body(), "");
    assert!(std::str::from_utf8(&answer("status=400; body=not-utf8").body()).is_err());
    let slow = answer("error; retry-after=2; header=x-amz-retry-after:1500; header=a:b");
    for (name, value) in [
        ("retry-after", "2"),
        ("x-amz-retry-after", "1500"),
        ("a", "b"),
    ] {
        assert_eq!(header(&slow, name), value);
    }
    for (fault, status, location) in [
        (
            "redirect; location=\"http://127.0.0.1:1/x\"; status=301",
            301,
            "http://127.0.0.1:1/x",
        ),
        ("redirect", 307, "/status"),
    ] {
        let away = answer(fault);
        assert_eq!(away.status(), status);
        assert_eq!(header(&away, "location"), location);
    }
    assert_eq!(neptune.executed("GetEngineStatus"), 0);
}
