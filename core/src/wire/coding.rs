//! How bodies are coded on their way: as they are, or compressed.

use std::borrow::Cow;

use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

#[cfg(feature = "gzip")]
use super::gzip::Inflater;
use crate::{
    error::{DecodeError, DecodeErrorKind},
    operation::OperationInfo,
};

/// Undoes the coding of a body, chunk by chunk.
#[derive(Debug, Default)]
pub(crate) enum Coding {
    /// As it is, or in a way that nothing here can undo.
    #[default]
    Plain,
    #[cfg(feature = "gzip")]
    Gzip(Box<Gzip>),
}

#[cfg(feature = "gzip")]
#[derive(Debug)]
pub(crate) struct Gzip {
    inflater: Inflater,
    /// The headers as they came.
    headers: HeaderMap,
}

/// Why a coding cannot be undone.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "gzip"), allow(dead_code, reason = "nothing is undone"))]
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
                let reason = "its gzip data is cut off".to_owned();
                (DecodeErrorKind::Truncated, reason)
            }
        };
        DecodeError::new(info.name, kind, "", reason, body)
    }
}

impl Coding {
    /// The coding that the headers of an answer tell. One that is going to be undone is taken out
    /// of them, with the length of the coded body.
    pub(crate) fn of(headers: &mut HeaderMap) -> Coding {
        #[cfg(feature = "gzip")]
        {
            let mut codings = headers.get_all(CONTENT_ENCODING).iter();
            if let (Some(coding), None) = (codings.next(), codings.next())
                && [b"gzip".as_slice(), b"x-gzip"]
                    .iter()
                    .any(|name| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(name))
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

    /// Takes a chunk as it came, if there is a coding to undo; else gives it back.
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

    /// The next piece of what was fed; None when there is no more.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, CodingError> {
        match self {
            Coding::Plain => Ok(None),
            #[cfg(feature = "gzip")]
            Coding::Gzip(gzip) => gzip.inflater.next(),
        }
    }

    /// The body is at its end.
    pub(crate) fn finish(self) -> Result<(), CodingError> {
        match self {
            Coding::Plain => Ok(()),
            #[cfg(feature = "gzip")]
            Coding::Gzip(gzip) => gzip.inflater.finish(),
        }
    }

    /// The headers as they came, and what was fed and not understood.
    pub(crate) fn into_rest(self) -> Option<(HeaderMap, Bytes)> {
        match self {
            Coding::Plain => None,
            #[cfg(feature = "gzip")]
            Coding::Gzip(gzip) => Some((gzip.headers, gzip.inflater.into_rest())),
        }
    }
}

/// Headers and body of a whole answer, with the coding undone.
///
/// # Errors
///
/// When that cannot be done.
pub(crate) fn undo<'a>(
    info: &'static OperationInfo,
    response: &'a http::Response<Bytes>,
    limit: usize,
) -> Result<(Cow<'a, HeaderMap>, Bytes), DecodeError> {
    let body = response.body();
    let as_it_is = || (Cow::Borrowed(response.headers()), body.clone());
    if !response.headers().contains_key(CONTENT_ENCODING) {
        return Ok(as_it_is());
    }
    let mut headers = response.headers().clone();
    let mut coding = Coding::of(&mut headers);
    if coding.feed(body.clone()).is_some() {
        return Ok(as_it_is());
    }
    let mut whole = Vec::new();
    loop {
        match coding.next() {
            Ok(Some(piece)) => whole.extend_from_slice(&piece),
            Ok(None) => break,
            // It never was in that coding, or is an error answer all the same.
            Err(CodingError::Corrupt(_)) if whole.is_empty() || !response.status().is_success() => {
                return Ok(as_it_is());
            }
            Err(error) => return Err(error.of(info, body.clone())),
        }
        if whole.len() > limit {
            let reason = format!("it is longer than the limit of {limit} bytes");
            let kind = DecodeErrorKind::TooLarge;
            return Err(DecodeError::new(info.name, kind, "", reason, body.clone()));
        }
    }
    match coding.finish() {
        Err(error) if response.status().is_success() => Err(error.of(info, body.clone())),
        _ => Ok((Cow::Owned(headers), whole.into())),
    }
}

/// What is wrong with a body in a coding that nobody has undone.
pub(crate) fn left_in(headers: &HeaderMap) -> Option<String> {
    let coding = headers.get(CONTENT_ENCODING)?;
    if coding.as_bytes() == b"identity" {
        return None;
    }
    let missing = match cfg!(feature = "gzip") {
        false if coding.as_bytes().eq_ignore_ascii_case(b"gzip") => {
            ", which needs the feature `gzip` of the crate neptunedata"
        }
        _ => "",
    };
    Some(format!("content-encoding {coding:?}{missing}"))
}
