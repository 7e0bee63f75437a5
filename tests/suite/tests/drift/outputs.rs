//! Every member of every answer is read from its wire name in the model.

use neptunedata::{
    ExceptionKind, bytes::Bytes, catalog::OPERATIONS, dynamic, error::ExceptionSide, http::Response,
};
use neptunedata_tests::{
    additions::OUTPUTS,
    vectors::model::{Member, Model},
};
use serde_json::{Value, json};

use crate::probe::Probes;

fn read(operation: &str, body: &str) -> Value {
    let answer = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    dynamic::response(operation, &answer)
        .unwrap_or_else(|error| panic!("{operation} {body}: {error}"))
}

/// Compares member by member, so that a failure names the member.
fn check(place: &str, ours: &Value, theirs: &Value) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (name, value) in theirs {
                let place = format!("{place}.{name}");
                let got = ours.get(name).unwrap_or_else(|| panic!("{place} is lost"));
                check(&place, got, value);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                check(&format!("{place}[{index}]"), ours, theirs);
            }
        }
        _ => assert_eq!(ours, theirs, "{place}"),
    }
}

#[test]
fn every_member_is_read_from_where_the_model_has_it() {
    let model = Model::load().unwrap();
    let by_wire = Probes {
        model: &model,
        wire: true,
    };
    let by_model = Probes {
        model: &model,
        wire: false,
    };
    for info in OPERATIONS {
        let name = info.name;
        let members = model.output(name);
        if let [payload] = members
            && payload.location == "payload"
        {
            assert_eq!(
                read(name, "some text"),
                json!({payload.name.as_str(): "some text"})
            );
            continue;
        }
        let mut body = Value::Object(by_wire.members(members, name));
        let mut expected = Value::Object(by_model.members(members, name));
        for member in status_members(members) {
            body.as_object_mut().unwrap().remove(&member.wire_name);
            expected[&member.name] = json!(200);
        }
        check(name, &read(name, &body.to_string()), &expected);

        for (operation, member) in OUTPUTS {
            if *operation == name {
                let known = members.iter().any(|it| it.name == *member);
                assert!(!known, "{name}.{member} is in the model");
            }
        }
    }
}

fn status_members(members: &[Member]) -> impl Iterator<Item = &Member> {
    members
        .iter()
        .filter(|member| member.location == "statusCode")
}

#[test]
fn successes_have_the_status_of_the_model() {
    let model = Model::load().unwrap();
    for info in OPERATIONS {
        // The one that the client takes for granted; any from 200 to 299 will do.
        assert_eq!(model.response_code(info.name), Some(200), "{}", info.name);
    }
}

#[test]
fn exceptions_are_the_models() {
    let model = Model::load().unwrap();
    let mut theirs: Vec<_> = model.all_exceptions().collect();
    theirs.sort_unstable();
    let mut ours: Vec<_> = ExceptionKind::ALL
        .iter()
        .map(|kind| {
            let sender = kind.fault_side() == Some(ExceptionSide::Client);
            (kind.name(), kind.http_status().unwrap(), sender)
        })
        .collect();
    ours.sort_unstable();
    assert_eq!(ours, theirs);
}
