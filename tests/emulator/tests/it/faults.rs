//! Every fault over a socket: the bytes that arrive, the end of the connection, and the counts of received and executed requests.

use std::time::{Duration, Instant};

use neptunedata_emulator::{ConnectionEnd, Emulator, Fault, Outcome, PlannedFault, Replacement};

use crate::raw::{
    Ended, OK, Raw, STATUS, WAIT_LIMIT, announced, chunked, counts, meet, parts, start, status,
};
use crate::support::{Ask, assert_ends, assert_lacks, assert_starts, get, now};

fn whole() -> usize {
    announced(&meet(&start(), "answer-late; delay=0", Ended::Open))
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
        let mut raw = Raw::ask(&server, &status(fault));
        assert!(server.wait_until(WAIT_LIMIT, || counts(&server).0 == 1));
        raw.ends(ended);
        assert_eq!(counts(&server), (1, executed), "{fault}");
        server.with(|neptune| {
            let entry = &neptune.log()[0];
            assert!(entry.fault_applied && entry.status.is_none(), "{entry:?}");
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
        // The body was sent, but the server does not read it.
        let head = status(fault).replace("GET", "POST");
        let request = head.replace("\r\n\r\n", "\r\ncontent-length: 5\r\n\r\nhello");
        Raw::ask(&server, &request).ends(ended);
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
    assert_starts(&raw.answer(&status("answer-late; delay=30")), OK);
    assert!(started.elapsed() >= Duration::from_millis(30));
    // The connection is as good as before.
    assert_starts(&raw.answer(&status("error; delay=1")), "HTTP/1.1 500 ");
    assert_eq!(counts(&server), (2, 1));
    assert_eq!(server.connections().accepted, 1);
    // The end can come late, too.
    let started = Instant::now();
    raw.send(&status("read-then-fin; delay=30"));
    raw.ends(Ended::Fin);
    assert!(started.elapsed() >= Duration::from_millis(30));
}

#[test]
fn executed_while_the_answer_is_late() {
    let server = start();
    let mut raw = Raw::ask(&server, &status("answer-late; delay=60000"));
    assert!(server.wait_until(WAIT_LIMIT, || counts(&server) == (1, 1)));
    raw.ends(Ended::Open);
}

#[test]
fn stalls() {
    let server = start();
    let whole = whole();
    let answer = meet(&server, "head-then-stall", Ended::Open);
    assert_eq!((parts(&answer).1, announced(&answer)), ("", whole));
    let answer = meet(&server, "head-then-stall; bytes=7", Ended::Open);
    assert_eq!(parts(&answer).1.len(), 7);
    // For a while only; the rest follows and the connection lives on.
    let mut raw = Raw::connect(&server);
    let started = Instant::now();
    let answer = raw.answer(&status("head-then-stall; bytes=7; time=30"));
    assert_eq!(parts(&answer).1.len(), whole);
    assert!(started.elapsed() >= Duration::from_millis(30));
    raw.send(&status(
        "head-then-stall; bytes=5; framing=chunked; time=1; ending=fin",
    ));
    assert_ends(chunked(&raw.until_end().0), "\r\n0\r\n\r\n");
    assert_eq!(counts(&server), (4, 4));
}

#[test]
fn trickles() {
    let server = start();
    for (fault, pauses) in [
        ("trickle; bytes=200; every=5; ending=fin", 3),
        ("trickle; bytes=50; every=5; part=head; ending=fin", 2),
        ("trickle; bytes=200; every=5; part=body; ending=fin", 2),
    ] {
        let took = Raw::ask(&server, &status(fault)).time_of_last_piece();
        assert!(
            took >= pauses * Duration::from_millis(5),
            "{fault}: {took:?}"
        );
    }
    // Whole in the end.
    let answer = Raw::connect(&server).answer(&status("trickle; bytes=100; every=1"));
    assert_eq!(parts(&answer).1.len(), whole());
    assert_eq!(counts(&server), (4, 4));
}

#[test]
fn truncated() {
    let server = start();
    let whole = whole();
    for (parameters, comes, promised, ended) in [
        ("", whole / 2, whole, Ended::Fin),
        ("bytes=20", 20, whole, Ended::Fin),
        ("bytes=0", 0, whole, Ended::Fin),
        ("missing=9", whole, whole + 9, Ended::Fin),
        ("bytes=3; missing=9", 3, whole + 9, Ended::Fin),
        ("bytes=20; ending=rst", 20, whole, Ended::Rst),
        ("bytes=20; ending=hang", 20, whole, Ended::Open),
    ] {
        let answer = meet(&server, &format!("truncated-body; {parameters}"), ended);
        assert_eq!(parts(&answer).1.len(), comes, "{parameters}");
        assert_eq!(announced(&answer), promised, "{parameters}");
        assert_lacks(&answer, "connection:");
    }
    assert_eq!(counts(&server), (7, 7));
}

#[test]
fn cut_chunks() {
    let server = start();
    let whole = whole();
    let size = format!("{whole:x}\r\n");
    for (fault, body, ended) in [
        ("chunk-cut; bytes=3", 3, Ended::Fin),
        ("chunk-cut; bytes=0", 0, Ended::Fin),
        ("chunk-cut; bytes=3; ending=rst", 3, Ended::Rst),
        ("chunk-cut", whole / 2, Ended::Fin),
        ("no-last-chunk", whole + 2, Ended::Fin),
    ] {
        let answer = meet(&server, fault, ended);
        assert_starts(chunked(&answer), &size);
        assert_eq!(chunked(&answer).len(), size.len() + body, "{fault}");
        assert_eq!(
            answer.ends_with("}\r\n"),
            fault == "no-last-chunk",
            "{fault}"
        );
    }
    assert_eq!(counts(&server), (5, 5));
}

#[test]
fn a_body_whose_trailers_do_not_end() {
    let server = start();
    let detail = "\r\n0\r\nx-neptune-status: 200 OK\r\nx-neptune-detail: \r\n";
    let fails =
        "cut-in-trailers; kind=failing; code=InternalFailureException; appended=false; unasked";
    let failed = "\r\n0\r\nx-neptune-status: 500 InternalFailureException\r\nx-neptune-detail: ";
    for (fault, has_trailer, last_line) in [
        ("cut-in-trailers", false, "}\r\n0\r\n"),
        ("cut-in-trailers; kind=good", false, "}\r\n0\r\n"),
        ("cut-in-trailers; unasked", true, detail),
        (fails, true, failed),
    ] {
        let answer = meet(&server, fault, Ended::Fin);
        let trailer = answer.contains("\r\ntrailer: ");
        assert_eq!(trailer, has_trailer, "{fault}: {answer}");
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
        let answer = meet(&server, fault, Ended::Fin);
        let (head, body) = parts(&answer);
        assert_lacks(head, "content-length");
        assert_lacks(head, "chunked");
        assert_eq!(body.len(), length, "{fault}");
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
        let says_close = raw
            .answer(&status(fault))
            .contains("\r\nconnection: close\r\n");
        assert_eq!(says_close, announced, "{fault}");
        raw.ends(ended);
    }
    // An idle connection: a request that comes in time is answered.
    let mut raw = Raw::connect(&server);
    for _ in 0..2 {
        raw.answer(&status("close-idle; after=300"));
    }
    let started = Instant::now();
    raw.ends(Ended::Fin);
    assert!(started.elapsed() >= Duration::from_millis(150));
    assert_eq!(counts(&server), (7, 5));
    assert_eq!(server.connections().requests, [1, 1, 1, 1, 1, 2]);
}

#[test]
fn plans_do_the_same() {
    let server = start();
    server.with(|neptune| {
        neptune.fail_next(PlannedFault::new(Replacement::CloseBeforeReading(
            ConnectionEnd::Rst,
        )));
        neptune.fail_next(PlannedFault::new(Replacement::NoResponse(ConnectionEnd::Rst)).times(2));
        neptune.fail_next("truncated-body; bytes=1".parse().expect("a fault"));
    });
    for (comes, ended, received) in [
        (0, Ended::Rst, 0),
        (0, Ended::Rst, 1),
        (0, Ended::Rst, 2),
        (1, Ended::Fin, 3),
    ] {
        let (answer, ending) = Raw::ask(&server, STATUS).until_end();
        let body = answer.split_once("\r\n\r\n").unwrap_or_default().1;
        assert_eq!((body.len(), ending), (comes, ended));
        assert_eq!(counts(&server), (received, received));
    }
    server.with(|neptune| assert_eq!(neptune.planned(), 0));
}

#[test]
fn faults_are_data_without_a_server() {
    let mut neptune = Emulator::default();
    let mut meet = |text: &str| {
        neptune.fail_next(text.parse().expect("a fault"));
        neptune.handle(get("/status"), now())
    };
    let unread = meet("close-before-reading; ending=rst");
    assert!(matches!(
        unread,
        Outcome::Fault(Fault::BeforeReading(ConnectionEnd::Rst))
    ));
    let closed = meet("read-then-fin");
    assert!(matches!(
        closed,
        Outcome::Fault(Fault::CloseWithoutResponse)
    ));
    let Outcome::Fault(Fault::NoResponse { ending, delay }) = meet("stop-answering; delay=5")
    else {
        panic!("another outcome")
    };
    assert_eq!(
        (ending, delay),
        (ConnectionEnd::Hang, Duration::from_millis(5))
    );
    // What arrives in the end is an answer, however late.
    let late = meet("answer-late; delay=60000; skew=60");
    assert_eq!(late.response().expect("an answer").status(), 200);
    let late = late.into_response().expect("an answer");
    assert!(late.to_json().is_some());
    assert!(meet("head-then-stall").response().is_none());
    assert!(meet("head-then-stall; time=1").response().is_some());
    assert!(meet("chunk-cut").response().is_none());
    assert_eq!(Ask::counts(&neptune, "GetEngineStatus"), (6, 6));
    assert_eq!(neptune.log().len(), 6);
}
