//! Trailers: what a server says after a chunked body.
//!
//! The service reports there that a query failed after its 200 had gone out, and ureq throws them away. All
//! that ureq uses of an answer passes through our buffer, though, so its chunks are followed here for as
//! much as it takes to find their end. Whether the framing is right is for ureq to say.

use http::{HeaderMap, HeaderName, HeaderValue};
use neptunedata::ClientOptions;

pub(crate) struct Trailers {
    state: State,
    line: Vec<u8>,
    /// How many more bytes of lines are taken.
    room: usize,
    fields: HeaderMap,
    /// There were more.
    cut: bool,
}

#[derive(Clone, Copy)]
enum State {
    /// In the line with a chunk's size.
    Size,
    /// So many bytes before the end of a chunk.
    Data(u64),
    /// In the empty line after a chunk.
    DataEnd,
    Fields,
    /// At the end, or lost.
    Over,
}

impl Trailers {
    /// Trailers of a body that begins now, so many bytes at most.
    pub(crate) fn new(limit: usize) -> Self {
        Trailers {
            state: State::Size,
            line: Vec::new(),
            room: limit,
            fields: HeaderMap::new(),
            cut: false,
        }
    }

    /// None if there were more than the limits allow.
    pub(crate) fn into_fields(self) -> Option<HeaderMap> {
        (!self.cut).then_some(self.fields)
    }

    /// Takes the next piece of the body as it came over the wire.
    pub(crate) fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Over => return,
                State::Data(left) => self.skip(left, bytes),
                State::Size | State::DataEnd | State::Fields => self.read(bytes),
            };
        }
    }

    fn skip<'a>(&mut self, left: u64, bytes: &'a [u8]) -> &'a [u8] {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX).min(left);
        self.state = match left.saturating_sub(length) {
            0 => State::DataEnd,
            left => State::Data(left),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        bytes.get(length..).unwrap_or_default()
    }

    fn read<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (part, rest) = match end {
            Some(end) => (
                bytes.get(..end).unwrap_or_default(),
                bytes.get(end.saturating_add(1)..).unwrap_or_default(),
            ),
            None => (bytes, Default::default()),
        };
        if self.line.len().saturating_add(part.len()) > self.room {
            self.state = State::Over;
            self.cut = true;
            return rest;
        }
        self.line.extend_from_slice(part);
        if end.is_some() {
            let line = std::mem::take(&mut self.line);
            self.end_line(line.trim_ascii());
        }
        rest
    }

    fn end_line(&mut self, line: &[u8]) {
        self.state = match self.state {
            State::Size => match size(line) {
                Some(0) => State::Fields,
                Some(size) => State::Data(size),
                None => State::Over,
            },
            State::DataEnd => State::Size,
            State::Fields if !line.is_empty() => {
                self.room = self.room.saturating_sub(line.len());
                self.cut |= self.fields.len() >= ClientOptions::MAX_HEAD_FIELDS;
                if let Some((name, value)) = field(line)
                    && !self.cut
                {
                    // A map has room for tens of thousands.
                    let _ = self.fields.try_append(name, value);
                }
                State::Fields
            }
            State::Fields | State::Data(_) | State::Over => State::Over,
        };
    }
}

fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?;
    u64::from_str_radix(std::str::from_utf8(digits).ok()?.trim(), 16).ok()
}

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let name = HeaderName::from_bytes(parts.next()?).ok()?;
    let value = HeaderValue::from_bytes(parts.next()?.trim_ascii()).ok()?;
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"5;x=y\r\n0\r\n\r\n\r\na\r\n0123456789\r\n0\r\n\
        X-Neptune-Status: 500 InternalFailure\r\nbroken\r\nx:\r\n\r\nHTTP/1.1 200 OK\r\nlater: on\r\n\r\n";

    #[test]
    fn they_are_found_wherever_the_body_is_cut() {
        for cut in 1..BODY.len() {
            let mut trailers = Trailers::new(1024);
            for piece in BODY.chunks(cut) {
                trailers.follow(piece);
            }
            let fields = trailers.into_fields().unwrap();
            assert_eq!(fields["x-neptune-status"], "500 InternalFailure");
            assert_eq!(
                (fields.len(), &fields["x"]),
                (2, &HeaderValue::from_static(""))
            );
        }
    }

    #[test]
    fn nonsense_has_none_and_too_many_are_cut() {
        for body in [
            "zz\r\nx: y\r\n",
            "",
            "5\r\n0\r\nx: y",
            "\r\n\r\nx: y\r\n\r\n",
        ] {
            let mut trailers = Trailers::new(1024);
            trailers.follow(body.as_bytes());
            assert!(trailers.into_fields().unwrap().is_empty(), "{body}");
        }
        let mut trailers = Trailers::new(100);
        trailers.follow(b"0\r\n");
        for _ in 0..1000 {
            trailers.follow(b"x: 0123456789\r\n");
        }
        assert_eq!(trailers.fields.len(), 7);
        assert!(trailers.into_fields().is_none());
        let mut trailers = Trailers::new(1 << 20);
        trailers.follow(b"0\r\n");
        trailers.follow(&b"x: y\r\n".repeat(ClientOptions::MAX_HEAD_FIELDS));
        assert_eq!(trailers.fields.len(), ClientOptions::MAX_HEAD_FIELDS);
        trailers.follow(b"x: y\r\n");
        assert!(trailers.into_fields().is_none());
        let mut trailers = Trailers::new(100);
        trailers.follow(&[b'0'; 1000]);
        assert!(trailers.line.len() <= 100);
    }
}
