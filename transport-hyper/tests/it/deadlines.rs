//! Time limits while a future of the caller's own is pending.

use std::{
    future::pending,
    task::{Context, Poll},
    time::Duration,
};

use hyper::Uri;
use neptunedata_hyper::{Client, transport::TransportErrorKind};

use crate::support::*;

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
async fn a_connector_that_does_not_connect() {
    let server = Raw::start(|stream, _| serve_well(stream));
    for (options, kind, attempts) in [
        (quick().timeout(SHORT), TransportErrorKind::Deadline, 1),
        (
            quick().connect_timeout(Duration::from_millis(50)),
            TransportErrorKind::ConnectTimeout,
            3,
        ),
        (
            quick().attempt_timeout(SHORT),
            TransportErrorKind::Timeout,
            3,
        ),
    ] {
        let builder = builder(server.address).connector(Never).options(options);
        let client = builder.build().unwrap();
        let error = client.send(&start("a")).await.unwrap_err();
        assert_kind(&error, kind);
        assert_eq!(
            (error.attempts(), error.may_have_executed()),
            (attempts, false)
        );
        if kind == TransportErrorKind::Timeout {
            let text = error.to_string();
            assert!(text.contains("before the request was sent"), "{text}");
        }
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_provider_that_does_not_answer() {
    let server = Raw::start(|stream, _| serve_well(stream));
    let client = Client::builder(endpoint(server.address))
        .credentials_from(|_| pending())
        .options(quick().timeout(SHORT))
        .build()
        .unwrap();
    let error = client.send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Deadline);
    assert!(!error.may_have_executed());
    assert_eq!(server.accepted(), 0);
}
