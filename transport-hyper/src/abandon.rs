//! Queries that go on when nobody waits for them any more, and how they are stopped.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_lock::RwLock;
use neptunedata::{Exchange, Machine};

use crate::{Client, Running, pool::Spawn};

/// So many are remembered while nobody sends them; the oldest are forgotten first, as they will have
/// ended by themselves.
const REMEMBERED: usize = 1024;

/// Where the requests of a machine go, and where they went.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Path {
    /// The only address that will do.
    pub(crate) to: Option<SocketAddr>,
    /// What took the last request; inside there is nothing where an address does not tell, as behind a
    /// proxy.
    pub(crate) took: Option<Option<SocketAddr>>,
}

/// Queries to cancel.
pub(crate) struct Abandoned {
    queue: Mutex<VecDeque<Left>>,
    /// Read while a cancellation is on its way, so that writing waits for all of them.
    under_way: Arc<RwLock<()>>,
    spawn: Option<Spawn>,
}

struct Left {
    cancel: Exchange,
    took: Option<SocketAddr>,
}

impl Abandoned {
    pub(crate) fn new(spawn: Option<Spawn>) -> Abandoned {
        Abandoned {
            queue: Mutex::default(),
            under_way: Arc::default(),
            spawn,
        }
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Left>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sees to it that the query is cancelled which the machine leaves running, if it does and is to.
pub(crate) fn cancel_left(client: &Client, machine: &impl Machine, path: Path) {
    let Some(took) = path.took else { return };
    let Some(cancel) = machine.abandoned() else {
        return;
    };
    let abandoned = client.abandoned();
    let mut queue = abandoned.queue();
    if queue.len() >= REMEMBERED {
        queue.pop_front();
    }
    queue.push_back(Left { cancel, took });
    drop(queue);
    if let Some(spawn) = &abandoned.spawn {
        let client = client.clone();
        spawn(Box::pin(async move {
            send_next(&client).await;
        }));
    }
}

/// Sends the next cancellation, if there is one.
async fn send_next(client: &Client) -> bool {
    let abandoned = client.abandoned();
    let _under_way = abandoned.under_way.read_arc().await;
    let Some(Left { cancel, took }) = abandoned.queue().pop_front() else {
        return false;
    };
    // Whether it was of use, nobody waits for.
    let _ = Running::to(client.clone(), cancel, took).finish().await;
    true
}

/// Sends them all, and waits for those that are on their way.
pub(crate) async fn drain(client: &Client) {
    loop {
        while send_next(client).await {}
        drop(client.abandoned().under_way.write().await);
        if client.abandoned().queue().is_empty() {
            return;
        }
    }
}
