//! The steps of the TCK's scenarios.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::gherkin::{Scenario, Step};
use crate::graph::{Graph, Refusal, Row};
use crate::statements::are_same;
use crate::value::{DEFAULT_LABEL, Value};

/// The statements that make each named graph.
pub(crate) type NamedGraphs = BTreeMap<String, Vec<String>>;

/// A scenario in progress.
struct Run<'a> {
    graphs: &'a NamedGraphs,
    graph: Graph,
    parameters: Map<String, Json>,
    /// The contents of the graph before the last query.
    before: Option<Contents>,
    answer: Option<Result<Vec<Row>, Refusal>>,
}

/// What side effects are counted in.
const KINDS: [&str; 4] = ["nodes", "relationships", "labels", "properties"];

/// The nodes, the relationships, the labels that a node has, and the properties with their elements.
type Contents = [BTreeSet<String>; 4];

/// Runs all steps.
///
/// # Errors
///
/// The step that does not pass, and why.
pub(crate) fn run(scenario: &Scenario, graphs: &NamedGraphs) -> Result<(), String> {
    let mut run = Run {
        graphs,
        graph: Graph::empty(),
        parameters: Map::new(),
        before: None,
        answer: None,
    };
    for step in &scenario.steps {
        run.step(step)
            .map_err(|why| format!("{}: {why}", step.text))?;
    }
    Ok(())
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step.text.as_str() {
            "an empty graph" | "any graph" => {}
            "having executed:" => self.make(&step.doc)?,
            "parameters are:" => {
                for row in &step.table {
                    let [name, value] = row.as_slice() else {
                        panic!("{row:?}");
                    };
                    let value = Value::parse(value).to_json();
                    self.parameters.insert(name.clone(), value);
                }
            }
            "executing query:" | "executing control query:" => {
                // A graph that has not been written to is empty.
                let contents = self.before.is_some().then(|| contents(&mut self.graph));
                self.before = Some(contents.unwrap_or_default());
                self.answer = Some(self.graph.query(&step.doc, &self.parameters));
            }
            "the result should be empty" => {
                let rows = self.rows()?;
                if !rows.is_empty() {
                    return Err(format!("{} rows", rows.len()));
                }
            }
            "no side effects" => self.compare_effects(&[])?,
            "the side effects should be:" => self.compare_effects(&step.table)?,
            text => {
                if let Some(how) = text.strip_prefix("the result should be") {
                    let ordered_lists = !how.contains("ignoring element order for lists");
                    return self.compare_rows(&step.table, how.contains("in order"), ordered_lists);
                }
                if let Some(graph) = text
                    .strip_prefix("the ")
                    .and_then(|it| it.strip_suffix(" graph"))
                {
                    let statements = &self.graphs[graph];
                    return statements
                        .iter()
                        .try_for_each(|statement| self.make(statement));
                }
                if text.contains(" should be raised at ") {
                    return self.expect_error();
                }
                panic!("no such step: {text}");
            }
        }
        Ok(())
    }

    fn make(&mut self, statement: &str) -> Result<(), String> {
        self.before = Some(Contents::default());
        let made = self.graph.query(statement, &self.parameters);
        made.map(drop).map_err(|refusal| describe(&refusal))
    }

    fn rows(&self) -> Result<&[Row], String> {
        let answer = self.answer.as_ref().expect("a query before");
        answer.as_deref().map_err(describe)
    }

    /// The names of the TCK's errors are not Neptune's, so any error passes.
    fn expect_error(&self) -> Result<(), String> {
        match self.rows() {
            Ok(rows) => Err(format!("{} rows", rows.len())),
            Err(_) => Ok(()),
        }
    }

    fn compare_rows(
        &self,
        table: &[Vec<String>],
        ordered: bool,
        ordered_lists: bool,
    ) -> Result<(), String> {
        let rows = self.rows()?;
        let [columns, expected @ ..] = table else {
            panic!("no columns");
        };
        let parsed = |row: &Vec<String>| row.iter().map(|text| Value::parse(text)).collect();
        let expected: Vec<Vec<Value>> = expected.iter().map(parsed).collect();
        let is_row = |expected: &Vec<Value>, row: &Row| {
            columns.len() == row.len()
                && columns.iter().zip(expected).all(|(column, value)| {
                    row.get(column)
                        .is_some_and(|actual| value.is(actual, ordered_lists))
                })
        };
        let equal = if ordered {
            expected.len() == rows.len()
                && expected
                    .iter()
                    .zip(rows)
                    .all(|(expected, row)| is_row(expected, row))
        } else {
            are_same(&expected, rows, is_row)
        };
        if equal {
            return Ok(());
        }
        let rows = serde_json::to_string(rows).unwrap();
        Err(format!("expected {table:?}, got {rows:.1000}"))
    }

    fn compare_effects(&mut self, table: &[Vec<String>]) -> Result<(), String> {
        let expected = table
            .iter()
            .map(|row| (row[0].clone(), row[1].parse().unwrap()));
        let expected: BTreeMap<String, usize> = expected.filter(|(_, count)| *count > 0).collect();
        let before = self.before.as_ref().expect("a query before");
        let after = contents(&mut self.graph);
        let mut effects = BTreeMap::new();
        for ((what, before), after) in KINDS.iter().zip(before).zip(&after) {
            for (sign, count) in [
                ('+', after.difference(before).count()),
                ('-', before.difference(after).count()),
            ] {
                if count > 0 {
                    effects.insert(format!("{sign}{what}"), count);
                }
            }
        }
        if effects == expected {
            Ok(())
        } else {
            Err(format!("expected {expected:?}, got {effects:?}"))
        }
    }
}

fn describe(refusal: &Refusal) -> String {
    format!("{} {}: {}", refusal.status, refusal.code, refusal.message)
}

fn contents(graph: &mut Graph) -> Contents {
    let [mut nodes, mut relationships, mut labels, mut properties] = Contents::default();
    for element in graph.contents().iter().flat_map(Map::values) {
        // The relationship of a node without one is null.
        let Some(id) = element["~id"].as_str() else {
            continue;
        };
        let is_node = element["~entityType"] == "node";
        let elements = if is_node {
            &mut nodes
        } else {
            &mut relationships
        };
        elements.insert(id.to_owned());
        let of_element = element["~labels"].as_array();
        let of_element = of_element
            .into_iter()
            .flatten()
            .filter(|it| *it != DEFAULT_LABEL);
        labels.extend(of_element.map(Json::to_string));
        for (key, value) in element["~properties"].as_object().expect("properties") {
            properties.insert(format!("{id} {key} {value}"));
        }
    }
    [nodes, relationships, labels, properties]
}
