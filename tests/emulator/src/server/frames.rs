//! Encodes a body frame by frame.

use std::iter::Peekable;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderMap;

use super::script::write_end;
use crate::{Cut, Delivery, Framing, Generated, Response};

/// The frames of a body, in order. At most one piece is generated ahead.
pub(super) struct Frames {
    pieces: Peekable<Box<dyn Iterator<Item = Bytes> + Send>>,
    chunked: bool,
    begun: bool,
    /// How many bytes of the body are left, and whether the chunk in which they end is announced in full; `None` is no
    /// limit.
    left: Option<(usize, bool)>,
    /// The bytes after the last chunk.
    end: Option<Vec<u8>>,
    /// If a running query generates the pieces: its trailers, once it has failed.
    late_trailers: Option<Arc<OnceLock<HeaderMap>>>,
    sends_trailers: bool,
}

/// The encoding of one piece of the body, or the end of the body.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) bytes: Vec<u8>,
    /// The position of the piece in the bytes.
    pub(super) data: Range<usize>,
}

impl Frames {
    /// Whether a body with this delivery can be sent while it is generated.
    pub(super) fn can(framing: Framing, delivery: &Delivery) -> bool {
        let has_length = matches!(framing, Framing::Length | Framing::Auto);
        let half = delivery.cut.is_some_and(|cut| cut.after.is_none());
        !has_length && !half && delivery.stall.is_none() && delivery.throttle.is_none()
    }

    pub(super) fn new(
        response: &Response,
        framing: Framing,
        delivery: &Delivery,
        trailers: &HeaderMap,
    ) -> Self {
        let rest = response.generated.as_ref().map(Generated::pieces);
        let pieces = response.chunks.clone().into_iter();
        let pieces = pieces.chain(rest.into_iter().flatten());
        let pieces: Box<dyn Iterator<Item = Bytes> + Send> =
            Box::new(pieces.filter(|piece| !piece.is_empty()));
        let chunked = framing == Framing::Chunked;
        let mut end = Vec::new();
        write_end(&mut end, trailers, delivery);
        // The length of a generated body is not known.
        let length = response.chunks.iter().map(Bytes::len).sum();
        let after = |cut: Cut| match response.generated {
            Some(_) => cut.after.unwrap_or(usize::MAX),
            None => cut.sent_length(length),
        };
        let left = delivery.cut.map(|cut| (after(cut), cut.inside_chunk));
        Self {
            pieces: pieces.peekable(),
            chunked,
            begun: false,
            end: (chunked && left.is_none()).then_some(end),
            left,
            late_trailers: response
                .generated
                .as_ref()
                .and_then(|generated| generated.late_trailers.clone()),
            sends_trailers: !trailers.is_empty(),
        }
    }

    /// Whether the next frame may have to be waited for.
    pub(super) fn blocks(&self) -> bool {
        self.late_trailers.is_some()
    }

    /// Whether nothing more is sent.
    pub(super) fn are_over(&mut self) -> bool {
        // A cut inside the first chunk, before its data, sends the size of the chunk.
        let cut = matches!(self.left, Some((0, inside)) if self.begun || !inside);
        self.end.is_none() && (cut || self.pieces.peek().is_none())
    }

    pub(super) fn next(&mut self) -> Option<Frame> {
        if self.are_over() {
            return None;
        }
        self.begun = true;
        let Some(piece) = self.pieces.next() else {
            let mut bytes = self.end.take()?;
            let failed = self.late_trailers.as_ref().and_then(|late| late.get());
            if let Some(trailers) = failed.filter(|_| self.sends_trailers) {
                bytes.clear();
                write_end(&mut bytes, trailers, &Delivery::default());
            }
            return Some(Frame { bytes, data: 0..0 });
        };
        let (part, announced, is_cut) = match &mut self.left {
            None => (piece.clone(), piece.len(), false),
            Some((left, inside)) => {
                let part = piece.slice(..piece.len().min(*left));
                *left -= part.len();
                let announced = if *inside { piece.len() } else { part.len() };
                let is_cut = *inside && *left == 0;
                (part, announced, is_cut)
            }
        };
        let mut bytes = Vec::new();
        if self.chunked {
            bytes.extend_from_slice(format!("{announced:x}\r\n").as_bytes());
        }
        let data = bytes.len()..bytes.len() + part.len();
        bytes.extend_from_slice(&part);
        // The chunk in which the body is truncated has no end of line.
        if self.chunked && !is_cut {
            bytes.extend_from_slice(b"\r\n");
        }
        Some(Frame { bytes, data })
    }
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames")
            .field("chunked", &self.chunked)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue, StatusCode};

    use super::*;

    fn written(framing: Framing, cut: Option<(usize, bool)>) -> String {
        let three = || ["abc", "", "defg", "h"].map(|piece| Bytes::from_static(piece.as_bytes()));
        let response = Response::new(StatusCode::OK, "").generated(Generated::new(three));
        let delivery = Delivery {
            cut: cut.map(|(after, inside_chunk)| Cut {
                after: Some(after),
                inside_chunk,
            }),
            ..Delivery::default()
        };
        assert!(Frames::can(framing, &delivery));
        let mut trailers = HeaderMap::new();
        trailers.insert(
            HeaderName::from_static("x-end"),
            HeaderValue::from_static("1"),
        );
        let mut frames = Frames::new(&response, framing, &delivery, &trailers);
        let mut all = Vec::new();
        while let Some(frame) = frames.next() {
            all.extend_from_slice(&frame.bytes);
        }
        assert!(frames.are_over());
        String::from_utf8(all).expect("UTF-8")
    }

    #[test]
    fn whole_or_cut() {
        let chunked = |cut| written(Framing::Chunked, cut);
        assert_eq!(
            chunked(None),
            "3\r\nabc\r\n4\r\ndefg\r\n1\r\nh\r\n0\r\nx-end: 1\r\n\r\n"
        );
        assert_eq!(chunked(Some((0, false))), "");
        assert_eq!(chunked(Some((3, false))), "3\r\nabc\r\n");
        assert_eq!(chunked(Some((5, false))), "3\r\nabc\r\n2\r\nde\r\n");
        assert_eq!(chunked(Some((5, true))), "3\r\nabc\r\n4\r\nde");
        assert_eq!(chunked(Some((0, true))), "3\r\n");
        assert_eq!(
            chunked(Some((99, false))),
            "3\r\nabc\r\n4\r\ndefg\r\n1\r\nh\r\n"
        );
        assert_eq!(written(Framing::CloseDelimited, None), "abcdefgh");
        assert_eq!(written(Framing::CloseDelimited, Some((4, false))), "abcd");
    }

    #[test]
    fn a_body_that_tells_its_length_is_not_made_meanwhile() {
        assert!(!Frames::can(Framing::Length, &Delivery::default()));
    }
}
