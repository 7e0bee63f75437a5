//! The waiter for index rebuilds.

use crate::{
    error::DecodeError,
    index_rebuild::{GetIndexRebuildStatus, GetIndexRebuildStatusOutput, RebuildStatus},
    machine::CallOutput,
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// Waits until an index rebuild has ended. Use it with [`Wait`](crate::wait::Wait).
///
/// The status `COMPLETED` is a success; `FAILED` and `CANCELLED` are errors. An unknown status is treated
/// as in progress. The progress contains a percentage. Polls every 2 to 30 seconds, for up to one day.
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetIndexRebuildStatus.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRebuildCompleted(GetIndexRebuildStatus);

impl IndexRebuildCompleted {
    /// Waits for the rebuild with this id.
    pub fn new(rebuild_id: impl Into<String>) -> Self {
        IndexRebuildCompleted(GetIndexRebuildStatus::new(rebuild_id))
    }
}

impl Waiter for IndexRebuildCompleted {
    type Request = GetIndexRebuildStatus;
    type Status = GetIndexRebuildStatusOutput;
    type Output = GetIndexRebuildStatusOutput;

    const SCHEDULE: PollSchedule = PollSchedule::SLOW;

    fn subject(&self) -> String {
        format!("the index rebuild {}", self.0.rebuild_id)
    }

    fn request(&self) -> GetIndexRebuildStatus {
        self.0.clone()
    }

    fn observe(
        &mut self,
        response: &CallOutput<GetIndexRebuildStatusOutput>,
    ) -> Result<Observation<Self::Status, Self::Output>, DecodeError> {
        let output = response.output.clone();
        Ok(match &output.status {
            Some(RebuildStatus::Completed) => Observation::Ready(output),
            Some(status @ (RebuildStatus::Failed | RebuildStatus::Cancelled)) => {
                Observation::Failed {
                    status: status.to_string(),
                    reason: output.failure_reason.unwrap_or_default(),
                }
            }
            _ => Observation::Pending(output),
        })
    }

    fn name(status: &GetIndexRebuildStatusOutput) -> String {
        status
            .status
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}
