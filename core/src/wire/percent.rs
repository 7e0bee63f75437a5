//! The percent-encoding of paths and queries.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// For each byte, whether it is an unreserved character of RFC 3986. Each byte of a path or query is looked up, which
/// takes fewer instructions than comparing it with the ranges of letters and digits.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let is_mark = matches!(byte, b'-' | b'.' | b'_' | b'~');
        table[byte as usize] = byte.is_ascii_alphanumeric() || is_mark;
        byte += 1;
    }
    table
};

/// Appends `text`, in which every byte except the unreserved characters of RFC 3986 is encoded. This is
/// also the canonical form of Signature Version 4, so paths and queries are signed as they are sent.
pub(crate) fn encode_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(position) = rest.bytes().position(|byte| !is_unreserved(byte)) {
        let (plain, tail) = rest.split_at_checked(position).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut characters = tail.chars();
        if let Some(character) = characters.next() {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                out.push('%');
                out.push(digit(byte >> 4));
                out.push(digit(byte & 15));
            }
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

fn digit(nibble: u8) -> char {
    HEX.get(usize::from(nibble))
        .copied()
        .map_or('0', char::from)
}

/// Whether the byte is an unreserved character of RFC 3986, which is not encoded.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    // The table has an entry for each byte.
    UNRESERVED.get(usize::from(byte)).is_some_and(|it| *it)
}

/// Decodes form-encoded text, where `+` is a space, as in the trailers. Invalid sequences are kept, and
/// bytes that are not UTF-8 become U+FFFD.
pub(crate) fn decode_form(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex_value(*high), hex_value(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(byte),
            },
            _ => out.push(byte),
        }
    }
    String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str) -> String {
        let mut out = String::new();
        encode_into(&mut out, text);
        out
    }

    #[test]
    fn all_but_unreserved_characters_are_encoded() {
        assert_eq!(encoded("AZaz09-._~"), "AZaz09-._~");
        assert_eq!(encoded("a/b +%é🚀"), "a%2Fb%20%2B%25%C3%A9%F0%9F%9A%80");
    }

    proptest! {
        #[test]
        fn decoding_reverses_encoding(text in any::<String>()) {
            prop_assert_eq!(decode_form(encoded(&text).as_bytes()), text);
        }

        #[test]
        fn decoding_accepts_any_bytes(bytes in any::<Vec<u8>>()) {
            decode_form(&bytes);
        }
    }
}
