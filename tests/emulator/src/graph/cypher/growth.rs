//! Estimates the memory of the values of a query before it runs. The engine counts rows, but not what is in them, so
//! that a text or a list that is doubled again and again would take all memory.

use std::cell::Cell;
use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::query::{Clause, Query};
use super::ranges;
use super::tokens::Kind;
use crate::failure::Failure;

/// The bytes that the values of a query may take.
const MAX_SIZE: u64 = 128 * 1024 * 1024;
/// The bytes of an element of a list and of a member of a map. A character has one byte.
const ELEMENT: u64 = 64;
/// Smaller values are not counted for each row.
const SMALL: u64 = 1024;
/// Functions whose result is small, in lower case.
const SCALAR: &[&str] = &[
    "all",
    "any",
    "avg",
    "count",
    "exists",
    "id",
    "length",
    "none",
    "single",
    "size",
    "sum",
    "tofloat",
    "tointeger",
    "type",
];

/// The sizes of variables, and of properties that the query sets, such as `n.name`. All others have the size 1.
pub(super) struct Sizes<'q> {
    query: &'q Query<'q>,
    parameters: &'q Map<String, Json>,
    known: HashMap<&'q str, u64>,
    largest: Cell<u64>,
}

impl<'q> Sizes<'q> {
    pub(super) fn new(query: &'q Query<'q>, parameters: &'q Map<String, Json>) -> Self {
        Self {
            query,
            parameters,
            known: HashMap::new(),
            largest: Cell::new(0),
        }
    }

    /// Reads the clause that begins at this keyword, outside of brackets. It has this many rows, as far as it is known.
    pub(super) fn read(&mut self, at: usize, rows: u64) -> Result<(), Failure> {
        let query = self.query;
        let next = |at: &usize| query.keyword(*at) && query.level(*at) == 0;
        let end = (at + 1..query.len()).find(next).unwrap_or(query.len());
        let is = |word: &str| query.word(at, word);
        if is("UNION") {
            self.known.clear();
        } else if is("WITH") || is("RETURN") {
            self.project(at + 1 + usize::from(query.word(at + 1, "DISTINCT")), end);
        } else if is("SET") {
            for (first, end) in query.split(at + 1, end) {
                let size = self.size(first, end);
                if query.symbol(first + 1, ".") && query.symbol(first + 3, "=") {
                    let size = self.size(first + 4, end);
                    self.known.insert(query.slice(first, first + 2), size);
                } else {
                    self.known.insert(query.name(first), size);
                }
            }
        } else if is("UNWIND") {
            let size = self.size(at + 1, end);
            // The elements of other lists are not known.
            if let Some((_, name)) = self.alias((at + 1, end))
                && query.symbol(at + 1, "[")
            {
                self.known.insert(name, size);
            }
        } else if matches!(query.clause(at), Some(Clause::Where | Clause::Order)) {
            self.size(at + 1, end);
        }
        let large = self.known.values().filter(|size| **size > SMALL);
        let all = large.fold(0, |sum: u64, size| sum.saturating_add(*size));
        if all.saturating_mul(rows).max(self.largest.get()) > MAX_SIZE {
            return Err(Failure::new(
                "TimeLimitExceededException",
                "The emulator does not make values of more than 128 MiB.",
            ));
        }
        Ok(())
    }

    /// The items of `WITH` and `RETURN` are the variables after it.
    fn project(&mut self, start: usize, end: usize) {
        let query = self.query;
        let of_set = self.known.iter().filter(|(name, _)| name.contains('.'));
        let mut known: HashMap<_, _> = of_set.map(|(name, size)| (*name, *size)).collect();
        for (first, end) in query.split(start, end) {
            if query.symbol(first, "*") {
                known.extend(self.known.iter().map(|(name, size)| (*name, *size)));
                continue;
            }
            let (end, name) = self.alias((first, end)).unwrap_or((end, query.name(first)));
            known.insert(name, self.size(first, end));
        }
        self.known = known;
    }

    /// The end of the expression in `expression AS name`, and the name.
    fn alias(&self, (first, end): (usize, usize)) -> Option<(usize, &'q str)> {
        let word = end.checked_sub(2)?;
        let named = word > first && self.query.word(word, "AS");
        named.then(|| (word, self.query.name(word + 1)))
    }

