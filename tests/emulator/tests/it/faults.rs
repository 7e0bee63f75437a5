//! Every fault over a socket: the bytes that arrive, the end of the connection, and the counts of received and executed requests.

use std::time::{Duration, Instant};

use neptunedata_emulator::{Ending, Mishap, Outcome, Planned};

use crate::raw::{Ended, Raw, WAIT_LIMIT, announced, chunked, counts, meet, parts, start, status};

fn whole() -> usize {
    announced(&meet(&start(), "answer-late; delay=0", Ended::Open).0)
}

#[test]
fn no_answer() {
    for (fault, ended, executed) in [
        ("read-then-fin", Ended::Fin, 1),
        ("read-then-rst", Ended::Rst, 1),
        ("stop-answering", Ended::Open, 1),
        ("read-then-fin; executed=false", Ended::Fin, 0),
        ("read-then-rst; executed=false", Ended::Rst, 0),
        ("stop-answering; executed=false", Ended::Open, 0),
        ("read-then-fin; ending=abrupt", Ended::Fin, 1),
    ] {
        let server = start();
        let mut raw = Raw::connect(&server);
        raw.send(&status(fault));
        if ended == Ended::Open {
            assert!(server.wait_until(WAIT_LIMIT, || counts(&server).0 == 1));
            assert_eq!(raw.rest(), (String::new(), ended), "{fault}");
        } else {
            assert_eq!(raw.until_end(), (String::new(), ended), "{fault}");
        }
        assert_eq!(counts(&server), (1, executed), "{fault}");
        server.with(|neptune| {
            let entry = &neptune.log()[0];
            assert!(entry.spoilt && entry.status.is_none(), "{entry:?}");
        });
    }
}

#[test]
fn closed_before_reading() {
    for (fault, ended) in [
        ("close-before-reading", Ended::Fin),
        ("close-before-reading; ending=rst", Ended::Rst),
    ] {
        let server = start();
        let mut raw = Raw::connect(&server);
        // The body was sent, but the server does not read it.
        raw.send(&format!(
            "POST /status HTTP/1.1\r\nhost: neptune\r\ncontent-length: 5\r\nx-neptune-fault: {fault}\r\n\r\nhello"
        ));
        assert_eq!(raw.until_end(), (String::new(), ended), "{fault}");
        assert!(server.with(|neptune| neptune.log().is_empty()));
        assert_eq!(counts(&server), (0, 0));
        assert_eq!(server.connections().unread, 1);
        assert_eq!(server.connections().requests, [0]);
    }
}

