//! Requests, and answers to them, without a network.

use bytes::Bytes;
use http::{HeaderMap, Response};
use neptunedata::{
    Call, CallOptions, CallOutput, Error, Operation,
    error::{Cause, EncodeError, FieldErrorKind},
    machine::{Input, Machine, Step},
    opencypher::{ExecuteOpenCypherQuery, ExecuteOpenCypherQueryOutput},
};
use serde_json::Value;

use crate::steps::{NOW, Steps, endpoint, session};

pub(crate) fn request<O: Operation>(operation: &O) -> Result<http::Request<Bytes>, EncodeError> {
    neptunedata::request(operation, &endpoint())
}

pub(crate) fn body<O: Operation>(operation: &O) -> Value {
    serde_json::from_slice(request(operation).unwrap().body()).unwrap()
}

pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status.try_into().unwrap();
    answer
}

pub(crate) fn query() -> ExecuteOpenCypherQuery {
    ExecuteOpenCypherQuery::new("MATCH (n) RETURN n LIMIT 10")
}

pub(crate) fn read(body: impl Into<Bytes>) -> Result<ExecuteOpenCypherQueryOutput, Cause> {
    neptunedata::response::<ExecuteOpenCypherQuery>(&answer(200, body))
}

/// A call, and its only answer.
pub(crate) fn call<O: Operation>(
    operation: &O,
    options: &CallOptions,
    answer: Response<Bytes>,
    trailers: HeaderMap,
) -> (http::Request<Bytes>, Result<CallOutput<O::Output>, Error>) {
    let options = options.clone().max_attempts(1);
    let mut call = Call::with_options(&session(), operation, &options, 1);
    let transmit = call.sends(Input::Next, NOW);
    match call.resume(Input::Response(answer, trailers), NOW) {
        Step::Done(result) => (transmit.request, result),
        _ => panic!("it goes on"),
    }
}

pub(crate) fn faults<O: Operation>(operation: &O) -> Vec<(String, FieldErrorKind)> {
    let error = request(operation).unwrap_err();
    assert_eq!(error.operation(), O::INFO.name);
    let faults = error.field_errors().iter();
    faults
        .map(|fault| (fault.field().to_owned(), fault.kind().clone()))
        .collect()
}
