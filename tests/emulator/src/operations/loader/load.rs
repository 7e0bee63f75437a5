//! One bulk load.

use std::collections::BTreeMap;
#[cfg(feature = "engine")]
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

#[cfg(feature = "engine")]
use super::files::Settings;
use super::script::{LoadError, LoadScript};
use crate::Now;
use crate::clock::unix_millis;
use crate::operations::without_nulls;

/// How many lines of the error log are kept.
const ERRORS: usize = 10_000;

const CANCELLED: &str = "LOAD_CANCELLED_BY_USER";

/// A bulk load. See [`Emulator::load`](crate::Emulator::load).
#[derive(Clone, Debug)]
pub struct BulkLoad {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) dependencies: Vec<String>,
    /// How long the load takes, unless its script says otherwise.
    pub(super) duration: Duration,
    pub(super) parameters: Map<String, Value>,
    /// Which load of its source this is, from 1.
    pub(super) run: u64,
    /// Whether an earlier load has already loaded everything.
    pub(super) nothing_left: bool,
    pub(super) script: LoadScript,
    /// The settings of a load that reads files.
    #[cfg(feature = "engine")]
    pub(super) files: Option<Settings>,
    /// The URIs of the files that this load and those that it resumes have loaded.
    #[cfg(feature = "engine")]
    pub(super) loaded: BTreeSet<String>,
    pub(super) state: State,
}

#[derive(Clone, Debug)]
pub(super) enum State {
    Queued,
    Running {
        since: Duration,
        wall: SystemTime,
    },
    Ended {
        status: String,
        wall: Option<SystemTime>,
        spent: Duration,
    },
}

impl State {
    /// Running since that time, which may be before now.
    pub(super) fn running(since: Duration, now: Now) -> Self {
        let ago = now.mono.saturating_sub(since);
        let wall = now.wall.checked_sub(ago).unwrap_or(now.wall);
        Self::Running { since, wall }
    }

    pub(super) fn ended(status: &str, wall: Option<SystemTime>, spent: Duration) -> Self {
        Self::Ended {
            status: status.to_owned(),
            wall,
            spent,
        }
    }
}

impl BulkLoad {
    /// The id of the load.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The source of the data.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The members of its start request, including members that are not in the service model.
    #[must_use]
    pub fn parameters(&self) -> &Map<String, Value> {
        &self.parameters
    }

    /// Makes this load the next run of another.
    pub(super) fn resume(&mut self, previous: &BulkLoad) {
        self.run = previous.run.saturating_add(1);
        self.nothing_left = previous.has_completed();
        #[cfg(feature = "engine")]
        self.loaded.clone_from(&previous.loaded);
    }