    /// The size of an expression: the sum of its parts.
    fn size(&self, first: usize, end: usize) -> u64 {
        let mut size: u64 = 0;
        let mut at = first;
        while at < end {
            let (part, after) = self.part(at);
            size = size.saturating_add(part);
            at = after;
        }
        self.largest.set(self.largest.get().max(size));
        size.max(1)
    }

    /// The size of the part of an expression that begins here, and where the next part begins.
    fn part(&self, at: usize) -> (u64, usize) {
        let query = self.query;
        if let Some(close) = query.call(at) {
            return (self.call(at, close), close + 1);
        }
        if query.symbol(at, "$") {
            let parameter = self.parameters.get(query.name(at + 1));
            return (parameter.map_or(1, json), at + 2);
        }
        if let Some(close) = query.matching_bracket(at).filter(|close| *close > at) {
            let size = match query.token(at) {
                "[" => self.list(at, close),
                // A subquery.
                _ if query.outside_brackets(at + 1) => 1,
                "{" => self.items(at, close),
                _ => self.size(at + 1, close),
            };
            return (size, close + 1);
        }
        match query.kind(at) {
            Some(Kind::String) => (length(query.token(at).len()), at + 1),
            _ if query.variable(at) && !query.is_name(at) => self.variable(at),
            _ => (0, at + 1),
        }
    }

    fn variable(&self, at: usize) -> (u64, usize) {
        let query = self.query;
        let known = |name: &str| self.known.get(name).copied().unwrap_or(1);
        if query.symbol(at + 1, ":") {
            // The key of a map.
            return (0, at + 2);
        }
        if query.symbol(at + 1, ".") {
            return (known(query.slice(at, at + 2)), at + 3);
        }
        if query.symbol(at + 1, "[")
            && let Some(close) = query.matching_bracket(at + 1)
            && !(at + 1..close).any(|at| query.symbol(at, ".."))
        {
            // An element of a list.
            return (1, close + 1);
        }
        (known(query.name(at)), at + 1)
    }

    fn call(&self, at: usize, close: usize) -> u64 {
        let query = self.query;
        if query.word(at, "range") {
            let elements = ranges::length(query, at).unwrap_or(1).max(1);
            return u64::try_from(elements)
                .unwrap_or(u64::MAX)
                .saturating_mul(ELEMENT);
        }
        let arguments = query.items(at + 1, close).into_iter();
        let sizes: Vec<u64> = arguments
            .map(|(first, end)| self.size(first, end))
            .collect();
        match sizes.as_slice() {
            _ if SCALAR.iter().any(|name| query.word(at, name)) => 1,
            [text, _, replacement] if query.word(at, "replace") => {
                text.saturating_mul(*replacement)
            }
            // Perhaps a list of all characters.
            [text, _] if query.word(at, "split") => text.saturating_mul(ELEMENT),
            sizes => sizes
                .iter()
                .fold(0, |sum: u64, size| sum.saturating_add(*size)),
        }
    }

    /// A list, or a list comprehension.
    fn list(&self, open: usize, close: usize) -> u64 {
        let query = self.query;
        if !query.word(open + 2, "IN") {
            return self.items(open, close);
        }
        let level = query.level(open) + 1;
        let sign = |at: &usize| query.symbol(*at, "|") && query.level(*at) == level;
        let sign = (open + 3..close).find(sign);
        let (list, _) = self.part(open + 3);
        let element = sign.map_or(1, |sign| self.size(sign + 1, close));
        let size = (list / ELEMENT).max(1).saturating_mul(element.max(ELEMENT));
        self.largest.set(self.largest.get().max(size));
        size
    }

    /// The items of a list or of a map.
    fn items(&self, open: usize, close: usize) -> u64 {
        let items = self.query.items(open, close).len();
        self.size(open + 1, close)
            .saturating_add(length(items).saturating_mul(ELEMENT))
    }
}

/// The size of a parameter.
fn json(value: &Json) -> u64 {
    // Less than `ELEMENT`: requests with many rows are common, and their parameters are in memory already.
    const MEMBER: u64 = 16;
    let sum = |sum: u64, value: &Json| sum.saturating_add(json(value)).saturating_add(MEMBER);
    match value {
        Json::String(text) => length(text.len()),
        Json::Array(items) => items.iter().fold(0, sum),
        Json::Object(members) => members.values().fold(0, sum),
        Json::Null | Json::Bool(_) | Json::Number(_) => 1,
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
