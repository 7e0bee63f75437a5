//! Reports about queries: text that is kept as the bytes that came.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
            Err(_) => serializer.serialize_str(&base64(&self.0)),
        }
    }
}

impl<'de> Deserialize<'de> for ReportAsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(ReportAsText::new)
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            // A chunk of n bytes has n + 1 digits.
            let digit = DIGITS.get((bits >> shift & 63) as usize);
            let digit = digit.filter(|_| index <= chunk.len());
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn base64_is_the_standards() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

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
