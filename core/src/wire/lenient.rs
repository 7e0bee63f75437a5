//! Reads JSON responses into typed outputs. The reader accepts other JSON types where the service is known
//! to vary them, and its errors name the member that cannot be read.
//!
//! The reader does the conversions, so that the outputs are plain `#[derive(Deserialize)]` structs:
//!
//! | a member of this type | also accepts |
//! |---|---|
//! | string | a number or a boolean, as text |
//! | integer | a string of digits; a number such as `3.0` or `1e3` |
//! | float | a string that contains a finite number |
//! | boolean | `"true"` and `"false"` in any case |
//! | array or map whose values cannot be null | nulls, which are left out |
//!
//! A type that accepts any value (`serde_json::Value`) gets the value unchanged. An array is never read as
//! a struct, and the whole text must be an object. It is parsed in one pass by serde_json; the path is
//! only computed after a failure.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};

use nested::Nested;
use scalar::{Boolean, Float, Integer, Text};

mod nested;
mod scalar;
mod skip;
#[cfg(test)]
mod tests;

/// Reads `body`, which must be exactly one JSON object.
///
/// # Errors
///
/// If `body` is not such an object. The error has the position of the first text that is not valid JSON or does
/// not fit `T`.
pub(crate) fn from_slice<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, LenientError> {
    match std::str::from_utf8(body) {
        Ok(text) => from_text(text),
        Err(error) => Err(not_utf8::<T>(body, error)),
    }
}

/// Reads the value at the beginning of `text`, and returns its length too. `None` if the value is invalid or does not
/// fit `T`.
pub(crate) fn read_prefix<'de, T: Deserialize<'de>>(text: &'de str) -> Option<(T, usize)> {
    let error_path = ErrorPath::default();
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Lenient::new(&mut parser, &error_path)).ok()?;
    Some((value, parser.into_iter::<IgnoredAny>().byte_offset()))
}

/// Why a response could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason} at line {line} column {column}", Prefix(.path))]
pub(crate) struct LenientError {
    /// The innermost member that failed, such as `mlModels[3].name`; empty for the response as a whole.
    pub(crate) path: String,
    /// What is wrong with the member, in at most about 120 characters.
    pub(crate) reason: String,
    pub(crate) category: Category,
    /// Counted from 1; columns are bytes.
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    /// The input ended early.
    Eof,
    /// The input is not valid JSON, or is nested too deeply.
    Syntax,
    /// The input is JSON, but does not fit the requested type.
    Data,
}

impl LenientError {
    fn new(error: &serde_json::Error, path: String, text: &str) -> Self {
        let (line, column) = (error.line(), error.column());
        let shown = error.to_string();
        let reason = shown
            .strip_suffix(&format!(" at line {line} column {column}"))
            .unwrap_or(&shown);

        let category = match error.classify() {
            serde_json::error::Category::Eof => Category::Eof,
            serde_json::error::Category::Data => Category::Data,
            // serde_json reports a truncated number in a skipped member as invalid.
            _ if reason == "invalid number"
                && text.ends_with(['-', '+', '.', 'e', 'E'])
                && (line, column) == position(text) =>
            {
                Category::Eof
            }
            _ => Category::Syntax,
        };
        Self {
            path,
            reason: elide(reason),
            category,
            line,
            column,
        }
    }

    fn at_end_of(text: &str, reason: &str, category: Category, path: String) -> Self {
        let (line, column) = position(text);
        Self {
            path,
            reason: reason.to_owned(),
            category,
            line,
            column,
        }
    }
}

fn from_text<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, LenientError> {
    if !text
        .trim_start_matches([' ', '\t', '\r', '\n'])
        .starts_with('{')
    {
        return Err(not_an_object(text));
    }

    let error_path = ErrorPath::default();
    let mut parser = serde_json::Deserializer::from_str(text);
    T::deserialize(Lenient::new(&mut parser, &error_path))
        .and_then(|value| parser.end().map(|()| value))
        .map_err(|error| LenientError::new(&error, error_path.into_path(), text))
}

fn not_an_object(text: &str) -> LenientError {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => {
            let found = match text.trim_start().bytes().next() {
                Some(b'[') => "an array",
                Some(b'"') => "a string",
                Some(b't' | b'f') => "a boolean",
                Some(b'n') => "null",
                _ => "a number",
            };
            let reason = format!("expected an object, found {found}");
            LenientError::at_end_of("", &reason, Category::Data, String::new())
        }
        Err(error) => LenientError::new(&error, String::new(), text),
    }
}

