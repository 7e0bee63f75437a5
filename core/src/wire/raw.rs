//! JSON read by serde_json that also gives text: [`RawJson`](crate::types::RawJson), read where a whole value is
//! read, is the text that came, with every digit and in its order. serde_json's own feature for that would be
//! switched on for every crate in a user's build.

use std::fmt;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, IgnoredAny, Visitor};
use serde_json::de::SliceRead;

/// By this name a type asks for the text of the value.
pub(crate) const TEXT: &str = "$neptunedata::RawJson";

/// Reads the value at the beginning of `input`, and says how long it is; the length is of no use where there is none.
#[inline]
pub(crate) fn first<T: DeserializeOwned>(input: &[u8]) -> (Result<T, serde_json::Error>, usize) {
    let mut inner = serde_json::Deserializer::from_slice(input);
    let value = T::deserialize(Whole {
        inner: &mut inner,
        input,
    });
    (value, inner.into_iter::<IgnoredAny>().byte_offset())
}

/// Reads the value that `input` is.
pub(crate) fn only<T: DeserializeOwned>(input: &[u8]) -> Result<T, serde_json::Error> {
    let mut inner = serde_json::Deserializer::from_slice(input);
    let value = T::deserialize(Whole {
        inner: &mut inner,
        input,
    })?;
    inner.end()?;
    Ok(value)
}

/// serde_json at the beginning of its input.
struct Whole<'a, 'de> {
    inner: &'a mut serde_json::Deserializer<SliceRead<'de>>,
    input: &'de [u8],
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Self::Error> {
            self.inner.$method($($argument,)* visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Whole<'_, 'de> {
    type Error = serde_json::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if name != TEXT {
            return self.inner.deserialize_newtype_struct(name, visitor);
        }
        IgnoredAny::deserialize(&mut *self.inner)?;
        let mut values = serde_json::Deserializer::from_slice(self.input).into_iter::<IgnoredAny>();
        values.next();
        let text = self.input.get(..values.byte_offset()).unwrap_or_default();
        visitor.visit_borrowed_bytes(text.trim_ascii_start())
    }

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

/// Takes the text where it is given, and else makes one of the value.
pub(crate) struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bytes<E: de::Error>(self, text: &[u8]) -> Result<String, E> {
        String::from_utf8(text.to_vec()).map_err(E::custom)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<String, D::Error> {
        serde_json::Value::deserialize(deserializer).map(|value| value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::Value;

    use super::*;
    use crate::types::RawJson;

    #[test]
    fn a_whole_value_is_its_text() {
        let text = r#"{"b": 123456789012345678901234567890, "a" :[1.50]}"#;
        assert_eq!(only::<RawJson>(text.as_bytes()).unwrap().as_str(), text);
        let (value, length) = first::<RawJson>(format!("{text} ,1").as_bytes());
        assert_eq!((value.unwrap().as_str(), length), (text, text.len()));
        for text in ["1e400", "\"\\u00e9\"", "null", "[]"] {
            assert_eq!(only::<RawJson>(text.as_bytes()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn everything_else_is_as_serde_json_has_it() {
        #[derive(Debug, PartialEq, Deserialize)]
        enum Choice {
            One(u8),
            Two { a: Option<f32> },
        }
        #[derive(Debug, PartialEq, Deserialize)]
        struct New(i64);

        let text = br#"{"Two":{"a":1.5}}"#;
        assert_eq!(only::<Choice>(text).unwrap(), Choice::Two { a: Some(1.5) });
        assert_eq!(first::<Choice>(br#"{"One":1}"#).0.unwrap(), Choice::One(1));
        assert_eq!(only::<New>(b"-3").unwrap(), New(-3));
        assert_eq!(only::<(u8, char)>(br#"[1,"x"]"#).unwrap(), (1, 'x'));
        let part: BTreeMap<String, RawJson> = only(br#"{"a": 1 }"#).unwrap();
        assert_eq!(part["a"].as_str(), "1");
        assert_eq!(only::<Option<Value>>(b"null").unwrap(), None);
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for text in [&b"1 2"[..], b"", b"[1", b"\"\xff\""] {
            assert!(only::<RawJson>(text).is_err(), "{text:?}");
        }
    }
}
