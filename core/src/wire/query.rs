//! Values of query parameters.

use std::fmt::Write as _;

use super::percent;

/// A value of a query parameter: text, booleans, integers, and options of these.
pub trait QueryValue {
    /// Writes the value. Returns false if there is no value (`None`); the parameter is then omitted.
    fn write_to(&self, text: &mut QueryText<'_>) -> bool;
}

/// The output of [`QueryValue::write_to`]. It percent-encodes the text that is written.
#[derive(Debug)]
pub struct QueryText<'a>(pub(super) &'a mut String);

impl QueryText<'_> {
    /// Appends text.
    pub fn push(&mut self, text: &str) {
        percent::encode_into(self.0, text);
    }
}

impl QueryValue for str {
    fn write_to(&self, text: &mut QueryText<'_>) -> bool {
        text.push(self);
        true
    }
}

impl QueryValue for String {
    fn write_to(&self, text: &mut QueryText<'_>) -> bool {
        self.as_str().write_to(text)
    }
}

impl QueryValue for bool {
    fn write_to(&self, text: &mut QueryText<'_>) -> bool {
        text.push(if *self { "true" } else { "false" });
        true
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {
        $(impl QueryValue for $integer {
            fn write_to(&self, text: &mut QueryText<'_>) -> bool {
                // Digits and signs are unreserved, and writing to a String cannot fail.
                write!(text.0, "{self}").is_ok()
            }
        })*
    };
}
integers!(i32, i64, u32, u64);

impl<V: QueryValue> QueryValue for Option<V> {
    fn write_to(&self, text: &mut QueryText<'_>) -> bool {
        self.as_ref().is_some_and(|value| value.write_to(text))
    }
}
