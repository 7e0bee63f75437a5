//! Members of requests, through the dynamic API: values that the model forbids are rejected, and the members are those of
//! the model and the listed additions. Where each is sent, the vectors of `conformance` say.

use std::collections::BTreeSet;

use neptunedata::{
    Endpoint, Operation,
    bytes::Bytes,
    catalog::OPERATIONS,
    dynamic,
    error::{EncodeError, FieldErrorKind},
    http::Request,
};
use neptunedata_tests::{
    additions::{INPUTS, SETTINGS},
    vectors::model::Model,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::probe::Probes;

fn send(operation: &str, input: &Value) -> Result<Request<Bytes>, EncodeError> {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    dynamic::request(operation, input, &endpoint)
}

fn sent(operation: &str, input: &Value) -> Request<Bytes> {
    send(operation, input).unwrap_or_else(|error| panic!("{operation} {input}: {error}"))
}

fn is_in_query(request: &Request<Bytes>, name: &str) -> bool {
    let mut pairs = request.uri().query().unwrap_or_default().split('&');
    pairs.any(|pair| pair.split_once('=').is_some_and(|(key, _)| key == name))
}

fn body(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap_or_default()
}

fn faults(operation: &str, input: &Value) -> Vec<(String, String)> {
    let error = match send(operation, input) {
        Ok(request) => panic!("{operation} {input} was sent: {}", request.uri()),
        Err(error) => error,
    };
    assert_eq!(error.operation(), operation);
    let faults = error.field_errors().iter();
    faults
        .map(|fault| (fault.field().to_owned(), format!("{:?}", fault.kind())))
        .collect()
}

#[test]
fn values_that_the_model_forbids_are_rejected() {
    let model = Model::load().unwrap();
    let probes = Probes {
        model: &model,
        wire: false,
    };
    for info in OPERATIONS {
        let name = info.name;
        let all = Value::Object(probes.members(model.input(name), name));
        for member in model.input(name) {
            let field = &member.name;
            let refuses = |value: Value, kind: &str| {
                let mut input = all.clone();
                input[field] = value.clone();
                let faults = faults(name, &input);
                let named = faults
                    .iter()
                    .any(|(at, what)| at.starts_with(field.as_str()) && what.starts_with(kind));
                assert!(named, "{name}.{field} = {value}: {faults:?}");
            };
            if member.required {
                let mut input = all.clone();
                input.as_object_mut().unwrap().remove(field);
                let missing = (field.clone(), "Missing".to_owned());
                assert!(faults(name, &input).contains(&missing), "{name}.{field}");
            }
            let shape = model.shape(&member.shape).unwrap();
            if shape.document {
                continue;
            }
            match shape.kind.as_str() {
                "integer" | "long" => {
                    refuses(json!("7"), "WrongType");
                    refuses(json!(true), "WrongType");
                    let bounds = [shape.min.map(|min| min - 1), shape.max.map(|max| max + 1)];
                    for value in bounds.into_iter().flatten() {
                        refuses(json!(value), "OutOfRange");
                    }
                    if shape.kind == "integer" {
                        refuses(json!(i64::from(i32::MAX) + 1), "OutOfRange");
                    }
                }
                "boolean" => refuses(json!("true"), "WrongType"),
                "string" => refuses(json!(7), "WrongType"),
                "list" => refuses(json!("x"), "WrongType"),
                "map" => refuses(json!([]), "WrongType"),
                "structure" => {
                    refuses(json!(7), "WrongType");
                    let mut inner = all[field].clone();
                    inner["zzUnknown"] = json!(1);
                    refuses(inner, "UnknownMember");
                }
                other => panic!("{name}.{field} is a {other}"),
            }
        }
        let mut unknown = all.clone();
        unknown["zzUnknown"] = json!(1);
        let expected = (
            "zzUnknown".to_owned(),
            format!("{:?}", FieldErrorKind::UnknownMember),
        );
        let faults = faults(name, &unknown);
        assert!(faults.contains(&expected), "{name}: {faults:?}");
    }
}

macro_rules! fields {
    ($($operation:ty,)*) => {
        #[test]
        fn requests_have_the_members_of_the_model_and_the_listed_additions() {
            let model = Model::load().unwrap();
            $(check_fields::<$operation>(&model);)*
        }
    };
}
neptunedata::for_each_operation!(fields);

fn check_fields<O: Operation + DeserializeOwned>(model: &Model) {
    let name = O::INFO.name;
    let mut input = model.minimal_input(name);
    let minimal = serde_json::from_value::<O>(input.clone());
    assert!(minimal.is_ok(), "{name}: {input}");
    input["zzUnknown"] = json!(1);
    let error = match serde_json::from_value::<O>(input) {
        Ok(_) => panic!("{name} ignores unknown members"),
        Err(error) => error.to_string(),
    };
    // serde lists what it would have taken.
    let ours: BTreeSet<_> = error
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|field| *field != "zzUnknown")
        .collect();
    let additions = INPUTS
        .iter()
        .filter(|(operation, ..)| *operation == name)
        .map(|(_, member, _)| *member);
    let settings = SETTINGS.iter().filter(|(operation, ..)| *operation == name);
    let additions = additions.chain(settings.map(|(_, member, ..)| *member));
    let theirs = model.input(name).iter().map(|member| member.name.as_str());
    assert_eq!(ours, theirs.chain(additions).collect(), "{name}");
}

#[test]
fn additions_are_sent_and_have_a_reason() {
    let model = Model::load().unwrap();
    for (operation, member, reason) in INPUTS {
        assert!(!reason.is_empty(), "{operation}.{member}");
        let known = model.input(operation).iter().any(|it| it.name == *member);
        assert!(!known, "{operation}.{member} is in the model");
        let mut input = model.minimal_input(operation);
        input[member] = json!("zz-probe");
        let request = sent(operation, &input);
        let in_body = body(&request).get(member).is_some();
        let somewhere = in_body || is_in_query(&request, member);
        assert!(somewhere, "{operation}.{member} is not sent");
    }
}

#[test]
fn settings_change_what_is_sent() {
    let model = Model::load().unwrap();
    let probes = Probes {
        model: &model,
        wire: false,
    };
    for (operation, member, value, reason) in SETTINGS {
        assert!(!reason.is_empty(), "{operation}.{member}");
        let members = model.input(operation);
        assert!(
            members.iter().all(|it| it.name != *member),
            "{operation}.{member}"
        );
        let mut input = Value::Object(probes.members(members, operation));
        let without = sent(operation, &input);
        input[member] = serde_json::from_str(value).unwrap();
        let with = sent(operation, &input);
        assert_ne!(body(&with), body(&without), "{operation}.{member}");
        let is_member = body(&with).get(member).is_some() || is_in_query(&with, member);
        assert!(!is_member, "{operation}.{member} is sent");
    }
}
