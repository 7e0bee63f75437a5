//! The header `x-neptune-fault`: the requests it applies to, how often, and its errors.

use bytes::Bytes;
use http::{Request, StatusCode};
use neptunedata_emulator::{Config, Emulator, Fault, Outcome, Planned, When};

use crate::support::{get, now};

pub(crate) fn obeying() -> Emulator {
    Emulator::new(Config::default().fault_header(true))
}

pub(crate) fn asking(fault: &str) -> Request<Bytes> {
    let mut request = get("/status");
    request
        .headers_mut()
        .append("x-neptune-fault", fault.parse().expect("a value"));
    request
}

fn status(outcome: &Outcome) -> Option<u16> {
    outcome.response().map(|answer| answer.status().as_u16())
}

/// Status, exception and text of the answer to a request with this header.
pub(crate) fn told(neptune: &mut Emulator, fault: &str) -> (u16, String, String) {
    let answer = neptune
        .handle(asking(fault), now())
        .into_response()
        .expect("an answer");
    let body = answer.to_json().expect("JSON");
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (
        answer.status().as_u16(),
        text("code"),
        text("detailedMessage"),
    )
}

#[test]
fn the_header_is_off_by_default() {
    let mut neptune = Emulator::default();
    assert_eq!(
        status(&neptune.handle(asking("status=503"), now())),
        Some(200)
    );
    assert!(!neptune.log()[0].spoilt);
    neptune.reconfigure(|config| config.fault_header(true));
    assert_eq!(
        status(&neptune.handle(asking("status=503"), now())),
        Some(503)
    );
    assert!(neptune.log()[1].spoilt);
}

#[test]
fn attempts_are_counted() {
    let mut neptune = obeying();
    let mut meet = |fault: &str| status(&neptune.handle(asking(fault), now()));
    // By id, whatever else the header says.
    assert_eq!(meet("status=503; times=1; id=a"), Some(503));
    assert_eq!(meet("status=503; times=1; id=a"), Some(200));
    assert_eq!(meet("status=503; times=1; id=b"), Some(503));
    assert_eq!(meet("status=504; times=2; id=b"), Some(504));
    assert_eq!(meet("status=504; times=2; id=b"), Some(200));
    // By the text.
    assert_eq!(meet("status=500; times=1"), Some(500));
    assert_eq!(meet("status=500; times=1"), Some(200));
    assert_eq!(meet("status=501; times=1"), Some(501));
    // Always.
    assert_eq!(
        [meet("status=418"), meet("status=418"), meet("status=418")],
        [Some(418); 3]
    );
    assert_eq!(meet("status=418; times=0"), Some(200));
    // In order.
    let list = "status=503, read-then-rst; times=2, status=429; id=c; times=1";
    assert_eq!(
        [meet(list), meet(list), meet(list), meet(list), meet(list)],
        [Some(503), None, None, Some(429), Some(200)]
    );
    let endless = "status=503, status=429";
    assert_eq!(
        [meet(endless), meet(endless), meet(endless)],
        [Some(503), Some(429), Some(429)]
    );
}

#[test]
fn unread_requests_count_as_attempts() {
    let mut neptune = obeying();
    let list = "close-before-reading; times=2; id=a";
    for _ in 0..2 {
        let outcome = neptune.handle(asking(list), now());
        assert!(matches!(outcome, Outcome::Fault(Fault::BeforeReading(_))));
    }
    assert_eq!(status(&neptune.handle(asking(list), now())), Some(200));
    assert_eq!(neptune.log().len(), 1);
    assert_eq!(neptune.log()[0].number, 1);
}

#[test]
fn several_lines_are_one_list() {
    let mut neptune = obeying();
    let mut meet = || {
        let mut request = asking("status=503");
        request.headers_mut().append(
            "x-neptune-fault",
            "status=504; times=1".parse().expect("a value"),
        );
        status(&neptune.handle(request, now()))
    };
    assert_eq!([meet(), meet(), meet()], [Some(503), Some(504), Some(200)]);
}

#[test]
fn planned_faults_are_kept() {
    let mut neptune = obeying();
    neptune.fail_next(Planned::error("ThrottlingException", ""));
    assert_eq!(
        status(&neptune.handle(asking("status=503"), now())),
        Some(503)
    );
    assert_eq!(neptune.planned(), 1);
    neptune.clear_planned();
    assert_eq!(neptune.planned(), 0);
}

