//! The steps of the table.

use neptunedata::ExceptionKind;
use neptunedata_emulator::Config;
use serde_json::Value;

/// Inputs and answers have these texts for what is not known beforehand.
pub(crate) const NEW: &str = "$new";
pub(crate) const LAST: &str = "$last";
pub(crate) const ANY: &str = "$any";

/// A step of the table.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A call, and what it is answered: `$new` is any text, which is kept; `$last` the one that was kept; `$any` is
    /// anything, such as a time.
    Good {
        operation: &'static str,
        input: Value,
        output: Value,
    },
    /// A call that is refused.
    Bad {
        operation: &'static str,
        input: Value,
        status: u16,
        kind: ExceptionKind,
    },
    /// A query that goes on during the steps that follow.
    Begin {
        operation: &'static str,
        input: Value,
    },
    /// How that query ends.
    Ended { status: u16, kind: ExceptionKind },
    /// So many seconds go by.
    Wait(u64),
    /// The cluster is configured otherwise.
    Reconfigure(fn(Config) -> Config),
}

/// A call, and what it is answered: `call!(operation { input } => { output })`, or the status and the exception with
/// which it is refused: `call!(operation { input } => 400 BadRequestException)`.
macro_rules! call {
    ($operation:tt $input:tt => $status:literal $kind:ident) => {
        $crate::steps::Step::Bad {
            operation: $operation,
            input: serde_json::json!($input),
            status: $status,
            kind: neptunedata::ExceptionKind::$kind,
        }
    };
    ($operation:tt $input:tt => $output:tt) => {
        $crate::steps::Step::Good {
            operation: $operation,
            input: serde_json::json!($input),
            output: serde_json::json!($output),
        }
    };
}
pub(crate) use call;

/// The input with the id that was kept.
pub(crate) fn filled(input: &Value, last: &str) -> Value {
    let Value::Object(members) = input else {
        return input.clone();
    };
    let members = members.iter().map(|(name, value)| {
        let value = if value == LAST {
            last.into()
        } else {
            value.clone()
        };
        (name.clone(), value)
    });
    members.collect()
}

/// Whether it is what was expected; the first place where not, otherwise.
pub(crate) fn compare(expected: &Value, actual: &Value, last: &mut String) -> Result<(), String> {
    match (expected, actual) {
        (Value::String(text), actual) if text == ANY && !actual.is_null() => Ok(()),
        (Value::String(text), Value::String(id)) if text == NEW => {
            last.clone_from(id);
            Ok(())
        }
        (Value::String(text), Value::String(id)) if text == LAST && id == last => Ok(()),
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = expected.iter().zip(actual).enumerate();
            pairs.try_for_each(|(at, (expected, actual))| {
                compare(expected, actual, last).map_err(|found| format!("[{at}]{found}"))
            })
        }
        (Value::Object(expected), Value::Object(actual)) if expected.keys().eq(actual.keys()) => {
            let mut pairs = expected.iter().zip(actual.values());
            pairs.try_for_each(|((name, expected), actual)| {
                compare(expected, actual, last).map_err(|found| format!(".{name}{found}"))
            })
        }
        (expected, actual) if expected == actual => Ok(()),
        (expected, actual) => Err(format!(" is {actual} and not {expected}")),
    }
}
