//! Lost changes and invalid pages.

use std::time::Duration;

use neptunedata::{
    Error, ErrorKind, ExceptionKind,
    changes::{ChangesError, ChangesErrorKind, ChangesOptions, StartPosition},
    error::Cause,
    machine::Input,
    streams::EventId,
};
use serde_json::json;

use super::{
    follow::{SECOND, after, changes, one_attempt, transactions},
    server::{Outcome, Server, refuse, respond},
};

fn lost(error: &Error, kind: ChangesErrorKind) -> &ChangesError {
    assert_eq!(error.kind(), ErrorKind::Changes(kind), "{error}");
    assert!(!error.is_retryable());
    match error.cause() {
        Cause::Changes(cause) => cause,
        _ => panic!("{error}"),
    }
}

/// Follows the changes to the end of the stream.
fn to_the_end(start: StartPosition, server: &mut Server) -> Result<(), Error> {
    let (_, result) = changes(start, one_attempt()).all(server);
    result.map(drop)
}

#[test]
fn expired_positions_are_lost_changes() {
    let mut server = Server::with(&[1]);
    server.instead = vec![refuse(400, "ExpiredStreamException")];
    let (items, result) = changes(after(7, 2), one_attempt()).all(&mut server);
    assert!(items.is_empty());
    let error = result.expect_err("an expired position");
    let cause = lost(&error, ChangesErrorKind::Expired);
    assert_eq!(cause.position(), EventId::new(7, 2));
    let source = cause.service_error().and_then(Error::service);
    let source = source.expect("a service error");
    assert_eq!(source.kind, ExceptionKind::ExpiredStreamException);
    assert_eq!(
        error.to_string(),
        "GetSparqlStream: changes were lost: the change stream no longer keeps all records after 7:2"
    );
}

#[test]
fn positions_after_the_end_are_lost_changes() {
    for options in [one_attempt(), ChangesOptions::new()] {
        let mut server = Server::with(&[1, 3]);
        let mut run = changes(after(12, 1), options);
        let (items, result) = run.all(&mut server);
        assert!(items.is_empty());
        let error = result.expect_err("another stream");
        let cause = lost(&error, ChangesErrorKind::Ahead);
        assert_eq!(cause.head(), Some(EventId::new(2, 3)));
        assert_eq!(
            error.to_string(),
            "GetSparqlStream: the change stream ends at 2:3, before 12:1, the last position read: the data was \
             reset or restored, and changes may be lost"
        );
        // Not before the lag tolerance is over.
        let passed = run.clock.now().mono - run.began;
        assert!(passed >= 30 * SECOND && passed < 60 * SECOND, "{passed:?}");
    }
    let mut server = Server::with(&[1, 3]);
    let (_, result) =
        changes(after(12, 1), one_attempt().lag_tolerance(Duration::ZERO)).all(&mut server);
    lost(
        &result.expect_err("another stream"),
        ChangesErrorKind::Ahead,
    );
    assert_eq!(server.requests.len(), 1);
    // Without the last record in the message, nothing is inconsistent.
    server.names_head = false;
    assert!(to_the_end(after(12, 1), &mut server).is_ok());
}

/// After a reset, the new stream can have reached the same commit number.
#[test]
fn positions_after_the_end_of_a_commit_are_lost_changes() {
    let mut server = Server::with(&[1, 3]);
    let error = to_the_end(after(2, 5), &mut server).expect_err("another stream");
    let cause = lost(&error, ChangesErrorKind::Ahead);
    assert_eq!(cause.position(), EventId::new(2, 5));
    assert_eq!(cause.head(), Some(EventId::new(2, 3)));
    // The last record itself is not after the end.
    assert!(to_the_end(after(2, 3), &mut server).is_ok());
}

/// A replica that lags behind looks like a reset for a while.
#[test]
fn replicas_may_lag() {
    let mut server = Server::with(&[1, 1]);
    let mut run = changes(after(3, 1), ChangesOptions::new());
    for _ in 0..4 {
        assert!(matches!(run.next(&mut server, 2), Outcome::Stopped));
    }
    server.commit(1);
    server.commit(1);
    let Outcome::Item(change) = run.next(&mut server, 10) else {
        panic!("expected a record")
    };
    assert_eq!(change.event_id, EventId::new(4, 1));
}

/// The service reports that the stream has later records, but does not return them.
#[test]
fn withheld_records_are_lost_changes() {
    let message = "Requested startEventId is from the future. Last valid eventId is [commitNum = 9, opNum = 1]";
    let refusal = || {
        let response = super::script::refusal(404, "StreamRecordsNotFoundException", message);
        Input::Response(response.whole(), Default::default())
    };
    let mut server = Server::with(&[]);
    server.instead = (0..100).map(|_| refusal()).collect();
    let error = to_the_end(after(7, 2), &mut server).expect_err("a gap");
    lost(&error, ChangesErrorKind::Expired);
    assert!(
        error
            .to_string()
            .ends_with("all records after 7:2; it ends at 9:1"),
        "{error}"
    );
    // A single response is not enough: the records may have just been committed.
    let mut server = Server::with(&[1, 1, 1, 1, 1, 1, 2, 1, 1]);
    server.instead = vec![refusal()];
    let (items, result) = changes(after(7, 2), one_attempt()).all(&mut server);
    assert_eq!((items.len(), result.is_ok()), (2, true));
}

