//! Futures that are dropped and created again, as in `select!`: the work in progress continues.

use std::{
    future::Future,
    io::Write,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};

use hyper::Uri;
use neptunedata_emulator::{Emulator, QueryScript, Server};
use neptunedata_hyper::{
    Call, CallOptions, Client, Credentials, Effect, Error, Operation, Run,
    gremlin::ExecuteGremlinQuery,
    machine::{Exchange, Machine},
    opencypher::ExecuteOpenCypherQuery,
    transport::TransportErrorKind,
    wait::{WaitOptions, waiters::LoadCompleted},
};
use tower_service::Service;

use crate::support::*;

/// Each future is dropped after this time.
const TICK: Duration = Duration::from_millis(10);
/// A delay much longer than a tick, in the server or on the way to it.
const SLOW: Duration = Duration::from_millis(80);

/// Asks again and again, a tick at a time: the items, and how often nothing came.
async fn in_ticks<M: Machine>(running: &mut Run<M>) -> (Result<Vec<M::Item>, Error>, usize) {
    let (mut items, mut dropped) = (Vec::new(), 0);
    loop {
        match tokio::time::timeout(TICK, running.next_item()).await {
            Ok(Ok(Some(item))) => items.push(item),
            Ok(Ok(None)) => return (Ok(items), dropped),
            Ok(Err(error)) => return (Err(error), dropped),
            Err(_) => dropped += 1,
        }
    }
}

fn call<O: Operation>(client: &Client, operation: &O, options: &CallOptions) -> Run<Call<O>> {
    let seed = client.seed();
    client.start(Call::with_options(
        client.session(),
        operation,
        options,
        seed,
    ))
}

fn is_send(_: &impl Send) {}

/// A server that thinks before it answers, and how many requests it had.
fn slow(think: Duration) -> (Raw, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let server = Raw::start(move |mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            count.fetch_add(1, Ordering::SeqCst);
            thread::sleep(think);
            if stream.write_all(&answer_to(&request)).is_err() {
                return;
            }
        }
    });
    (server, requests)
}

