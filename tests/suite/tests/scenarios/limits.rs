//! Time limits, connection limits, and the connections of abandoned calls.

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
use neptunedata_tests::client::{Client, Driver, quick};

use crate::support::{READ, WAIT_LIMIT, client, each_way, fault, job, read, server, write};

const CONNECTIONS: usize = 8;

/// Far more than it should take, so that only waiting for what does not come is noticed.
const GENEROUS: Duration = Duration::from_secs(5);

#[test]
fn a_server_that_stops_answering_costs_the_time_limit() {
    let limit = Duration::from_millis(300);
    for (driver, secure) in each_way() {
        let server = server(secure);
        let client = client(driver, &server, quick());
        let id = job(&client);
        assert_eq!(server.connections().accepted, 1);

        server.set_reading(false);
        let started = Instant::now();
        let error = client.call(&read(&id), CallOptions::new().timeout(limit));
        let (error, took) = (error.unwrap_err(), started.elapsed());
        let deadline = ErrorKind::Transport(TransportErrorKind::Deadline);
        assert_eq!(error.kind(), deadline);
        assert!(error.may_have_executed());
        assert!(took >= limit && took < limit + GENEROUS, "{took:?}");

        // Not even a write is put on that connection again.
        server.set_reading(true);
        client.send(&write("after")).unwrap();
        let connections = server.connections();
        assert_eq!(connections.accepted, 2);
        assert_eq!(connections.requests.last(), Some(&1));
        assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 1));

        // The same where the time is for an attempt: each has a connection of its own.
        server.set_reading(false);
        let started = Instant::now();
        let options = CallOptions::new().attempt_timeout(limit);
        let error = client.call(&read(&id), options).unwrap_err();
        let took = started.elapsed();
        let timeout = ErrorKind::Transport(TransportErrorKind::Timeout);
        assert_eq!((error.kind(), error.attempts()), (timeout, 3));
        assert!(took < limit * 3 + GENEROUS, "{took:?}");
        assert_eq!(server.connections().accepted, 4);
        server.set_reading(true);
        client.send(&write("again")).unwrap();
        assert_eq!(server.connections().accepted, 5);
    }
}

#[test]
fn without_time_to_connect_nothing_is_sent() {
    for (driver, secure) in each_way() {
        let server = server(secure);
        let client = client(driver, &server, quick().connect_timeout(Duration::ZERO));
        let error = client.call(&write("a"), CallOptions::new().max_attempts(1));
        let error = error.unwrap_err();
        let late = ErrorKind::Transport(TransportErrorKind::ConnectTimeout);
        assert_eq!(error.kind(), late, "{driver}");
        assert!(!error.may_have_executed(), "{driver}");
        assert_eq!(server.connections().requests.iter().sum::<u64>(), 0);
    }
}

#[test]
fn concurrent_calls_keep_to_the_limit() {
    const CALLS: usize = 64;
    for (driver, secure) in each_way() {
        let server = server(secure);
        let client = client(driver, &server, quick().max_connections(CONNECTIONS));
        let id = job(&client);
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
            let late = || client.call(&read(&id), fault("answer-late; delay=30"));
            let calls: Vec<_> = (0..CALLS).map(|_| scope.spawn(late)).collect();
            for call in calls {
                call.join().unwrap().unwrap();
            }
            done.store(true, Ordering::Relaxed);
            sampler.join().unwrap()
        });
        assert!(!samples.is_empty());
        let most = samples.iter().max();
        assert!(most <= Some(&CONNECTIONS), "{driver}: {samples:?}");
        assert_eq!(server.connections().peak, CONNECTIONS, "{driver}");
        assert_eq!(server.with(|emulator| emulator.executed(READ)), CALLS);
    }
}

/// The client may open one connection, and a call succeeds, so the pool holds no other connection.
fn assert_nothing_is_left(server: &Server, client: &Client, id: &str) {
    client.send(&read(id)).unwrap();
    let connections = server.connections();
    assert_eq!(connections.open, 1);
}

fn gone(server: &Server) -> bool {
    server.wait_until(WAIT_LIMIT, || server.connections().open == 0)
}

/// Dropped in the middle of the body.
#[test]
fn dropped_machines_leave_nothing() {
    for (driver, secure) in each_way() {
        let server = server(secure);
        // The place of a dropped machine is free at once.
        let options = quick().max_connections(1).acquire_timeout(Duration::ZERO);
        let client = client(driver, &server, options);
        let id = job(&client);
        let options = fault("head-then-stall; bytes=8");
        for _ in 0..10 {
            let exchange = Exchange::streaming(client.session(), &read(&id), &options, 1);
            let mut run = client.start(exchange);
            let head = run.next_item().unwrap();
            assert!(matches!(head, Some(BodyEvent::Head(_))));
            let chunk = run.next_item().unwrap();
            assert!(matches!(chunk, Some(BodyEvent::Chunk(chunk)) if chunk.len() == 8));
            drop(run);
            assert!(gone(&server));
        }
        assert_nothing_is_left(&server, &client, &id);
        // One that has not begun has nothing to leave.
        let exchange = Exchange::streaming(client.session(), &read(&id), &options, 1);
        drop(client.start(exchange));
        assert_nothing_is_left(&server, &client, &id);
    }
}

/// Wherever a future is dropped: before the connection is there, in the handshake, while it waits.
#[test]
fn dropped_futures_leave_nothing() {
    for secure in [false, true] {
        let server = server(secure);
        let options = quick().max_connections(1).acquire_timeout(WAIT_LIMIT);
        let caller = client(Driver::Hyper, &server, options);
        let id = job(&caller);
        let Client::Hyper(runtime, client) = &caller else {
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
            // One that has not begun.
            drop(client.call(&read(&id)).send());
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
}
