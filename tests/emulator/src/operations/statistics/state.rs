//! The statistics of a cluster.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::content::{Content, Counts};
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
    /// Whether a test has set them; an engine then changes nothing.
    is_set: bool,
    /// Whether they were deleted, and not refreshed since.
    is_deleted: bool,
    /// The statistics that a refresh computes, and the monotonic time at which it ends.
    running: Option<(Computed, Duration)>,
}

/// When statistics were or will be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Computed {
    id: u64,
    date: SystemTime,
    /// What they were computed from, if an engine stores the graph.
    content: Option<Content>,
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
            is_set: false,
            is_deleted: false,
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
                content: None,
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
            signatures: signatures.into(),
            instances: instances.into(),
            predicates: predicates.into(),
        };
        self
    }

    /// Whether the statistics are reported as computed automatically. Default: true. Statistics that were set are
    /// computed again only on request.
    #[must_use]
    pub fn auto_compute(mut self, on: bool) -> Self {
        self.auto_compute = on;
        self
    }

    /// When the current statistics were computed.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        self.current.as_ref().map(|current| current.date)
    }

    /// The summary that was computed with them.
    pub(crate) fn summary(&self) -> Option<&Value> {
        let content = self.current.as_ref()?.content.as_ref()?;
        Some(&content.summary)
    }

    fn advance(&mut self, now: Now) {
        let due = self.running.take_if(|(_, end)| *end <= now.mono);
        if let Some((computed, _)) = due {
            self.note = None;
            self.is_deleted = false;
            self.current = Some(computed);
        }
    }

    /// Computes the statistics again if the graph has changed.
    fn update(&mut self, content: &Content, now: Now) {
        if self.is_set || self.is_deleted || !self.auto_compute {
            return;
        }
        let known = self.current.as_ref();
        if known.and_then(|known| known.content.as_ref()) != Some(content) {
            self.current = Some(Computed {
                id: self.next_id(now),
                date: now.wall,
                content: Some(content.clone()),
            });
        }
    }

    /// The id of a computation that starts now. At least one more than before, even if the clock has not advanced.
    fn next_id(&self, now: Now) -> u64 {
        let current = self.current.as_ref();
        let after = current.map_or(0, |current| current.id.saturating_add(1));
        unix_millis(now.wall).max(after)
    }

    /// Starts a refresh, unless one is running. Returns the id of the current or future statistics.
    pub(super) fn refresh(
        &mut self,
        content: Option<Content>,
        now: Now,
        duration: Duration,
    ) -> u64 {
        if let Some((computed, _)) = &self.running {
            return computed.id;
        }
        let id = self.next_id(now);
        let computed = Computed {
            id,
            date: now.wall.checked_add(duration).unwrap_or(now.wall),
            content: content.filter(|_| !self.is_set),
        };
        let end = now.mono.saturating_add(duration);
        self.running = Some((computed, end));
        self.advance(now);
        id
    }

    /// Turns the automatic computation on or off.
    pub(super) fn set_auto_compute(&mut self, on: bool) {
        self.auto_compute = on;
        self.is_deleted &= !on;
    }

    /// Deletes the statistics and stops a refresh. False if there was nothing to delete.
    pub(super) fn delete(&mut self) -> bool {
        self.is_deleted = true;
        let running = self.running.take().is_some();
        self.current.take().is_some() || running
    }

    /// The payload of a status response. The id is a number (M25); absent values are omitted (M27).
    pub(super) fn describe(&self, old: bool) -> Value {
        let current = self.current.as_ref();
        let content = current.and_then(|current| current.content.as_ref());
        let counts = content.map_or(self.counts, |content| content.counts);
        let info = json!({
            "signatureCount": counts.signatures,
            "instanceCount": counts.instances,
            "predicateCount": counts.predicates,
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
            "active": current.is_some(),
            "statisticsId": current.map_or(json!(-1), |current| current.id.into()),
            "date": self.date().map(date),
            name: current.map(|_| info),
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

    /// The statistics of a graph, updated to this time. `content` is what the graph contains, if an engine stores it.
    pub(super) fn of(
        &mut self,
        kind: GraphKind,
        content: Option<&Content>,
        now: Now,
    ) -> &mut Statistics {
        let statistics = &mut self.graph(kind).statistics;
        statistics.advance(now);
        if let Some(content) = content {
            statistics.update(content, now);
        }
        statistics
    }

    pub(crate) fn set(&mut self, kind: GraphKind, statistics: Statistics) {
        self.graph(kind).statistics = Statistics {
            is_set: true,
            ..statistics
        };
    }

    pub(crate) fn set_summary(&mut self, kind: GraphKind, summary: Map<String, Value>) {
        self.graph(kind).summary = Some(summary);
    }

    /// The summary that a test has set.
    pub(crate) fn summary(&mut self, kind: GraphKind) -> Option<&Map<String, Value>> {
        self.graph(kind).summary.as_ref()
    }
}
