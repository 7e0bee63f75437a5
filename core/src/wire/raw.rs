//! JSON deserialization in which a type can also request the text of the whole value: a
//! [`RawJson`](crate::types::RawJson) read here is the text that was received, with all digits and in the
//! order received. serde_json's `RawValue` itself cannot be read from values that serde has buffered, as for untagged
//! enums.

use std::fmt;

use serde::de::value::BorrowedBytesDeserializer;
use serde::de::{
    self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, SeqAccess,
    Visitor,
};
use serde_json::{de::SliceRead, value::RawValue};

/// The newtype name by which a type requests the text of the value.
pub(crate) const TEXT: &str = "$neptunedata::RawJson";

/// The newtype name by which a type requests a value and its text, as a sequence of two elements. The text can be read
/// even if the value cannot.
pub(crate) const VALUE_AND_TEXT: &str = "$neptunedata::ValueAndText";

/// Reads the value at the beginning of `input`, and returns its length too. If reading fails, the length
/// means nothing.
#[inline]
pub(crate) fn read_prefix<T: DeserializeOwned>(
    input: &[u8],
) -> (Result<T, serde_json::Error>, usize) {
    let mut length = 0;
    let value = T::deserialize(Whole {
        input,
        length: &mut length,
    });
    (value, length)
}

/// Reads a value from the whole `input`.
pub(crate) fn read_all<T: DeserializeOwned>(input: &[u8]) -> Result<T, serde_json::Error> {
    let (value, length) = read_prefix(input);
    let value = value?;
    serde_json::Deserializer::from_slice(input.get(length..).unwrap_or_default()).end()?;
    Ok(value)
}

/// Reads the value at the beginning of `input` with serde_json, and sets `length` to the length of the value.
struct Whole<'a, 'de> {
    input: &'de [u8],
    length: &'a mut usize,
}

impl<'de> Whole<'_, 'de> {
    #[inline]
    fn read<T>(
        &mut self,
        read: impl FnOnce(&mut serde_json::Deserializer<SliceRead<'de>>) -> T,
    ) -> T {
        let mut parser = serde_json::Deserializer::from_slice(self.input);
        let value = read(&mut parser);
        *self.length = parser.into_iter::<IgnoredAny>().byte_offset();
        value
    }

    fn skip(&mut self) -> Result<&'de [u8], serde_json::Error> {
        let text = self.read(|parser| <&RawValue>::deserialize(parser))?;
        Ok(text.get().as_bytes())
    }

    /// The text of the value that was read.
    fn text(&self) -> &'de [u8] {
        let text = self.input.get(..*self.length).unwrap_or_default();
        text.trim_ascii_start()
    }
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(mut self, $($argument: $type,)* visitor: V) -> Result<V::Value, Self::Error> {
            self.read(|parser| parser.$method($($argument,)* visitor))
        })*
    };
}

impl<'de> Deserializer<'de> for Whole<'_, 'de> {
    type Error = serde_json::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match name {
            TEXT => visitor.visit_borrowed_bytes(self.skip()?),
            VALUE_AND_TEXT => visitor.visit_seq(ValueAndText {
                whole: self,
                next: Part::Value,
            }),
            _ => self.read(|parser| parser.deserialize_newtype_struct(name, visitor)),
        }
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

/// The two parts of [`VALUE_AND_TEXT`].
struct ValueAndText<'a, 'de> {
    whole: Whole<'a, 'de>,
    next: Part,
}

enum Part {
    Value,
    /// The text of the value that was read.
    Text,
    /// The text of a value that could not be read.
    SkippedText,
}

impl<'de> SeqAccess<'de> for ValueAndText<'_, 'de> {
    type Error = serde_json::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Self::Error> {
        let text = match self.next {
            Part::Value => {
                self.next = Part::SkippedText;
                let value = self.whole.read(|parser| seed.deserialize(parser))?;
                self.next = Part::Text;
                return Ok(Some(value));
            }
            Part::Text => self.whole.text(),
            Part::SkippedText => self.whole.skip()?,
        };
        let text = BorrowedBytesDeserializer::new(text);
        seed.deserialize(text).map(Some)
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
    fn a_value_and_its_text_are_read_together() {
        /// A number or why it cannot be read, and the text.
        #[derive(Debug)]
        struct Both(Result<Option<u8>, String>, String);

        impl<'de> Deserialize<'de> for Both {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Parts;

                impl<'de> Visitor<'de> for Parts {
                    type Value = Both;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a value and its text")
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Both, A::Error> {
                        let value = parts.next_element().map_err(|error| error.to_string());
                        let text = parts.next_element::<&[u8]>()?.unwrap();
                        Ok(Both(value, String::from_utf8(text.to_vec()).unwrap()))
                    }
                }

                deserializer.deserialize_newtype_struct(VALUE_AND_TEXT, Parts)
            }
        }

        let (both, length) = read_prefix::<Both>(b" 12 ,3");
        let Both(value, text) = both.unwrap();
        assert_eq!((value, &*text, length), (Ok(Some(12)), "12", 3));
        let (both, length) = read_prefix::<Both>(br#"[1, "]"],2"#);
        let Both(value, text) = both.unwrap();
        assert!(value.unwrap_err().starts_with("invalid type: sequence"));
        assert_eq!((&*text, length), (r#"[1, "]"]"#, 8));
        assert!(read_prefix::<Both>(b"[1").0.unwrap_err().is_eof());
    }

    #[test]
    fn invalid_values_are_errors() {
        for text in [&b"1 2"[..], b"", b"[1", b"\"\xff\""] {
            assert!(read_all::<RawJson>(text).is_err(), "{text:?}");
        }
    }
}