    pub(super) fn is_queued(&self) -> bool {
        matches!(self.state, State::Queued)
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended { .. })
    }

    pub(super) fn has_completed(&self) -> bool {
        self.has_ended() && self.status() == "LOAD_COMPLETED"
    }

    /// When the load ends, if it is running.
    pub(super) fn end(&self) -> Option<Duration> {
        let State::Running { since, .. } = self.state else {
            return None;
        };
        Some(since.saturating_add(self.script.duration.unwrap_or(self.duration)))
    }

    /// Makes the load read files, if there are settings for them.
    #[cfg(feature = "engine")]
    pub(super) fn with_files(mut self, files: Option<Settings>) -> Self {
        if files.is_some() {
            // The counts are known when the files have been read.
            self.script = LoadScript::completing().records(0);
        }
        self.files = files;
        self
    }

    /// The settings of a load that has files to read.
    #[cfg(feature = "engine")]
    pub(super) fn files(&self) -> Option<&Settings> {
        self.files.as_ref().filter(|_| !self.nothing_left)
    }

    pub(super) fn complete(&mut self, at: Duration) {
        let status = self.script.status.clone();
        self.finish(&status, at);
    }

    pub(super) fn cancel(&mut self, at: Duration) {
        self.finish(CANCELLED, at);
    }

    fn finish(&mut self, status: &str, at: Duration) {
        let (wall, spent) = match self.state {
            State::Running { since, wall } => (Some(wall), at.saturating_sub(since)),
            _ => (None, Duration::ZERO),
        };
        self.state = State::ended(status, wall, spent);
    }

    /// The overall status.
    pub(crate) fn status(&self) -> &str {
        match &self.state {
            State::Queued => "LOAD_IN_QUEUE",
            State::Running { .. } => "LOAD_IN_PROGRESS",
            State::Ended { status, .. } => status,
        }
    }

    /// Whether the load ended as its script says.
    fn ended_by_script(&self) -> bool {
        self.has_ended() && self.status() == self.script.status
    }

    /// The feeds that failed, with their statuses.
    fn failed(&self) -> Vec<(&str, &str)> {
        if !self.ended_by_script() {
            return Vec::new();
        }
        if self.script.failed.is_empty() && !self.has_completed() {
            return vec![(&self.source, self.status())];
        }
        let failed = self.script.failed.iter();
        failed
            .map(|(uri, status)| (uri.as_str(), status.as_str()))
            .collect()
    }

    /// The number of files in each state: a list of objects with one member each.
    pub(super) fn describe_count(&self) -> Value {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let failed = self.failed();
        for (_, status) in &failed {
            *counts.entry(status).or_default() += 1;
        }
        let others = match &self.state {
            State::Queued => "LOAD_NOT_STARTED",
            State::Ended { .. } if !failed.is_empty() => "LOAD_COMPLETED",
            _ => self.status(),
        };
        let rest = self.script.files.saturating_sub(failed.len());
        if rest > 0 {
            *counts.entry(others).or_default() += rest;
        }
        // Failures come last, as in the guide's examples and tests.
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(status, _)| *status != "LOAD_COMPLETED");
        counts
            .into_iter()
            .map(|(status, count)| json!({ status: count }))
            .collect()
    }

    /// The overall status with its counts.
    pub(super) fn describe(&self, now: Now) -> Value {
        self.describe_feed(&self.source, self.status(), now)
    }

    /// The feeds that failed, in the same form. The counts of each are those of the whole load.
    pub(super) fn describe_failed(&self, now: Now) -> Value {
        self.failed()
            .into_iter()
            .map(|(uri, status)| self.describe_feed(uri, status, now))
            .collect()
    }

    fn describe_feed(&self, uri: &str, status: &str, now: Now) -> Value {
        let (wall, spent) = match &self.state {
            State::Queued => (None, Duration::ZERO),
            State::Running { since, wall } => (Some(*wall), now.mono.saturating_sub(*since)),
            State::Ended { wall, spent, .. } => (*wall, *spent),
        };
        let script = &self.script;
        let counted = || script.errors.iter().filter(|error| !error.is_mismatch);
        let is_parsing = |error: &&LoadError| error.code == "PARSING_ERROR";
        let parsing = counted().filter(is_parsing).count();
        let others = counted().count().saturating_sub(parsing);
        let so_far = |count: u64| self.so_far(count, spent);
        without_nulls(json!({
            "fullUri": uri,
            "runNumber": self.run,
            "retryNumber": 0,
            "status": status,
            // A fraction, although the guide describes an integer (M32).
            "totalTimeSpent": spent.as_secs() as f64,
            "startTime": wall.map(|wall| unix_millis(wall) / 1000),
            "totalRecords": so_far(script.records),
            "totalDuplicates": so_far(script.duplicates),
            "parsingErrors": so_far(parsing as u64),
            "datatypeMismatchErrors": so_far(script.mismatches),
            "insertErrors": so_far(others as u64),
        }))
    }

    /// How much of a count is reached after that time.
    fn so_far(&self, count: u64, spent: Duration) -> u64 {
        let whole = self.script.duration.unwrap_or(self.duration);
        if self.nothing_left {
            0
        } else if self.ended_by_script() || (self.is_running() && spent >= whole) {
            count
        } else {
            let part = u128::from(count).saturating_mul(spent.as_millis());
            let part = part.checked_div(whole.as_millis()).unwrap_or(0);
            u64::try_from(part).unwrap_or(u64::MAX).min(count)
        }
    }

    /// A page of the error log, from 1. The log is empty until the load ends.
    pub(super) fn describe_errors(&self, page: i64, per_page: i64) -> Value {
        let errors = if self.ended_by_script() {
            self.script.errors.as_slice()
        } else {
            &[]
        };
        let kept = errors
            .get(errors.len().saturating_sub(ERRORS)..)
            .unwrap_or(&[]);
        let number = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
        let skipped = number(page.saturating_sub(1)).saturating_mul(number(per_page));
        let logs: Vec<Value> = kept
            .iter()
            .skip(skipped)
            .take(number(per_page))
            .map(describe_error)
            .collect();
        let (first, last) = match logs.len() {
            0 => (0, 0),
            count => (skipped + 1, skipped + count),
        };
        json!({ "startIndex": first, "endIndex": last, "loadId": self.id, "errorLogs": logs })
    }
}

fn describe_error(error: &LoadError) -> Value {
    json!({
        "errorCode": error.code,
        "errorMessage": error.message,
        "fileName": error.file,
        "recordNum": error.record,
    })
}
