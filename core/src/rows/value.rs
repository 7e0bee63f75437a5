//! One JSON value at a time, from input that ends anywhere.
//!
//! A value is parsed where it stands, and taken if what must follow it is there. If it cannot be
//! taken so, its end is looked for in the bytes as they come, each looked at once, and it is parsed a
//! second time when that is known. So nothing is read more than a few times, however it is cut.

use bytes::Bytes;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{scan::Scan, window::Window};
use crate::wire::raw;

/// Input that is read value by value.
#[derive(Debug)]
pub(super) struct Values {
    window: Window,
    /// The longest value, with the white space behind it.
    limit: usize,
    /// The value at the beginning of the window, if its end is being looked for.
    pending: Option<Pending>,
    /// How many bytes were looked at, those looked at twice counted twice.
    #[cfg(test)]
    pub(super) work: usize,
}

#[derive(Debug, Default)]
struct Pending {
    scan: Scan,
    /// How many bytes were looked at.
    seen: usize,
    end: Option<usize>,
}

/// Why there is no value.
#[derive(Debug)]
pub(super) enum ValueError {
    /// It is no JSON, or something else follows than may.
    NotJson,
    /// It is JSON of this many bytes, but not what was asked for.
    WrongType(serde_json::Error, usize),
    /// It is longer than the limit.
    TooLarge,
}

impl Values {
    pub(super) fn new(limit: usize) -> Self {
        Values {
            window: Window::default(),
            limit,
            pending: None,
            #[cfg(test)]
            work: 0,
        }
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn push(&mut self, chunk: Bytes) {
        self.window.push(chunk);
    }

    /// Where in the body the next byte stands.
    pub(super) fn position(&self) -> u64 {
        self.window.position()
    }

    /// The next byte that is no white space. A value that is being looked at is not passed.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let unread = self.window.unread();
            match first_visible(unread) {
                Some((0, byte)) => return Some(byte),
                Some((spaces, byte)) => {
                    self.count(spaces);
                    self.window.consume(spaces);
                    return Some(byte);
                }
                None if unread.is_empty() => return None,
                None => {
                    let spaces = unread.len();
                    self.count(spaces);
                    self.window.consume(spaces);
                }
            }
        }
    }

    /// Takes `length` bytes as read.
    #[inline]
    pub(super) fn consume(&mut self, length: usize) {
        self.window.consume(length);
    }

    /// The first `length` bytes that are not read, or as many as there are.
    pub(super) fn unread(&self, length: usize) -> &[u8] {
        let unread = self.window.unread();
        unread.get(..length).unwrap_or(unread)
    }

    /// The value that begins here and its length, once it is whole and one of `delimiters` follows
    /// it. It is not consumed.
    #[inline]
    pub(super) fn value<V: DeserializeOwned>(
        &mut self,
        delimiters: [u8; 2],
    ) -> Result<Option<(V, usize)>, ValueError> {
        if self.pending.is_none() {
            let window = self.bounded();
            let (outcome, length) = raw::first::<V>(window);
            let follows = window.get(length..).and_then(first_visible);
            match (outcome, follows) {
                (Ok(value), Some((_, byte))) if delimiters.contains(&byte) => {
                    self.count(length);
                    return Ok(Some((value, length)));
                }
                (Err(error), _) if error.is_syntax() => {
                    self.count_all();
                    // What is no JSON stays so: nothing more needs to be kept of it.
                    if validity(self.bounded()) == Validity::Never {
                        return Err(ValueError::NotJson);
                    }
                }
                _ => {}
            }
            self.count_all();
            self.pending = Some(Pending::default());
        }
        self.pending_value(delimiters)
    }

    /// The value whose end is being looked for.
    #[cold]
    fn pending_value<V: DeserializeOwned>(
        &mut self,
        delimiters: [u8; 2],
    ) -> Result<Option<(V, usize)>, ValueError> {
        let Some(mut pending) = self.pending.take() else {
            return Ok(None);
        };
        loop {
            let window = self.bounded();
            let seen = pending.seen;
            let follows = pending.look(window);
            let fresh = window.len().saturating_sub(seen);
            self.count(fresh);
            if let Some((end, byte)) = follows {
                self.count(end.saturating_mul(2));
                return self.decode(end, delimiters.contains(&byte));
            }
            let window = self.bounded();
            if window.len() > self.limit {
                let never = validity(window) == Validity::Never;
                self.count_all();
                return Err(match never {
                    true => ValueError::NotJson,
                    false => ValueError::TooLarge,
                });
            }
            if !self.window.more() {
                self.pending = Some(pending);
                return Ok(None);
            }
        }
    }

    fn decode<V: DeserializeOwned>(
        &self,
        end: usize,
        delimited: bool,
    ) -> Result<Option<(V, usize)>, ValueError> {
        let text = self.unread(end);
        match raw::only(text) {
            Ok(value) if delimited => Ok(Some((value, end))),
            Err(error) if delimited && serde_json::from_slice::<IgnoredAny>(text).is_ok() => {
                Err(ValueError::WrongType(error, end))
            }
            _ => Err(ValueError::NotJson),
        }
    }

    /// Whether what is left, now that nothing follows, is no JSON, or the beginning of some.
    pub(super) fn is_never_json(&mut self) -> bool {
        while self.window.more() {}
        validity(self.bounded()) == Validity::Never
    }

    /// As much as can be a value that is not too long, and one byte more.
    #[inline]
    fn bounded(&self) -> &[u8] {
        self.unread(self.limit.saturating_add(1))
    }

    /// What is not read yet, to be kept with an error.
    pub(super) fn rest(&self, length: usize) -> Bytes {
        self.window.first(length)
    }

    #[inline]
    fn count_all(&mut self) {
        #[cfg(test)]
        self.count(self.bounded().len());
    }

    #[inline]
    pub(super) fn count(&mut self, _bytes: usize) {
        #[cfg(test)]
        {
            self.work += _bytes;
        }
    }
}

