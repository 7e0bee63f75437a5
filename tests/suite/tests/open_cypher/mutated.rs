//! Statements that are broken in some way.

use std::cell::RefCell;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::graph::{Graph, Row};
use crate::statements::{fixture, own};

/// What is put into a text.
const PIECES: &[&str] = &[
    "(",
    ")",
    "((((((((",
    "[[[[[[[[",
    "{",
    "}",
    "'",
    "\"",
    "`",
    "$",
    "/*",
    "//",
    "--",
    "->",
    "*",
    "..",
    "|",
    ":",
    ";",
    "\u{0}",
    "\u{e9}",
    "\u{1f98e}",
    "\u{202e}",
    "\u{a0}",
    "\\u12",
    "9223372036854775808",
    "1e999",
    " NOT ",
    " AND ",
    " OPTIONAL MATCH ",
    " RETURN *",
    " UNION ",
    " WITH *",
    "range(1, 100000000)",
    "[*]",
    "[x IN range(1, 9) | x]",
];

/// A change of a text, at places that depend on its length.
#[derive(Clone, Debug)]
enum Change {
    /// The text ends at a token.
    Cut(Index),
    Drop(Index),
    Double(Index),
    Swap(Index, Index),
    /// A token of another statement takes the place of one.
    Replace(Index, String),
    Insert(Index, &'static str),
    /// A token in brackets, of which there are this many.
    Nest(Index, usize, &'static str, &'static str),
}

fn changes(tokens: Vec<String>) -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let brackets = select(vec![
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("NOT ", ""),
        ("-", ""),
    ]);
    prop_oneof![
        index().prop_map(Change::Cut),
        index().prop_map(Change::Drop),
        index().prop_map(Change::Double),
        (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        (index(), select(tokens)).prop_map(|(index, token)| Change::Replace(index, token)),
        (index(), select(PIECES)).prop_map(|(index, piece)| Change::Insert(index, piece)),
        (index(), 1..100_usize, brackets)
            .prop_map(|(index, times, (open, close))| Change::Nest(index, times, open, close)),
    ]
}

impl Change {
    fn apply(&self, tokens: &mut Vec<String>) {
        if tokens.is_empty() {
            return;
        }
        let length = tokens.len();
        let at = |index: &Index| index.index(length);
        match self {
            Change::Cut(index) => tokens.truncate(at(index)),
            Change::Drop(index) => drop(tokens.remove(at(index))),
            Change::Double(index) => tokens.insert(at(index), tokens[at(index)].clone()),
            Change::Swap(one, other) => tokens.swap(at(one), at(other)),
            Change::Replace(index, token) => {
                let place = at(index);
                tokens[place] = token.clone();
            }
            Change::Insert(index, piece) => tokens.insert(at(index), (*piece).to_owned()),
            Change::Nest(index, times, open, close) => {
                let place = at(index);
                tokens[place] = open.repeat(*times) + &tokens[place] + &close.repeat(*times);
            }
        }
    }
}

/// Words, and the spaces and signs between them, which make up the text again.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut was_word = false;
    for char in text.chars() {
        let is_word = char.is_alphanumeric() || char == '_';
        match tokens.last_mut() {
            Some(word) if is_word && was_word => word.push(char),
            _ => tokens.push(char.into()),
        }
        was_word = is_word;
    }
    tokens
}

/// A graph with the contents of the fixture.
struct Fixture {
    graph: Graph,
    contents: Vec<Row>,
}

impl Fixture {
    fn new() -> Fixture {
        let mut graph = Graph::after(&fixture());
        let contents = graph.contents();
        Fixture { graph, contents }
    }
}

/// Half of the statements, always the same for a seed. Returns how many were refused.
fn refused(seed: u64) -> usize {
    let statements = own();
    let words: Vec<String> = statements.iter().flat_map(|it| tokens(&it.query)).collect();
    let mutated = (select(statements), vec(changes(words), 1..4));
    let config = Config {
        cases: 2_500,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    };
    let fixture = RefCell::new(Fixture::new());
    let refused = RefCell::new(0_usize);
    TestRunner::new(config)
        .run(&mutated, |(statement, changes)| {
            let mut text = tokens(&statement.query);
            changes.iter().for_each(|change| change.apply(&mut text));
            let mut fixture = fixture.borrow_mut();
            let answer = fixture.graph.query(&text.concat(), &statement.parameters);
            let unchanged = fixture.graph.contents() == fixture.contents;
            match answer {
                Ok(_) if unchanged => {}
                Ok(_) => *fixture = Fixture::new(),
                Err(refusal) => {
                    *refused.borrow_mut() += 1;
                    prop_assert!(unchanged, "changed in spite of {refusal:?}");
                }
            }
            Ok(())
        })
        .unwrap();
    refused.take()
}

#[test]
fn broken_statements_are_answered_and_change_nothing() {
    let halves = thread::scope(|scope| {
        let halves = [13, 14].map(|seed| scope.spawn(move || refused(seed)));
        halves.map(|half| half.join().unwrap())
    });
    let refused: usize = halves.into_iter().sum();
    println!("mutated statements: {refused} of 5000 refused");
    assert!((1_000..5_000).contains(&refused), "{refused}");
}
