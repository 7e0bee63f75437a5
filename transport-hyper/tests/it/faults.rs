//! What can go wrong on the wire, and what it is called.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use neptunedata_hyper::{
    Client, Error,
    error::Cause,
    transport::{Sent, TransportErrorKind},
};

use crate::support::*;

fn sent(error: &Error) -> Sent {
    match error.cause() {
        Cause::Transport(error) => error.sent(),
        other => panic!("{other}"),
    }
}

/// The error of a write to a server that answers with these bytes and closes; no second try.
async fn after(bytes: impl Into<Vec<u8>>) -> Error {
    let bytes = bytes.into();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let server = Raw::start(move |mut stream, _| {
        read_request(&mut stream).unwrap();
        count.fetch_add(1, Ordering::SeqCst);
        let _ = stream.write_all(&bytes);
    });
    let error = client(server.address).send(&start("a")).await.unwrap_err();
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert!(error.may_have_executed(), "{error}");
    error
}

#[tokio::test]
async fn answers_that_are_none() {
    use TransportErrorKind::*;
    let trailers = format!("x: {}\r\n", "y".repeat(70_000));
    let head = "HTTP/1.1 200 OK\r\n";
    let cases = [
        (String::new(), Closed),
        ("SSH-2.0-OpenSSH_9.6\r\n".to_owned(), Protocol),
        ("HTTP/1.1 999999 OK\r\n\r\n".to_owned(), Protocol),
        (format!("{head}content-length: 7"), Closed),
        (
            format!("{head}content-length: 1000\r\n\r\n{{\"id\":"),
            Closed,
        ),
        (
            format!("{head}transfer-encoding: chunked\r\n\r\n6\r\n{{\"id\":\r\n"),
            Closed,
        ),
        (
            format!("{head}transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n"),
            Closed,
        ),
        (
            format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n"),
            Protocol,
        ),
        (
            format!("{head}x: {}\r\n\r\n", "y".repeat(70_000)),
            HeadTooLarge,
        ),
        (
            format!("{head}{}\r\n", "x: y\r\n".repeat(1100)),
            HeadTooLarge,
        ),
        (
            format!(
                "{head}transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n{}\r\n",
                "x: y\r\n".repeat(20_000)
            ),
            HeadTooLarge,
        ),
        (
            format!("{head}transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n{trailers}\r\n"),
            HeadTooLarge,
        ),
    ];
    for (answer, kind) in cases {
        let start: String = answer.chars().take(70).collect();
        let error = after(answer).await;
        assert_eq!(
            error.kind(),
            neptunedata_hyper::ErrorKind::Transport(kind),
            "{start:?}: {error:?}"
        );
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
async fn a_reset_after_the_request_was_read() {
    let server = Raw::start(|mut stream, _| {
        let mut some = [0; 10];
        stream.read_exact(&mut some).unwrap();
        // Closed with bytes unread, which makes it a reset.
        std::thread::sleep(Duration::from_millis(30));
    });
    let error = client(server.address).send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Closed);
    assert!(error.may_have_executed());
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn nobody_listens() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = client(address).send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Connect);
    assert_eq!((sent(&error), error.attempts()), (Sent::No, 3));
    assert!(!error.may_have_executed());
}

#[tokio::test]
async fn no_such_name() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let client = Client::builder(endpoint(server.address))
        .unsigned()
        .options(
            quick()
                .connect_to("nowhere.invalid:8182")
                .connect_timeout(LONG),
        )
        .build()
        .unwrap();
    let error = client.call(&start("a")).max_attempts(1).send().await;
    let error = error.unwrap_err();
    assert_kind(&error, TransportErrorKind::Dns);
    assert!(!error.may_have_executed());
}

/// The server cannot have all of it, and so cannot have executed it.
#[tokio::test]
async fn a_request_that_did_not_get_out_whole() {
    let server = Raw::start(|stream, _| {
        std::thread::sleep(LONG);
        drop(stream);
    });
    let big = "x".repeat(30_000_000);
    let client = client(server.address);
    let call = |text: &str| {
        let operation = start("a");
        let (client, text) = (client.clone(), text.to_owned());
        async move {
            let call = client.call(&operation).max_attempts(1);
            let call = call.attempt_timeout(SHORT).extra("unknown", text);
            call.send().await.unwrap_err()
        }
    };
    let error = call(&big).await;
    assert_kind(&error, TransportErrorKind::Timeout);
    assert_eq!(sent(&error), Sent::No);
    assert!(!error.may_have_executed());

    let error = call("small").await;
    assert_kind(&error, TransportErrorKind::Timeout);
    assert_eq!(sent(&error), Sent::Maybe);
    assert!(error.may_have_executed());
}

#[tokio::test]
async fn heads_of_many_fields_are_taken() {
    let fields: String = (0..1000).map(|n| format!("x-{n}: {n}\r\n")).collect();
    let length = HEALTHY.len();
    let head = format!("HTTP/1.1 200 OK\r\n{fields}content-length: {length}\r\n\r\n");
    let trailers = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{HEALTHY}\r\n0\r\n{fields}\r\n"
    );
    let server = Raw::start(move |mut stream, _| {
        for answer in [head.clone() + HEALTHY, trailers.clone()] {
            read_request(&mut stream).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
        until_closed(&mut stream);
    });
    let client = client(server.address);
    let answered = client.call(&status()).send().await.unwrap();
    assert_eq!(answered.meta.headers.len(), 1001);
    assert_eq!(answered.meta.headers["x-999"], "999");
    client.call(&status()).max_attempts(1).send().await.unwrap();
    assert_eq!(server.accepted(), 1);
}
