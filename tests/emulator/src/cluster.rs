//! The state that operations work on.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::Value;

use crate::change_stream::Streams;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::operations::fast_reset::ResetToken;
use crate::operations::index_rebuild::rebuild::IndexRebuild;
use crate::operations::loader::queue::Loader;
use crate::operations::ml::jobs::MlJobs;
use crate::operations::queries::queue::Queries;
use crate::operations::statistics::state::AllStatistics;
use crate::{Config, Now};

/// A cluster: its configuration, and the state of each family of operations.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) config: Config,
    pub(crate) ids: Ids,
    /// The engine's status as JSON, until the configuration changes or the cluster restarts.
    pub(crate) status: Option<Bytes>,
    pub(crate) queries: Queries,
    pub(crate) streams: Streams,
    #[cfg(feature = "oxigraph")]
    pub(crate) rdf: crate::rdf::Rdf,
    #[cfg(feature = "graph")]
    pub(crate) graph: crate::graph::PropertyGraph,
    /// Threads that execute queries have clones of it. While there are some, loads do not store anything: they would
    /// wait for a query that writes, which waits for the emulator.
    #[cfg(feature = "engine")]
    pub(crate) executing: std::sync::Arc<()>,
    pub(crate) loader: Loader,
    pub(crate) ml: MlJobs,
    pub(crate) statistics: AllStatistics,
    pub(crate) storage_info: Option<Value>,
    /// Oldest first.
    pub(crate) rebuilds: Vec<IndexRebuild>,
    /// Why the next rebuild will fail, if it will fail.
    pub(crate) next_rebuild_failure: Option<String>,
    pub(crate) reset_token: Option<ResetToken>,
    /// When the last restart was complete.
    restarted: Option<SystemTime>,
    /// When the current restart will be complete, by the monotonic clock.
    restarting: Option<Duration>,
}

impl Cluster {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            ids: Ids::new(config.seed),
            status: None,
            queries: Queries::default(),
            streams: Streams::default(),
            #[cfg(feature = "oxigraph")]
            rdf: crate::rdf::Rdf::default(),
            #[cfg(feature = "graph")]
            graph: crate::graph::PropertyGraph::default(),
            #[cfg(feature = "engine")]
            executing: std::sync::Arc::default(),
            loader: Loader::default(),
            ml: MlJobs::default(),
            statistics: AllStatistics::default(),
            storage_info: None,
            rebuilds: Vec::new(),
            next_rebuild_failure: None,
            reset_token: None,
            restarted: None,
            restarting: None,
            config,
        }
    }

    /// Restarts all instances: in-memory state is lost, and until the restart is complete
    /// [`check_running`](Self::check_running) refuses every request.
    ///
    /// A family with such state (running queries, tokens) adds a line here.
    pub(crate) fn restart(&mut self, now: Now) {
        let takes = self.config.restart_duration;
        self.restarting = Some(now.mono.saturating_add(takes));
        self.restarted = Some(now.wall.checked_add(takes).unwrap_or(now.wall));
        self.reset_token = None;
        self.status = None;
        self.queries.restart(&shut_down());
    }

    /// When the engine was last started.
    pub(crate) fn started(&self) -> SystemTime {
        self.restarted.unwrap_or(self.config.started)
    }

    /// Erases the data and everything that describes it, as the second step of a fast reset does before it
    /// [restarts](Self::restart) the cluster.
    ///
    /// A family with such state (jobs, statistics, streams, graphs) adds a line here. Faults and scripts that tests
    /// have planned are kept.
    pub(crate) fn wipe(&mut self) {
        self.streams = Streams::default();
        #[cfg(feature = "oxigraph")]
        self.rdf.clear();
        #[cfg(feature = "graph")]
        self.graph.clear();
        self.loader.wipe();
        self.ml.wipe();
        self.statistics = AllStatistics::default();
        self.storage_info = None;
        self.rebuilds.clear();
    }

    /// Returns an error while the cluster restarts. The text is that of a fast reset, the only text in the guide.
    pub(crate) fn check_running(&mut self, now: Now) -> Result<(), Failure> {
        match self.restarting {
            Some(back) if now.mono < back => Err(shut_down()),
            Some(_) => {
                self.restarting = None;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn shut_down() -> Failure {
    Failure::new(
        "ServerShutdownException",
        "Database reset is in progress. Please retry the query after the cluster is available.",
    )
}
