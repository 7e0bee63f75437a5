//! The state that operations work on.

use std::time::Duration;

use crate::change_stream::Streams;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::operations::model_training::TrainingJobs;
use crate::operations::queries::queue::Queries;
use crate::{Config, Now};

/// A cluster: how it behaves, and what each family of operations keeps.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) config: Config,
    pub(crate) ids: Ids,
    pub(crate) training: TrainingJobs,
    pub(crate) queries: Queries,
    pub(crate) streams: Streams,
    #[cfg(feature = "oxigraph")]
    pub(crate) rdf: crate::rdf::Rdf,
    /// Until when all instances are restarting, by the monotonic clock.
    restarting: Option<Duration>,
}

impl Cluster {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            ids: Ids::new(config.seed),
            training: TrainingJobs::default(),
            queries: Queries::default(),
            streams: Streams::default(),
            #[cfg(feature = "oxigraph")]
            rdf: crate::rdf::Rdf::default(),
            restarting: None,
            config,
        }
    }

    /// Restarts all instances: what lives in their memory alone is gone, and until they are back every request is
    /// refused by [`check_running`](Self::check_running).
    ///
    /// A family that keeps such things (running queries, tokens) adds a line here.
    pub(crate) fn restart(&mut self, now: Now) {
        let back = now.mono.saturating_add(self.config.restart_duration);
        self.restarting = Some(back);
        self.queries.restart(&shut_down());
    }

    /// Erases the data and everything that is about it, as the second step of a fast reset does before it
    /// [restarts](Self::restart) the cluster.
    ///
    /// A family that keeps something of that kind (jobs, statistics, streams, graphs) adds a line here.
    #[allow(dead_code)]
    pub(crate) fn wipe(&mut self) {
        self.training = TrainingJobs::default();
        self.streams = Streams::default();
        #[cfg(feature = "oxigraph")]
        self.rdf.clear();
    }

    /// Refuses while the cluster restarts. The text is that of a fast reset, the only thing that the guide shows it for.
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
