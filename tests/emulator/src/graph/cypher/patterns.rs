//! Rewrites the patterns of `MATCH`, `MERGE` and `CREATE`.
//!
//! - The engine finds nodes by id with an index if the hidden label is the first one of their pattern.
//! - `CREATE (n $properties)`: the engine accepts only maps, so that the members are listed.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::edits::Edits;
use super::not_emulated::not_emulated;
use super::query::{Clause, Query};
use super::{ID, NODE, no_parameter};
use crate::failure::Failure;

/// Rewrites all patterns.
pub(super) fn rewrite(
    query: &Query<'_>,
    parameters: &Map<String, Json>,
    edits: &mut Edits<'_>,
) -> Result<(), Failure> {
    // Whether there may be nodes without the hidden label: new nodes get it when the query ends, except those that
    // `MERGE` creates with it.
    let mut unlabelled = false;
    let variables = Variables::new(query);
    for at in 0..query.len() {
        let clause = query.clause(at);
        let writes = matches!(clause, Some(Clause::Create | Clause::Merge));
        let in_pattern = writes || clause == Some(Clause::Match);
        let opens = query.symbol(at, "(") || query.symbol(at, "[");
        let Some(close) = query.matching_bracket(at) else {
            continue;
        };
        if !in_pattern || !opens || !query.outside_brackets(at) {
            continue;
        }
        if writes {
            members(query, (at, close), parameters, edits)?;
        }
        if query.symbol(at, "[") {
            continue;
        }
        let named = query.variable(at + 1) && at + 1 < close;
        let has_id = has_id(query, (at, close));
        let labelled = match clause {
            Some(Clause::Match) => {
                has_id || (named && variables.sought.contains(query.name(at + 1)))
            }
            Some(Clause::Merge) => has_id,
            _ => false,
        };
        let labelled = labelled && !unlabelled;
        if labelled {
            edits.after(if named { at + 1 } else { at }, &format!(":`{NODE}`"));
        }
        let first = variables.first.get(query.name(at + 1));
        let bound = named && first.is_some_and(|first| *first < at);
        unlabelled |= writes && !labelled && !bound;
    }
    Ok(())
}

/// Whether the properties in a node pattern contain the id.
fn has_id(query: &Query<'_>, (open, close): (usize, usize)) -> bool {
    let level = query.level(open) + 2;
    (open..close).any(|at| {
        query.is_quoted_name(at, ID) && query.symbol(at + 1, ":") && query.level(at) == level
    })
}

/// The variables of a query.
struct Variables<'a> {
    /// Those whose id a condition compares.
    sought: HashSet<&'a str>,
    /// Where each occurs first.
    first: HashMap<&'a str, usize>,
}

impl<'a> Variables<'a> {
    fn new(query: &Query<'a>) -> Self {
        let (mut sought, mut first) = (HashSet::new(), HashMap::new());
        for at in (0..query.len()).filter(|at| query.variable(*at)) {
            first.entry(query.name(at)).or_insert(at);
            if query.clause(at) != Some(Clause::Where) {
                continue;
            }
            let by_function = query.call(at) == Some(at + 3)
                && query.word(at, "id")
                && query.variable(at + 2)
                && query.symbol(at + 4, "=");
            let by_property = query.symbol(at + 1, ".")
                && query.is_quoted_name(at + 2, ID)
                && query.symbol(at + 3, "=");
            if by_function {
                sought.insert(query.name(at + 2));
            } else if by_property {
                sought.insert(query.name(at));
            }
        }
        Self { sought, first }
    }
}

/// Lists the members of a parameter that is used as properties.
fn members(
    query: &Query<'_>,
    (open, close): (usize, usize),
    parameters: &Map<String, Json>,
    edits: &mut Edits<'_>,
) -> Result<(), Failure> {
    let level = query.level(open) + 1;
    let Some(at) = (open + 1..close).find(|at| query.symbol(*at, "$") && query.level(*at) == level)
    else {
        return Ok(());
    };
    let parameter = query.name(at + 1);
    let map = match parameters.get(parameter) {
        Some(Json::Object(map)) => map,
        Some(_) => {
            return Err(Failure::bad_request(format!(
                "The properties ${parameter} must be a map."
            )));
        }
        None => return Err(no_parameter(parameter)),
    };
    if map.keys().any(|key| key.contains('`') || key.is_empty()) {
        return Err(not_emulated(query, at, "a backtick in a name"));
    }
    let members = map
        .keys()
        .map(|key| format!("`{key}`: $`{parameter}`.`{key}`"))
        .collect::<Vec<_>>();
    edits.replace(at, format!("{{{}}}", members.join(", ")));
    edits.replace(at + 1, "");
    Ok(())
}
