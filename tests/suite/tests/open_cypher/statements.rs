//! Typical statements with the answers that Neptune gives.

use std::{collections::BTreeMap, env, fs, path::Path};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::graph::{Graph, Refusal, Row};
use crate::list::entries;

const STATEMENTS: &str = "OPENCYPHER_STATEMENTS";
const FIXTURE: &str = "OPENCYPHER_FIXTURE";

/// What the emulator lacks: ids of statements, each with a part of its error.
const LACKING: &str = include_str!("lacking.txt");

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Statement {
    id: String,
    /// Whether the graph of the fixture is there.
    pub(crate) fixture: bool,
    #[serde(default)]
    before: Vec<String>,
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
    #[serde(default)]
    ordered: bool,
    results: Option<Vec<Row>>,
    /// The exception, or `any`.
    error: Option<String>,
    #[serde(default)]
    after: Vec<After>,
    #[serde(default)]
    note: String,
}

/// A query that looks at the graph afterwards.
#[derive(Clone, Debug, Deserialize)]
struct After {
    query: String,
    results: Vec<Row>,
}

/// Why a statement does not pass.
enum Failing {
    Lacking(String),
    Wrong(String),
}

/// The statements of the repository.
pub(crate) fn own() -> Vec<Statement> {
    parsed(include_str!("../../vectors/open_cypher/statements.jsonl"))
}

/// The statements that make the graph of the fixture.
pub(crate) fn fixture() -> Vec<String> {
    serde_json::from_str(include_str!("../../vectors/open_cypher/fixture.json")).unwrap()
}

fn parsed(lines: &str) -> Vec<Statement> {
    let lines = lines.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

impl Statement {
    fn run(&self, fixture: &[String]) -> Result<(), Failing> {
        let mut graph = Graph::after(if self.fixture { fixture } else { &[] });
        for before in &self.before {
            graph.run(before).map_err(|it| failing(before, &it))?;
        }
        let answer = graph.query(&self.query, &self.parameters);
        match (&self.error, answer) {
            (Some(expected), Err(refusal)) => {
                if expected != "any" && *expected != refusal.code {
                    return Err(failing("another error", &refusal));
                }
            }
            (Some(expected), Ok(rows)) => {
                return Err(Failing::Wrong(format!("no {expected}: {rows:?}")));
            }
            (None, Ok(rows)) => {
                let expected = self.results.as_deref().expect("results or an error");
                self.compare(expected, rows)?;
            }
            (None, Err(refusal)) => return Err(failing("refused", &refusal)),
        }
        for after in &self.after {
            let rows = graph.run(&after.query);
            let rows = rows.map_err(|it| failing(&after.query, &it))?;
            self.compare(&after.results, rows)?;
        }
        Ok(())
    }

    fn compare(&self, expected: &[Row], mut rows: Vec<Row>) -> Result<(), Failing> {
        if self.note.contains("keys sorted by the runner") {
            rows.iter_mut().for_each(sort_lists);
        }
        let equal = if self.ordered {
            expected.len() == rows.len()
                && expected
                    .iter()
                    .zip(&rows)
                    .all(|(expected, row)| is_row(expected, row))
        } else {
            are_same(expected, &rows, is_row)
        };
        if equal {
            Ok(())
        } else {
            let text = |rows: &[Row]| serde_json::to_string(rows).unwrap();
            let wrong = format!("expected {}, got {}", text(expected), text(&rows));
            Err(Failing::Wrong(wrong))
        }
    }
}

fn failing(what: &str, refusal: &Refusal) -> Failing {
    let text = format!("{}: {}", refusal.code, refusal.message);
    if refusal.is_lacking() {
        Failing::Lacking(text)
    } else {
        Failing::Wrong(format!("{what}: {text}"))
    }
}

fn sort_lists(row: &mut Row) {
    for value in row.values_mut() {
        if let Value::Array(list) = value {
            list.sort_by_key(Value::to_string);
        }
    }
}

/// Whether two lists have the same items in any order.
pub(crate) fn are_same<A, B>(expected: &[A], actual: &[B], is: impl Fn(&A, &B) -> bool) -> bool {
    let mut rest: Vec<&B> = actual.iter().collect();
    let found = expected.iter().all(|expected| {
        let place = rest.iter().position(|actual| is(expected, actual));
        place.map(|place| rest.swap_remove(place)).is_some()
    });
    found && rest.is_empty()
}

fn is_row(expected: &Row, actual: &Row) -> bool {
    expected.len() == actual.len()
        && expected
            .iter()
            .all(|(column, value)| actual.get(column).is_some_and(|actual| is(value, actual)))
}

/// Whether a value is the expected one. An integer is not a float of the same value.
fn is(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::String(any), _) if any == "*" => true,
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len()
                && expected
                    .iter()
                    .zip(actual)
                    .all(|(expected, actual)| is(expected, actual))
        }
        (Value::Object(expected), Value::Object(actual)) => is_row(expected, actual),
        _ => expected == actual,
    }
}

/// The statements to run, and whether they are those of the repository.
fn selected() -> (Vec<Statement>, Vec<String>, bool) {
    let Some(file) = env::var_os(STATEMENTS).filter(|file| !file.is_empty()) else {
        return (own(), fixture(), true);
    };
    let file = Path::new(&file);
    let statements = parsed(&fs::read_to_string(file).unwrap());
    let default = file.with_file_name("fixture.json").into_os_string();
    let fixture = fs::read(env::var_os(FIXTURE).unwrap_or(default)).unwrap();
    (statements, serde_json::from_slice(&fixture).unwrap(), false)
}

#[test]
fn statements_are_answered_as_neptune_does() {
    let (statements, fixture, own) = selected();
    let listed: BTreeMap<&str, &str> = entries(LACKING).collect();
    let mut lacking: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for statement in &statements {
        let id = statement.id.as_str();
        let expected = listed.get(id).filter(|_| own);
        match (statement.run(&fixture), expected) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => wrong.push(format!("{id}: passes, but is listed as lacking")),
            (Err(Failing::Lacking(text)), None) if !own => {
                lacking.entry(text).or_default().push(id)
            }
            (Err(Failing::Lacking(text)), Some(part)) if text.contains(part) => {
                lacking.entry(text).or_default().push(id);
            }
            (Err(Failing::Lacking(text) | Failing::Wrong(text)), _) => {
                wrong.push(format!("{id}: {}\n    {text}", statement.query));
            }
        }
    }
    let count: usize = lacking.values().map(Vec::len).sum();
    let passed = statements.len() - count - wrong.len();
    println!(
        "statements: {passed} passed, {count} lacking, {} failed",
        wrong.len()
    );
    for (text, ids) in &lacking {
        println!("lacking ({}): {text}", ids.join(", "));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
