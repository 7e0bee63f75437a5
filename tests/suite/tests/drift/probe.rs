//! Unique values, made from the model's types.

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

    /// The member with nothing in it, and with each of its own members alone, at any depth: the path of the members
    /// that are given, and the member's value.
    pub(crate) fn alone(&self, member: &Member, place: &str) -> Vec<(Vec<String>, Value)> {
        let place = format!("{place}.{}", member.name);
        let mut values = self.shape_alone(&member.shape, &place);
        for (path, _) in &mut values {
            path.insert(0, member.name.clone());
        }
        values
    }

    fn shape_alone(&self, name: &str, place: &str) -> Vec<(Vec<String>, Value)> {
        let shape = self.model.shape(name).expect("a type of the model");
        let wrapped = |inner: &str, wrap: fn(Value) -> Value| {
            let values = self.shape_alone(inner, place).into_iter();
            values.map(|(path, value)| (path, wrap(value))).collect()
        };
        match shape.kind.as_str() {
            "structure" => {
                // Requests need what is required there; answers do without.
                let empty = if self.wire {
                    json!({})
                } else {
                    self.model.required(&shape.members)
                };
                let mut values = vec![(Vec::new(), empty.clone())];
                for member in &shape.members {
                    let name = if self.wire {
                        &member.wire_name
                    } else {
                        &member.name
                    };
                    for (path, value) in self.alone(member, place) {
                        let mut object = empty.clone();
                        object[name] = value;
                        values.push((path, object));
                    }
                }
                values
            }
            "list" => wrapped(
                shape.member.as_deref().expect("a list of something"),
                |value| json!([value]),
            ),
            "map" if !place.ends_with("ventId") => wrapped(
                shape.value.as_deref().expect("a map to something"),
                |value| json!({"k": value}),
            ),
            _ => vec![(Vec::new(), self.value(name, place))],
        }
    }

    pub(crate) fn value(&self, shape: &str, place: &str) -> Value {
        let shape = self.model.shape(shape).expect("a type of the model");
        // Different for different places, so that members that are swapped are noticed.
        let hash = place
            .bytes()
            .fold(7_i64, |hash, byte| (hash * 31 + i64::from(byte)) % 89);
        let number = |least: i64, most: i64| (least.max(1) + hash).min(most);
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
            "boolean" => Value::Bool(hash % 2 == 0),
            "integer" | "long" => {
                number(shape.min.unwrap_or(1), shape.max.unwrap_or(i64::MAX)).into()
            }
            "timestamp" => json!(format!("20{:02}-01-24T00:47:43Z", 10 + hash)),
            _ if shape.document => json!({"a": [place, 1, null]}),
            _ => match shape.values.first() {
                Some(value) => value.as_str().into(),
                None => place.into(),
            },
        }
    }
}
