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
    time::Duration,
};

use hyper::{
    Uri,
    rt::{Read, ReadBufCursor, Write as AsyncWrite},
};
use hyper_util::rt::TokioIo;
use neptunedata_hyper::{
    CallOptions, machine::Exchange, retry::RetryPolicy, transport::TransportErrorKind,
};

use crate::support::*;

/// The FIN lies in the socket, and tokio does not know yet: its reactor has not run since.
#[tokio::test]
async fn a_write_finds_out_that_the_server_has_closed() {
    let executed = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&executed);
    let (closed, wait) = mpsc::channel();
    let server = Raw::start(move |mut stream, _| {
        let request = read_request(&mut stream).unwrap();
        log.lock().unwrap().push(request);
        stream.write_all(&answer(STARTED)).unwrap();
        drop(stream);
        closed.send(()).unwrap();
    });
    let client = builder(server.address)
        .options(quick().retry_policy(RetryPolicy::never()))
        .build()
        .unwrap();
    for round in 0..100 {
        let started = client.call(&start(format!("job-{round}"))).send().await;
        let started = started.unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!(started.meta.attempts, 1);
        // Blocks the thread, and with it the reactor.
        wait.recv_timeout(LONG).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    let executed = executed.lock().unwrap();
    assert_eq!(executed.len(), 100);
    for round in 0..100 {
        let id = format!("\"job-{round}\"");
        assert_eq!(executed.iter().filter(|text| text.contains(&id)).count(), 1);
    }
}

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

/// What comes over an idle connection belongs to no request.
#[tokio::test]
async fn an_answer_nobody_asked_for_is_not_taken() {
    let (sent, wait) = mpsc::channel();
    let server = Raw::start(move |mut stream, number| {
        while let Some(request) = read_request(&mut stream) {
            stream.write_all(&answer_to(&request)).unwrap();
            if number == 1 {
                let late = "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n";
                std::thread::sleep(Duration::from_millis(20));
                stream.write_all(late.as_bytes()).unwrap();
                sent.send(()).unwrap();
            }
        }
    });
    let client = client(server.address);
    client.send(&start("a")).await.unwrap();
    wait.recv_timeout(LONG).unwrap();
    let answered = client.call(&start("b")).send().await.unwrap();
    assert_eq!(answered.meta.attempts, 1);
    assert_eq!(server.accepted(), 2);
}

