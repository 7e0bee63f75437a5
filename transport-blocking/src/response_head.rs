//! Heads of answers.
//!
//! ureq takes 128 fields, and counts none of their bytes before the head is complete. So heads are read
//! here, with the limits of all clients, and ureq is shown of them what it needs to read the body:
//! version, status, and the fields about length and connection. Informational answers are passed by.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING},
};
use httparse::{EMPTY_HEADER, Status};
use neptunedata::transport::{ClientOptions, TransportErrorKind};

/// So many fields need no memory of their own.
const USUAL: usize = 64;
/// Up to this length, what is no head is noticed at once, and not at the end of a line.
const SHORT: usize = 256;

/// A head on its way in.
pub(crate) struct Head {
    limit: usize,
    received: Vec<u8>,
}

/// A head that is complete.
pub(crate) struct Read {
    pub(crate) fields: HeaderMap,
    /// What ureq needs of it.
    pub(crate) shown: Vec<u8>,
    /// What followed it.
    pub(crate) rest: Vec<u8>,
    /// The body is in chunks, if the request is one whose answer has a body.
    pub(crate) is_chunked: bool,
}

/// Why a head cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeadError {
    #[error("the head has more than {0} bytes")]
    TooLong(usize),
    #[error("the head has more than {} fields", ClientOptions::MAX_HEAD_FIELDS)]
    TooMany,
    #[error("{0}")]
    Wrong(httparse::Error),
    #[error("the body has another transfer coding than chunked, or one and HTTP/1.0")]
    Coding,
}

impl HeadError {
    pub(crate) fn kind(&self) -> TransportErrorKind {
        match self {
            HeadError::TooLong(_) | HeadError::TooMany => TransportErrorKind::HeadTooLarge,
            HeadError::Wrong(_) | HeadError::Coding => TransportErrorKind::Protocol,
        }
    }
}

struct Parsed {
    length: usize,
    version: u8,
    status: StatusCode,
    fields: HeaderMap,
}

impl Head {
    /// A head of so many bytes at most.
    pub(crate) fn new(limit: usize) -> Self {
        Head {
            limit,
            received: Vec::new(),
        }
    }

    /// Takes what was received next, and gives the head if it is complete.
    ///
    /// # Errors
    ///
    /// When it is too long, or none.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<Option<Read>, HeadError> {
        self.received.extend_from_slice(bytes);
        // Between two line ends nothing can become complete.
        let mut is_worth_it = bytes.contains(&b'\n') || self.received.len() <= SHORT;
        while is_worth_it {
            let Some(parsed) = parse(&self.received)? else {
                break;
            };
            if parsed.length > self.limit {
                return Err(HeadError::TooLong(self.limit));
            }
            let rest = self.received.split_off(parsed.length);
            let is_last = !parsed.status.is_informational()
                || parsed.status == StatusCode::SWITCHING_PROTOCOLS;
            if is_last {
                if !is_framed(&parsed) {
                    return Err(HeadError::Coding);
                }
                return Ok(Some(Read {
                    shown: shown(&parsed),
                    rest,
                    is_chunked: is_chunked(&parsed),
                    fields: parsed.fields,
                }));
            }
            is_worth_it = !rest.is_empty();
            self.received = rest;
        }
        if self.received.len() >= self.limit {
            return Err(HeadError::TooLong(self.limit));
        }
        Ok(None)
    }
}

fn parse(bytes: &[u8]) -> Result<Option<Parsed>, HeadError> {
    match parse_with(bytes, &mut [EMPTY_HEADER; USUAL]) {
        Err(httparse::Error::TooManyHeaders) => {
            let mut fields = vec![EMPTY_HEADER; ClientOptions::MAX_HEAD_FIELDS];
            parse_with(bytes, &mut fields)
        }
        parsed => parsed,
    }
    .map_err(|error| match error {
        httparse::Error::TooManyHeaders => HeadError::TooMany,
        error => HeadError::Wrong(error),
    })
}

fn parse_with<'a>(
    bytes: &'a [u8],
    fields: &mut [httparse::Header<'a>],
) -> Result<Option<Parsed>, httparse::Error> {
    let mut response = httparse::Response::new(fields);
    let Status::Complete(length) = response.parse(bytes)? else {
        return Ok(None);
    };
    let mut fields = HeaderMap::with_capacity(response.headers.len());
    for field in response.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes());
        let name = name.map_err(|_| httparse::Error::HeaderName)?;
        let value = HeaderValue::from_bytes(field.value);
        let value = value.map_err(|_| httparse::Error::HeaderValue)?;
        fields.append(name, value);
    }
    let code = response.code.ok_or(httparse::Error::Status)?;
    Ok(Some(Parsed {
        length,
        version: response.version.ok_or(httparse::Error::Version)?,
        status: StatusCode::from_u16(code).map_err(|_| httparse::Error::Status)?,
        fields,
    }))
}

fn codings(parsed: &Parsed) -> impl Iterator<Item = &[u8]> {
    let codings = parsed.fields.get_all(TRANSFER_ENCODING).iter();
    codings
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|coding| !coding.is_empty())
}

