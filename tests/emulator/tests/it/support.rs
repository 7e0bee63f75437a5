//! Functions that several tests use.

use std::borrow::{Borrow, BorrowMut};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use neptunedata_emulator::{Emulator, LogEntry, Now, Outcome, Response, Ticket};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::{Value, json};

/// 2024-01-01T00:00:00Z.
pub(crate) fn now() -> Now {
    Now::at_unix(1_704_067_200)
}

/// The test's time, so many seconds later.
pub(crate) fn at(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

/// Any two clocks, in seconds. A time that cannot be represented is 1970.
pub(crate) fn clocks(wall: u64, mono: u64) -> Now {
    let wall = UNIX_EPOCH.checked_add(Duration::from_secs(wall));
    Now::new(wall.unwrap_or(UNIX_EPOCH), Duration::from_secs(mono))
}

pub(crate) fn get(target: &str) -> Request<Bytes> {
    request(Method::GET, target)
}

pub(crate) fn delete(target: &str) -> Request<Bytes> {
    request(Method::DELETE, target)
}

pub(crate) fn request(method: Method, target: &str) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(target)
        .body(Bytes::new())
        .expect("a request")
}

pub(crate) fn post(target: &str, body: &Value) -> Request<Bytes> {
    Request::post(target)
        .header("content-type", "application/json")
        .body(body.to_string().into())
        .expect("a request")
}

/// A body of this type.
pub(crate) fn send(
    method: Method,
    target: &str,
    media_type: &str,
    body: impl Into<Bytes>,
) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(target)
        .header("content-type", media_type)
        .body(body.into())
        .expect("a request")
}

/// A form.
pub(crate) fn form(target: &str, body: &str) -> Request<Bytes> {
    send(
        Method::POST,
        target,
        "application/x-www-form-urlencoded",
        body.to_owned(),
    )
}

/// A body without a type.
pub(crate) fn untyped(target: &str, body: &str) -> Request<Bytes> {
    let request = Request::post(target).body(body.to_owned().into());
    request.expect("a request")
}

/// The request with one more header.
pub(crate) fn with_header(
    mut request: Request<Bytes>,
    name: &'static str,
    value: &str,
) -> Request<Bytes> {
    let value = value.parse().expect("a value");
    request.headers_mut().append(name, value);
    request
}

/// The smallest body that starts a job, with this id.
pub(crate) fn job(id: &str) -> Value {
    json!({ "id": id, "dataProcessingJobId": "data-1", "trainModelS3Location": "s3://bucket/models/" })
}

