//! Bodies in chunks, and the trailers behind them.
//!
//! The service reports in trailers that a query failed after its 200 had gone out, and ureq throws them away. It
//! also takes the connection's end for theirs, passes by lines that are none, takes chunk sizes with signs and any
//! white space, and refuses lines with a size that have more than 20 bytes, as extensions make them. So chunks
//! are read here, byte by byte as hyper reads them, and ureq is shown the same data in chunks without extensions
//! and trailers, whose last one comes when nothing is missing.

use http::{HeaderMap, HeaderName, HeaderValue};
use neptunedata::transport::{ClientOptions, TransportErrorKind};

/// So many bytes of extensions are passed by in a body, less one.
const EXTENSIONS: usize = 16 * 1024;

/// A body on its way in.
pub(crate) struct Chunks {
    state: State,
    /// Of the chunk, or what is to come of it.
    size: u64,
    /// How many bytes of extensions there were.
    extensions: usize,
    /// The lines behind the last chunk.
    lines: Vec<u8>,
    count: usize,
    limit: usize,
}

/// What is there in place of chunks and trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("invalid chunk size")]
    Size,
    #[error("chunk extensions are longer than {} bytes in all", EXTENSIONS.saturating_sub(1))]
    Extensions,
    #[error("a chunk is longer or shorter than its size")]
    End,
    #[error("trailers are larger than the limit of heads")]
    TooMany,
    #[error("malformed trailer field")]
    Nonsense,
}

impl Flaw {
    pub(crate) fn kind(self) -> TransportErrorKind {
        match self {
            Flaw::TooMany => TransportErrorKind::HeadTooLarge,
            Flaw::Size | Flaw::Extensions | Flaw::End | Flaw::Nonsense => {
                TransportErrorKind::Protocol
            }
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The first digit of a size.
    Start,
    /// Another one, or what ends it.
    Size,
    /// White space behind it.
    Space,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// A line behind the last chunk, or the empty one.
    Line,
    /// The rest of such a line.
    Field,
    FieldLf,
    EndLf,
    Over,
}

impl Chunks {
    /// A body that begins now, with so many bytes of trailers at most.
    pub(crate) fn new(limit: usize) -> Self {
        Chunks {
            state: State::Start,
            size: 0,
            extensions: 0,
            lines: Vec::new(),
            count: 0,
            limit,
        }
    }

    /// Whether nothing is missing.
    pub(crate) fn are_over(&self) -> bool {
        self.state == State::Over
    }

    /// Takes the next piece of the body as it came over the wire, shows what ureq is to have of it, and gives
    /// the trailers when they have ended with it. What follows them is shown as it is.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub(crate) fn read(
        &mut self,
        mut bytes: &[u8],
        mut show: impl FnMut(&[u8]),
    ) -> Result<Option<HeaderMap>, Flaw> {
        let mut trailers = None;
        while let Some((&byte, rest)) = bytes.split_first() {
            match self.state {
                State::Over => {
                    show(bytes);
                    break;
                }
                State::Data => {
                    bytes = self.pass(bytes, &mut show);
                    continue;
                }
                _ => {}
            }
            bytes = rest;
            self.state = self.next(byte)?;
            match (self.state, byte) {
                (State::Data, _) => show(format!("{:x}\r\n", self.size).as_bytes()),
                (State::Start, _) => show(b"\r\n"),
                (State::Over, _) => {
                    trailers = Some(fields(&self.lines, self.count)?);
                    show(b"0\r\n\r\n");
                }
                _ => {}
            }
        }
        Ok(trailers)
    }

    fn pass<'a>(&mut self, bytes: &'a [u8], show: &mut impl FnMut(&[u8])) -> &'a [u8] {
        let length = usize::try_from(self.size).unwrap_or(usize::MAX);
        let (data, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
        show(data);
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_sub(length);
        if self.size == 0 {
            self.state = State::DataCr;
        }
        rest
    }

