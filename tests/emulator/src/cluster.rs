//! The state that operations work on.

use crate::Config;
use crate::ids::Ids;
use crate::operations::model_training::TrainingJobs;

/// A cluster: how it behaves, and what each family of operations keeps.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) config: Config,
    pub(crate) ids: Ids,
    pub(crate) training: TrainingJobs,
}

impl Cluster {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            ids: Ids::new(config.seed),
            training: TrainingJobs::default(),
            config,
        }
    }
}
