//! The openCypher TCK, through responses of the emulator.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use crate::gherkin::{Scenario, scenarios};
use crate::list::entries;
use crate::scenario::{NamedGraphs, run};

const DIRECTORY: &str = "OPENCYPHER_TCK";

/// What Neptune does not support: a part of the name or of a step, and the reason.
const EXCLUDED: &str = include_str!("tck_excluded.txt");

/// What Neptune supports and the emulator does not: names of scenarios, each with the reason.
const FAILING: &str = include_str!("tck_failing.txt");

/// The least share of the supported scenarios that pass, in percent.
const LEAST: usize = 99;

/// The name of a scenario, such as `clauses/merge/Merge1 [14]`, and its steps.
struct Named(String, Scenario);

#[derive(Default)]
struct Counts {
    passed: usize,
    attempted: usize,
    excluded: usize,
}

/// All files below a folder with this extension, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let found = paths.into_iter().flat_map(|path| {
        if path.is_dir() {
            files(&path, extension)
        } else if path.extension().is_some_and(|it| it == extension) {
            vec![path]
        } else {
            Vec::new()
        }
    });
    found.collect()
}

fn read(directory: &Path) -> Vec<Named> {
    let features = directory.join("features");
    let mut all = Vec::new();
    for path in files(&features, "feature") {
        let file = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&features).unwrap().with_extension("");
        let named = |it: Scenario| Named(format!("{} {}", name.display(), it.id), it);
        all.extend(scenarios(&file).into_iter().map(named));
    }
    all
}

fn graphs(directory: &Path) -> NamedGraphs {
    let mut graphs = NamedGraphs::new();
    for path in files(&directory.join("graphs"), "cypher") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let statement = fs::read_to_string(&path).unwrap();
        graphs.entry(name).or_default().push(statement);
    }
    graphs
}

/// Why Neptune does not support a scenario.
fn exclusion<'a>(named: &Named, excluded: &[(&str, &'a str)]) -> Option<&'a str> {
    let Named(name, scenario) = named;
    let found = excluded
        .iter()
        .find(|(part, _)| match part.strip_prefix("name ") {
            Some(part) => name.contains(part),
            None => {
                let part = part.strip_prefix("step ").expect("`name` or `step`");
                let mut steps = scenario.steps.iter();
                steps.any(|step| step.text.contains(part) || step.doc.contains(part))
            }
        });
    found.map(|(_, reason)| *reason)
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(folder, _)| folder)
}

#[test]
fn scenarios_of_the_tck_pass() {
    let Some(directory) = env::var_os(DIRECTORY).filter(|it| !it.is_empty()) else {
        println!("TCK: 0 scenarios, because {DIRECTORY} is not set");
        return;
    };
    let directory = Path::new(&directory);
    let (all, graphs) = (read(directory), graphs(directory));
    let excluded: Vec<_> = entries(EXCLUDED).collect();
    let mut failing: BTreeMap<&str, &str> = entries(FAILING).collect();

    let mut folders: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (Named(name, _), outcome) in all.iter().zip(outcomes(&all, &graphs, &excluded)) {
        let counts = folders.entry(folder(name)).or_default();
        let Some(outcome) = outcome else {
            counts.excluded += 1;
            continue;
        };
        counts.attempted += 1;
        counts.passed += usize::from(outcome.is_ok());
        match (outcome, failing.remove(name.as_str())) {
            (Ok(()), Some(_)) => wrong.push(format!("{name}: passes, but is listed as failing")),
            (Err(why), None) => wrong.push(format!("{name}: {why}")),
            (Ok(()), None) | (Err(_), Some(_)) => {}
        }
    }
    wrong.extend(
        failing
            .keys()
            .map(|name| format!("{name}: is not there, but is listed")),
    );

    let mut total = Counts::default();
    for (folder, counts) in &folders {
        let Counts {
            passed,
            attempted,
            excluded,
        } = counts;
        println!("{folder}: {passed} of {attempted} passed, {excluded} excluded");
        total.passed += passed;
        total.attempted += attempted;
        total.excluded += excluded;
    }
    let Counts {
        passed,
        attempted,
        excluded,
    } = total;
    println!("TCK: {passed} of {attempted} passed, {excluded} excluded");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(passed * 100 >= attempted * LEAST, "{passed} of {attempted}");
}

/// The outcome of each scenario, in order; `None` if it is excluded.
fn outcomes(
    all: &[Named],
    graphs: &NamedGraphs,
    excluded: &[(&str, &str)],
) -> Vec<Option<Result<(), String>>> {
    let outcome = |named: &Named| {
        let supported = exclusion(named, excluded).is_none();
        supported.then(|| run(&named.1, graphs))
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(threads).max(1));
        let running =
            parts.map(|part| scope.spawn(|| part.iter().map(outcome).collect::<Vec<_>>()));
        let running: Vec<_> = running.collect();
        running
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    })
}
