//! The number of connections, and the connections of dropped calls.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use neptunedata_hyper::{CallOptions, machine::Exchange};

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn never_more_connections_than_allowed() {
    let open = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now, peak) = (Arc::clone(&open), Arc::clone(&most));
    let server = Raw::start(move |mut stream, _| {
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        while let Some(request) = read_request(&mut stream) {
            thread::sleep(Duration::from_millis(2));
            stream.write_all(&answer_to(&request)).unwrap();
        }
        now.fetch_sub(1, Ordering::SeqCst);
    });
    let client = builder(server.address)
        .options(quick().max_connections(8))
        .build()
        .unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move {
                for round in 0..5 {
                    client
                        .send(&start(format!("{task}-{round}")))
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(most.load(Ordering::SeqCst) <= 8, "{most:?}");
    assert_eq!(server.accepted(), most.load(Ordering::SeqCst), "all kept");
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection_and_frees_its_place() {
    let (read, is_read) = mpsc::channel();
    let (ended, has_ended) = mpsc::channel();
    let server = Raw::start(move |mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            if request.starts_with("GET /status") {
                stream.write_all(&answer(HEALTHY)).unwrap();
            } else {
                read.send(()).unwrap();
            }
        }
        ended.send(()).unwrap();
    });
    let client = builder(server.address)
        .options(quick().max_connections(1))
        .build()
        .unwrap();
    for round in 1..=10 {
        client.call(&status()).timeout(LONG).send().await.unwrap();
        assert_eq!(server.accepted(), round);
        assert!(format!("{client:?}").contains("in_use: 0, idle: 1"));
        let other = client.clone();
        let call = tokio::spawn(async move { other.send(&start("a")).await });
        eventually(|| is_read.try_recv().is_ok()).await;
        call.abort();
        eventually(|| has_ended.try_recv().is_ok()).await;
        assert!(format!("{client:?}").contains("in_use: 0, idle: 0"));
    }
}

/// The call is next in line for a connection, but its future is not polled.
#[tokio::test]
async fn a_call_that_is_put_aside_does_not_hold_up_others() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let client = builder(server.address)
        .options(quick().max_connections(1))
        .build()
        .unwrap();
    let exchange = Exchange::streaming(client.session(), &status(), &CallOptions::new(), 1);
    let mut holder = client.start(exchange);
    holder.next_item().await.unwrap();
    let (first, second) = (status(), status());
    let mut aside = Box::pin(client.send(&first));
    let brief = Duration::from_millis(5);
    assert!(tokio::time::timeout(brief, &mut aside).await.is_err());
    let other = client.call(&second).timeout(Duration::from_secs(10)).send();
    let mut other = Box::pin(other);
    assert!(tokio::time::timeout(brief, &mut other).await.is_err());
    holder.output().await.unwrap();
    other.await.unwrap();
    aside.await.unwrap();
    assert_eq!(server.accepted(), 1);
}
