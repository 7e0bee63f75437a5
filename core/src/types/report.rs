//! Reports about queries, kept as the bytes that were received.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text_or_base64;

/// A report about a query: human-readable text with drawn tables. The format differs between engine versions and
/// can be HTML, so a report cannot be distinguished from an HTML page that a proxy or a portal returns with a 200.
///
/// The bytes are kept as received. The serde form is a string or, if the bytes are not UTF-8, an object with
/// the only member `base64`.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ReportAsText(Bytes);

impl ReportAsText {
    /// A report of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        ReportAsText(bytes.into())
    }

    /// The text. Invalid UTF-8, which does not occur in practice, is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The bytes as received; cheap to clone.
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
        text_or_base64::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for ReportAsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_base64::deserialize(deserializer).map(ReportAsText)
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
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json, serde_json::json!({"base64": "//5h"}));
        assert_eq!(
            serde_json::from_value::<ReportAsText>(json).unwrap(),
            report
        );
    }
}