/// Reads the text before the invalid byte: this finds the member that contains the byte, and an error
/// in this text is reported first.
#[cold]
fn not_utf8<'de, T: Deserialize<'de>>(body: &'de [u8], error: std::str::Utf8Error) -> LenientError {
    let valid = body.get(..error.valid_up_to()).unwrap_or_default();
    let text = std::str::from_utf8(valid).unwrap_or_default();
    let path = match from_text::<T>(text) {
        Ok(_) => String::new(),
        Err(error) if error.category == Category::Eof => error.path,
        Err(error) => return error,
    };
    match error.error_len() {
        Some(_) => LenientError::at_end_of(text, "invalid UTF-8", Category::Syntax, path),
        None => LenientError::at_end_of(text, "truncated UTF-8", Category::Eof, path),
    }
}

/// The line and column of the last byte of `text`, counted as serde_json does.
fn position(text: &str) -> (usize, usize) {
    let (mut line, mut column) = (1_usize, 0_usize);
    for byte in text.bytes() {
        if byte == b'\n' {
            line = line.saturating_add(1);
            column = 0;
        } else {
            column = column.saturating_add(1);
        }
    }
    (line, column)
}

/// Shortens a long text to its two ends. Messages of serde begin with the value, which can have
/// megabytes, and end with the expected type.
pub(crate) fn elide(text: &str) -> String {
    const KEPT: usize = 60;

    let length = text.chars().count();
    if length <= 2 * KEPT {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(KEPT).collect();
    short.push('…');
    short.extend(text.chars().skip(length.saturating_sub(KEPT)));
    short
}

struct Prefix<'a>(&'a str);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            path => write!(f, "{path}: "),
        }
    }
}

/// The path of a failure to read or to write. It is written from its end to its beginning while the error is returned
/// through the levels, so that it costs nothing without an error.
#[derive(Default)]
pub(super) struct ErrorPath(Cell<String>);

impl ErrorPath {
    #[cold]
    pub(super) fn member(&self, key: &str) {
        let key: String = elide(key)
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect();
        self.prepend(&key);
    }

    #[cold]
    pub(super) fn element(&self, index: usize) {
        self.prepend(&format!("[{index}]"));
    }

    fn prepend(&self, segment: &str) {
        let rest = self.0.take();
        let dot = if rest.is_empty() || rest.starts_with('[') {
            ""
        } else {
            "."
        };
        self.0.set(format!("{segment}{dot}{rest}"));
    }

    pub(super) fn into_path(self) -> String {
        self.0.into_inner()
    }
}

/// A deserializer that wraps `inner` and puts a lenient visitor between `inner` and the visitor of the type.
struct Lenient<'p, D> {
    inner: D,
    error_path: &'p ErrorPath,
}

impl<'p, D> Lenient<'p, D> {
    fn new(inner: D, error_path: &'p ErrorPath) -> Self {
        Self { inner, error_path }
    }
}

macro_rules! integers {
    ($($method:ident: $type:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.deserialize_any(Integer::new(visitor, $type::MIN.into(), $type::MAX.into()))
        }
    )*};
}

macro_rules! unchanged {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lenient<'_, D> {
    type Error = D::Error;

    // `serde_json::Value` and hand-written types that accept several forms both use this method. `Nested`
    // makes the values inside lenient, which does not change a `Value`, as it uses this method on all levels.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_any(Nested::new(visitor, self.error_path))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Text(visitor))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Text(visitor))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Boolean(visitor))
    }

    integers! {
        deserialize_i8: i8,
        deserialize_i16: i16,
        deserialize_i32: i32,
        deserialize_i64: i64,
        deserialize_u8: u8,
        deserialize_u16: u16,
        deserialize_u32: u32,
        deserialize_u64: u64,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Float(visitor))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Float(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_option(Nested::new(visitor, self.error_path))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_newtype_struct(name, Nested::new(visitor, self.error_path))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_seq(Nested::new(visitor, self.error_path))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_tuple(len, Nested::positional(visitor, self.error_path))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_tuple_struct(name, len, Nested::positional(visitor, self.error_path))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_map(Nested::new(visitor, self.error_path))
    }

    // Request a map, because derived structs also accept an array of their fields.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_map(Nested::new(visitor, self.error_path))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit_struct(name, visitor)
    }

    unchanged! {
        deserialize_i128 deserialize_u128 deserialize_char deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_identifier deserialize_ignored_any
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}
