//! The configuration of single families of operations.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::Config;
use crate::operations::ml::job::MlKind;

setters! {
    Config;

    /// Whether ML requests must have `neptuneIamRoleArn`, because no role is attached to the cluster. Default: false.
    roles_required(required: bool) => roles_required = required;

    /// Whether a successful ML cancel or delete returns 200 without a body instead of `{"status":"200 OK"}`.
    /// It is not known which of them clusters send ([U20](crate::wire_notes#u20)). Default: false.
    empty_cancel_response(empty: bool) => empty_cancel_response = empty;
}

impl Config {
    /// How long jobs and endpoints of this kind are in progress, by [`Now::mono`](crate::Now::mono). Default: 10
    /// seconds.
    pub fn ml_duration(mut self, kind: MlKind, duration: Duration) -> Self {
        self.ml_durations.insert(kind, duration);
        self
    }

    /// Makes the job or endpoint of this kind with this id fail at the end of its duration, for this reason.
    pub fn fail_ml(
        mut self,
        kind: MlKind,
        id: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        self.failing_ml.insert((kind, id.into()), reason.into());
        self
    }

    pub(crate) fn ml_duration_of(&self, kind: MlKind) -> Duration {
        let set = self.ml_durations.get(&kind).copied();
        set.unwrap_or(Duration::from_secs(10))
    }
}

setters! {
    Config;

    /// How long a bulk load runs, by [`Now::mono`](crate::Now::mono), unless its
    /// [`LoadScript`](crate::LoadScript::duration) sets a duration. Default: 10 seconds.
    load_duration(duration: Duration) => load_duration = duration;

    /// Whether an unknown load id gets 400 `InvalidParameterException` instead of 404 `BulkLoadIdNotFoundException`.
    /// The guide has both ([M33](crate::wire_notes#m33)). An id that is not a UUID always gets 400. Default: false.
    unknown_load_is_bad_request(bad_request: bool) => unknown_load_is_bad_request = bad_request;

    /// How long a restart takes, by [`Now::mono`](crate::Now::mono), such as the one at the end of a fast reset. During
    /// the restart every request, including the engine status, gets a `ServerShutdownException`. Default: 5 seconds.
    restart_duration(duration: Duration) => restart_duration = duration;

    /// How long a refresh of statistics takes, by [`Now::mono`](crate::Now::mono). Default: 10 seconds.
    statistics_duration(duration: Duration) => statistics_duration = duration;

    /// Whether the instance is too small for statistics and summaries. Default: false.
    statistics_disabled(disabled: bool) => statistics_disabled = disabled;

    /// Whether managing statistics requires the header `content-type: application/json`, as the guide says. AWS's
    /// notebooks send no content type and succeed ([M43](crate::wire_notes#m43)). Default: false.
    statistics_need_content_type(needed: bool) => statistics_need_content_type = needed;

    /// How long an index rebuild takes, by [`Now::mono`](crate::Now::mono). Default: 10 seconds.
    rebuild_duration(duration: Duration) => rebuild_duration = duration;

    /// The number of virtual CPUs of the writer, which limits the concurrency of an index rebuild. Default: 4.
    vcpus(count: u32) => vcpus = count;

    /// The ids of data-processing jobs that count as completed without having been started here, so that other jobs can
    /// use them. Default: every id counts as completed, unless [`check_ml_jobs`](Self::check_ml_jobs) is set.
    data_processing_jobs(ids: impl IntoIterator<Item = impl Into<String>>)
        => data_processing_jobs = Some(ids.into_iter().map(Into::into).collect());

    /// Whether the jobs that a start request refers to must be completed jobs of this cluster. Default: false.
    check_ml_jobs(check: bool) => check_ml_jobs = check;

    /// Makes the cluster serverless with this minimum and maximum capacity in Neptune capacity units (NCUs),
    /// such as `"1.0"` and `"128.0"`. The engine status reports them ([M24](crate::wire_notes#m24)), and
    /// indexes cannot be rebuilt.
    serverless(min: impl Into<String>, max: impl Into<String>)
        => serverless = Some((min.into(), max.into()));

    /// Makes the engine status report that this many transactions are being rolled back, and when the earliest of them
    /// began.
    rolling_back(count: u32, earliest: SystemTime) => rolling_back = Some((count, earliest));
}

impl Config {
    /// What the engine status reports for a feature, such as `("Streams", "enabled")` or `("ResultCache",
    /// json!({"status": "enabled"}))`. It has no other effect.
    pub fn feature(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.features.insert(name.into(), value.into());
        self
    }

    /// What the engine status reports for a setting, such as `("clusterQueryTimeoutInMs", "60000")`. It has no other
    /// effect.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings
            .insert(name.into(), Value::String(value.into()));
        self
    }
}

#[cfg(feature = "engine")]
impl Config {
    /// Maps a bucket (`s3://bucket`), or a part of it (`s3://bucket/data`), to files. In the second case, the file
    /// `people.csv` is the object `s3://bucket/data/people.csv`. A bulk load from a source in a mapped bucket reads the
    /// files and loads them, unless [`Emulator::next_load`](crate::Emulator::next_load) set a script for it. Loads from
    /// other sources are only simulated. May be called several times. Default: no bucket.
    ///
    /// Property graphs need `graph_engine`, RDF needs `rdf_engine`: without the engine, a load from a mapped bucket is
    /// refused with status 501.
    pub fn s3(mut self, uri: impl AsRef<str>, files: crate::Files) -> Self {
        let mapping = crate::operations::loader::files::storage::Mapping::new(uri.as_ref(), files);
        self.s3.push(mapping);
        self
    }
}
