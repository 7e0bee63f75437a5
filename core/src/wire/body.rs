//! Bodies of requests.

use serde::Serialize;
use serde_json::{Map, Value};

use super::form;

/// A body: written, or still a value to which fields can be added.
#[derive(Debug)]
pub(super) enum Body {
    Written(Vec<u8>),
    Json(Value),
    Form(Vec<(String, String)>),
}

impl Body {
    /// A JSON body. It only stays a value if fields are to be added: the text of a query can be long, and
    /// is not copied without need.
    pub(super) fn json<T: Serialize + ?Sized>(
        value: &T,
        stays_value: bool,
    ) -> Result<Body, serde_json::Error> {
        if stays_value {
            serde_json::to_value(value).map(Body::Json)
        } else {
            serde_json::to_vec(value).map(Body::Written)
        }
    }

    /// A form; as in [`Body::json`], it only stays a value if fields are to be added.
    pub(super) fn form(fields: &[(&str, &str)], stays_value: bool) -> Body {
        if stays_value {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            Body::Form(fields.iter().map(owned).collect())
        } else {
            Body::Written(form::write(fields.iter().copied()))
        }
    }

    /// The JSON object without members.
    pub(super) fn empty_object() -> Body {
        Body::Json(Map::new().into())
    }

    /// Sets a field; it replaces those of its name. Returns whether the body has fields.
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
