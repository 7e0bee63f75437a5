//! Until an index rebuild has ended.

use crate::{
    Answered, DecodeError, GetIndexRebuildStatus, GetIndexRebuildStatusOutput, RebuildStatus,
};

use super::{Pace, Sight, Watch};

/// Until an index rebuild has ended: give it to [`Wait`](crate::Wait).
///
/// `COMPLETED` is the end; `FAILED` and `CANCELLED` are errors. States that are not known are waited
/// through. Progress has a percentage. It asks every 2 to 30 seconds, for a day.
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetIndexRebuildStatus.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRebuildEnded(GetIndexRebuildStatus);

impl IndexRebuildEnded {
    /// Waits for the rebuild with this id.
    pub fn new(rebuild_id: impl Into<String>) -> Self {
        IndexRebuildEnded(GetIndexRebuildStatus::new(rebuild_id))
    }
}

impl Watch for IndexRebuildEnded {
    type Ask = GetIndexRebuildStatus;
    type Status = GetIndexRebuildStatusOutput;
    type End = GetIndexRebuildStatusOutput;

    const PACE: Pace = Pace::SLOW;

    fn subject(&self) -> String {
        format!("the index rebuild {}", self.0.rebuild_id)
    }

    fn ask(&self) -> GetIndexRebuildStatus {
        self.0.clone()
    }

    fn see(
        &mut self,
        answer: &Answered<GetIndexRebuildStatusOutput>,
    ) -> Result<Sight<Self::Status, Self::End>, DecodeError> {
        let output = answer.output.clone();
        Ok(match &output.status {
            Some(RebuildStatus::Completed) => Sight::Ended(output),
            Some(status @ (RebuildStatus::Failed | RebuildStatus::Cancelled)) => Sight::Failed {
                status: status.to_string(),
                reason: output.failure_reason.unwrap_or_default(),
            },
            _ => Sight::Going(output),
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