/// `base` with some members replaced, added, or (by null) removed.
pub(crate) fn with(base: Value, changes: Value) -> Value {
    let (Value::Object(mut members), Value::Object(changes)) = (base, changes) else {
        panic!("no objects")
    };
    for (name, value) in changes {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    Value::Object(members)
}

/// The status, exception and text of a refusal.
pub(crate) type Refusal = (u16, String, String);

/// The status and exception of a refusal.
pub(crate) type Code = (u16, &'static str);

pub(crate) const BAD_REQUEST: Code = (400, "BadRequestException");
pub(crate) const INVALID: Code = (400, "InvalidParameterException");
pub(crate) const MALFORMED: Code = (400, "MalformedQueryException");
pub(crate) const MISSING: Code = (400, "MissingParameterException");
pub(crate) const NOT_ALLOWED: Code = (405, "MethodNotAllowedException");
pub(crate) const READ_ONLY: Code = (400, "ReadOnlyViolationException");
pub(crate) const UNSUPPORTED: Code = (400, "UnsupportedOperationException");
pub(crate) const VALIDATION: Code = (400, "ValidationException");

/// Requests to an emulator: at the start of the test's time, or after [`Ask::after`] and [`Ask::at`] at another.
pub(crate) trait Ask: BorrowMut<Emulator> {
    fn time(&self) -> Now {
        now()
    }

    fn at(&mut self, now: Now) -> At<'_> {
        let neptune = self.borrow_mut();
        At { neptune, now }
    }

    fn after(&mut self, seconds: u64) -> At<'_> {
        self.at(at(seconds))
    }

    /// The log entry of the last request.
    fn last(&self) -> &LogEntry {
        let neptune: &Emulator = self.borrow();
        neptune.log().last().expect("an entry")
    }

    /// How many requests of an operation were received, and how many executed.
    fn counts(&self, operation: &str) -> (usize, usize) {
        let neptune: &Emulator = self.borrow();
        (neptune.received(operation), neptune.executed(operation))
    }

    fn outcome(&mut self, request: Request<Bytes>) -> Outcome {
        let time = self.time();
        self.borrow_mut().handle(request, time)
    }

    fn answer(&mut self, request: Request<Bytes>) -> Response {
        let outcome = self.outcome(request);
        outcome.into_response().expect("an answer")
    }

    /// The JSON of an answer with status 200.
    fn ask(&mut self, request: Request<Bytes>) -> Value {
        let answer = self.answer(request);
        assert_eq!(answer.status(), StatusCode::OK, "{answer:?}");
        answer.to_json().expect("JSON")
    }

    fn get(&mut self, target: &str) -> Value {
        self.ask(get(target))
    }

    fn post(&mut self, target: &str, body: &Value) -> Value {
        self.ask(post(target, body))
    }

    fn delete(&mut self, target: &str) -> Value {
        self.ask(delete(target))
    }

    /// The ticket of a query that runs or waits.
    fn pending(&mut self, request: Request<Bytes>) -> Ticket {
        match self.outcome(request) {
            Outcome::Pending(ticket) => ticket,
            other => panic!("over: {other:?}"),
        }
    }

    /// The status and the body of a query that is over.
    fn over(&mut self, ticket: Ticket) -> (u16, Value) {
        let time = self.time();
        let outcome = self.borrow_mut().resume(ticket, time);
        let response = outcome.into_response().expect("over");
        let body = response.to_json().expect("JSON");
        (response.status().as_u16(), body)
    }

    /// Checks what all refusals share.
    fn refused(&mut self, request: Request<Bytes>) -> Refusal {
        let logged = self.borrow_mut().log().len();
        let answer = self.answer(request);
        let body = answer.to_json().expect("JSON");
        let text = |name: &str| {
            let text = body[name].as_str();
            text.unwrap_or_else(|| panic!("no {name} in {body}"))
                .to_owned()
        };
        let (headers, id) = (&answer.head.headers, text("requestId"));
        assert_eq!(headers["content-type"], "application/x-amz-json-1.0");
        assert_eq!(headers["x-amzn-requestid"], id.as_str());
        let entry = self.last();
        assert_eq!(entry.request_id, id);
        assert_eq!(entry.status, Some(answer.status()));
        assert!(!entry.executed, "{entry:?}");
        assert_eq!(self.borrow_mut().log().len(), logged + 1);
        let status = answer.status().as_u16();
        (status, text("code"), text("detailedMessage"))
    }

    /// Checks status and exception. Gives the text.
    #[track_caller]
    fn refuses(&mut self, request: Request<Bytes>, code: Code) -> String {
        let about = format!("{} {}", request.method(), request.uri());
        let (status, exception, text) = self.refused(request);
        assert_eq!((status, exception.as_str()), code, "{about}");
        text
    }

    #[track_caller]
    fn refuses_as(&mut self, request: Request<Bytes>, expected: impl Borrow<Refusal>) {
        let about = format!("{} {}", request.method(), request.uri());
        assert_eq!(self.refused(request), *expected.borrow(), "{about}");
    }
}

impl Ask for Emulator {}

/// An emulator at another time.
pub(crate) struct At<'a> {
    neptune: &'a mut Emulator,
    now: Now,
}

impl Borrow<Emulator> for At<'_> {
    fn borrow(&self) -> &Emulator {
        self.neptune
    }
}

impl BorrowMut<Emulator> for At<'_> {
    fn borrow_mut(&mut self) -> &mut Emulator {
        self.neptune
    }
}

impl Ask for At<'_> {
    fn time(&self) -> Now {
        self.now
    }
}

pub(crate) fn bad(message: &str) -> Refusal {
    refusal(400, "BadRequestException", message)
}

pub(crate) fn invalid(message: &str) -> Refusal {
    refusal(400, "InvalidParameterException", message)
}

pub(crate) fn missing(message: &str) -> Refusal {
    refusal(400, "MissingParameterException", message)
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    (status, code.to_owned(), message.to_owned())
}

