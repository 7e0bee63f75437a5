//! The waiters for the statistics of the query planner.

use crate::{
    error::DecodeError,
    machine::CallOutput,
    statistics::{
        GetPropertygraphStatistics, GetPropertygraphStatisticsOutput, GetSparqlStatistics,
        GetSparqlStatisticsOutput, Statistics,
    },
    types::Timestamp,
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// The statistics to wait for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    /// Statistics with this id or a later one. Ids are milliseconds since 1970.
    id: Option<String>,
    /// Statistics with a later date than this.
    after: Option<Timestamp>,
    /// The number of responses in a row that had a note but no statistics.
    notes: u8,
}

/// After this number of such responses the note counts as that of the current computation. Without
/// statistics, a note may be from an earlier computation, and it is not documented how long it remains.
const MAX_NOTES: u8 = 5;

impl Wanted {
    fn observe(&mut self, statistics: Option<&Statistics>) -> Observation<Statistics, Statistics> {
        let Some(statistics) = statistics else {
            return Observation::Pending(Statistics::default());
        };
        let id = statistics.statistics_id.as_deref();
        // The service has no statistics (`M25`).
        let is_absent = matches!(id, None | Some("-1" | ""));
        let is_new = self.is_new(statistics);
        // The reason why a computation failed (`M27`), perhaps an earlier one.
        let note = statistics.note.as_deref().filter(|note| !note.is_empty());
        self.notes = if is_absent && note.is_some() {
            self.notes.saturating_add(1)
        } else {
            0
        };
        let accepts_any = self.id.is_none() && self.after.is_none();
        let is_current = is_new || (is_absent && (accepts_any || self.notes >= MAX_NOTES));
        let failure = note.filter(|_| is_current);
        if let Some(note) = failure {
            return Observation::Failed {
                status: name(statistics),
                reason: note.to_owned(),
            };
        }
        if is_new && !is_absent && statistics.date.is_some() {
            Observation::Ready(statistics.clone())
        } else {
            Observation::Pending(statistics.clone())
        }
    }

    /// Whether these statistics, or their note, are from the computation to wait for or a later one.
    fn is_new(&self, statistics: &Statistics) -> bool {
        let number = |id: &str| id.trim().parse::<i64>().ok();
        let by_id = self.id.as_deref().is_none_or(|wanted| {
            let id = statistics.statistics_id.as_deref().unwrap_or_default();
            match (number(id), number(wanted)) {
                (Some(id), Some(wanted)) => id >= wanted,
                _ => id == wanted,
            }
        });
        let by_time = self.after.as_ref().is_none_or(|after| {
            let Some(date) = &statistics.date else {
                return false;
            };
            match (date.system_time(), after.system_time()) {
                (Some(date), Some(after)) => date > after,
                _ => date != after,
            }
        });
        by_id && by_time
    }
}

fn name(statistics: &Statistics) -> String {
    match statistics.statistics_id.as_deref() {
        None | Some("-1" | "") => "no statistics".to_owned(),
        Some(id) => format!("statistics {id}"),
    }
}

macro_rules! statistics_waiter {
    ($(#[$meta:meta])* $name:ident, $words:literal, $get:ident -> $output:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name(Wanted);

        impl $name {
            /// Waits until there are any statistics.
            pub fn new() -> Self {
                $name::default()
            }

            /// Waits for the computation with this id or a later one. A refresh returns the id as `statisticsId`.
            ///
            /// The note of an earlier, failed computation is ignored. While there are no statistics, it is unknown
            /// to which computation a note belongs; after five responses in a row with a note, the note is treated
            /// as a failure of the current computation.
            #[must_use]
            pub fn with_id(mut self, statistics_id: impl Into<String>) -> Self {
                self.0.id = Some(statistics_id.into());
                self
            }

            /// Waits for statistics with a later `date` than this, such as the `date` of the previous statistics.
            /// Notes are treated as described at [`with_id`](Self::with_id).
            #[must_use]
            pub fn newer_than(mut self, date: impl Into<Timestamp>) -> Self {
                self.0.after = Some(date.into());
                self
            }
        }

        impl Waiter for $name {
            type Request = $get;
            type Status = Statistics;
            type Output = Statistics;

            const SCHEDULE: PollSchedule = PollSchedule::SLOW;

            fn subject(&self) -> String {
                concat!("the statistics of the ", $words).to_owned()
            }

            fn request(&self) -> $get {
                $get::new()
            }

            fn observe(
                &mut self,
                response: &CallOutput<$output>,
            ) -> Result<Observation<Statistics, Statistics>, DecodeError> {
                Ok(self.0.observe(response.output.payload.as_ref()))
            }

            fn name(status: &Statistics) -> String {
                name(status)
            }
        }
    };
}

statistics_waiter! {
    /// Waits until the statistics of the property graph are computed. Use it with [`Wait`](crate::wait::Wait).
    ///
    /// By default any statistics are accepted. A failed computation is an error, with the note of the
    /// service as its reason. Polls every 2 to 30 seconds, for up to one day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    PropertygraphStatisticsComputed, "property graph",
    GetPropertygraphStatistics -> GetPropertygraphStatisticsOutput
}

statistics_waiter! {
    /// Waits until the statistics of the RDF graph are computed. Use it with [`Wait`](crate::wait::Wait).
    ///
    /// By default any statistics are accepted. A failed computation is an error, with the note of the
    /// service as its reason. Polls every 2 to 30 seconds, for up to one day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    SparqlStatisticsComputed, "RDF graph", GetSparqlStatistics -> GetSparqlStatisticsOutput
}