/// Whether it is certain where the body ends. Chunked is the only coding that the core takes, and HTTP/1.0 has
/// none (RFC 9112, 6.1).
fn is_framed(parsed: &Parsed) -> bool {
    let mut codings = codings(parsed);
    match codings.next() {
        Some(coding) => {
            coding.eq_ignore_ascii_case(b"chunked")
                && codings.next().is_none()
                && parsed.version > 0
        }
        None => true,
    }
}

/// Whether ureq reads the body in chunks. What has a transfer coding has this one.
fn is_chunked(parsed: &Parsed) -> bool {
    let bodiless = matches!(
        parsed.status,
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::SWITCHING_PROTOCOLS
    );
    !bodiless && codings(parsed).next().is_some()
}

fn shown(parsed: &Parsed) -> Vec<u8> {
    let (version, status) = (parsed.version, parsed.status.as_str());
    let mut text = format!("HTTP/1.{version} {status} \r\n").into_bytes();
    for name in [CONNECTION, CONTENT_LENGTH] {
        for value in parsed.fields.get_all(&name) {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                text.extend_from_slice(part);
            }
        }
    }
    // The only one there is, however it was written.
    if codings(parsed).next().is_some() {
        text.extend_from_slice(b"transfer-encoding: chunked\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: &str = "HTTP/1.1 100 Continue\r\nx: y\r\n\r\nHTTP/1.1 103 \r\n\r\n\
        HTTP/1.0 404 Not Found\r\nDate: today\r\nContent-Length: 2\r\nx:\r\nX: \t2 \r\nconnection: a\r\n\
        Connection: keep-alive\r\n\r\n";

    fn read(bytes: &[u8], cut: usize) -> Result<Option<Read>, HeadError> {
        let mut head = Head::new(1024);
        for piece in bytes.chunks(cut) {
            if let Some(read) = head.read(piece)? {
                return Ok(Some(read));
            }
        }
        Ok(None)
    }

    #[test]
    fn they_are_read_wherever_they_are_cut() {
        for cut in 1..=HEADS.len() {
            let read = read(HEADS.as_bytes(), cut).unwrap().unwrap();
            assert_eq!(
                String::from_utf8(read.shown).unwrap(),
                "HTTP/1.0 404 \r\nconnection: a\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\n"
            );
            let of = |name: &str| read.fields.get_all(name).iter().collect::<Vec<_>>();
            assert_eq!(of("date"), ["today"]);
            assert_eq!(of("x"), ["", "2"]);
            assert_eq!(read.fields.len(), 6);
        }
        let and_more = format!("{HEADS}{{}}");
        let read = read(and_more.as_bytes(), and_more.len()).unwrap().unwrap();
        assert!(read.shown.ends_with(b"content-length: 2\r\n\r\n"));
        assert_eq!((read.rest.as_slice(), read.is_chunked), (&b"{}"[..], false));
    }

    #[test]
    fn bodies_in_chunks_are_those_that_there_are() {
        for (start, chunked) in [
            ("200\r\ntransfer-encoding: chunked", true),
            (
                "200\r\nTransfer-Encoding: , Chunked ,\r\ncontent-length: 2",
                true,
            ),
            ("200\r\ntransfer-encoding: ", false),
            ("200\r\ncontent-length: 2", false),
            ("304\r\ntransfer-encoding: chunked", false),
            ("204\r\ntransfer-encoding: chunked", false),
        ] {
            let head = format!("HTTP/1.1 {start}\r\n\r\n");
            let read = read(head.as_bytes(), head.len()).unwrap().unwrap();
            assert_eq!(read.is_chunked, chunked, "{head}");
            let shown = String::from_utf8(read.shown).unwrap();
            let plain = shown.contains("transfer-encoding: chunked\r\n");
            assert!(!chunked || plain, "{shown}");
        }
    }

    #[test]
    fn what_is_none_is_noticed_at_once() {
        use TransportErrorKind::{HeadTooLarge, Protocol};
        let long = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1100));
        let done = format!("{long}\r\n\r\n");
        let many = |count: usize| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a:\r\n".repeat(count));
        for (bytes, kind) in [
            ("SSH", Protocol),
            ("HTTP/2 200\r\n\r\n", Protocol),
            ("HTTP/1.1 099 x\r\n\r\n", Protocol),
            ("HTTP/1.1 200 OK\r\n: x\r\n\r\n", Protocol),
            ("HTTP/1.1 200 OK\r\nx: \0\r\n\r\n", Protocol),
            (
                "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                Protocol,
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n",
                Protocol,
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: identity\r\n\r\n",
                Protocol,
            ),
            (&long, HeadTooLarge),
            (&done, HeadTooLarge),
        ] {
            let error = read(bytes.as_bytes(), 1024).err();
            assert_eq!(error.map(|error| error.kind()), Some(kind), "{bytes}");
        }
        assert!(read(b"HTTP/1.1 200 OK\r\nx: y\r\n", 1).unwrap().is_none());
        let mut head = Head::new(1 << 20);
        let error = head.read(many(1025).as_bytes()).err();
        assert_eq!(error, Some(HeadError::TooMany));
        let mut head = Head::new(1 << 20);
        let read = head.read(many(1024).as_bytes()).unwrap().unwrap();
        assert_eq!(read.fields.get_all("a").iter().count(), 1024);
    }
}
