//! `requests.jsonl`: inputs, the requests made from them, and their signatures.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime},
};

use neptunedata::{
    Auth, CallOptions, Credentials, Endpoint, Session,
    bytes::Bytes,
    dynamic,
    endpoint::EndpointError,
    error::EncodeError,
    http::{
        HeaderMap, HeaderName, HeaderValue, Request,
        header::{AUTHORIZATION, CONTENT_LENGTH, HOST},
    },
    machine::{Input, Io, Machine, Now, Step},
};
use neptunedata_tests::{
    additions::OwnHeader,
    vectors::{self, model::Model},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    deviations::HEADERS,
    report::{A_HAZARD, Report, UNKNOWN_OPERATION, is_known, operations, same},
};

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) operation: String,
    pub(crate) hazards: Vec<String>,
    input: Value,
    idempotency_token: Option<String>,
    endpoint: String,
    request: Expected,
    signed: Option<Signed>,
}

/// A request as botocore makes it.
#[derive(Deserialize)]
pub(crate) struct Expected {
    method: String,
    pub(crate) host: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    pub(crate) body_json: Option<Value>,
}

/// What it was signed with, and the outcome.
#[derive(Deserialize)]
struct Signed {
    access_key: String,
    secret_key: String,
    session_token: Option<String>,
    region: String,
    unix_time: u64,
    authorization: String,
    #[serde(rename = "x-amz-date")]
    date: String,
    #[serde(rename = "x-amz-security-token")]
    token: Option<String>,
}

/// Why a line does not come out as botocore's.
pub(crate) enum Failure {
    Endpoint(EndpointError),
    Refused(EncodeError),
    Differs(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Endpoint(error) => write!(f, "the endpoint was refused: {error}"),
            Failure::Refused(error) => write!(f, "the input was refused: {error}"),
            Failure::Differs(text) => f.write_str(text),
        }
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Failure::Differs(text)
    }
}

#[test]
fn requests_and_signatures_are_those_of_botocore() {
    let model = Model::load().unwrap();
    let mut report = Report::new("requests.jsonl");
    for line in vectors::lines::<Line>("requests.jsonl").unwrap() {
        if !is_known(&line.operation) {
            report.set_aside(UNKNOWN_OPERATION);
        } else if !line.hazards.is_empty() {
            report.set_aside(A_HAZARD);
        } else {
            let result = check(&line, &model).map_err(|failure| failure.to_string());
            report.checked(&line.operation, &line.id, result);
            for own in own_headers(&line.request, &line.operation) {
                report.differs(&format!("{}: {}", own.name, own.reason));
            }
        }
    }
    report.finish(operations());
}

/// Makes the request, compares it, and signs it in three ways.
pub(crate) fn check(line: &Line, model: &Model) -> Result<(), Failure> {
    let mut input = line.input.clone();
    if let Some(token) = &line.idempotency_token
        && let Some(member) = model.token_member(&line.operation)
    {
        input[member] = token.as_str().into();
    }
    let endpoint = Endpoint::parse(&line.endpoint).map_err(Failure::Endpoint)?;
    let request = dynamic::request(&line.operation, &input, &endpoint).map_err(Failure::Refused)?;
    compare(&request, &line.request, &line.operation)?;
    let scheme = request.uri().scheme_str().unwrap_or_default();
    let theirs = line.request.as_http(scheme)?;

    let Some(signed) = &line.signed else {
        let sent = first_sent(line, &input, Session::new(endpoint, Auth::unsigned()), 0)?;
        for name in [AUTHORIZATION, DATE, TOKEN] {
            same(name.as_str(), &sent.headers().get(&name), &None)?;
        }
        same("what is sent", sent.headers(), request.headers())?;
        return Ok(());
    };

    // Their request, byte by byte.
    let mut resigned = theirs.clone();
    signed.sign(&mut resigned)?;
    signed.compare("their request signed by us", resigned.headers())?;
    // Our request with their body: what else we send is what they sign.
    let mut ours = request.clone();
    *ours.body_mut() = theirs.body().clone();
    for own in own_headers(&line.request, &line.operation) {
        if own.is_signed {
            ours.headers_mut().remove(&own.name);
        }
    }
    signed.sign(&mut ours)?;
    signed.compare("our request with their body", ours.headers())?;
    // What a session sends, which is theirs to the byte where there is no body.
    let endpoint = endpoint
        .with_region(&signed.region)
        .map_err(Failure::Endpoint)?;
    let session = Session::builder(endpoint, Auth::credentials(signed.credentials()))
        .allow_plain_http()
        .build();
    let sent = first_sent(line, &input, session, signed.unix_time)?;
    same("the method sent", sent.method(), request.method())?;
    same("the URI sent", sent.uri(), request.uri())?;
    same("the body sent", sent.body(), request.body())?;
    if line.request.body.is_none() {
        signed.compare("what the session sends", sent.headers())?;
    }
    Ok(())
}

