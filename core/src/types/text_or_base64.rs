//! The serde form of bytes: a string or, if they are not UTF-8, an object with the only member `base64`.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{
    Serializer,
    de::{Deserializer, Error, MapAccess, Visitor},
    ser::SerializeMap,
};

pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return serializer.serialize_str(text);
    }
    let mut object = serializer.serialize_map(Some(1))?;
    object.serialize_entry("base64", &BASE64_STANDARD.encode(bytes))?;
    object.end()
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    struct Either;

    impl<'de> Visitor<'de> for Either {
        type Value = Bytes;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string, or an object with the member base64")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
            Ok(text.to_owned().into())
        }

        fn visit_string<E: Error>(self, text: String) -> Result<Bytes, E> {
            Ok(text.into())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bytes, A::Error> {
            let bytes = match map.next_entry::<String, String>()? {
                Some((key, text)) if key == "base64" => BASE64_STANDARD.decode(text).ok(),
                _ => None,
            };
            match (bytes, map.next_key::<String>()?) {
                (Some(bytes), None) => Ok(bytes.into()),
                _ => Err(A::Error::custom(
                    "expected an object with the only member base64",
                )),
            }
        }
    }

    deserializer.deserialize_any(Either)
}
