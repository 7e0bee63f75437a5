//! Percent encoding, both ways.

use std::fmt::Write as _;

/// Decodes percent encoding; `None` if a `%` is not followed by two hexadecimal digits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            decoded.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    Some(decoded)
}

/// Decodes text; `None` also if the result is not UTF-8.
pub(crate) fn decode_text(text: &str) -> Option<String> {
    String::from_utf8(decode(text)?).ok()
}

/// Encodes every byte except the unreserved ones of RFC 3986 and those in `keep`.
pub(crate) fn encode(bytes: &[u8], keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        assert_eq!(decode("a%2Fb%c3%A9+").as_deref(), Some("a/bé+".as_bytes()));
        assert_eq!(encode("a/bé ~".as_bytes(), b""), "a%2Fb%C3%A9%20~");
        assert_eq!(encode(b"a/b%2F", b"/"), "a/b%252F");
        for broken in ["%", "%4", "%zz", "a%+1"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
        assert_eq!(decode_text("%FF"), None);
    }
}
