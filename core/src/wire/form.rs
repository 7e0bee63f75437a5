//! Form bodies.

use serde_json::Value;

use super::percent;

/// The media type of forms.
pub(super) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// Writes the fields as percent-encoded `name=value&name=value`.
pub(super) fn write<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut form = String::with_capacity(128);
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        percent::encode_into(&mut form, name);
        form.push('=');
        percent::encode_into(&mut form, value);
    }
    form.into()
}

/// A value as written in forms and queries: a string without quotes, any other value as JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
