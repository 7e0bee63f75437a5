//! The received body: all of it, or only its end.

use std::mem;

use bytes::{Bytes, BytesMut};

use crate::wire::outcome;

/// The received body. A single chunk is kept without copying; more are concatenated.
#[derive(Debug)]
pub(super) enum Body {
    Empty,
    One(Bytes),
    Many(BytesMut),
    /// The end of a body that was handed out to the caller, and the length of the whole body.
    Tail(BytesMut, u64),
}

impl Body {
    pub(super) fn push(&mut self, chunk: Bytes) {
        if chunk.is_empty() {
            return;
        }
        *self = match mem::replace(self, Body::Empty) {
            Body::Empty => Body::One(chunk),
            Body::One(first) => {
                let mut body = BytesMut::with_capacity(
                    first.len().saturating_add(chunk.len()).saturating_mul(2),
                );
                body.extend_from_slice(&first);
                body.extend_from_slice(&chunk);
                Body::Many(body)
            }
            Body::Many(mut body) => {
                body.extend_from_slice(&chunk);
                Body::Many(body)
            }
            // Not reached: a body is either collected or handed out.
            Body::Tail(tail, length) => Body::Tail(tail, length),
        };
    }

    /// Keeps enough of a body that is handed out to find an error at its end.
    pub(super) fn keep_tail(&mut self, chunk: &[u8]) {
        let (mut tail, length) = match mem::replace(self, Body::Empty) {
            Body::Tail(tail, length) => (tail, length),
            _ => (BytesMut::new(), 0),
        };
        let length = length.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        let kept = chunk
            .get(chunk.len().saturating_sub(outcome::TAIL)..)
            .unwrap_or(chunk);
        let surplus = tail
            .len()
            .saturating_add(kept.len())
            .saturating_sub(outcome::TAIL.saturating_mul(2));
        if surplus > 0 {
            // Keep up to two tails and cut back to one, so that small chunks do not copy each time.
            let cut = tail.len().min(surplus.saturating_add(outcome::TAIL));
            tail = BytesMut::from(tail.get(cut..).unwrap_or_default());
        }
        tail.extend_from_slice(kept);
        *self = Body::Tail(tail, length);
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Body::Empty => 0,
            Body::One(body) => body.len(),
            Body::Many(body) | Body::Tail(body, _) => body.len(),
        }
    }

    /// The number of bytes received.
    pub(super) fn received(&self) -> u64 {
        match self {
            Body::Tail(_, length) => *length,
            body => u64::try_from(body.len()).unwrap_or(u64::MAX),
        }
    }

    pub(super) fn take(&mut self) -> Bytes {
        match mem::replace(self, Body::Empty) {
            Body::Empty => Bytes::new(),
            Body::One(body) => body,
            Body::Many(body) | Body::Tail(body, _) => body.freeze(),
        }
    }
}
