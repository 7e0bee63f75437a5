//! The transcript: a line for each HTTP exchange, in order.

use std::{collections::BTreeSet, fs, path::PathBuf};

use neptunedata::{
    bytes::Bytes,
    http::{self, HeaderMap, HeaderName, HeaderValue},
};
use neptunedata_emulator::{LogEntry, SignatureCheck};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The number of operations in the recorded botocore. The recording has all of them.
const RECORDED: usize = 48;

/// The operations that were recorded.
pub(crate) fn operations() -> impl Iterator<Item = &'static str> {
    let recorded: BTreeSet<_> = lines().into_iter().map(|line| line.operation).collect();
    let mut operations = neptunedata::catalog::OPERATIONS.to_vec();
    operations.retain(|info| recorded.contains(info.name));
    assert_eq!(operations.len(), RECORDED, "{recorded:?}");
    operations.into_iter().map(|info| info.name)
}

/// The first line: who was recorded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Versions {
    pub(crate) boto3: String,
    pub(crate) botocore: String,
    pub(crate) urllib3: String,
}

/// An exchange, or a call that boto3 refused without one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// What is tried; the same for the attempts of a call and the calls of one client.
    pub(crate) step: String,
    pub(crate) operation: String,
    pub(crate) input: Value,
    /// What the header `x-neptune-fault` said.
    pub(crate) fault: Option<String>,
    /// Counts connections over the whole transcript.
    pub(crate) connection: Option<u64>,
    pub(crate) request: Option<Request>,
    /// What came back.
    pub(crate) response: Option<Answer>,
    /// What boto3 saw of the connection's end.
    pub(crate) ending: Option<Ending>,
    /// What became of the call; only on its last exchange.
    pub(crate) outcome: Option<Outcome>,
    /// What the emulator's log has; `None` if it did not read the request.
    pub(crate) emulator: Option<Verdict>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// An answer as far as it came; `bytes` if it was no HTTP.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body: Body,
    /// Of chunked answers whose last chunk came.
    pub(crate) trailers: Option<Vec<(String, String)>>,
    pub(crate) bytes: Option<Body>,
}

/// Text, or hexadecimal digits for bytes that are not valid UTF-8.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Body {
    Text(String),
    Hex { hex: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ending {
    /// None: the connection was kept, or boto3 closed it first.
    Open,
    Fin,
    Rst,
    /// Nothing more arrived within the read timeout of boto3.
    Timeout,
}

/// What boto3 made of it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    Output {
        output: Map<String, Value>,
    },
    Error {
        /// The name of the exception's class.
        error: String,
        text: String,
        /// The error answer as boto3 understood it.
        #[serde(default)]
        response: Value,
    },
}

/// What the emulator's log says about a request.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    pub(crate) operation: Option<String>,
    /// `verified` and the access key, or `refused` and the text.
    pub(crate) signature: (String, String),
    pub(crate) status: Option<u16>,
    pub(crate) executed: bool,
    pub(crate) spoilt: bool,
}

pub(crate) fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "boto3", name].iter().collect()
}

pub(crate) fn committed() -> String {
    fs::read_to_string(path("transcript.jsonl")).unwrap()
}

/// Parses a transcript. Panics if it cannot parse a line.
pub(crate) fn parse(text: &str) -> (Versions, Vec<Line>) {
    let (first, rest) = text.split_once('\n').unwrap();
    let lines = rest.lines().map(|line| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:.200}"))
    });
    (serde_json::from_str(first).unwrap(), lines.collect())
}

pub(crate) fn lines() -> Vec<Line> {
    parse(&committed()).1
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter();
        let (_, value) = found.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    pub(crate) fn to_http(&self) -> http::Request<Bytes> {
        let mut request = http::Request::new(self.body.bytes());
        *request.method_mut() = self.method.parse().unwrap();
        *request.uri_mut() = self.target.parse().unwrap();
        *request.headers_mut() = header_map(&self.headers);
        request
    }
}

fn header_map(headers: &[(String, String)]) -> HeaderMap {
    let pairs = headers.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    pairs.collect()
}

impl Default for Body {
    fn default() -> Self {
        Body::Text(String::new())
    }
}

impl Body {
    /// As the script writes them down.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Body::Text(text.to_owned()),
            Err(_) => Body::Hex {
                hex: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            },
        }
    }

    pub(crate) fn bytes(&self) -> Bytes {
        match self {
            Body::Text(text) => Bytes::copy_from_slice(text.as_bytes()),
            Body::Hex { hex } => {
                let pairs = (0..hex.len()).step_by(2);
                pairs
                    .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                    .collect()
            }
        }
    }
}

impl Verdict {
    pub(crate) fn of(entry: &LogEntry) -> Self {
        let (what, detail) = match &entry.signature {
            SignatureCheck::NotChecked => ("not checked", ""),
            SignatureCheck::Verified { access_key } => ("verified", access_key.as_str()),
            SignatureCheck::Refused(text) => ("refused", text.as_str()),
        };
        Verdict {
            operation: entry.operation.map(str::to_owned),
            signature: (what.to_owned(), detail.to_owned()),
            status: entry.status.map(|status| status.as_u16()),
            executed: entry.executed,
            spoilt: entry.fault_applied,
        }
    }
}

impl Line {
    /// Of a line with a request: what the emulator read and what it says about that.
    pub(crate) fn executed(&self) -> bool {
        self.emulator.as_ref().is_some_and(|it| it.executed)
    }
}
