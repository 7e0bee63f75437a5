//! What is configured of single families of operations.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::Config;
use crate::operations::ml::job::MlKind;

impl Config {
    /// Whether ML requests have to name `neptuneIamRoleArn`, because no role is attached to the cluster. Default false.
    #[must_use]
    pub fn roles_required(mut self, required: bool) -> Self {
        self.roles_required = required;
        self
    }

    /// Whether a successful ML cancel answers 200 without a body instead of `{"status":"200 OK"}`. Which of them real
    /// clusters do is not known (U20). Default false.
    #[must_use]
    pub fn empty_cancel_answer(mut self, empty: bool) -> Self {
        self.empty_cancel_answer = empty;
        self
    }

    /// How long jobs and endpoints of this kind are in progress. Default 10 seconds of [`Now::mono`](crate::Now::mono).
    #[must_use]
    pub fn ml_duration(mut self, kind: MlKind, duration: Duration) -> Self {
        self.ml_durations.insert(kind, duration);
        self
    }

    /// How long a model-training job is in progress: [`ml_duration`](Self::ml_duration) for that kind.
    #[must_use]
    pub fn training_duration(self, duration: Duration) -> Self {
        self.ml_duration(MlKind::ModelTraining, duration)
    }

    /// Lets the job or endpoint of this kind with this id fail when its time is over, for this reason.
    #[must_use]
    pub fn fail_ml(
        mut self,
        kind: MlKind,
        id: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        self.failing_ml.insert((kind, id.into()), reason.into());
        self
    }

    /// Lets the model-training job with this id fail when its time is over: [`fail_ml`](Self::fail_ml) for that kind.
    #[must_use]
    pub fn fail_training(self, id: impl Into<String>, reason: impl Into<String>) -> Self {
        self.fail_ml(MlKind::ModelTraining, id, reason)
    }

    /// The data-processing jobs that are completed without having been started here, so that others may build on them.
    /// Default: any that is named is taken for one, unless [`check_ml_jobs`](Self::check_ml_jobs) is set.
    #[must_use]
    pub fn data_processing_jobs(
        mut self,
        ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.data_processing_jobs = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Whether the jobs that a start names, to build on them, have to be jobs of this cluster that are completed.
    /// Default false.
    #[must_use]
    pub fn check_ml_jobs(mut self, check: bool) -> Self {
        self.check_ml_jobs = check;
        self
    }

    pub(crate) fn ml_duration_of(&self, kind: MlKind) -> Duration {
        let set = self.ml_durations.get(&kind).copied();
        set.unwrap_or(Duration::from_secs(10))
    }

    /// How long a bulk load runs. Default 10 seconds of [`Now::mono`](crate::Now::mono).
    #[must_use]
    pub fn load_duration(mut self, duration: Duration) -> Self {
        self.load_duration = duration;
        self
    }

    /// Whether the id of a load that there is not is answered with 400 `InvalidParameterException` instead of 404
    /// `BulkLoadIdNotFoundException`: the guide has both (M33). An id that is no UUID is always 400. Default false.
    #[must_use]
    pub fn unknown_load_is_bad_request(mut self, bad_request: bool) -> Self {
        self.unknown_load_is_bad_request = bad_request;
        self
    }

    /// How long a restart takes, such as the one that ends a fast reset. Meanwhile every request, that for the engine status
    /// too, is refused with a `ServerShutdownException`. Default 5 seconds.
    #[must_use]
    pub fn restart_duration(mut self, duration: Duration) -> Self {
        self.restart_duration = duration;
        self
    }

    /// How long statistics are computed after a refresh. Default 10 seconds of [`Now::mono`](crate::Now::mono).
    #[must_use]
    pub fn statistics_duration(mut self, duration: Duration) -> Self {
        self.statistics_duration = duration;
        self
    }

    /// Whether the instance is one of those that are too small for statistics and summaries. Default false.
    #[must_use]
    pub fn statistics_disabled(mut self, disabled: bool) -> Self {
        self.statistics_disabled = disabled;
        self
    }

    /// Whether managing statistics needs the header `content-type`: the guide says so, AWS's notebooks send none and it works
    /// for them (M43). Default true.
    #[must_use]
    pub fn statistics_need_content_type(mut self, needed: bool) -> Self {
        self.statistics_need_content_type = needed;
        self
    }

    /// How long an index rebuild takes. Default 10 seconds of [`Now::mono`](crate::Now::mono).
    #[must_use]
    pub fn rebuild_duration(mut self, duration: Duration) -> Self {
        self.rebuild_duration = duration;
        self
    }

    /// How many virtual CPUs the writer has, which caps the concurrency of an index rebuild. Default 4.
    #[must_use]
    pub fn vcpus(mut self, count: u32) -> Self {
        self.vcpus = count;
        self
    }

    /// What the engine status says about a feature, such as `("Streams", "enabled")` or
    /// `("ResultCache", json!({"status": "enabled"}))`. It only says so.
    #[must_use]
    pub fn feature(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.features.insert(name.into(), value.into());
        self
    }

    /// What the engine status says about a setting, such as `("clusterQueryTimeoutInMs", "60000")`. It only says so.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings
            .insert(name.into(), Value::String(value.into()));
        self
    }

    /// Makes it serverless, with these bounds of capacity, such as `"1.0"` and `"128.0"`. The engine status has them (M24),
    /// and indexes cannot be rebuilt.
    #[must_use]
    pub fn serverless(mut self, least: impl Into<String>, most: impl Into<String>) -> Self {
        self.serverless = Some((least.into(), most.into()));
        self
    }

    /// Lets the engine status say that this many transactions are being rolled back, and when the first of them was begun.
    #[must_use]
    pub fn rolling_back(mut self, count: u32, earliest: SystemTime) -> Self {
        self.rolling_back = Some((count, earliest));
        self
    }
}
