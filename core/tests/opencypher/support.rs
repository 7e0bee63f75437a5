//! A query, and its only attempt.

use bytes::Bytes;
use http::{HeaderMap, Response};
use neptunedata::{
    Call, CallOptions, CallOutput, Error, Operation,
    error::Cause,
    machine::{Input, Machine, Step},
    opencypher::{ExecuteOpenCypherQuery, ExecuteOpenCypherQueryOutput},
};
use serde_json::Value;

use crate::{
    messages::{decode, response},
    steps::{NOW, Steps, session},
};

pub(crate) fn query() -> ExecuteOpenCypherQuery {
    ExecuteOpenCypherQuery::new("MATCH (n) RETURN n LIMIT 10")
}

pub(crate) fn read(body: impl Into<Bytes>) -> Result<ExecuteOpenCypherQueryOutput, Cause> {
    decode::<ExecuteOpenCypherQuery>(body)
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

/// The body of a query that is sent with these options.
pub(crate) fn sent(options: &CallOptions) -> Value {
    let answer = response(200, r#"{"results":[]}"#);
    let (sent, _) = call(&query(), options, answer, HeaderMap::new());
    serde_json::from_slice(sent.body()).unwrap()
}
