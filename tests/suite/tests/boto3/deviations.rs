//! Where this project's client means to differ from boto3.

use std::sync::LazyLock;

use neptunedata_tests::{
    additions::{self, HEADERS, OwnHeader},
    vectors::model::Model,
};
use serde_json::{Map, Value};

use crate::transcript::Line;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::load().unwrap());

/// The input of a call. A token that nobody gave, and boto3 made up, is in it: this client makes one for each
/// call, too, but other ones.
pub(crate) fn input(line: &Line) -> Value {
    let mut input = line.input.clone();
    if let (Some(member), Some(request)) = (MODEL.token_member(&line.operation), &line.request)
        && input.get(member).is_none()
    {
        let body: Value = serde_json::from_slice(&request.body.bytes()).unwrap();
        input[member] = body[member].clone();
    }
    input
}

/// The headers that this client's request has, and boto3's has not.
pub(crate) fn headers(line: &Line) -> impl Iterator<Item = &'static OwnHeader> {
    HEADERS.iter().filter(|own| {
        let request = line.request.as_ref();
        own.operations.contains(&line.operation.as_str())
            && request.is_some_and(|request| request.header(own.name.as_str()).is_none())
    })
}

/// Takes out of an answer what boto3 does not know.
pub(crate) fn without_additions(operation: &str, mut ours: Value) -> Value {
    for (_, member) in additions::OUTPUTS.iter().filter(|(of, _)| *of == operation) {
        ours.as_object_mut().unwrap().remove(*member);
    }
    ours
}

/// Numbers that the service sends where its model has texts. boto3 hands them out as they come.
const TEXTS: [(&str, &str); 1] = [("statisticsId", "M25")];

/// An answer of boto3 with texts where the model has them.
pub(crate) fn output(theirs: Map<String, Value>) -> Value {
    texts(Value::Object(theirs))
}

fn texts(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(texts).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let is_text = TEXTS.iter().any(|(text, _)| *text == name) && value.is_number();
                let value = if is_text {
                    value.to_string().into()
                } else {
                    texts(value)
                };
                (name, value)
            });
            members.collect()
        }
        value => value,
    }
}
