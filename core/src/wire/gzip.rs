//! Decompresses gzip as it arrives, in pieces of bounded size.

use std::{
    fmt,
    io::{self, Write},
    mem,
};

use bytes::Bytes;
use flate2::write::GzDecoder;

use super::coding::CodingError;

/// Accepts a gzip body in chunks, and returns the decompressed body in pieces.
pub(crate) struct Inflater {
    /// Decodes one member of the body.
    decoder: GzDecoder<Vec<u8>>,
    /// The input that the decoder has not read yet.
    input: Bytes,
    /// The input that the decoder has read, until the first header is complete. Without a header the body
    /// is not gzip, and these bytes are part of [`into_rest`](Self::into_rest).
    start: Option<Vec<u8>>,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Inflater {
            decoder: GzDecoder::new(Vec::new()),
            input: Bytes::new(),
            start: Some(Vec::new()),
        }
    }

    /// Accepts the next chunk. Before that, call [`next`](Self::next) until it returns `None`.
    pub(crate) fn feed(&mut self, chunk: Bytes) {
        self.input = if self.input.is_empty() {
            chunk
        } else {
            [mem::take(&mut self.input), chunk].concat().into()
        };
    }

    /// The next piece, which is not empty and has at most about 64 KiB; `None` if more input is needed.
    ///
    /// # Errors
    ///
    /// If the input is not gzip. Every later call returns an error too.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, CodingError> {
        loop {
            let is_drained = self.input.is_empty();
            let outcome = if is_drained {
                self.decoder.flush()
            } else {
                self.write()
            };
            outcome.map_err(|error| CodingError::Corrupt(error.to_string()))?;
            let piece = mem::take(self.decoder.get_mut());
            if !piece.is_empty() {
                return Ok(Some(piece.into()));
            }
            if is_drained {
                return Ok(None);
            }
        }
    }

    /// Writes input to the decoder. The decoder stops when its buffer of 32 KiB is full, so that a small
    /// chunk cannot become a huge piece.
    fn write(&mut self) -> io::Result<()> {
        let taken = self.decoder.write(&self.input)?;
        if taken == 0 {
            // The member is complete, and another one follows.
            self.decoder.try_finish()?;
            self.decoder = GzDecoder::new(mem::take(self.decoder.get_mut()));
            return Ok(());
        }
        let taken = self.input.split_to(taken.min(self.input.len()));
        if let Some(start) = &mut self.start {
            start.extend_from_slice(&taken);
        }
        if self.decoder.header().is_some() {
            self.start = None;
        }
        Ok(())
    }

    /// Checks that the input may end here.
    ///
    /// # Errors
    ///
    /// If the input ends within a member, or if the checksum of the last member is wrong.
    pub(crate) fn finish(mut self) -> Result<(), CodingError> {
        // An empty body needs no header.
        if self.start.is_some_and(|start| start.is_empty()) {
            return Ok(());
        }
        // A complete member accepts no further byte. This detects a missing checksum, for which the decoder
        // reports the same error as for a wrong one.
        match self.decoder.write(&[0]) {
            Ok(0) => self
                .decoder
                .try_finish()
                .map_err(|error| CodingError::Corrupt(error.to_string())),
            _ => Err(CodingError::Truncated),
        }
    }

    /// The input that was not decoded; the whole input if the body is not gzip.
    pub(crate) fn into_rest(self) -> Bytes {
        match self.start {
            Some(start) if !start.is_empty() => [start.into(), self.input].concat().into(),
            _ => self.input,
        }
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("input", &self.input.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, Crc, GzBuilder, write::GzEncoder};
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
            inflater.feed(Bytes::copy_from_slice(chunk));
            while let Some(piece) = inflater.next()? {
                whole.extend_from_slice(&piece);
            }
        }
        inflater.finish().map(|()| whole)
    }

    #[test]
    fn several_members_are_concatenated() {
        let body = [gzip(b"one, "), gzip(b""), gzip(b"two")].concat();
        for chunk in 1..=body.len() {
            assert_eq!(inflate(&body, chunk).unwrap(), b"one, two");
        }
        assert_eq!(inflate(b"", 1).unwrap(), b"");
    }

    #[test]
    fn optional_header_fields_are_skipped() {
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
        // With a checksum of the header, which flate2 reads but does not write.
        let mut body = gzip(b"text");
        body[3] |= 2;
        let mut crc = Crc::new();
        crc.update(&body[..10]);
        let [low, high, ..] = crc.sum().to_le_bytes();
        body.splice(10..10, [low, high]);
        assert_eq!(inflate(&body, 1).unwrap(), b"text");
        body[10] ^= 1;
        assert!(matches!(inflate(&body, 1), Err(CodingError::Corrupt(_))));
    }

    #[test]
    fn every_truncation_is_detected() {
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
    fn data_that_is_not_gzip_is_corrupt() {
        let is_corrupt = |body: &[u8]| matches!(inflate(body, 5), Err(CodingError::Corrupt(_)));
        assert!(is_corrupt(b"{\"status\":\"200 OK\"}"));
        // The decoder checks a header when all of its ten bytes have arrived.
        assert!(is_corrupt(&[gzip(b"text"), vec![0; 10]].concat()));
        assert!(inflate(&[gzip(b"text"), vec![0]].concat(), 5).is_err());
        let mut name_without_end = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0];
        name_without_end.resize(70_000, b'n');
        assert!(is_corrupt(&name_without_end));
        let body = gzip(b"text");
        for place in [10, body.len() - 8, body.len() - 1] {
            let mut body = body.clone();
            body[place] ^= 0x7f;
            assert!(is_corrupt(&body), "{place}");
        }
    }

    #[test]
    fn a_bomb_is_decompressed_in_pieces() {
        let bomb = gzip(&vec![0; 8 << 20]);
        assert!(bomb.len() < 16 << 10);
        let mut inflater = Inflater::new();
        inflater.feed(bomb.into());
        let mut length = 0;
        while let Some(piece) = inflater.next().unwrap() {
            assert!((1..=64 << 10).contains(&piece.len()));
            length += piece.len();
        }
        assert_eq!((length, inflater.finish()), (8 << 20, Ok(())));
    }

    #[test]
    fn flushed_data_is_returned_at_once() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let mut inflater = Inflater::new();
        for length in [10, 100_000, 200_001, 1] {
            encoder.write_all(&vec![b' '; length]).unwrap();
            encoder.flush().unwrap();
            inflater.feed(mem::take(encoder.get_mut()).into());
            let mut received = 0;
            while let Some(piece) = inflater.next().unwrap() {
                received += piece.len();
            }
            assert_eq!(received, length);
        }
    }

    #[test]
    fn undecoded_input_is_kept() {
        for body in ["plain text", "\u{1f}plain text"] {
            let mut inflater = Inflater::new();
            inflater.feed(body.into());
            assert!(inflater.next().is_err());
            assert!(inflater.next().is_err());
            assert_eq!(inflater.into_rest(), body);
        }
    }

    proptest! {
        #[test]
        fn chunk_sizes_do_not_matter(
            text in prop::collection::vec(0_u8..4, 0..5000),
            chunk in 1_usize..300,
        ) {
            prop_assert_eq!(inflate(&gzip(&text), chunk).unwrap(), text);
        }

        #[test]
        fn any_bytes_give_data_or_an_error(
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