#[test]
fn late() {
    let server = start();
    let started = Instant::now();
    let mut raw = Raw::connect(&server);
    raw.send(&status("answer-late; delay=30"));
    assert!(raw.one().starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(started.elapsed() >= Duration::from_millis(30));
    // The connection is as good as before.
    raw.send(&status("error; delay=1"));
    assert!(raw.one().starts_with("HTTP/1.1 500 "));
    assert_eq!(counts(&server), (2, 1));
    assert_eq!(server.connections().accepted, 1);
    // The end can come late, too.
    let started = Instant::now();
    raw.send(&status("read-then-fin; delay=30"));
    assert_eq!(raw.until_end(), (String::new(), Ended::Fin));
    assert!(started.elapsed() >= Duration::from_millis(30));
}

#[test]
fn executed_while_the_answer_is_late() {
    let server = start();
    let mut raw = Raw::connect(&server);
    raw.send(&status("answer-late; delay=60000"));
    assert!(server.wait_until(WAIT_LIMIT, || counts(&server) == (1, 1)));
    assert_eq!(raw.rest(), (String::new(), Ended::Open));
}

#[test]
fn stalls() {
    let server = start();
    let whole = whole();
    let (answer, ended) = meet(&server, "head-then-stall", Ended::Open);
    assert_eq!((parts(&answer).1, ended), ("", Ended::Open));
    assert_eq!(announced(&answer), whole);
    let (answer, ended) = meet(&server, "head-then-stall; bytes=7", Ended::Open);
    assert_eq!((parts(&answer).1.len(), ended), (7, Ended::Open));
    // For a while only; the rest follows and the connection lives on.
    let mut raw = Raw::connect(&server);
    let started = Instant::now();
    raw.send(&status("head-then-stall; bytes=7; time=30"));
    assert_eq!(parts(&raw.one()).1.len(), whole);
    assert!(started.elapsed() >= Duration::from_millis(30));
    raw.send(&status(
        "head-then-stall; bytes=5; framing=chunked; time=1; ending=fin",
    ));
    assert!(chunked(&raw.until_end().0).ends_with("\r\n0\r\n\r\n"));
    assert_eq!(counts(&server), (4, 4));
}

#[test]
fn trickles() {
    let server = start();
    for (fault, least) in [
        ("trickle; bytes=200; every=5; ending=fin", 4),
        ("trickle; bytes=50; every=5; part=head; ending=fin", 3),
        ("trickle; bytes=200; every=5; part=body; ending=fin", 3),
    ] {
        let mut raw = Raw::connect(&server);
        raw.send(&status(fault));
        let pieces = raw.timed();
        let (last, _) = pieces.last().expect("a piece");
        let pauses = u32::try_from(least - 1).expect("few");
        assert!(
            *last >= Duration::from_millis(5) * pauses,
            "{fault}: {pieces:?}"
        );
    }
    // Whole in the end.
    let mut raw = Raw::connect(&server);
    raw.send(&status("trickle; bytes=100; every=1"));
    assert_eq!(parts(&raw.one()).1.len(), whole());
    assert_eq!(counts(&server), (4, 4));
}

#[test]
fn truncated() {
    let server = start();
    let whole = whole();
    for (fault, comes, told, ended) in [
        ("truncated-body", whole / 2, whole, Ended::Fin),
        ("truncated-body; bytes=20", 20, whole, Ended::Fin),
        ("truncated-body; bytes=0", 0, whole, Ended::Fin),
        ("truncated-body; missing=9", whole, whole + 9, Ended::Fin),
        (
            "truncated-body; bytes=3; missing=9",
            3,
            whole + 9,
            Ended::Fin,
        ),
        (
            "truncated-body; bytes=20; ending=rst",
            20,
            whole,
            Ended::Rst,
        ),
        (
            "truncated-body; bytes=20; ending=hang",
            20,
            whole,
            Ended::Open,
        ),
    ] {
        let (answer, ending) = meet(&server, fault, ended);
        assert_eq!(parts(&answer).1.len(), comes, "{fault}");
        assert_eq!((announced(&answer), ending), (told, ended), "{fault}");
        assert!(!answer.contains("connection:"), "{answer}");
    }
    assert_eq!(counts(&server), (7, 7));
}

#[test]
fn cut_chunks() {
    let server = start();
    let size = format!("{:x}\r\n", whole());
    for (fault, body, ended) in [
        ("chunk-cut; bytes=3", format!("{size}{{\"d"), Ended::Fin),
        ("chunk-cut; bytes=0", size.clone(), Ended::Fin),
        (
            "chunk-cut; bytes=3; ending=rst",
            format!("{size}{{\"d"),
            Ended::Rst,
        ),
    ] {
        let (answer, ending) = meet(&server, fault, ended);
        let body_start = &chunked(&answer)[..size.len()];
        assert_eq!((body_start, ending), (size.as_str(), ended), "{fault}");
        assert_eq!(chunked(&answer).len(), body.len(), "{fault}: {answer}");
    }
    let (answer, ended) = meet(&server, "chunk-cut", Ended::Fin);
    assert_eq!(chunked(&answer).len(), size.len() + whole() / 2);
    assert_eq!(ended, Ended::Fin);
    let (answer, ended) = meet(&server, "no-last-chunk", Ended::Fin);
    assert_eq!(chunked(&answer).len(), size.len() + whole() + 2);
    assert!(
        chunked(&answer).ends_with("}\r\n") && ended == Ended::Fin,
        "{answer}"
    );
    assert_eq!(counts(&server), (5, 5));
}

#[test]
fn a_body_whose_trailers_do_not_end() {
    let server = start();
    let detail = "\r\n0\r\nx-neptune-status: 200 OK\r\nx-neptune-detail: \r\n";
    let failed = "\r\n0\r\nx-neptune-status: 500 InternalFailureException\r\nx-neptune-detail: ";
    for (fault, told, last_line) in [
        ("cut-in-trailers", false, "}\r\n0\r\n"),
        ("cut-in-trailers; kind=good", false, "}\r\n0\r\n"),
        ("cut-in-trailers; unasked", true, detail),
        (
            "cut-in-trailers; kind=failing; code=InternalFailureException; appended=false; unasked",
            true,
            failed,
        ),
    ] {
        let (answer, ended) = meet(&server, fault, Ended::Fin);
        assert_eq!(ended, Ended::Fin, "{fault}");
        assert_eq!(answer.contains("\r\ntrailer: "), told, "{fault}: {answer}");
        let at = answer.rfind(last_line).expect(fault);
        let rest = &answer[at + last_line.len()..];
        // Nothing, or the value of the last field.
        let lines: Vec<&str> = rest.split("\r\n").collect();
        assert!(
            rest.is_empty() || matches!(lines[..], [value, ""] if !value.is_empty()),
            "{fault}: {rest:?}"
        );
    }
    assert_eq!(counts(&server), (4, 4));
}

#[test]
fn a_body_that_ends_with_the_connection() {
    let server = start();
    for (fault, length) in [
        ("answer-late; delay=0; framing=close", whole()),
        ("truncated-body; bytes=9; framing=close", 9),
    ] {
        let (answer, ended) = meet(&server, fault, Ended::Fin);
        let (head, body) = parts(&answer);
        assert!(
            !head.contains("content-length") && !head.contains("chunked"),
            "{head}"
        );
        assert_eq!((body.len(), ended), (length, Ended::Fin), "{fault}");
    }
}

#[test]
fn closing_after_an_answer() {
    let server = start();
    for (fault, announced, ended) in [
        ("close-after-answer", false, Ended::Fin),
        ("close-after-answer; announced", true, Ended::Fin),
        ("close-after-answer; ending=rst", false, Ended::Rst),
        ("status=503; ending=hang", false, Ended::Open),
        ("status=503; announced", true, Ended::Fin),
    ] {
        let mut raw = Raw::connect(&server);
        raw.send(&status(fault));
        let answer = raw.one();
        assert_eq!(
            answer.contains("\r\nconnection: close\r\n"),
            announced,
            "{answer}"
        );
        let rest = match ended {
            Ended::Open => raw.rest(),
            _ => raw.until_end(),
        };
        assert_eq!(rest, (String::new(), ended), "{fault}");
    }
    // An idle connection: a request that comes in time is answered.
    let mut raw = Raw::connect(&server);
    for _ in 0..2 {
        raw.send(&status("close-idle; after=300"));
        raw.one();
    }
    let started = Instant::now();
    assert_eq!(raw.until_end(), (String::new(), Ended::Fin));
    assert!(started.elapsed() >= Duration::from_millis(150));
    assert_eq!(counts(&server), (7, 5));
    assert_eq!(server.connections().requests, [1, 1, 1, 1, 1, 2]);
}

#[test]
fn plans_do_the_same() {
    let server = start();
    server.with(|neptune| {
        neptune.fail_next(Planned::new(Mishap::CloseBeforeReading(Ending::Rst)));
        neptune.fail_next(Planned::new(Mishap::NoAnswer(Ending::Rst)).times(2));
        neptune.fail_next("truncated-body; bytes=1".parse().expect("a fault"));
    });
    let plain = "GET /status HTTP/1.1\r\nhost: neptune\r\n\r\n";
    for (comes, ended, received) in [
        (0, Ended::Rst, 0),
        (0, Ended::Rst, 1),
        (0, Ended::Rst, 2),
        (1, Ended::Fin, 3),
    ] {
        let mut raw = Raw::connect(&server);
        raw.send(plain);
        let (answer, ending) = raw.until_end();
        let body = if answer.is_empty() {
            ""
        } else {
            parts(&answer).1
        };
        assert_eq!((body.len(), ending), (comes, ended));
        assert_eq!(counts(&server), (received, received));
    }
    server.with(|neptune| assert_eq!(neptune.planned(), 0));
}

#[test]
fn faults_are_data_without_a_server() {
    use bytes::Bytes;
    use neptunedata_emulator::{Emulator, Fault};

    let mut neptune = Emulator::default();
    let mut meet = |text: &str| {
        neptune.fail_next(text.parse().expect("a fault"));
        neptune.handle(
            http::Request::get("/status")
                .body(Bytes::new())
                .expect("a request"),
            crate::support::now(),
        )
    };
    assert!(matches!(
        meet("close-before-reading; ending=rst"),
        Outcome::Fault(Fault::BeforeReading(Ending::Rst))
    ));
    assert!(matches!(
        meet("read-then-fin"),
        Outcome::Fault(Fault::CloseWithoutAnswer)
    ));
    assert!(matches!(
        meet("stop-answering; delay=5"),
        Outcome::Fault(Fault::NoAnswer { ending: Ending::Hang, delay }) if delay == Duration::from_millis(5)
    ));
    // What arrives in the end is an answer, however late.
    let late = meet("answer-late; delay=60000; skew=60");
    assert_eq!(late.response().expect("an answer").status(), 200);
    assert!(
        late.into_response()
            .is_some_and(|answer| answer.to_json().is_some())
    );
    assert!(meet("head-then-stall").response().is_none());
    assert!(meet("head-then-stall; time=1").response().is_some());
    assert!(meet("chunk-cut").response().is_none());
    assert_eq!(
        (
            neptune.received("GetEngineStatus"),
            neptune.executed("GetEngineStatus")
        ),
        (6, 6)
    );
    assert_eq!(neptune.log().len(), 6);
}
