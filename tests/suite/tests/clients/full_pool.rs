//! Queries that are cancelled while all connections are taken and calls wait for them: that is when
//! it matters most.

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
    Effect, engine::GetEngineStatus, gremlin::ExecuteGremlinQuery, retry::RetryPolicy,
    transport::ClientOptions,
};
use neptunedata_emulator::{Emulator, QueryScript, Server};

use crate::support::{BOTH, Driver, LONG, block_on, blocking, hyper, options};

const SOON: Duration = Duration::from_millis(300);
/// Less than the patience of cancelling, so that it was not in vain.
const IN_TIME: Duration = Duration::from_secs(3);
const WAITING: usize = 6;

/// One on which queries take for ever.
fn server() -> Server {
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::gremlin().lasting(Duration::from_secs(3600)));
    Server::start(emulator).unwrap()
}

fn cancelling(connections: usize) -> ClientOptions {
    options()
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

/// Counts the connections to a server all the time. The server sees later than that when one is closed.
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
            // A list is not made in one moment; what is on two in a row was open between them.
            let (mut most, mut before) = (0, BTreeSet::new());
            while !is_done.load(Ordering::Relaxed) {
                let now = connections_to(port);
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
        let left = connections_to(self.port).len();
        assert!(left <= connections, "{left} are left");
        self.done.store(true, Ordering::Relaxed);
        let peak = self.thread.join().unwrap();
        let most = connections + ClientOptions::MAX_EXTRA_CONNECTIONS;
        assert!(peak <= most, "{peak} of {most}");
        // Elsewhere there is no such list.
        assert!(peak >= connections || !cfg!(target_os = "linux"), "{peak}");
    }
}

/// Connections of this process that are open in its own eyes, as Linux lists them, by their own end.
fn connections_to(port: u16) -> BTreeSet<String> {
    let list = std::fs::read_to_string("/proc/self/net/tcp").unwrap_or_default();
    let open = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let local = fields.next()?.to_owned();
        let remote = fields.next()?;
        let is_open = remote.ends_with(&format!(":{port:04X}")) && fields.next() == Some("01");
        is_open.then_some(local)
    };
    list.lines().filter_map(open).collect()
}

