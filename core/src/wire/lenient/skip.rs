//! Leaves nulls out of arrays and maps whose values cannot be null.
//!
//! Only when a seed is used does its type show whether it accepts null, and a seed can be used only once.
//! So each value is checked for null before the seed is used. If it is null, the seed is used with
//! [`AfterNull`], which is that null for a type that accepts null, and the next value for any other type.

use std::fmt::{self, Formatter};

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

use super::{ErrorPath, Lenient};

/// An array or a map, as a sequence of values.
pub(super) trait ValueSource<'de> {
    type Error: Error;

    fn next<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Self::Error>;
}

/// The next value that `seed` accepts.
pub(super) fn next<'de, M: ValueSource<'de>, S: DeserializeSeed<'de>>(
    source: &mut M,
    seed: S,
    error_path: &ErrorPath,
) -> Result<Option<S::Value>, M::Error> {
    let mut slot = Some(seed);
    match source.next(UnlessNull {
        slot: &mut slot,
        error_path,
    })? {
        None => return Ok(None),
        Some(Some(value)) => return Ok(Some(value)),
        Some(None) => {}
    }
    let Some(seed) = slot else {
        return Err(M::Error::custom("a value was read twice"));
    };
    let mut ended = false;
    match seed.deserialize(AfterNull {
        source,
        error_path,
        ended: &mut ended,
    }) {
        Err(_) if ended => Ok(None),
        value => value.map(Some),
    }
}

/// Uses the seed in the slot, or leaves it there if the value is null.
struct UnlessNull<'s, 't, S> {
    slot: &'s mut Option<S>,
    error_path: &'t ErrorPath,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for UnlessNull<'_, '_, S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for UnlessNull<'_, '_, S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        match self.slot.take() {
            Some(seed) => seed
                .deserialize(Lenient::new(inner, self.error_path))
                .map(Some),
            None => Err(D::Error::custom("a value was read twice")),
        }
    }
}

/// A null, or the next value that is not null, depending on the type that is requested.
struct AfterNull<'m, 't, M> {
    source: &'m mut M,
    error_path: &'t ErrorPath,
    /// Set if only nulls were left. The error returned then only serves to leave the code of the type.
    ended: &'m mut bool,
}

impl<'de, M: ValueSource<'de>> AfterNull<'_, '_, M> {
    fn typed<V: Visitor<'de>>(self, hint: Hint, visitor: V) -> Result<V::Value, M::Error> {
        let mut slot = Some(Hinted { hint, visitor });
        loop {
            match self.source.next(UnlessNull {
                slot: &mut slot,
                error_path: self.error_path,
            })? {
                Some(Some(value)) => return Ok(value),
                Some(None) => {}
                None => {
                    *self.ended = true;
                    return Err(M::Error::custom("no more values"));
                }
            }
        }
    }
}

macro_rules! typed {
    ($($method:ident: $hint:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, M::Error> {
            self.typed(Hint::$hint, visitor)
        }
    )*};
}

impl<'de, M: ValueSource<'de>> Deserializer<'de> for AfterNull<'_, '_, M> {
    type Error = M::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, M::Error> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, M::Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, M::Error> {
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, M::Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        visitor.visit_newtype_struct(self)
    }

    typed! {
        deserialize_bool: Bool,
        deserialize_i8: I8,
        deserialize_i16: I16,
        deserialize_i32: I32,
        deserialize_i64: I64,
        deserialize_i128: I128,
        deserialize_u8: U8,
        deserialize_u16: U16,
        deserialize_u32: U32,
        deserialize_u64: U64,
        deserialize_u128: U128,
        deserialize_f32: F32,
        deserialize_f64: F64,
        deserialize_char: Char,
        deserialize_str: Str,
        deserialize_string: String,
        deserialize_bytes: Bytes,
        deserialize_byte_buf: ByteBuf,
        deserialize_seq: Seq,
        deserialize_map: Map,
        deserialize_identifier: Identifier,
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        self.typed(Hint::Tuple(len), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        self.typed(Hint::TupleStruct(name, len), visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        self.typed(Hint::Struct(name, fields), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        self.typed(Hint::Enum(name, variants), visitor)
    }
}

/// The method that a type called on its deserializer, so that it can be called again for a later value.
#[derive(Clone, Copy)]
enum Hint {
    Bool,
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    F32,
    F64,
    Char,
    Str,
    String,
    Bytes,
    ByteBuf,
    Seq,
    Tuple(usize),
    TupleStruct(&'static str, usize),
    Map,
    Struct(&'static str, &'static [&'static str]),
    Enum(&'static str, &'static [&'static str]),
    Identifier,
}

struct Hinted<V> {
    hint: Hint,
    visitor: V,
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Hinted<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let visitor = self.visitor;
        match self.hint {
            Hint::Bool => inner.deserialize_bool(visitor),
            Hint::I8 => inner.deserialize_i8(visitor),
            Hint::I16 => inner.deserialize_i16(visitor),
            Hint::I32 => inner.deserialize_i32(visitor),
            Hint::I64 => inner.deserialize_i64(visitor),
            Hint::I128 => inner.deserialize_i128(visitor),
            Hint::U8 => inner.deserialize_u8(visitor),
            Hint::U16 => inner.deserialize_u16(visitor),
            Hint::U32 => inner.deserialize_u32(visitor),
            Hint::U64 => inner.deserialize_u64(visitor),
            Hint::U128 => inner.deserialize_u128(visitor),
            Hint::F32 => inner.deserialize_f32(visitor),
            Hint::F64 => inner.deserialize_f64(visitor),
            Hint::Char => inner.deserialize_char(visitor),
            Hint::Str => inner.deserialize_str(visitor),
            Hint::String => inner.deserialize_string(visitor),
            Hint::Bytes => inner.deserialize_bytes(visitor),
            Hint::ByteBuf => inner.deserialize_byte_buf(visitor),
            Hint::Seq => inner.deserialize_seq(visitor),
            Hint::Tuple(len) => inner.deserialize_tuple(len, visitor),
            Hint::TupleStruct(name, len) => inner.deserialize_tuple_struct(name, len, visitor),
            Hint::Map => inner.deserialize_map(visitor),
            Hint::Struct(name, fields) => inner.deserialize_struct(name, fields, visitor),
            Hint::Enum(name, variants) => inner.deserialize_enum(name, variants, visitor),
            Hint::Identifier => inner.deserialize_identifier(visitor),
        }
    }
}
