//! The trait [`Operation`], and the description of each operation ([`OperationInfo`]).

use std::ops::RangeInclusive;

use http::Method;

use crate::error::{DecodeError, ExceptionKind};

/// An operation of the service; the request struct itself implements it.
///
/// Machines and transports need only [`INFO`](Operation::INFO), [`encode`](Operation::encode) and
/// [`decode`](Operation::decode), so they also run operations that are defined outside this crate.
///
/// ```
/// use neptunedata::{
///     Effect, Endpoint, Operation, OperationInfo, error::DecodeError,
///     operation::{RawResponse, RequestWriter},
/// };
/// use neptunedata::http::Method;
///
/// /// `GET /health`, an example.
/// struct Health;
///
/// impl Operation for Health {
///     type Output = String;
///     const INFO: &'static OperationInfo =
///         &OperationInfo::new("Health", Method::GET, "/health", Effect::Read);
///
///     fn encode(&self, _request: &mut RequestWriter<'_>) {}
///
///     fn decode(response: &RawResponse<'_>) -> Result<String, DecodeError> {
///         Ok(String::from_utf8_lossy(response.body()).into_owned())
///     }
/// }
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// assert_eq!(neptunedata::request(&Health, &endpoint)?.uri(), "http://localhost:8182/health");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Operation {
    /// The decoded form of a successful response.
    type Output;

    /// The description of the operation: everything that does not depend on the values of its members.
    const INFO: &'static OperationInfo;

    /// The effect of executing this request twice. If [`encode`](Operation::encode) puts the
    /// [token of the call](RequestWriter::call_token) into the request, the call treats the request as idempotent.
    fn effect(&self) -> Effect {
        Self::INFO.effect
    }

    /// Writes path labels, query, headers and body. Report invalid members to the writer with
    /// [`reject`](RequestWriter::reject); the writer collects all of them.
    fn encode(&self, request: &mut RequestWriter<'_>);

    /// Decodes a successful response. Error responses are handled before this function is called.
    ///
    /// # Errors
    ///
    /// When the body is not a response of the operation.
    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError>;
}

/// A borrowed request, so that calls take a request by value or by reference.
impl<O: Operation> Operation for &O {
    type Output = O::Output;

    const INFO: &'static OperationInfo = O::INFO;

    fn effect(&self) -> Effect {
        (**self).effect()
    }

    fn encode(&self, request: &mut RequestWriter<'_>) {
        (**self).encode(request);
    }

    fn decode(response: &RawResponse<'_>) -> Result<O::Output, DecodeError> {
        O::decode(response)
    }
}

/// The effect of executing a request a second time. It decides whether the request is sent again after
/// its response was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Executing it twice leaves the same state as executing it once.
    Idempotent,
    /// Executing it twice changes more than executing it once.
    Write,
}

/// The static description of an operation: [`Operation::INFO`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationInfo {
    /// The service's name, such as `CancelMLModelTrainingJob`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its labels in braces, such as `/ml/modeltraining/{id}`.
    pub path: &'static str,
    /// The effect of a second execution, unless it depends on the request's values.
    pub effect: Effect,
    /// The exceptions that the service documents for the operation. Other exceptions occur too.
    pub exceptions: &'static [ExceptionKind],
    /// The IAM actions that the caller needs, without the prefix `neptune-db:`.
    pub iam_actions: &'static [&'static str],
    /// Whether a success with an empty body is a valid response of the operation.
    pub may_answer_empty: bool,
    /// The names of the members of the output, except those that an error object has too. Upper case, lower case and
    /// underscores are not distinguished. A body with status 200 that has one of these members is not an error object,
    /// whatever else it has. Empty if the output is not a JSON object.
    pub output_members: &'static [&'static str],
    /// The URL of the operation in the service's documentation.
    pub documentation: &'static str,
}

impl OperationInfo {
    /// The values that every operation has. Set the other values with the methods below.
    pub const fn new(
        name: &'static str,
        method: Method,
        path: &'static str,
        effect: Effect,
    ) -> OperationInfo {
        OperationInfo {
            name,
            method,
            path,
            effect,
            exceptions: &[],
            iam_actions: &[],
            may_answer_empty: false,
            output_members: &[],
            documentation: "",
        }
    }

    /// Sets the documented exceptions.
    #[must_use]
    pub const fn with_exceptions(mut self, exceptions: &'static [ExceptionKind]) -> OperationInfo {
        self.exceptions = exceptions;
        self
    }

    /// Sets the IAM actions.
    #[must_use]
    pub const fn with_iam_actions(mut self, actions: &'static [&'static str]) -> OperationInfo {
        self.iam_actions = actions;
        self
    }

    /// Makes a success with an empty body a valid response.
    #[must_use]
    pub const fn answering_empty(mut self) -> OperationInfo {
        self.may_answer_empty = true;
        self
    }

    /// Sets the [names of the members of the output](field@Self::output_members).
    #[must_use]
    pub const fn with_output_members(mut self, names: &'static [&'static str]) -> OperationInfo {
        self.output_members = names;
        self
    }

    /// Sets the URL of the operation's documentation.
    #[must_use]
    pub const fn with_documentation(mut self, url: &'static str) -> OperationInfo {
        self.documentation = url;
        self
    }
}

/// Inclusive bounds of an integer member.
pub(crate) type Bounds = RangeInclusive<i32>;

pub use crate::wire::{
    query::{QueryText, QueryValue},
    request::RequestWriter,
    response::RawResponse,
};
