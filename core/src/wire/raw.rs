//! JSON deserialization in which a type can also request the text of the whole value: a
//! [`RawJson`](crate::types::RawJson) read here is the text that was received, with all digits and in the
//! order received. The feature of serde_json for this would be enabled for every crate in a user's build.

use std::fmt;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, IgnoredAny, Visitor};
use serde_json::de::SliceRead;

/// The newtype name by which a type requests the text of the value.
pub(crate) const TEXT: &str = "$neptunedata::RawJson";

/// Reads the value at the beginning of `input`, and returns its length too. If reading fails, the length
/// means nothing.
#[inline]
pub(crate) fn read_prefix<T: DeserializeOwned>(
    input: &[u8],
) -> (Result<T, serde_json::Error>, usize) {
    let mut inner = serde_json::Deserializer::from_slice(input);
    let value = T::deserialize(Whole {
        inner: &mut inner,
        input,
    });
    (value, inner.into_iter::<IgnoredAny>().byte_offset())
}

/// Reads a value from the whole `input`.
pub(crate) fn read_all<T: DeserializeOwned>(input: &[u8]) -> Result<T, serde_json::Error> {
    let mut inner = serde_json::Deserializer::from_slice(input);
    let value = T::deserialize(Whole {
        inner: &mut inner,
        input,
    })?;
    inner.end()?;
    Ok(value)
}

/// The deserializer of serde_json, at the beginning of its input.
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

/// Accepts the text of a value, or a value that it converts to text.
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
    fn raw_json_is_the_text_of_the_value() {
        let text = r#"{"b": 123456789012345678901234567890, "a" :[1.50]}"#;
        assert_eq!(read_all::<RawJson>(text.as_bytes()).unwrap().as_str(), text);
        let (value, length) = read_prefix::<RawJson>(format!("{text} ,1").as_bytes());
        assert_eq!((value.unwrap().as_str(), length), (text, text.len()));
        for text in ["1e400", "\"\\u00e9\"", "null", "[]"] {
            assert_eq!(read_all::<RawJson>(text.as_bytes()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn other_types_are_read_as_by_serde_json() {
        #[derive(Debug, PartialEq, Deserialize)]
        enum Choice {
            One(u8),
            Two { a: Option<f32> },
        }
        #[derive(Debug, PartialEq, Deserialize)]
        struct New(i64);

        let text = br#"{"Two":{"a":1.5}}"#;
        assert_eq!(
            read_all::<Choice>(text).unwrap(),
            Choice::Two { a: Some(1.5) }
        );
        assert_eq!(
            read_prefix::<Choice>(br#"{"One":1}"#).0.unwrap(),
            Choice::One(1)
        );
        assert_eq!(read_all::<New>(b"-3").unwrap(), New(-3));
        assert_eq!(read_all::<(u8, char)>(br#"[1,"x"]"#).unwrap(), (1, 'x'));
        let part: BTreeMap<String, RawJson> = read_all(br#"{"a": 1 }"#).unwrap();
        assert_eq!(part["a"].as_str(), "1");
        assert_eq!(read_all::<Option<Value>>(b"null").unwrap(), None);
    }

    #[test]
    fn invalid_values_are_errors() {
        for text in [&b"1 2"[..], b"", b"[1", b"\"\xff\""] {
            assert!(read_all::<RawJson>(text).is_err(), "{text:?}");
        }
    }
}
