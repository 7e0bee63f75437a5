//! Tests of the lenient reader: the types that they read.

mod containers;
mod errors;
mod properties;
mod scalars;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{LenientError, from_slice};
// An open enum, which accepts any name.
use crate::loader::LoadMode as Mode;

fn read<T: DeserializeOwned>(text: &str) -> Result<T, LenientError> {
    from_slice(text.as_bytes())
}

/// Reads a `T` from the member `v` of an object.
fn member<T: DeserializeOwned>(value: &str) -> Result<T, (String, String)> {
    #[derive(Deserialize)]
    struct One<T> {
        v: T,
    }
    let text = format!(r#"{{"v": {value}}}"#);
    read::<One<T>>(&text)
        .map(|one| one.v)
        .map_err(|e| (e.path, e.reason))
}

/// Asserts that the member `v` is read as this value.
#[track_caller]
fn reads<T: DeserializeOwned + PartialEq + fmt::Debug>(value: &str, expected: T) {
    assert_eq!(member::<T>(value), Ok(expected), "{value}");
}

fn reason<T: DeserializeOwned + fmt::Debug>(value: &str) -> String {
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
