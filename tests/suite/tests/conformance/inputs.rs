//! `invalid_inputs.jsonl`: inputs that break a constraint. What botocore refuses is refused here for
//! the same reasons; what it lets pass though model or protocol forbid it is refused too.

use neptunedata::{
    Endpoint, dynamic,
    error::{EncodeError, FieldError, FieldErrorKind},
};
use neptunedata_tests::vectors::{self, model::Model};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    report::{Report, UNKNOWN_OPERATION, is_known, operations, same},
    requests::{Expected, compare},
};

#[derive(Deserialize)]
struct Line {
    id: String,
    operation: String,
    input: Value,
    rejected: bool,
    stage: Option<String>,
    #[serde(default)]
    errors: Vec<Flaw>,
    not_enforced: Option<String>,
    request: Option<Expected>,
}

/// A fault that botocore found.
#[derive(Deserialize)]
struct Flaw {
    class: String,
    path: String,
    member: Option<String>,
}

/// What botocore does not enforce and this client does, and the fault that it names.
const REFUSED_HERE: &[(&str, &str)] = &[
    ("max", "OutOfRange"),
    ("type_range", "OutOfRange"),
    ("boolean_for_integer", "WrongType"),
    ("empty_label", "EmptyLabel"),
    ("unknown_member_no_input", "UnknownMember"),
    ("header_control", "HeaderValue"),
    ("header_folding", "HeaderValue"),
];

/// Faults that an input may have beyond those that botocore finds.
const MORE: &[&str] = &["OutOfRange", "EmptyLabel", "DotSegment", "HeaderValue"];

#[test]
fn invalid_inputs_are_rejected_with_their_field_errors() {
    let model = Model::load().unwrap();
    let mut report = Report::new("invalid_inputs.jsonl");
    for line in vectors::lines::<Line>("invalid_inputs.jsonl").unwrap() {
        if !is_known(&line.operation) {
            report.set_aside(UNKNOWN_OPERATION);
            continue;
        }
        report.checked(&line.operation, &line.id, check(&line, &model));
    }
    report.finish(operations());
}

fn check(line: &Line, model: &Model) -> Result<(), String> {
    let host = line.request.as_ref().map(|request| request.host.as_str());
    let endpoint = format!("https://{}", host.unwrap_or("db.example.com:8182"));
    let endpoint = Endpoint::parse(&endpoint).map_err(|error| error.to_string())?;
    let mut input = line.input.clone();
    // The token that botocore made is given as the caller's.
    let sent = line
        .request
        .as_ref()
        .and_then(|theirs| theirs.body_json.as_ref());
    if let Some(member) = model.token_member(&line.operation)
        && let Some(token) = sent.and_then(|body| body.get(member))
    {
        input[member] = token.clone();
    }
    let ours = dynamic::request(&line.operation, &input, &endpoint);
    if let Err(error) = &ours {
        same("the operation refused", error.operation(), &line.operation)?;
        if error.field_errors().is_empty() {
            return Err("refused without a fault".to_owned());
        }
    }
    let not_enforced = line.not_enforced.as_deref().unwrap_or_default();
    let refused_here = REFUSED_HERE.iter().find(|(name, _)| *name == not_enforced);
    match (ours, refused_here) {
        (Err(error), _) if line.stage.as_deref() == Some("transport") => {
            all_of_kind("HeaderValue", &error, line)
        }
        (Err(error), _) if line.rejected => same_faults(&error, line),
        (Err(error), Some((_, kind))) => all_of_kind(kind, &error, line),
        (Err(error), None) => Err(format!("refused, but valid: {error}")),
        (Ok(_), _) if line.rejected => Err(format!("accepted {}", line.input)),
        (Ok(_), Some(_)) => Err(format!("{not_enforced} accepted: {}", line.input)),
        (Ok(request), None) => match &line.request {
            Some(theirs) => compare(&request, theirs, &line.operation),
            None => Err("the line says neither refused nor what is sent".to_owned()),
        },
    }
}

