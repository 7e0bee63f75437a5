//! Parses requests from a buffer: heads, and bodies with either framing.

use std::mem::MaybeUninit;

use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header, request};

use super::script::Asker;
use crate::emulator::MAX_BODY;
use crate::incoming::has_word;

/// The maximum size of a head, in bytes.
const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 128;
/// The maximum size of a chunk-size line, in bytes.
const MAX_LINE: usize = 1024;

/// The first bytes of a Bolt connection. The client's versions follow.
const BOLT: &[u8] = b"\x60\x60\xB0\x17";

/// A request whose body has not been read yet.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) parts: request::Parts,
    pub(super) body: BodyReader,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub(super) expects: bool,
    pub(super) asker: Asker,
}

/// Takes a head from the buffer; `None` if it is incomplete.
///
/// # Errors
///
/// The status of the response if the head is not valid.
pub(super) fn head(buffer: &mut BytesMut) -> Result<Option<Head>, StatusCode> {
    if buffer.starts_with(BOLT) {
        return Err(StatusCode::NOT_IMPLEMENTED);
    }
    if BOLT.starts_with(buffer) {
        return Ok(None);
    }
    // Not initialized, because that would take longer than parsing a usual head.
    let mut space = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut []);
    let length = match parsed.parse_with_uninit_headers(buffer, &mut space) {
        Ok(httparse::Status::Complete(length)) if length <= MAX_HEAD => length,
        Ok(httparse::Status::Partial) if buffer.len() <= MAX_HEAD => return Ok(None),
        Ok(_) | Err(httparse::Error::TooManyHeaders) => {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        Err(_) => return Err(StatusCode::BAD_REQUEST),
    };
    let old = parsed.version == Some(0);
    let head = build(&parsed, old).ok_or(StatusCode::BAD_REQUEST)?;
    buffer.advance(length);
    Ok(Some(head))
}

fn build(parsed: &httparse::Request<'_, '_>, old: bool) -> Option<Head> {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = Method::from_bytes(parsed.method?.as_bytes()).ok()?;
    parts.uri = parsed.path?.parse::<Uri>().ok()?;
    if old {
        parts.version = http::Version::HTTP_10;
    }
    // The log keeps the headers, so they take no more memory than they need.
    parts.headers = HeaderMap::with_capacity(parsed.headers.len());
    for header in parsed.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        parts
            .headers
            .append(name, HeaderValue::from_bytes(header.value).ok()?);
    }
    let headers = &parts.headers;
    let closes = has_word(headers, header::CONNECTION, "close");
    let keeps = has_word(headers, header::CONNECTION, "keep-alive");
    Some(Head {
        body: BodyReader::of(headers)?,
        expects: has_word(headers, header::EXPECT, "100-continue") && !old,
        asker: Asker {
            head_only: parts.method == Method::HEAD,
            trailers: has_word(headers, header::TE, "trailers"),
            old,
            keep_alive: !closes && (!old || keeps),
        },
        parts,
    })
}

/// Reads a body.
#[derive(Debug)]
pub(super) struct BodyReader {
    body: BytesMut,
    left: Left,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// This many bytes of a body with a known length.
    Length(u64),
    /// The chunk-size line.
    Size,
    /// This many bytes of a chunk.
    Chunk(u64),
    /// The end of line after a chunk.
    LineEnd,
    /// Trailers, and the empty line that ends them.
    Trailers,
}

impl BodyReader {
    /// `None` if the headers are invalid or contradict each other.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut lengths = headers.get_all(header::CONTENT_LENGTH).into_iter();
        let length = match lengths.next() {
            None => None,
            Some(first) if lengths.all(|other| other == first) => {
                let text = first.to_str().ok()?;
                // `parse` would accept a sign.
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                Some(text.parse::<u64>().ok().filter(|_| digits)?)
            }
            Some(_) => return None,
        };
        let coded = headers.contains_key(header::TRANSFER_ENCODING);
        let chunked = has_word(headers, header::TRANSFER_ENCODING, "chunked");
        let left = match length {
            None if chunked => Left::Size,
            None if !coded => Left::Length(0),
            Some(length) if !coded => Left::Length(length),
            _ => return None,
        };
        Some(Self {
            body: BytesMut::new(),
            left,
        })
    }

    /// Whether the body is complete.
    pub(super) fn needs_nothing(&self) -> bool {
        self.left == Left::Length(0)
    }

    /// Takes the available bytes from the buffer. Returns true at the end of the body, or if the body is larger than
    /// the maximum: the emulator refuses it then.
    ///
    /// # Errors
    ///
    /// The status of the response if the body is not valid.
    pub(super) fn read(&mut self, buffer: &mut BytesMut) -> Result<bool, StatusCode> {
        loop {
            if self.too_long() {
                return Ok(true);
            }
            match self.left {
                Left::Length(0) => return Ok(true),
                Left::Length(left) => {
                    if buffer.is_empty() {
                        return Ok(false);
                    }
                    self.left = Left::Length(self.take(buffer, left));
                }
                Left::Chunk(0) => self.left = Left::LineEnd,
                Left::Chunk(left) => {
                    if buffer.is_empty() {
                        return Ok(false);
                    }
                    self.left = Left::Chunk(self.take(buffer, left));
                }
                Left::LineEnd => match buffer.get(..2) {
                    Some(b"\r\n") => {
                        buffer.advance(2);
                        self.left = Left::Size;
                    }
                    Some(_) => return Err(StatusCode::BAD_REQUEST),
                    None => return Ok(false),
                },
                Left::Size => match httparse::parse_chunk_size(buffer) {
                    Ok(httparse::Status::Complete((line, size))) => {
                        buffer.advance(line);
                        self.left = match size {
                            0 => Left::Trailers,
                            size => Left::Chunk(size),
                        };
                    }
                    Ok(httparse::Status::Partial) if buffer.len() <= MAX_LINE => return Ok(false),
                    _ => return Err(StatusCode::BAD_REQUEST),
                },
                Left::Trailers => {
                    let mut space = [httparse::EMPTY_HEADER; MAX_HEADERS];
                    match httparse::parse_headers(buffer, &mut space) {
                        Ok(httparse::Status::Complete((length, _))) => {
                            buffer.advance(length);
                            self.left = Left::Length(0);
                        }
                        Ok(httparse::Status::Partial) if buffer.len() <= MAX_HEAD => {
                            return Ok(false);
                        }
                        _ => return Err(StatusCode::BAD_REQUEST),
                    }
                }
            }
        }
    }

    /// Whether reading stopped because the body is larger than the maximum.
    pub(super) fn too_long(&self) -> bool {
        self.body.len() > MAX_BODY
    }

    pub(super) fn into_body(self) -> Bytes {
        self.body.freeze()
    }

    fn take(&mut self, buffer: &mut BytesMut, left: u64) -> u64 {
        let many = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        self.body.extend_from_slice(&buffer.split_to(many));
        left.saturating_sub(many as u64)
    }
}
