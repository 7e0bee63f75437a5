//! All jobs and endpoints of a cluster.

use std::collections::BTreeMap;

use super::job::{MlJob, MlKind};

/// The jobs and endpoints, in the order in which they were started.
#[derive(Debug, Default)]
pub(crate) struct MlJobs {
    kinds: BTreeMap<MlKind, Kind>,
    /// The reason why the next job of a kind will fail, if it will fail.
    next_failures: BTreeMap<MlKind, String>,
}

#[derive(Debug, Default)]
struct Kind {
    jobs: Vec<MlJob>,
    places: BTreeMap<String, usize>,
}

impl MlJobs {
    pub(crate) fn get(&self, kind: MlKind, id: &str) -> Option<&MlJob> {
        let kind = self.kinds.get(&kind)?;
        kind.jobs.get(*kind.places.get(id)?)
    }

    /// Oldest first.
    pub(crate) fn all(&self, kind: MlKind) -> &[MlJob] {
        self.kinds
            .get(&kind)
            .map_or(&[], |kind| kind.jobs.as_slice())
    }

    /// Removes all jobs and endpoints.
    pub(crate) fn wipe(&mut self) {
        self.kinds.clear();
    }

    /// Makes the next job of this kind fail for this reason.
    pub(crate) fn fail_next(&mut self, kind: MlKind, reason: String) {
        self.next_failures.insert(kind, reason);
    }

    pub(super) fn take_failure(&mut self, kind: MlKind) -> Option<String> {
        self.next_failures.remove(&kind)
    }

    pub(super) fn get_mut(&mut self, kind: MlKind, id: &str) -> Option<&mut MlJob> {
        let kind = self.kinds.get_mut(&kind)?;
        kind.jobs.get_mut(*kind.places.get(id)?)
    }

    /// Adds a job, or replaces the job with the same id.
    pub(super) fn put(&mut self, job: MlJob) {
        let kind = self.kinds.entry(job.kind()).or_default();
        match kind
            .places
            .get(job.id())
            .and_then(|place| kind.jobs.get_mut(*place))
        {
            Some(old) => *old = job.updating(),
            None => {
                kind.places.insert(job.id().to_owned(), kind.jobs.len());
                kind.jobs.push(job);
            }
        }
    }

    pub(super) fn remove(&mut self, kind: MlKind, id: &str) {
        let Some(kind) = self.kinds.get_mut(&kind) else {
            return;
        };
        kind.jobs.retain(|job| job.id() != id);
        let ids = kind.jobs.iter().enumerate();
        kind.places = ids
            .map(|(place, job)| (job.id().to_owned(), place))
            .collect();
    }
}
