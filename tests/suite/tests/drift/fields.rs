//! Every member is bound to the field of its own name. The names in serde's attributes do not prove this: a wrong name
//! is wrong for reading and for writing alike.

use std::{collections::BTreeSet, fmt::Debug};

use neptunedata::{Operation, bytes::Bytes, http::Response};
use neptunedata_tests::vectors::model::{Member, Model};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::probe::Probes;

/// Members whose field is not an `Option` of their name in snake case: operation, path of the member, what `Debug`
/// shows instead, and why.
const OTHER_FIELDS: &[(&str, &str, &[&str], &str)] = &[
    (
        "ExecuteGremlinQuery",
        "meta",
        &["outer_meta"],
        "what is called `meta` in the documents is inside of `result` (see the field)",
    ),
    (
        "ExecuteOpenCypherQuery",
        "results",
        &[],
        "always there, so no `Option`, and the only one",
    ),
    (
        "GetPropertygraphStream",
        "records.data.type",
        &["records", "data", "record_type"],
        "`type` is a word of Rust",
    ),
    (
        "StartMLModelTrainingJob",
        "customModelTrainingParameters.sourceS3DirectoryPath",
        &["custom_model_training_parameters"],
        "required there, so no `Option`, and the only one",
    ),
    (
        "StartMLModelTransformJob",
        "customModelTransformParameters.sourceS3DirectoryPath",
        &["custom_model_transform_parameters"],
        "required there, so no `Option`, and the only one",
    ),
];

/// The member's name as Rust has it.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| letters[index]);
        let after_capitals = before.is_some_and(char::is_uppercase);
        let ends_capitals = letters.get(index + 1).is_some_and(|it| it.is_lowercase());
        if letter.is_uppercase() && before.is_some() && (!after_capitals || ends_capitals) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The fields that `Debug` shows as set, at any depth.
fn fields_set(value: &impl Debug) -> BTreeSet<String> {
    let text = format!("{value:?}");
    let mut pieces: Vec<_> = text.split(": Some(").collect();
    pieces.pop();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let names = pieces
        .iter()
        .filter_map(|piece| piece.rsplit(|it| !is_name(it)).next());
    names.map(str::to_owned).collect()
}

fn expected(operation: &str, path: &[String]) -> BTreeSet<String> {
    let at = path.join(".");
    let other = OTHER_FIELDS
        .iter()
        .find(|(of, member, ..)| *of == operation && *member == at);
    match other {
        Some((_, _, fields, _)) => fields.iter().map(|&field| field.to_owned()).collect(),
        None => path.iter().map(|name| snake_case(name)).collect(),
    }
}

macro_rules! fields {
    ($($operation:ty,)*) => {
        #[test]
        fn members_of_answers_are_bound_to_their_fields() {
            let model = Model::load().unwrap();
            let mut wrong = Vec::new();
            $(check_output::<$operation>(&model, &mut wrong);)*
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }

        #[test]
        fn members_of_requests_are_bound_to_their_fields() {
            let model = Model::load().unwrap();
            let mut wrong = Vec::new();
            $(check_input::<$operation>(&model, &mut wrong);)*
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    };
}
neptunedata::for_each_operation!(fields);

fn check_output<O: Operation<Output: Debug>>(model: &Model, wrong: &mut Vec<String>) {
    let name = O::INFO.name;
    let probes = Probes { model, wire: true };
    for member in model.output(name) {
        if ["payload", "statusCode"].contains(&member.location.as_str()) {
            continue;
        }
        for (path, value) in probes.alone(member, name) {
            let body = json!({member.wire_name.as_str(): value}).to_string();
            let answer = Response::new(Bytes::from(body.clone()));
            let output = neptunedata::response::<O>(&answer);
            let output = output.unwrap_or_else(|error| panic!("{name} {body}: {error}"));
            let set = fields_set(&output);
            let mut expected = expected(name, &path);
            // The status is that of the answer, whatever is in it.
            let status = model
                .output(name)
                .iter()
                .filter(|it| it.location == "statusCode");
            expected.extend(status.map(|member| snake_case(&member.name)));
            if set != expected {
                wrong.push(format!(
                    "{name} {} {body}: {set:?}, {output:?}",
                    path.join(".")
                ));
            }
        }
    }
}

fn check_input<O: Operation + DeserializeOwned + Debug>(model: &Model, wrong: &mut Vec<String>) {
    let name = O::INFO.name;
    let probes = Probes { model, wire: false };
    let minimal = model.minimal_input(name);
    let read = |input: &Value| {
        let request = serde_json::from_value::<O>(input.clone());
        request.unwrap_or_else(|error| panic!("{name} {input}: {error}"))
    };
    assert_eq!(fields_set(&read(&minimal)), BTreeSet::new(), "{name}");
    for member in model.input(name) {
        if member.required {
            check_required(model, name, member, |value| {
                let mut input = minimal.clone();
                input[&member.name] = value;
                format!("{:?}", read(&input))
            });
            continue;
        }
        for (path, value) in probes.alone(member, name) {
            let mut input = minimal.clone();
            input[&member.name] = value;
            let request = read(&input);
            let set = fields_set(&request);
            if set != expected(name, &path) {
                wrong.push(format!(
                    "{name} {} {input}: {set:?}, {request:?}",
                    path.join(".")
                ));
            }
        }
    }
}

/// The debug text has the value of a required member between the name of its field and the next name.
fn check_required(model: &Model, operation: &str, member: &Member, read: impl Fn(Value) -> String) {
    let shape = model.shape(&member.shape).unwrap();
    assert_eq!(shape.kind, "string", "{operation}.{}", member.name);
    let text = read("zz-probe".into());
    let field = format!("{}: ", snake_case(&member.name));
    let rest = text.split([' ', '{']).collect::<Vec<_>>().join(" ");
    let rest = rest.split_once(&format!(" {field}")).map(|(_, rest)| rest);
    let own = rest.and_then(|rest| rest.split(": ").next());
    let found = own.is_some_and(|own| own.contains("zz-probe"));
    assert!(found, "{operation}.{}: {text}", member.name);
}