#[test]
fn blocking_cancels_at_the_deadline() {
    for connections in [1, 2] {
        let server = server();
        let sampler = Sampler::start(&server);
        let client = blocking(&server, cancelling(connections));
        thread::scope(|scope| {
            for number in 0..WAITING {
                let client = client.clone();
                scope.spawn(move || {
                    thread::sleep(SOON / 6);
                    let query = query(number);
                    let call = client.call(&query).cancel_on_abandon(false);
                    call.timeout(IN_TIME).send().map(drop).unwrap_err()
                });
            }
            let begun = Instant::now();
            let first = query(WAITING);
            let call = client.call(&first).timeout(SOON).send();
            call.map(drop).unwrap_err();
            // The caller was not held up either.
            assert!(begun.elapsed() < IN_TIME / 2, "{:?}", begun.elapsed());
            assert_eq!(cancelled(&server), 1);
        });
        sampler.assert(connections);
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
fn draining_cancels_at_the_deadline_and_when_a_future_is_dropped() {
    for is_dropped in [true, false] {
        let server = server();
        let sampler = Sampler::start(&server);
        block_on(async {
            let client = hyper(&server, cancelling(2));
            let waiting = hyper_waiting(&client);
            give_up(&client, is_dropped).await;
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
fn a_cancel_does_without_the_place_that_its_query_had() {
    let mut policy = RetryPolicy::default();
    policy.initial_backoff = SOON * 2;
    let limited = cancelling(1).retry_policy(policy).attempt_timeout(SOON);
    for driver in BOTH {
        let server = server();
        let other = query(0);
        let lost = query(1);
        let took = match driver {
            Driver::Blocking => {
                let client = blocking(&server, limited.clone());
                thread::scope(|scope| {
                    let call = client.call(&other).cancel_on_abandon(false);
                    let call = call
                        .max_attempts(1)
                        .attempt_timeout(LONG)
                        .timeout(IN_TIME * 2);
                    scope.spawn(|| {
                        thread::sleep(SOON / 3);
                        call.send().map(drop).unwrap_err()
                    });
                    let call = client.call(&lost).effect(Effect::Read).timeout(SOON * 4);
                    let begun = Instant::now();
                    call.send().map(drop).unwrap_err();
                    let took = begun.elapsed();
                    assert_eq!(cancelled(&server), 1);
                    took
                })
            }
            Driver::Hyper => {
                let took = block_on(async {
                    let client = hyper(&server, limited.clone());
                    let holder = client.clone();
                    let holder = tokio::spawn(async move {
                        tokio::time::sleep(SOON / 3).await;
                        let call = holder.call(&other).cancel_on_abandon(false);
                        let call = call.max_attempts(1).attempt_timeout(LONG);
                        call.send().await.map(drop)
                    });
                    let call = client.call(&lost).effect(Effect::Read).timeout(SOON * 4);
                    let begun = Instant::now();
                    call.send().await.map(drop).unwrap_err();
                    client.flush_cancellations().await;
                    holder.abort();
                    begun.elapsed()
                });
                assert_eq!(cancelled(&server), 1);
                took
            }
        };
        assert!(took < IN_TIME, "{driver:?}: {took:?}");
    }
}

/// So that cancels have to wait for one another, too.
const MANY: usize = 12;

#[test]
fn blocking_cancels_many_at_once_with_few_connections() {
    let server = server();
    let sampler = Sampler::start(&server);
    let client = blocking(&server, cancelling(MANY));
    let together = Barrier::new(MANY);
    thread::scope(|scope| {
        for number in 0..MANY {
            let (first, together) = (client.clone(), &together);
            scope.spawn(move || {
                together.wait();
                let query = query(number);
                let call = first.call(&query).timeout(SOON);
                call.send().map(drop).unwrap_err();
            });
            let client = client.clone();
            scope.spawn(move || {
                thread::sleep(SOON / 2);
                let query = query(number);
                let call = client.call(&query).cancel_on_abandon(false);
                call.timeout(SOON * 4).send().map(drop).unwrap_err();
            });
        }
    });
    assert_eq!(cancelled(&server), MANY);
    sampler.assert(MANY);
}

#[test]
fn the_executor_cancels_many_at_once_with_few_connections() {
    let server = server();
    let sampler = Sampler::start(&server);
    block_on(async {
        let client = hyper(&server, cancelling(MANY));
        let calls: Vec<_> = (0..MANY)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move {
                    let query = query(number);
                    let call = client.call(&query).timeout(SOON);
                    call.send().await.map(drop).unwrap_err();
                })
            })
            .collect();
        let waiting = hyper_waiting(&client);
        for call in calls {
            call.await.unwrap();
        }
        client.flush_cancellations().await;
        for call in waiting {
            call.abort();
        }
    });
    assert_eq!(cancelled(&server), MANY);
    sampler.assert(MANY);
}

/// Where there is room within the limit, the connection of a cancel is used again.
#[test]
fn connections_of_cancels_are_kept_within_the_limit() {
    let accepted = |server: &Server| server.connections().accepted;
    let status = GetEngineStatus::new();

    let server_of_blocking = server();
    let client = blocking(&server_of_blocking, cancelling(2));
    for round in 1..=3 {
        let call = client.call(&query(round)).timeout(SOON).send();
        call.map(drop).unwrap_err();
        client.send(&status).unwrap();
        client.send(&status).unwrap();
    }
    assert_eq!(cancelled(&server_of_blocking), 3);
    // The first call's, and those that took the place of what the deadlines closed.
    assert_eq!(accepted(&server_of_blocking), 4);

    let server_of_hyper = server();
    block_on(async {
        let client = hyper(&server_of_hyper, cancelling(2));
        for round in 1..=3 {
            let query = query(round);
            let call = client.call(&query).timeout(SOON).send().await;
            call.map(drop).unwrap_err();
            client.flush_cancellations().await;
            client.send(&status).await.unwrap();
            client.send(&status).await.unwrap();
        }
    });
    assert_eq!(cancelled(&server_of_hyper), 3);
    assert_eq!(accepted(&server_of_hyper), 4);
}

/// An idle connection that leads to the instance serves a cancel, too.
#[test]
fn an_idle_connection_is_taken_for_a_cancel() {
    let server = server();
    let client = blocking(&server, cancelling(2));
    let status = GetEngineStatus::new();
    thread::scope(|scope| {
        // Two at the same time, so that one is idle in the end.
        let slow = scope.spawn(|| {
            let call = client.call(&query(1)).timeout(SOON * 2).send();
            call.map(drop).unwrap_err()
        });
        thread::sleep(SOON / 2);
        client.send(&status).unwrap();
        slow.join().unwrap();
    });
    assert_eq!(cancelled(&server), 1);
    assert_eq!(server.connections().accepted, 2);

    let server = self::server();
    block_on(async {
        let client = hyper(&server, cancelling(2));
        let query = query(1);
        let call = client.call(&query).timeout(SOON * 2).send();
        let other = async {
            tokio::time::sleep(SOON / 2).await;
            client.send(&status).await.unwrap();
        };
        let (call, ()) = tokio::join!(call, other);
        call.map(drop).unwrap_err();
        client.flush_cancellations().await;
    });
    assert_eq!(cancelled(&server), 1);
    assert_eq!(server.connections().accepted, 2);
}
