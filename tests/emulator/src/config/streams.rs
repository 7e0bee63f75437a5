//! The configuration of change streams.

use crate::{Config, EventIdForm};

#[derive(Clone, Debug)]
pub(crate) struct StreamSettings {
    pub(crate) enabled: bool,
    pub(crate) event_ids: EventIdForm,
    pub(crate) last_op_as_text: bool,
    pub(crate) expired_as_future: bool,
    pub(crate) cap: usize,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            event_ids: EventIdForm::default(),
            last_op_as_text: false,
            expired_as_future: false,
            cap: 10 * 1024 * 1024,
        }
    }
}

impl Config {
    /// Whether change streams are enabled. Default: false, as on clusters; a reader then gets an
    /// `UnsupportedOperationException`. Disabling them discards their contents.
    #[must_use]
    pub fn streams(mut self, enabled: bool) -> Self {
        self.streams.enabled = enabled;
        self
    }

    /// The format of record ids. Default: numbers.
    #[must_use]
    pub fn event_ids(mut self, form: EventIdForm) -> Self {
        self.streams.event_ids = form;
        self
    }

    /// Whether `isLastOp` is the string `"true"` rather than a boolean. Default: false.
    #[must_use]
    pub fn last_op_as_text(mut self, text: bool) -> Self {
        self.streams.last_op_as_text = text;
        self
    }

    /// Whether a request for a trimmed record gets the error for a position in the future, with the last valid id,
    /// instead of an `ExpiredStreamException`. It is not known which of them clusters send (U17, U18). Default: false.
    #[must_use]
    pub fn expired_as_future(mut self, future: bool) -> Self {
        self.streams.expired_as_future = future;
        self
    }

    /// The maximum size of the records in a response, in bytes. The record that exceeds it is still included. Default:
    /// 10 MiB, as on clusters.
    #[must_use]
    pub fn stream_cap(mut self, bytes: usize) -> Self {
        self.streams.cap = bytes;
        self
    }
}
