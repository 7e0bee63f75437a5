//! Inflates gzip as it comes, piece by piece, so that no input makes more memory than asked for.
//!
//! A gzip body is one or more members: a header, deflated data, a checksum and a length.
//! <https://www.rfc-editor.org/rfc/rfc1952>

use std::{fmt, mem};

use bytes::{Buf, Bytes};
use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::coding::CodingError;

/// The largest piece that is handed out.
const PIECE: usize = 64 * 1024;
/// Servers write headers of ten bytes. What is so long is none.
const LONGEST_HEADER: usize = 4 * 1024;
/// Checksum and length.
const TRAILER: usize = 8;

/// Takes a gzip body in chunks, and hands out what it inflates to in pieces.
pub(crate) struct Inflater {
    state: State,
    inflate: Decompress,
    crc: Crc,
    /// What was not looked at yet.
    input: Bytes,
    /// Whether a member was read to its end, or there was nothing at all.
    complete: bool,
}

enum State {
    /// What there is of a member's header.
    Header(Vec<u8>),
    Data,
    /// What there is of the bytes after it.
    Trailer(Vec<u8>),
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Inflater {
            state: State::Header(Vec::new()),
            inflate: Decompress::new(false),
            crc: Crc::new(),
            input: Bytes::new(),
            complete: true,
        }
    }

    /// Takes the next chunk. What came before has been [taken out](Self::next) as far as it goes.
    pub(crate) fn feed(&mut self, chunk: Bytes) {
        self.input = if self.input.is_empty() {
            chunk
        } else {
            [mem::take(&mut self.input), chunk].concat().into()
        };
    }

    /// The next piece, which is not empty and has at most 64 KiB; None when more input is needed.
    ///
    /// # Errors
    ///
    /// When the input is no gzip. The same is answered ever after.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, CodingError> {
        loop {
            match &mut self.state {
                State::Header(header) => {
                    let Some(&byte) = self.input.first() else {
                        return Ok(None);
                    };
                    self.complete = false;
                    header.push(byte);
                    match header_is_whole(header) {
                        Some(true) => self.state = State::Data,
                        Some(false) if header.len() < LONGEST_HEADER => {}
                        // The byte is left where it is.
                        _ => {
                            header.pop();
                            return Err(CodingError::Corrupt("it has no gzip header"));
                        }
                    }
                    self.input.advance(1);
                }
                State::Data => match self.inflate()? {
                    Inflated::Piece(piece) => return Ok(Some(piece)),
                    Inflated::NeedsInput => return Ok(None),
                    Inflated::End => {}
                },
                State::Trailer(trailer) => {
                    let missing = TRAILER.saturating_sub(trailer.len());
                    let taken = self.input.split_to(missing.min(self.input.len()));
                    trailer.extend_from_slice(&taken);
                    if trailer.len() < TRAILER {
                        return Ok(None);
                    }
                    let expected = [self.crc.sum(), self.crc.amount()].map(u32::to_le_bytes);
                    if trailer.as_slice() != expected.as_flattened() {
                        return Err(CodingError::Corrupt("its gzip checksum is another"));
                    }
                    self.inflate.reset(false);
                    self.crc.reset();
                    self.complete = true;
                    self.state = State::Header(Vec::new());
                }
            }
        }
    }

    fn inflate(&mut self) -> Result<Inflated, CodingError> {
        let room = self.input.len().saturating_mul(4).clamp(1024, PIECE);
        let mut piece = Vec::with_capacity(room);
        let before = self.inflate.total_in();
        let status = self
            .inflate
            .decompress_vec(&self.input, &mut piece, FlushDecompress::None)
            .map_err(|_| CodingError::Corrupt("its gzip data is none"))?;
        let used = self.inflate.total_in().saturating_sub(before);
        let used = usize::try_from(used).unwrap_or(usize::MAX);
        self.input.advance(used.min(self.input.len()));
        self.crc.update(&piece);
        if status == Status::StreamEnd {
            self.state = State::Trailer(Vec::with_capacity(TRAILER));
        }
        Ok(match (piece.is_empty(), status) {
            (false, _) => Inflated::Piece(piece.into()),
            (true, Status::StreamEnd) => Inflated::End,
            (true, _) if self.input.is_empty() => Inflated::NeedsInput,
            // There is room and input, so that something must happen.
            (true, _) if used == 0 => return Err(CodingError::Corrupt("its gzip data is none")),
            (true, _) => Inflated::NeedsInput,
        })
    }

    /// What the next chunk inflates to, up to a limit.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next), and when it is longer.
    #[cfg(test)]
    pub(crate) fn push(&mut self, chunk: Bytes, limit: usize) -> Result<Bytes, CodingError> {
        self.feed(chunk);
        let mut whole = Vec::new();
        while let Some(piece) = self.next()? {
            whole.extend_from_slice(&piece);
            if whole.len() > limit {
                return Err(CodingError::TooLarge);
            }
        }
        Ok(whole.into())
    }

    /// Whether the input may end here.
    ///
    /// # Errors
    ///
    /// When it ends within a member.
    pub(crate) fn finish(&self) -> Result<(), CodingError> {
        match self.complete {
            true => Ok(()),
            false => Err(CodingError::Truncated),
        }
    }

    /// The input that was not understood.
    pub(crate) fn into_rest(self) -> Bytes {
        match self.state {
            State::Header(mut header) if !header.is_empty() => {
                header.extend_from_slice(&self.input);
                header.into()
            }
            _ => self.input,
        }
    }
}

enum Inflated {
    Piece(Bytes),
    NeedsInput,
    End,
}

