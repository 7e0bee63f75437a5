//! The canonical request of Signature Version 4.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request};
use sha2::{Digest, Sha256};

use crate::wire::percent::is_unreserved;

/// The SHA-256 hash of an empty body.
const EMPTY_HASH: &[u8; 64] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Appends the canonical form of a request. `names` are the names of the signed headers, sorted.
pub(super) fn write(request: &Request<Bytes>, names: &[&HeaderName], out: &mut Vec<u8>) {
    out.extend_from_slice(request.method().as_str().as_bytes());
    out.push(b'\n');
    write_path(request.uri().path(), out);
    out.push(b'\n');
    write_query(request.uri().query().unwrap_or_default(), out);
    out.push(b'\n');
    for name in names {
        write_header(request.headers(), name, out);
    }
    out.push(b'\n');
    write_names(names, out);
    out.push(b'\n');
    if request.body().is_empty() {
        out.extend_from_slice(EMPTY_HASH);
    } else {
        out.extend_from_slice(&hex(Sha256::digest(request.body()).into()));
    }
}

/// The names of the signed headers, sorted.
///
/// Not signed are headers that proxies and connections rewrite (the list of botocore), the length, which HTTP libraries
/// set themselves, the signature, and the headers of the SDKs about their attempts.
pub(super) fn signed_names(headers: &HeaderMap) -> Vec<&HeaderName> {
    let mut names = Vec::with_capacity(headers.keys_len());
    names.extend(headers.keys().filter(|name| is_signed(name)));
    names.sort_unstable_by_key(|name| name.as_str());
    names
}

pub(super) fn is_signed(name: &HeaderName) -> bool {
    !matches!(
        name.as_str(),
        "amz-sdk-invocation-id"
            | "amz-sdk-request"
            | "authorization"
            | "baggage"
            | "connection"
            | "content-length"
            | "expect"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "traceparent"
            | "tracestate"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "user-agent"
            | "x-amzn-trace-id"
    )
}

/// The names, as in `host;x-amz-date`.
pub(super) fn write_names(names: &[&HeaderName], out: &mut Vec<u8>) {
    let mut separator: &[u8] = b"";
    for name in names {
        out.extend_from_slice(separator);
        out.extend_from_slice(name.as_str().as_bytes());
        separator = b";";
    }
}

/// A header, as in `name:value,value`, with each value trimmed and its spaces collapsed.
///
/// A tab counts as a space, as in botocore; the AWS SDK for Rust keeps it.
fn write_header(headers: &HeaderMap, name: &HeaderName, out: &mut Vec<u8>) {
    out.extend_from_slice(name.as_str().as_bytes());
    let mut separator: &[u8] = b":";
    for value in headers.get_all(name) {
        out.extend_from_slice(separator);
        let mut space: &[u8] = b"";
        for word in value.as_bytes().split(|byte| matches!(byte, b' ' | b'\t')) {
            if !word.is_empty() {
                out.extend_from_slice(space);
                out.extend_from_slice(word);
                space = b" ";
            }
        }
        separator = b",";
    }
    out.push(b'\n');
}

/// The path with empty and dot segments resolved, and then percent-encoded again: `/a%2Fb` is signed as `/a%252Fb`.
///
/// A path that ends in a dot segment keeps its final slash, as in RFC 3986; botocore removes it.
fn write_path(path: &str, out: &mut Vec<u8>) {
    let mut pairs = path.as_bytes().windows(2);
    // A segment that is empty or begins with a dot may have to be resolved.
    if path.starts_with('/') && !pairs.any(|pair| matches!(pair, b"//" | b"/.")) {
        write_encoded(path, true, out);
        return;
    }

    let rooted = path.strip_prefix('/').unwrap_or(path);
    let mut segments = Vec::new();
    for segment in rooted.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            plain => segments.push(plain),
        }
    }
    for segment in &segments {
        out.push(b'/');
        write_encoded(segment, false, out);
    }
    if matches!(rooted.rsplit('/').next(), Some("" | "." | "..")) {
        out.push(b'/');
    }
}

/// The parameters sorted by name and value, each decoded as a form and then strictly encoded.
///
/// Queries that this crate writes are already encoded like this, and at most need to be sorted.
fn write_query(query: &str, out: &mut Vec<u8>) {
    if is_canonical_query(query) {
        out.extend_from_slice(query.as_bytes());
        return;
    }
    let mut pairs: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (recoded(name), recoded(value))
        })
        .collect();
    pairs.sort_unstable();
    let mut separator: &[u8] = b"";
    for (name, value) in &pairs {
        out.extend_from_slice(separator);
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        out.extend_from_slice(value.as_bytes());
        separator = b"&";
    }
}

fn is_canonical_query(query: &str) -> bool {
    if query.is_empty() {
        return true;
    }
    let mut last = (b"".as_slice(), b"".as_slice());
    // Splitting bytes is faster than splitting short texts, which calls memchr for each part.
    query.as_bytes().split(|byte| *byte == b'&').all(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
            return false;
        };
        let in_order = last <= (name, value);
        last = (name, value);
        in_order && is_canonical(name) && is_canonical(value)
    })
}

