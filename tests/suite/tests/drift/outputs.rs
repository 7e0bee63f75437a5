//! Statuses and exceptions are those of the model. Which members are read, the vectors of `conformance` say.

use neptunedata::{ExceptionKind, catalog::OPERATIONS, error::ExceptionSide};
use neptunedata_tests::{additions::OUTPUTS, vectors::model::Model};

#[test]
fn additions_are_not_in_the_model() {
    let model = Model::load().unwrap();
    for (operation, member) in OUTPUTS {
        let known = model.output(operation).iter().any(|it| it.name == *member);
        assert!(!known, "{operation}.{member} is in the model");
    }
}

/// The reader needs the names to tell an output from an error object.
#[test]
fn names_of_output_members_are_the_models() {
    let letters = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let model = Model::load().unwrap();
    for info in OPERATIONS {
        let ours: Vec<_> = info.output_members.iter().map(|it| letters(it)).collect();
        for member in model.output(info.name) {
            let is_in_body = !["payload", "statusCode"].contains(&member.location.as_str());
            if is_in_body && member.wire_name != "requestId" {
                let name = letters(&member.wire_name);
                assert!(ours.contains(&name), "{}: {name}", info.name);
            }
        }
    }
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
