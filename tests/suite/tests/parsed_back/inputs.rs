//! Inputs by the service model.

use std::collections::BTreeMap;

use neptunedata_tests::vectors;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The part of the model that inputs are made of.
#[derive(Debug, Deserialize)]
pub(crate) struct Inputs {
    operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    input: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: Vec<Member>,
    #[serde(default, rename = "enum")]
    values: Vec<String>,
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Member {
    name: String,
    shape: String,
    location: String,
    required: bool,
}

impl Inputs {
    pub(crate) fn load() -> Inputs {
        vectors::document("model.json").expect("the model")
    }

    /// How many members an input may have.
    pub(crate) fn members(&self, operation: &str) -> usize {
        self.shape_of(operation)
            .map_or(0, |shape| shape.members.len())
    }

    /// Inputs of an operation; `None` if the model has no such operation.
    pub(crate) fn of(&self, operation: &str) -> Option<BoxedStrategy<Value>> {
        self.operations.get(operation)?;
        Some(match self.shape_of(operation) {
            Some(shape) => self.structure(shape),
            None => Just(Value::Object(Map::new())).boxed(),
        })
    }

    fn shape_of(&self, operation: &str) -> Option<&Shape> {
        let input = self.operations.get(operation)?.input.as_deref()?;
        self.shapes.get(input)
    }

    fn structure(&self, shape: &Shape) -> BoxedStrategy<Value> {
        let members: Vec<_> = shape
            .members
            .iter()
            .map(|member| {
                let name = member.name.clone();
                let value = self.value(member);
                let value = if member.required {
                    value.prop_map(Some).boxed()
                } else {
                    option::of(value).boxed()
                };
                value.prop_map(move |value| Some((name.clone(), value?)))
            })
            .collect();
        members
            .prop_map(|members| Value::Object(members.into_iter().flatten().collect()))
            .boxed()
    }

    fn value(&self, member: &Member) -> BoxedStrategy<Value> {
        let shape = &self.shapes[&member.shape];
        match shape.kind.as_str() {
            "structure" => self.structure(shape),
            "list" => vec(text(), 0..4).prop_map(Value::from).boxed(),
            "map" => btree_map(text(), text(), 0..4)
                .prop_map(|map| map.into_iter().map(|(key, value)| (key, value.into())))
                .prop_map(|map| Value::Object(map.collect()))
                .boxed(),
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "integer" => whole(shape, i64::from(i32::MIN), i64::from(i32::MAX)),
            "long" => whole(shape, i64::MIN, i64::MAX),
            "string" if !shape.values.is_empty() => {
                select(shape.values.clone()).prop_map(Value::from).boxed()
            }
            "string" => match member.location.as_str() {
                // Labels cannot be empty, and these two mean other paths.
                "uri" => text()
                    .prop_filter("no label", |text| !["", ".", ".."].contains(&text.as_str()))
                    .prop_map(Value::from)
                    .boxed(),
                "header" => "[!-~]([ -~]{0,30}[!-~])?".prop_map(Value::from).boxed(),
                _ => text().prop_map(Value::from).boxed(),
            },
            other => panic!("{}: inputs of type {other}", member.name),
        }
    }
}

/// Text of any kind but NUL, which Neptune does not take anywhere.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        2 => "[a-zA-Z0-9-]{1,12}",
        2 => "[ -~]{0,20}",
        1 => "[^\\x00]{0,12}",
        1 => select(vec!["+", "%2F", "a/b", "a b", "?", "#", "&=", "\u{e9}", "\u{1f600}", "\\\"", "arn:aws:iam::1:role/x"])
            .prop_map(str::to_owned),
    ]
    .boxed()
}

fn whole(shape: &Shape, least: i64, most: i64) -> BoxedStrategy<Value> {
    let (least, most) = (shape.min.unwrap_or(least), shape.max.unwrap_or(most));
    prop_oneof![1 => Just(least), 1 => Just(most), 4 => least..=most]
        .prop_map(Value::from)
        .boxed()
}
