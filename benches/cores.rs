//! The client and its server run on separate cores, so that they do not take time from each other.

use std::{env, process::Command, sync::OnceLock};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

#[derive(Clone, Copy)]
pub(crate) enum Side {
    Client,
    Server,
}

/// The core of the client, and of the server.
type Cores = (usize, usize);

/// The environment variable that passes the cores to child processes. They inherit the pinning of this process, and so
/// see one core only.
const VARIABLE: &str = "NEPTUNEDATA_BENCHES_CORES";

/// Pins this thread, and the threads that it starts later. Returns whether this was possible; it requires two cores.
pub(crate) fn pin(side: Side) -> bool {
    let Some((client, server)) = cores() else {
        return false;
    };
    let mut set = CpuSet::new();
    set.set(match side {
        Side::Client => client,
        Side::Server => server,
    });
    sched_setaffinity(None, &set).is_ok()
}

/// Passes the cores to a child process.
pub(crate) fn pass_to(command: &mut Command) {
    if let Some((client, server)) = cores() {
        command.env(VARIABLE, format!("{client} {server}"));
    }
}

fn cores() -> Option<Cores> {
    static CORES: OnceLock<Option<Cores>> = OnceLock::new();
    *CORES.get_or_init(|| passed().or_else(allowed))
}

fn passed() -> Option<Cores> {
    let text = env::var(VARIABLE).ok()?;
    let (client, server) = text.split_once(' ')?;
    Some((client.parse().ok()?, server.parse().ok()?))
}

/// The first two cores that this process may use.
fn allowed() -> Option<Cores> {
    let set = sched_getaffinity(None).ok()?;
    let mut cores = (0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core));
    Some((cores.next()?, cores.next()?))
}
