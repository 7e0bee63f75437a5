//! The waiter for the restart after a fast reset.

use std::time::Duration;

use crate::{
    engine::{GetEngineStatus, GetEngineStatusOutput},
    error::{DecodeError, Error, ErrorKind, TransportErrorKind},
    machine::CallOutput,
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// Waits until the instance of the endpoint is healthy again after a fast reset. Use it with
/// [`Wait`](crate::wait::Wait).
///
/// Transport failures (except failed TLS handshakes), `ServerShutdownException` and any other HTTP 5xx are
/// treated as in progress, without a limit on their number. This includes a host name that cannot be
/// resolved, so with a wrong name the wait only ends at the timeout. Polls every 2 to 10 seconds, after a
/// first pause, for up to 30 minutes; the service needs some minutes.
///
/// An instance that has not begun its restart is still reported as healthy. To be sure that it has restarted, read the
/// start time of the engine before the reset, and pass it to [`restarted_since`](FastResetCompleted::restarted_since).
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/manage-console-fast-reset.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FastResetCompleted {
    old_start_time: Option<String>,
}

/// The progress of a restart.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ResetProgress {
    /// The poll failed, or the server is shutting down or not running.
    Unavailable(ErrorKind),
    /// The engine has responded, but is not healthy, or has not restarted yet.
    Status(Box<GetEngineStatusOutput>),
}

impl FastResetCompleted {
    /// Waits until the engine is healthy.
    pub fn new() -> Self {
        FastResetCompleted::default()
    }

    /// Waits until the engine is healthy and its start time differs from `start_time`, which
    /// [`GetEngineStatus`] returned before the reset.
    #[must_use]
    pub fn restarted_since(mut self, start_time: impl Into<String>) -> Self {
        self.old_start_time = Some(start_time.into());
        self
    }
}

impl Waiter for FastResetCompleted {
    type Request = GetEngineStatus;
    type Status = ResetProgress;
    type Output = GetEngineStatusOutput;

    const SCHEDULE: PollSchedule = PollSchedule {
        timeout: Duration::from_secs(30 * 60),
        waits_first: true,
        attempts: Some(1),
        ..PollSchedule::new(Duration::from_secs(2), Duration::from_secs(10))
    };

    fn subject(&self) -> String {
        "the fast reset".to_owned()
    }

    fn request(&self) -> GetEngineStatus {
        GetEngineStatus::new()
    }

    fn observe(
        &mut self,
        response: &CallOutput<GetEngineStatusOutput>,
    ) -> Result<Observation<ResetProgress, GetEngineStatusOutput>, DecodeError> {
        let output = response.output.clone();
        let is_healthy = output
            .status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("healthy"));
        let is_old = self.old_start_time.is_some() && self.old_start_time == output.start_time;
        Ok(if is_healthy && !is_old {
            Observation::Ready(output)
        } else {
            Observation::Pending(ResetProgress::Status(Box::new(output)))
        })
    }

    fn observe_error(
        &mut self,
        error: &Error,
    ) -> Option<Observation<ResetProgress, GetEngineStatusOutput>> {
        let is_restarting = match error.kind() {
            ErrorKind::Transport(TransportErrorKind::Tls) => false,
            ErrorKind::Transport(_) => true,
            ErrorKind::Service(_) => error
                .service()
                .is_some_and(|error| error.status.is_server_error()),
            _ => error.is_retryable(),
        };
        is_restarting.then(|| Observation::Pending(ResetProgress::Unavailable(error.kind())))
    }

    fn name(status: &ResetProgress) -> String {
        match status {
            ResetProgress::Unavailable(_) => "unavailable".to_owned(),
            ResetProgress::Status(status) => status.status.clone().unwrap_or_default(),
        }
    }
}
