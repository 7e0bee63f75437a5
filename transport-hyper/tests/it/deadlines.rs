//! Time runs out, wherever a call happens to be.

use std::{
    future::pending,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::Uri;
use neptunedata_hyper::{Client, Error, ErrorKind, ExceptionKind, transport::TransportErrorKind};

use crate::support::*;

#[track_caller]
fn assert_deadline(error: &Error, begun: Instant, executed: bool) {
    assert_kind(error, TransportErrorKind::Deadline);
    assert_eq!(error.may_have_executed(), executed, "{error}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{begun:?}");
}

/// What a server does with the first connection; others are served.
fn first(serve: impl Fn(std::net::TcpStream) + Send + Sync + 'static) -> Raw {
    Raw::start(move |stream, number| match number {
        1 => serve(stream),
        _ => serve_well(stream),
    })
}

#[tokio::test]
async fn while_the_answer_is_awaited_or_read() {
    let silent = first(|mut stream| until_closed(&mut stream));
    let stalled = first(|mut stream| {
        read_request(&mut stream).unwrap();
        let part = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{";
        stream.write_all(part.as_bytes()).unwrap();
        until_closed(&mut stream);
    });
    for server in [silent, stalled] {
        let client = client(server.address);
        let begun = Instant::now();
        let error = client.call(&start("a")).timeout(SHORT).send().await;
        assert_deadline(&error.unwrap_err(), begun, true);
        // The next call does not meet that socket.
        let answered = client.call(&start("b")).timeout(LONG).send().await.unwrap();
        assert_eq!((answered.meta.attempts, server.accepted()), (1, 2));
    }
}

#[tokio::test]
async fn while_a_connection_is_awaited_or_made() {
    let server = first(|mut stream| until_closed(&mut stream));
    let client = builder(server.address)
        .options(quick().max_connections(1))
        .build()
        .unwrap();
    let other = client.clone();
    let stuck = tokio::spawn(async move { other.send(&status()).await });
    eventually(|| server.accepted() == 1).await;
    let begun = Instant::now();
    let error = client.call(&start("a")).timeout(SHORT).send().await;
    assert_deadline(&error.unwrap_err(), begun, false);
    stuck.abort();

    let client = builder(server.address).connector(Never).build().unwrap();
    let error = client.call(&start("a")).timeout(SHORT).send().await;
    assert_deadline(&error.unwrap_err(), begun, false);

    let options = quick().connect_timeout(Duration::from_millis(50));
    let client = builder(server.address)
        .connector(Never)
        .options(options)
        .build()
        .unwrap();
    let error = client.send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::ConnectTimeout);
    assert_eq!((error.attempts(), error.may_have_executed()), (3, false));
}

/// An attempt's time begins before there is a connection, and nothing is sent until there is one.
#[tokio::test]
async fn an_attempt_that_gets_no_connection_in_its_time() {
    let silent = Raw::start(|mut stream, _| until_closed(&mut stream));
    let options = || quick().attempt_timeout(SHORT);
    let full = builder(silent.address)
        .options(options().max_connections(1))
        .build()
        .unwrap();
    let other = full.clone();
    let stuck = tokio::spawn(async move {
        let status = status();
        other.call(&status).attempt_timeout(LONG).send().await
    });
    eventually(|| silent.accepted() == 1).await;
    let connecting = builder(silent.address).connector(Never).options(options());
    let secure = format!("https://{}", silent.address);
    let secure = Client::builder(neptunedata_hyper::Endpoint::parse(&secure).unwrap());
    let in_tls = secure.unsigned().options(options());
    for (what, client, connections) in [
        ("waiting for a place", full, 0),
        ("connecting", connecting.build().unwrap(), 0),
        ("in TLS", in_tls.build().unwrap(), 3),
    ] {
        let before = silent.accepted();
        let error = client.send(&start("a")).await.expect_err(what);
        assert_kind(&error, TransportErrorKind::Timeout);
        assert_eq!(
            (error.attempts(), error.may_have_executed()),
            (3, false),
            "{what}: {error}"
        );
        assert!(
            error.to_string().contains("before the request was sent"),
            "{error}"
        );
        assert_eq!(silent.accepted() - before, connections, "{what}");
    }
    stuck.abort();
}

#[derive(Clone)]
struct Never;

impl tower_service::Service<Uri> for Never {
    type Response = hyper_util::rt::TokioIo<tokio::net::TcpStream>;
    type Error = std::io::Error;
    type Future = std::future::Pending<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        pending()
    }
}

#[tokio::test]
async fn a_pause_that_would_pass_it_is_not_begun() {
    let server = Raw::start(|mut stream, _| {
        while read_request(&mut stream).is_some() {
            let body =
                r#"{"code":"ThrottlingException","detailedMessage":"later","requestId":"r"}"#;
            let length = body.len();
            let head = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 20\r\n";
            let answer = format!("{head}content-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let begun = Instant::now();
    let client = client(server.address);
    let error = client
        .call(&start("a"))
        .timeout(Duration::from_secs(19))
        .send()
        .await
        .unwrap_err();
    // The call ends at once, with the failure before the pause.
    assert!(
        error.is_exception(ExceptionKind::ThrottlingException),
        "{error}"
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    assert!(begun.elapsed() < Duration::from_secs(9));
    assert!(!error.may_have_executed());
}

#[tokio::test]
async fn while_credentials_are_awaited() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let client = Client::builder(endpoint(server.address))
        .credentials_from(|_| pending())
        .options(quick().timeout(SHORT))
        .build()
        .unwrap();
    let begun = Instant::now();
    assert_deadline(&client.send(&start("a")).await.unwrap_err(), begun, false);
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_repeated_if_it_may_be() {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let server = Raw::start(move |mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            if count.fetch_add(1, Ordering::SeqCst) % 2 == 1 {
                stream.write_all(&answer_to(&request)).unwrap();
            }
        }
    });
    let client = builder(server.address)
        .options(quick().attempt_timeout(SHORT))
        .build()
        .unwrap();
    let answered = client.call(&status()).send().await.unwrap();
    assert_eq!((answered.meta.attempts, server.accepted()), (2, 2));
    let error = client.send(&start("a")).await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Transport(TransportErrorKind::Timeout)
    );
    assert!(error.may_have_executed() && error.attempts() == 1);
    assert_eq!(requests.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn nothing_is_sent_when_the_time_is_over_already() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let client = client(server.address);
    // A connection that is ready at once.
    client.send(&start("first")).await.unwrap();
    for _ in 0..20 {
        let error = client
            .call(&start("late"))
            .timeout(Duration::ZERO)
            .send()
            .await;
        let error = error.expect_err("the time was over");
        assert_deadline(&error, Instant::now(), false);
    }
    let answered = client
        .call(&start("last"))
        .timeout(LONG)
        .send()
        .await
        .unwrap();
    assert_eq!(answered.meta.attempts, 1);
}
