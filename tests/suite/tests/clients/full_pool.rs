//! Queries are cancelled while all connections are in use and calls wait for a connection. Cancelling matters most
//! then.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    CallOptions, Effect, engine::GetEngineStatus, gremlin::ExecuteGremlinQuery, retry::RetryPolicy,
    transport::ClientOptions,
};
use neptunedata_emulator::{Emulator, QueryScript, Server};

use neptunedata_tests::{
    client::{Client, Driver, quick},
    connections::open_to,
};

use crate::support::{LONG, block_on, hyper};

const SOON: Duration = Duration::from_millis(300);
/// Shorter than the time limit of a cancellation, so that a cancellation within this time was sent.
const IN_TIME: Duration = Duration::from_secs(3);
const WAITING: usize = 6;

/// A server on which queries run for an hour.
fn server() -> Server {
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::gremlin().lasting(Duration::from_secs(3600)));
    Server::start(emulator).unwrap()
}

fn cancelling(connections: usize) -> ClientOptions {
    quick()
        .retry_policy(RetryPolicy::never())
        .cancel_on_abandon(true)
        .max_connections(connections)
}

fn cancelled(server: &Server) -> usize {
    server.with(|emulator| emulator.executed("CancelGremlinQuery"))
}

fn query(number: usize) -> ExecuteGremlinQuery {
    ExecuteGremlinQuery::new(format!("g.V({number})"))
}

/// Counts the connections to a server all the time. The server itself notices later that a connection is closed.
struct Sampler {
    port: u16,
    done: Arc<AtomicBool>,
    thread: thread::JoinHandle<usize>,
}

impl Sampler {
    fn start(server: &Server) -> Sampler {
        let port = server.address().port();
        let done = Arc::new(AtomicBool::new(false));
        let is_done = Arc::clone(&done);
        let thread = thread::spawn(move || {
            // A list is not a snapshot. A connection on two lists in a row was open between them.
            let (mut most, mut before) = (0, BTreeSet::new());
            while !is_done.load(Ordering::Relaxed) {
                let now = open_to(port);
                most = most.max(now.intersection(&before).count());
                before = now;
                thread::sleep(Duration::from_millis(1));
            }
            most
        });
        Sampler { port, done, thread }
    }

    /// No more at once than there may be, and what stays is within the limit of calls.
    fn assert(self, connections: usize) {
        let left = open_to(self.port).len();
        assert!(left <= connections, "{left} are left");
        self.done.store(true, Ordering::Relaxed);
        let peak = self.thread.join().unwrap();
        let most = connections + ClientOptions::MAX_EXTRA_CONNECTIONS;
        assert!(peak <= most, "{peak} of {most}");
        // The sampler must have seen a connection. Only Linux has such a list.
        assert!(peak > 0 || !cfg!(target_os = "linux"));
    }
}

/// Slow calls that come a little later.
fn slow_calls<'scope>(scope: &'scope thread::Scope<'scope, '_>, client: &Client, limit: Duration) {
    for number in 0..WAITING {
        let client = client.clone();
        scope.spawn(move || {
            thread::sleep(SOON / 6);
            let call = uncancelled().timeout(limit);
            client.call(&query(number), call).map(drop).unwrap_err()
        });
    }
}

fn uncancelled() -> CallOptions {
    CallOptions::new().cancel_on_abandon(false)
}

#[test]
fn queries_are_cancelled_at_the_deadline() {
    for driver in Driver::ALL {
        for connections in [1, 2] {
            let server = server();
            let sampler = Sampler::start(&server);
            let client = driver.client(&server.endpoint(), cancelling(connections));
            thread::scope(|scope| {
                slow_calls(scope, &client, IN_TIME);
                let begun = Instant::now();
                let call = CallOptions::new().timeout(SOON);
                client.call(&query(WAITING), call).map(drop).unwrap_err();
                client.flush_cancellations();
                // The caller was not delayed either.
                let took = begun.elapsed();
                assert!(took < IN_TIME / 2, "{driver}: {took:?}");
                assert_eq!(cancelled(&server), 1, "{driver}");
            });
            sampler.assert(connections);
        }
    }
}

