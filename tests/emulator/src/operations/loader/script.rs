//! The course of a load.

use std::time::Duration;

/// The course of a load. Register it with [`Emulator::next_load`](crate::Emulator::next_load). Without a
/// script, a load reads its files if its bucket is mapped with `Config::s3`; otherwise it has one file with one record
/// and completes.
///
/// Statuses are words of the [loader](https://docs.aws.amazon.com/neptune/latest/userguide/loader-message.html), such
/// as `LOAD_FAILED`; other texts are sent unchanged.
///
/// ```
/// use neptunedata_emulator::{Emulator, LoadScript};
///
/// let mut neptune = Emulator::default();
/// neptune.next_load(
///     LoadScript::failing("LOAD_FAILED")
///         .records(5)
///         .error("PARSING_ERROR", "Expected '<', found: |", "s3://bucket/key", 1),
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct LoadScript {
    pub(super) status: String,
    pub(super) files: usize,
    pub(super) records: u64,
    pub(super) duplicates: u64,
    pub(super) mismatches: u64,
    pub(super) duration: Option<Duration>,
    pub(super) failed: Vec<(String, String)>,
    pub(super) errors: Vec<LoadError>,
}

/// A line of the error log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoadError {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) file: String,
    pub(super) record: i64,
    /// Whether it is counted as a datatype mismatch.
    pub(super) is_mismatch: bool,
}

impl Default for LoadScript {
    fn default() -> Self {
        Self::completing()
    }
}

impl LoadScript {
    /// A load of one record that completes.
    pub fn completing() -> Self {
        Self {
            status: "LOAD_COMPLETED".to_owned(),
            files: 1,
            records: 1,
            duplicates: 0,
            mismatches: 0,
            duration: None,
            failed: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A load that ends with this overall status. Unless [`failed_feed`](Self::failed_feed) is used, its source is the
    /// failed feed, with the same status.
    pub fn failing(status: impl Into<String>) -> Self {
        Self {
            status: status.into(),
            ..Self::completing()
        }
    }
}

setters! {
    LoadScript;

    /// The number of files, for the counts of files by status (`feedCount`). Default: 1.
    files(count: usize) => files = count;

    /// The number of records. The count increases while the load runs. Default: 1.
    records(count: u64) => records = count;

    /// The number of duplicate records. Default: 0.
    duplicates(count: u64) => duplicates = count;

    /// The number of values whose type does not match their column. Default: 0.
    datatype_mismatches(count: u64) => mismatches = count;

    /// The duration of the load, instead of [`Config::load_duration`](crate::Config::load_duration).
    duration(duration: Duration) => duration = Some(duration);
}

impl LoadScript {
    /// Adds a failed file to the details, with a status such as `LOAD_S3_READ_ERROR`.
    pub fn failed_feed(mut self, uri: impl Into<String>, status: impl Into<String>) -> Self {
        self.failed.push((uri.into(), status.into()));
        self
    }

    /// Adds an entry to the error log: `PARSING_ERROR` or another code, a text, the file, and the number of the record.
    /// Parsing errors are counted as such, all others as insert errors. Of more than 10,000 entries, the last are kept.
    pub fn error(
        mut self,
        code: impl Into<String>,
        message: impl Into<String>,
        file: impl Into<String>,
        record: i64,
    ) -> Self {
        self.errors.push(LoadError {
            code: code.into(),
            message: message.into(),
            file: file.into(),
            record,
            is_mismatch: false,
        });
        self
    }
}

#[cfg(feature = "engine")]
impl LoadScript {
    /// Makes the load fail because of the emulator or of its files, rather than of their contents.
    pub(super) fn fail(&mut self, file: &str, message: String) {
        self.status = "LOAD_FAILED".to_owned();
        self.errors.push(LoadError {
            code: "INTERNAL_ERROR".to_owned(),
            message,
            file: file.to_owned(),
            record: 0,
            is_mismatch: false,
        });
    }
}
