//! All jobs and endpoints of a cluster.

use std::collections::BTreeMap;

use super::job::{MlJob, MlKind};

/// The jobs and endpoints of each kind, in the order in which they were started.
#[derive(Debug, Default)]
pub(crate) struct MlJobs {
    jobs: BTreeMap<MlKind, Vec<MlJob>>,
    /// The reason why the next job of a kind will fail, if it will fail.
    next_failures: BTreeMap<MlKind, String>,
}

impl MlJobs {
    pub(crate) fn get(&self, kind: MlKind, id: &str) -> Option<&MlJob> {
        self.all(kind).iter().find(|job| job.id() == id)
    }

    /// Oldest first.
    pub(crate) fn all(&self, kind: MlKind) -> &[MlJob] {
        self.jobs.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Removes all jobs and endpoints.
    pub(crate) fn wipe(&mut self) {
        self.jobs.clear();
    }

    /// Makes the next job of this kind fail for this reason.
    pub(crate) fn fail_next(&mut self, kind: MlKind, reason: String) {
        self.next_failures.insert(kind, reason);
    }

    pub(super) fn take_failure(&mut self, kind: MlKind) -> Option<String> {
        self.next_failures.remove(&kind)
    }

    pub(super) fn get_mut(&mut self, kind: MlKind, id: &str) -> Option<&mut MlJob> {
        let mut jobs = self.jobs.get_mut(&kind)?.iter_mut();
        jobs.find(|job| job.id() == id)
    }

    /// Adds a job, or replaces the job with the same id.
    pub(super) fn put(&mut self, job: MlJob) {
        match self.get_mut(job.kind(), job.id()) {
            Some(old) => *old = job.updating(),
            None => self.jobs.entry(job.kind()).or_default().push(job),
        }
    }

    pub(super) fn remove(&mut self, kind: MlKind, id: &str) {
        if let Some(jobs) = self.jobs.get_mut(&kind) {
            jobs.retain(|job| job.id() != id);
        }
    }
}