/// Only an uninterrupted inconsistency counts: while calls fail, the state of the stream is unknown.
#[test]
fn failures_restart_the_lag_tolerance() {
    let mut server = Server::with(&[1, 3]);
    let inconsistent = || server.not_found();
    let mut instead = vec![inconsistent()];
    instead.extend((0..6).map(|_| refuse(429, "ThrottlingException")));
    instead.push(inconsistent());
    server.instead = instead;
    let mut run = changes(after(12, 1), ChangesOptions::new());
    for _ in 0..8 {
        assert!(matches!(run.next(&mut server, 2), Outcome::Stopped));
    }
    assert!(run.clock.now().mono - run.began > 30 * SECOND);
    for _ in 0..11 {
        server.commit(1);
    }
    assert!(matches!(run.next(&mut server, 2), Outcome::Item(_)));
}

fn page(records: &[(i64, i64, bool)]) -> Input {
    let records: Vec<_> = records
        .iter()
        .map(|(commit, op, is_last)| {
            let mut record = json!({
                "eventId": {"commitNum": commit, "opNum": op}, "op": "ADD", "data": {"stmt": "<s> <p> <o> .\n"},
            });
            if *is_last {
                record["isLastOp"] = json!(true);
            }
            record
        })
        .collect();
    respond(200, json!({"records": records}).to_string())
}

/// A stream that marks the bounds of its commits shows that records are missing.
#[test]
fn gaps_are_lost_changes() {
    let whole = [(3, 1, false), (3, 2, true), (4, 1, true)];
    let id = EventId::new;
    for (before, after, place, next) in [
        // The end of commit 5, and maybe more.
        (
            &[(5, 1, false), (5, 2, false)][..],
            (7, 1, true),
            id(5, 2),
            id(7, 1),
        ),
        // The beginning of commit 7, and maybe more.
        (&[(5, 1, true)], (7, 5, true), id(5, 1), id(7, 5)),
        (&[], (5, 2, true), id(4, 1), id(5, 2)),
    ] {
        let mut server = Server::with(&[]);
        let records = [&whole, before].concat();
        server.instead = vec![page(&records), page(&[after])];
        let (items, result) = changes(StartPosition::TrimHorizon, one_attempt()).all(&mut server);
        let error = result.expect_err("a gap");
        let cause = lost(&error, ChangesErrorKind::Gap);
        assert_eq!((cause.position(), cause.next()), (place, Some(next)));
        assert_eq!(items.len(), records.len());
        let text = format!(
            "GetSparqlStream: changes were lost: records are missing after {place}; the change stream \
             continues at {next}"
        );
        assert_eq!(error.to_string(), text);

        // The complete transactions before the gap are delivered, and no part of an incomplete one.
        server.instead = vec![page(&records), page(&[after])];
        let mut run = transactions(StartPosition::TrimHorizon, one_attempt());
        let (items, result) = run.all(&mut server);
        assert!(result.is_err());
        let ends = records.iter().filter(|(.., is_last)| *is_last).count();
        assert_eq!(items.len(), ends);
    }
}

/// Without marks or with another numbering, no gap is detected.
#[test]
fn other_numbering_is_not_a_gap() {
    for records in [
        &[(3, 1, false), (3, 2, false), (5, 1, false), (6, 1, false)][..],
        &[(3, 0, true), (4, 0, true), (6, 0, true)],
        &[(3, 2, true), (4, 5, true), (6, 3, true)],
        // The oldest commit may have lost its beginning.
        &[(3, 2, true), (4, 1, false), (4, 3, true)],
    ] {
        let mut server = Server::with(&[]);
        server.instead = vec![page(records)];
        let (items, result) = changes(StartPosition::TrimHorizon, one_attempt()).all(&mut server);
        assert!(result.is_ok(), "{result:?}");
        assert_eq!(items.len(), records.len());
    }
}

/// No record is skipped silently.
#[test]
fn pages_out_of_order_are_errors() {
    let page = |commits: &[i64]| {
        let records: Vec<_> = commits.iter().map(|commit| (*commit, 1, true)).collect();
        page(&records)
    };
    let mut server = Server::with(&[]);
    server.instead = vec![page(&[5, 4, 6])];
    let (items, result) = changes(StartPosition::TrimHorizon, one_attempt()).all(&mut server);
    let error = result.expect_err("out of order");
    assert_eq!((items.len(), error.kind()), (0, ErrorKind::Decode));
    assert!(error.to_string().contains("records[1].eventId"), "{error}");
    // A repeated record is not out of order.
    server.instead = vec![page(&[4, 5, 5, 6])];
    let (items, _) = changes(StartPosition::TrimHorizon, one_attempt()).all(&mut server);
    assert_eq!(items.len(), 3);
}

#[test]
fn pages_without_records_are_errors() {
    for body in [
        "{}",
        r#"{"records":null}"#,
        r#"{"lastEventId":{"commitNum":5,"opNum":1},"totalRecords":3}"#,
    ] {
        for start in [
            after(2, 1),
            StartPosition::TrimHorizon,
            StartPosition::Latest,
        ] {
            let mut server = Server::with(&[]);
            server.instead = vec![respond(200, body.to_owned())];
            let (items, result) = changes(start, one_attempt()).all(&mut server);
            let error = result.expect_err("no records");
            assert_eq!((items.len(), error.kind()), (0, ErrorKind::Decode));
            assert!(
                error.to_string().contains("records: missing member"),
                "{error}"
            );
        }
    }
    // An empty list is valid.
    let mut server = Server::with(&[]);
    server.instead = vec![page(&[])];
    assert!(to_the_end(after(2, 1), &mut server).is_ok());
}
