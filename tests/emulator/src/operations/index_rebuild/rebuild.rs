//! One index rebuild.
//!
//! ```text
//!                  a tenth          ┌── the rest ──▶ COMPLETED
//! start ──▶ PREPARING ──▶ REBUILDING┼── half, and it is to fail ──▶ FAILED
//!               └─────── cancel ────┴──▶ CANCELLING ── a tenth ──▶ CANCELLED
//! ```

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::Now;
use crate::clock::iso;

/// The status of an index rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RebuildStatus {
    /// The rebuild is preparing.
    Preparing,
    /// The rebuild is running.
    Rebuilding,
    /// The rebuild is complete.
    Completed,
    /// The rebuild failed.
    Failed,
    /// The rebuild was cancelled and has not stopped yet.
    Cancelling,
    /// The rebuild was cancelled and has stopped.
    Cancelled,
}

impl RebuildStatus {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "PREPARING",
            Self::Rebuilding => "REBUILDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub(super) fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// The input of a start request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StartInput {
    pub(super) token: Option<String>,
    pub(super) scope: String,
    pub(super) concurrency: i64,
    pub(super) buffer: String,
}

impl StartInput {
    /// Whether this request has the token of the other rebuild.
    pub(super) fn has_token_of(&self, other: &IndexRebuild) -> bool {
        self.token.is_some() && self.token == other.input.token
    }
}

/// An index rebuild. See [`Emulator::index_rebuilds`](crate::Emulator::index_rebuilds).
#[derive(Clone, Debug)]
pub struct IndexRebuild {
    pub(super) id: String,
    pub(super) input: StartInput,
    pub(super) started: Now,
    pub(super) duration: Duration,
    pub(super) failure: Option<String>,
    /// How long the rebuild had run when it was cancelled.
    pub(super) cancelled: Option<Duration>,
}

impl IndexRebuild {
    /// The id of the rebuild.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The client token of its start request.
    #[must_use]
    pub fn client_token(&self) -> Option<&str> {
        self.input.token.as_deref()
    }

    /// The status at this time.
    #[must_use]
    pub fn status(&self, now: Now) -> RebuildStatus {
        let elapsed = now.mono.saturating_sub(self.started.mono);
        match self.cancelled {
            Some(at) if elapsed < at.saturating_add(self.tenth()) => RebuildStatus::Cancelling,
            Some(_) => RebuildStatus::Cancelled,
            None if elapsed >= self.length() => match self.failure {
                Some(_) => RebuildStatus::Failed,
                None => RebuildStatus::Completed,
            },
            None if elapsed < self.tenth() => RebuildStatus::Preparing,
            None => RebuildStatus::Rebuilding,
        }
    }

    pub(super) fn cancel(&mut self, now: Now) {
        self.cancelled = Some(now.mono.saturating_sub(self.started.mono));
    }

    fn tenth(&self) -> Duration {
        self.duration / 10
    }

    /// How long the rebuild takes if it is not cancelled.
    fn length(&self) -> Duration {
        match self.failure {
            Some(_) => self.duration / 2,
            None => self.duration,
        }
    }

    /// How long the rebuild has run until now.
    fn run_time(&self, now: Now) -> Duration {
        let elapsed = now.mono.saturating_sub(self.started.mono);
        let end = match self.cancelled {
            Some(at) => at.saturating_add(self.tenth()),
            None => self.length(),
        };
        elapsed.min(end)
    }

    fn progress(&self, now: Now) -> u64 {
        let run_time = self.cancelled.unwrap_or(self.run_time(now));
        let part = run_time.as_millis().saturating_mul(100);
        let percent = part.checked_div(self.duration.as_millis()).unwrap_or(100);
        match self.status(now) {
            RebuildStatus::Preparing => 0,
            _ => u64::try_from(percent).unwrap_or(100).min(100),
        }
    }

    fn after(&self, time: Duration) -> String {
        let wall: SystemTime = self.started.wall;
        iso(wall.checked_add(time).unwrap_or(wall))
    }

    /// The response to the start request.
    pub(super) fn describe_start(&self, now: Now) -> Value {
        json!({
            "status": self.status(now).as_str(),
            "rebuildId": self.id,
            "scope": self.input.scope,
            "concurrency": self.input.concurrency,
            "writeBufferSize": self.input.buffer,
        })
    }

    /// The response to a status request, without the id. Absent members are null.
    pub(super) fn describe(&self, now: Now) -> Value {
        let status = self.status(now);
        let ended = status.is_terminal();
        let estimated = status == RebuildStatus::Rebuilding;
        let failure = self
            .failure
            .as_ref()
            .filter(|_| status == RebuildStatus::Failed);
        json!({
            "status": status.as_str(),
            "scope": self.input.scope,
            "concurrency": self.input.concurrency,
            "writeBufferSize": self.input.buffer,
            "startTime": self.after(Duration::ZERO),
            "progressPercentage": self.progress(now),
            "endTime": ended.then(|| self.after(self.run_time(now))),
            "estimatedEndTime": estimated.then(|| self.after(self.duration)),
            "failureReason": failure,
        })
    }

    /// The response to a cancel request, without id and scope.
    pub(super) fn describe_cancel(&self, now: Now) -> Value {
        json!({
            "status": self.status(now).as_str(),
            "concurrency": self.input.concurrency,
            "writeBufferSize": self.input.buffer,
        })
    }
}
