//! Values that both change-stream operations use.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Map, Value};

open_enum! {
    /// The position at which reading a change stream begins.
    IteratorType {
        /// At the record of `commitNum` and `opNum`, the service's default.
        AtSequenceNumber = "AT_SEQUENCE_NUMBER",
        /// At the record after `commitNum` and `opNum`.
        AfterSequenceNumber = "AFTER_SEQUENCE_NUMBER",
        /// At the oldest record that is kept.
        TrimHorizon = "TRIM_HORIZON",
        /// At the newest record: the response contains at most this one record. Engine 1.1.0.0 or later.
        Latest = "LATEST",
    }
}

open_enum! {
    /// The compression of a response.
    Encoding {
        /// gzip.
        Gzip = "gzip",
    }
}

open_enum! {
    /// The format of the records of a change stream.
    StreamFormat {
        /// Changes of property graphs: [`PropertygraphData`](crate::streams::PropertygraphData).
        PgJson = "PG_JSON",
        /// Changes of RDF graphs: [`SparqlData`](crate::streams::SparqlData).
        NQuads = "NQUADS",
        /// An older format, whose data is kept as received:
        /// [`PropertygraphData::other`](field@crate::streams::PropertygraphData::other).
        GremlinJson = "GREMLIN_JSON",
    }
}

open_enum! {
    /// The kind of a change. An update is two changes, a removal and an addition.
    ChangeOp {
        /// The data of the record was added.
        Add = "ADD",
        /// The data of the record was removed.
        Remove = "REMOVE",
    }
}

open_enum! {
    /// What a record of a property graph's change stream is about.
    PropertygraphRecordType {
        /// A label of a vertex. The service model spells it `v1`, with a digit, which is read as the same type
        /// ([M37](crate::wire_notes#m37)).
        VertexLabel = "vl" | "v1",
        /// A property of a vertex.
        VertexProperty = "vp",
        /// An edge and its label.
        Edge = "e",
        /// A property of an edge.
        EdgeProperty = "ep",
    }
}

/// The value in a record of a property graph's change stream, with its type.
///
/// On the wire it is `{"value":…,"dataType":…}`, with the second member spelled `datatype` in one place of the
/// documentation. A value of another form is kept completely in `value`, and `data_type` is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PropertyValue {
    /// The value. If `data_type` is `None`, everything that was received.
    pub value: Value,
    /// Its type in the graph, such as `String`, `Int` or `Date`.
    pub data_type: Option<String>,
}

arbitrary!(PropertyValue => value, data_type);

impl PropertyValue {
    /// A value with its type.
    pub fn new(value: impl Into<Value>, data_type: impl Into<String>) -> Self {
        PropertyValue {
            value: value.into(),
            data_type: Some(data_type.into()),
        }
    }

    fn untyped(value: Value) -> Self {
        PropertyValue {
            value,
            data_type: None,
        }
    }
}

impl Serialize for PropertyValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(data_type) = &self.data_type else {
            return self.value.serialize(serializer);
        };
        let mut typed = serializer.serialize_struct("PropertyValue", 2)?;
        typed.serialize_field("value", &self.value)?;
        typed.serialize_field("dataType", data_type)?;
        typed.end()
    }
}

impl<'de> Deserialize<'de> for PropertyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// The key under which serde_json passes numbers if its feature `arbitrary_precision` is on.
pub(super) const NUMBER: &str = "$serde_json::private::Number";

struct AnyValue;

macro_rules! untyped {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<PropertyValue, E> {
            Ok(PropertyValue::untyped(value.into()))
        }
    )*};
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = PropertyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    untyped! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_f64: f64,
        visit_str: &str,
        visit_string: String,
    }

    fn visit_unit<E: Error>(self) -> Result<PropertyValue, E> {
        Ok(PropertyValue::untyped(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<PropertyValue, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Value>()? {
            items.push(item);
        }
        Ok(PropertyValue::untyped(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PropertyValue, A::Error> {
        // Filled only if the value does not have the known form.
        let mut whole = Map::new();
        let (mut value, mut data_type) = (None, None);
        let mut members = Members(map);
        while let Some((key, member)) = members.next()? {
            match (key, member) {
                (Member::Value, member) if value.is_none() => value = Some(member),
                (Member::DataType(name), Value::String(text)) if data_type.is_none() => {
                    data_type = Some((name, text));
                }
                (key, member) => drop(whole.insert(key.into_name(), member)),
            }
        }
        match (value, data_type) {
            (Some(value), Some((_, data_type))) if whole.is_empty() => Ok(PropertyValue {
                value,
                data_type: Some(data_type),
            }),
            (value, data_type) => {
                // A member of the same name in `whole` came later and takes precedence.
                if let Some(value) = value {
                    whole.entry("value").or_insert(value);
                }
                if let Some((name, text)) = data_type {
                    whole.entry(name).or_insert(Value::String(text));
                }
                let number = whole.get(NUMBER).and_then(Value::as_str);
                let whole = match number.and_then(|text| text.parse().ok()) {
                    Some(number) => Value::Number(number),
                    None => Value::Object(whole),
                };
                Ok(PropertyValue::untyped(whole))
            }
        }
    }
}

enum Member {
    Value,
    DataType(&'static str),
    Other(String),
}

impl Member {
    fn into_name(self) -> String {
        match self {
            Member::Value => "value".to_owned(),
            Member::DataType(name) => name.to_owned(),
            Member::Other(name) => name,
        }
    }
}

struct Members<A>(A);

impl<'de, A: MapAccess<'de>> Members<A> {
    fn next(&mut self) -> Result<Option<(Member, Value)>, A::Error> {
        match self.0.next_key::<Member>()? {
            Some(key) => Ok(Some((key, self.0.next_value()?))),
            None => Ok(None),
        }
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Member;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Member, E> {
                Ok(match name {
                    "value" => Member::Value,
                    "dataType" => Member::DataType("dataType"),
                    "datatype" => Member::DataType("datatype"),
                    _ => Member::Other(name.to_owned()),
                })
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_another_form_are_kept_whole() {
        for other in [
            json!({}),
            json!([1, null, {"value": 1}]),
            json!("text"),
            json!(1),
            json!(-1),
            json!(1.5),
            json!(true),
            json!(null),
            json!({"value": 1}),
            json!({"dataType": "Int"}),
            json!({"value": 1, "dataType": 2}),
            json!({"value": 1, "dataType": "Int", "more": {"a": []}}),
            json!({"value": 1, "dataType": "Int", "datatype": "Long"}),
        ] {
            let value: PropertyValue = serde_json::from_value(other.clone()).unwrap();
            assert_eq!(value.data_type, None, "{other}");
            assert_eq!(value.value, other);
            assert_eq!(serde_json::to_value(&value).unwrap(), other);
        }
    }

    #[test]
    fn of_equal_members_the_last_wins() {
        let twice = r#"{"value":1,"dataType":"Int","value":2}"#;
        let value: PropertyValue = serde_json::from_str(twice).unwrap();
        assert_eq!(value.value, json!({"value": 2, "dataType": "Int"}));
    }
}
