//! The intended differences between this client and botocore. This list is complete:
//!
//! | what | where | why |
//! |---|---|---|
//! | headers that the model lacks | [`HEADERS`] | all requests accept trailers, which report a failure after a status of 200; Gremlin queries ask for a result format that the client can read (M15) |
//! | members of outputs that the model lacks | [`OUTPUTS`] | the service sends them |
//! | event ids | [`WITHOUT`] | M35 |
//! | error objects with status 200 | [`RESPONSES`] | a query failed after its status was sent |
//! | successes without a body | [`RESPONSES`] | an answer was lost (`may_answer_empty` in `CONTRIBUTING.md`) |
//! | the last digit of floats in documents | [`FLOAT_STEPS`] | a feature of serde_json would apply to the user's whole build |
//! | the text of an error | [`message`] | it is in `detailedMessage`, at which botocore does not look |
//! | the code of an error that has none | [`code`] | botocore puts the status in its place |
//! | the request id of an error | [`request_id`] | botocore takes `x-amz-request-id` for successes only |
//!
//! The only other differences allowed are the hazards of the vectors, listed by name in `hazards.rs`.

use neptunedata::{
    dynamic,
    error::{Cause, DecodeErrorKind},
};
use serde_json::Value;

pub(crate) use neptunedata_tests::additions::{HEADERS, OUTPUTS};

use crate::responses::{Exception, Line, Outcome};

/// An intended difference. Its lines are set aside under its name after a check that this client did `instead`.
pub(crate) struct Deviation {
    pub(crate) name: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) applies: fn(&Line) -> bool,
    pub(crate) instead: fn(&Outcome) -> Result<(), String>,
}

/// All differences in how responses without a hazard are decoded.
pub(crate) const RESPONSES: &[Deviation] = &[
    Deviation {
        name: "error object",
        reason: "a status of 200 is sent before a query fails (docs/retry.md)",
        applies: |line| line.is_success() && is_error_object(line),
        instead: |outcome| match &outcome.result {
            Err(Cause::Service(_)) => Ok(()),
            other => Err(format!("{other:?} is not the error in the body")),
        },
    },
    Deviation {
        name: "detailed message in place of results",
        reason: "a query failed after its status was sent; this error has no code",
        applies: |line| {
            let body = serde_json::from_slice::<Value>(&line.body()).unwrap_or_default();
            let is_gremlin = line.operation == "ExecuteGremlinQuery" && line.is_success();
            is_gremlin && body["result"].is_null() && body["detailedMessage"].is_string()
        },
        instead: |outcome| match &outcome.result {
            Err(Cause::Decode(error)) if error.path() == "detailedMessage" => Ok(()),
            other => Err(format!("{other:?} is not the error in the body")),
        },
    },
    Deviation {
        name: "empty success",
        reason: "the operation never sends an empty body, so an answer was lost (`DecodeErrorKind::Empty`; \
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
    },
];

/// Whether a body has the members of an error object, and none of the output.
fn is_error_object(line: &Line) -> bool {
    let body = serde_json::from_slice::<Value>(&line.body()).unwrap_or_default();
    let has = |name: &str| body[name].is_string();
    let has_code = ["code", "Code", "__type"]
        .iter()
        .any(|name| text(&body, name).is_some());
    let has_message =
        has("detailedMessage") || (has("requestId") && (has("message") || has("Message")));
    let has_output = || {
        let members = line.parsed.as_ref().and_then(Value::as_object);
        let mut names = members.into_iter().flatten().map(|(name, _)| name.as_str());
        names.any(|name| match name {
            "requestId" => false,
            "statusCode" => body.get(name).is_some(),
            _ => true,
        })
    };
    has_code && has_message && !has_output()
}

/// Design rule: this crate turns on no feature that changes how serde_json reads, because features apply to the whole
/// build.
///
/// By how many representable numbers a float inside a document may differ: one for every fourth float, two for few.
/// serde_json rounds exactly only with its feature `float_roundtrip`, which would be turned on for every crate in a
/// user's build. Users may turn it on themselves; the body keeps all digits in any case.
pub(crate) const FLOAT_STEPS: u64 = 2;

/// Removes members from a value of the operation.
type TakeOut = fn(&str, &mut Value);

/// What is removed from botocore's value before the comparison, and why.
pub(crate) const WITHOUT: &[(&str, TakeOut)] = &[(
    "M35: event ids of change streams are two numbers and not arbitrary maps, so a map that has \
     neither `commitNum` nor `opNum` is not an event id",
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

/// The text of an error: `detailedMessage`, which botocore does not read, or botocore's text.
pub(crate) fn message<'a>(body: &'a Value, theirs: &'a Exception) -> Option<&'a str> {
    text(body, "detailedMessage").or(theirs.message.as_str())
}

/// The code of an error. If the server sent no code, botocore uses the status.
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
