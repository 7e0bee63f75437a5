//! Errors. M07 to M09 and M11 are in `scenario/classification.rs`, M12 in `scenario/opencypher.rs`.

use neptunedata::{
    ExceptionKind,
    engine::GetEngineStatus,
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob},
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
