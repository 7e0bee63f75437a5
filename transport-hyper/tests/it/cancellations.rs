//! Cancelling abandoned queries: where, when, how many.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::Duration,
};

use neptunedata_emulator::{Emulator, Server};
use neptunedata_hyper::{
    CallOptions, Client, Error,
    gremlin::ExecuteGremlinQuery,
    machine::{AbandonedQuery, Exchange, Input, Io, Machine, Now, Step},
    transport::ClientOptions,
};

use crate::support::*;

const CANCEL: &str = "CancelGremlinQuery";

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn query(client: &Client) -> Exchange {
    let query = ExecuteGremlinQuery::new("g.V()");
    let options = CallOptions::new().cancel_on_abandon(true);
    Exchange::streaming(client.session(), &query, &options, client.seed())
}

/// A machine that ends at once, and leaves a query that was sent to this address, or not sent.
struct Leaves(Exchange);

impl Leaves {
    fn new(client: &Client, sent_to: Option<Option<SocketAddr>>) -> Leaves {
        let mut exchange = query(client);
        let now = Now {
            wall: std::time::SystemTime::now(),
            mono: Duration::ZERO,
        };
        let step = exchange.resume(Input::Next, now);
        assert!(matches!(step, Step::Io(Io::Send(_))));
        if let Some(peer) = sent_to {
            let step = exchange.resume(Input::Sending(peer), now);
            assert!(matches!(step, Step::Io(Io::Continue)));
        }
        exchange.abandon();
        Leaves(exchange)
    }
}

impl Machine for Leaves {
    type Item = ();
    type Output = ();

    fn resume(&mut self, _: Input, _: Now) -> Step<(), ()> {
        Step::Done(Ok(()))
    }

    fn wake_at(&self) -> Option<Duration> {
        None
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        self.0.abandoned()
    }
}

fn leave(client: &Client, sent_to: Option<SocketAddr>) {
    drop(client.start(Leaves::new(client, Some(sent_to))));
}

/// A query that was abandoned outside of a runtime is cancelled together with the next one.
#[test]
fn queries_abandoned_without_a_runtime_are_cancelled_with_the_next() {
    let server = Server::start(Emulator::default()).unwrap();
    let client = Client::unsigned(server.endpoint().parse().unwrap()).unwrap();
    let address = Some(server.address());
    leave(&client, address);
    leave(&client, address);
    runtime().block_on(async {
        leave(&client, address);
        for _ in 0..1000 {
            let cancelled = server.with(|emulator| {
                let log = emulator.log().iter();
                log.filter(|one| one.operation == Some(CANCEL)).count()
            });
            if cancelled == 3 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("not all queries were cancelled");
    });
}

/// The client uses the name that it knows, in `host` and in TLS, at any address.
#[cfg(feature = "tls")]
#[test]
fn the_address_that_took_a_query_is_asked_to_cancel_it() {
    use neptunedata_emulator::{ServerOptions, Tls};
    use neptunedata_hyper::{Endpoint, transport::RootCertificates};

    let name = "my-db.cluster-abc.us-east-1.neptune.amazonaws.com";
    let start = || {
        let tls = Tls::new().names([name]);
        let server = ServerOptions::new().tls(tls);
        server.start(Emulator::default()).unwrap()
    };
    let (resolved, took) = (start(), start());
    let pem = took.ca_pem().unwrap().to_owned();
    let options = ClientOptions::new()
        .root_certificates(RootCertificates::Pem(pem))
        .connect_to(resolved.address().to_string());
    let builder = Client::builder(Endpoint::parse(name).unwrap());
    let client = builder.unsigned().options(options).build().unwrap();
    leave(&client, Some(took.address()));
    runtime().block_on(client.flush_cancellations());
    took.with(|emulator| {
        assert_eq!(emulator.received(CANCEL), 1);
        assert_eq!(emulator.log()[0].headers["host"], format!("{name}:8182"));
    });
    assert_eq!(took.handshakes()[0].server_name.as_deref(), Some(name));
    assert_eq!(resolved.connections().accepted, 0);
}

/// Without an executor and without `flush_cancellations`, only the newest are kept.
#[test]
fn not_all_queries_are_remembered() {
    let server = Server::start(Emulator::default()).unwrap();
    let client = client(server.address());
    // Outside of a runtime nothing is spawned.
    for _ in 0..1030 {
        leave(&client, None);
    }
    assert_eq!(server.connections().accepted, 0);
    runtime().block_on(client.flush_cancellations());
    assert_eq!(server.with(|emulator| emulator.received(CANCEL)), 1024);
}

/// It has all its turns in use, and is not run any more.
#[test]
fn a_runtime_that_does_not_run_does_not_keep_others_from_cancelling() {
    let server = Server::start(Emulator::default()).unwrap();
    let client = client(server.address());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = listener.local_addr().unwrap();
    let stopped = runtime();
    stopped.block_on(async {
        for _ in 0..ClientOptions::MAX_EXTRA_CONNECTIONS + 1 {
            leave(&client, Some(silent));
        }
        tokio::time::sleep(SHORT).await;
    });
    runtime().block_on(async {
        // The first turn is for the query that still waits.
        leave(&client, Some(server.address()));
        leave(&client, Some(server.address()));
        eventually(|| server.connections().accepted > 0).await;
    });
}

#[test]
fn a_query_that_was_never_sent_is_not_cancelled() {
    let server = Server::start(Emulator::default()).unwrap();
    let client = client(server.address());
    drop(client.start(Leaves::new(&client, None)));
    runtime().block_on(client.flush_cancellations());
    assert_eq!(server.connections().accepted, 0);
}

/// Notes the addresses of abandoned queries, and does not cancel them.
struct Noted(Exchange, Arc<Mutex<Vec<Option<SocketAddr>>>>);

impl Machine for Noted {
    type Item = <Exchange as Machine>::Item;
    type Output = <Exchange as Machine>::Output;

    fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, Self::Output> {
        self.0.resume(input, now)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.0.wake_at()
    }

    fn abandon(&mut self) {
        self.0.abandon();
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        let query = self.0.abandoned()?;
        self.1.lock().unwrap().push(query.peer);
        None
    }
}

#[tokio::test]
async fn machines_learn_the_address_that_took_a_query() -> Result<(), Error> {
    let server = Server::start(Emulator::default()).unwrap();
    let client = client(server.address());
    let peers = Arc::default();
    let mut run = client.start(Noted(query(&client), Arc::clone(&peers)));
    assert!(run.next_item().await?.is_some());
    assert!(peers.lock().unwrap().is_empty());
    drop(run);
    assert_eq!(*peers.lock().unwrap(), [Some(server.address())]);
    Ok(())
}
