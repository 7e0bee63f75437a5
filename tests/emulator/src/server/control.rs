//! Commands from the owner of a server to its connections.

use std::time::Duration;

/// Whether the server closes a connection after a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Close {
    /// The connection stays open.
    #[default]
    Never,
    /// The connection is closed, and the response has `connection: close`.
    WithHeader,
    /// The connection is closed without `connection: close`, like an idle one. A client that reuses it immediately may
    /// find it closed, or about to be closed.
    WithoutHeader,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    pub(super) stopping: bool,
    pub(super) reading: bool,
    /// Connections that have been idle since an older generation are closed.
    pub(super) generation: u64,
    pub(super) close: Close,
    pub(super) idle_limit: Option<Duration>,
}

impl Control {
    pub(super) fn new(close: Close, idle_limit: Option<Duration>) -> Self {
        Self {
            stopping: false,
            reading: true,
            generation: 0,
            close,
            idle_limit,
        }
    }
}
