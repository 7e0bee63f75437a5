//! Rewrites `reduce` over the items of a list in the text: each step takes the place of the accumulator in the next.

use super::edits::Edits;
use super::query::Query;

/// The maximum number of items.
const MAX_ITEMS: usize = 100;

/// Rewrites all calls.
pub(super) fn rewrite(query: &Query<'_>, edits: &mut Edits<'_>) {
    for at in 0..query.len() {
        let Some((close, text)) = query.call(at).zip(unrolled(query, at)) else {
            continue;
        };
        edits.replace(at, text);
        for token in at + 1..=close {
            edits.replace(token, "");
        }
    }
}

/// The steps of `reduce(sum = 0, x IN [1, 2] | sum + x)`: `((0) + (1)) + (2)`. `None` if another form is called, or if
/// a step contains what is rewritten.
pub(super) fn unrolled(query: &Query<'_>, at: usize) -> Option<String> {
    let close = query.call(at).filter(|_| query.word(at, "reduce"))?;
    let parts = query.items(at + 1, close);
    let [(sum, init_end), (item, end)] = parts.as_slice() else {
        return None;
    };
    let (sum, item, list) = (*sum, *item, item + 2);
    let list_end = query
        .matching_bracket(list)
        .filter(|_| query.symbol(list, "["))?;
    let is_form = query.variable(sum)
        && query.symbol(sum + 1, "=")
        && sum + 2 < *init_end
        && query.variable(item)
        && query.word(item + 1, "IN")
        && query.symbol(list_end + 1, "|");
    let step = list_end + 2..*end;
    let rewritten =
        |at: usize| query.call(at).is_some() || query.symbol(at, "{") || query.symbol(at, "=~");
    let is = |variable: usize, at: usize| {
        query.variable(at) && !query.is_name(at) && query.name(at) == query.name(variable)
    };
    let sums = step.clone().filter(|at| is(sum, *at)).count();
    let items = query.items(list, list_end);
    if !is_form
        || step.is_empty()
        || sums > 1
        || items.len() > MAX_ITEMS
        || step.clone().any(|at| query.symbol(at, "["))
        || (at + 2..close).any(rewritten)
    {
        return None;
    }
    let mut text = query.slice(sum + 2, init_end - 1).to_owned();
    for (first, end) in items {
        let value = query.slice(first, end - 1);
        let tokens = step.clone().map(|at| {
            if is(sum, at) {
                format!("({text})")
            } else if is(item, at) {
                format!("({value})")
            } else {
                query.token(at).to_owned()
            }
        });
        text = tokens.collect::<Vec<_>>().join(" ");
    }
    Some(format!("({text})"))
}
