//! One value of a request, as a deserializer.

use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};
use serde_json::Value;

use super::access::{Entries, Fields, Items};
use super::stand_in::StandIn;
use super::state::{Fault, Path, State};
use super::{MAX_DEPTH, ProblemKind};

/// Gives a type the value it asks for, or notes that it is another and gives a stand-in.
pub(super) struct Checker<'a, 'de> {
    pub(super) state: &'a mut State,
    pub(super) value: &'de Value,
    pub(super) path: &'a Path<'a>,
    /// Lists and objects around the value.
    pub(super) depth: usize,
}

impl<'a, 'de> Checker<'a, 'de> {
    fn pretend(self, kind: ProblemKind) -> StandIn {
        self.state.pretend(self.path, kind)
    }

    fn expected(self, expected: &'static str) -> StandIn {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "float",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        self.pretend(ProblemKind::WrongType { expected, found })
    }

    fn too_deep(self) -> StandIn {
        self.pretend(ProblemKind::Invalid(format!(
            "is nested deeper than {MAX_DEPTH} levels"
        )))
    }

    fn is_too_deep(&self) -> bool {
        self.depth >= MAX_DEPTH
    }

    fn items(self, items: &'de [Value]) -> Items<'a, 'de> {
        Items::new(self.state, self.path, self.depth, items)
    }

    fn entries(self, entries: &'de serde_json::Map<String, Value>) -> Entries<'a, 'de> {
        Entries::new(self.state, self.path, self.depth, entries)
    }

    /// The value if it is an integer in the range, or what is wrong with it.
    fn integer(&self, min: i128, max: i128) -> Result<i128, Option<ProblemKind>> {
        const ABOVE_U64: f64 = 18_446_744_073_709_551_616.0;
        // That is the least i64, but that one would not have become a float.
        const BELOW_I64: f64 = -9_223_372_036_854_775_808.0;

        let Value::Number(number) = self.value else {
            return Err(None);
        };
        let value = match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => i128::from(value),
            (None, Some(value)) => i128::from(value),
            // An integer of more than 64 bits is a float by now, and out of range as either.
            (None, None) => match number.as_f64() {
                Some(value) if value >= ABOVE_U64 || value <= BELOW_I64 => {
                    return Err(Some(ProblemKind::OutOfRange { min, max }));
                }
                _ => return Err(None),
            },
        };
        if (min..=max).contains(&value) {
            Ok(value)
        } else {
            Err(Some(ProblemKind::OutOfRange { min, max }))
        }
    }
}

macro_rules! integers {
    ($($method:ident: $type:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.integer($type::MIN.into(), $type::MAX.into()) {
                Ok(value) => match (u64::try_from(value), i64::try_from(value)) {
                    (Ok(value), _) => visitor.visit_u64(value),
                    (_, Ok(value)) => visitor.visit_i64(value),
                    _ => visitor.visit_i128(value),
                },
                Err(Some(kind)) => self.pretend(kind).$method(visitor),
                Err(None) => self.expected("integer").$method(visitor),
            }
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.value {
                Value::String(text) => visitor.visit_borrowed_str(text),
                _ => self.expected("string").$method(visitor),
            }
        }
    )*};
}

macro_rules! floats {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.value {
                Value::Number(_) => self.deserialize_any(visitor),
                _ => self.expected("number").$method(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Checker<'_, 'de> {
    type Error = Fault;

    /// Documents come this way, and are taken as they are.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            // serde_json's own, which has ways with numbers that depend on its features.
            Value::Number(number) => number.deserialize_any(visitor).map_err(Fault::custom),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) | Value::Object(_) if self.is_too_deep() => {
                self.too_deep().deserialize_any(visitor)
            }
            Value::Array(items) => visitor.visit_seq(self.items(items)),
            Value::Object(entries) => visitor.visit_map(self.entries(entries)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            _ => self.expected("boolean").deserialize_bool(visitor),
        }
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
        // A `Value` has no integers beyond 64 bits.
        deserialize_i128: i64,
        deserialize_u128: u64,
    }

    floats! { deserialize_f32 deserialize_f64 }

    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::String(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            _ => self.expected("string").deserialize_bytes(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    /// Null is not an absent member here: what is inside the option finds it to be of the wrong
    /// type.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            _ => self.expected("null").deserialize_unit(visitor),
        }
    }

    /// A struct without members, whether it has braces or not.
    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value {
            Value::Object(entries) => {
                Fields::new(
                    self.state,
                    self.path,
                    self.depth,
                    (self.value, entries),
                    &[],
                )
                .note_unknown();
                visitor.visit_unit()
            }
            _ => self
                .expected("object")
                .deserialize_unit_struct(name, visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Array(_) if self.is_too_deep() => self.too_deep().deserialize_seq(visitor),
            Value::Array(items) => visitor.visit_seq(self.items(items)),
            _ => self.expected("array").deserialize_seq(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Array(_) if self.is_too_deep() => {
                self.too_deep().deserialize_tuple(len, visitor)
            }
            Value::Array(items) if items.len() == len => visitor.visit_seq(self.items(items)),
            Value::Array(_) => {
                let kind = ProblemKind::Invalid(format!("must have {len} elements"));
                self.pretend(kind).deserialize_tuple(len, visitor)
            }
            _ => self.expected("array").deserialize_tuple(len, visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Object(_) if self.is_too_deep() => self.too_deep().deserialize_map(visitor),
            Value::Object(entries) => visitor.visit_map(self.entries(entries)),
            _ => self.expected("object").deserialize_map(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value {
            Value::Object(_) if self.is_too_deep() => {
                self.too_deep().deserialize_struct(name, fields, visitor)
            }
            Value::Object(entries) => Fields::new(
                self.state,
                self.path,
                self.depth,
                (self.value, entries),
                fields,
            )
            .read(visitor),
            _ => self
                .expected("object")
                .deserialize_struct(name, fields, visitor),
        }
    }

    /// By name only: no request has a variant with content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => self
                .expected("string")
                .deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}
