//! Rewrites regular expressions that only look for a text, such as `n.name =~ '(?i).*text.*'`. Unlike `.*`, the operators
//! that replace them also match line breaks.

use super::edits::Edits;
use super::query::Query;
use super::tokens::Kind;

/// Rewrites all of these operators.
pub(super) fn rewrite(query: &Query<'_>, edits: &mut Edits<'_>) {
    for at in 0..query.len() {
        let Some(search) = search(query, at) else {
            continue;
        };
        edits.replace(at, search.operator);
        if let Some(operand) = search.operand {
            edits.before(operand, "toLower(");
            edits.after(at - 1, ")");
        }
        edits.replace(at + 1, search.text);
    }
}

/// What does the same as a regular expression.
pub(super) struct Search {
    operator: &'static str,
    text: String,
    /// The first token of the left side, if upper and lower case are the same.
    operand: Option<usize>,
}

/// What does the same as the `=~` at this token. Operators are chosen that bind as strongly.
pub(super) fn search(query: &Query<'_>, at: usize) -> Option<Search> {
    if !query.symbol(at, "=~") || query.kind(at + 1) != Some(Kind::String) || !ends(query, at + 2) {
        return None;
    }
    let quoted = query.token(at + 1);
    let pattern = quoted.get(1..quoted.len().checked_sub(1)?)?;
    let (pattern, operand) = match pattern.strip_prefix("(?i)") {
        Some(pattern) => (pattern.to_ascii_lowercase(), Some(operand(query, at)?)),
        None => (pattern.to_owned(), None),
    };
    let start = pattern.strip_prefix(".*");
    let rest = start.unwrap_or(&pattern);
    let end = rest.strip_suffix(".*");
    let text = end.unwrap_or(rest);
    let is_plain = |character: char| {
        let is_letter = character.is_alphanumeric() && (operand.is_none() || character.is_ascii());
        is_letter || " -_,:;@#%&=<>!~/".contains(character)
    };
    if !text.chars().all(is_plain) {
        return None;
    }
    let (operator, text) = match (start, end) {
        (Some(_), Some(_)) => ("CONTAINS", format!("'{text}'")),
        (Some(_), None) => ("ENDS WITH", format!("'{text}'")),
        (None, Some(_)) => ("STARTS WITH", format!("'{text}'")),
        (None, None) => ("IN", format!("['{text}']")),
    };
    Some(Search {
        operator,
        text,
        operand,
    })
}

/// Whether the right side ends before this token: no operator follows that binds more strongly.
fn ends(query: &Query<'_>, at: usize) -> bool {
    !["+", "-", "*", "/", "%", "[", ".", "=~"]
        .iter()
        .any(|sign| query.symbol(at, sign))
}

/// The first token of the property or variable on the left side.
fn operand(query: &Query<'_>, at: usize) -> Option<usize> {
    let is_name = |at: usize| matches!(query.kind(at), Some(Kind::Word | Kind::QuotedName));
    let mut first = at.checked_sub(1).filter(|first| is_name(*first))?;
    while let Some(before) = first.checked_sub(2)
        && query.symbol(first - 1, ".")
    {
        if !is_name(before) {
            return None;
        }
        first = before;
    }
    // In `a + b =~ …`, the left side is the sum.
    let before = first.checked_sub(1)?;
    let continues = ["+", "-", "*", "/", "%", "$", "]", ")"]
        .iter()
        .any(|sign| query.symbol(before, sign));
    (query.variable(first) && !continues).then_some(first)
}
