//! The tokens of a query with their brackets and clauses.

use super::edits::{Edits, place};
use super::malformed;
use super::tokens::{Kind, Token, tokenize};
use crate::failure::Failure;

/// The clause that a token belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Clause {
    Match,
    Merge,
    Create,
    Set,
    Remove,
    Delete,
    Where,
    Return,
    /// `ORDER BY`, `SKIP` and `LIMIT`.
    Order,
    Skip,
    Limit,
    Union,
    Call,
    /// `UNWIND`, `WITH`, `ON`, `YIELD`, and tokens before the first clause.
    Other,
}

/// The keywords that begin a clause.
const CLAUSES: &[(&str, Clause)] = &[
    ("MATCH", Clause::Match),
    ("OPTIONAL", Clause::Other),
    ("MANDATORY", Clause::Other),
    ("MERGE", Clause::Merge),
    ("ON", Clause::Other),
    ("CREATE", Clause::Create),
    ("SET", Clause::Set),
    ("REMOVE", Clause::Remove),
    ("DETACH", Clause::Delete),
    ("DELETE", Clause::Delete),
    ("UNWIND", Clause::Other),
    ("WITH", Clause::Other),
    ("YIELD", Clause::Other),
    ("WHERE", Clause::Where),
    ("RETURN", Clause::Return),
    ("ORDER", Clause::Order),
    ("SKIP", Clause::Skip),
    ("LIMIT", Clause::Limit),
    ("UNION", Clause::Union),
    ("CALL", Clause::Call),
];

/// Words that are not the name of a variable or of a function.
const RESERVED: &[&str] = &[
    "ALL", "AND", "AS", "ASC", "BY", "CASE", "CONTAINS", "COUNT", "DESC", "DISTINCT", "ELSE",
    "ENDS", "EXISTS", "IN", "IS", "NOT", "NULL", "OR", "STARTS", "THEN", "WHEN", "XOR", "USING",
];

/// What is known of a token.
#[derive(Clone, Copy, Debug)]
struct Context {
    /// The other bracket of the pair.
    matching_bracket: Option<usize>,
    /// How many brackets are open.
    level: usize,
    clause: Clause,
    /// Whether no bracket is open within the clause.
    outside_brackets: bool,
    /// Whether it is the keyword of its clause.
    keyword: bool,
}

/// A query in tokens. Functions that take the index of a token accept any number.
pub(super) struct Query<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    contexts: Vec<Context>,
}

