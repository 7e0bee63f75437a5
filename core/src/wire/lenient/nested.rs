//! Arrays, maps and all other types that contain values: the values are read leniently too, and their
//! paths are added to errors.

use std::borrow::Cow;
use std::fmt::{self, Formatter};

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use super::skip::{self, ValueSource};
use super::{ErrorPath, Lenient};

/// A visitor whose inner values are read leniently.
pub(super) struct Nested<'t, V> {
    visitor: V,
    error_path: &'t ErrorPath,
    skip_nulls: bool,
}

impl<'t, V> Nested<'t, V> {
    pub(super) fn new(visitor: V, error_path: &'t ErrorPath) -> Self {
        Self {
            visitor,
            error_path,
            skip_nulls: true,
        }
    }

    /// For tuples, where the position of an element has a meaning: no element is left out.
    pub(super) fn positional(visitor: V, error_path: &'t ErrorPath) -> Self {
        Self {
            visitor,
            error_path,
            skip_nulls: false,
        }
    }
}

macro_rules! forward {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method<E: Error>(self, v: $type) -> Result<V::Value, E> {
            self.visitor.$method(v)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Nested<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    forward! {
        visit_bool: bool,
        visit_i8: i8,
        visit_i16: i16,
        visit_i32: i32,
        visit_i64: i64,
        visit_i128: i128,
        visit_u8: u8,
        visit_u16: u16,
        visit_u32: u32,
        visit_u64: u64,
        visit_u128: u128,
        visit_f32: f32,
        visit_f64: f64,
        visit_char: char,
        visit_str: &str,
        visit_borrowed_str: &'de str,
        visit_string: String,
        visit_bytes: &[u8],
        visit_borrowed_bytes: &'de [u8],
        visit_byte_buf: Vec<u8>,
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor
            .visit_some(Lenient::new(inner, self.error_path))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor
            .visit_newtype_struct(Lenient::new(inner, self.error_path))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(List {
            elements: Elements { inner, taken: 0 },
            error_path: self.error_path,
            skip_nulls: self.skip_nulls,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Map {
            entries: Entries {
                inner,
                key: Cow::Borrowed(""),
            },
            error_path: self.error_path,
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(inner)
    }
}

/// The elements of a list, counted.
struct Elements<A> {
    inner: A,
    taken: usize,
}

impl<'de, A: SeqAccess<'de>> ValueSource<'de> for Elements<A> {
    type Error = A::Error;

    fn next<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.taken = self.taken.saturating_add(1);
        self.inner.next_element_seed(seed)
    }
}

struct List<'t, A> {
    elements: Elements<A>,
    error_path: &'t ErrorPath,
    skip_nulls: bool,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for List<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let element = if self.skip_nulls {
            skip::next(&mut self.elements, seed, self.error_path)
        } else {
            self.elements.next(LenientSeed {
                seed,
                error_path: self.error_path,
            })
        };
        element.inspect_err(|_| {
            self.error_path
                .element(self.elements.taken.saturating_sub(1))
        })
    }

    fn size_hint(&self) -> Option<usize> {
        self.elements.inner.size_hint()
    }
}

/// The entries of a map, and the key of the current entry, which is kept for the path. It is borrowed
/// from the input unless it has escapes.
struct Entries<'de, A> {
    inner: A,
    key: Cow<'de, str>,
}

impl<'de, A: MapAccess<'de>> Entries<'de, A> {
    fn next_key(&mut self) -> Result<bool, A::Error> {
        let Some(key) = self.inner.next_key_seed(KeySeed)? else {
            return Ok(false);
        };
        self.key = key;
        Ok(true)
    }

    fn key_into<S: DeserializeSeed<'de>>(
        &self,
        seed: S,
        error_path: &ErrorPath,
    ) -> Result<S::Value, A::Error> {
        match &self.key {
            Cow::Borrowed(key) => {
                seed.deserialize(Lenient::new(BorrowedStrDeserializer::new(key), error_path))
            }
            Cow::Owned(key) => {
                seed.deserialize(Lenient::new(StrDeserializer::new(key), error_path))
            }
        }
    }
}

impl<'de, A: MapAccess<'de>> ValueSource<'de> for Entries<'de, A> {
    type Error = A::Error;

    fn next<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        if self.next_key()? {
            self.inner.next_value_seed(seed).map(Some)
        } else {
            Ok(None)
        }
    }
}

struct Map<'t, 'de, A> {
    entries: Entries<'de, A>,
    error_path: &'t ErrorPath,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Map<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        if self.entries.next_key()? {
            self.entries
                .key_into(seed, self.error_path)
                .map(Some)
                .inspect_err(|_| self.error_path.member(&self.entries.key))
        } else {
            Ok(None)
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.entries
            .inner
            .next_value_seed(LenientSeed {
                seed,
                error_path: self.error_path,
            })
            .inspect_err(|_| self.error_path.member(&self.entries.key))
    }

    // The maps of std request whole entries, so an entry can be left out if its value is null. A struct
    // requests the key first, so for a struct it is too late then.
    fn next_entry_seed<K: DeserializeSeed<'de>, S: DeserializeSeed<'de>>(
        &mut self,
        key_seed: K,
        seed: S,
    ) -> Result<Option<(K::Value, S::Value)>, A::Error> {
        let entry = match skip::next(&mut self.entries, seed, self.error_path) {
            Ok(None) => return Ok(None),
            Ok(Some(value)) => self
                .entries
                .key_into(key_seed, self.error_path)
                .map(|key| Some((key, value))),
            Err(error) => Err(error),
        };
        entry.inspect_err(|_| self.error_path.member(&self.entries.key))
    }

    fn size_hint(&self) -> Option<usize> {
        self.entries.inner.size_hint()
    }
}

/// A seed that is deserialized leniently.
struct LenientSeed<'t, S> {
    seed: S,
    error_path: &'t ErrorPath,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for LenientSeed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(Lenient::new(inner, self.error_path))
    }
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<Cow<'de, str>, D::Error> {
        inner.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(v.to_owned()))
    }

    fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(v))
    }

    fn visit_string<E: Error>(self, v: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(v))
    }
}