/// The status of a load that is in progress or completed.
fn load(goes_on: bool) -> Vec<u8> {
    let status = if goes_on {
        "LOAD_IN_PROGRESS"
    } else {
        "LOAD_COMPLETED"
    };
    let status = format!(r#"{{"overallStatus":{{"status":"{status}"}}}}"#);
    answer(&format!(r#"{{"status":"200 OK","payload":{status}}}"#))
}

#[tokio::test]
async fn a_waiter_beside_a_ticker() {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let server = Raw::start(move |mut stream, _| {
        while read_request(&mut stream).is_some() {
            thread::sleep(SLOW);
            let goes_on = count.fetch_add(1, Ordering::SeqCst) < 4;
            if stream.write_all(&load(goes_on)).is_err() {
                return;
            }
        }
    });
    let client = client(server.address);
    let pause = WaitOptions::new().interval(SLOW).max_interval(SLOW);
    let mut waiting = client
        .wait(LoadCompleted::new("load"))
        .options(pause)
        .start();
    is_send(&waiting.next_item());
    let (progress, dropped) = in_ticks(&mut waiting).await;
    let progress = progress.unwrap();
    assert_eq!(progress.len(), 4, "{progress:?}");
    assert!(dropped >= 20, "{dropped}");
    let waited = waiting.output().await.unwrap();
    // Nothing was asked twice, and over one connection.
    assert_eq!(waited.polls, 5);
    assert_eq!(requests.load(Ordering::SeqCst), 5);
    assert_eq!(server.accepted(), 1);
}

/// The first runtime either still exists but does not run, or was dropped. Its timers wake no task in either case.
#[test]
fn a_pause_goes_on_in_another_runtime() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    for is_kept in [true, false] {
        let server = Raw::start(move |mut stream, place| {
            while read_request(&mut stream).is_some() {
                if stream.write_all(&load(place == 1)).is_err() {
                    return;
                }
            }
        });
        let client = client(server.address);
        let pause = WaitOptions::new().interval(SLOW).max_interval(SLOW);
        let mut waiting = client
            .wait(LoadCompleted::new("load"))
            .options(pause)
            .start();
        let first = runtime();
        first.block_on(async {
            assert!(waiting.next_item().await.unwrap().is_some());
            let brief = tokio::time::timeout(TICK, waiting.next_item());
            assert!(brief.await.is_err());
        });
        let first = is_kept.then_some(first);
        runtime().block_on(async {
            let ended = tokio::time::timeout(LONG, waiting.next_item()).await;
            assert!(ended.expect("it goes on").unwrap().is_none());
        });
        drop(first);
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_awaited() {
    let (server, requests) = slow(SLOW);
    let client = client(server.address);
    let mut running = call(&client, &start("a"), &CallOptions::new());
    let (items, dropped) = in_ticks(&mut running).await;
    items.unwrap();
    assert!(dropped >= 3, "{dropped}");
    let answered = running.output().await.unwrap();
    assert_eq!(answered.meta.attempts, 1);
    assert!(!answered.meta.earlier_may_have_executed);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    // The connection is idle now, as after any other call.
    client.send(&start("b")).await.unwrap();
    assert_eq!(server.accepted(), 1);
}

/// Dropping a run closes its connection and frees its permit.
#[tokio::test]
async fn a_dropped_run_closes_its_connection() {
    let (server, requests) = slow(LONG);
    let client = client(server.address);
    let mut running = call(&client, &start("a"), &CallOptions::new());
    for _ in 0..5 {
        let advance = tokio::time::timeout(TICK, running.next_item()).await;
        assert!(advance.is_err());
    }
    eventually(|| requests.load(Ordering::SeqCst) == 1).await;
    assert!(format!("{client:?}").contains("in_use: 1, idle: 0"));
    drop(running);
    assert!(format!("{client:?}").contains("in_use: 0, idle: 0"));

    let mut finish = Box::pin(call(&client, &start("a"), &CallOptions::new()).output());
    assert!(tokio::time::timeout(SHORT, &mut finish).await.is_err());
    assert!(format!("{client:?}").contains("in_use: 1, idle: 0"));
    drop(finish);
    assert!(format!("{client:?}").contains("in_use: 0, idle: 0"));
    assert_eq!(server.accepted(), 2);
}

#[tokio::test]
async fn a_query_is_cancelled_when_all_is_dropped_and_not_before() {
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::gremlin().lasting(Duration::from_secs(3600)));
    let server = Server::start(emulator).unwrap();
    let client = client(server.address());
    let cancelled = || server.with(|emulator| emulator.executed("CancelGremlinQuery"));
    let query = ExecuteGremlinQuery::new("g.V().count()");
    let options = CallOptions::new().cancel_on_abandon(true);
    let mut running = call(&client, &query, &options);
    for _ in 0..10 {
        let advance = tokio::time::timeout(TICK, running.next_item()).await;
        assert!(advance.is_err());
    }
    client.flush_cancellations().await;
    assert_eq!(cancelled(), 0);
    drop(running);
    client.flush_cancellations().await;
    assert_eq!(cancelled(), 1);
}

/// Takes its time, and counts.
#[derive(Clone)]
struct Slow(Arc<AtomicUsize>);

impl Service<Uri> for Slow {
    type Response = hyper_util::rt::TokioIo<tokio::net::TcpStream>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = std::io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            tokio::time::sleep(SLOW).await;
            connect(uri).await
        })
    }
}

#[tokio::test]
async fn a_connection_being_made_and_credentials_being_fetched() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let (made, asked) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
    let (connector, count) = (Slow(Arc::clone(&made)), Arc::clone(&asked));
    let client = Client::builder(endpoint(server.address))
        .credentials_from(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            async {
                tokio::time::sleep(SLOW).await;
                Ok(Credentials::new(ACCESS_KEY, SECRET_KEY))
            }
        })
        .connector(connector)
        .options(quick().timeout(LONG))
        .build()
        .unwrap();
    let mut running = call(&client, &start("a"), &CallOptions::new());
    let (items, dropped) = in_ticks(&mut running).await;
    items.unwrap();
    assert!(dropped >= 6, "{dropped}");
    assert_eq!(running.output().await.unwrap().meta.attempts, 1);
    let counts = (asked.load(Ordering::SeqCst), made.load(Ordering::SeqCst));
    assert_eq!((counts, server.accepted()), ((1, 1), 1));
}

