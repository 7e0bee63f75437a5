//! Connections that the server has closed, or closes just now.

use std::{
    collections::HashMap,
    future::Future,
    io::{self, Write},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Context, Poll},
    thread,
    time::Duration,
};

use hyper::{
    Uri,
    rt::{Read, ReadBufCursor, Write as AsyncWrite},
};
use hyper_util::rt::TokioIo;
use neptunedata_hyper::{retry::RetryPolicy, transport::TransportErrorKind};

use crate::support::*;

/// It closes after each answer without saying so, whenever that becomes known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_closes_after_each_answer() {
    let executed = Arc::new(Mutex::new(HashMap::<String, u32>::new()));
    let log = Arc::clone(&executed);
    let server = Raw::start(move |mut stream, _| {
        let Some(request) = read_request(&mut stream) else {
            return;
        };
        if let Some(id) = request.split("\"id\":\"").nth(1) {
            let id = id.split('"').next().unwrap().to_owned();
            *log.lock().unwrap().entry(id).or_default() += 1;
        }
        let _ = stream.write_all(&answer_to(&request));
    });
    let client = client(server.address);
    let tasks: Vec<_> = (0..3)
        .map(|task| {
            let client = client.clone();
            let executed = Arc::clone(&executed);
            tokio::spawn(async move {
                let mut lost = 0;
                for round in 0..500 {
                    client.send(&status()).await.unwrap();
                    let id = format!("job-{task}-{round}");
                    let result = client.send(&start(&id)).await;
                    let times = executed.lock().unwrap().get(&id).copied();
                    match result {
                        Ok(_) => assert_eq!(times, Some(1)),
                        Err(error) => {
                            lost += 1;
                            assert!(times.is_none_or(|times| times == 1));
                            assert!(
                                times.is_none() || error.may_have_executed(),
                                "{error} but it was"
                            );
                        }
                    }
                }
                lost
            })
        })
        .collect();
    let mut lost = 0;
    for task in tasks {
        lost += task.await.unwrap();
    }
    assert!(executed.lock().unwrap().values().all(|times| *times == 1));
    println!("{lost} of 1500 writes lost their answers to the race");
}

#[tokio::test]
async fn idle_connections_are_closed_though_nobody_calls() {
    let (closed, wait) = mpsc::channel();
    let server = Raw::start(move |stream, _| {
        serve_well(stream);
        closed.send(()).unwrap();
    });
    let client = builder(server.address)
        .options(quick().idle_timeout(Duration::from_millis(30)))
        .build()
        .unwrap();
    for _ in 0..2 {
        client.send(&status()).await.unwrap();
        eventually(|| wait.try_recv().is_ok()).await;
    }
    assert!(format!("{client:?}").contains("idle: 0"), "{client:?}");
}

/// It belongs to no request and ends its connection, but says nothing about when the server closes others.
#[tokio::test]
async fn data_over_an_idle_connection_is_not_a_close() {
    let (sent, wait) = mpsc::channel();
    let server = Raw::start(move |mut stream, number| {
        if number > 2 {
            return serve_well(stream);
        }
        let request = read_request(&mut stream).unwrap();
        stream.write_all(&answer_to(&request)).unwrap();
        // Not together with the response.
        thread::sleep(Duration::from_millis(50));
        stream.write_all(b"data").unwrap();
        sent.send(()).unwrap();
        until_closed(&mut stream);
    });
    let client = client(server.address);
    for _ in 0..2 {
        client.send(&status()).await.unwrap();
        // Blocks the runtime, so that only the probe sees the data.
        wait.recv_timeout(LONG).unwrap();
    }
    for _ in 0..3 {
        client.send(&status()).await.unwrap();
    }
    assert_eq!(server.accepted(), 3);
}

/// A connection on which nothing can be written any more once it is cut, and which does not say so before.
struct Stale {
    io: TokioIo<tokio::net::TcpStream>,
    is_cut: Arc<AtomicBool>,
}

impl Read for Stale {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stale {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut.load(Ordering::SeqCst) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Opens connections that can be cut, or are cut from the start.
#[derive(Clone, Default)]
struct Cuts {
    opened: Arc<Mutex<Vec<Arc<AtomicBool>>>>,
    at_once: bool,
}

impl Cuts {
    fn cut(&self) {
        for cut in self.opened.lock().unwrap().drain(..) {
            cut.store(true, Ordering::SeqCst);
        }
    }
}

impl tower_service::Service<Uri> for Cuts {
    type Response = Stale;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stale>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let is_cut = Arc::new(AtomicBool::new(self.at_once));
        self.opened.lock().unwrap().push(Arc::clone(&is_cut));
        Box::pin(async move {
            let io = connect(uri).await?;
            Ok(Stale { io, is_cut })
        })
    }
}

#[tokio::test]
async fn a_stale_connection_does_not_count_as_an_attempt() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let cuts = Cuts::default();
    let never = || quick().retry_policy(RetryPolicy::never());
    let builder = || builder(server.address).options(never());
    let client = builder().connector(cuts.clone()).build().unwrap();
    for round in 0..5 {
        let started = client.call(&start(format!("job-{round}"))).send().await;
        let started = started.unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!(started.meta.attempts, 1);
        assert!(!started.meta.earlier_may_have_executed);
        assert_eq!(server.accepted(), round + 1);
        cuts.cut();
    }

    // A connection that was not used before and breaks is a failure like others.
    let before = server.accepted();
    let cuts = Cuts {
        at_once: true,
        ..Cuts::default()
    };
    let client = builder().connector(cuts).build().unwrap();
    let error = client.send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Closed);
    assert_eq!((error.attempts(), error.may_have_executed()), (1, false));
    // The server may learn of the connection after the client has lost it.
    eventually(|| server.accepted() > before).await;
    assert_eq!(server.accepted() - before, 1);
}