#[test]
fn the_executor_cancels_at_the_deadline_and_when_a_future_is_dropped() {
    for (connections, is_dropped) in [(1, true), (1, false), (2, true), (2, false)] {
        let server = server();
        let sampler = Sampler::start(&server);
        block_on(async {
            let client = hyper(&server, cancelling(connections));
            let waiting = hyper_waiting(&client);
            give_up(&client, is_dropped).await;
            let begun = Instant::now();
            while cancelled(&server) == 0 && begun.elapsed() < LONG {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(begun.elapsed() < IN_TIME / 2, "{:?}", begun.elapsed());
            for call in waiting {
                call.abort();
            }
        });
        sampler.assert(connections);
    }
}

#[test]
fn flushing_cancels_when_a_future_is_dropped() {
    let server = server();
    let sampler = Sampler::start(&server);
    block_on(async {
        let client = hyper(&server, cancelling(2));
        let waiting = hyper_waiting(&client);
        give_up(&client, true).await;
        let begun = Instant::now();
        client.flush_cancellations().await;
        assert!(begun.elapsed() < IN_TIME / 2, "{:?}", begun.elapsed());
        assert_eq!(cancelled(&server), 1);
        for call in waiting {
            call.abort();
        }
    });
    sampler.assert(2);
}

/// Slow calls that come a little later.
fn hyper_waiting(client: &neptunedata_hyper::Client) -> Vec<tokio::task::JoinHandle<()>> {
    let wait = |number| {
        let client = client.clone();
        tokio::spawn(async move {
            tokio::time::sleep(SOON / 6).await;
            let query = query(number);
            let call = client.call(&query).cancel_on_abandon(false);
            let _ = call.timeout(LONG).send().await;
        })
    };
    (0..WAITING).map(wait).collect()
}

async fn give_up(client: &neptunedata_hyper::Client, is_dropped: bool) {
    let query = query(WAITING);
    if is_dropped {
        let call = client.send(&query);
        assert!(tokio::time::timeout(SOON, call).await.is_err());
    } else {
        let call = client.call(&query).timeout(SOON).send().await;
        call.map(drop).unwrap_err();
    }
}

/// Between two attempts the only place goes to a call that waits, and stays there.
#[test]
fn a_cancellation_does_not_need_the_permit_of_its_query() {
    let mut policy = RetryPolicy::default();
    policy.initial_backoff = SOON * 2;
    let limited = cancelling(1).retry_policy(policy).attempt_timeout(SOON);
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), limited.clone());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(SOON / 3);
                let call = uncancelled().max_attempts(1).attempt_timeout(LONG);
                let call = client.call(&query(0), call.timeout(IN_TIME * 2));
                call.map(drop).unwrap_err()
            });
            let begun = Instant::now();
            let call = CallOptions::new().effect(Effect::Read).timeout(SOON * 4);
            client.call(&query(1), call).map(drop).unwrap_err();
            client.flush_cancellations();
            let took = begun.elapsed();
            assert!(took < IN_TIME, "{driver}: {took:?}");
            assert_eq!(cancelled(&server), 1, "{driver}");
        });
    }
}

/// So that cancellations have to wait for one another, too.
const MANY: usize = 12;

#[test]
fn many_queries_are_cancelled_at_once_over_few_connections() {
    for driver in Driver::ALL {
        let server = server();
        let sampler = Sampler::start(&server);
        let client = driver.client(&server.endpoint(), cancelling(MANY));
        let together = Barrier::new(MANY);
        thread::scope(|scope| {
            for number in 0..MANY {
                let (client, together) = (&client, &together);
                scope.spawn(move || {
                    together.wait();
                    let call = CallOptions::new().timeout(SOON);
                    client.call(&query(number), call).map(drop).unwrap_err()
                });
                scope.spawn(move || {
                    thread::sleep(SOON / 2);
                    let call = uncancelled().timeout(SOON * 4);
                    client.call(&query(number), call).map(drop).unwrap_err()
                });
            }
        });
        client.flush_cancellations();
        assert_eq!(cancelled(&server), MANY, "{driver}");
        sampler.assert(MANY);
    }
}

/// The async client uses the connection of a cancellation again if there is room within the limit. The blocking client
/// closes it, because ureq's pool does not know how many connections are in use.
#[test]
fn connections_of_cancellations_are_kept_within_the_limit() {
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), cancelling(2));
        for round in 1..=3 {
            let call = CallOptions::new().timeout(SOON);
            client.call(&query(round), call).map(drop).unwrap_err();
            client.flush_cancellations();
            for _ in 0..2 {
                client.send(&GetEngineStatus::new()).unwrap();
            }
        }
        assert_eq!(cancelled(&server), 3, "{driver}");
        // That of the first call, and those that replaced the ones closed at the deadlines.
        let accepted = match driver {
            Driver::Hyper => 4,
            Driver::Blocking => 7,
        };
        assert_eq!(server.connections().accepted, accepted, "{driver}");
    }
}

/// An idle connection that leads to the instance serves a cancellation, too.
#[test]
fn an_idle_connection_is_taken_for_a_cancellation() {
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), cancelling(2));
        thread::scope(|scope| {
            // Two at the same time, so that one is idle in the end.
            scope.spawn(|| {
                let call = CallOptions::new().timeout(SOON * 2);
                client.call(&query(1), call).map(drop).unwrap_err()
            });
            thread::sleep(SOON / 2);
            client.send(&GetEngineStatus::new()).unwrap();
        });
        client.flush_cancellations();
        assert_eq!(cancelled(&server), 1, "{driver}");
        assert_eq!(server.connections().accepted, 2, "{driver}");
    }
}