#[tokio::test]
async fn ages_end_the_use_of_a_connection() {
    let server = Raw::start(|stream, _| serve_well(stream));
    for options in [
        quick().idle_timeout(Duration::from_millis(20)),
        quick().max_connection_age(Duration::from_millis(20)),
    ] {
        let before = server.accepted();
        let client = builder(server.address).options(options).build().unwrap();
        client.send(&status()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(60)).await;
        client.send(&status()).await.unwrap();
        assert_eq!(server.accepted() - before, 2);
    }
    let before = server.accepted();
    let client = client(server.address);
    for _ in 0..20 {
        client.send(&status()).await.unwrap();
    }
    assert_eq!(server.accepted() - before, 1, "one connection does");
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

#[tokio::test]
async fn a_retry_after_a_lost_answer_is_on_a_fresh_connection() {
    let server = Raw::start(|mut stream, number| {
        while let Some(request) = read_request(&mut stream) {
            if number == 1 && request.starts_with("GET /ml") {
                return; // After the request was read.
            }
            let _ = stream.write_all(&answer_to(&request));
        }
    });
    let client = client(server.address);
    client.send(&status()).await.unwrap();
    let job = neptunedata_hyper::ml::GetMlModelTrainingJob::new("a");
    let answered = client.call(&job).send().await.unwrap();
    assert_eq!(answered.meta.attempts, 2);
    assert!(answered.meta.earlier_may_have_executed);
    assert_eq!(server.accepted(), 2);
}

#[tokio::test]
async fn a_connection_that_the_server_wants_closed_is() {
    let server = Raw::start(|mut stream, _| {
        let request = read_request(&mut stream).unwrap();
        let text = String::from_utf8(answer_to(&request)).unwrap();
        let text = text.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        stream.write_all(text.as_bytes()).unwrap();
        until_closed(&mut stream);
    });
    let client = client(server.address);
    for _ in 0..3 {
        client.send(&start("a")).await.unwrap();
    }
    assert_eq!(server.accepted(), 3);
    assert!(format!("{client:?}").contains("idle: 0"));
}

/// One that was in use when a fresh one was demanded is as old as those that lay idle.
#[tokio::test]
async fn a_connection_in_use_when_older_ones_were_retired_is_not_kept() {
    let (go, gone) = mpsc::channel();
    let gone = Mutex::new(gone);
    let served = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&served);
    let server = Raw::start(move |mut stream, number| {
        while read_request(&mut stream).is_some() {
            log.lock().unwrap().push(number);
            let text = String::from_utf8(answer(HEALTHY)).unwrap();
            let (start, rest) = text.split_at(text.len() - 5);
            match number {
                1 => {
                    stream.write_all(start.as_bytes()).unwrap();
                    gone.lock().unwrap().recv().unwrap();
                    stream.write_all(rest.as_bytes()).unwrap();
                }
                // It leads to what has become a reader.
                2 => {
                    let body = r#"{"code":"ReadOnlyViolationException","requestId":"1","detailedMessage":"reader"}"#;
                    let head = "HTTP/1.1 400 Bad Request\r\ncontent-length";
                    let answer = format!("{head}: {}\r\n\r\n{body}", body.len());
                    stream.write_all(answer.as_bytes()).unwrap();
                }
                _ => stream.write_all(text.as_bytes()).unwrap(),
            }
        }
    });
    let client = client(server.address);
    let exchange = Exchange::streaming(client.session(), &status(), &CallOptions::new(), 1);
    let mut running = client.start(exchange);
    running.next_item().await.unwrap();
    let answered = client.call(&status()).send().await.unwrap();
    assert_eq!(answered.meta.attempts, 2);
    go.send(()).unwrap();
    running.output().await.unwrap();
    client.send(&status()).await.unwrap();
    assert_eq!(*served.lock().unwrap(), [1, 2, 3, 3]);
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

/// All that it made can be cut.
#[derive(Clone, Default)]
struct Cuts(Arc<Mutex<Vec<Arc<AtomicBool>>>>);

impl Cuts {
    fn cut(&self) {
        for cut in self.0.lock().unwrap().drain(..) {
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
        let is_cut = Arc::new(AtomicBool::new(false));
        self.0.lock().unwrap().push(Arc::clone(&is_cut));
        let address = uri.authority().unwrap().to_string();
        Box::pin(async move {
            let stream = tokio::net::TcpStream::connect(address).await?;
            let io = TokioIo::new(stream);
            Ok(Stale { io, is_cut })
        })
    }
}

/// Only one that had been used before: a fresh one that breaks is a failure like others.
#[tokio::test]
async fn a_stale_connection_does_not_count_as_a_try() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let cuts = Cuts::default();
    let client = builder(server.address)
        .connector(cuts.clone())
        .options(quick().retry_policy(RetryPolicy::never()))
        .build()
        .unwrap();
    for round in 0..5 {
        let started = client.call(&start(format!("job-{round}"))).send().await;
        let started = started.unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!(started.meta.attempts, 1);
        assert!(!started.meta.earlier_may_have_executed);
        assert_eq!(server.accepted(), round + 1);
        cuts.cut();
    }

    #[derive(Clone)]
    struct Cut(Cuts);

    impl tower_service::Service<Uri> for Cut {
        type Response = Stale;
        type Error = io::Error;
        type Future = Pin<Box<dyn Future<Output = io::Result<Stale>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, uri: Uri) -> Self::Future {
            let made = self.0.call(uri);
            self.0.cut();
            made
        }
    }

    let before = server.accepted();
    let client = builder(server.address)
        .connector(Cut(cuts))
        .options(quick().retry_policy(RetryPolicy::never()))
        .build()
        .unwrap();
    let error = client.send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Closed);
    assert_eq!((error.attempts(), error.may_have_executed()), (1, false));
    // The server may learn of the connection after the client has lost it.
    for _ in 0..1000 {
        if server.accepted() > before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.accepted() - before, 1);
}
