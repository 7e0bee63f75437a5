//! Strings, numbers and booleans: visitors that convert the value found to the requested type.

use std::fmt::{self, Formatter};
use std::num::IntErrorKind;

use serde::de::{Error, MapAccess, Unexpected, Visitor};

use super::elide;

/// The visitor for a requested string.
pub(super) struct Text<V>(pub(super) V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Text<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<V::Value, E> {
        self.0.visit_str(v)
    }

    fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<V::Value, E> {
        self.0.visit_borrowed_str(v)
    }

    fn visit_string<E: Error>(self, v: String) -> Result<V::Value, E> {
        self.0.visit_string(v)
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<V::Value, E> {
        self.0.visit_str(if v { "true" } else { "false" })
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<V::Value, E> {
        self.0.visit_string(v.to_string())
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<V::Value, E> {
        self.0.visit_string(v.to_string())
    }

    // The original digits are lost by now: this is the shortest text of the same number.
    fn visit_f64<E: Error>(self, v: f64) -> Result<V::Value, E> {
        match serde_json::Number::from_f64(v) {
            Some(number) => self.0.visit_string(number.to_string()),
            None => Err(E::invalid_type(Unexpected::Float(v), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        match number_text(map)? {
            Some(text) => self.0.visit_string(text),
            None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}

/// The visitor for a requested integer.
pub(super) struct Integer<V> {
    visitor: V,
    min: i128,
    max: i128,
}

impl<'de, V: Visitor<'de>> Integer<V> {
    pub(super) fn new(visitor: V, min: i128, max: i128) -> Self {
        Self { visitor, min, max }
    }

    fn accept<E: Error>(self, v: i128) -> Result<V::Value, E> {
        if v < self.min || v > self.max {
            return Err(self.out_of_range(v));
        }
        // As in serde_json, only negative numbers are passed as `i64`: a visitor may expect this.
        if let Ok(v) = u64::try_from(v) {
            self.visitor.visit_u64(v)
        } else if let Ok(v) = i64::try_from(v) {
            self.visitor.visit_i64(v)
        } else {
            Err(self.out_of_range(v))
        }
    }

    fn accept_float<E: Error>(self, v: f64) -> Result<V::Value, E> {
        if v.fract() != 0.0 {
            return Err(E::invalid_type(Unexpected::Float(v), &self));
        }
        // An integer of more than 64 bits arrives as a float. An integer just below the range of i64 would
        // be rounded into it; `i64::MIN` arrives as a float only if it is written as one.
        const BELOW_I64: f64 = -9_223_372_036_854_775_808.0;
        // `as` saturates at the bounds of i128, which are outside of every range here.
        let whole = v as i128;
        if v <= BELOW_I64 || whole < self.min || whole > self.max {
            return Err(self.out_of_range(format_args!("{v:?}")));
        }
        self.accept(whole)
    }

    fn accept_digits<E: Error>(self, v: &str) -> Result<V::Value, E> {
        match v.parse::<i128>() {
            Ok(v) => self.accept(v),
            Err(error)
                if matches!(
                    error.kind(),
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow
                ) =>
            {
                Err(self.out_of_range("the number"))
            }
            Err(_) => Err(E::invalid_type(Unexpected::Str(&elide(v)), &self)),
        }
    }

    fn out_of_range<E: Error>(&self, v: impl fmt::Display) -> E {
        E::custom(format_args!(
            "{v} is out of range: expected {} to {}",
            self.min, self.max
        ))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Integer<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<V::Value, E> {
        self.accept(v.into())
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<V::Value, E> {
        self.accept(v.into())
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<V::Value, E> {
        self.accept_float(v)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<V::Value, E> {
        self.accept_digits(v)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        match number_text(map)? {
            Some(text) => match text.parse() {
                Ok(v) if text.contains(['.', 'e', 'E']) => self.accept_float(v),
                _ => self.accept_digits(&text),
            },
            None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}

/// The visitor for a requested float.
pub(super) struct Float<V>(pub(super) V);

impl<'de, V: Visitor<'de>> Float<V> {
    fn accept_text<E: Error>(self, v: &str) -> Result<V::Value, E> {
        match v.parse::<f64>() {
            // `inf`, `NaN` and numbers that overflow parse too.
            Ok(v) if v.is_finite() => self.0.visit_f64(v),
            _ => Err(E::invalid_type(Unexpected::Str(&elide(v)), &self)),
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Float<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<V::Value, E> {
        self.0.visit_i64(v)
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<V::Value, E> {
        self.0.visit_u64(v)
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<V::Value, E> {
        self.0.visit_f64(v)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<V::Value, E> {
        self.accept_text(v)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        match number_text(map)? {
            Some(text) => self.accept_text(&text),
            None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}

/// The visitor for a requested boolean.
pub(super) struct Boolean<V>(pub(super) V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Boolean<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<V::Value, E> {
        self.0.visit_bool(v)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<V::Value, E> {
        if v.eq_ignore_ascii_case("true") {
            self.0.visit_bool(true)
        } else if v.eq_ignore_ascii_case("false") {
            self.0.visit_bool(false)
        } else {
            Err(E::invalid_type(Unexpected::Str(&elide(v)), &self))
        }
    }
}

/// The text of a number that arrives as a map. If any crate in the build enables the feature
/// `arbitrary_precision` of serde_json, numbers other than 64-bit integers arrive as a map of one member,
/// their text.
fn number_text<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<String>, A::Error> {
    match map.next_key::<String>()? {
        Some(key) if key == "$serde_json::private::Number" => map.next_value().map(Some),
        _ => Ok(None),
    }
}
