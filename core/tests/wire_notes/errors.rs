//! Errors. M07 to M09 and M11 are in `scenario/classification.rs`.

use neptunedata::{
    CallOptions, ExceptionKind,
    engine::GetEngineStatus,
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob},
};

use crate::{
    drive::{drive_whole, sessions},
    refused,
    script::refusal,
};

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
fn m12_authentication_failures_with_400_are_final_and_stay_what_they_are() {
    for text in [
        "There is no token passed as part of the request",
        "User does not have access to the database.",
    ] {
        for (code, kind) in [
            ("BadRequestException", ExceptionKind::BadRequestException),
            ("SomethingElse", ExceptionKind::Unknown),
        ] {
            for session in sessions() {
                let (get, options) = (GetEngineStatus::new(), CallOptions::new());
                let script = [refusal(400, code, text).into()];
                let trace = drive_whole(&session(), &get, &options, &script);
                let error = trace.result.expect_err("an error");
                let service = error.service().expect("an exception");
                assert_eq!((service.kind, service.status.as_u16()), (kind, 400));
                assert_eq!(service.message, text);
                assert_eq!((error.attempts(), trace.asked.len()), (1, 1));
            }
        }
    }
}

#[test]
fn m10_missing_ml_resources_are_known_with_either_status() {
    let body = r#"{"requestId":"r","code":"MLResourceNotFoundException","detailedMessage":"no"}"#;
    for status in [400, 404] {
        let kind = refused::<GetMlModelTrainingJob>(status, body);
        assert_eq!(kind, ExceptionKind::MlResourceNotFoundException);
    }
}
