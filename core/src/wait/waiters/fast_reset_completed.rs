//! Until all instances are back after a fast reset.

use std::time::Duration;

use crate::{
    engine::{GetEngineStatus, GetEngineStatusOutput},
    error::{DecodeError, Error, ErrorKind, TransportErrorKind},
    machine::CallOutput,
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// Until the instance that is asked is healthy again after a fast reset was performed: give it to
/// [`Wait`](crate::wait::Wait).
///
/// Connections that break, `ServerShutdownException` and any other HTTP 5xx are progress here, as many
/// as come. So is a name that cannot be resolved: one that is wrong is waited for until the time is
/// over. It asks every 2 to 10 seconds, beginning after the first wait, for 30 minutes; the service
/// needs some minutes.
///
/// An instance that has not begun to restart is healthy too. To be sure that the restart is over, take
/// the engine's start time before performing the reset and say it with
/// [`restarted_since`](FastResetCompleted::restarted_since).
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/manage-console-fast-reset.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FastResetCompleted {
    started: Option<String>,
}

/// How far a restart is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ResetProgress {
    /// No answer, or one that says that the server is going down or not up.
    Unavailable(ErrorKind),
    /// An answer, but not yet the one that is waited for.
    Status(Box<GetEngineStatusOutput>),
}

impl FastResetCompleted {
    /// Waits until the engine is healthy.
    pub fn new() -> Self {
        FastResetCompleted::default()
    }

    /// Waits until the engine is healthy and has another start time than this one, which
    /// [`GetEngineStatus`] gave before the reset.
    #[must_use]
    pub fn restarted_since(mut self, start_time: impl Into<String>) -> Self {
        self.started = Some(start_time.into());
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
        answer: &CallOutput<GetEngineStatusOutput>,
    ) -> Result<Observation<ResetProgress, GetEngineStatusOutput>, DecodeError> {
        let output = answer.output.clone();
        let is_healthy = output
            .status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("healthy"));
        let is_old = self.started.is_some() && self.started == output.start_time;
        Ok(match is_healthy && !is_old {
            true => Observation::Ready(output),
            false => Observation::Pending(ResetProgress::Status(Box::new(output))),
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
                .is_some_and(|refusal| refusal.status.is_server_error()),
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
