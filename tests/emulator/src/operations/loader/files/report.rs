//! What a load reports: counts and errors.

use crate::operations::loader::script::LoadError;

/// The load ends here: `failOnError` is set and there was an error.
#[derive(Debug)]
pub(super) struct Stopped;

/// The counts and errors of a load.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The URI of the current file.
    pub(super) file: String,
    pub(super) fail_on_error: bool,
    pub(super) records: u64,
    pub(super) duplicates: u64,
    pub(super) mismatches: u64,
    pub(super) errors: Vec<LoadError>,
}

impl Report {
    /// A record that cannot be parsed, from 1; 0 if it is the header.
    pub(super) fn parsing_error(&mut self, message: String, record: i64) -> Result<(), Stopped> {
        self.records += 1;
        self.error("PARSING_ERROR", message, record, false)
    }

    /// A value whose type is not that of its column. The guide lists no error code for it.
    pub(super) fn mismatch(&mut self, message: String, record: i64) -> Result<(), Stopped> {
        self.records += 1;
        self.mismatches += 1;
        self.error("PARSING_ERROR", message, record, true)
    }

    /// A record that cannot be inserted. It is already counted. The guide: only parsing errors have the number of the
    /// record.
    pub(super) fn insert_error(&mut self, code: &str, message: String) -> Result<(), Stopped> {
        self.error(code, message, 0, false)
    }

    fn error(
        &mut self,
        code: &str,
        message: String,
        record: i64,
        is_mismatch: bool,
    ) -> Result<(), Stopped> {
        self.errors.push(LoadError {
            code: code.to_owned(),
            message,
            file: self.file.clone(),
            record,
            is_mismatch,
        });
        if self.fail_on_error {
            Err(Stopped)
        } else {
            Ok(())
        }
    }
}
