//! Limits `range()`: the engine creates lists of any length.

use super::RANGE_TOO_LONG;
use super::edits::Edits;
use super::query::Query;
use super::tokens::Kind;
use crate::failure::Failure;

/// The maximum length of the list.
const MAX_LENGTH: i128 = 1_048_576;
/// A variable with the arguments of a call.
const ARGUMENTS: &str = "`~r`";

/// Checks bounds that are numbers, and lets the engine check all others.
pub(super) fn rewrite(query: &Query<'_>, edits: &mut Edits<'_>) -> Result<(), Failure> {
    for at in 0..query.len() {
        let Some(close) = query.call(at).filter(|_| query.word(at, "range")) else {
            continue;
        };
        let arguments = query.items(at + 1, close).len();
        if let Some((start, end, step)) = numbers(query, at) {
            check(start, end, step)?;
        } else if (2..=3).contains(&arguments) {
            guard(at, close, arguments, edits);
        }
        // The engine refuses any other number of arguments.
    }
    Ok(())
}

/// The length of the list that a call creates, if the arguments are numbers.
pub(super) fn length(query: &Query<'_>, at: usize) -> Option<i128> {
    let (start, end, step) = numbers(query, at)?;
    (end - start).checked_div(step).map(|steps| steps + 1)
}

/// The start, the end and the step of a call, if they are numbers.
fn numbers(query: &Query<'_>, at: usize) -> Option<(i128, i128, i128)> {
    let arguments = query.items(at + 1, query.call(at)?);
    let numbers: Option<Vec<i128>> = arguments.iter().map(|item| integer(query, *item)).collect();
    match numbers?.as_slice() {
        [start, end] => Some((*start, *end, 1)),
        [start, end, step] => Some((*start, *end, *step)),
        _ => None,
    }
}

/// The value of a literal.
fn integer(query: &Query<'_>, (first, end): (usize, usize)) -> Option<i128> {
    let negative = query.symbol(first, "-");
    let number = if negative { first + 1 } else { first };
    if number + 1 != end || query.kind(number) != Some(Kind::Number) {
        return None;
    }
    let value: i128 = query.token(number).parse().ok()?;
    Some(if negative { -value } else { value })
}

fn check(start: i128, end: i128, step: i128) -> Result<(), Failure> {
    // The engine refuses a step of 0 and numbers of more than 64 bits. It adds the step once more after the last value.
    let Some(steps) = (end - start).checked_div(step) else {
        return Ok(());
    };
    let overflows = steps >= 0 && i64::try_from(end + step).is_err();
    if steps >= MAX_LENGTH || overflows {
        return Err(Failure::new(
            "TimeLimitExceededException",
            format!("The emulator does not create a {RANGE_TOO_LONG}."),
        ));
    }
    Ok(())
}

/// Evaluates the arguments once and compares them. The second argument becomes a text if the list would be too long,
/// which the engine refuses with an error that contains the text.
fn guard(at: usize, close: usize, arguments: usize, edits: &mut Edits<'_>) {
    let number = |index: usize| format!("toFloat({ARGUMENTS}[{index}])");
    let (start, end, step) = (number(0), number(1), number(2));
    let (too_long, third) = if arguments == 2 {
        let too_long = format!("{end} - {start} >= {MAX_LENGTH} OR {end} > 9.2e18");
        (too_long, String::new())
    } else {
        let too_long = format!(
            "{step} > 0 AND ({end} - {start} >= {MAX_LENGTH} * {step} OR {end} + {step} > 9.2e18) OR \
             {step} < 0 AND ({end} - {start} <= {MAX_LENGTH} * {step} OR {end} + {step} < -9.2e18)"
        );
        (too_long, format!(", {ARGUMENTS}[2]"))
    };
    edits.replace(at, format!("[{ARGUMENTS} IN [["));
    edits.replace(at + 1, "");
    edits.replace(
        close,
        format!(
            "]] | range({ARGUMENTS}[0], CASE WHEN {too_long} THEN '{RANGE_TOO_LONG}' ELSE {ARGUMENTS}[1] END{third})][0]"
        ),
    );
}
