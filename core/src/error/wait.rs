//! Waits that failed or timed out.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{Error, bounded_start, one_line};
use crate::{
    error::DecodeError,
    operation::{Operation, RawResponse},
};

/// How a wait ended without success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitErrorKind {
    /// The job, load or other subject of the wait failed.
    Failed,
    /// The time limit was reached.
    TimedOut,
}

/// A wait that failed or timed out.
///
/// The last response is kept; [`last_response`](WaitError::last_response) decodes it. For a failed bulk load it
/// contains the error logs.
#[derive(Clone)]
pub struct WaitError {
    pub(crate) kind: WaitErrorKind,
    pub(crate) operation: &'static str,
    pub(crate) subject: String,
    pub(crate) status: Option<String>,
    pub(crate) reason: String,
    pub(crate) body: Bytes,
    pub(crate) elapsed: Duration,
    pub(crate) last_error: Option<Error>,
}

impl WaitError {
    /// Whether the operation failed or the wait timed out.
    pub fn kind(&self) -> WaitErrorKind {
        self.kind
    }

    /// The subject of the wait in words: `the bulk load 0a237328`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The last status, in the service's spelling; `None` if no status was received.
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// The service's reason for the failure; may be empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The duration of the wait.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Why the last poll failed, if it did.
    pub fn last_error(&self) -> Option<&Error> {
        self.last_error.as_ref()
    }

    /// The body of the last response; empty if there was no response.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The last response, decoded; `None` if there was no response, or if it is not a response of `O`.
    pub fn last_response<O: Operation>(&self) -> Option<O::Output> {
        if self.body.is_empty() || O::INFO.name != self.operation {
            return None;
        }
        let response = RawResponse {
            info: O::INFO,
            status: StatusCode::OK,
            headers: &HeaderMap::new(),
            body: &self.body,
        };
        let decoded: Result<_, DecodeError> = O::decode(&response);
        decoded.ok()
    }
}

impl fmt::Debug for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitError")
            .field("kind", &self.kind)
            .field("subject", &self.subject)
            .field("status", &self.status)
            .field("reason", &bounded_start(self.reason.as_bytes()))
            .field("body", &bounded_start(&self.body))
            .field("elapsed", &self.elapsed)
            .field("last_error", &self.last_error)
            .finish()
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = one_line(self.subject.as_bytes());
        let status = self
            .status
            .as_ref()
            .map(|status| one_line(status.as_bytes()));
        match self.kind {
            WaitErrorKind::Failed => match &status {
                Some(status) => write!(f, "{subject} ended with status {status}")?,
                None => write!(f, "{subject} failed")?,
            },
            WaitErrorKind::TimedOut => {
                write!(
                    f,
                    "timed out after {:?} waiting for {subject}",
                    self.elapsed
                )?;
                match &status {
                    Some(status) => write!(f, "; its last status was {status}")?,
                    None => f.write_str("; no status was received")?,
                }
            }
        }
        if !self.reason.is_empty() {
            write!(f, ": {}", one_line(self.reason.as_bytes()))?;
        }
        Ok(())
    }
}

impl std::error::Error for WaitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.last_error.as_ref().map(|error| error as _)
    }
}
