//! A query's parameters: a JSON object, written into a string.

use serde::{Serialize, Serializer, ser::Error as _};

use crate::{error::FieldErrorKind, wire::request::RequestWriter};

/// Parameters that were given and cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused(FieldErrorKind);

/// Fails with the reason: without them the request would be another one.
impl Serialize for Refused {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(format!("parameters: {}", self.0)))
    }
}

/// The text that is sent for parameters.
pub(super) fn to_text(parameters: &impl Serialize) -> Result<String, Refused> {
    let text = serde_json::to_string(parameters)
        .map_err(|error| Refused(FieldErrorKind::Other(error.to_string().into())))?;
    let found = match text.bytes().next() {
        Some(b'{') => return Ok(text),
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    };
    Err(Refused(FieldErrorKind::WrongType {
        expected: "object",
        found,
    }))
}

/// Reports parameters that were refused, unless others took their place.
pub(super) fn check(
    request: &mut RequestWriter<'_>,
    parameters: &Option<String>,
    refused: &Option<Refused>,
) {
    if let (None, Some(Refused(kind))) = (parameters, refused) {
        request.fault("parameters", kind.clone());
    }
}

/// The setters of parameters, for both operations that have them.
macro_rules! parameter_setters {
    ($request:ident) => {
        impl $request {
            /// Sets [`parameters`](field@Self::parameters) from anything that serializes to a JSON
            /// object: a struct of your own, a map, `json!({…})`. Integers of up to 128 bits keep their
            /// digits. What serializes to something else, or not at all, is a fault of the request,
            /// reported when it is encoded or serialized.
            ///
            /// Floats that JSON has no word for, NaN and the infinities, become null, as they do
            /// wherever serde_json writes them.
            #[must_use]
            pub fn parameters(mut self, parameters: impl serde::Serialize) -> Self {
                (self.parameters, self.refused) = match parameters::to_text(&parameters) {
                    Ok(text) => (Some(text), None),
                    Err(refused) => (None, Some(refused)),
                };
                self
            }

            /// Sets [`parameters`](field@Self::parameters) to the text of a JSON object, which goes
            /// out to the letter, so numbers of any length do. The server judges it; nothing is
            /// checked here.
            #[must_use]
            pub fn parameters_text(mut self, parameters: impl Into<String>) -> Self {
                (self.parameters, self.refused) = (Some(parameters.into()), None);
                self
            }

            /// Sets [`timeout_hint`](field@Self::timeout_hint).
            #[must_use]
            pub fn timeout_hint(mut self, timeout: std::time::Duration) -> Self {
                self.timeout_hint = Some(timeout);
                self
            }

            /// The text that is sent: [`open_cypher_query`](field@Self::open_cypher_query), after the hint
            /// that [`timeout_hint`](field@Self::timeout_hint) makes.
            pub fn query_text(&self) -> std::borrow::Cow<'_, str> {
                hint::with_timeout(&self.open_cypher_query, self.timeout_hint)
            }
        }
    };
}
pub(super) use parameter_setters;