impl Pending {
    /// Looks on in a window that begins as it did before. The end of the value and the byte behind
    /// it, once both are there.
    fn look(&mut self, window: &[u8]) -> Option<(usize, u8)> {
        if self.end.is_none() {
            let fresh = window.get(self.seen..).unwrap_or_default();
            match self.scan.go_on(fresh) {
                Some(length) => {
                    let end = self.seen.saturating_add(length);
                    self.end = Some(end);
                    self.seen = end;
                }
                None => self.seen = window.len(),
            }
        }
        let end = self.end?;
        match first_visible(window.get(self.seen..).unwrap_or_default()) {
            Some((_, byte)) => Some((end, byte)),
            None => {
                self.seen = window.len();
                None
            }
        }
    }
}

/// The first byte that is no white space, and how much white space stands before it.
#[inline]
fn first_visible(bytes: &[u8]) -> Option<(usize, u8)> {
    bytes
        .iter()
        .enumerate()
        .find(|(_, byte)| !matches!(byte, b' ' | b'\n' | b'\t' | b'\r'))
        .map(|(spaces, byte)| (spaces, *byte))
}

/// What becomes of text when more comes behind it.
#[derive(Debug, PartialEq, Eq)]
enum Validity {
    /// It can become JSON, or is.
    Possible,
    Never,
}

fn validity(text: &[u8]) -> Validity {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Err(error)) if error.is_syntax() && !is_cut_number(&error, text) => Validity::Never,
        _ => Validity::Possible,
    }
}

/// serde_json calls a number that is cut invalid if nobody asked for it.
fn is_cut_number(error: &serde_json::Error, text: &[u8]) -> bool {
    if !text.ends_with(b"-")
        && !text.ends_with(b"+")
        && !text.ends_with(b".")
        && !text.ends_with(b"e")
        && !text.ends_with(b"E")
    {
        return false;
    }
    let mut lines = text.split(|byte| *byte == b'\n').rev();
    let column = lines.next().map_or(0, <[u8]>::len);
    let line = lines.count().saturating_add(1);
    error.to_string().starts_with("invalid number")
        && (error.line(), error.column()) == (line, column)
}
