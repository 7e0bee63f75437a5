//! The facts that each operation states about itself, against the service model; and that no
//! operation was forgotten on the list.

#[path = "drift/enums.rs"]
mod enums;
#[path = "drift/fields.rs"]
mod fields;
#[path = "drift/inputs.rs"]
mod inputs;
#[path = "drift/outputs.rs"]
mod outputs;
#[path = "drift/probe.rs"]
mod probe;

use std::{collections::BTreeSet, fs, path::Path};

use neptunedata::{
    Effect,
    catalog::{OPERATIONS, SPARQL_OPERATIONS},
    dynamic,
};
use neptunedata_tests::vectors::model::Model;

/// Effects that are not what the model's traits say, and why.
const OTHER_EFFECTS: &[(&str, Effect, &str)] = &[
    (
        "ExecuteGremlinExplainQuery",
        Effect::Read,
        "the query is planned and not executed",
    ),
    (
        "ExecuteFastReset",
        Effect::Write,
        "performed twice it also deletes what was written in between",
    ),
    (
        "ExecuteOpenCypherExplainQuery",
        Effect::Write,
        "all modes but static execute the query (M04)",
    ),
    (
        "StartLoaderJob",
        Effect::Write,
        "without a token a second execution is a second load (M03)",
    ),
];

#[test]
fn methods_paths_exceptions_and_pages_are_the_models() {
    let model = Model::load().unwrap();
    for info in OPERATIONS {
        let name = info.name;
        let (method, uri) = model
            .route(name)
            .unwrap_or_else(|| panic!("the model has no {name}"));
        assert_eq!((info.method.as_str(), info.path), (method, uri), "{name}");

        let ours: BTreeSet<_> = info.exceptions.iter().map(|kind| kind.name()).collect();
        let theirs = model.exceptions(name).unwrap_or_default();
        assert_eq!(
            ours,
            theirs.iter().map(String::as_str).collect(),
            "exceptions of {name}"
        );

        let page = format!("/API_{name}.html");
        assert!(
            info.documentation.ends_with(&page),
            "documentation of {name}"
        );
        assert!(!info.iam_actions.is_empty(), "IAM actions of {name}");
        assert!(
            info.iam_actions.iter().all(|action| !action.contains(':')),
            "{name}"
        );
    }
}

#[test]
fn effects_are_the_models_traits_or_have_a_reason() {
    let model = Model::load().unwrap();
    for info in OPERATIONS {
        let expected = match model.traits(info.name) {
            Some((true, _)) => Effect::Read,
            Some((false, true)) => Effect::Idempotent,
            _ => Effect::Write,
        };
        let other = OTHER_EFFECTS.iter().find(|(name, ..)| *name == info.name);
        let expected = other.map_or(expected, |(_, effect, _)| *effect);
        assert_eq!(info.effect, expected, "{}", info.name);
    }
}

/// The model has no SPARQL operations; their names are this client's own.
#[test]
fn sparql_operations_are_not_in_the_model() {
    let model = Model::load().unwrap();
    assert_eq!(SPARQL_OPERATIONS.len(), 10);
    for info in SPARQL_OPERATIONS {
        let name = info.name;
        assert_eq!(model.route(name), None, "{name}");
        assert_eq!(dynamic::info(name), Some(*info));
        assert!(info.path.starts_with("/sparql"), "{name}");
        assert!(!info.iam_actions.is_empty(), "IAM actions of {name}");
        assert!(!info.exceptions.is_empty(), "exceptions of {name}");
        let guide = "https://docs.aws.amazon.com/neptune/latest/userguide/";
        assert!(info.documentation.starts_with(guide), "{name}");
    }
}

#[test]
fn every_operation_in_the_sources_is_on_the_list() {
    let mut found = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/src"),
        &mut found,
    );
    assert!(!found.is_empty());
    let listed: BTreeSet<_> = OPERATIONS
        .iter()
        .chain(SPARQL_OPERATIONS)
        .map(|info| info.name.to_ascii_lowercase())
        .collect();
    // Names differ in capitals: `GetMLEndpoint` is `GetMlEndpoint` in Rust.
    let found: BTreeSet<_> = found.iter().map(|name| name.to_ascii_lowercase()).collect();
    assert_eq!(
        found, listed,
        "an operation is not in for_each_operation! or for_each_sparql_operation!"
    );
}

/// The types that the sources below `folder` implement `Operation` for, by hand or with a macro such as `operation!`.
fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let by_hand = source.split("\nimpl Operation for ").skip(1);
        let declared = source.split("! {\n    name: \"").skip(1);
        let declared = declared.filter_map(|rest| Some(rest.split_once("pub struct ")?.1));
        let names = by_hand.chain(declared);
        found.extend(
            names
                .filter_map(|rest| rest.split([' ', '{']).next())
                .map(str::to_owned),
        );
    }
}
