//! Follows a chunked response to its trailers, which ureq skips.
//!
//! ureq decodes and checks the chunks. This reader sees the same bytes, remembers the trailers, and knows whether
//! they have arrived completely.

use std::mem::MaybeUninit;

use http::{HeaderMap, HeaderName, HeaderValue, header::TRANSFER_ENCODING};
use httparse::{EMPTY_HEADER, ParserConfig, Status};
use neptunedata::transport::{ClientOptions, TransportErrorKind};

/// ureq accepts no more fields in a head.
const MAX_FIELDS: usize = 128;
/// The maximum length in bytes of a chunk-size line that this reader accepts. ureq itself rejects lines of
/// more than 20 bytes.
const MAX_SIZE_LINE: usize = 64;

/// What the head of a response says about its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The number of bytes of the head.
    pub(crate) length: usize,
    pub(crate) is_chunked: bool,
    /// Another head follows: `100 Continue` and others.
    pub(crate) is_informational: bool,
}

impl Head {
    /// The head at the start of these bytes. `None` if it is not complete yet.
    ///
    /// # Errors
    ///
    /// The head is invalid: ureq rejects it as well.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Head>, httparse::Error> {
        let mut fields = [MaybeUninit::uninit(); MAX_FIELDS];
        let mut response = httparse::Response::new(&mut []);
        let parsed = ParserConfig::default().parse_response_with_uninit_headers(
            &mut response,
            bytes,
            &mut fields,
        );
        let Status::Complete(length) = parsed? else {
            return Ok(None);
        };
        let code = response.code.unwrap_or_default();
        let has_body = !matches!(code, 101 | 204 | 304);
        let is_coding = |field: &httparse::Header<'_>| {
            TRANSFER_ENCODING.as_str().eq_ignore_ascii_case(field.name)
        };
        Ok(Some(Head {
            length,
            is_chunked: has_body && response.headers.iter().any(is_coding),
            is_informational: matches!(code, 100 | 102..=199),
        }))
    }
}

/// Joins the lines of the head that are continued on the next line, as RFC 9112, 5.2 requires: ureq rejects them.
/// `bytes` may end within the head or after it. `None` if the head has no such lines.
pub(crate) fn unfolded(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    // There may be empty lines in front.
    let start = bytes.iter().position(|byte| !is_line_end(byte))?;
    let mut joined = None;
    let mut is_status_line = true;
    for (at, pair) in bytes.windows(2).enumerate().skip(start) {
        match pair {
            [b'\n', b' ' | b'\t'] if !is_status_line => {
                let joined: &mut Vec<u8> = joined.get_or_insert_with(|| bytes.to_vec());
                let line_end = joined.get_mut(at.saturating_sub(1)..=at);
                let line_end = line_end.into_iter().flatten();
                line_end
                    .filter(|byte| is_line_end(byte))
                    .for_each(|byte| *byte = b' ');
            }
            [b'\n', b'\r' | b'\n'] => break,
            [b'\n', _] => is_status_line = false,
            _ => {}
        }
    }
    joined
}

/// A chunked body.
#[derive(Debug)]
pub(crate) struct Chunks {
    state: State,
    /// The received part of the current chunk-size line; in the trailers, all lines received so far, with their ends.
    text: Vec<u8>,
    max_trailer_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    /// The bytes left of a chunk, with the line end after it.
    Data(u64),
    Trailers,
    End,
    InvalidSize,
    Malformed,
    TooLong,
}

/// What is wrong with a chunked body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChunksError {
    #[error("the connection ended before the end of the trailers")]
    Incomplete,
    #[error("invalid chunk size")]
    InvalidSize,
    #[error("malformed trailer field")]
    Malformed,
    #[error("the trailers have more than {0} bytes or more than 1024 fields")]
    TooLong(usize),
}

impl ChunksError {
    pub(crate) fn kind(&self) -> TransportErrorKind {
        match self {
            ChunksError::Incomplete => TransportErrorKind::Closed,
            ChunksError::InvalidSize | ChunksError::Malformed => TransportErrorKind::Protocol,
            ChunksError::TooLong(_) => TransportErrorKind::HeadTooLarge,
        }
    }
}

