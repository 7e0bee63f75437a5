//! Reads and sets the state of the families of operations.

use serde_json::{Map, Value};

use super::Emulator;
use crate::Now;
use crate::operations::index_rebuild::rebuild::IndexRebuild;
use crate::operations::loader;
use crate::operations::loader::load::BulkLoad;
use crate::operations::loader::script::LoadScript;
use crate::operations::ml::job::{MlJob, MlKind};
use crate::operations::statistics::state::{GraphKind, Statistics};

impl Emulator {
    /// Makes the next job or endpoint of this kind fail at the end of its duration, for this reason.
    pub fn fail_next_ml(&mut self, kind: MlKind, reason: impl Into<String>) {
        self.cluster.ml.fail_next(kind, reason.into());
    }

    /// The job or endpoint of this kind with this id.
    #[must_use]
    pub fn ml_job(&self, kind: MlKind, id: &str) -> Option<&MlJob> {
        self.cluster.ml.get(kind, id)
    }

    /// The jobs or endpoints of this kind, oldest first.
    #[must_use]
    pub fn ml_jobs(&self, kind: MlKind) -> &[MlJob] {
        self.cluster.ml.all(kind)
    }

    /// Adds a script for a bulk load. Each new load takes the next script, in the order in which the scripts
    /// were added.
    pub fn next_load(&mut self, script: LoadScript) {
        self.cluster.loader.script(script);
    }

    /// Loads all files into the property graph and the triples: all of them, or nothing if one has an error. The end of
    /// a name decides the format: `.csv` (in the Gremlin or the openCypher format, by its header), `.nt`, `.nq`, `.ttl`,
    /// `.rdf`, `.owl` or `.xml`, each also with `.gz` or `.bz2` after it. Files of nodes are loaded before those of edges.
    ///
    /// # Errors
    ///
    /// A file cannot be read, has an unknown format or contains an error, the engine for its format is not enabled, or
    /// a server executes a query at this moment.
    ///
    /// ```
    /// # #[cfg(feature = "oxigraph")]
    /// # {
    /// use neptunedata_emulator::{Config, Emulator, Files, Now};
    ///
    /// let mut neptune = Emulator::new(Config::default().rdf_engine(true));
    /// let files = Files::in_memory([("people.ttl", "<urn:ada> <urn:name> 'Ada' .")]);
    /// neptune.load_files(&files, Now::at_unix(1_704_067_200))?;
    ///
    /// let files = Files::in_memory([("people.nt", "<urn:ada> .")]);
    /// let error = neptune.load_files(&files, Now::at_unix(1_704_067_200)).expect_err("a term is missing");
    /// assert!(error.to_string().starts_with("people.nt: record 1: "));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "engine")]
    pub fn load_files(
        &mut self,
        files: &crate::Files,
        now: Now,
    ) -> Result<(), crate::LoadFilesError> {
        loader::files::folder::load(&mut self.cluster, files, now)
    }

    /// The bulk load with this id.
    #[must_use]
    pub fn load(&self, id: &str) -> Option<&BulkLoad> {
        self.cluster.loader.get(id)
    }

    /// The ids of the newest 1,024 bulk loads, oldest first.
    #[must_use]
    pub fn load_ids(&self) -> Vec<String> {
        let loads = self.cluster.loader.all();
        loads.map(|load| load.id().to_owned()).collect()
    }

    /// The overall status of a bulk load at this time, such as `LOAD_IN_PROGRESS`.
    #[must_use]
    pub fn load_status(&self, id: &str, now: Now) -> Option<String> {
        let then = loader::preview(&self.cluster, now);
        then.get(id).map(|load| load.status().to_owned())
    }

    /// Replaces the statistics of a graph. Default: computed from the graph if a real engine stores it, otherwise
    /// [`Statistics::none`].
    pub fn set_statistics(&mut self, kind: GraphKind, statistics: Statistics) {
        self.cluster.statistics.set(kind, statistics);
    }

    /// Sets the detailed summary of a graph: the members of `graphSummary`. The basic summary omits `nodeStructures`,
    /// `edgeStructures` and `subjectStructures`. Summaries are available only while there are
    /// [statistics](Self::set_statistics). Default: computed from the graph if a real engine stores it, otherwise the
    /// summary of an empty graph.
    pub fn set_summary(&mut self, kind: GraphKind, summary: Map<String, Value>) {
        self.cluster.statistics.set_summary(kind, summary);
    }

    /// Sets the whole response for the storage information. Default: that of an almost empty cluster.
    pub fn set_storage_info(&mut self, info: Value) {
        self.cluster.storage_info = Some(info);
    }

    /// Makes the next index rebuild fail halfway, for this reason.
    pub fn fail_next_rebuild(&mut self, reason: impl Into<String>) {
        self.cluster.next_rebuild_failure = Some(reason.into());
    }

    /// The index rebuilds, oldest first.
    #[must_use]
    pub fn index_rebuilds(&self) -> &[IndexRebuild] {
        &self.cluster.rebuilds
    }
}
