//! Lines with hazards, where botocore's behaviour is a matter of choice. Each ends in a value or a
//! typed error, and how many end in which is a committed snapshot.

use std::{
    collections::BTreeMap,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use neptunedata::error::Cause;
use neptunedata_tests::vectors::{self, model::Model};

use crate::{
    inputs, report,
    report::is_known,
    requests::{self, Failure},
    responses,
};

/// The ids of lines, by file, hazard, botocore's outcome and ours.
type Outcomes = BTreeMap<String, Vec<String>>;

#[test]
fn hazards_end_in_a_value_or_a_typed_error() {
    let model = Model::load().unwrap();
    let mut outcomes = Outcomes::new();
    let mut problems = Vec::new();
    let mut lines = 0;
    let mut count = |file: &str, id: &str, hazards: &[String], theirs: &str, ours: Outcome<'_>| {
        lines += 1;
        let ours = match catch_unwind(AssertUnwindSafe(ours)) {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(problem)) => return problems.push(format!("{id}: {problem}")),
            Err(_) => return problems.push(format!("{id}: panicked")),
        };
        for hazard in hazards {
            let key = format!("{file} {hazard}: {theirs} there, {ours} here");
            outcomes.entry(key).or_default().push(id.to_owned());
        }
    };

    for line in vectors::lines::<requests::Line>("requests.jsonl").unwrap() {
        if is_known(&line.operation) && !line.hazards.is_empty() {
            count("requests", &line.id, &line.hazards, "request", &|| {
                Ok(of_request(&line, &model))
            });
        }
    }
    for line in vectors::lines::<responses::Line>("responses.jsonl").unwrap() {
        if is_known(&line.operation) && !line.hazards.is_empty() {
            let theirs = line.theirs();
            count("responses", &line.id, &line.hazards, theirs, &|| {
                of_response(&line, &model)
            });
        }
    }

    assert!(problems.is_empty(), "{}", problems.join("\n"));
    if vectors::are_own() {
        assert_ne!(lines, 0, "no line has a hazard");
        report::print(&format!(
            "hazards: {lines} checked against the snapshot, {} outcomes\n",
            outcomes.len()
        ));
        compare(&outcomes);
    } else {
        report::print(&format!(
            "hazards: {lines} ended well; no snapshot of other vectors\n{}",
            text_of(&outcomes)
        ));
    }
}

/// Runs a line, and says in a few words how it ended.
type Outcome<'a> = &'a dyn Fn() -> Result<String, String>;

fn of_request(line: &requests::Line, model: &Model) -> String {
    match requests::check(line, model) {
        Ok(()) => "the same".to_owned(),
        Err(Failure::Differs(_)) => "another request".to_owned(),
        Err(Failure::Endpoint(_)) => "endpoint refused".to_owned(),
        Err(Failure::Refused(error)) => {
            let faults = error.field_errors().iter();
            let kinds: Vec<_> = faults.map(|fault| inputs::name(fault.kind())).collect();
            format!("refused for {}", kinds.join(" and "))
        }
    }
}

fn of_response(line: &responses::Line, model: &Model) -> Result<String, String> {
    let outcome = line.run(model)?;
    Ok(match &outcome.result {
        Err(Cause::Decode(error)) => format!("decode error {:?}", error.kind()),
        _ if line.theirs() != "failure" && line.check(&outcome).is_ok() => match &outcome.result {
            Ok(value) if !line.keeps_digits(value) => "the same but for rounding".to_owned(),
            _ => "the same".to_owned(),
        },
        Ok(_) if line.theirs() == "value" => "another value".to_owned(),
        Ok(_) => "a value".to_owned(),
        Err(Cause::Service(error)) if line.theirs() == "error" => {
            format!("error {} with other details", error.kind)
        }
        Err(Cause::Service(error)) => format!("error {}", error.kind),
        Err(other) => return Err(format!("{other:?} cannot result from an answer")),
    })
}

fn text_of(outcomes: &Outcomes) -> String {
    let lines = outcomes.iter();
    lines
        .map(|(outcome, ids)| format!("{outcome}: {}\n", ids.len()))
        .collect()
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/hazards.snapshot.txt")
}

fn compare(outcomes: &Outcomes) {
    let text = text_of(outcomes);
    if env::var_os("UPDATE_SNAPSHOT").is_some_and(|value| value == "1") {
        return fs::write(path(), text).unwrap();
    }
    let committed = fs::read_to_string(path()).unwrap_or_default();
    let before: BTreeMap<_, _> = committed
        .lines()
        .filter_map(|line| line.rsplit_once(": "))
        .collect();
    let mut changes = String::new();
    for (outcome, ids) in outcomes
        .iter()
        .filter(|(outcome, _)| !before.contains_key(outcome.as_str()))
    {
        let shown: Vec<_> = ids.iter().take(3).map(String::as_str).collect();
        changes += &format!("\n  new: {outcome}: {} ({})", ids.len(), shown.join(", "));
    }
    for outcome in before
        .keys()
        .filter(|outcome| !outcomes.contains_key(**outcome))
    {
        changes += &format!("\n  gone: {outcome}");
    }
    for (outcome, count) in &before {
        let now = outcomes.get(*outcome).map(|ids| ids.len().to_string());
        if let Some(now) = now.filter(|now| now != count) {
            changes += &format!("\n  {count} became {now}: {outcome}");
        }
    }
    assert!(
        text == committed,
        "the outcomes changed, as they do with a new operation; read the new ones, and if all is \
         meant, run again with UPDATE_SNAPSHOT=1{changes}",
    );
}
