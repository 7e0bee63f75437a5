//! Cancelling abandoned queries on the server.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use async_lock::{RwLock, Semaphore};
use neptunedata::{
    machine::{AbandonedQuery, Machine},
    transport::ClientOptions,
};

use crate::{
    Client, Run,
    pool::{Spawn, in_turn},
    runtime_id::RuntimeId,
};

/// So many are remembered while nobody sends them; the oldest are forgotten first, as they will have
/// ended by themselves.
const REMEMBERED: usize = 1024;

/// Queries to cancel.
pub(crate) struct Abandoned {
    queue: Mutex<VecDeque<AbandonedQuery>>,
    /// Read while a cancellation is on its way, so that writing waits for all of them.
    under_way: Arc<RwLock<()>>,
    /// Whose turn it is, in each runtime: another one may stand still.
    turns: Mutex<Vec<(RuntimeId, Weak<Semaphore>)>>,
    spawn: Option<Spawn>,
}

impl Abandoned {
    pub(crate) fn new(spawn: Option<Spawn>) -> Abandoned {
        Abandoned {
            queue: Mutex::default(),
            under_way: Arc::default(),
            turns: Mutex::default(),
            spawn,
        }
    }

    /// As many turns as there may be cancellations at the same time.
    fn turns(&self) -> Arc<Semaphore> {
        let here = RuntimeId::here();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|(_, turns)| turns.strong_count() > 0);
        let known = turns.iter().find(|(runtime, _)| *runtime == here);
        known
            .and_then(|(_, turns)| turns.upgrade())
            .unwrap_or_else(|| {
                let new = Arc::new(Semaphore::new(ClientOptions::MAX_EXTRA_CONNECTIONS));
                turns.push((here, Arc::downgrade(&new)));
                new
            })
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<AbandonedQuery>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cancels the queries that the machine has abandoned so far.
pub(crate) fn cancel_abandoned(client: &Client, machine: &mut impl Machine) {
    while let Some(query) = machine.abandoned() {
        enqueue(client, query);
    }
}

fn enqueue(client: &Client, query: AbandonedQuery) {
    let abandoned = client.abandoned();
    let mut queue = abandoned.queue();
    if queue.len() >= REMEMBERED {
        queue.pop_front();
    }
    queue.push_back(query);
    drop(queue);
    if let Some(spawn) = &abandoned.spawn {
        let client = client.clone();
        spawn(Box::pin(async move {
            send_next(&client).await;
        }));
    }
}

/// Sends the next cancellation, if there is one. It does not wait for the calls' places, which may be
/// taken for long by queries just like the one to cancel, but for its turn among cancellations; its time
/// begins then.
async fn send_next(client: &Client) -> bool {
    let abandoned = client.abandoned();
    let clock = client.clock();
    let _turn = match clock.check() {
        Ok(()) => in_turn(&abandoned.turns(), clock, None).await,
        // Nothing can be sent here.
        Err(_) => None,
    };
    let _under_way = abandoned.under_way.read_arc().await;
    let Some(query) = abandoned.queue().pop_front() else {
        return false;
    };
    // Its result is ignored.
    let _ = Run::cancelling(client.clone(), query.cancel, query.peer)
        .output()
        .await;
    true
}

/// Sends them all, and waits for those that are on their way.
pub(crate) async fn flush_cancellations(client: &Client) {
    loop {
        while send_next(client).await {}
        drop(client.abandoned().under_way.write().await);
        if client.abandoned().queue().is_empty() {
            return;
        }
    }
}

#[cfg(all(test, feature = "tokio", feature = "tls"))]
mod tests {
    use neptunedata::{
        CallOptions, Endpoint,
        gremlin::ExecuteGremlinQuery,
        machine::{Exchange, Input, Io, Now, Step},
    };
    use neptunedata_emulator::{Emulator, Server, ServerOptions, Tls};

    use std::net::SocketAddr;

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    }

