//! Request bodies.

use serde::Serialize;
use serde_json::{Map, Value};

use super::form;

/// A body that is written, or a value to which fields can still be added.
#[derive(Debug)]
pub(super) enum Body {
    Written(Vec<u8>),
    Json(Value),
    Form(Vec<(String, String)>),
}

impl Body {
    /// A JSON body. It stays a value only if fields will be added, because a value copies the text of the
    /// query, which can be long.
    pub(super) fn json<T: Serialize + ?Sized>(
        value: &T,
        extensible: bool,
    ) -> Result<Body, serde_json::Error> {
        if extensible {
            serde_json::to_value(value).map(Body::Json)
        } else {
            serde_json::to_vec(value).map(Body::Written)
        }
    }

    /// A form. As in [`Body::json`], it stays a value only if fields will be added.
    pub(super) fn form(fields: &[(&str, &str)], extensible: bool) -> Body {
        if extensible {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            Body::Form(fields.iter().map(owned).collect())
        } else {
            Body::Written(form::write(fields.iter().copied()))
        }
    }

    /// A JSON object without members.
    pub(super) fn empty_object() -> Body {
        Body::Json(Map::new().into())
    }

    /// Sets a field and replaces existing fields of this name. Returns false if the body cannot have fields.
    pub(super) fn set(&mut self, name: &str, value: &Value) -> bool {
        match self {
            Body::Json(Value::Object(members)) => {
                members.insert(name.to_owned(), value.clone());
                true
            }
            Body::Form(fields) => {
                fields.retain(|(other, _)| other != name);
                fields.push((name.to_owned(), form::text(value)));
                true
            }
            Body::Json(_) | Body::Written(_) => false,
        }
    }

    pub(super) fn write(self) -> Result<Vec<u8>, serde_json::Error> {
        match self {
            Body::Written(bytes) => Ok(bytes),
            Body::Json(value) => serde_json::to_vec(&value),
            Body::Form(fields) => {
                let fields = fields.iter();
                Ok(form::write(fields.map(|(name, value)| (&**name, &**value))))
            }
        }
    }
}
