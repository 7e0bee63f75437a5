//! Each waiter: its ends, its failures, and what it asks.

use std::time::Duration;

use neptunedata::{
    CallOptions, ErrorKind, ExceptionKind,
    error::Cause,
    loader::{GetLoaderJobStatus, LoadStatus},
    ml::{GetMlEndpoint, GetMlModelTrainingJob},
    transport::{Sent, TransportErrorKind},
    wait::{
        WaitError, WaitErrorKind, WaitOptions, Waiter,
        waiters::{
            DataProcessingCompleted, EndpointCreated, EndpointDeleted, FastResetCompleted,
            IndexRebuildCompleted, LoadCompleted, LoadOutcome, ModelTrainingCompleted,
            ModelTransformCompleted, PropertygraphStatisticsComputed, ResetProgress,
            SparqlStatisticsComputed,
        },
    },
};

use super::{
    run::{Run, load, ok, run},
    script::{Event, exception, refusal},
};

fn plain<W: Waiter>(watch: W, script: &[Event]) -> Run<W> {
    run(watch, WaitOptions::new(), script)
}

/// The failure that it ended in.
fn failed<W: Waiter>(run: Run<W>) -> Box<WaitError> {
    let Err(error) = run.result else {
        panic!("it ended well")
    };
    let kind = ErrorKind::Wait(WaitErrorKind::Failed);
    assert_eq!(error.kind(), kind, "{error}");
    match error.cause() {
        Cause::Wait(cause) => cause.clone(),
        _ => panic!("{error}"),
    }
}

fn paths<W: Waiter>(run: &Run<W>) -> Vec<String> {
    run.sent
        .iter()
        .map(|(_, uri)| uri.path_and_query().expect("a path").to_string())
        .collect()
}

#[test]
fn loads_complete() {
    let script = [
        "LOAD_NOT_STARTED",
        "LOAD_IN_QUEUE",
        "LOAD_IN_PROGRESS",
        "LOAD_COMPLETED",
    ];
    let done = plain(LoadCompleted::new("l"), &script.map(load));
    assert_eq!(paths(&done), ["/loader/l"; 4]);
    assert_eq!(done.items.len(), 3);
    let end = done.result.expect("an end").result;
    assert!(matches!(end, LoadOutcome::Completed(_)));
    assert_eq!(
        end.status().overall_status.as_ref().unwrap().total_records,
        Some(5)
    );

    let done = plain(
        LoadCompleted::new("l"),
        &[load("LOAD_COMMITTED_W_WRITE_CONFLICTS")],
    );
    let end = done.result.expect("an end").result;
    assert!(matches!(end, LoadOutcome::CommittedWithWriteConflicts(_)));
}

#[test]
fn loads_fail_with_their_logs() {
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
        let done = plain(LoadCompleted::new("l").error_logs(7), &script);
        let asked = "/loader/l?details=true&errors=true&errorsPerPage=7";
        assert_eq!(paths(&done), ["/loader/l", "/loader/l", asked]);
        assert_eq!(done.waits.len(), 1);
        let error = failed(done);
        assert_eq!(error.status(), Some(status.as_str()));
        assert_eq!(
            error.to_string(),
            format!(
                "the bulk load l ended as {status}: PARSING_ERROR: Expected '<', found: | in s3://b/k \
                 at record 1; the first of 2 errors"
            )
        );
        let status = error
            .answer::<GetLoaderJobStatus>()
            .unwrap()
            .loader_status()
            .unwrap();
        assert_eq!(status.errors.unwrap().error_logs.unwrap().len(), 2);
        assert_eq!(status.failed_feeds.unwrap().len(), 1);
    }
    // Without its logs it has failed all the same, and what was known is kept.
    for event in [
        exception(400, "BadRequestException").into(),
        Event::Fails(TransportErrorKind::Connect, Sent::No),
    ] {
        let done = plain(LoadCompleted::new("l"), &[load("LOAD_FAILED"), event]);
        let error = failed(done);
        assert_eq!(error.status(), Some("LOAD_FAILED"));
        assert!(error.trouble().is_some());
        assert!(error.answer::<GetLoaderJobStatus>().is_some());
    }
}

