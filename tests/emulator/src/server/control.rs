//! What the owner of a server tells its connections.

use std::time::Duration;

/// Whether the server closes a connection after an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Close {
    /// It stays open for more.
    #[default]
    Never,
    /// It is closed, and the answer says so: `connection: close`.
    Announced,
    /// It is closed without a word, as if it had been idle for too long. A client that uses it again at once meets a
    /// connection that is closed already, or not yet.
    Silently,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    pub(super) stopping: bool,
    pub(super) answering: bool,
    /// Connections that are idle since an older generation are closed.
    pub(super) generation: u64,
    pub(super) close: Close,
    pub(super) idle_limit: Option<Duration>,
}

impl Control {
    pub(super) fn new(close: Close, idle_limit: Option<Duration>) -> Self {
        Self {
            stopping: false,
            answering: true,
            generation: 0,
            close,
            idle_limit,
        }
    }
}