/// Whether decoding and encoding would change nothing. False for encoded bytes beyond ASCII, which may not be UTF-8.
fn is_canonical(text: &[u8]) -> bool {
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return true,
            [byte, rest @ ..] if is_unreserved(*byte) => rest,
            [
                b'%',
                high @ b'0'..=b'7',
                low @ (b'0'..=b'9' | b'A'..=b'F'),
                rest @ ..,
            ] if !hex_byte(*high, *low).is_some_and(is_unreserved) => rest,
            _ => return false,
        };
    }
}

/// The text decoded as a form (`+` is a space, an invalid `%` is kept, bytes that are not UTF-8 become U+FFFD) and
/// encoded strictly.
fn recoded(text: &str) -> Cow<'_, str> {
    if is_canonical(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        let byte = match (byte, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match hex_byte(*high, *low) {
                Some(byte) => {
                    rest = after;
                    byte
                }
                None => b'%',
            },
            _ => *byte,
        };
        decoded.push(byte);
    }
    let mut encoded = Vec::with_capacity(text.len());
    write_encoded(&String::from_utf8_lossy(&decoded), false, &mut encoded);
    // ASCII by construction.
    Cow::Owned(String::from_utf8(encoded).unwrap_or_default())
}

/// Writes unreserved characters (and, with `keep_slash`, the slash) unchanged, and each other byte as `%XX`.
fn write_encoded(text: &str, keep_slash: bool, out: &mut Vec<u8>) {
    let is_kept = |byte: u8| is_unreserved(byte) || keep_slash && byte == b'/';
    let mut rest = text.as_bytes();
    while let Some(length) = rest.iter().position(|byte| !is_kept(*byte)) {
        let (kept, [byte, after @ ..]) = rest.split_at(length) else {
            break;
        };
        out.extend_from_slice(kept);
        let [high, low] = hex_digits(*byte).map(|digit| digit.to_ascii_uppercase());
        out.extend_from_slice(&[b'%', high, low]);
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Lower-case hexadecimal digits of a hash.
pub(super) fn hex(hash: [u8; 32]) -> [u8; 64] {
    let mut digits = [0; 64];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(hash) {
        *pair = hex_digits(byte);
    }
    digits
}

fn hex_digits(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|nibble| {
        // Neither operation overflows: both results are ASCII.
        match nibble.checked_sub(10) {
            None => nibble | b'0',
            Some(letter) => letter.wrapping_add(b'a'),
        }
    })
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_whole_request() {
        let request = Request::post("https://db:8182/ml/a%2Fb?c=2&b=1&a")
            .header("x-note", "  one  two ")
            .header("x-note", "")
            .header("x-note", "\tthree")
            .header("te", "trailers")
            .header("host", "db:8182")
            .header("content-length", "0")
            .body(Bytes::new())
            .unwrap();
        let text = written(|out| write(&request, &signed_names(request.headers()), out));
        assert_eq!(
            text,
            "POST\n/ml/a%252Fb\na=&b=1&c=2\nhost:db:8182\nx-note:one two,,three\n\nhost;x-note\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn the_hash_of_an_empty_body() {
        assert_eq!(hex(Sha256::digest(b"").into()), *EMPTY_HASH);
    }

    #[test]
    fn paths() {
        for (path, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("*", "/%2A"),
            ("/a/b/", "/a/b/"),
            ("/a//b", "/a/b"),
            ("//", "/"),
            ("/a/./b/../c", "/a/c"),
            ("/loader/.", "/loader/"),
            ("/loader/..", "/"),
            ("/../a", "/a"),
            ("/.../.a", "/.../.a"),
            ("/a%20b", "/a%2520b"),
            ("/a:b\u{e9}", "/a%3Ab%C3%A9"),
        ] {
            assert_eq!(written(|out| write_path(path, out)), canonical, "{path}");
        }
    }

    #[test]
    fn queries() {
        for (query, canonical) in [
            ("", ""),
            ("&&", ""),
            ("a=1&b=2", "a=1&b=2"),
            ("a=2&a=1&A=", "A=&a=1&a=2"),
            // Sorted by name and then by value, although `-` sorts before `=`.
            ("a-=1&a=1", "a=1&a-=1"),
            ("a&=b&=", "=&=b&a="),
            ("a=b=c&", "a=b%3Dc"),
            ("a=%2f%41+%2B", "a=%2FA%20%2B"),
            ("a=%&b=%zz&c=%4", "a=%25&b=%25zz&c=%254"),
            ("a=%c3%A9&b=\u{e9}", "a=%C3%A9&b=%C3%A9"),
            ("a=%FF", "a=%EF%BF%BD"),
        ] {
            assert_eq!(written(|out| write_query(query, out)), canonical, "{query}");
        }
    }
}
