//! Literals of the Gremlin grammar. They are valid Groovy too, without substitutions.

use std::fmt::Write as _;

use crate::types::Timestamp;

/// How deep lists may nest.
const MAX_DEPTH: usize = 64;

/// Writes a text as a quoted string literal.
///
/// The literal is in single quotes, so `$` has no special meaning. Quotes, backslashes, line ends and other
/// control characters are escaped; an unescaped line end would separate statements.
///
/// ```
/// use neptunedata::gremlin::quote;
///
/// assert_eq!(quote("it's $5\n")?, r"'it\'s $5\n'");
/// # Ok::<(), neptunedata::gremlin::LiteralError>(())
/// ```
///
/// # Errors
///
/// [`LiteralError::Nul`] for a text with U+0000, which Neptune does not accept.
pub fn quote(text: &str) -> Result<String, LiteralError> {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    push_quoted(&mut quoted, text)?;
    Ok(quoted)
}

/// A value that can be written into the text of a query as a literal.
///
/// ```
/// use neptunedata::{gremlin::Literal, types::Timestamp};
///
/// let written = |literal: Literal| literal.to_text();
/// assert_eq!(written(7.into())?, "7");
/// assert_eq!(written(7_i64.into())?, "7L");
/// assert_eq!(written(0.5.into())?, "0.5D");
/// assert_eq!(written(true.into())?, "true");
/// assert_eq!(written("é'".into())?, r"'é\''");
/// let time = Timestamp::from("2024-02-29T12:00:00Z");
/// assert_eq!(written(time.into())?, "datetime('2024-02-29T12:00:00Z')");
/// assert_eq!(written(vec!["a", "b"].into())?, "['a','b']");
/// # Ok::<(), neptunedata::gremlin::LiteralError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A 32-bit integer.
    Int(i32),
    /// A 64-bit integer, `7L`.
    Long(i64),
    /// A double-precision number, `0.5D`, or `NaN` or `Infinity`.
    Double(f64),
    /// A string, in quotes.
    Text(String),
    /// A time, `datetime('2024-02-29T12:00:00Z')`.
    DateTime(Timestamp),
    /// A list, `[1,2]`.
    List(Vec<Literal>),
}

/// A value that cannot be written as a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LiteralError {
    /// A text with U+0000.
    #[error("Neptune does not accept U+0000 in a string")]
    Nul,
    /// A [`Timestamp`] whose text is not in a known time format.
    #[error("the timestamp is not a valid time")]
    InvalidTimestamp,
    /// More than 64 lists within each other.
    #[error("lists nest deeper than 64 levels")]
    TooDeep,
}

impl Literal {
    /// Writes the literal as it appears in a query.
    ///
    /// # Errors
    ///
    /// When the value cannot be written as a literal.
    pub fn to_text(&self) -> Result<String, LiteralError> {
        let mut text = String::new();
        self.push(&mut text, 0)?;
        Ok(text)
    }

    fn push(&self, text: &mut String, depth: usize) -> Result<(), LiteralError> {
        match self {
            Literal::Null => text.push_str("null"),
            Literal::Bool(value) => push(text, value),
            Literal::Int(value) => push(text, value),
            Literal::Long(value) => push(text, format_args!("{value}L")),
            Literal::Double(value) if value.is_nan() => text.push_str("NaN"),
            Literal::Double(value) if value.is_infinite() => {
                text.push_str(if value.is_sign_positive() {
                    "Infinity"
                } else {
                    "-Infinity"
                });
            }
            // Debug keeps full precision and writes an exponent where that is shorter.
            Literal::Double(value) => push(text, format_args!("{value:?}D")),
            Literal::Text(value) => push_quoted(text, value)?,
            Literal::DateTime(time) => {
                time.system_time().ok_or(LiteralError::InvalidTimestamp)?;
                text.push_str("datetime(");
                push_quoted(text, time.as_str())?;
                text.push(')');
            }
            Literal::List(_) if depth >= MAX_DEPTH => return Err(LiteralError::TooDeep),
            Literal::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    item.push(text, depth.saturating_add(1))?;
                }
                text.push(']');
            }
        }
        Ok(())
    }
}

fn push(text: &mut String, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{value}");
}

fn push_quoted(quoted: &mut String, text: &str) -> Result<(), LiteralError> {
    quoted.push('\'');
    for c in text.chars() {
        match c {
            '\0' => return Err(LiteralError::Nul),
            '\'' => quoted.push_str("\\'"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // All of these fit in four hexadecimal digits.
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => {
                push(quoted, format_args!("\\u{:04X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    Ok(())
}

macro_rules! literals {
    ($($type:ty => $variant:ident,)*) => {$(
        impl From<$type> for Literal {
            fn from(value: $type) -> Self {
                Literal::$variant(value.into())
            }
        }
    )*};
}
literals! {
    bool => Bool,
    i8 => Int,
    i16 => Int,
    i32 => Int,
    u8 => Int,
    u16 => Int,
    i64 => Long,
    u32 => Long,
    f32 => Double,
    f64 => Double,
    &str => Text,
    String => Text,
    Timestamp => DateTime,
}

impl<T: Into<Literal>> From<Vec<T>> for Literal {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Literal>, const N: usize> From<[T; N]> for Literal {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Literal>> From<Option<T>> for Literal {
    fn from(value: Option<T>) -> Self {
        value.map_or(Literal::Null, Into::into)
    }
}

impl<T: Into<Literal>> FromIterator<T> for Literal {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Literal::List(items.into_iter().map(Into::into).collect())
    }
}
