//! Errors.

use neptunedata::{
    CallOptions, Effect, ErrorKind, ExceptionKind, Operation,
    engine::GetEngineStatus,
    loader::GetLoaderJobStatus,
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob},
};

use crate::{
    drive::{Clock, Style, Trace, drive, sessions},
    refused,
    script::refusal,
};

/// A call that meets this answer whenever it asks.
fn meeting<O: Operation>(operation: &O, effect: Effect, status: u16, code: &str) -> Trace {
    let session = (sessions()[0])();
    let options = CallOptions::new().effect(effect);
    let script = [refusal(status, code, "boom").into()];
    let (style, mut clock) = (Style::WHOLE, Clock::new());
    drive(&session, operation, &options, &script, style, &mut clock)
}

fn attempts(effect: Effect, status: u16, code: &str) -> usize {
    let trace = meeting(&GetEngineStatus::new(), effect, status, code);
    let error = trace.result.expect_err("a refusal");
    let kind = ExceptionKind::from_name(code);
    assert_eq!(error.kind(), ErrorKind::Service(kind));
    trace.sent.len()
}

#[test]
fn m05_the_code_is_the_name_of_the_exception() {
    let body = r#"{"requestId":"r","code":"ReadOnlyViolationException","detailedMessage":"no"}"#;
    let kind = refused::<CancelMlModelTrainingJob>(400, body);
    assert_eq!(kind, ExceptionKind::ReadOnlyViolationException);
    // As the model has it, there would be no name at all.
    let body = r#"{"requestId":"r","code":"400","detailedMessage":"no"}"#;
    let kind = refused::<CancelMlModelTrainingJob>(400, body);
    assert_eq!(kind, ExceptionKind::Unknown);
}

#[test]
fn m06_a_wrong_route_is_known_with_either_status() {
    let body = r#"{"requestId":"r","code":"MethodNotAllowedException","detailedMessage":"no"}"#;
    for status in [400, 405] {
        let kind = refused::<GetEngineStatus>(status, body);
        assert_eq!(kind, ExceptionKind::MethodNotAllowedException);
    }
    let body =
        r#"{"requestId":"r","code":"BadRequestException","detailedMessage":"Bad route: /x"}"#;
    let kind = refused::<GetEngineStatus>(400, body);
    assert_eq!(kind, ExceptionKind::BadRequestException);
}

#[test]
fn m07_an_unknown_load_is_not_asked_for_again() {
    let trace = meeting(
        &GetLoaderJobStatus::new("l"),
        Effect::Read,
        404,
        "BulkLoadIdNotFoundException",
    );
    assert_eq!(trace.sent.len(), 1);
    assert!(!trace.result.expect_err("a refusal").is_retryable());
}

#[test]
fn m08_what_was_cancelled_is_not_run_again() {
    assert_eq!(attempts(Effect::Read, 500, "CancelledByUserException"), 1);
}

#[test]
fn m09_internal_failures_are_retried_by_effect() {
    assert_eq!(attempts(Effect::Read, 500, "InternalFailureException"), 3);
    let idempotent = attempts(Effect::Idempotent, 500, "InternalFailureException");
    assert_eq!(idempotent, 3);
    assert_eq!(attempts(Effect::Write, 500, "InternalFailureException"), 1);
}

#[test]
fn m10_missing_ml_resources_are_known_with_either_status() {
    let body = r#"{"requestId":"r","code":"MLResourceNotFoundException","detailedMessage":"no"}"#;
    for status in [400, 404] {
        let kind = refused::<GetMlModelTrainingJob>(status, body);
        assert_eq!(kind, ExceptionKind::MlResourceNotFoundException);
    }
}

#[test]
fn m11_throttling_is_known_and_waited_for_everywhere() {
    for effect in [Effect::Read, Effect::Idempotent, Effect::Write] {
        assert_eq!(attempts(effect, 500, "ThrottlingException"), 3);
    }
}

#[test]
fn m12_refused_access_is_known_with_either_status() {
    let body = r#"{"requestId":"r","code":"AccessDeniedException",
        "detailedMessage":"There is no token passed as part of the request"}"#;
    for status in [400, 403] {
        let kind = refused::<GetEngineStatus>(status, body);
        assert_eq!(kind, ExceptionKind::AccessDeniedException);
        let again = attempts(Effect::Read, status, "AccessDeniedException");
        assert_eq!(again, 1, "{status}: rights cannot be cured by asking again");
    }
}