impl<'a> Query<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, Failure> {
        let mut query = Self {
            text,
            tokens: tokenize(text)?,
            contexts: Vec::new(),
        };
        if query.symbol(0, ";") || query.tokens.is_empty() {
            return Err(query.unexpected(0));
        }
        query.contexts = query.read()?;
        Ok(query)
    }

    /// Pairs the brackets and finds the clauses.
    fn read(&self) -> Result<Vec<Context>, Failure> {
        /// A bracket that is open, and where it is.
        struct Open {
            at: usize,
            clause: Clause,
            outside_brackets: bool,
        }
        let mut contexts: Vec<Context> = Vec::with_capacity(self.len());
        let mut open: Vec<Open> = Vec::new();
        let (mut clause, mut outside_brackets) = (Clause::Other, true);
        for at in 0..self.len() {
            let begins = if outside_brackets {
                self.clause_keyword(at)
            } else {
                None
            };
            clause = begins.unwrap_or(clause);
            let mut context = Context {
                matching_bracket: None,
                level: open.len(),
                clause,
                outside_brackets,
                keyword: begins.is_some(),
            };
            match self.bracket(at) {
                Some("(" | "[" | "{") => {
                    open.push(Open {
                        at,
                        clause,
                        outside_brackets,
                    });
                    outside_brackets = self.opens_query(at);
                    if outside_brackets {
                        clause = Clause::Other;
                    }
                }
                Some(closing) => {
                    let Some(opened) = open.pop() else {
                        return Err(self.unexpected(at));
                    };
                    let expected = match self.bracket(opened.at) {
                        Some("(") => ")",
                        Some("[") => "]",
                        _ => "}",
                    };
                    if closing != expected {
                        return Err(self.unexpected(at));
                    }
                    context.matching_bracket = Some(opened.at);
                    context.level = open.len();
                    (clause, outside_brackets) = (opened.clause, opened.outside_brackets);
                    (context.clause, context.outside_brackets) = (clause, outside_brackets);
                    context.keyword = false;
                    if let Some(opening) = contexts.get_mut(opened.at) {
                        opening.matching_bracket = Some(at);
                    }
                }
                None => {}
            }
            contexts.push(context);
        }
        match open.pop() {
            Some(Open { at, .. }) => {
                let (line, column) = self.place(at);
                let bracket = self.token(at);
                Err(malformed(format!(
                    "The '{bracket}' at line {line}, column {column} is not closed."
                )))
            }
            None => Ok(contexts),
        }
    }

    fn bracket(&self, at: usize) -> Option<&'a str> {
        let token = self.token(at);
        let is_bracket = matches!(token, "(" | "[" | "{" | ")" | "]" | "}");
        is_bracket.then_some(token)
    }

    /// Whether a subquery begins at this bracket: `EXISTS {`, `COUNT {`, `CALL {`, `CALL (n) {`.
    fn opens_query(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        self.symbol(at, "{")
            && ["EXISTS", "COUNT", "CALL"]
                .iter()
                .any(|word| self.word(before, word))
            && !self.is_name(before)
    }

    /// The clause that begins at this token.
    fn clause_keyword(&self, at: usize) -> Option<Clause> {
        let before = at.checked_sub(1);
        let follows = |sign: &&str| before.is_some_and(|before| self.symbol(before, sign));
        if self.kind(at) != Some(Kind::Word) || [".", ":", "$"].iter().any(follows) {
            return None;
        }
        let after = |word: &str| before.is_some_and(|before| self.word(before, word));
        let follows_operator = self.word(at, "WITH") && (after("STARTS") || after("ENDS"));
        if follows_operator || after("ON") || after("AS") {
            return None;
        }
        let found = CLAUSES.iter().find(|(word, _)| self.word(at, word));
        found.map(|(_, clause)| *clause)
    }

    /// Whether a token is the name of a property, label or parameter, whatever word it is.
    pub(super) fn is_name(&self, at: usize) -> bool {
        let before = |distance: usize, symbol: &str| {
            at.checked_sub(distance)
                .is_some_and(|at| self.symbol(at, symbol))
        };
        // In a map, a value follows the colon. `{a: b` and `, a: b` are in maps, `(a:B` and `(:B` are not.
        let key = at.checked_sub(2).is_some_and(|at| self.is_key(at));
        let in_map = key && (before(3, "{") || before(3, ","));
        before(1, ".") || before(1, "$") || (before(1, ":") && !in_map)
    }

    fn is_key(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(Kind::Word | Kind::QuotedName))
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The text of a token; empty after the last token.
    pub(super) fn token(&self, at: usize) -> &'a str {
        self.slice(at, at)
    }

    /// The text from one token to another.
    pub(super) fn slice(&self, first: usize, last: usize) -> &'a str {
        let range = self.tokens.get(first).zip(self.tokens.get(last));
        range
            .and_then(|(first, last)| self.text.get(first.start..last.end))
            .unwrap_or_default()
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Whether a token is this keyword, in any case.
    pub(super) fn word(&self, at: usize, word: &str) -> bool {
        self.kind(at) == Some(Kind::Word) && self.token(at).eq_ignore_ascii_case(word)
    }

    pub(super) fn symbol(&self, at: usize, symbol: &str) -> bool {
        self.kind(at) == Some(Kind::Symbol) && self.token(at) == symbol
    }

    /// Whether a token can be the name of a variable.
    pub(super) fn variable(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(Kind::QuotedName) => true,
            Some(Kind::Word) => {
                let is = |word: &&str| self.word(at, word);
                !RESERVED.iter().any(is) && !CLAUSES.iter().any(|(word, _)| is(word))
            }
            _ => false,
        }
    }

    /// A name without its backticks.
    pub(super) fn name(&self, at: usize) -> &'a str {
        let token = self.token(at);
        let inner = token
            .strip_prefix('`')
            .and_then(|token| token.strip_suffix('`'));
        inner.unwrap_or(token)
    }

    /// Whether a token is this name in backticks.
    pub(super) fn is_quoted_name(&self, at: usize, name: &str) -> bool {
        self.kind(at) == Some(Kind::QuotedName) && self.name(at) == name
    }

    /// The index of the closing bracket, if this function is called here.
    pub(super) fn call(&self, at: usize) -> Option<usize> {
        // These keywords are also functions.
        let is_function = ["EXISTS", "COUNT", "ALL"]
            .iter()
            .any(|word| self.word(at, word));
        let is_call = self.kind(at) == Some(Kind::Word)
            && (is_function || self.variable(at))
            && !self.is_name(at)
            && self.symbol(at + 1, "(");
        if is_call {
            self.matching_bracket(at + 1)
        } else {
            None
        }
    }

    /// The other bracket of the pair.
    pub(super) fn matching_bracket(&self, at: usize) -> Option<usize> {
        self.contexts.get(at)?.matching_bracket
    }

    pub(super) fn clause(&self, at: usize) -> Option<Clause> {
        Some(self.contexts.get(at)?.clause)
    }

    /// Whether no bracket is open within the clause.
    pub(super) fn outside_brackets(&self, at: usize) -> bool {
        self.contexts
            .get(at)
            .is_some_and(|context| context.outside_brackets)
    }

    /// Whether a token is the keyword of its clause.
    pub(super) fn keyword(&self, at: usize) -> bool {
        self.contexts.get(at).is_some_and(|context| context.keyword)
    }

    /// How many brackets are open.
    pub(super) fn level(&self, at: usize) -> usize {
        self.contexts.get(at).map_or(0, |context| context.level)
    }

    /// The first token of each part between commas, with the token after its last one. The parts are those of a
    /// bracket, without the brackets in it.
    pub(super) fn items(&self, open: usize, close: usize) -> Vec<(usize, usize)> {
        self.split(open + 1, close)
    }

    /// The parts between commas from one token to before another.
    pub(super) fn split(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let level = self.level(start);
        let mut items = Vec::new();
        let mut first = start;
        for at in start..end {
            if self.symbol(at, ",") && self.level(at) == level {
                items.push((first, at));
                first = at + 1;
            }
        }
        if first < end {
            items.push((first, end));
        }
        items
    }

    /// Whether these tokens are a chain of nodes and relationships, with at least one relationship.
    pub(super) fn is_chain(&self, start: usize, end: usize) -> bool {
        let Some(after) = self
            .symbol(start, "(")
            .then(|| self.matching_bracket(start))
            .flatten()
            .map(|close| close + 1)
        else {
            return false;
        };
        let relationship = (self.symbol(after, "<") && self.symbol(after + 1, "-"))
            || (self.symbol(after, "-")
                && (self.symbol(after + 1, "-") || self.symbol(after + 1, "[")));
        relationship && after + 2 < end
    }

    /// The line and the column of a token, from 1; for the end of the text, of what follows the last token.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let end = self.tokens.last().map_or(0, |token| token.end);
        let start = self.tokens.get(at).map_or(end, |token| token.start);
        place(self.text, start)
    }

    /// The error for a token that cannot be there.
    pub(super) fn unexpected(&self, at: usize) -> Failure {
        const MAX_SHOWN: usize = 20;
        let (line, column) = self.place(at);
        let what = match self.token(at) {
            "" => "end of the text".to_owned(),
            token => format!("'{}'", token.chars().take(MAX_SHOWN).collect::<String>()),
        };
        malformed(format!(
            "Unexpected {what} at line {line}, column {column}."
        ))
    }

    /// Quotes the names of parameters: the engine does not accept all of them, such as `$all`.
    pub(super) fn parameters(&self, edits: &mut Edits<'_>) {
        for at in 0..self.len() {
            if self.symbol(at, "$") && self.kind(at + 1) == Some(Kind::Word) {
                edits.replace(at + 1, format!("`{}`", self.token(at + 1)));
            }
        }
    }

    /// Escapes line breaks in strings, which the engine does not accept.
    pub(super) fn strings(&self, edits: &mut Edits<'_>) {
        for at in 0..self.len() {
            if self.kind(at) == Some(Kind::String) && self.token(at).contains(['\r', '\n']) {
                let escaped = self.token(at).replace('\n', "\\n").replace('\r', "\\r");
                edits.replace(at, escaped);
            }
        }
    }
}
