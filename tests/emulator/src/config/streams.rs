//! How change streams are kept and told.

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
    /// Whether there are change streams. Default false, as on clusters: who reads them gets an
    /// `UnsupportedOperationException`. What was in them is lost when they are turned off.
    #[must_use]
    pub fn streams(mut self, enabled: bool) -> Self {
        self.streams.enabled = enabled;
        self
    }

    /// In which form streams tell the ids of their records. Default: numbers.
    #[must_use]
    pub fn event_ids(mut self, form: EventIdForm) -> Self {
        self.streams.event_ids = form;
        self
    }

    /// Whether `isLastOp` is the text `"true"` rather than a boolean. Default false.
    #[must_use]
    pub fn last_op_as_text(mut self, text: bool) -> Self {
        self.streams.last_op_as_text = text;
        self
    }

    /// Whether a place that has been trimmed is answered as if it were in the future, with the last id that is valid, instead
    /// of an `ExpiredStreamException`. Which of them clusters do is not known (U17, U18). Default false.
    #[must_use]
    pub fn expired_as_future(mut self, future: bool) -> Self {
        self.streams.expired_as_future = future;
        self
    }

    /// How many bytes of records an answer has at most, but for the record that crosses that line and is still in it.
    /// Default 10 MiB, as on clusters.
    #[must_use]
    pub fn stream_cap(mut self, bytes: usize) -> Self {
        self.streams.cap = bytes;
        self
    }
}
