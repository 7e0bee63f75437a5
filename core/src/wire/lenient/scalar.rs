//! Strings, numbers and booleans: visitors that turn what was found into what the type asked for.

use std::fmt::{self, Formatter};
use std::num::IntErrorKind;

use serde::de::{Error, MapAccess, Unexpected, Visitor};

use super::elide;

/// Where a string is asked for.
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

    // The digits themselves are gone by now: this is the shortest text of the same number.
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

/// Where an integer is asked for.
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
        // Numbers of JSON arrive unsigned unless they are negative, and a visitor need not know of
        // both.
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
        // An integer of more than 64 bits arrives as a float. The one just below i64 would be rounded
        // into it; the least i64 itself never comes as a float, unless it is written like one.
        const BELOW_I64: f64 = -9_223_372_036_854_775_808.0;
        // `as` stops at the ends of i128, which are out of every range here.
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
            "{v} is out of range, which is {} to {}",
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

/// Where a number of any kind is asked for.
pub(super) struct Float<V>(pub(super) V);

impl<'de, V: Visitor<'de>> Float<V> {
    fn accept_text<E: Error>(self, v: &str) -> Result<V::Value, E> {
        match v.parse::<f64>() {
            // `inf` and `NaN` parse, and so does what overflows.
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

/// Where a boolean is asked for.
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

/// Any crate in a build can turn serde_json's `arbitrary_precision` on for all. Numbers that are no
/// 64-bit integers then arrive as a map of one member, which has their text.
fn number_text<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<String>, A::Error> {
    match map.next_key::<String>()? {
        Some(key) if key == "$serde_json::private::Number" => map.next_value().map(Some),
        _ => Ok(None),
    }
}
