//! Another runtime: connector and timer of smol, and no tokio anywhere.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::{
    Uri,
    rt::{Executor, Read, ReadBufCursor, Sleep, Timer, Write},
};
use neptunedata_emulator::{Emulator, Server};
use neptunedata_hyper::{Client, ClientBuilder, Task, transport::TransportErrorKind};
use smol::io::{AsyncRead, AsyncWrite};

use crate::support::*;

pub(crate) struct Stream(smol::net::TcpStream);

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = [0; 8192];
        let length = bytes.len().min(buffer.remaining());
        Pin::new(&mut self.0)
            .poll_read(cx, &mut bytes[..length])
            .map_ok(|length| buffer.put_slice(&bytes[..length]))
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

#[derive(Clone)]
pub(crate) struct Connect;

impl tower_service::Service<Uri> for Connect {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let address = uri.authority().unwrap().to_string();
        Box::pin(async move { smol::net::TcpStream::connect(address).await.map(Stream) })
    }
}

struct SmolTimer;

struct SmolSleep(smol::Timer);

impl Future for SmolSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

impl Sleep for SmolSleep {}

impl Timer for SmolTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(SmolSleep(smol::Timer::after(duration)))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(SmolSleep(smol::Timer::at(deadline)))
    }
}

struct Spawn;

impl Executor<Task> for Spawn {
    fn execute(&self, task: Task) {
        smol::spawn(task).detach();
    }
}

pub(crate) fn on_smol(builder: ClientBuilder) -> ClientBuilder {
    builder.connector(Connect).timer(SmolTimer).executor(Spawn)
}

fn client(address: std::net::SocketAddr) -> Client {
    on_smol(builder(address)).build().unwrap()
}

#[test]
fn calls_retries_and_deadlines() {
    let server = Server::start(Emulator::default()).unwrap();
    let client = client(server.address());
    smol::block_on(async {
        assert!(tokio::runtime::Handle::try_current().is_err());
        for round in 0..20 {
            client.send(&start(format!("job-{round}"))).await.unwrap();
        }
        server.with(|emulator| {
            let lost = neptunedata_emulator::PlannedFault::executed_but_closed();
            emulator.fail_next(lost);
        });
        let answered = client.call(&status()).send().await.unwrap();
        assert_eq!(answered.meta.attempts, 2);
    });
    let silent = Raw::start(|mut stream, _| until_closed(&mut stream));
    let client = self::client(silent.address);
    let error = smol::block_on(client.call(&start("a")).timeout(SHORT).send());
    let error = error.unwrap_err();
    assert_kind(&error, TransportErrorKind::Deadline);
    assert!(error.may_have_executed());
}

/// A custom connector does not report addresses, so the cancellation goes to the name of the endpoint.
#[test]
fn abandoned_queries_are_cancelled() {
    let hour = Duration::from_secs(3600);
    for spawned in [true, false] {
        let mut emulator = Emulator::default();
        emulator.script(neptunedata_emulator::QueryScript::gremlin().lasting(hour));
        let server = Server::start(emulator).unwrap();
        let builder = on_smol(builder(server.address()));
        let builder = if spawned {
            builder
        } else {
            builder.executor(Idle)
        };
        let client = builder.build().unwrap();
        let query = neptunedata_hyper::gremlin::ExecuteGremlinQuery::new("g.V()");
        let cancels = || server.with(|emulator| emulator.executed("CancelGremlinQuery"));
        smol::block_on(async {
            let call = client.call(&query).cancel_on_abandon(true).send();
            let given_up = async {
                smol::Timer::after(SHORT).await;
                None
            };
            let sent = async { Some(call.await) };
            assert!(smol::future::or(sent, given_up).await.is_none());
            if !spawned {
                smol::Timer::after(SHORT).await;
                assert_eq!(cancels(), 0);
            }
            client.flush_cancellations().await;
        });
        assert_eq!(cancels(), 1, "{spawned}");
    }
}

/// Runs nothing.
struct Idle;

impl Executor<Task> for Idle {
    fn execute(&self, _: Task) {}
}

#[test]
fn a_write_finds_out_that_the_server_has_closed() {
    let (closed, wait) = std::sync::mpsc::channel();
    let server = Raw::start(move |mut stream, _| {
        read_request(&mut stream).unwrap();
        io::Write::write_all(&mut stream, &answer(STARTED)).unwrap();
        drop(stream);
        closed.send(()).unwrap();
    });
    let client = client(server.address);
    smol::block_on(async {
        for round in 0..100 {
            let started = client.call(&start("a")).max_attempts(1).send().await;
            assert_eq!(started.unwrap().meta.attempts, 1, "{round}");
            wait.recv_timeout(LONG).unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(server.accepted(), 100);
}

/// The AWS SDK needs tokio whatever the connector, and says so by a panic.
#[cfg(feature = "aws-config")]
#[test]
fn credentials_from_the_sdk_need_tokio() {
    use aws_credential_types::provider::{ProvideCredentials, future};
    use neptunedata_hyper::ErrorKind;

    #[derive(Debug)]
    struct Asked;

    impl ProvideCredentials for Asked {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            panic!("it is asked outside of tokio")
        }
    }

    let server = Raw::start(|stream, _| serve_well(stream));
    let builder = || on_smol(Client::builder(endpoint(server.address)));
    for builder in [
        builder().credentials_from_aws(),
        builder().credentials_from_provider(Asked),
    ] {
        let client = builder.build().unwrap();
        for _ in 0..2 {
            let error = smol::block_on(client.send(&start("a"))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
            assert!(!error.may_have_executed());
            let text = error.to_string();
            assert!(
                text.contains("the AWS SDK requires a tokio runtime"),
                "{text}"
            );
        }
    }
    assert_eq!(server.accepted(), 0);
}
