//! The bulk loader and Neptune ML.

use std::collections::BTreeMap;

use neptunedata::{
    CallOptions, Effect, ExceptionKind, Operation,
    loader::{CancelLoaderJob, GetLoaderJobStatus, LoadFormat, StartLoaderJob},
    ml::{DeleteMlEndpoint, GetMlModelTrainingJob},
    transport::{Sent, TransportErrorKind},
    types::{IamRoleArn, S3BucketRegion, S3Uri},
};
use serde_json::json;

use crate::{
    drive::{Trace, drive_whole, unsigned},
    info,
    messages::json_body as body,
    read, refused, request,
    script::{Event, answer},
};

fn load() -> StartLoaderJob {
    StartLoaderJob::new(
        S3Uri::new("s3://b/k"),
        LoadFormat::Csv,
        S3BucketRegion::new("us-east-1"),
        IamRoleArn::new("arn:aws:iam::1:role/r"),
    )
}

#[test]
fn m03_a_load_is_a_write() {
    assert_eq!(load().effect(), Effect::Write);
    assert_eq!(info("StartLoaderJob").effect, Effect::Write);
    // The answer is lost: the load may have begun, and is not begun again.
    let lost = Event::Fails(TransportErrorKind::Closed, Sent::Maybe);
    let trace = call(&load(), &lost);
    let error = trace.result.expect_err("an error");
    assert_eq!(trace.sent.len(), 1);
    assert!(error.may_have_executed());
}

/// A call that meets this every time.
fn call<O: Operation>(operation: &O, event: &Event) -> Trace {
    let script = std::slice::from_ref(event);
    drive_whole(&unsigned(), operation, &CallOptions::new(), script)
}

#[test]
fn m31_what_pages_differ_about_is_left_to_the_service() {
    let sent = body(&load());
    for member in [
        "updateSingleCardinalityProperties",
        "parserConfiguration",
        "mode",
    ] {
        assert_eq!(sent.get(member), None, "{member} has no default of ours");
    }
    let graph = BTreeMap::from([("namedGraphUri".to_owned(), "http://g".to_owned())]);
    let sent = body(
        &load()
            .update_single_cardinality_properties(true)
            .parser_configuration(graph),
    );
    assert_eq!(sent["updateSingleCardinalityProperties"], true);
    assert_eq!(
        sent["parserConfiguration"],
        json!({"namedGraphUri": "http://g"})
    );
}

#[test]
fn m32_times_of_loads_may_be_fractions_or_missing() {
    let status = |overall: &str| {
        let body = format!(r#"{{"status":"200 OK","payload":{{"overallStatus":{overall}}}}}"#);
        let output = read::<GetLoaderJobStatus>(&body);
        let status = output.loader_status().expect("a status");
        status.overall_status.expect("an overall status")
    };
    let recent = status(r#"{"totalTimeSpent":3.0,"startTime":1662131463}"#);
    assert_eq!(recent.total_time_spent, Some(3.0));
    assert_eq!(recent.start_time, Some(1_662_131_463));
    let other = status(r#"{"totalTimeSpent":3}"#);
    assert_eq!(
        (other.total_time_spent, other.start_time),
        (Some(3.0), None)
    );
}

#[test]
fn m33_unknown_loads_are_known_with_either_status() {
    let body = r#"{"requestId":"r","code":"BulkLoadIdNotFoundException",
        "detailedMessage":"The load with id = l does not exist or not active"}"#;
    for status in [400, 404] {
        let kind = refused::<CancelLoaderJob>(status, body);
        assert_eq!(kind, ExceptionKind::BulkLoadIdNotFoundException);
    }
    let body = r#"{"requestId":"r","code":"InvalidParameterException","detailedMessage":"no"}"#;
    let kind = refused::<GetLoaderJobStatus>(400, body);
    assert_eq!(kind, ExceptionKind::InvalidParameterException);
}

#[test]
fn m34_a_cancelled_load_may_be_answered_empty() {
    assert_eq!(read::<CancelLoaderJob>("").status, None);
    let output = read::<CancelLoaderJob>(r#"{"status":"200 OK"}"#);
    assert_eq!(output.status.as_deref(), Some("200 OK"));
}

#[test]
fn m38_unknown_ml_ids_are_invalid_parameters() {
    let body = r#"{"requestId":"r","code":"InvalidParameterException","detailedMessage":
        "Invalid ID provided. Please check whether a resource with the given ID exists."}"#;
    let get = GetMlModelTrainingJob::new("j-1");
    let kind = refused::<GetMlModelTrainingJob>(400, body);
    assert_eq!(kind, ExceptionKind::InvalidParameterException);
    let trace = call(&get, &answer(400, body).into());
    assert_eq!(trace.sent.len(), 1, "it is not asked again");
    // What the page promises is known as well.
    let promised = body.replace("InvalidParameterException", "MLResourceNotFoundException");
    let kind = refused::<GetMlModelTrainingJob>(404, &promised);
    assert_eq!(kind, ExceptionKind::MlResourceNotFoundException);
    let trace = call(&get, &answer(404, promised).into());
    assert_eq!(trace.sent.len(), 1, "it is not asked again");
}

#[test]
fn m45_endpoints_in_service_are_deleted_by_their_id() {
    let delete = DeleteMlEndpoint::new("e-1");
    let sent = request(&delete);
    assert_eq!(sent.method(), "DELETE");
    assert_eq!(sent.uri().path(), "/ml/endpoints/e-1");
    assert_eq!(sent.uri().query(), None, "nothing is said of a creation");
    assert_eq!(info("DeleteMLEndpoint").effect, Effect::Idempotent);
    // Twice it is as good as once, whatever state the endpoint is in.
    let lost = Event::Fails(TransportErrorKind::Closed, Sent::Maybe);
    let trace = call(&delete, &lost);
    assert!(trace.sent.len() > 1);
    let output = read::<DeleteMlEndpoint>(r#"{"status":"DELETING"}"#);
    assert_eq!(output.status.as_deref(), Some("DELETING"));
}
