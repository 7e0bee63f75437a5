//! Requests of operations, and how operations decode responses, without a machine.

use std::fmt::Debug;

use bytes::Bytes;
use http::{Request, Response};
use neptunedata::{
    Endpoint, Operation,
    error::{Cause, DecodeError, FieldErrorKind, ServiceError},
};
use serde_json::Value;

fn endpoint() -> Endpoint {
    Endpoint::parse("http://localhost:8182").expect("an endpoint")
}

pub(crate) fn request<O: Operation>(operation: &O) -> Request<Bytes> {
    neptunedata::request(operation, &endpoint()).expect("a valid request")
}

/// The body of the request.
pub(crate) fn json_body<O: Operation>(operation: &O) -> Value {
    serde_json::from_slice(request(operation).body()).expect("JSON")
}

/// Field and kind of each error of an invalid request.
pub(crate) fn field_errors<O: Operation>(operation: &O) -> Vec<(String, FieldErrorKind)> {
    let error = neptunedata::request(operation, &endpoint()).expect_err("an invalid request");
    assert_eq!(error.operation(), O::INFO.name);
    let errors = error.field_errors().iter();
    errors
        .map(|error| (error.field().to_owned(), error.kind().clone()))
        .collect()
}

pub(crate) fn response(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status.try_into().expect("a status");
    response
}

/// A success with a `content-type`.
pub(crate) fn response_of_type(media_type: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    let media_type = media_type.parse().expect("a header value");
    response.headers_mut().insert("content-type", media_type);
    response
}

/// Decodes a body with status 200.
pub(crate) fn decode<O: Operation>(body: impl Into<Bytes>) -> Result<O::Output, Cause> {
    neptunedata::response::<O>(&response(200, body))
}

/// Decodes an error of the service.
#[track_caller]
pub(crate) fn service_error<O>(response: &Response<Bytes>) -> ServiceError
where
    O: Operation<Output: Debug>,
{
    match neptunedata::response::<O>(response) {
        Err(Cause::Service(error)) => error,
        other => panic!("{:?}: {other:?}", response.body()),
    }
}

/// The error of a response that cannot be decoded.
#[track_caller]
pub(crate) fn decode_error<O>(response: &Response<Bytes>) -> DecodeError
where
    O: Operation<Output: Debug>,
{
    match neptunedata::response::<O>(response) {
        Err(Cause::Decode(error)) => error,
        other => panic!("{:?}: {other:?}", response.body()),
    }
}
