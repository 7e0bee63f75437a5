//! The waiters for jobs and endpoints of Neptune ML.

use neptunedata::{
    ErrorKind, ExceptionKind,
    ml::{GetMlEndpoint, GetMlModelTrainingJob},
    wait::{
        Waiter,
        waiters::{
            DataProcessingCompleted, EndpointCreated, EndpointDeleted, ModelTrainingCompleted,
            ModelTransformCompleted,
        },
    },
};

use super::{
    run::{failure, ok, paths, run_plain},
    script::{Event, exception, refusal},
};

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
        let done = run_plain(watch(), &script);
        assert_eq!(paths(&done), [path; 3]);
        assert_eq!((done.items.len(), done.result.is_ok()), (2, true));
        for status in ["Failed", "Stopped"] {
            let error = failure(run_plain(watch(), &[job("Stopping"), job(status)]));
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.reason(), reason);
        }
        // An unknown job is an error (M38).
        let unknown = refusal(400, "InvalidParameterException", "Invalid ID provided.");
        let error = run_plain(watch(), &[unknown.into()])
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
    let done = run_plain(
        ModelTrainingCompleted::asking(with_role),
        &[job("Completed")],
    );
    assert_eq!(paths(&done), ["/ml/modeltraining/j?neptuneIamRoleArn=role"]);
    let error = failure(run_plain(
        ModelTrainingCompleted::new("j"),
        &[job("Failed")],
    ));
    assert_eq!(
        error.to_string(),
        "the model-training job j ended with status Failed: no space"
    );
}

fn endpoint(status: &str) -> Event {
    ok(format!(
        r#"{{"status":"{status}","id":"e","endpoint":{{"failureReason":"no capacity"}}}}"#
    ))
}

#[test]
fn endpoints_are_created() {
    let script = ["Creating", "Updating", "InService"].map(endpoint);
    let done = run_plain(EndpointCreated::new("e"), &script);
    assert_eq!(paths(&done), ["/ml/endpoints/e"; 3]);
    assert!(done.result.is_ok());
    let error = failure(run_plain(
        EndpointCreated::new("e"),
        &["Creating", "Failed"].map(endpoint),
    ));
    assert_eq!(
        error.to_string(),
        "the endpoint e ended with status Failed: no capacity"
    );
}

#[test]
fn endpoints_are_deleted() {
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
        let done = run_plain(EndpointDeleted::asking(asking), &script);
        assert_eq!(paths(&done), ["/ml/endpoints/e?neptuneIamRoleArn=role"; 3]);
        assert_eq!((done.items.len(), done.result.is_ok()), (2, true));
    }
    // A malformed id does not count as deleted.
    let malformed = refusal(
        400,
        "InvalidParameterException",
        "ID can be 1-48 alphanumeric characters.",
    );
    assert!(
        run_plain(EndpointDeleted::new("e"), &[malformed.into()])
            .result
            .is_err()
    );
}
