//! The service model, as far as the tests ask it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{VectorError, document};

/// `model.json`.
#[derive(Debug, Deserialize)]
pub struct Model {
    operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    method: String,
    uri: String,
    input: Option<String>,
    errors: Vec<String>,
    idempotent: bool,
    readonly: bool,
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
}

#[derive(Debug, Deserialize)]
struct Member {
    name: String,
    shape: String,
    wire_name: String,
    location: String,
    required: bool,
    #[serde(default)]
    idempotency_token: bool,
}

impl Model {
    /// Reads the model.
    ///
    /// # Errors
    ///
    /// When it is not there or not in the format of the vectors.
    pub fn load() -> Result<Model, VectorError> {
        document("model.json")
    }

    /// Method and path of the operation.
    pub fn route(&self, operation: &str) -> Option<(&str, &str)> {
        let operation = self.operations.get(operation)?;
        Some((&operation.method, &operation.uri))
    }

    /// The exceptions that the model lists for the operation.
    pub fn exceptions(&self, operation: &str) -> Option<&[String]> {
        Some(&self.operations.get(operation)?.errors)
    }

    /// Whether the model marks the operation as read-only, and as idempotent.
    pub fn traits(&self, operation: &str) -> Option<(bool, bool)> {
        let operation = self.operations.get(operation)?;
        Some((operation.readonly, operation.idempotent))
    }

    /// The names of the operation's query parameters, in the order of the model.
    pub fn query_names(&self, operation: &str) -> Vec<&str> {
        let members = self.input(operation).iter();
        members
            .filter(|member| member.location == "querystring")
            .map(|member| member.wire_name.as_str())
            .collect()
    }

    /// The names of all members of the operation's input.
    pub fn input_names(&self, operation: &str) -> Vec<&str> {
        let members = self.input(operation).iter();
        members.map(|member| member.name.as_str()).collect()
    }

    /// The member that clients fill with a fresh token where the caller gives none.
    pub fn token_member(&self, operation: &str) -> Option<&str> {
        let token = self
            .input(operation)
            .iter()
            .find(|member| member.idempotency_token);
        token.map(|member| member.name.as_str())
    }

    /// An input with the required members alone.
    pub fn minimal_input(&self, operation: &str) -> Value {
        self.required(self.input(operation))
    }

    fn input(&self, operation: &str) -> &[Member] {
        self.operations
            .get(operation)
            .and_then(|operation| self.shapes.get(operation.input.as_deref()?))
            .map_or(&[], |shape| &shape.members)
    }

    fn required(&self, members: &[Member]) -> Value {
        let required = members.iter().filter(|member| member.required);
        required
            .map(|member| (member.name.clone(), self.example(&member.shape)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn example(&self, shape: &str) -> Value {
        let Some(shape) = self.shapes.get(shape) else {
            return Value::Null;
        };
        match shape.kind.as_str() {
            "structure" => self.required(&shape.members),
            "list" => Value::Array(Vec::new()),
            "map" => Value::Object(Map::new()),
            "boolean" => Value::Bool(true),
            "integer" | "long" | "timestamp" => shape.min.unwrap_or(1).max(1).into(),
            _ => shape.values.first().map_or("x", String::as_str).into(),
        }
    }
}
