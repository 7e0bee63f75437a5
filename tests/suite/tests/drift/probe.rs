//! Values that are told apart from any others, made from the model's types.

use neptunedata_tests::vectors::model::{Member, Model};
use serde_json::{Map, Value, json};

/// A value for every type, each with its place in it.
pub(crate) struct Probes<'a> {
    pub(crate) model: &'a Model,
    /// By the names on the wire, or else by those of the model.
    pub(crate) wire: bool,
}

impl Probes<'_> {
    /// An object with all of these members.
    pub(crate) fn members(&self, members: &[Member], place: &str) -> Map<String, Value> {
        let members = members.iter();
        members
            .map(|member| {
                let name = if self.wire {
                    &member.wire_name
                } else {
                    &member.name
                };
                let place = format!("{place}.{}", member.name);
                (name.clone(), self.value(&member.shape, &place))
            })
            .collect()
    }

    pub(crate) fn value(&self, shape: &str, place: &str) -> Value {
        let shape = self.model.shape(shape).expect("a type of the model");
        let number = |least: i64, most: i64| {
            // Different for different places, so that members that are swapped are noticed.
            let hash = place
                .bytes()
                .fold(7_i64, |hash, byte| (hash * 31 + i64::from(byte)) % 89);
            (least.max(1) + hash).min(most)
        };
        match shape.kind.as_str() {
            "structure" => Value::Object(self.members(&shape.members, place)),
            "list" => {
                let element = shape.member.as_deref().expect("a list of something");
                json!([self.value(element, &format!("{place}[0]"))])
            }
            // A map to the model, two numbers to the service (M35).
            "map" if place.ends_with("ventId") => json!({"commitNum": 7, "opNum": 1}),
            "map" => {
                let value = shape.value.as_deref().expect("a map to something");
                json!({"k": self.value(value, &format!("{place}.k"))})
            }
            "boolean" => Value::Bool(true),
            "integer" | "long" => {
                number(shape.min.unwrap_or(1), shape.max.unwrap_or(i64::MAX)).into()
            }
            "timestamp" => json!("2023-01-24T00:47:43Z"),
            _ if shape.document => json!({"a": [place, 1, null]}),
            _ => match shape.values.first() {
                Some(value) => value.as_str().into(),
                None => place.into(),
            },
        }
    }
}
