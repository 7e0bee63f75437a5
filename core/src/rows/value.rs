//! Reads one JSON value at a time from input that may be cut anywhere.
//!
//! A value is first parsed in place, and accepted if its end has arrived. If that fails because the value is cut, a
//! scan looks for the end of the value in the chunks as they arrive, each byte once, and the value is parsed a second
//! time when its end is known. So no byte is read more than a few times, even if the chunks are small.

use bytes::Bytes;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::window::Window;
use crate::wire::{json_scan::Scan, outcome, raw};

/// Input that is read one value at a time.
#[derive(Debug)]
pub(super) struct Values {
    window: Window,
    /// The maximum size of a value, including the white space before a delimiter that it needs.
    limit: usize,
    /// The scan for the end of the value at the beginning of the window, if the value was cut.
    pending: Option<Pending>,
    /// How many bytes were read; a byte that is read twice counts twice.
    #[cfg(test)]
    pub(super) work: usize,
}

#[derive(Debug, Default)]
struct Pending {
    scan: Scan,
    /// How many bytes of the window were scanned.
    seen: usize,
    /// The end of a value that needs a delimiter, while the delimiter has not arrived.
    end: Option<usize>,
}

/// Why a value cannot be returned.
#[derive(Debug)]
pub(super) enum ValueError {
    /// The input is not JSON, or the value is not followed by the delimiter that it needs.
    NotJson,
    /// A JSON value of this many bytes that does not have the requested type.
    WrongType(serde_json::Error, usize),
    /// The value exceeds the limit.
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

    /// How many bytes of the body have been consumed.
    pub(super) fn position(&self) -> u64 {
        self.window.position()
    }

    /// Consumes white space and returns the byte after it, which is not consumed.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let unread = self.window.unread();
            match first_non_whitespace(unread) {
                Some((0, byte)) => return Some(byte),
                Some((whitespace, byte)) => {
                    self.count(whitespace);
                    self.window.consume(whitespace);
                    return Some(byte);
                }
                None if unread.is_empty() => return None,
                None => {
                    let whitespace = unread.len();
                    self.count(whitespace);
                    self.window.consume(whitespace);
                }
            }
        }
    }

    /// Consumes `length` bytes.
    #[inline]
    pub(super) fn consume(&mut self, length: usize) {
        self.window.consume(length);
    }

    /// The first `length` unread bytes, or as many as there are.
    pub(super) fn unread(&self, length: usize) -> &[u8] {
        let unread = self.window.unread();
        unread.get(..length).unwrap_or(unread)
    }

    /// Returns the value that begins here and its length, once the value has arrived, and one of `delimiters` after it
    /// if the value [needs one](needs_delimiter). Nothing is consumed.
    #[inline]
    pub(super) fn value<V: DeserializeOwned>(
        &mut self,
        delimiters: [u8; 2],
    ) -> Result<Option<(V, usize)>, ValueError> {
        if self.pending.is_none() {
            let window = self.bounded();
            let (outcome, length) = raw::read_prefix::<V>(window);
            match outcome {
                Ok(value) if self.is_complete(length, delimiters) => {
                    self.count(length);
                    return Ok(Some((value, length)));
                }
                Err(error) if error.is_syntax() => {
                    self.count_all();
                    // Fail now instead of buffering up to the limit: no further input can turn this into JSON.
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

    /// Whether one of `delimiters` follows the value of this length, or the value needs none.
    #[inline]
    fn is_complete(&self, length: usize, delimiters: [u8; 2]) -> bool {
        let follows = self.bounded().get(length..).and_then(first_non_whitespace);
        follows.is_some_and(|(_, byte)| delimiters.contains(&byte))
            || (length <= self.limit && !needs_delimiter(self.unread(length)))
    }

    /// Returns the value whose end is being looked for.
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
            let found = pending.find_end(window, delimiters);
            let fresh = window.len().saturating_sub(seen);
            self.count(fresh);
            if let Some((end, is_complete)) = found
                && end <= self.limit
            {
                // `needs_delimiter` reads the text once, and `decode` once, and once more if that fails.
                self.count(end.saturating_mul(3));
                return self.decode(end, is_complete);
            }
            let window = self.bounded();
            if window.len() > self.limit {
                // An invalid value is reported as invalid, not as too large: the limit is not the cause.
                let never = validity(window) == Validity::Never;
                self.count_all();
                return Err(if never {
                    ValueError::NotJson
                } else {
                    ValueError::TooLarge
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
        is_complete: bool,
    ) -> Result<Option<(V, usize)>, ValueError> {
        let text = self.unread(end);
        match raw::read_all(text) {
            Ok(value) if is_complete => Ok(Some((value, end))),
            // serde_json stops at the error and leaves the rest unchecked, so read the text again.
            Err(error) if is_complete && serde_json::from_slice::<IgnoredAny>(text).is_ok() => {
                Err(ValueError::WrongType(error, end))
            }
            _ => Err(ValueError::NotJson),
        }
    }

    /// Whether the unread input cannot become JSON when more follows.
    pub(super) fn is_never_json(&mut self) -> bool {
        while self.window.more() {}
        validity(self.bounded()) == Validity::Never
    }

    /// The unread bytes up to the limit plus one byte, which shows that a value exceeds the limit.
    #[inline]
    fn bounded(&self) -> &[u8] {
        self.unread(self.limit.saturating_add(1))
    }

    /// A copy of the first `length` unread bytes, to be kept in an error.
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
    /// Continues the scan in a window that begins with the bytes scanned before. Returns the end of the value once the
    /// value has arrived, and a byte after it if the value needs a delimiter. The boolean is false if that byte is not
    /// one of `delimiters`.
    fn find_end(&mut self, window: &[u8], delimiters: [u8; 2]) -> Option<(usize, bool)> {
        if self.end.is_none() {
            let fresh = window.get(self.seen..).unwrap_or_default();
            match self.scan.find_end(fresh) {
                Some(length) => {
                    let end = self.seen.saturating_add(length);
                    if !needs_delimiter(window.get(..end).unwrap_or_default()) {
                        return Some((end, true));
                    }
                    self.end = Some(end);
                    self.seen = end;
                }
                None => self.seen = window.len(),
            }
        }
        let end = self.end?;
        match first_non_whitespace(window.get(self.seen..).unwrap_or_default()) {
            Some((_, byte)) => Some((end, delimiters.contains(&byte))),
            None => {
                self.seen = window.len();
                None
            }
        }
    }
}

/// Whether a value is complete only with a delimiter after it.
///
/// The `1` of `[1` may be the beginning of `12`. An object that resembles an error may be the error object at the end
/// of an incomplete body, which no delimiter follows. All other values are complete with their last byte.
fn needs_delimiter(value: &[u8]) -> bool {
    match value.last() {
        Some(b']' | b'"') => false,
        Some(b'}') => outcome::resembles_error(value),
        _ => true,
    }
}

/// The first byte that is not white space, and its index.
#[inline]
fn first_non_whitespace(bytes: &[u8]) -> Option<(usize, u8)> {
    bytes
        .iter()
        .enumerate()
        .find(|(_, byte)| !matches!(byte, b' ' | b'\n' | b'\t' | b'\r'))
        .map(|(whitespace, byte)| (whitespace, *byte))
}

/// Whether text can still become JSON when more text follows.
#[derive(Debug, PartialEq, Eq)]
enum Validity {
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

/// If serde_json skips a value (`IgnoredAny`), it reports a truncated number as a syntax error and not as the end
/// of input. Such an error is at the end of the text.
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
