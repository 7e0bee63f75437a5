//! Requests that botocore 1.44.5 signed.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Identity, Now};
use serde_json::Value;

/// A line of the fixture.
pub(crate) struct Signed {
    pub(crate) line: Value,
}

impl Signed {
    pub(crate) fn all(text: &str) -> Vec<Self> {
        let lines = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let signed = lines.filter(|line: &Value| line["signed"].is_object());
        signed.map(|line| Self { line }).collect()
    }

    pub(crate) fn fixture() -> Vec<Self> {
        Self::all(include_str!("../fixtures/signed.jsonl"))
    }

    pub(crate) fn find(id: &str) -> Self {
        let mut all = Self::fixture().into_iter();
        all.find(|signed| signed.id() == id).expect("a line")
    }

    /// A cancel with temporary keys, an awkward path and two parameters.
    pub(crate) fn cancel() -> Self {
        Self::find("CancelMLModelTrainingJob/002")
    }

    /// A start with long-term keys and a body.
    pub(crate) fn start() -> Self {
        Self::find("StartMLModelTrainingJob/002")
    }

    pub(crate) fn id(&self) -> &str {
        self.line["id"].as_str().expect("an id")
    }

    fn text(&self, part: &str, name: &str) -> &str {
        self.line[part][name].as_str().unwrap_or_default()
    }

    pub(crate) fn request(&self) -> Request<Bytes> {
        let query = self.text("request", "query");
        let question_mark = if query.is_empty() { "" } else { "?" };
        let target = format!("{}{question_mark}{query}", self.text("request", "path"));
        let mut request = Request::builder()
            .method(self.text("request", "method"))
            .uri(target);
        let headers = self.line["request"]["headers"]
            .as_object()
            .expect("headers");
        for (name, value) in headers {
            // As bytes: the values of some vectors are not ASCII.
            request = request.header(name, value.as_str().expect("a value").as_bytes());
        }
        request = request.header("host", self.text("request", "host"));
        for name in ["authorization", "x-amz-date", "x-amz-security-token"] {
            if let Some(value) = self.line["signed"][name].as_str() {
                request = request.header(name, value);
            }
        }
        let body = self.text("request", "body").to_owned();
        request.body(Bytes::from(body)).expect("a request")
    }

    /// The text of a member of the signature.
    pub(crate) fn signed(&self, name: &str) -> &str {
        self.text("signed", name)
    }

    /// When it was signed, in seconds since 1970.
    pub(crate) fn unix_time(&self) -> u64 {
        self.line["signed"]["unix_time"].as_u64().expect("a time")
    }

    pub(crate) fn now(&self) -> Now {
        Now::at_unix(self.unix_time())
    }

    pub(crate) fn identity(&self) -> Identity {
        let identity = Identity::new(self.signed("access_key"), self.signed("secret_key"));
        match self.line["signed"]["session_token"].as_str() {
            Some(token) => identity.session_token(token),
            None => identity,
        }
    }

    pub(crate) fn cluster(&self) -> Emulator {
        let config = Config::default().identity(self.identity());
        Emulator::new(config.region(self.signed("region")))
    }
}
