//! JSON that is kept as text.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny};
use serde_json::Value;

use crate::wire::{
    json_text,
    raw::{self, TextVisitor},
};

/// One JSON value, kept as the text that was received, with every digit and the order of members.
///
/// As a row of [`Rows`](crate::rows::Rows) it is the text of the row. As part of another type that serde serializes or
/// deserializes it behaves like a [`Value`]: integers of more than 64 bits and decimals of more than 17 digits are
/// rounded.
///
/// ```
/// use neptunedata::types::RawJson;
///
/// let json = RawJson::new(r#"{"b":1,"a":[123456789012345678901234567890]}"#)?;
/// assert_eq!(json.as_str(), r#"{"b":1,"a":[123456789012345678901234567890]}"#);
/// # #[derive(serde::Deserialize)]
/// # struct Mine { b: u8 }
/// assert_eq!(json.decode::<Mine>()?.b, 1);
/// # Ok::<(), neptunedata::serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJson(Bytes);

impl RawJson {
    /// Wraps the text of one JSON value.
    ///
    /// # Errors
    ///
    /// When it is not one JSON value.
    pub fn new(text: impl Into<String>) -> Result<Self, serde_json::Error> {
        let text = text.into();
        serde_json::from_str::<IgnoredAny>(&text)?;
        Ok(RawJson(text.into()))
    }

    /// A part of a body that is known to be valid JSON.
    pub(crate) fn part_of(body: &Bytes, part: &str) -> Self {
        RawJson(body.slice_ref(part.as_bytes()))
    }

    /// A text that is known to be valid JSON.
    pub(crate) fn known(text: &str) -> Self {
        RawJson(Bytes::copy_from_slice(text.as_bytes()))
    }

    /// A member of an object, unless it is null.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        let value = json_text::member(self.as_str(), name).filter(|value| *value != "null");
        value.map(|value| RawJson::part_of(&self.0, value))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The text as bytes; cheap to clone.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Deserializes the value into `T`, which may borrow from the text.
    ///
    /// # Errors
    ///
    /// When the value does not have the shape of `T`, or is nested deeper than serde_json's limit.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        // Checking the whole text for UTF-8 once is faster than checking each string in it.
        serde_json::from_str(self.as_str())
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawJson").field(&self.as_str()).finish()
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: Value = self.decode().map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_newtype_struct(raw::TEXT, TextVisitor)?;
        Ok(RawJson(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_json_is_rejected() {
        for text in ["", "{", "1 2", "NaN", "{'a':1}"] {
            assert!(RawJson::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error_when_decoding() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let json = RawJson::new(deep).unwrap();
        assert!(json.decode::<Value>().is_err());
        assert!(serde_json::to_string(&json).is_err());
    }
}