    /// A machine that has sent a query there, and nothing came back.
    fn dropped(client: &Client, peer: Option<SocketAddr>) -> Exchange {
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = CallOptions::new().cancel_on_abandon(true);
        let mut exchange = Exchange::collecting(client.session(), &query, &options, 42);
        let now = Now {
            wall: std::time::SystemTime::now(),
            mono: std::time::Duration::ZERO,
        };
        let step = exchange.resume(Input::Next, now);
        assert!(matches!(step, Step::Io(Io::Send(_))));
        let step = exchange.resume(Input::Sending(peer), now);
        assert!(matches!(step, Step::Io(Io::Continue)));
        exchange.abandon();
        exchange
    }

    /// It is asked by the name that the client knows, in `host` and in TLS, wherever that leads.
    #[test]
    fn the_address_that_took_a_query_is_asked_to_cancel_it() {
        let name = "my-db.cluster-abc.us-east-1.neptune.amazonaws.com";
        let start = || {
            let tls = Tls::new().names([name]);
            let server = ServerOptions::new().tls(tls);
            server.start(Emulator::default()).unwrap()
        };
        let (resolved, took) = (start(), start());
        let pem = took.ca_pem().unwrap().to_owned();
        let options = ClientOptions::new()
            .root_certificates(neptunedata::transport::RootCertificates::Pem(pem))
            .connect_to(resolved.address().to_string());
        let builder = Client::builder(Endpoint::parse(name).unwrap());
        let client = builder.unsigned().options(options).build().unwrap();
        cancel_abandoned(&client, &mut dropped(&client, Some(took.address())));
        runtime().block_on(client.flush_cancellations());
        let asked = |server: &Server| {
            server.with(|emulator| {
                let log = emulator.log();
                let one = log.first()?;
                assert_eq!(one.headers["host"], format!("{name}:8182"));
                one.operation
            })
        };
        assert_eq!(asked(&took), Some("CancelGremlinQuery"));
        assert_eq!(asked(&resolved), None);
        assert_eq!(took.handshakes()[0].server_name.as_deref(), Some(name));
    }

    /// Where nobody takes them out, only the newest are kept.
    #[test]
    fn not_all_are_remembered() {
        let server = Server::start(Emulator::default()).unwrap();
        let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
        // Outside of a runtime nothing is spawned.
        let client = Client::unsigned(endpoint).unwrap();
        for _ in 0..REMEMBERED + 10 {
            cancel_abandoned(&client, &mut dropped(&client, None));
        }
        assert_eq!(client.abandoned().queue().len(), REMEMBERED);
        assert_eq!(server.connections().accepted, 0);
    }

    /// It has all the turns that there are, and is not run any more.
    #[test]
    fn a_runtime_that_stands_still_does_not_keep_others_from_cancelling() {
        let server = Server::start(Emulator::default()).unwrap();
        let client = Client::unsigned(Endpoint::parse(&server.endpoint()).unwrap()).unwrap();
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let soon = std::time::Duration::from_millis(100);
        let leave_at = |address| {
            cancel_abandoned(&client, &mut dropped(&client, Some(address)));
        };
        let still = runtime();
        still.block_on(async {
            for _ in 0..ClientOptions::MAX_EXTRA_CONNECTIONS + 1 {
                leave_at(silent.local_addr().unwrap());
            }
            tokio::time::sleep(soon).await;
        });
        // The last one waits for its turn.
        assert_eq!(client.abandoned().queue().len(), 1);
        client.abandoned().queue().clear();
        runtime().block_on(async {
            leave_at(server.address());
            for _ in 0..100 {
                tokio::time::sleep(soon / 5).await;
                if server.connections().accepted > 0 {
                    return;
                }
            }
            panic!("it waits for its turn");
        });
    }

    #[test]
    fn what_was_never_sent_is_not_cancelled() {
        let server = Server::start(Emulator::default()).unwrap();
        let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
        let client = Client::unsigned(endpoint).unwrap();
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = CallOptions::new().cancel_on_abandon(true);
        let mut exchange = Exchange::collecting(client.session(), &query, &options, 42);
        let step = exchange.resume(Input::Next, Now::at(std::time::SystemTime::now()));
        assert!(matches!(step, Step::Io(Io::Send(_))));
        exchange.abandon();
        cancel_abandoned(&client, &mut exchange);
        runtime().block_on(client.flush_cancellations());
        assert_eq!(server.connections().accepted, 0);
    }
}