    /// The state behind this byte.
    fn next(&mut self, byte: u8) -> Result<State, Flaw> {
        Ok(match (self.state, byte) {
            (State::Start | State::Size, byte) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).ok_or(Flaw::Size)?;
                let size = self.size.checked_mul(16).ok_or(Flaw::Size)?;
                self.size = size.saturating_add(u64::from(digit));
                State::Size
            }
            (State::Size | State::Space, b' ' | b'\t') => State::Space,
            (State::Size | State::Space, b';') => State::Extension,
            (State::Size | State::Space | State::Extension, b'\r') => State::SizeLf,
            (State::Extension, byte) if byte != b'\n' => {
                self.extensions = self.extensions.saturating_add(1);
                if self.extensions >= EXTENSIONS {
                    return Err(Flaw::Extensions);
                }
                State::Extension
            }
            (State::SizeLf, b'\n') if self.size == 0 => State::Line,
            (State::SizeLf, b'\n') => State::Data,
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Start,
            (State::DataCr | State::DataLf, _) => return Err(Flaw::End),
            (State::Line, b'\r') => self.keep(byte, State::EndLf)?,
            (State::Field, b'\r') => self.keep(byte, State::FieldLf)?,
            (State::Line | State::Field, _) => self.keep(byte, State::Field)?,
            (State::FieldLf, b'\n') => {
                if self.count >= ClientOptions::MAX_HEAD_FIELDS {
                    return Err(Flaw::TooMany);
                }
                self.count = self.count.saturating_add(1);
                self.keep(byte, State::Line)?
            }
            (State::EndLf, b'\n') => self.keep(byte, State::Over)?,
            (State::FieldLf | State::EndLf, _) => return Err(Flaw::Nonsense),
            (State::Start | State::Size | State::Space | State::Extension | State::SizeLf, _) => {
                return Err(Flaw::Size);
            }
            // Not asked for.
            (state @ (State::Data | State::Over), _) => state,
        })
    }

    fn keep(&mut self, byte: u8, next: State) -> Result<State, Flaw> {
        // The empty line alone takes no room.
        if self.count > 0 || matches!(next, State::Field | State::FieldLf | State::Line) {
            self.lines.push(byte);
            if self.lines.len() >= self.limit {
                return Err(Flaw::TooMany);
            }
        }
        Ok(next)
    }
}

