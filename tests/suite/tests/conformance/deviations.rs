//! Where this client means to differ from botocore, and what it does instead. This is the whole list:
//!
//! | what | where | why |
//! |---|---|---|
//! | headers of our own | [`HEADERS`] | queries ask for trailers and so learn of a failure behind a 200, and for a form of results that is known (M15) |
//! | members of answers of our own | [`OUTPUTS`] | the service sends them and the model lacks them |
//! | event ids | [`WITHOUT`] | M35 |
//! | successes without a body | [`RESPONSES`] | an answer was lost (`may_answer_empty` in `CONTRIBUTING.md`) |
//! | the last digit of floats in documents | [`FLOAT_STEPS`] | no feature of serde_json is switched on for a user's whole build |
//! | the text of an error | [`message`] | it is in `detailedMessage`, at which botocore does not look |
//! | the code of an error that has none | [`code`] | botocore puts the status in its place |
//! | the request id of an error | [`request_id`] | botocore takes `x-amz-request-id` for successes only |
//!
//! All else that may differ are the hazards of the vectors, by their names (`hazards.rs`).

use neptunedata::{
    dynamic,
    error::{Cause, DecodeErrorKind},
};
use serde_json::Value;

pub(crate) use neptunedata_tests::additions::{HEADERS, OUTPUTS};

use crate::responses::{Exception, Line, Outcome};

/// A deliberate difference. Its lines are set aside under its name, once they did the other thing.
pub(crate) struct Deviation {
    pub(crate) name: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) applies: fn(&Line) -> bool,
    pub(crate) instead: fn(&Outcome) -> Result<(), String>,
}

/// All differences in what is made of responses without a hazard.
pub(crate) const RESPONSES: &[Deviation] = &[Deviation {
    name: "empty success",
    reason: "the operation always answers something, so an answer was lost (`DecodeErrorKind::Empty`; \
             `may_answer_empty` in CONTRIBUTING.md)",
    applies: |line| {
        let always_answers =
            dynamic::info(&line.operation).is_some_and(|info| !info.may_answer_empty);
        always_answers && line.is_success() && line.body().trim_ascii().is_empty()
    },
    instead: |outcome| match &outcome.result {
        Err(Cause::Decode(error)) if error.kind() == DecodeErrorKind::Empty => Ok(()),
        other => Err(format!("{other:?} is not the error for an empty answer")),
    },
}];

/// Design rule: no feature of serde_json is switched on that holds for all of a build.
///
/// How many representable numbers a float inside a document may be off. serde_json rounds exactly
/// only with its feature `float_roundtrip`, which would be switched on for every crate in a user's
/// build; so that is left to the user, and the body keeps all digits anyway.
pub(crate) const FLOAT_STEPS: u64 = 1;

/// Takes something out of a value of the operation.
type TakeOut = fn(&str, &mut Value);

/// What is taken out of botocore's value before it is compared, and why.
pub(crate) const WITHOUT: &[(&str, TakeOut)] = &[(
    "M35: event ids of change streams are two numbers and no maps of any names, so a map that has \
     neither `commitNum` nor `opNum` is none",
    |operation, value| {
        if matches!(operation, "GetPropertygraphStream" | "GetSparqlStream") {
            without_id(value, "lastEventId");
            let records = value.get_mut("records").and_then(Value::as_array_mut);
            for record in records.into_iter().flatten() {
                without_id(record, "eventId");
            }
        }
    },
)];

fn without_id(object: &mut Value, member: &str) {
    let id = object.get(member).and_then(Value::as_object);
    let is_none = id.is_some_and(|id| !id.contains_key("commitNum") && !id.contains_key("opNum"));
    if let Some(object) = object.as_object_mut().filter(|_| is_none) {
        object.remove(member);
    }
}

/// The text of an error that botocore would have found, had it looked in the right place.
pub(crate) fn message<'a>(body: &'a Value, theirs: &'a Exception) -> Option<&'a str> {
    text(body, "detailedMessage").or(theirs.message.as_str())
}

/// The code of an error; botocore's is the status where none was sent.
pub(crate) fn code<'a>(line: &Line, theirs: &'a Exception) -> Option<&'a str> {
    let status = line.status.to_string();
    let sent = line.headers.values().any(|value| value.contains(&status))
        || String::from_utf8_lossy(&line.body()).contains(&format!("\"{status}\""));
    theirs.code.as_str().filter(|code| *code != status || sent)
}

/// The request id of an error, wherever it is.
pub(crate) fn request_id<'a>(
    line: &'a Line,
    body: &'a Value,
    theirs: &'a Exception,
) -> Option<&'a str> {
    let mut headers = line.headers.iter();
    let header = headers.find(|(name, _)| name.eq_ignore_ascii_case("x-amz-request-id"));
    let header = header.map(|(_, value)| value.as_str());
    let theirs = theirs.request_id.as_deref();
    theirs.or(header).or_else(|| text(body, "requestId"))
}

fn text<'a>(body: &'a Value, member: &str) -> Option<&'a str> {
    body[member].as_str().filter(|text| !text.is_empty())
}
