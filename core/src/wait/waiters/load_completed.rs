//! The waiter for bulk loads.

use crate::{
    error::{DecodeError, Error},
    loader::{GetLoaderJobStatus, GetLoaderJobStatusOutput, LoadStatus, LoaderStatus},
    machine::CallOutput,
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// Waits until a bulk load has ended. Use it with [`Wait`](crate::wait::Wait).
///
/// The statuses `LOAD_COMPLETED` and `LOAD_COMMITTED_W_WRITE_CONFLICTS` are successes, which [`LoadOutcome`]
/// distinguishes. Every other final status is an error. Before the waiter reports the error, it requests the
/// failed feeds and the first 100 error logs (see [`error_logs`](LoadCompleted::error_logs)), with the usual
/// retries. [`WaitError::last_response`](crate::error::WaitError::last_response) returns them.
///
/// Queued loads, statuses of single feeds such as `LOAD_S3_READ_ERROR`, and unknown statuses
/// ([U15](crate::wire_notes#u15)) are treated as in progress. Polls every 2 to 30 seconds, for up to one day.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/loader-message.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadCompleted {
    load_id: String,
    error_logs: i32,
    /// The load has failed with this status, and its logs are being requested.
    failed: Option<LoadStatus>,
}

/// The outcome of a bulk load that did not fail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LoadOutcome {
    /// All data is loaded.
    Completed(LoaderStatus),
    /// All data without conflicts with concurrent writes is loaded. To load the rest, load again in mode `RESUME`.
    CommittedWithWriteConflicts(LoaderStatus),
}

impl LoadOutcome {
    /// The final status.
    pub fn status(&self) -> &LoaderStatus {
        match self {
            LoadOutcome::Completed(status) | LoadOutcome::CommittedWithWriteConflicts(status) => {
                status
            }
        }
    }
}

impl LoadCompleted {
    /// Waits for the load with this id.
    pub fn new(load_id: impl Into<String>) -> Self {
        LoadCompleted {
            load_id: load_id.into(),
            error_logs: 100,
            failed: None,
        }
    }

    /// The number of error logs to request after a failure, at least 1; 100 by default. The service keeps
    /// up to 10,000, which [`GetLoaderJobStatus`] returns in pages.
    #[must_use]
    pub fn error_logs(mut self, count: i32) -> Self {
        self.error_logs = count.max(1);
        self
    }
}

impl Waiter for LoadCompleted {
    type Request = GetLoaderJobStatus;
    type Status = LoaderStatus;
    type Output = LoadOutcome;

    const SCHEDULE: PollSchedule = PollSchedule::SLOW;

    fn subject(&self) -> String {
        format!("the bulk load {}", self.load_id)
    }

    fn request(&self) -> GetLoaderJobStatus {
        let request = GetLoaderJobStatus::new(&self.load_id);
        if self.failed.is_some() {
            request
                .details(true)
                .errors(true)
                .errors_per_page(self.error_logs)
        } else {
            request
        }
    }

    fn observe(
        &mut self,
        response: &CallOutput<GetLoaderJobStatusOutput>,
    ) -> Result<Observation<LoaderStatus, LoadOutcome>, DecodeError> {
        let status = response.output.loader_status()?;
        let overall = status
            .overall_status
            .as_ref()
            .and_then(|overall| overall.status.clone());
        // This response has the logs. The failure was reported before, so ignore its status.
        if let Some(failed) = &self.failed {
            return Ok(Observation::Failed {
                status: failed.to_string(),
                reason: reason(&status, self.error_logs),
            });
        }
        Ok(match overall {
            Some(LoadStatus::Completed) => Observation::Ready(LoadOutcome::Completed(status)),
            Some(LoadStatus::CommittedWithWriteConflicts) => {
                Observation::Ready(LoadOutcome::CommittedWithWriteConflicts(status))
            }
            Some(failed) if failed.is_terminal() && !is_of_feed(&failed) => {
                let status = failed.to_string();
                self.failed = Some(failed);
                Observation::PollAgain { status }
            }
            _ => Observation::Pending(status),
        })
    }

    /// If the logs are unavailable, the failure is reported without them.
    fn observe_error(&mut self, _error: &Error) -> Option<Observation<LoaderStatus, LoadOutcome>> {
        let failed = self.failed.as_ref()?;
        Some(Observation::Failed {
            status: failed.to_string(),
            reason: "error logs unavailable".to_owned(),
        })
    }

    fn name(status: &LoaderStatus) -> String {
        status
            .overall_status
            .as_ref()
            .and_then(|overall| overall.status.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

/// Whether this is a status of a single feed. The load itself ends with another status.
fn is_of_feed(status: &LoadStatus) -> bool {
    matches!(
        status,
        LoadStatus::S3ReadError
            | LoadStatus::S3AccessDeniedError
            | LoadStatus::DataFailedDueToFeedModifiedOrDeleted
    )
}

/// The first error log and the number of logs. After a full page there may be more.
fn reason(status: &LoaderStatus, page: i32) -> String {
    let logs = status
        .errors
        .as_ref()
        .and_then(|errors| errors.error_logs.as_deref())
        .unwrap_or_default();
    let Some(first) = logs.first() else {
        return String::new();
    };
    let code = first.error_code.as_ref().map_or("", |code| code.as_str());
    let message = first.error_message.as_deref().unwrap_or_default();
    let mut reason = format!("{code}: {message}");
    if let Some(file) = &first.file_name {
        reason.push_str(&format!(" in {file}"));
        if let Some(record) = first.record_num {
            reason.push_str(&format!(" at record {record}"));
        }
    }
    match logs.len() {
        1 if page > 1 => {}
        count if i32::try_from(count).is_ok_and(|count| count < page) => {
            reason.push_str(&format!("; the first of {count} errors"));
        }
        count => reason.push_str(&format!("; the first of at least {count} errors")),
    }
    reason
}