/// All unknown members that they find are found here too. If there are none, one of their faults is,
/// and the others here are of kinds that they do not know and hold for the input.
fn same_faults(error: &EncodeError, line: &Line) -> Result<(), String> {
    let mut theirs = Vec::new();
    for flaw in &line.errors {
        let field = match &flaw.member {
            Some(member) if flaw.path.is_empty() => member.clone(),
            Some(member) => format!("{}.{member}", flaw.path),
            None => flaw.path.clone(),
        };
        let kind = match flaw.class.as_str() {
            "missing required field" => "Missing",
            "unknown field" => "UnknownMember",
            "invalid type" => "WrongType",
            "invalid range" => "OutOfRange",
            other => return Err(format!("unknown class of validation errors: {other:?}")),
        };
        theirs.push((field, kind));
    }
    if theirs.iter().any(|(_, kind)| *kind == "UnknownMember") {
        theirs.retain(|(_, kind)| *kind == "UnknownMember");
        for (field, _) in &theirs {
            if error
                .field_errors()
                .iter()
                .all(|fault| fault.field() != field)
            {
                return Err(format!("{field:?} is not named in: {error}"));
            }
        }
    }
    let mut is_named = false;
    for fault in error.field_errors() {
        let is_theirs =
            |(field, kind): &(String, &str)| fault.field() == field && name(fault.kind()) == *kind;
        if theirs.iter().any(is_theirs) {
            is_named = true;
        } else if MORE.contains(&name(fault.kind())) {
            holds(fault, &line.input)?;
        } else {
            return Err(format!("a valid input was rejected: {fault}"));
        }
    }
    if is_named || theirs.is_empty() {
        Ok(())
    } else {
        Err(format!("none of {theirs:?} is named in: {error}"))
    }
}

fn all_of_kind(kind: &str, error: &EncodeError, line: &Line) -> Result<(), String> {
    for fault in error.field_errors() {
        if name(fault.kind()) != kind {
            return Err(format!("{fault} is not the fault {kind}"));
        }
        holds(fault, &line.input)?;
    }
    Ok(())
}

/// Whether the value that the fault names is as the fault says.
fn holds(fault: &FieldError, input: &Value) -> Result<(), String> {
    let Some(value) = find(input, fault.field()) else {
        return Err(format!("the input has no such place: {fault}"));
    };
    let holds = match fault.kind() {
        FieldErrorKind::OutOfRange { min, max } => match value.to_string().parse::<i128>() {
            Ok(number) => number < *min || number > *max,
            // Beyond 64 bits.
            Err(_) => value.is_f64(),
        },
        FieldErrorKind::WrongType { .. } => value.is_boolean(),
        FieldErrorKind::UnknownMember => true,
        FieldErrorKind::EmptyLabel => value == "",
        FieldErrorKind::DotSegment => value == "." || value == "..",
        FieldErrorKind::HeaderValue => value
            .as_str()
            .is_some_and(|text| text.contains(|c: char| c.is_ascii_control() || !c.is_ascii())),
        _ => false,
    };
    if holds {
        Ok(())
    } else {
        Err(format!("{value} is not so: {fault}"))
    }
}

/// The value at a path such as `a.b[2].c`, or of a member that has such a name.
fn find<'a>(input: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(value) = input.get(path) {
        return Some(value);
    }
    path.split(['.', '['])
        .filter(|segment| !segment.is_empty())
        .try_fold(input, |value, segment| match segment.strip_suffix(']') {
            Some(index) => value.get(index.parse::<usize>().ok()?),
            None => value.get(segment),
        })
}

pub(crate) fn name(kind: &FieldErrorKind) -> &'static str {
    match kind {
        FieldErrorKind::UnknownOperation => "UnknownOperation",
        FieldErrorKind::Missing => "Missing",
        FieldErrorKind::UnknownMember => "UnknownMember",
        FieldErrorKind::WrongType { .. } => "WrongType",
        FieldErrorKind::OutOfRange { .. } => "OutOfRange",
        FieldErrorKind::EmptyLabel => "EmptyLabel",
        FieldErrorKind::DotSegment => "DotSegment",
        FieldErrorKind::HeaderValue => "HeaderValue",
        FieldErrorKind::UriTooLong { .. } => "UriTooLong",
        FieldErrorKind::Other(_) => "Other",
        _ => "a kind not known here",
    }
}