impl Chunks {
    pub(crate) fn new(max_trailer_bytes: usize) -> Self {
        Chunks {
            state: State::Size,
            text: Vec::new(),
            max_trailer_bytes,
        }
    }

    /// Takes the bytes that were received next.
    pub(crate) fn follow(&mut self, mut bytes: &[u8]) {
        while let [first, rest @ ..] = bytes {
            match self.state {
                State::Data(left) => {
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    let left = left.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
                    self.state = if left == 0 {
                        State::Size
                    } else {
                        State::Data(left)
                    };
                    bytes = bytes.get(taken..).unwrap_or_default();
                }
                State::Size => {
                    self.text.push(*first);
                    bytes = rest;
                    self.read_size();
                }
                State::Trailers => {
                    self.text.push(*first);
                    bytes = rest;
                    self.read_trailers();
                }
                State::End | State::InvalidSize | State::Malformed | State::TooLong => return,
            }
        }
    }

    fn read_size(&mut self) {
        let Some(line) = self.text.strip_suffix(b"\r\n") else {
            // A bare line feed does not end a line.
            if self.text.ends_with(b"\n") || self.text.len() > MAX_SIZE_LINE {
                self.state = State::InvalidSize;
            }
            return;
        };
        let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = size.trim_ascii_end();
        // `from_str_radix` would also accept a sign.
        let is_number = size.iter().all(u8::is_ascii_hexdigit);
        let size = str::from_utf8(size).ok().filter(|_| is_number);
        self.state = match size.map(|size| u64::from_str_radix(size, 16)) {
            Some(Ok(0)) => State::Trailers,
            Some(Ok(size)) => State::Data(size.saturating_add(2)),
            _ => State::InvalidSize,
        };
        self.text.clear();
    }

    fn read_trailers(&mut self) {
        if let [.., b'\r', last] = *self.text
            && last != b'\n'
        {
            // ureq would wait for the end of the line.
            self.state = State::Malformed;
        } else if self.text == b"\r\n" || self.text.ends_with(b"\r\n\r\n") {
            self.state = State::End;
        } else if self.text.len() >= self.max_trailer_bytes {
            self.state = State::TooLong;
        }
    }

    /// Whether the body and its trailers have ended.
    pub(crate) fn are_complete(&self) -> bool {
        self.state == State::End
    }

    /// What is wrong with the chunks so far.
    pub(crate) fn check(&self) -> Result<(), ChunksError> {
        match self.state {
            State::InvalidSize => Err(ChunksError::InvalidSize),
            State::Malformed => Err(ChunksError::Malformed),
            State::TooLong => Err(ChunksError::TooLong(self.max_trailer_bytes)),
            _ => Ok(()),
        }
    }

