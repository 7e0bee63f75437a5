//! The content coding of response bodies: none or gzip.

use std::borrow::Cow;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

#[cfg(feature = "gzip")]
use super::gzip::Inflater;
use crate::{
    error::{DecodeError, DecodeErrorKind},
    operation::OperationInfo,
};

/// Decodes a body chunk by chunk.
#[derive(Debug, Default)]
pub(crate) enum Coding {
    /// Not coded, or in a coding that is not supported.
    #[default]
    Plain,
    #[cfg(feature = "gzip")]
    Gzip(Box<Gzip>),
}

#[cfg(feature = "gzip")]
#[derive(Debug)]
pub(crate) struct Gzip {
    inflater: Inflater,
    /// The headers as received.
    headers: HeaderMap,
}

/// Why a body cannot be decoded.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "gzip"),
    allow(dead_code, reason = "no coding is supported")
)]
pub(crate) enum CodingError {
    Corrupt(String),
    /// The body ends too early.
    Truncated,
}

impl CodingError {
    pub(crate) fn of(self, info: &'static OperationInfo, body: Bytes) -> DecodeError {
        let (kind, reason) = match self {
            CodingError::Corrupt(reason) => (DecodeErrorKind::Encoding, reason),
            CodingError::Truncated => {
                let reason = "truncated gzip data".to_owned();
                (DecodeErrorKind::Truncated, reason)
            }
        };
        DecodeError::new(info.name, kind, "", reason, body)
    }
}

impl Coding {
    /// The coding named in the headers of a response. If it is supported, `content-encoding` and
    /// `content-length` are removed from `headers`, because they do not describe the decoded body.
    pub(crate) fn of(headers: &mut HeaderMap) -> Coding {
        #[cfg(feature = "gzip")]
        {
            let mut codings = headers.get_all(CONTENT_ENCODING).iter();
            if let (Some(coding), None) = (codings.next(), codings.next())
                && is_gzip(coding)
            {
                let gzip = Gzip {
                    inflater: Inflater::new(),
                    headers: headers.clone(),
                };
                headers.remove(CONTENT_ENCODING);
                headers.remove(CONTENT_LENGTH);
                return Coding::Gzip(Box::new(gzip));
            }
        }
        let _ = (headers, CONTENT_LENGTH);
        Coding::Plain
    }

    /// Accepts a chunk as received. Returns it if the body is not decoded.
    pub(crate) fn feed(&mut self, chunk: Bytes) -> Option<Bytes> {
        match self {
            Coding::Plain => Some(chunk),
            #[cfg(feature = "gzip")]
            Coding::Gzip(gzip) => {
                gzip.inflater.feed(chunk);
                None
            }
        }
    }

    /// The next decoded piece; `None` if more input is needed.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, CodingError> {
        match self {
            Coding::Plain => Ok(None),
            #[cfg(feature = "gzip")]
            Coding::Gzip(gzip) => gzip.inflater.next(),
        }
    }

    /// Checks at the end of the body that it is complete.
    pub(crate) fn finish(self) -> Result<(), CodingError> {
        match self {
            Coding::Plain => Ok(()),
            #[cfg(feature = "gzip")]
            Coding::Gzip(gzip) => gzip.inflater.finish(),
        }
    }

    /// The headers as received, and the input that was not decoded.
    pub(crate) fn into_rest(self) -> Option<(HeaderMap, Bytes)> {
        match self {
            Coding::Plain => None,
            #[cfg(feature = "gzip")]
            Coding::Gzip(gzip) => Some((gzip.headers, gzip.inflater.into_rest())),
        }
    }
}

/// The headers and the decoded body of a complete response.
///
/// # Errors
///
/// If the body cannot be decoded, or exceeds `limit` after decoding.
pub(crate) fn decode_body<'a>(
    info: &'static OperationInfo,
    response: &'a http::Response<Bytes>,
    limit: usize,
) -> Result<(Cow<'a, HeaderMap>, Bytes), DecodeError> {
    let body = response.body();
    let as_received = || (Cow::Borrowed(response.headers()), body.clone());
    if !response.headers().contains_key(CONTENT_ENCODING) {
        return Ok(as_received());
    }
    let mut headers = response.headers().clone();
    let mut coding = Coding::of(&mut headers);
    if coding.feed(body.clone()).is_some() {
        return Ok(as_received());
    }
    let mut whole = Vec::new();
    loop {
        match coding.next() {
            Ok(Some(piece)) => whole.extend_from_slice(&piece),
            Ok(None) => break,
            // The body was not gzip in spite of its header, or the status reports an error anyway.
            Err(CodingError::Corrupt(_)) if whole.is_empty() || !response.status().is_success() => {
                return Ok(as_received());
            }
            Err(error) => return Err(error.of(info, body.clone())),
        }
        if whole.len() > limit {
            let reason = format!("longer than {limit} bytes after decompression");
            let kind = DecodeErrorKind::TooLarge;
            return Err(DecodeError::new(info.name, kind, "", reason, body.clone()));
        }
    }
    match coding.finish() {
        Err(error) if response.status().is_success() => Err(error.of(info, body.clone())),
        _ => Ok((Cow::Owned(headers), whole.into())),
    }
}

/// The reason why a body cannot be read, if it is still in a coding other than `identity`.
pub(crate) fn unsupported(headers: &HeaderMap) -> Option<String> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let coding = codings.find(|coding| !has_name(coding, "identity"))?;
    let hint = match (is_gzip(coding), cfg!(feature = "gzip")) {
        // `Coding` removes the header of a gzip body.
        (true, true) => ": the body is not gzip",
        (true, false) => ", which needs the feature `gzip` of the crate neptunedata",
        (false, _) => "",
    };
    Some(format!("unsupported content-encoding {coding:?}{hint}"))
}

fn is_gzip(coding: &HeaderValue) -> bool {
    has_name(coding, "gzip") || has_name(coding, "x-gzip")
}

fn has_name(coding: &HeaderValue, name: &str) -> bool {
    let coding = coding.as_bytes().trim_ascii();
    coding.eq_ignore_ascii_case(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(coding: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        unsupported(&headers)
    }

    #[test]
    fn identity_is_no_coding() {
        for coding in ["identity", "Identity", " identity "] {
            assert_eq!(reason(coding), None, "{coding:?}");
        }
    }

    #[test]
    fn a_second_header_counts() {
        let mut headers = HeaderMap::new();
        headers.append(CONTENT_ENCODING, HeaderValue::from_static("identity"));
        headers.append(CONTENT_ENCODING, HeaderValue::from_static("br"));
        assert_eq!(
            unsupported(&headers).unwrap(),
            "unsupported content-encoding \"br\""
        );
    }

    #[test]
    fn gzip_by_any_name_asks_for_the_feature() {
        let hint = "which needs the feature `gzip` of the crate neptunedata";
        for coding in ["gzip", "GZIP", "x-gzip", " gzip "] {
            let has_hint = reason(coding).is_some_and(|reason| reason.contains(hint));
            assert_eq!(has_hint, !cfg!(feature = "gzip"), "{coding:?}");
        }
    }
}
