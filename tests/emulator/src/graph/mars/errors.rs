//! The errors of the engine as Neptune's.

use marsdb_graph::GraphError;
use marsdb_query::QueryError;

use super::values;
use crate::engine::internal;
use crate::failure::Failure;
use crate::graph::cypher::{self, RANGE_TOO_LONG, Translation};

/// The error of a query.
pub(super) fn query(error: QueryError, translation: &Translation) -> Failure {
    match error {
        QueryError::Syntax(message) => malformed(&placed(&message, translation)),
        QueryError::Semantic(message) => with_place(message, translation),
        QueryError::UnboundVariable(message) if message.contains("no longer exists") => {
            // Neptune's text is not known.
            Failure::bad_request("The query reads an element that it has deleted.")
        }
        QueryError::UnboundVariable(name) => not_defined(&name, translation),
        QueryError::MissingParam(name) => cypher::no_parameter(&name),
        QueryError::Type(message) if is_numeric(&message) => {
            Failure::new("InvalidNumericDataException", message)
        }
        QueryError::Type(message) if message.contains(RANGE_TOO_LONG) => deadline(),
        QueryError::Type(message) if message.contains("can't be stored") => {
            let is = |kind: &str| message.contains(&format!("(got {kind}("));
            let found = ["Map", "List"].into_iter().find(|kind| is(kind));
            values::not_simple(found.unwrap_or("Element"))
        }
        QueryError::Type(message) => {
            Failure::bad_request(message.replace("MarsDB", "the emulator"))
        }
        QueryError::Graph(error) => graph(error),
        QueryError::ResourceLimit(_) | QueryError::Timeout => deadline(),
        QueryError::Cancelled => internal("The query was stopped."),
    }
}

/// The error of the store.
pub(super) fn graph(error: GraphError) -> Failure {
    match error {
        // The guide describes the error without its text.
        GraphError::NodeHasEdges(_) => Failure::bad_request(
            "Cannot delete a node that still has relationships. Use DETACH DELETE to delete both.",
        ),
        other => internal(other),
    }
}

/// The error for an id that another element has
/// ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-extensions.html)).
pub(super) fn duplicate(id: &str) -> Failure {
    Failure::new(
        "DuplicateDataException",
        format!("The id {id} is already in use."),
    )
}

/// The error for a node without labels; the guide describes it without its text.
pub(super) fn last_label() -> Failure {
    Failure::bad_request("Cannot remove the last label of a node.")
}

fn malformed(message: &str) -> Failure {
    Failure::new("MalformedQueryException", message)
}

/// An error that was found before the execution. If it names something, such as `undefined variable 'm'`, the first
/// place of the name is added.
fn with_place(message: String, translation: &Translation) -> Failure {
    let Some(name) = message.split('\'').nth(1) else {
        return malformed(&message);
    };
    if message.contains("undefined variable") {
        return not_defined(name, translation);
    }
    malformed(&format!("{message}{}", place(name, translation)))
}

fn not_defined(name: &str, translation: &Translation) -> Failure {
    let place = place(name, translation);
    malformed(&format!("Variable `{name}` not defined{place}"))
}

/// The first place of a name in the query of the user.
fn place(name: &str, translation: &Translation) -> String {
    let found = translation.find(name);
    found.map_or_else(String::new, |(line, column)| {
        format!(" (line {line}, column {column})")
    })
}

/// The error of a query that takes more than its budget.
fn deadline() -> Failure {
    Failure::new(
        "TimeLimitExceededException",
        "Operation terminated (deadline exceeded)",
    )
}

/// Whether this is an error of arithmetic.
fn is_numeric(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["overflow", "divi", "modulo"]
        .iter()
        .any(|word| message.contains(word))
}

/// A syntax error with its place in the query of the user: the engine's message begins with `line 1:4 `, where columns
/// count from 0.
fn placed(message: &str, translation: &Translation) -> String {
    let message = message.trim_start_matches("syntax error: ");
    let place = message.strip_prefix("line ").and_then(|rest| {
        let (place, text) = rest.split_once(' ')?;
        let (line, column) = place.split_once(':')?;
        Some((line.parse().ok()?, column.parse::<usize>().ok()?, text))
    });
    match place {
        Some((line, column, text)) => {
            let (line, column) = translation.locate(line, column.saturating_add(1));
            format!("Invalid input at line {line}, column {column}: {text}")
        }
        None => message.to_owned(),
    }
}
