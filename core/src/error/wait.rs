//! Waiting that did not end well.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{Error, bounded_start, one_line};
use crate::{
    error::DecodeError,
    operation::{Operation, RawResponse},
};

/// How waiting failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitErrorKind {
    /// What was waited for ended, but not well.
    Failed,
    /// The time is over.
    TimedOut,
}

/// What was waited for did not come about.
///
/// The last answer is kept: [`answer`](WaitError::answer) decodes it. For a bulk load that failed it
/// has the error logs.
#[derive(Clone)]
pub struct WaitError {
    pub(crate) kind: WaitErrorKind,
    pub(crate) operation: &'static str,
    pub(crate) subject: String,
    pub(crate) status: Option<String>,
    pub(crate) reason: String,
    pub(crate) body: Bytes,
    pub(crate) elapsed: Duration,
    pub(crate) trouble: Option<Error>,
}

impl WaitError {
    /// How it failed.
    pub fn kind(&self) -> WaitErrorKind {
        self.kind
    }

    /// What was waited for, in words: `the bulk load 0a237328`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The state that was seen last, in the service's spelling; None if none was seen.
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// Why it failed, as far as the service says; may be empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// How long it was waited.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Why the last time of asking brought no answer, if it did not.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// The body of the last answer; empty if there was none.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The last answer; None if there was none, or it is no answer to `O`.
    pub fn answer<O: Operation>(&self) -> Option<O::Output> {
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
            .field("waited", &self.elapsed)
            .field("trouble", &self.trouble)
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
                Some(status) => write!(f, "{subject} ended as {status}")?,
                None => write!(f, "{subject} failed")?,
            },
            WaitErrorKind::TimedOut => {
                write!(f, "{subject} was waited for {:?} in vain", self.elapsed)?;
                match &status {
                    Some(status) => write!(f, "; its last state was {status}")?,
                    None => f.write_str("; no state of it was seen")?,
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
        self.trouble.as_ref().map(|error| error as _)
    }
}
