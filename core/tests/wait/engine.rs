//! The waiters for index rebuilds, fast resets and statistics.

use std::time::Duration;

use neptunedata::{
    ErrorKind, ExceptionKind,
    transport::{Sent, TransportErrorKind},
    wait::{
        WaitErrorKind,
        waiters::{
            FastResetCompleted, IndexRebuildCompleted, PropertygraphStatisticsComputed,
            ResetProgress, SparqlStatisticsComputed,
        },
    },
};

use super::{
    run::{failure, ok, paths, run_plain},
    script::{Event, exception},
};

#[test]
fn index_rebuilds_end() {
    let rebuild = |status: &str| {
        ok(format!(
            r#"{{"status":"{status}","progressPercentage":40,"failureReason":"out of space"}}"#
        ))
    };
    let script = ["PREPARING", "REBUILDING", "COMPLETED"].map(rebuild);
    let done = run_plain(IndexRebuildCompleted::new("r"), &script);
    assert_eq!(paths(&done), ["/storage/indexes/rebuilds/r"; 3]);
    assert_eq!(done.items[1].status.progress_percentage, Some(40));
    assert!(done.result.is_ok());
    for status in ["FAILED", "CANCELLED"] {
        let script = ["CANCELLING", status].map(rebuild);
        let error = failure(run_plain(IndexRebuildCompleted::new("r"), &script));
        assert_eq!(
            (error.status(), error.reason()),
            (Some(status), "out of space")
        );
    }
}

/// It is unknown whether the response has a `payload` (U14).
#[test]
fn index_rebuilds_in_a_payload() {
    let wrapped = |status: &str| {
        ok(format!(
            r#"{{"status":"200 OK","payload":{{"status":"{status}","failureReason":"disk"}}}}"#
        ))
    };
    let done = run_plain(
        IndexRebuildCompleted::new("r"),
        &[wrapped("REBUILDING"), wrapped("COMPLETED")],
    );
    assert_eq!(done.items.len(), 1);
    assert!(done.result.is_ok());
    let error = failure(run_plain(
        IndexRebuildCompleted::new("r"),
        &[wrapped("FAILED")],
    ));
    assert_eq!((error.status(), error.reason()), (Some("FAILED"), "disk"));
}

fn engine(status: &str, start: &str) -> Event {
    ok(format!(
        r#"{{"status":"{status}","startTime":"{start}","role":"writer"}}"#
    ))
}

#[test]
fn a_reset_ends_when_the_engine_is_healthy() {
    let mut script = vec![
        engine("healthy", "before"),
        exception(500, "ServerShutdownException").into(),
    ];
    script.extend(vec![
        Event::Fails(TransportErrorKind::Connect, Sent::No);
        40
    ]);
    script.extend([
        Event::Fails(TransportErrorKind::Dns, Sent::No),
        Event::Fails(TransportErrorKind::Closed, Sent::Maybe),
        exception(503, "Whatever").into(),
        engine("recovery", "after"),
        engine("healthy", "after"),
    ]);
    let done = run_plain(FastResetCompleted::new().restarted_since("before"), &script);
    // There is a pause before the first poll, and each failure is one request.
    assert!(done.sent[0].0 > Duration::from_secs(1));
    assert_eq!(done.sent.len(), script.len());
    assert!(done.took < Duration::from_secs(600));
    let end = done.result.expect("a success").result;
    assert_eq!(end.start_time.as_deref(), Some("after"));
    assert!(matches!(done.items[0].status, ResetProgress::Status(_)));
    let shutdown = ErrorKind::Service(ExceptionKind::ServerShutdownException);
    assert_eq!(done.items[1].status, ResetProgress::Unavailable(shutdown));
    assert_eq!(done.items.len(), script.len() - 1);

    // Without a start time the first healthy response is the end.
    let done = run_plain(FastResetCompleted::new(), &script);
    assert_eq!(done.sent.len(), 1);
    assert!(done.result.is_ok());

    // Some errors are permanent.
    for event in [
        exception(403, "AccessDeniedException").into(),
        Event::Fails(TransportErrorKind::Tls, Sent::No),
    ] {
        assert!(
            run_plain(FastResetCompleted::new(), &[event])
                .result
                .is_err()
        );
    }
    let down = Event::Fails(TransportErrorKind::Connect, Sent::No);
    let done = run_plain(FastResetCompleted::new(), &[down]);
    let error = done.result.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Wait(WaitErrorKind::TimedOut));
    assert_eq!(
        done.took,
        Duration::from_secs(1800) + Duration::from_millis(10)
    );
}

fn statistics(id: &str, rest: &str) -> Event {
    ok(format!(
        r#"{{"status":"200 OK","payload":{{"autoCompute":true,"active":true,"statisticsId":{id}{rest}}}}}"#
    ))
}

#[test]
fn statistics_are_computed() {
    let none = statistics("-1", "");
    let old = statistics("1588893232718", r#","date":"2023-01-24T00:47:43.319Z""#);
    let new = statistics("1700000000000", r#","date":"2023-11-14T22:13Z""#);
    let script = [none.clone(), old.clone(), new.clone()];

    let done = run_plain(PropertygraphStatisticsComputed::new(), &script);
    assert_eq!(paths(&done), ["/propertygraph/statistics"; 2]);
    assert!(done.result.is_ok());
    for waiter in [
        SparqlStatisticsComputed::new().with_id("1700000000000"),
        SparqlStatisticsComputed::new().with_id("1600000000000"),
        SparqlStatisticsComputed::new().newer_than("2023-01-24T00:47:43.319Z"),
    ] {
        let done = run_plain(waiter, &script);
        assert_eq!(paths(&done), ["/sparql/statistics"; 3]);
        let end = done.result.expect("a success").result;
        assert_eq!(end.statistics_id.as_deref(), Some("1700000000000"));
    }

    // A note reports a failure; the note of an earlier computation is ignored.
    let note = r#","note":"Limit reached: Statistics are not available""#;
    let error = failure(run_plain(
        PropertygraphStatisticsComputed::new(),
        &[statistics("-1", note)],
    ));
    assert_eq!(
        error.to_string(),
        "the statistics of the property graph ended with status no statistics: Limit reached: Statistics are \
         not available"
    );
    let script = [statistics("1588893232718", note), new];
    let waiter = PropertygraphStatisticsComputed::new().with_id("1700000000000");
    assert!(run_plain(waiter, &script).result.is_ok());
    // Without statistics it is unknown which computation a note is from, so it counts if it remains.
    let none = statistics("-1", note);
    for waiter in [
        PropertygraphStatisticsComputed::new().with_id("1700000000000"),
        PropertygraphStatisticsComputed::new().newer_than("2023-01-24T00:47:43.319Z"),
    ] {
        let mut passes = vec![none.clone(); 4];
        passes.extend([statistics("-1", ""), none.clone(), script[1].clone()]);
        assert!(run_plain(waiter.clone(), &passes).result.is_ok());
        let error = failure(run_plain(waiter, &vec![none.clone(); 5]));
        assert_eq!(error.status(), Some("no statistics"));
    }
    let waiter = PropertygraphStatisticsComputed::new().with_id("1500000000000");
    assert_eq!(
        failure(run_plain(waiter, &script)).status(),
        Some("statistics 1588893232718")
    );
}