/// What may pass is waited through when the logs are asked for, too.
#[test]
fn logs_of_loads_are_asked_for_again() {
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
    let error = failed(done);
    assert_eq!(error.reason(), "PARSING_ERROR: odd");
    assert!(error.trouble().is_none());

    // Until the failures or the time are used up.
    for (failures, sent) in [(2, 4), (1000, 0)] {
        let options = once().transient_failures(failures);
        let done = run(
            LoadCompleted::new("l"),
            options,
            &[load("LOAD_FAILED"), down()],
        );
        assert!(done.took <= Duration::from_secs(61), "{:?}", done.took);
        assert!(sent == 0 || done.sent.len() == sent);
        let error = failed(done);
        assert_eq!(error.status(), Some("LOAD_FAILED"));
        assert!(error.trouble().is_some());
    }
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "90");
    let options = WaitOptions::new().timeout(Duration::from_secs(60));
    let done = run(
        LoadCompleted::new("l"),
        options,
        &[load("LOAD_FAILED"), busy.into()],
    );
    assert_eq!(failed(done).status(), Some("LOAD_FAILED"));
}

/// The service says of the load itself that it failed.
#[test]
fn states_of_feeds_do_not_end_a_load() {
    let script = [
        "LOAD_S3_READ_ERROR",
        "LOAD_S3_ACCESS_DENIED_ERROR",
        "LOAD_DATA_FAILED_DUE_TO_FEED_MODIFIED_OR_DELETED",
        "LOAD_FAILED",
    ];
    let done = plain(LoadCompleted::new("l"), &script.map(load));
    assert_eq!(done.items.len(), 3);
    assert_eq!(failed(done).status(), Some("LOAD_FAILED"));
}

/// A page that is full may not be all.
#[test]
fn a_full_page_of_logs_is_at_least_that_many() {
    let logs = r#"{"status":"200 OK","payload":{"overallStatus":{"status":"LOAD_FAILED"},
        "errors":{"errorLogs":[{"errorCode":"PARSING_ERROR","errorMessage":"a"},{"errorCode":"PARSING_ERROR"}]}}}"#;
    for (page, end) in [
        (2, "; the first of at least 2 errors"),
        (3, "; the first of 2 errors"),
    ] {
        let waiter = LoadCompleted::new("l").error_logs(page);
        let error = failed(plain(waiter, &[load("LOAD_FAILED"), ok(logs)]));
        assert!(error.reason().ends_with(end), "{}", error.reason());
    }
}

/// Whether the answer is wrapped as others are is not known (U14).
#[test]
fn wrapped_index_rebuilds_end_too() {
    let wrapped = |status: &str| {
        ok(format!(
            r#"{{"status":"200 OK","payload":{{"status":"{status}","failureReason":"disk"}}}}"#
        ))
    };
    let done = plain(
        IndexRebuildCompleted::new("r"),
        &[wrapped("REBUILDING"), wrapped("COMPLETED")],
    );
    assert_eq!(done.items.len(), 1);
    assert!(done.result.is_ok());
    let error = failed(plain(IndexRebuildCompleted::new("r"), &[wrapped("FAILED")]));
    assert_eq!((error.status(), error.reason()), (Some("FAILED"), "disk"));
}

fn job(status: &str) -> Event {
    ok(format!(
        r#"{{"status":"{status}","id":"j","processingJob":{{"status":"Completed"}},
            "baseProcessingJob":{{"failureReason":"no space"}},
            "hpoJob":{{"status":"{status}","failureReason":"no space"}}}}"#
    ))
}