#[test]
fn invalid_headers_are_rejected() {
    for (fault, part) in [
        (
            "read-then-fun",
            "Unknown fault 'read-then-fun'; known are close-before-reading, read-then-fin,",
        ),
        ("", "Unknown fault ''"),
        ("status=503,", "Unknown fault ''"),
        (
            "read-then-fin; colour=red",
            "read-then-fin has no parameter colour.",
        ),
        ("status=99", "status=99: "),
        ("status=100", "status=100: not a final status"),
        ("answer-late; delay=soon", "delay=soon: "),
        (
            "garbage; part=all",
            "part=all: expected one of body, tail, wire",
        ),
        (
            "read-then-fin; ending=bang",
            "ending=bang: expected one of fin, abrupt, rst, hang",
        ),
        ("read-then-fin; times=-1", "times=-1: "),
        ("read-then-fin; executed=maybe", "executed=maybe: "),
        (
            "trailers; kind=oversized; bytes=16777217",
            "at most 16777216",
        ),
        (
            "skewed-date; seconds=9223372036854775807",
            "seconds=9223372036854775807: at most 1000000000 in either direction",
        ),
        (
            "read-then-fin; skew=-1000000001",
            "skew=-1000000001: at most 1000000000 in either direction",
        ),
        ("signature-expired; seconds=-1", "seconds=-1: at least 0"),
        (
            "signature-not-yet-current; seconds=4294967295",
            "at most 1000000000 in either direction",
        ),
        ("trickle; bytes=0", "bytes=0: at least 1"),
        ("error; message=\"open", "A quotation mark is not closed."),
        ("error; header=x", "expected name:value"),
        ("error; status=500; status=500", "status is given twice."),
    ] {
        let mut neptune = obeying();
        let (status, code, message) = told(&mut neptune, fault);
        assert_eq!(
            (status, code.as_str()),
            (400, "BadRequestException"),
            "{fault}"
        );
        assert!(
            message.starts_with("x-neptune-fault: ") && message.contains(part),
            "{message}"
        );
        assert_eq!(
            (
                neptune.received("GetEngineStatus"),
                neptune.executed("GetEngineStatus")
            ),
            (1, 0)
        );
        assert!(!neptune.log()[0].spoilt);
    }
    for fault in ["skewed-date; seconds=-1000000000", "trickle; bytes=1"] {
        assert!(fault.parse::<Planned>().is_ok(), "{fault}");
    }
    assert!("status=503, status=504".parse::<Planned>().is_err());
    assert!("status=503; id=a".parse::<Planned>().is_err());
    let error = "status=9".parse::<Planned>().expect_err("accepted");
    assert!(error.to_string().contains("status=9"));
}

#[test]
fn when_each_strikes() {
    for (fault, when) in [
        ("close-before-reading; executed", When::BeforeReading),
        ("read-then-fin", When::Executed),
        ("read-then-fin; executed=false", When::Received),
        ("error", When::Received),
        ("error; executed=true", When::Executed),
        ("error; status=200", When::Executed),
        ("html", When::Executed),
        ("html; status=503", When::Received),
        ("redirect", When::Received),
        ("expire-token; executed", When::Received),
        ("trailers; kind=failing", When::Executed),
    ] {
        assert_eq!(
            fault.parse::<Planned>().expect("a fault").when(),
            when,
            "{fault}"
        );
    }
}

#[test]
fn errors_of_every_form() {
    let mut neptune = obeying();
    let mut told = |fault: &str| told(&mut neptune, fault);
    let error =
        |status: u16, code: &str, message: &str| (status, code.to_owned(), message.to_owned());
    assert_eq!(
        told("error"),
        error(500, "InternalFailureException", "As planned.")
    );
    assert_eq!(
        told("status=503; message=\"a; b, c\""),
        error(503, "InternalFailureException", "a; b, c")
    );
    assert_eq!(
        told("error; code=TooManyRequestsException"),
        error(429, "TooManyRequestsException", "As planned.")
    );
    assert_eq!(
        told("status=400; body=message-only; message=x"),
        error(400, "", "x")
    );
    // Not executed, and something has to be answered.
    assert_eq!(
        told("answer-late; delay=0; executed=false").1,
        "InternalFailureException"
    );

    let mut answer = |fault: &str| {
        let outcome = neptune.handle(asking(fault), now());
        outcome.into_response().expect("an answer")
    };
    let by_header = answer("error; body=header; code=ThrottlingException");
    assert_eq!(
        by_header.head.headers["x-amzn-errortype"],
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
    let slow = answer(
        "error; code=TooManyRequestsException; retry-after=2; header=x-amz-retry-after:1500; header=a:b",
    );
    assert_eq!(slow.head.headers["retry-after"], "2");
    assert_eq!(slow.head.headers["x-amz-retry-after"], "1500");
    assert_eq!(slow.head.headers["a"], "b");
    let away = answer("redirect; location=\"http://127.0.0.1:1/x\"; status=301");
    assert_eq!(
        (away.status(), &away.head.headers["location"]),
        (
            StatusCode::MOVED_PERMANENTLY,
            &"http://127.0.0.1:1/x".parse().expect("a value")
        )
    );
    let back = answer("redirect");
    assert_eq!(
        (back.status().as_u16(), &back.head.headers["location"]),
        (307, &"/status".parse().expect("a value"))
    );
    assert_eq!(neptune.executed("GetEngineStatus"), 0);
}
