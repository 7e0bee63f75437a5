//! The parts of the service model that the tests use.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::document;

/// `model.json`.
#[derive(Debug, Deserialize)]
pub struct Model {
    operations: BTreeMap<String, Operation>,
    exceptions: BTreeMap<String, Exception>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    method: String,
    uri: String,
    response_code: u16,
    input: Option<String>,
    output: Option<String>,
    errors: Vec<String>,
    idempotent: bool,
    readonly: bool,
}

#[derive(Debug, Deserialize)]
struct Exception {
    http_status: u16,
    sender_fault: Option<bool>,
    fault: bool,
}

/// A type of the model.
#[derive(Debug, Deserialize)]
pub struct Shape {
    /// `structure`, `list`, `map`, `string`, `integer`, and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// The members of a structure.
    #[serde(default)]
    pub members: Vec<Member>,
    /// The values of an enum.
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    /// The minimum value.
    pub min: Option<i64>,
    /// The maximum value.
    pub max: Option<i64>,
    /// The type of the elements of a list.
    pub member: Option<String>,
    /// The type of the values of a map.
    pub value: Option<String>,
    /// Whether any JSON is allowed.
    #[serde(default)]
    pub document: bool,
}

/// A member of a structure.
#[derive(Debug, Deserialize)]
pub struct Member {
    /// The name in the model.
    pub name: String,
    /// The name of its type.
    pub shape: String,
    /// The name on the wire.
    pub wire_name: String,
    /// The location in the request: `uri`, `querystring`, `header`, `body`, `payload`, `statusCode`.
    pub location: String,
    /// Whether it is required.
    pub required: bool,
    #[serde(default)]
    idempotency_token: bool,
}

impl Model {
    /// Reads the model.
    ///
    /// # Errors
    ///
    /// If the file does not exist or does not have the format of the vectors.
    pub fn load() -> Result<Model, String> {
        document("model.json")
    }

    /// The method and the path of the operation.
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

    /// The member for which clients generate a token if the caller sets none.
    pub fn token_member(&self, operation: &str) -> Option<&str> {
        let token = self
            .input(operation)
            .iter()
            .find(|member| member.idempotency_token);
        token.map(|member| member.name.as_str())
    }

    /// An input with only the required members.
    pub fn minimal_input(&self, operation: &str) -> Value {
        self.required(self.input(operation))
    }

    /// The names of the input's members, and whether they are required.
    pub fn input_members(&self, operation: &str) -> Vec<(&str, bool)> {
        names(self.input(operation))
    }

    /// The names of the output's members, and whether they are required.
    pub fn output_members(&self, operation: &str) -> Vec<(&str, bool)> {
        names(self.output(operation))
    }

    /// The names of all operations.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// The status of a successful response.
    pub fn response_code(&self, operation: &str) -> Option<u16> {
        Some(self.operations.get(operation)?.response_code)
    }

    /// The names of all exceptions, each with its HTTP status and whether the sender is at fault.
    pub fn all_exceptions(&self) -> impl Iterator<Item = (&str, u16, bool)> {
        self.exceptions.iter().map(|(name, it)| {
            let sender = it.sender_fault.unwrap_or(!it.fault);
            (name.as_str(), it.http_status, sender)
        })
    }

    /// A type by its name.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    /// All types with their names.
    pub fn shapes(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.shapes
            .iter()
            .map(|(name, shape)| (name.as_str(), shape))
    }

    /// The members of the operation's request.
    pub fn input(&self, operation: &str) -> &[Member] {
        self.operations
            .get(operation)
            .and_then(|operation| self.shapes.get(operation.input.as_deref()?))
            .map_or(&[], |shape| &shape.members)
    }

    /// The members of the operation's response.
    pub fn output(&self, operation: &str) -> &[Member] {
        self.operations
            .get(operation)
            .and_then(|operation| self.shapes.get(operation.output.as_deref()?))
            .map_or(&[], |shape| &shape.members)
    }

    /// Any values for the required members.
    pub fn required(&self, members: &[Member]) -> Value {
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

fn names(members: &[Member]) -> Vec<(&str, bool)> {
    let names = members.iter();
    names
        .map(|member| (member.name.as_str(), member.required))
        .collect()
}
