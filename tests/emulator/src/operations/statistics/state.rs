//! The statistics of a cluster.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use crate::Now;
use crate::clock::{Calendar, iso, unix_millis};
use crate::operations::without_nulls;

/// A graph of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GraphKind {
    /// The property graph, for Gremlin and openCypher.
    PropertyGraph,
    /// The RDF graph, for SPARQL.
    Rdf,
}

/// The statistics of a graph. Set them with [`Emulator::set_statistics`](crate::Emulator::set_statistics).
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use neptunedata_emulator::{Emulator, GraphKind, Statistics};
///
/// let mut neptune = Emulator::default();
/// let computed = UNIX_EPOCH + Duration::from_millis(1_588_893_232_718);
/// neptune.set_statistics(GraphKind::PropertyGraph, Statistics::computed(computed).counts(5, 1000, 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    pub(super) auto_compute: bool,
    current: Option<Computed>,
    note: Option<String>,
    counts: Counts,
    /// The statistics that a refresh computes, and the monotonic time at which it ends.
    running: Option<(Computed, Duration)>,
}

/// When statistics were or will be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Computed {
    id: u64,
    date: SystemTime,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    signatures: u32,
    instances: u32,
    predicates: u32,
}

impl Default for Statistics {
    fn default() -> Self {
        Self::none()
    }
}

impl Statistics {
    /// No statistics yet, with automatic computation.
    #[must_use]
    pub fn none() -> Self {
        Self {
            auto_compute: true,
            current: None,
            note: None,
            counts: Counts::default(),
            running: None,
        }
    }

    /// Statistics that were computed at this time. Their id is this time in milliseconds since 1970.
    #[must_use]
    pub fn computed(at: SystemTime) -> Self {
        Self {
            current: Some(Computed {
                id: unix_millis(at),
                date: at,
            }),
            ..Self::none()
        }
    }

    /// No statistics because their computation failed, with a note such as `Limit reached: Statistics are not
    /// available`.
    #[must_use]
    pub fn failed(note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..Self::none()
        }
    }

    /// The counts of signatures, instances and predicates, also after a refresh. Default: 0.
    #[must_use]
    pub fn counts(mut self, signatures: u32, instances: u32, predicates: u32) -> Self {
        self.counts = Counts {
            signatures,
            instances,
            predicates,
        };
        self
    }

    /// Whether the statistics are reported as computed automatically. Default: true. The emulator computes them only on
    /// request.
    #[must_use]
    pub fn auto_compute(mut self, on: bool) -> Self {
        self.auto_compute = on;
        self
    }

    /// When the current statistics were computed.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        self.current.map(|current| current.date)
    }

    fn advance(&mut self, now: Now) {
        let due = self.running.filter(|(_, end)| *end <= now.mono);
        if let Some((computed, _)) = due {
            self.running = None;
            self.note = None;
            self.current = Some(computed);
        }
    }

    /// Starts a refresh, unless one is running. Returns the id of the current or future statistics.
    pub(super) fn refresh(&mut self, now: Now, duration: Duration) -> u64 {
        if let Some((computed, _)) = self.running {
            return computed.id;
        }
        // At least one more than before, even if the clock has not advanced.
        let after = self
            .current
            .map_or(0, |current| current.id.saturating_add(1));
        let id = unix_millis(now.wall).max(after);
        let date = now.wall.checked_add(duration).unwrap_or(now.wall);
        let end = now.mono.saturating_add(duration);
        self.running = Some((Computed { id, date }, end));
        self.advance(now);
        id
    }

    /// Deletes the statistics and stops a refresh. False if there was nothing to delete.
    pub(super) fn delete(&mut self) -> bool {
        let running = self.running.take().is_some();
        self.current.take().is_some() || running
    }

    /// The payload of a status response. The id is a number (M25); absent values are omitted (M27).
    pub(super) fn describe(&self, old: bool) -> Value {
        let info = json!({
            "signatureCount": self.counts.signatures,
            "instanceCount": self.counts.instances,
            "predicateCount": self.counts.predicates,
        });
        // M26: before 1.2.1.0, dates have no seconds and the counts have another name.
        let date = |wall| {
            if old {
                Calendar::of(wall).minutes()
            } else {
                iso(wall)
            }
        };
        let name = if old { "summary" } else { "signatureInfo" };
        without_nulls(json!({
            "autoCompute": self.auto_compute,
            "active": self.current.is_some(),
            "statisticsId": self.current.map_or(json!(-1), |current| current.id.into()),
            "date": self.date().map(date),
            name: self.current.map(|_| info),
            "note": self.note,
        }))
    }
}

/// The statistics and the summaries of both graphs.
#[derive(Debug, Default)]
pub(crate) struct AllStatistics {
    property_graph: Graph,
    rdf: Graph,
}

#[derive(Debug, Default)]
struct Graph {
    statistics: Statistics,
    summary: Option<Map<String, Value>>,
}

impl AllStatistics {
    fn graph(&mut self, kind: GraphKind) -> &mut Graph {
        match kind {
            GraphKind::PropertyGraph => &mut self.property_graph,
            GraphKind::Rdf => &mut self.rdf,
        }
    }

    /// The statistics of a graph, updated to this time.
    pub(crate) fn of(&mut self, kind: GraphKind, now: Now) -> &mut Statistics {
        let statistics = &mut self.graph(kind).statistics;
        statistics.advance(now);
        statistics
    }

    pub(crate) fn set(&mut self, kind: GraphKind, statistics: Statistics) {
        self.graph(kind).statistics = statistics;
    }

    pub(crate) fn set_summary(&mut self, kind: GraphKind, summary: Map<String, Value>) {
        self.graph(kind).summary = Some(summary);
    }

    pub(crate) fn summary(&mut self, kind: GraphKind) -> Option<&Map<String, Value>> {
        self.graph(kind).summary.as_ref()
    }
}
