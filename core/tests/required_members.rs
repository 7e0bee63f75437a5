//! Accessors for members without which a success is useless: the member, or an error with its path.

use neptunedata::{
    Operation,
    engine::ExecuteFastReset,
    error::{DecodeError, DecodeErrorKind},
    http::Response,
    index_rebuild::StartIndexRebuild,
    loader::StartLoaderJob,
    ml::{
        CreateMlEndpoint, StartMlDataProcessingJob, StartMlModelTrainingJob,
        StartMlModelTransformJob,
    },
};

fn output<O: Operation>(body: &str) -> O::Output {
    neptunedata::response::<O>(&Response::new(body.to_owned().into())).unwrap()
}

#[test]
fn required_members_are_returned_or_reported_as_missing() {
    macro_rules! cases {
        ($($operation:ident::$accessor:ident, $body:literal, $path:literal;)*) => {
            [$((
                $operation::INFO.name,
                output::<$operation>($body).$accessor().map(str::to_owned),
                output::<$operation>("{}").$accessor().unwrap_err(),
                output::<$operation>(&$body.replace("\"x\"", "\"\"")).$accessor().map(str::to_owned),
                $path,
            ),)*]
        };
    }
    type Found = Result<String, DecodeError>;
    let cases: [(&str, Found, DecodeError, Found, &str); 7] = cases! {
        StartLoaderJob::require_id, r#"{"payload":{"loadId":"x"}}"#, "payload.loadId";
        StartMlDataProcessingJob::require_id, r#"{"id":"x"}"#, "id";
        StartMlModelTrainingJob::require_id, r#"{"id":"x"}"#, "id";
        StartMlModelTransformJob::require_id, r#"{"id":"x"}"#, "id";
        CreateMlEndpoint::require_id, r#"{"id":"x"}"#, "id";
        StartIndexRebuild::require_id, r#"{"rebuildId":"x"}"#, "rebuildId";
        ExecuteFastReset::require_token, r#"{"payload":{"token":"x"}}"#, "payload.token";
    };
    for (operation, found, error, empty, path) in cases {
        assert_eq!(found.as_deref(), Ok("x"), "{operation}");
        assert!(empty.is_err(), "{operation}");
        assert_eq!(error.operation(), operation);
        assert_eq!((error.kind(), error.path()), (DecodeErrorKind::Shape, path));
        assert_eq!(
            error.to_string(),
            format!("{operation}: unexpected JSON in the response body at {path}: missing member")
        );
    }
}

#[test]
fn the_error_has_the_output_as_its_body() {
    let error = output::<StartLoaderJob>(r#"{"status":"200 OK","payload":{}}"#)
        .require_id()
        .unwrap_err();
    assert_eq!(error.body(), r#"{"status":"200 OK","payload":{}}"#);
}
