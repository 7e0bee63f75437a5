//! Every input and every output is the same after it was serialized and deserialized.

use std::collections::BTreeSet;

use neptunedata_tests::{
    additions::{INPUTS, OUTPUTS, SETTINGS, SKIPPED},
    vectors::model::Model,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::Value;

use crate::support::*;

/// Whether it has fields without a serde form.
fn has_others(name: &str) -> bool {
    let mut skipped = SKIPPED.iter();
    skipped.any(|(operation, ..)| name == format!("the output of {operation}"))
}

fn survives<T: Shape>(name: &str) {
    holds::<T>(name, |value| {
        let tree = serde_json::to_value(&value).unwrap();
        let back = serde_json::from_value::<T>(tree.clone());
        let back = back.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&serde_json::to_value(&back).unwrap(), &tree);
        let text = serde_json::to_string(&value).unwrap();
        let read = serde_json::from_str::<T>(&text);
        let read = read.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&read, &back);
        prop_assert!(back == value || has_others(name), "{:?}", back);
        Ok(())
    });
}

struct InputAndOutput;

impl Property for InputAndOutput {
    fn check<O: Every>() {
        survives::<O>(O::INFO.name);
        survives::<O::Output>(&format!("the output of {}", O::INFO.name));
    }
}

#[test]
fn all_values_round_trip() {
    check_every::<InputAndOutput>();
}

/// The members that come in some of the values, and those that come in all.
fn members<T: Shape>() -> (BTreeSet<String>, BTreeSet<String>) {
    let mut runner = TestRunner::deterministic();
    let strategy = any::<T>();
    let mut samples = (0..400).map(|_| {
        let value = strategy.new_tree(&mut runner).unwrap().current();
        match serde_json::to_value(value).unwrap() {
            Value::Object(members) => members.into_iter().map(|(name, _)| name).collect(),
            other => panic!("{other} is not an object"),
        }
    });
    let first: BTreeSet<_> = samples.next().unwrap();
    samples.fold((first.clone(), first), |(some, all), one| {
        (&some | &one, &all & &one)
    })
}

struct MembersComeAndGo;

impl Property for MembersComeAndGo {
    /// Those of the service model: every one comes, and every one that need not be there is missing sometimes.
    fn check<O: Every>() {
        let (name, model) = (O::INFO.name, Model::load().unwrap());
        let (some, all) = members::<O>();
        for (member, required) in model.input_members(name) {
            assert!(some.contains(member), "{name}: {member} never comes");
            assert_eq!(all.contains(member), required, "{name}: {member}");
        }
        let (some, all) = members::<O::Output>();
        for (member, _) in model.output_members(name) {
            assert!(some.contains(member), "{name}: {member} is never answered");
            // The status is that of the answer, and some answers are one thing.
            let always = ["statusCode", "output", "results"].contains(&member);
            assert_eq!(all.contains(member), always, "{name}: {member}");
        }
    }
}

#[test]
fn all_members_are_sometimes_present_and_sometimes_absent() {
    check_every::<MembersComeAndGo>();
}

/// Fields that have other names than their members.
const RENAMED: &[(&str, &str, &str)] = &[("ExecuteGremlinQuery", "meta", "outerMeta")];

/// The fields of a struct, as `Debug` has them, in the form of serde's names without regard to capitals.
fn fields<T: Shape>() -> BTreeSet<String> {
    let mut runner = TestRunner::deterministic();
    let value = any::<T>().new_tree(&mut runner).unwrap().current();
    let text = format!("{value:#?}");
    let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    let fields = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name);
    let fields = fields.filter(|name| !name.starts_with(' ') && !name.contains('"'));
    fields.map(plain).collect()
}

/// A name as Rust or serde has it.
fn plain(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

struct AdditionsAreListed;

impl Property for AdditionsAreListed {
    /// What the model does not have is on the list, and nothing else is there.
    fn check<O: Every>() {
        let (name, model) = (O::INFO.name, Model::load().unwrap());
        if model.route(name).is_none() {
            return;
        }
        let of = |operation: &str| operation == name;
        let (ours, _) = members::<O>();
        let theirs = model
            .input_members(name)
            .into_iter()
            .map(|(member, _)| member);
        let listed = INPUTS.iter().filter(|(it, ..)| of(it)).map(|it| it.1);
        let settings = SETTINGS.iter().filter(|(it, ..)| of(it)).map(|it| it.1);
        let expected: BTreeSet<_> = theirs
            .chain(listed)
            .chain(settings)
            .map(str::to_owned)
            .collect();
        assert_eq!(ours, expected, "{name}");

        let (ours, _) = members::<O::Output>();
        let theirs = model
            .output_members(name)
            .into_iter()
            .map(|(member, _)| member);
        let listed = OUTPUTS.iter().filter(|(it, _)| of(it)).map(|it| it.1);
        let expected: BTreeSet<_> = theirs.chain(listed).map(str::to_owned).collect();
        assert_eq!(ours, expected, "the output of {name}");

        let named = |member: &String| {
            let other = RENAMED
                .iter()
                .find(|(it, from, _)| of(it) && from == member);
            plain(other.map_or(member.as_str(), |it| it.2))
        };
        let named: BTreeSet<_> = ours.iter().map(named).collect();
        let skipped = SKIPPED
            .iter()
            .filter(|(it, ..)| of(it))
            .map(|it| plain(it.1));
        let without: BTreeSet<_> = fields::<O::Output>().difference(&named).cloned().collect();
        assert_eq!(
            without,
            skipped.collect(),
            "fields of {name} without a serde form"
        );
    }
}

#[test]
fn all_additions_are_listed() {
    check_every::<AdditionsAreListed>();
}

#[test]
fn rejected_values_have_no_serde_form() {
    let query = neptunedata::opencypher::ExecuteOpenCypherQuery::new("RETURN 1").parameters([1]);
    let error = serde_json::to_value(&query).unwrap_err().to_string();
    assert_eq!(error, "parameters: expected object, found array");
    let query = query.parameters(serde_json::json!({"a": 1}));
    let tree = serde_json::to_value(&query).unwrap();
    assert_eq!(
        serde_json::from_value::<neptunedata::opencypher::ExecuteOpenCypherQuery>(tree).unwrap(),
        query
    );
}
