//! The canonical request: what is signed.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Request, header};
use sha2::{Digest, Sha256};

use super::authorization::Authorization;
use crate::percent;

pub(super) fn request(request: &Request<Bytes>, authorization: &Authorization<'_>) -> Vec<u8> {
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method(),
        path(request.uri().path()),
        query(request.uri().query().unwrap_or_default())
    )
    .into_bytes();
    for name in authorization.signed_headers() {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&header_value(request, name));
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(authorization.signed.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(sha256_hex(request.body()).as_bytes());
    text
}

/// The path without dot segments and double slashes, percent-encoded a second time: every service except S3 signs the
/// path encoded twice.
fn path(raw: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut open = false;
    for segment in raw.split('/') {
        open = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let slash = if open && !kept.is_empty() { "/" } else { "" };
    percent::encode(format!("/{}{slash}", kept.join("/")).as_bytes(), b"/")
}

/// The parameters, in canonical encoding and sorted.
fn query(raw: &str) -> String {
    // Text with an invalid percent encoding is encoded as it is.
    let recode =
        |text: &str| percent::encode(&percent::decode(text).unwrap_or_else(|| text.into()), b"");
    let mut pairs: Vec<(String, String)> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (recode(name), recode(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// All values of a header, trimmed and with single spaces, joined with commas. Without a `host` header, the authority
/// of the URI is used.
fn header_value(request: &Request<Bytes>, name: &str) -> Vec<u8> {
    let values = request.headers().get_all(name).into_iter().map(|value| {
        let words = value.as_bytes().split(u8::is_ascii_whitespace);
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        words.join(&b' ')
    });
    let joined = values.collect::<Vec<_>>().join(&b',');
    match request.uri().authority() {
        Some(authority) if name == header::HOST.as_str() && joined.is_empty() => {
            authority.as_str().into()
        }
        _ => joined,
    }
}

/// Whether the request has this header. The name must be in lower case, as in signatures.
pub(super) fn has_header(request: &Request<Bytes>, name: &str) -> bool {
    let lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    let by_uri = name == header::HOST.as_str() && request.uri().authority().is_some();
    lower && (by_uri || request.headers().contains_key(name))
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (raw, canonical) in [
            ("/status", "/status"),
            ("/", "/"),
            (
                "/ml/modeltraining/a%2Fb%7E~",
                "/ml/modeltraining/a%252Fb%257E~",
            ),
            ("/loader/.", "/loader/"),
            ("/loader/..", "/"),
            ("/a//b/", "/a/b/"),
            ("/../..", "/"),
        ] {
            assert_eq!(path(raw), canonical, "{raw}");
        }
    }

    #[test]
    fn queries() {
        assert_eq!(
            query("b=2&a=%c3%a9&a&b=1&c=a+b&d=x=y&e=%zz"),
            "a=&a=%C3%A9&b=1&b=2&c=a%2Bb&d=x%3Dy&e=%25zz"
        );
    }
}