/// Time limits count the whole time of waiting, also if a caller waits in many small pieces.
#[tokio::test]
async fn time_outs_hold_across_futures() {
    let (server, requests) = slow(LONG);
    for (options, kind, attempts) in [
        (
            quick().attempt_timeout(SHORT),
            TransportErrorKind::Timeout,
            3,
        ),
        (quick().timeout(SHORT), TransportErrorKind::Deadline, 1),
    ] {
        let client = builder(server.address).options(options).build().unwrap();
        let read = CallOptions::new().effect(Effect::Read);
        let mut running = call(&client, &start("a"), &read);
        let before = requests.load(Ordering::SeqCst);
        let began = Instant::now();
        let (result, dropped) = in_ticks(&mut running).await;
        let error = result.map(|_| ()).unwrap_err();
        assert_kind(&error, kind);
        assert_eq!(error.attempts(), attempts);
        assert!(error.may_have_executed());
        assert!(dropped >= 5, "{dropped}");
        assert!(began.elapsed() >= SHORT && began.elapsed() < LONG);
        let attempts = usize::try_from(attempts).unwrap();
        eventually(|| requests.load(Ordering::SeqCst) == before + attempts).await;
    }
}

/// Three rows: one at once, one while the caller does not wait, one later.
fn three_rows() -> Raw {
    Raw::start(|mut stream, _| {
        read_request(&mut stream).unwrap();
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        for (after, piece) in [(0, r#"{"results":[1,"#), (2, "2,"), (5, "3]}"), (0, "")] {
            thread::sleep(SHORT * after);
            let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
            if stream.write_all(chunk.as_bytes()).is_err() {
                return;
            }
        }
    })
}

#[tokio::test]
async fn the_callers_time_after_a_dropped_future_is_their_own() {
    let limit = SHORT * 4;
    // The caller does not wait for as long as the whole call may take.
    let away = || tokio::time::sleep(limit);
    let server = three_rows();
    let options = || quick().timeout(limit).attempt_timeout(limit);
    let client = builder(server.address).options(options()).build().unwrap();
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let mut rows = client.rows::<u8>(&query);
    assert_eq!(rows.next().await.unwrap().unwrap(), 1);
    assert!(tokio::time::timeout(TICK, rows.next()).await.is_err());
    away().await;
    assert_eq!(rows.next().await.unwrap().unwrap(), 2);
    assert!(tokio::time::timeout(TICK, rows.next()).await.is_err());
    assert_eq!(rows.next().await.unwrap().unwrap(), 3);
    assert!(rows.next().await.is_none());
    assert_eq!(rows.summary().unwrap().meta.attempts, 1);

    // And with an answer that has not begun.
    let (server, _) = slow(limit + SHORT);
    let client = builder(server.address).options(options()).build().unwrap();
    let exchange = Exchange::collecting(client.session(), &status(), &CallOptions::new(), 1);
    let mut running = client.start(exchange);
    let advance = tokio::time::timeout(SHORT, running.next_item()).await;
    assert!(advance.is_err());
    away().await;
    assert!(running.next_item().await.unwrap().is_none());
    assert_eq!(running.output().await.unwrap().meta.attempts, 1);
}

/// The time of waiting for a row counts towards the time limits.
#[tokio::test]
async fn the_time_of_waiting_for_a_row_counts() {
    let server = three_rows();
    let limit = SHORT * 4;
    let client = builder(server.address)
        .options(quick().timeout(limit))
        .build()
        .unwrap();
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let mut rows = client.rows::<u8>(&query);
    let mut read = Vec::new();
    let error = loop {
        match tokio::time::timeout(TICK, rows.next()).await {
            Ok(Some(Ok(row))) => read.push(row),
            Ok(Some(Err(error))) => break error,
            Ok(None) => panic!("the call did not reach its time limit"),
            Err(_) => {}
        }
    };
    assert_eq!(read, [1, 2]);
    assert_kind(&error, TransportErrorKind::Deadline);
    assert!(rows.next().await.is_none());
}
