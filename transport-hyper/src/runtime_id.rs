//! Identifies the runtime that a connection belongs to.
//!
//! A tokio socket is driven only by the runtime in which it was created. Used from another runtime it waits for the
//! first one to run, which may be never: for example a client in a static, and tests with a runtime each. So a
//! connection is not used in another runtime. This also holds for custom connectors: it is unknown whether they create
//! such sockets.

#[cfg(feature = "tokio")]
use tokio::runtime::{Handle, Id};

/// A tokio runtime, or no runtime. Without tokio, runtimes cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RuntimeId(#[cfg(feature = "tokio")] Option<Id>);

impl RuntimeId {
    /// The current runtime.
    pub(crate) fn here() -> RuntimeId {
        RuntimeId(
            #[cfg(feature = "tokio")]
            Handle::try_current().ok().map(|handle| handle.id()),
        )
    }
}
