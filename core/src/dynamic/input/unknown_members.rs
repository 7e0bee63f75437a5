//! Finds the members of an input that the request type does not have.

use serde::de::value::{Error, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::{
    error::{FieldError, FieldErrorKind},
    wire::lenient::elide,
};

/// The maximum number of faults that are reported for one request.
pub(super) const MAX_FAULTS: usize = 100;

/// The members in `input` that `T`, or a struct that is a member of `T`, does not have. Structs inside
/// lists and maps are not checked.
pub(super) fn unknown_members<T: DeserializeOwned>(input: &Value) -> Vec<FieldError> {
    let mut faults = Vec::new();
    collect::<T>(input, &mut Vec::new(), &mut faults);
    faults
}

fn collect<'a, T: DeserializeOwned>(
    value: &'a Value,
    path: &mut Vec<&'a str>,
    faults: &mut Vec<FieldError>,
) {
    let Value::Object(entries) = value else {
        return;
    };
    let Some(known) = member_names::<T>(path) else {
        return;
    };
    for (name, value) in entries {
        path.push(name);
        if known.contains(&name.as_str()) {
            collect::<T>(value, path, faults);
        } else if faults.len() < MAX_FAULTS {
            let field = elide(&path.join("."));
            faults.push(FieldError::new(field, FieldErrorKind::UnknownMember));
        }
        path.pop();
    }
}

/// The names of the members of the struct at `path` inside `T`; `None` if it is not a struct.
fn member_names<T: DeserializeOwned>(path: &[&str]) -> Option<&'static [&'static str]> {
    let mut names = None;
    // The result is always an error, as the probe has no values.
    let _ = T::deserialize(Probe {
        path,
        names: &mut names,
    });
    names
}

/// A deserializer that follows a path of members into a type and records the member names of the struct at
/// its end.
struct Probe<'a> {
    path: &'a [&'a str],
    names: &'a mut Option<&'static [&'static str]>,
}

impl<'de> IntoDeserializer<'de, Error> for Probe<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("a probe has no values"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Some((member, path)) = self.path.split_first() else {
            *self.names = Some(fields);
            return self.deserialize_any(visitor);
        };
        let names = self.names;
        let entry = (*member, Probe { path, names });
        visitor.visit_map(MapDeserializer::new(std::iter::once(entry)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