    /// The trailers after the end of the body.
    pub(crate) fn trailers(&self) -> Result<HeaderMap, ChunksError> {
        self.check()?;
        if !self.are_complete() {
            return Err(ChunksError::Incomplete);
        }
        if self.text == b"\r\n" {
            return Ok(HeaderMap::new());
        }
        // httparse also accepts a line feed alone as the end of a line.
        let mut lines = self.text.split_inclusive(|byte| *byte == b'\n');
        if !lines.all(|line| line.ends_with(b"\r\n")) {
            return Err(ChunksError::Malformed);
        }
        let mut fields = vec![EMPTY_HEADER; ClientOptions::MAX_HEAD_FIELDS];
        let parsed = httparse::parse_headers(&self.text, &mut fields);
        let fields = match parsed {
            Ok(Status::Complete((_, fields))) => fields,
            Err(httparse::Error::TooManyHeaders) => {
                return Err(ChunksError::TooLong(self.max_trailer_bytes));
            }
            _ => return Err(ChunksError::Malformed),
        };
        let mut trailers = HeaderMap::with_capacity(fields.len());
        for field in fields {
            let name = HeaderName::from_bytes(field.name.as_bytes());
            let value = HeaderValue::from_bytes(field.value);
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(ChunksError::Malformed);
            };
            trailers.append(name, value);
        }
        Ok(trailers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "5;x=y\r\nabcde\r\n0a \r\n0123456789\r\n0\r\nx-a: 1\r\nX-A: 2\r\n\r\n";

    #[test]
    fn continued_lines_are_joined() {
        for (head, expected) in [
            (
                "HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\tc\r\n\r\n",
                "HTTP/1.1 200 OK\r\nx: a   b  \tc\r\n\r\n",
            ),
            (
                "\r\n\nHTTP/1.1 200 OK\nx:\n b\n\n",
                "\r\n\nHTTP/1.1 200 OK\nx:  b\n\n",
            ),
            // A part of a head.
            (
                "HTTP/1.1 200 OK\r\nx: a\r\n b",
                "HTTP/1.1 200 OK\r\nx: a   b",
            ),
        ] {
            assert_eq!(
                unfolded(head.as_bytes()).as_deref(),
                Some(expected.as_bytes()),
                "{head}"
            );
        }
        for head in [
            "",
            "\r\n",
            "HTTP/1.1 200 OK\r\n x: y\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx: y\r\n",
            "HTTP/1.1 200 OK\r\nx: y\r\n\r\n a\r\n b",
            "HTTP/1.1 200 OK\n\n\n b",
        ] {
            assert_eq!(unfolded(head.as_bytes()), None, "{head}");
        }
    }

    /// What is known after these bytes, received in parts of this size.
    fn follow(bytes: &[u8], part: usize, max_bytes: usize) -> Chunks {
        let mut chunks = Chunks::new(max_bytes);
        bytes.chunks(part).for_each(|part| chunks.follow(part));
        chunks
    }

    #[test]
    fn trailers_are_found_in_parts_of_any_size() {
        for part in 1..=BODY.len() {
            let chunks = follow(BODY.as_bytes(), part, 1024);
            assert!(chunks.are_complete(), "{part}");
            let trailers = chunks.trailers().unwrap();
            let values: Vec<_> = trailers.get_all("x-a").iter().collect();
            assert_eq!(values, ["1", "2"], "{part}");
        }
        for end in 0..BODY.len() {
            let chunks = follow(&BODY.as_bytes()[..end], 7, 1024);
            assert_eq!(chunks.trailers(), Err(ChunksError::Incomplete), "{end}");
            assert_eq!(chunks.check(), Ok(()), "{end}");
        }
    }

    #[test]
    fn invalid_chunks_are_errors() {
        use ChunksError::{InvalidSize, Malformed, TooLong};
        for (body, error) in [
            ("+5\r\n", InvalidSize),
            ("0x5\r\n", InvalidSize),
            ("\r\n", InvalidSize),
            ("5\n", InvalidSize),
            ("10000000000000000\r\n", InvalidSize),
            ("0\r\nno colon\r\n\r\n", Malformed),
            ("0\r\nx: y\nz: y\r\n\r\n", Malformed),
            ("0\r\nx: y\rz", Malformed),
            ("0\r\nx: 234567890\r\n\r\n", TooLong(10)),
        ] {
            let chunks = follow(
                body.as_bytes(),
                3,
                if error == TooLong(10) { 10 } else { 1024 },
            );
            assert_eq!(chunks.trailers(), Err(error), "{body:?}");
        }
    }

    #[test]
    fn heads_say_where_the_body_begins() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (text, is_chunked, is_informational) in [
            (chunked.to_owned(), true, false),
            ("HTTP/1.1 200 OK\r\n\r\n".to_owned(), false, false),
            (chunked.replace("200", "204"), false, false),
            (
                "HTTP/1.1 100 Continue\r\nx: y\r\n\r\n".to_owned(),
                false,
                true,
            ),
        ] {
            let head = Head {
                length: text.len(),
                is_chunked,
                is_informational,
            };
            let length = text.len();
            let read = Head::read(format!("{text}body").as_bytes());
            assert_eq!(read, Ok(Some(head)), "{text}");
            assert_eq!(Head::read(&text.as_bytes()[..length - 1]), Ok(None));
        }
        assert!(Head::read(b"220 smtp\r\n\r\n").is_err());
    }
}
