//! The waiter for bulk loads.

use std::time::Duration;

use neptunedata::{
    CallOptions,
    loader::{GetLoaderJobStatus, LoadStatus},
    transport::{Sent, TransportErrorKind},
    wait::{
        WaitOptions,
        waiters::{LoadCompleted, LoadOutcome},
    },
};

use super::{
    run::{failure, load, ok, paths, run, run_plain},
    script::{Event, exception},
};

#[test]
fn loads_complete() {
    let script = [
        "LOAD_NOT_STARTED",
        "LOAD_IN_QUEUE",
        "LOAD_IN_PROGRESS",
        "LOAD_COMPLETED",
    ];
    let done = run_plain(LoadCompleted::new("l"), &script.map(load));
    assert_eq!(paths(&done), ["/loader/l"; 4]);
    assert_eq!(done.items.len(), 3);
    let end = done.result.expect("a success").result;
    assert!(matches!(end, LoadOutcome::Completed(_)));
    assert_eq!(
        end.status().overall_status.as_ref().unwrap().total_records,
        Some(5)
    );

    let done = run_plain(
        LoadCompleted::new("l"),
        &[load("LOAD_COMMITTED_W_WRITE_CONFLICTS")],
    );
    let end = done.result.expect("a success").result;
    assert!(matches!(end, LoadOutcome::CommittedWithWriteConflicts(_)));
}

#[test]
fn failed_loads_have_their_logs() {
    let logs = r#"{"status":"200 OK","payload":{"overallStatus":{"status":"LOAD_FAILED","parsingErrors":2},
        "failedFeeds":[{"fullUri":"s3://b/k","status":"LOAD_FAILED"}],
        "errors":{"startIndex":1,"endIndex":2,"loadId":"l","errorLogs":[
            {"errorCode":"PARSING_ERROR","errorMessage":"Expected '<', found: |","fileName":"s3://b/k","recordNum":1},
            {"errorCode":"PARSING_ERROR","errorMessage":"other","fileName":"s3://b/k","recordNum":2}]}}}"#;
    let bad = LoadStatus::KNOWN.iter().filter(|status| {
        let good = [
            LoadStatus::Completed,
            LoadStatus::CommittedWithWriteConflicts,
        ];
        let of_feeds = status.as_str().starts_with("LOAD_S3_")
            || status.as_str().ends_with("_FEED_MODIFIED_OR_DELETED");
        status.is_terminal() && !good.contains(status) && !of_feeds
    });
    assert_eq!(bad.clone().count(), 7);
    for status in bad {
        let script = [load("LOAD_IN_PROGRESS"), load(status.as_str()), ok(logs)];
        let done = run_plain(LoadCompleted::new("l").error_logs(7), &script);
        let asked = "/loader/l?details=true&errors=true&errorsPerPage=7";
        assert_eq!(paths(&done), ["/loader/l", "/loader/l", asked]);
        assert_eq!(done.waits.len(), 1);
        let error = failure(done);
        assert_eq!(error.status(), Some(status.as_str()));
        assert_eq!(
            error.to_string(),
            format!(
                "the bulk load l ended with status {status}: PARSING_ERROR: Expected '<', found: | in s3://b/k \
                 at record 1; the first of 2 errors"
            )
        );
        let status = error
            .last_response::<GetLoaderJobStatus>()
            .unwrap()
            .loader_status()
            .unwrap();
        assert_eq!(status.errors.unwrap().error_logs.unwrap().len(), 2);
        assert_eq!(status.failed_feeds.unwrap().len(), 1);
    }
    // Without the logs the failure is still reported, with the last response.
    for event in [
        exception(400, "BadRequestException").into(),
        Event::Fails(TransportErrorKind::Connect, Sent::No),
    ] {
        let done = run_plain(LoadCompleted::new("l"), &[load("LOAD_FAILED"), event]);
        let error = failure(done);
        assert_eq!(error.status(), Some("LOAD_FAILED"));
        assert!(error.last_error().is_some());
        assert!(error.last_response::<GetLoaderJobStatus>().is_some());
    }
}

/// Transient failures are retried while the logs are requested, too.
#[test]
fn requests_for_logs_are_retried() {
    let logs = ok(
        r#"{"status":"200 OK","payload":{"overallStatus":{"status":"LOAD_FAILED"},
        "errors":{"errorLogs":[{"errorCode":"PARSING_ERROR","errorMessage":"odd"}]}}}"#,
    );
    let once = || {
        let options = WaitOptions::new().timeout(Duration::from_secs(60));
        options.call(CallOptions::new().max_attempts(1))
    };
    let down = || Event::Fails(TransportErrorKind::Connect, Sent::No);
    let mut script = vec![load("LOAD_FAILED")];
    script.extend([
        down(),
        exception(500, "InternalFailureException").into(),
        down(),
    ]);
    script.push(logs);
    let done = run(LoadCompleted::new("l"), once(), &script);
    assert_eq!((done.sent.len(), done.waits.len()), (5, 3));
    let error = failure(done);
    assert_eq!(error.reason(), "PARSING_ERROR: odd");
    assert!(error.last_error().is_none());

    // Until the limit of failures or the time is exceeded.
    for (failures, sent) in [(2, 4), (1000, 0)] {
        let options = once().transient_failures(failures);
        let done = run(
            LoadCompleted::new("l"),
            options,
            &[load("LOAD_FAILED"), down()],
        );
        assert!(done.took <= Duration::from_secs(61), "{:?}", done.took);
        assert!(sent == 0 || done.sent.len() == sent);
        let error = failure(done);
        assert_eq!(error.status(), Some("LOAD_FAILED"));
        assert!(error.last_error().is_some());
    }
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "90");
    let options = WaitOptions::new().timeout(Duration::from_secs(60));
    let done = run(
        LoadCompleted::new("l"),
        options,
        &[load("LOAD_FAILED"), busy.into()],
    );
    assert_eq!(failure(done).status(), Some("LOAD_FAILED"));
}

/// Only a status of the load itself is a failure.
#[test]
fn statuses_of_feeds_do_not_end_a_load() {
    let script = [
        "LOAD_S3_READ_ERROR",
        "LOAD_S3_ACCESS_DENIED_ERROR",
        "LOAD_DATA_FAILED_DUE_TO_FEED_MODIFIED_OR_DELETED",
        "LOAD_FAILED",
    ];
    let done = run_plain(LoadCompleted::new("l"), &script.map(load));
    assert_eq!(done.items.len(), 3);
    assert_eq!(failure(done).status(), Some("LOAD_FAILED"));
}

/// After a full page there may be more logs.
#[test]
fn after_a_full_page_there_may_be_more_logs() {
    let logs = r#"{"status":"200 OK","payload":{"overallStatus":{"status":"LOAD_FAILED"},
        "errors":{"errorLogs":[{"errorCode":"PARSING_ERROR","errorMessage":"a"},{"errorCode":"PARSING_ERROR"}]}}}"#;
    for (page, end) in [
        (2, "; the first of at least 2 errors"),
        (3, "; the first of 2 errors"),
    ] {
        let waiter = LoadCompleted::new("l").error_logs(page);
        let error = failure(run_plain(waiter, &[load("LOAD_FAILED"), ok(logs)]));
        assert!(error.reason().ends_with(end), "{}", error.reason());
    }
}
