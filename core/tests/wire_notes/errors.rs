//! Errors. What is retried, M07 to M09 among it, is in `scenario/classification.rs`.

use neptunedata::{
    ExceptionKind,
    engine::GetEngineStatus,
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob},
    opencypher::ExecuteOpenCypherQuery,
};

use crate::refused;

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
fn m10_missing_ml_resources_are_known_with_either_status() {
    let body = r#"{"requestId":"r","code":"MLResourceNotFoundException","detailedMessage":"no"}"#;
    for status in [400, 404] {
        let kind = refused::<GetMlModelTrainingJob>(status, body);
        assert_eq!(kind, ExceptionKind::MlResourceNotFoundException);
    }
}

#[test]
fn m11_throttling_is_known_everywhere() {
    let body = r#"{"requestId":"r","code":"ThrottlingException","detailedMessage":"no"}"#;
    let throttling = ExceptionKind::ThrottlingException;
    assert_eq!(refused::<GetEngineStatus>(500, body), throttling);
    assert_eq!(refused::<ExecuteOpenCypherQuery>(500, body), throttling);
}

#[test]
fn m12_refused_access_is_known_with_either_status() {
    let body = r#"{"requestId":"r","code":"AccessDeniedException",
        "detailedMessage":"There is no token passed as part of the request"}"#;
    for status in [400, 403] {
        let kind = refused::<GetEngineStatus>(status, body);
        assert_eq!(kind, ExceptionKind::AccessDeniedException);
    }
}
