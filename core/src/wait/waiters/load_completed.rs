//! Until a bulk load has ended.

use crate::{
    error::{DecodeError, Error},
    loader::{GetLoaderJobStatus, GetLoaderJobStatusOutput, LoadStatus, LoaderStatus},
    machine::CallOutput,
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// Until a bulk load has ended: give it to [`Wait`](crate::wait::Wait).
///
/// `LOAD_COMPLETED` and `LOAD_COMMITTED_W_WRITE_CONFLICTS` are ends, told apart by [`LoadOutcome`]. Every
/// other final state is an error; before it is reported the failed feeds and the error logs are asked
/// for, and [`WaitError::answer`](crate::error::WaitError::answer) has them: of the logs the first 100, or as
/// many as [`error_logs`](LoadCompleted::error_logs) says. Asking for them is tried again as everything else
/// is. Loads that wait in the queue, states of single feeds such as `LOAD_S3_READ_ERROR`, and states that
/// are not known ([U15](crate::wire_notes#u15)) are waited through. It asks every 2 to 30 seconds, for a day.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/loader-message.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadCompleted {
    load_id: String,
    error_logs: i32,
    /// The load has failed in this state; its logs are being asked for.
    failed: Option<LoadStatus>,
}

/// How a bulk load ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LoadOutcome {
    /// All is loaded.
    Completed(LoaderStatus),
    /// What did not conflict with concurrent writes is loaded: load again, in mode `RESUME`, for the
    /// rest.
    CommittedWithWriteConflicts(LoaderStatus),
}

impl LoadOutcome {
    /// The state at the end.
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

    /// How many error logs to ask for when it has failed, at least one; 100 by default. The service
    /// keeps up to 10,000, which [`GetLoaderJobStatus`] gives by pages.
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
        match self.failed {
            Some(_) => request
                .details(true)
                .errors(true)
                .errors_per_page(self.error_logs),
            None => request,
        }
    }

    fn observe(
        &mut self,
        answer: &CallOutput<GetLoaderJobStatusOutput>,
    ) -> Result<Observation<LoaderStatus, LoadOutcome>, DecodeError> {
        let status = answer.output.loader_status()?;
        let overall = status
            .overall_status
            .as_ref()
            .and_then(|overall| overall.status.clone());
        // Whatever it says now, it had failed.
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

    /// Without the logs it has failed all the same.
    fn observe_error(&mut self, _error: &Error) -> Option<Observation<LoaderStatus, LoadOutcome>> {
        let failed = self.failed.as_ref()?;
        Some(Observation::Failed {
            status: failed.to_string(),
            reason: "its error logs could not be had".to_owned(),
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

/// States of single feeds: the load ends in another one.
fn is_of_feed(status: &LoadStatus) -> bool {
    matches!(
        status,
        LoadStatus::S3ReadError
            | LoadStatus::S3AccessDeniedError
            | LoadStatus::DataFailedDueToFeedModifiedOrDeleted
    )
}

/// The first of the error logs, and how many there are; a full page, and there may be more.
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
