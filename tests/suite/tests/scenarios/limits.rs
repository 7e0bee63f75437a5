//! Time, connections, and what is left of calls that were given up.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    CallOptions, ErrorKind,
    machine::{BodyEvent, Exchange},
    transport::TransportErrorKind,
};
use neptunedata_emulator::Server;
use neptunedata_tests::scenarios::{Caller, Driver, quick};

use crate::support::{PATIENCE, READ, caller, fault, job, read, server, write};

const CONNECTIONS: usize = 8;

/// Far more than it should take, so that only waiting for what does not come is noticed.
const GENEROUS: Duration = Duration::from_secs(5);

fn a_server_that_stops_answering_costs_the_deadline(driver: Driver, secure: bool) {
    let deadline = Duration::from_millis(300);
    let server = server(secure);
    let caller = caller(driver, &server, quick());
    let id = job(&caller);
    assert_eq!(server.connections().accepted, 1);

    server.set_answering(false);
    let started = Instant::now();
    let error = caller.call(&read(&id), CallOptions::new().timeout(deadline));
    let (error, took) = (error.unwrap_err(), started.elapsed());
    assert_eq!(
        error.kind(),
        ErrorKind::Transport(TransportErrorKind::Deadline)
    );
    assert!(error.may_have_executed());
    assert!(took >= deadline && took < deadline + GENEROUS, "{took:?}");

    // Not even a write is put on that connection again.
    server.set_answering(true);
    caller.call(&write("after"), CallOptions::new()).unwrap();
    let connections = server.connections();
    assert_eq!(connections.accepted, 2);
    assert_eq!(connections.requests.last(), Some(&1));
    assert!(server.wait_until(PATIENCE, || server.connections().open == 1));

    // The same where the time is for an attempt: each has a connection of its own.
    server.set_answering(false);
    let started = Instant::now();
    let options = CallOptions::new().attempt_timeout(deadline);
    let error = caller.call(&read(&id), options).unwrap_err();
    let took = started.elapsed();
    assert_eq!(
        error.kind(),
        ErrorKind::Transport(TransportErrorKind::Timeout)
    );
    assert_eq!(error.attempts(), 3);
    assert!(took < deadline * 3 + GENEROUS, "{took:?}");
    assert_eq!(server.connections().accepted, 4);
    server.set_answering(true);
    caller.call(&write("again"), CallOptions::new()).unwrap();
    assert_eq!(server.connections().accepted, 5);
}

#[test]
fn hyper_deadline() {
    a_server_that_stops_answering_costs_the_deadline(Driver::Hyper, false);
    a_server_that_stops_answering_costs_the_deadline(Driver::Hyper, true);
}

#[test]
fn blocking_deadline() {
    a_server_that_stops_answering_costs_the_deadline(Driver::Blocking, false);
    a_server_that_stops_answering_costs_the_deadline(Driver::Blocking, true);
}

#[test]
fn without_time_to_connect_nothing_is_sent() {
    for driver in Driver::ALL {
        for secure in [false, true] {
            let server = server(secure);
            let caller = caller(driver, &server, quick().connect_timeout(Duration::ZERO));
            let error = caller.call(&write("a"), CallOptions::new().max_attempts(1));
            let error = error.unwrap_err();
            let late = ErrorKind::Transport(TransportErrorKind::ConnectTimeout);
            assert_eq!(error.kind(), late, "{driver}");
            assert!(!error.may_have_executed(), "{driver}");
            assert_eq!(server.connections().requests.iter().sum::<u64>(), 0);
        }
    }
}

fn concurrent_calls_keep_to_the_limit(driver: Driver, secure: bool) {
    const CALLS: usize = 64;
    let server = server(secure);
    let caller = caller(driver, &server, quick().max_connections(CONNECTIONS));
    let id = job(&caller);
    let done = AtomicBool::new(false);
    let samples = thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut samples = Vec::new();
            while !done.load(Ordering::Relaxed) {
                samples.push(server.connections().open);
                thread::sleep(Duration::from_millis(1));
            }
            samples
        });
        many(&caller, &id, CALLS);
        done.store(true, Ordering::Relaxed);
        sampler.join().unwrap()
    });
    assert!(!samples.is_empty());
    assert!(
        samples.iter().all(|open| *open <= CONNECTIONS),
        "{samples:?}"
    );
    assert_eq!(server.connections().peak, CONNECTIONS);
    assert_eq!(server.with(|emulator| emulator.executed(READ)), CALLS);
}

