//! Runtimes that end, do not run, or lack I/O or timers.

use std::{
    error::Error as _,
    io::Write,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use neptunedata_emulator::{Emulator, Server};
use neptunedata_hyper::{Client, Error, ErrorKind, error::Cause, transport::TransportErrorKind};
use tokio::runtime::{Builder, Runtime};

use crate::{smol_runtime::Connect, support::*};

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

#[test]
fn a_client_outlives_the_runtime_it_was_used_in() {
    let server = Server::start(Emulator::default()).unwrap();
    let client = client(server.address());
    for _ in 0..3 {
        runtime()
            .block_on(client.call(&status()).max_attempts(1).send())
            .unwrap();
    }
    assert_eq!(
        server.with(|emulator| emulator.executed("GetEngineStatus")),
        3
    );
}

/// The first runtime still exists, but no thread runs it.
#[test]
fn a_runtime_that_does_not_run_does_not_block_others() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let client = client(server.address);
    let runtimes = [runtime(), runtime(), runtime()];
    for _ in 0..3 {
        for runtime in &runtimes {
            let job = start("a");
            let call = client.call(&job).timeout(LONG);
            let answered = runtime.block_on(call.send()).unwrap();
            assert_eq!(answered.meta.attempts, 1);
        }
    }
    assert_eq!(server.accepted(), 3, "each has kept its own");
    drop(client);
}

/// One client in a static, shared by several tests.
static SHARED: LazyLock<(Server, Client)> = LazyLock::new(|| {
    let server = Server::start(Emulator::default()).unwrap();
    let client = client(server.address());
    (server, client)
});

async fn used_from_a_test() {
    for round in 0..20 {
        let read = status();
        let call = SHARED.1.call(&read).timeout(LONG);
        let answered = call.send().await.unwrap();
        assert_eq!(answered.meta.attempts, 1, "{round}");
    }
}

#[tokio::test]
async fn a_static_client_in_one_test() {
    used_from_a_test().await;
}

#[tokio::test]
async fn a_static_client_in_another_test() {
    used_from_a_test().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_static_client_in_a_third_test() {
    used_from_a_test().await;
}

#[test]
fn idle_connections_are_closed_by_each_runtime() {
    let closed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&closed);
    let server = Raw::start(move |stream, _| {
        serve_well(stream);
        count.fetch_add(1, Ordering::SeqCst);
    });
    let client = builder(server.address)
        .options(quick().idle_timeout(Duration::from_millis(30)))
        .build()
        .unwrap();
    let still = runtime();
    still.block_on(client.send(&status())).unwrap();
    runtime().block_on(async {
        client.send(&status()).await.unwrap();
        eventually(|| closed.load(Ordering::SeqCst) == 2).await;
    });
    assert!(format!("{client:?}").contains("idle: 0"), "{client:?}");
}

/// The request for credentials that a call in the first runtime waits for may never complete.
#[test]
fn another_runtime_requests_credentials_again() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let client = Client::builder(endpoint(server.address))
        .credentials_from(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            async {
                tokio::time::sleep(SHORT).await;
                Ok(credentials())
            }
        })
        .options(quick())
        .build()
        .unwrap();
    let still = runtime();
    let read = status();
    let call = client.call(&read).timeout(SHORT / 4);
    let error = still.block_on(call.send()).unwrap_err();
    assert_kind(&error, TransportErrorKind::Deadline);
    let call = client.call(&read).timeout(LONG);
    runtime().block_on(call.send()).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[track_caller]
fn assert_unusable(error: &Error, reason: &str) {
    assert_kind(error, TransportErrorKind::Runtime);
    assert_eq!((error.attempts(), error.may_have_executed()), (1, false));
    let source = match error.cause() {
        Cause::Transport(error) => error.source().unwrap().to_string(),
        other => panic!("{other}"),
    };
    assert!(source.contains(reason), "{source}");
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let none = "no tokio runtime";
    let call = client(server.address);
    assert_unusable(&smol::block_on(call.send(&status())).unwrap_err(), none);
    // A connector of another runtime's, and tokio's timer: no time-out fires before its time.
    let call = builder(server.address).connector(Connect).build().unwrap();
    let error = smol::block_on(call.call(&status()).timeout(LONG).send());
    assert_unusable(&error.unwrap_err(), none);
    assert_eq!(server.accepted(), 0);

    let call = Client::builder(endpoint(server.address))
        .credentials_from(|_| async { Ok(credentials()) })
        .connector(Connect)
        .build()
        .unwrap();
    let error = smol::block_on(call.call(&status()).timeout(LONG).send());
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains(none), "{error}");
}

#[test]
fn a_runtime_without_timers_or_io_is_an_error_and_no_panic() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let client = client(server.address);
    for (runtime, reason) in [
        (Builder::new_current_thread().enable_io().build(), "timers"),
        (Builder::new_current_thread().enable_time().build(), "I/O"),
    ] {
        let error = runtime.unwrap().block_on(client.send(&status()));
        let error = error.unwrap_err();
        assert_unusable(&error, reason);
    }
    runtime().block_on(client.send(&status())).unwrap();
}

/// Runtimes that use the client at the same time do not affect each other.
#[test]
fn many_runtimes_at_once() {
    let server = Raw::start(|mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            thread::sleep(Duration::from_millis(1));
            stream.write_all(&answer_to(&request)).unwrap();
        }
    });
    let client = builder(server.address)
        .options(quick().max_connections(2))
        .build()
        .unwrap();
    let threads: Vec<_> = (0..6)
        .map(|thread| {
            let client = client.clone();
            thread::spawn(move || {
                for round in 0..30 {
                    let job = start(format!("{thread}-{round}"));
                    let call = client.call(&job).timeout(LONG);
                    runtime().block_on(call.send()).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
