//! Every input and every output is the same after a trip through its serde form.

use std::collections::BTreeSet;

use neptunedata_tests::vectors::model::Model;
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::Value;

use crate::support::*;

/// What has fields that are no members, as their documentation says: how flags are written, a time for a hint, the media
/// type of a report.
fn has_others(name: &str) -> bool {
    [
        "StartLoaderJob",
        "ExecuteOpenCypherQuery",
        "ExecuteOpenCypherExplainQuery",
        "the output of ExecuteOpenCypherExplainQuery",
    ]
    .contains(&name)
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
fn all_survive() {
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
            other => panic!("{other} is no object"),
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
fn all_members_come_and_go() {
    check_every::<MembersComeAndGo>();
}
