//! Until the statistics of the query planner are computed.

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

/// Which statistics are new enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    /// This computation or a later one. Ids are milliseconds since 1970.
    id: Option<String>,
    /// From a later time than this.
    after: Option<Timestamp>,
    /// How many answers in a row had a note and no statistics.
    notes: u8,
}

/// With no statistics there, nothing tells which computation a note is from. That of an earlier one is gone when the
/// next begins, or stays as long as that takes; nobody says.
const NOTES: u8 = 5;

impl Wanted {
    fn observe(&mut self, statistics: Option<&Statistics>) -> Observation<Statistics, Statistics> {
        let Some(statistics) = statistics else {
            return Observation::Pending(Statistics::default());
        };
        let id = statistics.statistics_id.as_deref();
        // None are there (`M25`).
        let is_none = matches!(id, None | Some("-1" | ""));
        let is_new = self.is_new(statistics);
        // Why the last computation failed (`M27`), unless that was one before.
        let note = statistics.note.as_deref().filter(|note| !note.is_empty());
        self.notes = match is_none && note.is_some() {
            true => self.notes.saturating_add(1),
            false => 0,
        };
        let is_any = self.id.is_none() && self.after.is_none();
        let is_of_this = is_new || (is_none && (is_any || self.notes >= NOTES));
        let failure = note.filter(|_| is_of_this);
        if let Some(note) = failure {
            return Observation::Failed {
                status: name(statistics),
                reason: note.to_owned(),
            };
        }
        match is_new && !is_none && statistics.date.is_some() {
            true => Observation::Ready(statistics.clone()),
            false => Observation::Pending(statistics.clone()),
        }
    }

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

macro_rules! computed {
    ($(#[$meta:meta])* $name:ident, $words:literal, $get:ident -> $output:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name(Wanted);

        impl $name {
            /// Waits until there are statistics at all.
            pub fn new() -> Self {
                $name::default()
            }

            /// Waits for this computation or a later one: the `statisticsId` that a refresh answers.
            ///
            /// The note of an earlier one that failed does not count. Where there are no statistics at all
            /// nothing tells whose note it is: it counts when five answers in a row have it.
            #[must_use]
            pub fn with_id(mut self, statistics_id: impl Into<String>) -> Self {
                self.0.id = Some(statistics_id.into());
                self
            }

            /// Waits for statistics from a later time than this, which those before had as their
            /// `date`. For notes see [`with_id`](Self::with_id).
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
                answer: &CallOutput<$output>,
            ) -> Result<Observation<Statistics, Statistics>, DecodeError> {
                Ok(self.0.observe(answer.output.payload.as_ref()))
            }

            fn name(status: &Statistics) -> String {
                name(status)
            }
        }
    };
}

computed! {
    /// Until the statistics of the property graph are computed: give it to [`Wait`](crate::wait::Wait).
    ///
    /// By default any statistics will do. A computation that failed is an error with the service's
    /// note as its reason. It asks every 2 to 30 seconds, for a day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    PropertygraphStatisticsComputed, "property graph",
    GetPropertygraphStatistics -> GetPropertygraphStatisticsOutput
}

computed! {
    /// Until the statistics of the RDF graph are computed: give it to [`Wait`](crate::wait::Wait).
    ///
    /// By default any statistics will do. A computation that failed is an error with the service's
    /// note as its reason. It asks every 2 to 30 seconds, for a day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    SparqlStatisticsComputed, "RDF graph", GetSparqlStatistics -> GetSparqlStatisticsOutput
}