#[test]
fn jobs_complete_fail_or_are_stopped() {
    fn check<W: Waiter>(watch: impl Fn() -> W, path: &str, reason: &str) {
        let script = ["InProgress", "Reticulating", "Completed"].map(job);
        let done = plain(watch(), &script);
        assert_eq!(paths(&done), [path; 3]);
        assert_eq!((done.items.len(), done.result.is_ok()), (2, true));
        for status in ["Failed", "Stopped"] {
            let error = failed(plain(watch(), &[job("Stopping"), job(status)]));
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.reason(), reason);
        }
        // A job that nobody knows is an error (M38).
        let unknown = refusal(400, "InvalidParameterException", "Invalid ID provided.");
        let error = plain(watch(), &[unknown.into()])
            .result
            .err()
            .expect("an error");
        let kind = ErrorKind::Service(ExceptionKind::InvalidParameterException);
        assert_eq!(error.kind(), kind);
    }
    check(
        || DataProcessingCompleted::new("j"),
        "/ml/dataprocessing/j",
        "",
    );
    check(
        || ModelTrainingCompleted::new("j"),
        "/ml/modeltraining/j",
        "no space",
    );
    check(
        || ModelTransformCompleted::new("j"),
        "/ml/modeltransform/j",
        "no space",
    );

    let with_role = GetMlModelTrainingJob::new("j").neptune_iam_role_arn("role");
    let done = plain(
        ModelTrainingCompleted::asking(with_role),
        &[job("Completed")],
    );
    assert_eq!(paths(&done), ["/ml/modeltraining/j?neptuneIamRoleArn=role"]);
    let error = failed(plain(ModelTrainingCompleted::new("j"), &[job("Failed")]));
    assert_eq!(
        error.to_string(),
        "the model-training job j ended as Failed: no space"
    );
}

fn endpoint(status: &str) -> Event {
    ok(format!(
        r#"{{"status":"{status}","id":"e","endpoint":{{"failureReason":"no capacity"}}}}"#
    ))
}

#[test]
fn endpoints_come_into_service() {
    let script = ["Creating", "Updating", "InService"].map(endpoint);
    let done = plain(EndpointCreated::new("e"), &script);
    assert_eq!(paths(&done), ["/ml/endpoints/e"; 3]);
    assert!(done.result.is_ok());
    let error = failed(plain(
        EndpointCreated::new("e"),
        &["Creating", "Failed"].map(endpoint),
    ));
    assert_eq!(
        error.to_string(),
        "the endpoint e ended as Failed: no capacity"
    );
}

#[test]
fn endpoints_go() {
    for gone in [
        exception(404, "MLResourceNotFoundException"),
        refusal(
            400,
            "InvalidParameterException",
            "Invalid ID provided. Please check whether a resource with the given ID exists.",
        ),
    ] {
        let script = [endpoint("InService"), endpoint("Deleting"), gone.into()];
        let asking = GetMlEndpoint::new("e").neptune_iam_role_arn("role");
        let done = plain(EndpointDeleted::asking(asking), &script);
        assert_eq!(paths(&done), ["/ml/endpoints/e?neptuneIamRoleArn=role"; 3]);
        assert_eq!((done.items.len(), done.result.is_ok()), (2, true));
    }
    // Ids that cannot be are not gone.
    let refused = refusal(
        400,
        "InvalidParameterException",
        "ID can be 1-48 alphanumeric characters.",
    );
    assert!(
        plain(EndpointDeleted::new("e"), &[refused.into()])
            .result
            .is_err()
    );
}

#[test]
fn rebuilds_end() {
    let rebuild = |status: &str| {
        ok(format!(
            r#"{{"status":"{status}","progressPercentage":40,"failureReason":"out of space"}}"#
        ))
    };
    let script = ["PREPARING", "REBUILDING", "COMPLETED"].map(rebuild);
    let done = plain(IndexRebuildCompleted::new("r"), &script);
    assert_eq!(paths(&done), ["/storage/indexes/rebuilds/r"; 3]);
    assert_eq!(done.items[1].status.progress_percentage, Some(40));
    assert!(done.result.is_ok());
    for status in ["FAILED", "CANCELLED"] {
        let script = ["CANCELLING", status].map(rebuild);
        let error = failed(plain(IndexRebuildCompleted::new("r"), &script));
        assert_eq!(
            (error.status(), error.reason()),
            (Some(status), "out of space")
        );
    }
}