/// Whether these bytes are a header; None if they do not begin one. They grow by one byte at a time.
fn header_is_whole(header: &[u8]) -> Option<bool> {
    const MAGIC: &[u8] = &[0x1f, 0x8b, 8];
    const HAS_CHECKSUM: u8 = 2;
    const HAS_EXTRA: u8 = 4;
    const HAS_NAME: u8 = 8;
    const HAS_COMMENT: u8 = 16;

    if header.iter().zip(MAGIC).any(|(byte, magic)| byte != magic) {
        return None;
    }
    let Some((fixed, mut rest)) = header.split_at_checked(10) else {
        return Some(false);
    };
    let flags = fixed.get(3).copied().unwrap_or_default();
    let has = |flag| flags & flag != 0;
    if has(HAS_EXTRA) {
        let Some(([low, high], after)) = rest.split_first_chunk() else {
            return Some(false);
        };
        let length = u16::from_le_bytes([*low, *high]);
        match after.split_at_checked(length.into()) {
            Some((_, after)) => rest = after,
            None => return Some(false),
        }
    }
    for flag in [HAS_NAME, HAS_COMMENT] {
        if has(flag) {
            let mut parts = rest.splitn(2, |byte| *byte == 0);
            match (parts.next(), parts.next()) {
                (_, Some(after)) => rest = after,
                _ => return Some(false),
            }
        }
    }
    Some(rest.len() >= if has(HAS_CHECKSUM) { 2 } else { 0 })
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("input", &self.input.len())
            .field("output", &self.inflate.total_out())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(body: &[u8], chunk: usize) -> Result<Vec<u8>, CodingError> {
        let mut inflater = Inflater::new();
        let mut whole = Vec::new();
        for chunk in body.chunks(chunk) {
            whole.extend_from_slice(&inflater.push(Bytes::copy_from_slice(chunk), usize::MAX)?);
        }
        inflater.finish().map(|()| whole)
    }

    #[test]
    fn members_follow_each_other() {
        let body = [gzip(b"one, "), gzip(b""), gzip(b"two")].concat();
        for chunk in 1..=body.len() {
            assert_eq!(inflate(&body, chunk).unwrap(), b"one, two");
        }
        assert_eq!(inflate(b"", 1).unwrap(), b"");
    }

    #[test]
    fn headers_may_hold_more() {
        let mut encoder = GzBuilder::new()
            .filename("name")
            .comment("comment")
            .extra([1, 0, 2])
            .write(Vec::new(), Compression::fast());
        encoder.write_all(b"text").unwrap();
        let body = encoder.finish().unwrap();
        for chunk in 1..=body.len() {
            assert_eq!(inflate(&body, chunk).unwrap(), b"text");
        }
        // With a checksum of the header, which flate2 does not write.
        let mut body = gzip(b"text");
        body[3] |= 2;
        body.splice(10..10, [0xab, 0xcd]);
        assert_eq!(inflate(&body, 1).unwrap(), b"text");
    }

    #[test]
    fn every_cut_is_noticed() {
        let body = gzip(b"some text that is some text that is some text");
        for cut in 1..body.len() {
            assert_eq!(
                inflate(&body[..cut], 7),
                Err(CodingError::Truncated),
                "{cut}"
            );
        }
    }

    #[test]
    fn what_is_no_gzip_is_said_to_be_none() {
        let is_corrupt = |body: &[u8]| matches!(inflate(body, 5), Err(CodingError::Corrupt(_)));
        assert!(is_corrupt(b"{\"status\":\"200 OK\"}"));
        assert!(is_corrupt(&[gzip(b"text"), b"\0".to_vec()].concat()));
        assert!(is_corrupt(&[gzip(b"text"), b"more".to_vec()].concat()));
        let mut name_without_end = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0];
        name_without_end.resize(LONGEST_HEADER + 10, b'n');
        assert!(is_corrupt(&name_without_end));
        let body = gzip(b"text");
        for place in [10, body.len() - 8, body.len() - 1] {
            let mut body = body.clone();
            body[place] ^= 0x7f;
            assert!(inflate(&body, 3).is_err(), "{place}");
        }
    }

    #[test]
    fn a_bomb_is_handed_out_in_pieces() {
        let bomb = gzip(&vec![0; 8 << 20]);
        assert!(bomb.len() < 16 << 10);
        let mut inflater = Inflater::new();
        inflater.feed(bomb.clone().into());
        let mut length = 0;
        while let Some(piece) = inflater.next().unwrap() {
            assert!((1..=PIECE).contains(&piece.len()));
            length += piece.len();
        }
        assert_eq!((length, inflater.finish()), (8 << 20, Ok(())));
        let limited = Inflater::new().push(bomb.into(), 100_000);
        assert_eq!(limited, Err(CodingError::TooLarge));
    }

    #[test]
    fn what_was_not_understood_is_still_there() {
        for body in ["plain", "\u{1f}plain"] {
            let mut inflater = Inflater::new();
            inflater.feed(body.into());
            assert!(inflater.next().is_err());
            assert!(inflater.next().is_err());
            assert_eq!(inflater.into_rest(), body);
        }
    }

    proptest! {
        #[test]
        fn where_the_input_is_cut_changes_nothing(
            text in prop::collection::vec(0_u8..4, 0..5000),
            chunk in 1_usize..300,
        ) {
            prop_assert_eq!(inflate(&gzip(&text), chunk).unwrap(), text);
        }

        #[test]
        fn any_bytes_end_in_a_value_or_an_error(
            noise in prop::collection::vec(any::<u8>(), 0..300),
            place in 0_usize..60,
        ) {
            let mut body = gzip(b"some text that is some text that is some text");
            let place = place.min(body.len());
            body.splice(place.., noise);
            let whole = inflate(&body, body.len().max(1));
            prop_assert_eq!(whole, inflate(&body, 3));
        }
    }
}
