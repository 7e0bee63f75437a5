//! A deserializer of JSON values that does not convert between types.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::{error::FieldErrorKind, wire::lenient::elide};

/// The maximum nesting depth of a request. A `Value` that was parsed from JSON text is never deeper; a
/// `Value` built in code can be, and would overflow the stack.
const MAX_DEPTH: usize = 128;

/// Unlike serde_json's deserializer, it rejects null for an optional member and an array for a struct, and
/// its errors use the names of JSON types.
pub(super) struct Strict<'de> {
    value: &'de Value,
    /// The number of arrays and objects around the value.
    depth: usize,
}

impl<'de> Strict<'de> {
    pub(super) fn new(value: &'de Value) -> Self {
        Strict { value, depth: 0 }
    }

    fn expected(&self, expected: &'static str) -> ValueError {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "float",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        FieldErrorKind::WrongType { expected, found }.into()
    }

    fn check_integer(&self, min: i128, max: i128) -> Result<(), ValueError> {
        const ABOVE_U64: f64 = 18_446_744_073_709_551_616.0;
        const BELOW_I64: f64 = -9_223_372_036_854_775_808.0;

        let Value::Number(number) = self.value else {
            return Err(self.expected("integer"));
        };
        let is_in_range = match (number.as_i128(), number.as_f64()) {
            (Some(value), _) => (min..=max).contains(&value),
            // serde_json reads an integer of more than 64 bits as a float.
            (None, Some(value)) if value >= ABOVE_U64 || value <= BELOW_I64 => false,
            _ => return Err(self.expected("integer")),
        };
        if is_in_range {
            Ok(())
        } else {
            Err(FieldErrorKind::OutOfRange { min, max }.into())
        }
    }

    /// The deserializer of an element or a member.
    fn inside(&self) -> Result<impl Fn(&'de Value) -> Strict<'de> + use<'de>, ValueError> {
        if self.depth >= MAX_DEPTH {
            let reason = format!("is nested deeper than {MAX_DEPTH} levels");
            return Err(FieldErrorKind::Other(reason.into()).into());
        }
        let depth = self.depth.saturating_add(1);
        Ok(move |value| Strict { value, depth })
    }
}

impl<'de> IntoDeserializer<'de, ValueError> for Strict<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Rust types that accept only one JSON type.
macro_rules! one_type {
    ($($method:ident: $variant:ident $name:literal,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            match self.value {
                Value::$variant(_) => self.deserialize_any(visitor),
                _ => Err(self.expected($name)),
            }
        }
    )*};
}

macro_rules! integers {
    ($($method:ident: $type:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            self.check_integer($type::MIN.into(), $type::MAX.into())?;
            self.deserialize_any(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Strict<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            // Delegated to serde_json, whose features decide how numbers are represented.
            Value::Number(number) => number.deserialize_any(visitor).map_err(ValueError::custom),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let items = items.iter().map(self.inside()?);
                visitor.visit_seq(SeqDeserializer::new(items))
            }
            Value::Object(entries) => {
                let inside = self.inside()?;
                let entries = entries.iter();
                let entries = entries.map(|(name, value)| (name.as_str(), inside(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }

    one_type! {
        deserialize_bool: Bool "boolean",
        deserialize_f32: Number "number",
        deserialize_f64: Number "number",
        deserialize_char: String "string",
        deserialize_str: String "string",
        deserialize_string: String "string",
        deserialize_seq: Array "array",
        deserialize_map: Object "object",
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

    /// Null is a value, not an absent member: the type inside the option rejects it.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_map(visitor)
    }

    // Requests do not contain these types.
    forward_to_deserialize_any! {
        i128 u128 bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any
    }
}

/// Why a value is rejected.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub(super) struct ValueError {
    pub(super) kind: FieldErrorKind,
    /// The member that the value lacks.
    pub(super) missing_member: Option<&'static str>,
}

impl From<FieldErrorKind> for ValueError {
    fn from(kind: FieldErrorKind) -> Self {
        ValueError {
            kind,
            missing_member: None,
        }
    }
}

impl Error for ValueError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        FieldErrorKind::Other(elide(&reason.to_string()).into()).into()
    }

    fn missing_field(field: &'static str) -> Self {
        ValueError {
            kind: FieldErrorKind::Missing,
            missing_member: Some(field),
        }
    }

    fn unknown_field(_field: &str, _expected: &'static [&'static str]) -> Self {
        FieldErrorKind::UnknownMember.into()
    }
}
