//! Reports about queries: text that is kept as the bytes that came.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wire::base64;

/// A report about a query: text for people, with boxes drawn around it. Its form differs from one
/// engine version to the next.
///
/// The bytes are kept as they came. With serde it is a string: the text, or base64 of what is not
/// UTF-8.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ReportAsText(Bytes);

impl ReportAsText {
    /// A report of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        ReportAsText(bytes.into())
    }

    /// The text. Bytes that are not UTF-8 are replaced, and there are none in practice.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The bytes as they came; cheap to clone.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }
}

impl fmt::Display for ReportAsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for ReportAsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReportAsText").field(&self.text()).finish()
    }
}

impl Serialize for ReportAsText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.serialize_str(&base64::encode(&self.0)),
        }
    }
}

impl<'de> Deserialize<'de> for ReportAsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(ReportAsText::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_kept_and_serde_has_text_or_base64() {
        let report = ReportAsText::new("┌─┐\r\n\0");
        assert_eq!(report.text(), "┌─┐\r\n\0");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json, "┌─┐\r\n\0");
        assert_eq!(
            serde_json::from_value::<ReportAsText>(json).unwrap(),
            report
        );

        let report = ReportAsText::new(&b"\xff\xfea"[..]);
        assert_eq!(report.bytes().as_ref(), b"\xff\xfea");
        assert_eq!(report.text(), "\u{fffd}\u{fffd}a");
        assert_eq!(serde_json::to_value(&report).unwrap(), "//5h");
    }
}
