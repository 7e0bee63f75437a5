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

setters! {
    Config;

    /// Whether change streams are enabled. Default: false, as on clusters; a reader then gets an
    /// `UnsupportedOperationException`. Disabling them discards their contents.
    streams(enabled: bool) => streams.enabled = enabled;

    /// The format of record ids. Default: numbers.
    event_ids(form: EventIdForm) => streams.event_ids = form;

    /// Whether `isLastOp` is the string `"true"` rather than a boolean. Default: false.
    last_op_as_text(text: bool) => streams.last_op_as_text = text;

    /// Whether a request for a trimmed record gets the error for a position in the future, with the last valid id,
    /// instead of an `ExpiredStreamException`. It is not known which of them clusters send
    /// ([U17](crate::wire_notes#u17), [U18](crate::wire_notes#u18)). Default: false.
    expired_as_future(future: bool) => streams.expired_as_future = future;

    /// The maximum size of the records in a response, in bytes. The record that exceeds it is still included. Default:
    /// 10 MiB, as on clusters.
    stream_cap(bytes: usize) => streams.cap = bytes;
}
