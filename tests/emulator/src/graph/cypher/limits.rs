//! Limits the nesting and the length of queries, because the engine's parser and executor are recursive.

use super::malformed;
use super::query::Query;
use crate::failure::Failure;

/// The maximum nesting of brackets and `CASE`. The engine parses nested lists in cubic time.
const MAX_DEPTH: usize = 64;
/// The maximum height of a syntax tree in which a bracket has the weight [`BRACKET`] and an operator 1. The engine
/// overflows a stack of 64 MiB in a debug build at about twice this height.
const MAX_HEIGHT: usize = 1_500;
/// The height of a bracket.
const BRACKET: usize = 8;
/// The maximum number of tokens. The engine parses 10,000 tokens in a second in a debug build.
const MAX_TOKENS: usize = 200_000;

/// Operators that nest the syntax tree. In a chain such as `a + b + c`, each operator is one level deeper.
const OPERATORS: &[&str] = &[
    "AND", "OR", "XOR", "NOT", "IN", "IS", "STARTS", "ENDS", "CONTAINS",
];

/// Refuses texts that are too long or too deep.
pub(super) fn check(query: &Query<'_>) -> Result<(), Failure> {
    let shape = shape(query);
    if shape.depth > MAX_DEPTH {
        return Err(malformed(format!(
            "nested more than {MAX_DEPTH} levels deep."
        )));
    }
    check_size(query, &shape)
}

/// Refuses texts that became too long or too deep.
pub(super) fn check_translated(text: &str) -> Result<(), Failure> {
    let query = Query::new(text)?;
    check_size(&query, &shape(&query))
}

fn check_size(query: &Query<'_>, shape: &Shape) -> Result<(), Failure> {
    if shape.height > MAX_HEIGHT {
        return Err(malformed(
            "too many nested brackets and operators in a row.",
        ));
    }
    if query.len() > MAX_TOKENS {
        return Err(Failure::new(
            "QueryTooLargeException",
            format!("The query has more than {MAX_TOKENS} tokens."),
        ));
    }
    Ok(())
}

#[derive(Default)]
struct Shape {
    depth: usize,
    height: usize,
}

/// The expressions within a bracket.
#[derive(Default)]
struct Level {
    /// The highest bracket in the present expression.
    inner: usize,
    operators: usize,
    /// The highest expression so far.
    highest: usize,
    is_case: bool,
}

impl Level {
    fn end_expression(&mut self) {
        self.highest = self.highest.max(self.inner + self.operators);
        (self.inner, self.operators) = (0, 0);
    }
}

fn shape(query: &Query<'_>) -> Shape {
    let mut shape = Shape::default();
    let mut open: Vec<Level> = Vec::new();
    let mut level = Level::default();
    for at in 0..query.len() {
        let is_word = |words: &[&str]| words.iter().any(|word| query.word(at, word));
        let is_case = is_word(&["CASE"]) && !query.is_name(at);
        let opens = ["(", "[", "{"].iter().any(|sign| query.symbol(at, sign));
        let closes = [")", "]", "}"].iter().any(|sign| query.symbol(at, sign));
        if is_case || opens {
            open.push(std::mem::take(&mut level));
            level.is_case = is_case;
            shape.depth = shape.depth.max(open.len());
        } else if closes || (level.is_case && is_word(&["END"])) {
            // A bracket also ends what is unfinished in it.
            let mut is_case = true;
            while is_case && let Some(outer) = open.pop() {
                is_case = level.is_case && closes;
                level.end_expression();
                let height = level.highest + BRACKET;
                level = outer;
                level.inner = level.inner.max(height);
                level.operators += 1;
            }
        } else if query.symbol(at, ",") || query.keyword(at) || is_word(&["WHEN", "THEN", "ELSE"]) {
            level.end_expression();
        } else if is_word(OPERATORS) || is_operator(query, at) {
            level.operators += 1;
        }
        shape.height = shape
            .height
            .max(level.inner + level.operators + open.len() * BRACKET);
    }
    shape
}

fn is_operator(query: &Query<'_>, at: usize) -> bool {
    const SIGNS: &[&str] = &[
        "+", "-", "*", "/", "%", "^", "=", "=~", "<>", "<", ">", "<=", ">=", ".", ":",
    ];
    SIGNS.iter().any(|sign| query.symbol(at, sign))
}
