//! Splits a query into tokens.

use super::edits::place;
use super::malformed;
use crate::failure::Failure;

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A keyword or a name without backticks.
    Word,
    /// A name in backticks.
    QuotedName,
    /// A string.
    String,
    Number,
    Symbol,
}

/// A token, from the byte `start` to the byte `end` of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The symbols of two characters. Arrows are separate symbols.
const PAIRS: &[&str] = &["=~", "..", "<=", ">=", "<>", "+="];

/// Splits a text into tokens. Spaces and comments are between the tokens.
pub(super) fn tokenize(text: &str) -> Result<Vec<Token>, Failure> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = rest(text, start).chars().next() {
        let after = rest(text, start);
        if matches!(first, ' ' | '\t' | '\r' | '\n' | '\u{c}') {
            start += 1;
            continue;
        }
        if after.starts_with("//") {
            start += after.find(['\r', '\n']).unwrap_or(after.len());
            continue;
        }
        if after.starts_with("/*") {
            let end = rest(after, 2).find("*/");
            start += end.ok_or_else(|| unclosed(text, start, "comment"))? + 4;
            continue;
        }
        let (kind, length) = match first {
            '\'' | '"' => {
                let length = string(after, first).ok_or_else(|| unclosed(text, start, "string"))?;
                (Kind::String, length)
            }
            '`' => {
                let length = quoted(after).ok_or_else(|| unclosed(text, start, "name"))?;
                (Kind::QuotedName, length)
            }
            '0'..='9' => (Kind::Number, number(after)),
            letter if in_word(letter) => {
                let end = after.find(|character| !in_word(character));
                (Kind::Word, end.unwrap_or(after.len()))
            }
            _ if PAIRS.iter().any(|pair| after.starts_with(pair)) => (Kind::Symbol, 2),
            symbol => (Kind::Symbol, symbol.len_utf8()),
        };
        tokens.push(Token {
            kind,
            start,
            end: start + length,
        });
        start += length;
    }
    Ok(tokens)
}

fn rest(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

/// As in the engine, where all characters beyond ASCII are letters.
fn in_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}

/// The length of a string with its quotation marks.
fn string(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Some(at + 1);
        }
        if character == '\\' {
            characters.next();
        }
    }
    None
}

/// The length of a name with its backticks. Two backticks in a row are part of the name.
fn quoted(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '`' && characters.next_if(|(_, next)| *next == '`').is_none() {
            return Some(at + 1);
        }
    }
    None
}

fn number(text: &str) -> usize {
    let digits = |text: &str| {
        let end = text.find(|character: char| !in_word(character) || !character.is_ascii());
        end.unwrap_or(text.len())
    };
    let mut length = digits(text);
    let begins_with_digit = |text: &str| text.starts_with(|next: char| next.is_ascii_digit());
    if let Some(fraction) = rest(text, length).strip_prefix('.')
        && begins_with_digit(fraction)
    {
        length += 1 + digits(fraction);
    }
    let decimal = text
        .get(..length)
        .is_some_and(|number| !number.starts_with("0x") && number.ends_with(['e', 'E']));
    if decimal
        && let Some(exponent) = rest(text, length).strip_prefix(['+', '-'])
        && begins_with_digit(exponent)
    {
        length += 1 + digits(exponent);
    }
    length
}

fn unclosed(text: &str, start: usize, what: &str) -> Failure {
    let (line, column) = place(text, start);
    malformed(format!(
        "The {what} at line {line}, column {column} is not closed."
    ))
}
