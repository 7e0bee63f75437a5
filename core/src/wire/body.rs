//! Request bodies.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    form,
    json_text::{Cursor, unquoted},
};

/// A body that is written, or one to which fields can still be added.
#[derive(Debug)]
pub(super) enum Body {
    Written(Vec<u8>),
    /// JSON text. It stays text when fields are added, so that numbers keep their digits.
    Json(String),
    Form(Vec<(String, String)>),
}

impl Body {
    /// A form. It is written at once if no fields will be added, because the fields copy the text of the query, which
    /// can be long.
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
        Body::Json("{}".to_owned())
    }

    /// Sets a field and replaces existing fields of this name. Returns false if the body cannot have fields.
    pub(super) fn set(&mut self, name: &str, value: &Value) -> bool {
        match self {
            Body::Json(text) => match with_member(text, name, value) {
                Some(changed) => {
                    *text = changed;
                    true
                }
                None => false,
            },
            Body::Form(fields) => {
                fields.retain(|(other, _)| other != name);
                fields.push((name.to_owned(), form::text(value)));
                true
            }
            Body::Written(_) => false,
        }
    }

    pub(super) fn write(self) -> Vec<u8> {
        match self {
            Body::Written(bytes) => bytes,
            Body::Json(text) => text.into(),
            Body::Form(fields) => {
                let fields = fields.iter();
                form::write(fields.map(|(name, value)| (&**name, &**value)))
            }
        }
    }
}

/// The object with this member at its end, in place of all members of this name. `None` if `json` is not an object.
fn with_member(json: &str, name: &str, value: &Value) -> Option<String> {
    let mut members = Cursor::new(json);
    if !members.enter(b'{') {
        return None;
    }
    let mut text = String::with_capacity(json.len().saturating_add(64));
    text.push('{');
    while let (Some(key), Some(value)) = (members.value(), members.value()) {
        if unquoted(key).as_deref() != Some(name) {
            text.extend([key, ":", value, ","]);
        }
    }
    let name = Value::from(name);
    // Writing to a String cannot fail.
    let _ = write!(text, "{name}:{value}}}");
    Some(text)
}
