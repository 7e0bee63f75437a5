//! Queries that go on when nobody waits for them any more, and how they are stopped.

use std::net::SocketAddr;

use neptunedata::{Exchange, Machine};

use crate::{Client, Running};

/// Where the requests of a machine go, and where they went.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Path {
    /// The only address that will do.
    pub(crate) to: Option<SocketAddr>,
    /// What took the last request; inside there is nothing where an address does not tell, as behind a
    /// proxy.
    pub(crate) took: Option<Option<SocketAddr>>,
}

/// Cancels the query that the machine leaves running, if it does and is to.
pub(crate) fn cancel_left(client: &Client, machine: &impl Machine, path: Path) {
    if let Some(took) = path.took
        && let Some(cancel) = machine.abandoned()
    {
        // Whether it was of use, nobody can wait for.
        let _ = Running::<Exchange>::to(client, cancel, took).finish();
    }
}
