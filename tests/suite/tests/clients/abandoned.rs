//! Abandoned queries are cancelled if `cancel_on_abandon` is set.

use std::time::Duration;

use neptunedata::{
    CallOptions, Credentials, Endpoint, ErrorKind,
    gremlin::{ExecuteGremlinQuery, ListGremlinQueries},
    opencypher::ListOpenCypherQueries,
    sparql::{ExecuteSparqlQuery, ListSparqlQueries},
    transport::{ClientOptions, TransportErrorKind},
};
use neptunedata_emulator::{Config, Emulator, PlannedFault, QueryScript, Server, SignatureCheck};
use neptunedata_tests::client::{Driver, quick};
use serde_json::json;

use crate::support::{LONG, block_on, read};

const HOUR: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(200);
const DEADLINE: ErrorKind = ErrorKind::Transport(TransportErrorKind::Deadline);

fn server() -> Server {
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::gremlin().lasting(HOUR));
    emulator.script(QueryScript::sparql().lasting(HOUR));
    emulator.script(QueryScript::open_cypher().lasting(HOUR));
    Server::start(emulator).unwrap()
}

fn gremlin() -> ExecuteGremlinQuery {
    ExecuteGremlinQuery::new("g.V().count()")
}

fn sparql() -> ExecuteSparqlQuery {
    ExecuteSparqlQuery::select("SELECT * { ?s ?p ?o }")
}

fn cancelling() -> ClientOptions {
    quick().cancel_on_abandon(true)
}

fn cancels(server: &Server, operation: &str) -> usize {
    server.with(|emulator| emulator.executed(operation))
}

/// How many queries run, in Gremlin, SPARQL and openCypher.
fn running(server: &Server) -> [i64; 3] {
    let client = Driver::Blocking.client(&server.endpoint(), quick());
    let gremlin = client.send(&ListGremlinQueries::new()).unwrap();
    let sparql = client.send(&ListSparqlQueries::new()).unwrap();
    let open_cypher = client.send(&ListOpenCypherQueries::new()).unwrap();
    [
        gremlin.running_query_count,
        sparql.running_query_count,
        open_cypher.running_query_count,
    ]
    .map(Option::unwrap)
}

#[test]
fn queries_are_cancelled_at_the_deadline() {
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), cancelling().timeout(SOON));
        let error = client.send(&gremlin()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (DEADLINE, 1));
        if driver == Driver::Blocking {
            // It was done before the call returned.
            assert_eq!(cancels(&server, "CancelGremlinQuery"), 1);
        }
        let error = client.send(&sparql()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (DEADLINE, 1));
        client.flush_cancellations();
        assert_eq!(cancels(&server, "CancelGremlinQuery"), 1, "{driver}");
        assert_eq!(cancels(&server, "CancelSparqlQuery"), 1, "{driver}");
        assert_eq!(running(&server), [0, 0, 0], "{driver}");
    }
}

#[test]
fn the_executor_cancels_when_a_future_is_dropped() {
    let server = server();
    block_on(async {
        let client = hyper_client(&server).build().unwrap();
        let query = gremlin();
        let given_up = tokio::time::timeout(SOON, client.send(&query)).await;
        assert!(given_up.is_err());
        // No method is called any more: the executor does it.
        drop(client);
        for _ in 0..200 {
            if cancels(&server, "CancelGremlinQuery") > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(cancels(&server, "CancelGremlinQuery"), 1);
    assert_eq!(running(&server), [0, 0, 0]);
}

fn hyper_client(server: &Server) -> neptunedata_hyper::ClientBuilder {
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    let builder = neptunedata_hyper::Client::builder(endpoint);
    builder.unsigned().options(cancelling())
}

/// Runs nothing, as if there were no executor.
#[derive(Clone)]
struct Lazy;

impl<F> hyper::rt::Executor<F> for Lazy {
    fn execute(&self, _task: F) {}
}

#[test]
fn without_an_executor_cancellations_have_to_be_flushed() {
    let server = server();
    block_on(async {
        let client = hyper_client(&server).executor(Lazy).build().unwrap();
        for _ in 0..2 {
            let query = gremlin();
            let call = client.send(&query);
            assert!(tokio::time::timeout(SOON, call).await.is_err());
        }
        tokio::time::sleep(SOON).await;
        assert_eq!(cancels(&server, "CancelGremlinQuery"), 0);
        client.flush_cancellations().await;
        assert_eq!(cancels(&server, "CancelGremlinQuery"), 2);
        // All is done.
        client.flush_cancellations().await;
        assert_eq!(cancels(&server, "CancelGremlinQuery"), 2);
    });
    assert_eq!(running(&server), [0, 0, 0]);
}

#[test]
fn queries_are_cancelled_when_their_rows_are_dropped() {
    for driver in Driver::ALL {
        let server = Server::start(Emulator::default()).unwrap();
        server.with(|emulator| {
            emulator.script(QueryScript::gremlin().repeat(json!("x".repeat(1000)), 1 << 20));
        });
        let client = driver.client(&server.endpoint(), cancelling());
        let some = read::<String>(&client, &gremlin(), CallOptions::new(), 3);
        assert_eq!(some.rows.len(), 3);
        let asked = || server.with(|emulator| emulator.received("CancelGremlinQuery"));
        assert!(server.wait_until(LONG, || asked() == 1), "{driver}");

        // A row of another type ends it as well: the other rows are not awaited.
        let odd = read::<u64>(&client, &gremlin(), CallOptions::new(), 3);
        assert!(odd.error.is_some());
        assert!(server.wait_until(LONG, || asked() == 2), "{driver}");
    }
}

#[test]
fn cancellations_are_signed() {
    let (key, secret, region) = ("AKIDEXAMPLE", "secret", "us-east-1");
    for driver in Driver::ALL {
        let mut emulator = Emulator::new(Config::default().iam(key, secret, region));
        emulator.script(QueryScript::gremlin().lasting(HOUR));
        let server = Server::start(emulator).unwrap();
        let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
        let builder = driver.builder(endpoint.with_region(region).unwrap());
        let builder = builder.credentials(Credentials::new(key, secret));
        let client = builder.options(cancelling().timeout(SOON)).build().unwrap();
        client.send(&gremlin()).unwrap_err();
        client.flush_cancellations();
        server.with(|emulator| {
            let entry = emulator.log().last().unwrap();
            assert_eq!(entry.operation, Some("CancelGremlinQuery"), "{driver}");
            assert!(entry.executed, "{entry:?}");
            assert!(matches!(entry.signature, SignatureCheck::Verified { .. }));
        });
    }
}

#[test]
fn a_refused_cancellation_changes_nothing() {
    for driver in Driver::ALL {
        let server = server();
        server.with(|emulator| {
            for _ in 0..2 {
                let refused = "error; code=AccessDeniedException".parse::<PlannedFault>();
                emulator.fail_next(refused.unwrap().on("CancelGremlinQuery"));
            }
        });
        let client = driver.client(&server.endpoint(), cancelling().timeout(SOON));
        let error = client.send(&gremlin()).unwrap_err();
        client.flush_cancellations();
        assert_eq!(error.kind(), DEADLINE, "{driver}");
        let received = server.with(|emulator| emulator.received("CancelGremlinQuery"));
        assert_eq!(received, 1);
    }
}
