//! Values given in place of wrong ones, so that what comes after them is read as well. No request
//! is made of them.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::MAX_DEPTH;
use super::state::Fault;

/// The plainest value of whatever type asks: empty, zero, none.
pub(super) struct StandIn {
    depth: usize,
}

impl StandIn {
    pub(super) fn new() -> Self {
        Self { depth: 0 }
    }

    /// A type may have no smallest value, if it requires one of its own kind.
    fn inside(depth: usize) -> Result<Self, Fault> {
        if depth < MAX_DEPTH {
            Ok(Self {
                depth: depth.saturating_add(1),
            })
        } else {
            Err(Fault::Hopeless)
        }
    }
}

macro_rules! plain {
    ($($method:ident: $visit:ident($($value:expr)?),)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit($($value)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for StandIn {
    type Error = Fault;

    plain! {
        deserialize_any: visit_unit(),
        deserialize_ignored_any: visit_unit(),
        deserialize_unit: visit_unit(),
        deserialize_option: visit_none(),
        deserialize_bool: visit_bool(false),
        deserialize_i8: visit_u64(0),
        deserialize_i16: visit_u64(0),
        deserialize_i32: visit_u64(0),
        deserialize_i64: visit_u64(0),
        deserialize_i128: visit_u64(0),
        deserialize_u8: visit_u64(0),
        deserialize_u16: visit_u64(0),
        deserialize_u32: visit_u64(0),
        deserialize_u64: visit_u64(0),
        deserialize_u128: visit_u64(0),
        deserialize_f32: visit_f64(0.0),
        deserialize_f64: visit_f64(0.0),
        deserialize_char: visit_char(' '),
        deserialize_str: visit_borrowed_str(""),
        deserialize_string: visit_borrowed_str(""),
        deserialize_identifier: visit_borrowed_str(""),
        deserialize_bytes: visit_borrowed_bytes(b""),
        deserialize_byte_buf: visit_borrowed_bytes(b""),
        deserialize_seq: visit_seq(Same { left: 0, depth: 0 }),
        deserialize_map: visit_map(Fields { rest: [].iter(), depth: 0 }),
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(Self::inside(self.depth)?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Same {
            left: len,
            depth: self.depth,
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_seq(Same {
            left: len,
            depth: self.depth,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_map(Fields {
            rest: fields.iter(),
            depth: self.depth,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match variants.first() {
            Some(name) => visitor.visit_enum((*name).into_deserializer()),
            None => Err(Fault::Hopeless),
        }
    }
}

/// So many of the same.
struct Same {
    left: usize,
    depth: usize,
}

impl<'de> SeqAccess<'de> for Same {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        seed.deserialize(StandIn::inside(self.depth)?).map(Some)
    }
}

/// One for each field.
struct Fields {
    rest: std::slice::Iter<'static, &'static str>,
    depth: usize,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        match self.rest.next() {
            Some(name) => seed
                .deserialize(BorrowedStrDeserializer::new(name))
                .map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(StandIn::inside(self.depth)?)
    }
}
