//! The dynamic API: operations by wire name, with JSON input and output in the service's member names.
//!
//! It is for gateways, command lines and tests that choose the operation at run time. SPARQL operations,
//! which the service model does not have, are called by their names in this crate.
//!
//! The members of the input have the service's names, and each value must have the JSON type of its member;
//! values are not converted. Optional members can be left out. If there are unknown members, the error lists
//! them (at most 100). Otherwise, if a member is missing or has a wrong type, the error names the first one.
//! Otherwise, the error lists all values that are invalid in the request, such as numbers out of range.
//!
//! ```
//! use neptunedata::{Endpoint, dynamic};
//! use neptunedata::serde_json::json;
//!
//! let endpoint = Endpoint::parse("http://localhost:8182")?;
//! let input = json!({"id": "job-1", "clean": true});
//! let request = dynamic::request("CancelMLModelTrainingJob", &input, &endpoint)?;
//! assert_eq!(request.uri(), "http://localhost:8182/ml/modeltraining/job-1?clean=true");
//!
//! let response = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
//! let output = dynamic::response("CancelMLModelTrainingJob", &response)?;
//! assert_eq!(output, json!({"status": "200 OK"}));
//!
//! let wrong = json!({"id": 7, "claen": true, "neptuneIamRole": "arn"});
//! let error = dynamic::request("CancelMLModelTrainingJob", &wrong, &endpoint).unwrap_err();
//! let unknown: Vec<_> = error.field_errors().iter().map(|fault| fault.field()).collect();
//! assert_eq!(unknown, ["claen", "neptuneIamRole"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod input;

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    catalog::{OPERATIONS, SPARQL_OPERATIONS},
    endpoint::Endpoint,
    error::{Cause, DecodeError, DecodeErrorKind, EncodeError, FieldError, FieldErrorKind},
    machine::{
        AbandonedQuery, CallOptions, CallOutput, Exchange, Input, Machine, Now, Step,
        resume_decoding,
    },
    operation::{Operation, OperationInfo},
    session::Session,
    wire::response::{RawResponse, whole},
};

/// The facts about the operation with this wire name, such as `CancelMLModelTrainingJob`.
pub fn info(name: &str) -> Option<&'static OperationInfo> {
    let mut all = OPERATIONS.iter().chain(SPARQL_OPERATIONS);
    all.find(|info| info.name == name).copied()
}

/// Encodes a request from JSON with the member names of the service.
///
/// # Errors
///
/// When there is no such operation, or the input is not valid for it: unknown or missing members,
/// wrong types, values out of range.
pub fn request(
    name: &str,
    input: &Value,
    endpoint: &Endpoint,
) -> Result<http::Request<Bytes>, EncodeError> {
    dispatch(name, Encode { input, endpoint })?
}

/// A call by name: a [`Machine`] like [`Call`](crate::machine::Call), with JSON input and output.
#[derive(Debug)]
pub struct Call {
    exchange: Exchange,
    decode: fn(&RawResponse<'_>) -> Result<Value, DecodeError>,
}

/// Creates the call of a request given as JSON. See [`Call::new`](crate::machine::Call::new) for `seed`.
///
/// # Errors
///
/// As [`request`].
pub fn call(
    name: &str,
    input: &Value,
    session: &Session,
    options: &CallOptions,
    seed: u64,
) -> Result<Call, EncodeError> {
    dispatch(
        name,
        Prepare {
            input,
            session,
            options,
            seed,
        },
    )?
}

impl Machine for Call {
    type Item = Infallible;
    type Output = CallOutput<Value>;

    fn resume(&mut self, input: Input, now: Now) -> Step<Infallible, CallOutput<Value>> {
        resume_decoding(&mut self.exchange, self.decode, input, now)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.exchange.wake_at()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        self.exchange.abandoned()
    }

    fn abandon(&mut self) {
        self.exchange.abandon();
    }
}

/// Decodes a complete response into JSON with the member names of the service.
///
/// # Errors
///
/// [`Cause::Encode`] when there is no such operation, [`Cause::Service`] for an error response,
/// [`Cause::Decode`] for a body that is not a response of the operation.
pub fn response(name: &str, response: &http::Response<Bytes>) -> Result<Value, Cause> {
    dispatch(name, Decode { response }).map_err(Cause::Encode)?
}

/// Something to do with the type of an operation that is given by name.
trait Visitor {
    type Output;

    fn visit<O>(self) -> Self::Output
    where
        O: Operation + DeserializeOwned,
        O::Output: Serialize;
}

fn dispatch<V: Visitor>(name: &str, visitor: V) -> Result<V::Output, EncodeError> {
    let sparql = |visitor| dispatch_sparql(name, visitor);
    dispatch_model(name, visitor).or_else(sparql).map_err(|_| {
        let fault = FieldError::new("", FieldErrorKind::UnknownOperation);
        EncodeError::new(name.to_owned(), vec![fault])
    })
}

/// Visits the operation with this name, or returns the visitor.
macro_rules! dispatcher {
    ($function:ident: $($operation:ty,)*) => {
        fn $function<V: Visitor>(name: &str, visitor: V) -> Result<V::Output, V> {
            $(if name == <$operation as Operation>::INFO.name {
                return Ok(visitor.visit::<$operation>());
            })*
            Err(visitor)
        }
    };
}

macro_rules! model {
    ($($operation:ty,)*) => { dispatcher!(dispatch_model: $($operation,)*); };
}
for_each_operation!(model);

macro_rules! sparql {
    ($($operation:ty,)*) => { dispatcher!(dispatch_sparql: $($operation,)*); };
}
for_each_sparql_operation!(sparql);

struct Encode<'a> {
    input: &'a Value,
    endpoint: &'a Endpoint,
}

impl Visitor for Encode<'_> {
    type Output = Result<http::Request<Bytes>, EncodeError>;

    fn visit<O>(self) -> Self::Output
    where
        O: Operation + DeserializeOwned,
        O::Output: Serialize,
    {
        crate::wire::request::request(&typed::<O>(self.input)?, self.endpoint)
    }
}

struct Prepare<'a> {
    input: &'a Value,
    session: &'a Session,
    options: &'a CallOptions,
    seed: u64,
}

impl Visitor for Prepare<'_> {
    type Output = Result<Call, EncodeError>;

    fn visit<O>(self) -> Self::Output
    where
        O: Operation + DeserializeOwned,
        O::Output: Serialize,
    {
        let operation = typed::<O>(self.input)?;
        let exchange = Exchange::collecting(self.session, &operation, self.options, self.seed);
        Ok(Call {
            exchange,
            decode: decode::<O>,
        })
    }
}

struct Decode<'a> {
    response: &'a http::Response<Bytes>,
}

impl Visitor for Decode<'_> {
    type Output = Result<Value, Cause>;

    fn visit<O>(self) -> Self::Output
    where
        O: Operation + DeserializeOwned,
        O::Output: Serialize,
    {
        whole(O::INFO, self.response, decode::<O>)
    }
}

fn decode<O>(response: &RawResponse<'_>) -> Result<Value, DecodeError>
where
    O: Operation<Output: Serialize>,
{
    serde_json::to_value(O::decode(response)?)
        .map_err(|error| response.error(DecodeErrorKind::Shape, "", error.to_string()))
}

fn typed<O: Operation + DeserializeOwned>(input: &Value) -> Result<O, EncodeError> {
    input::read(input).map_err(|faults| EncodeError::new(O::INFO.name, faults))
}