/// So many reads at the same time, each of which takes a while.
fn many(caller: &Caller, id: &str, calls: usize) {
    let options = || fault("answer-late; delay=30");
    match caller {
        Caller::Hyper(runtime, client) => runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..calls {
                let (client, read) = (client.clone(), read(id));
                tasks.spawn(async move { client.call(&read).options(options()).send().await });
            }
            while let Some(result) = tasks.join_next().await {
                result.unwrap().unwrap();
            }
        }),
        Caller::Blocking(client) => thread::scope(|scope| {
            for _ in 0..calls {
                scope.spawn(|| client.call(&read(id)).options(options()).send().unwrap());
            }
        }),
    }
}

#[test]
fn hyper_concurrent_calls() {
    concurrent_calls_keep_to_the_limit(Driver::Hyper, false);
    concurrent_calls_keep_to_the_limit(Driver::Hyper, true);
}

#[test]
fn blocking_concurrent_calls() {
    concurrent_calls_keep_to_the_limit(Driver::Blocking, false);
    concurrent_calls_keep_to_the_limit(Driver::Blocking, true);
}

/// The client may have one connection, and a call works: nothing was left behind.
fn assert_nothing_is_left(server: &Server, caller: &Caller, id: &str) {
    caller.call(&read(id), CallOptions::new()).unwrap();
    let connections = server.connections();
    assert_eq!(connections.open, 1);
}

fn gone(server: &Server) -> bool {
    server.wait_until(PATIENCE, || server.connections().open == 0)
}

/// Dropped while the answer is awaited, and dropped in the middle of the body.
fn dropped_machines_leave_nothing(driver: Driver, secure: bool) {
    let server = server(secure);
    let options = quick().max_connections(1).acquire_timeout(PATIENCE);
    let caller = caller(driver, &server, options);
    let id = job(&caller);
    let options = fault("head-then-stall; bytes=8");
    for _ in 0..10 {
        match &caller {
            Caller::Hyper(runtime, client) => runtime.block_on(async {
                let exchange =
                    Exchange::streaming(client.session(), &read(&id), &options, client.seed());
                let mut running = client.start(exchange);
                let head = running.next_item().await.unwrap();
                assert!(matches!(head, Some(BodyEvent::Head(_))));
                let chunk = running.next_item().await.unwrap();
                assert!(matches!(chunk, Some(BodyEvent::Chunk(chunk)) if chunk.len() == 8));
            }),
            Caller::Blocking(client) => {
                let exchange = Exchange::streaming(client.session(), &read(&id), &options, 1);
                let mut running = client.start(exchange);
                let head = running.next_item().unwrap();
                assert!(matches!(head, Some(BodyEvent::Head(_))));
                let chunk = running.next_item().unwrap();
                assert!(matches!(chunk, Some(BodyEvent::Chunk(chunk)) if chunk.len() == 8));
            }
        }
        assert!(gone(&server));
    }
    assert_nothing_is_left(&server, &caller, &id);
    // One that has not begun has nothing to leave.
    match &caller {
        Caller::Hyper(_, client) => drop(client.call(&read(&id)).send()),
        Caller::Blocking(client) => drop(client.call(&read(&id))),
    }
    assert_nothing_is_left(&server, &caller, &id);
}

#[test]
fn hyper_dropped_machines() {
    dropped_machines_leave_nothing(Driver::Hyper, false);
    dropped_machines_leave_nothing(Driver::Hyper, true);
}

#[test]
fn blocking_dropped_machines() {
    dropped_machines_leave_nothing(Driver::Blocking, false);
    dropped_machines_leave_nothing(Driver::Blocking, true);
}

/// Wherever a future is dropped: before the connection is there, in the handshake, while it waits.
fn dropped_futures_leave_nothing(secure: bool) {
    let server = server(secure);
    let options = quick().max_connections(1).acquire_timeout(PATIENCE);
    let caller = caller(Driver::Hyper, &server, options);
    let id = job(&caller);
    let Caller::Hyper(runtime, client) = &caller else {
        panic!("it was asked for");
    };
    runtime.block_on(async {
        for polls in 0..40 {
            let read = read(&id);
            let call = client.call(&read).options(fault("stop-answering"));
            let mut call = Box::pin(call.send());
            for _ in 0..polls {
                let poll = std::future::poll_fn(|cx| {
                    std::task::Poll::Ready(call.as_mut().poll(cx).is_ready())
                });
                assert!(!poll.await);
                // What it waits for may happen meanwhile.
                tokio::time::sleep(Duration::from_micros(500)).await;
            }
        }
        // Many at once, for one connection.
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (client, read) = (client.clone(), read(&id));
            tasks.spawn(async move {
                let call = client.call(&read).options(fault("stop-answering"));
                drop(call.send().await);
            });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        tasks.shutdown().await;
    });
    assert!(gone(&server));
    assert_nothing_is_left(&server, &caller, &id);
}

#[test]
fn dropped_futures() {
    dropped_futures_leave_nothing(false);
    dropped_futures_leave_nothing(true);
}