/// Checks the response to the last request, whatever it was. Gives the operation that was executed, or the exception.
pub(crate) fn operation_or_exception(
    neptune: &Emulator,
    response: &Response,
) -> Result<String, TestCaseError> {
    let entry = neptune.last();
    let id = entry.request_id.as_str();
    prop_assert_eq!(header(response, "x-amzn-requestid"), id);
    prop_assert!(response.head.headers.contains_key("date"));
    prop_assert_eq!(entry.executed, response.status().is_success());
    if entry.executed {
        return Ok(entry.operation.expect("an operation").to_owned());
    }
    let body = response.to_json().expect("JSON");
    let code = text(&body["code"]);
    prop_assert!(code.ends_with("Exception"), "{}", body);
    prop_assert!(body["detailedMessage"].is_string());
    prop_assert_eq!(&body["requestId"], id);
    Ok(code)
}

/// Runs a property test on so many values. Gives what it says it reached.
pub(crate) fn reach<S: Strategy>(
    cases: u32,
    strategy: S,
    test: impl Fn(S::Value, &mut BTreeSet<String>) -> TestCaseResult,
) -> BTreeSet<String> {
    let reached = RefCell::new(BTreeSet::new());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(cases));
    let outcome = runner.run(&strategy, |value| test(value, &mut reached.borrow_mut()));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    reached.into_inner()
}

/// The rows of a table with two columns, one a line: `left => right`.
pub(crate) fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = table.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| {
        let (left, right) = line.split_once("=>").expect("two columns");
        (left.trim(), right.trim())
    })
}

/// The words of a list.
pub(crate) fn words(list: &str) -> Vec<&str> {
    list.split_whitespace().collect()
}

/// The text in a JSON string.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// The body of a response, which is text.
pub(crate) fn body_text(response: &Response) -> String {
    String::from_utf8(response.body().to_vec()).expect("UTF-8")
}

/// A header of a response, which is text.
#[track_caller]
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.head.headers[name].to_str().expect("text")
}

pub(crate) fn media_type(response: &Response) -> &str {
    header(response, "content-type")
}

/// The bytes as they are in a URL or a form.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Checks of JSON.
pub(crate) trait Json {
    fn is(&self, expected: Value);

    /// Checks that an object has these members, at any depth. A null means that the member is absent.
    fn has(&self, expected: Value);
}

impl Json for Value {
    #[track_caller]
    fn is(&self, expected: Value) {
        assert_eq!(*self, expected);
    }

    #[track_caller]
    fn has(&self, expected: Value) {
        if let Some(difference) = difference(self, &expected) {
            panic!("{difference} in {self}");
        }
    }
}

/// The first member that is not as expected.
fn difference(value: &Value, expected: &Value) -> Option<String> {
    let Value::Object(members) = expected else {
        return (value != expected).then(|| format!("{value} is not {expected}"));
    };
    let mut differences = members.iter().filter_map(|(name, expected)| {
        let difference = match value.get(name) {
            None if expected.is_null() => None,
            None => Some("absent".to_owned()),
            Some(_) if expected.is_null() => Some("present".to_owned()),
            Some(member) => difference(member, expected),
        };
        Some(format!("{name}: {}", difference?))
    });
    differences.next()
}

#[track_caller]
pub(crate) fn assert_starts(text: &str, start: &str) {
    assert!(text.starts_with(start), "{start} does not begin {text}");
}

#[track_caller]
pub(crate) fn assert_ends(text: &str, end: &str) {
    assert!(text.ends_with(end), "{end} does not end {text}");
}

#[track_caller]
pub(crate) fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "{part} is not in {text}");
}

#[track_caller]
pub(crate) fn assert_lacks(text: &str, part: &str) {
    assert!(!text.contains(part), "{part} is in {text}");
}

/// The records of a change stream, a list for each commit.
#[cfg(feature = "engine")]
pub(crate) fn stream(neptune: &mut Emulator, path: &str) -> Vec<Vec<Value>> {
    let mut commits = Vec::new();
    let mut commit = Vec::new();
    let mut position = "iteratorType=TRIM_HORIZON".to_owned();
    loop {
        let page = neptune.answer(get(&format!("{path}?limit=3&{position}")));
        if page.status() == StatusCode::NOT_FOUND {
            assert_eq!(commit, [Value::Null; 0], "an incomplete commit");
            return commits;
        }
        let mut page = page.to_json().expect("JSON");
        let last = &page["lastEventId"];
        let (commit_num, op_num) = (&last["commitNum"], &last["opNum"]);
        position =
            format!("iteratorType=AFTER_SEQUENCE_NUMBER&commitNum={commit_num}&opNum={op_num}");
        for record in page["records"].as_array_mut().expect("records") {
            let is_last = record["isLastOp"] == true;
            commit.push(record.take());
            if is_last {
                commits.push(std::mem::take(&mut commit));
            }
        }
    }
}
