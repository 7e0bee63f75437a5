//! The types into which response bodies are decoded, by serde_json and by our clients.
#![allow(dead_code, reason = "the fields are decoded, not read")]

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// A row of the openCypher bodies.
#[derive(Deserialize)]
pub(crate) struct CypherRow {
    n: Node,
}

#[derive(Deserialize)]
struct Node {
    #[serde(rename = "~id")]
    id: String,
    #[serde(rename = "~entityType")]
    entity_type: String,
    #[serde(rename = "~labels")]
    labels: Vec<String>,
    #[serde(rename = "~properties")]
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    name: String,
    email: String,
    age: u32,
    balance: f64,
    active: bool,
}

/// A whole openCypher response, as a program without a client would decode it.
#[derive(Deserialize)]
pub(crate) struct CypherResponse {
    results: Vec<CypherRow>,
}

/// A stream page in the shape of the service's model, and so of the SDK: event ids are maps of strings, values are any
/// JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelPage {
    last_event_id: HashMap<String, String>,
    last_trx_timestamp: i64,
    format: String,
    records: Vec<ModelRecord>,
    total_records: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelRecord {
    commit_timestamp: i64,
    event_id: HashMap<String, String>,
    data: Data<String, Value>,
    op: String,
    is_last_op: Option<bool>,
}

/// A stream page in the shape of our types: event ids are pairs of integers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OurPage {
    last_event_id: EventId,
    last_trx_timestamp: i64,
    format: String,
    records: Vec<OurRecord>,
    total_records: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OurRecord {
    commit_timestamp: i64,
    event_id: EventId,
    data: Data<RecordType, PropertyValue>,
    op: Op,
    is_last_op: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventId {
    commit_num: i64,
    op_num: i64,
}

#[derive(Deserialize)]
struct Data<K, V> {
    id: String,
    #[serde(rename = "type")]
    kind: K,
    key: String,
    value: V,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PropertyValue {
    value: Value,
    data_type: String,
}

#[derive(Deserialize)]
enum RecordType {
    #[serde(rename = "vl")]
    VertexLabel,
    #[serde(rename = "vp")]
    VertexProperty,
    #[serde(rename = "e")]
    Edge,
    #[serde(rename = "ep")]
    EdgeProperty,
}

#[derive(Deserialize)]
enum Op {
    #[serde(rename = "ADD")]
    Add,
    #[serde(rename = "REMOVE")]
    Remove,
}

/// A SPARQL solution, as our rows are typed.
#[derive(Deserialize)]
pub(crate) struct Solution {
    person: String,
    name: String,
    age: i64,
}

/// A whole SPARQL response, with terms as structs.
#[derive(Deserialize)]
pub(crate) struct SparqlResponse {
    results: Bindings,
}

#[derive(Deserialize)]
struct Bindings {
    bindings: Vec<SolutionTerms>,
}

#[derive(Deserialize)]
struct SolutionTerms {
    person: Term,
    name: Term,
    age: Term,
}

#[derive(Deserialize)]
struct Term {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    datatype: Option<String>,
}
