//! The log of received requests, with their outcomes.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};

use crate::input::{self, Input};
use crate::{Now, QueryRequest, ScriptId};

/// A received request, and its outcome.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogEntry {
    /// The number of the request, from 1.
    pub number: u64,
    /// The time at which it was handled.
    pub at: Now,
    /// The name of the operation in the service model; `None` for unknown routes.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: Method,
    /// Path and query, as they were sent.
    pub target: String,
    /// The headers. `Debug` does not show the values of `authorization` and `x-amz-security-token`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The request id that the response carries.
    pub request_id: String,
    /// The status of the response; `None` if the connection was closed instead, or the query is still running.
    pub status: Option<StatusCode>,
    /// Whether the operation was executed: all checks passed, and it took effect. It stays true if the response was
    /// then lost or replaced.
    pub executed: bool,
    /// The result of the signature check.
    pub signature: SignatureCheck,
    /// The query, as it was parsed; `None` if the request is not a query or was refused before parsing.
    pub query: Option<QueryRequest>,
    /// The script that applied to the query; `None` if no script matched or the query was refused before.
    pub script: Option<ScriptId>,
    /// Whether a fault applied to the request: a planned fault, or a fault that the request selected with the
    /// header `x-neptune-fault`.
    pub fault_applied: bool,
}

impl LogEntry {
    /// The input that the client encoded, in the names of the service model. `None` if the route is unknown, or the
    /// encoding is not valid for the operation.
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

    /// An entry for a request that has not been handled yet.
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
            signature: SignatureCheck::NotChecked,
            query: None,
            script: None,
            fault_applied: false,
        }
    }
}

/// The result of a signature check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// IAM authentication is disabled, so the signature was not checked.
    NotChecked,
    /// The signature is valid.
    Verified {
        /// The access key of the identity.
        access_key: String,
    },
    /// The request was refused, with this text.
    Refused(String),
}
