//! What was received, in order, and what became of it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};

use crate::input::{self, Input};
use crate::{Now, QueryRequest};

/// One request, as it came, and how it was answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogEntry {
    /// The place in the order of all requests, from 1.
    pub number: u64,
    /// When it was handled.
    pub at: Now,
    /// The operation's name in the service model, `None` for routes that are not known.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: Method,
    /// Path and query as they were sent.
    pub target: String,
    /// The headers. `Debug` does not show the values of `authorization` and `x-amz-security-token`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The id that the answer carries.
    pub request_id: String,
    /// The status that was answered; `None` if the connection was closed instead, or the query is not over.
    pub status: Option<StatusCode>,
    /// Whether the operation was carried out: it passed every check and did what it does. That the answer was then
    /// lost or replaced changes nothing about it.
    pub executed: bool,
    /// What the check of the signature found.
    pub signature: Signature,
    /// The query that was understood; `None` if the request is for something else, or was refused before.
    pub query: Option<QueryRequest>,
    /// Whether the request met something that had been planned, or that it asked for itself.
    pub spoilt: bool,
}

impl LogEntry {
    /// What the request says, by the names of the service model: the input that a client encoded. `None` if the route is not
    /// known, or the request is not encoded as one of its operation is.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use neptunedata_emulator::{Emulator, Now};
    ///
    /// let mut neptune = Emulator::default();
    /// let list = http::Request::get("/ml/endpoints?maxItems=5&verbose=1").body(Bytes::new())?;
    /// let _ = neptune.handle(list, Now::at_unix(0));
    /// let input = neptune.log()[0].input().ok_or("no input")?;
    /// assert_eq!(input.members["maxItems"], 5);
    /// assert_eq!(input.extra["verbose"], "1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn input(&self) -> Option<Input> {
        input::read(self)
    }

    /// The entry for a request that has not been handled yet.
    pub(crate) fn new(number: u64, at: Now, request: Request<Bytes>) -> Self {
        let (mut head, body) = request.into_parts();
        for name in [
            header::AUTHORIZATION,
            HeaderName::from_static("x-amz-security-token"),
        ] {
            if let Some(value) = head.headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
        Self {
            number,
            at,
            operation: None,
            method: head.method,
            target: head
                .uri
                .path_and_query()
                .map_or("", |target| target.as_str())
                .to_owned(),
            headers: head.headers,
            body,
            request_id: String::new(),
            status: None,
            executed: false,
            signature: Signature::NotChecked,
            query: None,
            spoilt: false,
        }
    }
}

/// What the check of a signature found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// IAM authentication is off: nobody looked.
    NotChecked,
    /// The signature is right.
    Verified {
        /// Whose it is.
        access_key: String,
    },
    /// The request was refused, with this text.
    Refused(String),
}