fn engine(status: &str, start: &str) -> Event {
    ok(format!(
        r#"{{"status":"{status}","startTime":"{start}","role":"writer"}}"#
    ))
}

#[test]
fn resets_are_over_when_the_engine_is_back() {
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
    let done = plain(FastResetCompleted::new().restarted_since("before"), &script);
    // It is not asked at once, and each failure is one request.
    assert!(done.sent[0].0 > Duration::from_secs(1));
    assert_eq!(done.sent.len(), script.len());
    assert!(done.took < Duration::from_secs(600));
    let end = done.result.expect("an end").result;
    assert_eq!(end.start_time.as_deref(), Some("after"));
    assert!(matches!(done.items[0].status, ResetProgress::Status(_)));
    let shutdown = ErrorKind::Service(ExceptionKind::ServerShutdownException);
    assert_eq!(done.items[1].status, ResetProgress::Unavailable(shutdown));
    assert_eq!(done.items.len(), script.len() - 1);

    // Without a start time the first healthy answer is the end.
    let done = plain(FastResetCompleted::new(), &script);
    assert_eq!(done.sent.len(), 1);
    assert!(done.result.is_ok());

    // Not everything passes.
    for event in [
        exception(403, "AccessDeniedException").into(),
        Event::Fails(TransportErrorKind::Tls, Sent::No),
    ] {
        assert!(plain(FastResetCompleted::new(), &[event]).result.is_err());
    }
    let down = Event::Fails(TransportErrorKind::Connect, Sent::No);
    let done = plain(FastResetCompleted::new(), &[down]);
    let error = done.result.expect_err("the time is over");
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

    let done = plain(PropertygraphStatisticsComputed::new(), &script);
    assert_eq!(paths(&done), ["/propertygraph/statistics"; 2]);
    assert!(done.result.is_ok());
    for waiter in [
        SparqlStatisticsComputed::new().with_id("1700000000000"),
        SparqlStatisticsComputed::new().with_id("1600000000000"),
        SparqlStatisticsComputed::new().newer_than("2023-01-24T00:47:43.319Z"),
    ] {
        let done = plain(waiter, &script);
        assert_eq!(paths(&done), ["/sparql/statistics"; 3]);
        let end = done.result.expect("an end").result;
        assert_eq!(end.statistics_id.as_deref(), Some("1700000000000"));
    }

    // A note is about a failure; that of an earlier computation does not count.
    let note = r#","note":"Limit reached: Statistics are not available""#;
    let error = failed(plain(
        PropertygraphStatisticsComputed::new(),
        &[statistics("-1", note)],
    ));
    assert_eq!(
        error.to_string(),
        "the statistics of the property graph ended as no statistics: Limit reached: Statistics are \
         not available"
    );
    let script = [statistics("1588893232718", note), new];
    let waiter = PropertygraphStatisticsComputed::new().with_id("1700000000000");
    assert!(plain(waiter, &script).result.is_ok());
    // Without statistics nothing tells whose it is, so it counts when it stays.
    let none = statistics("-1", note);
    for waiter in [
        PropertygraphStatisticsComputed::new().with_id("1700000000000"),
        PropertygraphStatisticsComputed::new().newer_than("2023-01-24T00:47:43.319Z"),
    ] {
        let mut passes = vec![none.clone(); 4];
        passes.extend([statistics("-1", ""), none.clone(), script[1].clone()]);
        assert!(plain(waiter.clone(), &passes).result.is_ok());
        let error = failed(plain(waiter, &vec![none.clone(); 5]));
        assert_eq!(error.status(), Some("no statistics"));
    }
    let waiter = PropertygraphStatisticsComputed::new().with_id("1500000000000");
    assert_eq!(
        failed(plain(waiter, &script)).status(),
        Some("statistics 1588893232718")
    );
}