/// The fields in so many lines and the empty one.
fn fields(lines: &[u8], count: usize) -> Result<HeaderMap, Flaw> {
    let mut trailers = HeaderMap::new();
    if count == 0 {
        return Ok(trailers);
    }
    // The parser takes a line feed alone for the end of a line, and two for that of all.
    let mut before = 0;
    for byte in lines {
        if *byte == b'\n' && before != b'\r' {
            return Err(Flaw::Nonsense);
        }
        before = *byte;
    }
    let mut parsed = vec![httparse::EMPTY_HEADER; count];
    match httparse::parse_headers(lines, &mut parsed) {
        Ok(httparse::Status::Complete((_, parsed))) => {
            for field in parsed {
                let name = HeaderName::from_bytes(field.name.as_bytes());
                let name = name.map_err(|_| Flaw::Nonsense)?;
                let value = HeaderValue::from_bytes(field.value);
                let value = value.map_err(|_| Flaw::Nonsense)?;
                // A map has room for tens of thousands.
                let _ = trailers.try_append(name, value);
            }
            Ok(trailers)
        }
        _ => Err(Flaw::Nonsense),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "5;x=y\r\n0\r\n\r\n\r\n00A \t;a=\"b\r\n0123456789\r\n000\r\n\
        X-Neptune-Status: 500 InternalFailure\r\nx:\r\n\r\n";

    /// What is shown of a body that comes in pieces of this length, and its trailers.
    fn read(body: &[u8], cut: usize, limit: usize) -> Result<(Vec<u8>, Option<HeaderMap>), Flaw> {
        let mut chunks = Chunks::new(limit);
        let (mut shown, mut trailers) = (Vec::new(), None);
        for piece in body.chunks(cut) {
            let found = chunks.read(piece, |bytes| shown.extend_from_slice(bytes))?;
            assert_eq!(found.is_some(), trailers.is_none() && chunks.are_over());
            trailers = trailers.or(found);
        }
        Ok((shown, trailers))
    }

    fn flaw(body: &str) -> Option<Flaw> {
        read(body.as_bytes(), body.len(), 1024).err()
    }

    #[test]
    fn they_are_read_wherever_they_are_cut() {
        let more = format!("{BODY}HTTP/1.1 200 OK\r\n");
        for cut in 1..=more.len() {
            let (shown, trailers) = read(more.as_bytes(), cut, 1024).unwrap();
            assert_eq!(
                String::from_utf8(shown).unwrap(),
                "5\r\n0\r\n\r\n\r\na\r\n0123456789\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"
            );
            let fields = trailers.unwrap();
            assert_eq!(fields["x-neptune-status"], "500 InternalFailure");
            assert_eq!(
                (fields.len(), &fields["x"]),
                (2, &HeaderValue::from_static(""))
            );
        }
        // Without the empty line they are not complete, and ureq sees no end.
        let (whole, _) = read(BODY.as_bytes(), 1, 1024).unwrap();
        for cut in 1..BODY.len() {
            let (shown, trailers) = read(&BODY.as_bytes()[..cut], cut, 1024).unwrap();
            assert!(
                trailers.is_none() && shown.len() <= whole.len() - 5,
                "{cut}"
            );
            assert!(whole.starts_with(&shown), "{cut}");
        }
    }

    #[test]
    fn sizes_are_digits_and_nothing_else() {
        for size in [
            "5",
            "05",
            "0000000000000000000000000005",
            "5 ",
            "5\t \t",
            "5;",
            "5 ;x",
            "5;a=b;c=\"\u{e9} d\"",
        ] {
            let body = format!("{size}\r\nabcde\r\n0;x\r\n\r\n");
            let (shown, trailers) = read(body.as_bytes(), 1, 1024).unwrap();
            assert_eq!(
                (&*shown, trailers),
                (&b"5\r\nabcde\r\n0\r\n\r\n"[..], Some(HeaderMap::new()))
            );
        }
        for size in [
            "+5",
            "-5",
            " 5",
            "\t5",
            "\u{a0}5",
            "5\u{a0}",
            "5 5",
            "0x5",
            "",
            ";x",
            "g",
            "5\n",
            "5;x\n",
            "5\r",
            "5;x\r",
            "10000000000000000",
        ] {
            assert_eq!(
                flaw(&format!("{size}\r\nabcde\r\n0\r\n\r\n")),
                Some(Flaw::Size),
                "{size:?}"
            );
        }
        assert_eq!(flaw("ffffffffffffffff\r\nabcde"), None);
        for end in ["", "\n", "\rx", "x\r\n"] {
            assert_eq!(
                flaw(&format!("5\r\nabcde{end}0\r\n\r\n")),
                Some(Flaw::End),
                "{end:?}"
            );
        }
    }

    #[test]
    fn extensions_have_bounds_for_all_chunks_together() {
        let body = |length: usize| {
            format!(
                "1;{}\r\na\r\n0;{}\r\n\r\n",
                "x".repeat(8192),
                "y".repeat(length)
            )
        };
        assert_eq!(flaw(&body(8191)), None);
        assert_eq!(flaw(&body(8192)), Some(Flaw::Extensions));
    }

    #[test]
    fn lines_that_are_no_fields_are_nonsense() {
        for end in [
            "broken\r\n\r\n",
            "x: y\r\nno colon here\r\nX-Neptune-Status: 500 InternalFailure\r\n\r\n",
            "a b: y\r\n\r\n",
            "x : y\r\n\r\n",
            ": y\r\n\r\n",
            "x: \0\r\n\r\n",
            "x: y\r\n z\r\n\r\n",
            "x: y\nz: y\r\n\r\n",
            "\nx: y\r\n\r\n",
            "x: y\r\n\nz: y\r\n\r\n",
            "x: y\rz\r\n\r\n",
            "\rx",
        ] {
            assert_eq!(
                flaw(&format!("0\r\n{end}")),
                Some(Flaw::Nonsense),
                "{end:?}"
            );
        }
    }

    #[test]
    fn too_many_are_refused() {
        let fields = |count: usize| format!("0\r\n{}\r\n", "x: 1234\r\n".repeat(count));
        assert_eq!(read(fields(10).as_bytes(), 7, 93).map(|_| ()), Ok(()));
        assert_eq!(read(fields(10).as_bytes(), 7, 92), Err(Flaw::TooMany));
        let most = ClientOptions::MAX_HEAD_FIELDS;
        let (_, trailers) = read(fields(most).as_bytes(), 4096, 1 << 20).unwrap();
        assert_eq!(trailers.unwrap().len(), most);
        assert_eq!(
            read(fields(most + 1).as_bytes(), 4096, 1 << 20),
            Err(Flaw::TooMany)
        );
        assert_eq!(
            read(b"0\r\n\r\n", 1, 0),
            Ok((b"0\r\n\r\n".to_vec(), Some(HeaderMap::new())))
        );
        let endless = [b"0\r\nx", &[b'y'; 1000][..]].concat();
        assert_eq!(read(&endless, 1, 100), Err(Flaw::TooMany));
    }
}
