//! The parameters of a query: a JSON object, written into a string.

use serde::{Serialize, Serializer, ser::Error as _};

use crate::{
    error::{FieldError, FieldErrorKind},
    wire::{json, request::RequestWriter},
};

/// Parameters that were set but cannot be sent. The path in the error begins at the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InvalidParameters(FieldError);

/// Fails with the reason: without its parameters the request would mean something else.
impl Serialize for InvalidParameters {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(&self.0))
    }
}

/// The text that is sent as the parameters.
pub(super) fn to_text(parameters: &impl Serialize) -> Result<String, InvalidParameters> {
    let invalid = |path: &str, kind| {
        let dot = if path.is_empty() || path.starts_with('[') {
            ""
        } else {
            "."
        };
        InvalidParameters(FieldError::new(format!("parameters{dot}{path}"), kind))
    };
    let text = json::to_string(parameters)
        .map_err(|error| invalid(error.field(), error.kind().clone()))?;
    let found = match text.bytes().next() {
        Some(b'{') => return Ok(text),
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    };
    let expected = "object";
    Err(invalid("", FieldErrorKind::WrongType { expected, found }))
}

/// Reports rejected parameters, unless they were replaced.
pub(super) fn check(
    request: &mut RequestWriter<'_>,
    parameters: &Option<String>,
    invalid: &Option<InvalidParameters>,
) {
    if let (None, Some(InvalidParameters(error))) = (parameters, invalid) {
        request.reject(error.field().to_owned(), error.kind().clone());
    }
}

/// Setters for the operations with parameters.
macro_rules! parameter_setters {
    ($request:ident) => {
        impl $request {
            /// Sets [`parameters`](field@Self::parameters) from anything that serializes to a JSON object: your
            /// own struct, a map, `json!({…})`. Integers of up to 128 bits keep their digits.
            ///
            /// A value that does not serialize to an object makes the request invalid, and so do NaN, the
            /// infinities, bytes, and maps with keys that are not strings. The error is reported when the request is
            /// encoded or serialized, and has the path of the value, such as `parameters.list[1].score`.
            ///
            /// `json!({…})` and [`serde_json::Value`] turn NaN and the infinities into null before they can be
            /// rejected. A parameter that is null can remove a property: use your own struct or a map for
            /// floats that may be NaN.
            ///
            /// [`RawJson`](crate::types::RawJson) rounds long numbers when it is serialized: use
            /// [`parameters_text`](Self::parameters_text) for them.
            #[must_use]
            pub fn parameters(mut self, parameters: impl serde::Serialize) -> Self {
                (self.parameters, self.invalid_parameters) = match parameters::to_text(&parameters)
                {
                    Ok(text) => (Some(text), None),
                    Err(invalid) => (None, Some(invalid)),
                };
                self
            }

            /// Sets [`parameters`](field@Self::parameters) to the text of a JSON object, which is sent
            /// unchanged, so numbers can have any length. It is not validated before it is sent.
            #[must_use]
            pub fn parameters_text(mut self, parameters: impl Into<String>) -> Self {
                (self.parameters, self.invalid_parameters) = (Some(parameters.into()), None);
                self
            }

            /// Sets [`timeout_hint`](field@Self::timeout_hint).
            #[must_use]
            pub fn timeout_hint(mut self, timeout: std::time::Duration) -> Self {
                self.timeout_hint = Some(timeout);
                self
            }

            /// The text that is sent: [`open_cypher_query`](field@Self::open_cypher_query), after the hint from
            /// [`timeout_hint`](field@Self::timeout_hint).
            pub fn query_text(&self) -> std::borrow::Cow<'_, str> {
                hint::with_timeout(&self.open_cypher_query, self.timeout_hint)
            }
        }
    };
}
pub(super) use parameter_setters;
