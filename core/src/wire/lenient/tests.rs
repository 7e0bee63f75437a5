//! Tests of the lenient reader: the types that they read.

mod containers;
mod errors;
mod properties;
mod scalars;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{LenientError, from_slice};

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, LenientError> {
    from_slice(text.as_bytes())
}

/// Reads a `T` from the member `v` of an object.
fn member<T: serde::de::DeserializeOwned>(value: &str) -> Result<T, (String, String)> {
    #[derive(Deserialize)]
    struct One<T> {
        v: T,
    }
    let text = format!(r#"{{"v": {value}}}"#);
    read::<One<T>>(&text)
        .map(|one| one.v)
        .map_err(|e| (e.path, e.reason))
}

fn reason<T: serde::de::DeserializeOwned + fmt::Debug>(value: &str) -> String {
    let (path, reason) = member::<T>(value).unwrap_err();
    assert_eq!(path, "v");
    reason
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    status: Option<String>,
    statistics_id: Option<Id>,
    count: Option<i32>,
    limit: Option<u64>,
    ratio: Option<f64>,
    auto_compute: Option<bool>,
    ids: Option<Vec<String>>,
    ml_models: Option<Vec<Model>>,
    predicates: Option<Vec<BTreeMap<String, i64>>>,
    settings: Option<BTreeMap<String, String>>,
    features: Option<BTreeMap<String, Value>>,
    payload: Option<Value>,
    detail: Option<Box<Output>>,
    kind: Option<Kind>,
    mode: Option<Mode>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Model {
    name: Option<String>,
    arn: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Id(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Add,
    Remove,
}

/// An open enum, which accepts any name.
#[derive(Debug, Clone, PartialEq)]
enum Mode {
    Resume,
    Other(String),
}

impl Serialize for Mode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Mode::Resume => "RESUME",
            Mode::Other(name) => name,
        })
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Mode;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mode")
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Mode, E> {
                Ok(if v == "RESUME" {
                    Mode::Resume
                } else {
                    Mode::Other(v.to_owned())
                })
            }
        }
        deserializer.deserialize_str(Name)
    }
}