/// The first request that a session sends.
fn first_sent<E: fmt::Display>(
    line: &Line,
    input: &Value,
    session: Result<Session, E>,
    unix_time: u64,
) -> Result<Request<Bytes>, Failure> {
    let session = session.map_err(|error| error.to_string())?;
    let mut exchange = dynamic::call(&line.operation, input, &session, &CallOptions::new(), 1)
        .map_err(Failure::Refused)?;
    let now = Now {
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(unix_time),
        mono: Duration::ZERO,
    };
    match exchange.resume(Input::Next, now) {
        Step::Io(Io::Send(transmit)) => Ok(transmit.request),
        step => Err(format!("the exchange begins with {step:?}").into()),
    }
}

/// Compares everything but the signature.
pub(crate) fn compare(
    ours: &Request<Bytes>,
    theirs: &Expected,
    operation: &str,
) -> Result<(), String> {
    same("the method", ours.method().as_str(), &theirs.method)?;
    same("the path", ours.uri().path(), &theirs.path)?;
    let query = ours.uri().query().unwrap_or_default();
    same("the query", &pairs(query), &pairs(&theirs.query))?;
    in_canonical_order(query)?;
    headers(ours, theirs, operation)?;
    match (&theirs.body, &theirs.body_json) {
        (None, _) => same("the body", ours.body().as_ref(), b"".as_slice()),
        (Some(_), Some(json)) => match serde_json::from_slice::<Value>(ours.body()) {
            Ok(body) => same("the body", &body, json),
            Err(error) => Err(format!(
                "the body {:?} is not valid JSON: {error}",
                ours.body()
            )),
        },
        (Some(text), None) => same("the body", ours.body().as_ref(), text.as_bytes()),
    }
}

/// The pairs of a query in an order that does not depend on the client.
fn pairs(query: &str) -> Vec<&str> {
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    pairs
}

/// Parameters are sent in the order of the signature, so that signing need not sort them.
fn in_canonical_order(query: &str) -> Result<(), String> {
    let names = query.split('&').map(|pair| pair.split('=').next());
    if names.is_sorted() {
        Ok(())
    } else {
        Err(format!("the query {query} is not sorted"))
    }
}

/// The headers that we mean to send and they do not.
fn own_headers<'a>(
    theirs: &'a Expected,
    operation: &'a str,
) -> impl Iterator<Item = &'static OwnHeader> + 'a {
    HEADERS.iter().filter(move |own| {
        let is_sent = own
            .operations
            .is_none_or(|names| names.contains(&operation));
        is_sent && !theirs.headers.contains_key(own.name.as_str())
    })
}

/// All of their headers, `host`, those that we mean to send besides, and nothing else. The length is
/// that of our own body.
fn headers(ours: &Request<Bytes>, theirs: &Expected, operation: &str) -> Result<(), String> {
    let mut expected = theirs.header_map()?;
    for own in own_headers(theirs, operation) {
        expected.insert(own.name.clone(), HeaderValue::from_static(own.value));
    }
    if expected.contains_key(CONTENT_LENGTH) {
        expected.insert(CONTENT_LENGTH, HeaderValue::from(ours.body().len()));
    }
    same("the headers", ours.headers(), &expected)
}

impl Expected {
    fn header_map(&self) -> Result<HeaderMap, String> {
        let mut map = HeaderMap::new();
        let host = (HOST.as_str(), self.host.as_str());
        let others = self.headers.iter();
        let others = others.map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in others.chain([host]) {
            let wrong = |error: &dyn fmt::Display| format!("header {name}: {error}");
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|error| wrong(&error))?;
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|error| wrong(&error))?;
            map.insert(header, value);
        }
        Ok(map)
    }

    /// The request as it was signed.
    fn as_http(&self, scheme: &str) -> Result<Request<Bytes>, String> {
        let question_mark = if self.query.is_empty() { "" } else { "?" };
        let uri = format!(
            "{scheme}://{}{}{question_mark}{}",
            self.host, self.path, self.query
        );
        let body = Bytes::from(self.body.clone().unwrap_or_default());
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&uri)
            .body(body)
            .map_err(|error| format!("{uri}: {error}"))?;
        *request.headers_mut() = self.header_map()?;
        Ok(request)
    }
}

impl Signed {
    fn credentials(&self) -> Credentials {
        let credentials = Credentials::new(&self.access_key, &self.secret_key);
        match &self.session_token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        }
    }

    fn sign(&self, request: &mut Request<Bytes>) -> Result<(), String> {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(self.unix_time);
        neptunedata::sign(request, &self.credentials(), &self.region, wall)
            .map_err(|error| format!("signing failed: {error}"))
    }

    fn compare(&self, what: &str, headers: &HeaderMap) -> Result<(), String> {
        for (name, theirs) in [
            (DATE, Some(&self.date)),
            (TOKEN, self.token.as_ref()),
            (AUTHORIZATION, Some(&self.authorization)),
        ] {
            let ours = headers.get(&name).map(HeaderValue::as_bytes);
            let theirs = theirs.map(|text| text.as_bytes());
            if ours != theirs {
                let text = |value: Option<&[u8]>| {
                    value.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                };
                same(&format!("{what}, {name}"), &text(ours), &text(theirs))?;
            }
        }
        Ok(())
    }
}
