//! Trailers: what a server says after a chunked body.
//!
//! The service reports there that a query failed after its 200 had gone out, and ureq throws them away. All
//! that ureq uses of an answer passes through our buffer, though, so its chunks are followed here for as
//! much as it takes to find their end. Whether the framing of the chunks is right is for ureq to say. Not so
//! behind the last one: there ureq takes the connection's end for that of the trailers, and passes by lines
//! that are none.

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

/// What there is in place of trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// There were more than the limits allow.
    TooMany,
    /// The empty line behind them did not come: there may have been more.
    Unfinished,
    /// A line that is no field, or that ends as no line does.
    Nonsense,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// In the line with a chunk's size.
    Size,
    /// So many bytes before the end of a chunk.
    Data(u64),
    /// In the empty line after a chunk.
    DataEnd,
    Fields,
    /// Behind the empty line after them.
    Over,
    /// Lost.
    Lost,
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

    pub(crate) fn into_fields(self) -> Result<HeaderMap, Flaw> {
        match self.state {
            _ if self.cut => Err(Flaw::TooMany),
            State::Over => Ok(self.fields),
            State::Lost => Err(Flaw::Nonsense),
            State::Size | State::Data(_) | State::DataEnd | State::Fields => Err(Flaw::Unfinished),
        }
    }

    /// Whether the empty line behind the trailers was there.
    pub(crate) fn are_complete(&self) -> bool {
        self.state == State::Over
    }

    /// Whether these bytes, which are not used yet and come next, begin with a line that ends in a line feed
    /// alone. ureq would wait for more of it.
    pub(crate) fn is_stuck_at(&self, unread: &[u8]) -> bool {
        let in_line = matches!(self.state, State::Size | State::DataEnd | State::Fields);
        let line = unread.split_inclusive(|byte| *byte == b'\n').next();
        in_line && line.is_some_and(|line| line.ends_with(b"\n") && !line.ends_with(b"\r\n"))
    }

    /// Takes the next piece of the body as it came over the wire.
    pub(crate) fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Over | State::Lost => return,
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
            self.state = State::Lost;
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
                None => State::Lost,
            },
            State::DataEnd => State::Size,
            State::Fields if !line.is_empty() => {
                self.room = self.room.saturating_sub(line.len());
                self.cut |= self.fields.len() >= ClientOptions::MAX_HEAD_FIELDS;
                match field(line) {
                    // A map has room for tens of thousands.
                    Some((name, value)) if !self.cut => {
                        let _ = self.fields.try_append(name, value);
                        State::Fields
                    }
                    Some(_) => State::Fields,
                    None => State::Lost,
                }
            }
            State::Fields => State::Over,
            state @ (State::Data(_) | State::Over | State::Lost) => state,
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
        X-Neptune-Status: 500 InternalFailure\r\nx:\r\n\r\nHTTP/1.1 200 OK\r\nlater: on\r\n\r\n";

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

    fn followed(body: &str, limit: usize) -> Trailers {
        let mut trailers = Trailers::new(limit);
        trailers.follow(body.as_bytes());
        trailers
    }

    #[test]
    fn without_the_empty_line_they_are_not_complete() {
        let complete = std::str::from_utf8(BODY).unwrap();
        let complete = &complete[..complete.find("HTTP").unwrap()];
        assert!(followed(complete, 1024).are_complete());
        // No line has ended in the last two of its bytes either.
        for cut in 0..complete.len() - 1 {
            let trailers = followed(&complete[..cut], 1024);
            assert!(!trailers.are_complete(), "{cut}");
            assert_eq!(trailers.into_fields(), Err(Flaw::Unfinished), "{cut}");
        }
    }

    #[test]
    fn lines_that_are_no_fields_are_nonsense() {
        for body in [
            "zz\r\nx: y\r\n",
            "\r\n\r\nx: y\r\n\r\n",
            "0\r\nbroken\r\n\r\n",
            "0\r\nx: y\r\nno colon here\r\nX-Neptune-Status: 500 InternalFailure\r\n\r\n",
            "0\r\na b: y\r\n\r\n",
            "0\r\n: y\r\n\r\n",
            "0\r\nx: \0\r\n\r\n",
        ] {
            let trailers = followed(body, 1024);
            assert!(!trailers.are_complete(), "{body}");
            assert_eq!(trailers.into_fields(), Err(Flaw::Nonsense), "{body}");
        }
    }

    #[test]
    fn a_line_feed_alone_ends_no_line() {
        for (before, unread, stuck) in [
            ("", "5\nabcde\n0\n\n", true),
            ("", "5\r\nabcde", false),
            ("", "5", false),
            ("", "", false),
            ("5\r\n", "a\nb", false),
            ("5\r\nabcde", "\n0\r\n", true),
            ("5\r\nabcde\r\n0\r\n", "x: y\n\n", true),
            ("5\r\nabcde\r\n0\r\n", "\n", true),
            ("5\r\nabcde\r\n0\r\n", "\r\n", false),
            ("0\r\n\r\n", "HTTP\n", false),
        ] {
            let trailers = followed(before, 1024);
            assert_eq!(trailers.is_stuck_at(unread.as_bytes()), stuck, "{unread:?}");
        }
    }

    #[test]
    fn too_many_are_cut() {
        let mut trailers = followed("0\r\n", 100);
        for _ in 0..1000 {
            trailers.follow(b"x: 0123456789\r\n");
        }
        assert_eq!(trailers.fields.len(), 7);
        assert_eq!(trailers.into_fields(), Err(Flaw::TooMany));
        let mut trailers = followed("0\r\n", 1 << 20);
        trailers.follow(&b"x: y\r\n".repeat(ClientOptions::MAX_HEAD_FIELDS));
        assert_eq!(trailers.fields.len(), ClientOptions::MAX_HEAD_FIELDS);
        trailers.follow(b"x: y\r\n");
        assert_eq!(trailers.into_fields(), Err(Flaw::TooMany));
        let mut trailers = Trailers::new(100);
        trailers.follow(&[b'0'; 1000]);
        assert!(trailers.line.len() <= 100);
    }
}
