//! Queries that nobody waits for any more are cancelled, where that was asked for.

use std::time::Duration;

use neptunedata::{
    CallOptions, Credentials, ErrorKind,
    gremlin::{ExecuteGremlinQuery, ListGremlinQueries},
    opencypher::{ExecuteOpenCypherQuery, ListOpenCypherQueries},
    sparql::{ExecuteSparqlQuery, ListSparqlQueries},
    transport::{ClientOptions, TransportErrorKind},
};
use neptunedata_emulator::{Config, Emulator, Planned, QueryScript, Server, Signature};
use serde_json::json;

use crate::support::{BOTH, Driver, LONG, block_on, blocking, endpoint, hyper, options, read};

const HOUR: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(200);

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
    options().cancel_on_abandon(true)
}

fn cancels(server: &Server, operation: &str) -> usize {
    server.with(|emulator| emulator.executed(operation))
}

/// How many queries run.
fn running(server: &Server, language: &str) -> i64 {
    let client = blocking(server, options());
    let count = match language {
        "gremlin" => {
            let queries = client.send(&ListGremlinQueries::new());
            queries.unwrap().running_query_count
        }
        "sparql" => {
            let queries = client.send(&ListSparqlQueries::new());
            queries.unwrap().running_query_count
        }
        _ => {
            let queries = client.send(&ListOpenCypherQueries::new());
            queries.unwrap().running_query_count
        }
    };
    count.unwrap()
}

fn wait_for(server: &Server, operation: &str) {
    let came = server.wait_until(LONG, || cancels(server, operation) > 0);
    assert!(came, "{operation}");
}

#[test]
fn at_the_deadline() {
    for driver in BOTH {
        let server = server();
        let limited = cancelling().timeout(SOON);
        let errors = match driver {
            Driver::Blocking => {
                let client = blocking(&server, limited);
                let first = client.send(&gremlin()).unwrap_err();
                // It was done before the call returned.
                assert_eq!(cancels(&server, "CancelGremlinQuery"), 1);
                [first, client.send(&sparql()).unwrap_err()]
            }
            Driver::Hyper => block_on(async {
                let client = hyper(&server, limited);
                let first = client.send(&gremlin()).await.unwrap_err();
                let second = client.send(&sparql()).await.unwrap_err();
                client.flush_cancellations().await;
                [first, second]
            }),
        };
        for error in errors {
            let deadline = ErrorKind::Transport(TransportErrorKind::Deadline);
            assert_eq!((error.kind(), error.attempts()), (deadline, 1));
        }
        wait_for(&server, "CancelGremlinQuery");
        wait_for(&server, "CancelSparqlQuery");
        assert_eq!(running(&server, "gremlin"), 0);
        assert_eq!(running(&server, "sparql"), 0);
    }
}

#[test]
fn not_unless_asked_for_and_not_in_open_cypher() {
    for driver in BOTH {
        let server = server();
        let open_cypher = ExecuteOpenCypherQuery::new("RETURN 1");
        match driver {
            Driver::Blocking => {
                let client = blocking(&server, options().timeout(SOON));
                client.send(&gremlin()).unwrap_err();
                let call = client.call(&open_cypher).cancel_on_abandon(true);
                call.send().unwrap_err();
            }
            Driver::Hyper => block_on(async {
                let client = hyper(&server, options().timeout(SOON));
                client.send(&gremlin()).await.unwrap_err();
                let call = client.call(&open_cypher).cancel_on_abandon(true);
                call.send().await.unwrap_err();
                client.flush_cancellations().await;
            }),
        }
        assert_eq!(cancels(&server, "CancelGremlinQuery"), 0);
        assert_eq!(cancels(&server, "CancelOpenCypherQuery"), 0);
        assert_eq!(running(&server, "gremlin"), 1);
        assert_eq!(running(&server, "openCypher"), 1);
    }
}

#[test]
fn when_a_future_is_dropped_the_executor_sees_to_it() {
    let server = server();
    block_on(async {
        let client = hyper(&server, cancelling());
        let query = gremlin();
        let call = client.send(&query);
        let given_up = tokio::time::timeout(SOON, call).await;
        assert!(given_up.is_err());
        // Nothing is called any more: the executor does it.
        drop(client);
        for _ in 0..200 {
            if cancels(&server, "CancelGremlinQuery") > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(cancels(&server, "CancelGremlinQuery"), 1);
    assert_eq!(running(&server, "gremlin"), 0);
}

/// An executor that runs nothing is as good as none.
#[derive(Clone)]
struct Lazy;

impl<F> hyper::rt::Executor<F> for Lazy {
    fn execute(&self, _task: F) {}
}

#[test]
fn without_an_executor_it_takes_a_drain() {
    let server = server();
    block_on(async {
        let builder = neptunedata_hyper::Client::builder(endpoint(&server));
        let builder = builder.unsigned().options(cancelling()).executor(Lazy);
        let client = builder.build().unwrap();
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
    assert_eq!(running(&server, "gremlin"), 0);
}

#[test]
fn when_rows_are_dropped_in_the_middle() {
    for driver in BOTH {
        let server = Server::start(Emulator::default()).unwrap();
        server.with(|emulator| {
            emulator.script(QueryScript::gremlin().repeat(json!("x".repeat(1000)), 1 << 20));
        });
        let call = CallOptions::new().cancel_on_abandon(true);
        let some = read::<String>(driver, &server, &gremlin(), call.clone(), 3);
        assert_eq!(some.rows.len(), 3);
        let asked = || server.with(|emulator| emulator.received("CancelGremlinQuery"));
        assert!(server.wait_until(LONG, || asked() == 1), "{driver:?}");

        // Rows of another shape are an end, too, and the rest of them is not waited for.
        let odd = read::<u64>(driver, &server, &gremlin(), call, 3);
        assert!(odd.error.is_some());
        assert!(server.wait_until(LONG, || asked() == 2), "{driver:?}");
    }
}

#[test]
fn what_has_ended_is_not_cancelled() {
    for driver in BOTH {
        let server = Server::start(Emulator::default()).unwrap();
        server.with(|emulator| {
            emulator.script(QueryScript::gremlin().rows([json!("x")]));
        });
        let call = CallOptions::new().cancel_on_abandon(true);
        let all = read::<String>(driver, &server, &gremlin(), call, 5);
        assert_eq!(all.end.unwrap().rows, 1);
        let received = server.with(|emulator| emulator.log().len());
        assert_eq!(received, 1);
    }
}

#[test]
fn cancellations_are_signed_as_everything_is() {
    let (key, secret, region) = ("AKIDEXAMPLE", "secret", "us-east-1");
    for driver in BOTH {
        let mut emulator = Emulator::new(Config::default().iam(key, secret, region));
        emulator.script(QueryScript::gremlin().lasting(HOUR));
        let server = Server::start(emulator).unwrap();
        let endpoint = endpoint(&server).with_region(region).unwrap();
        let credentials = Credentials::new(key, secret);
        let limited = cancelling().timeout(SOON);
        match driver {
            Driver::Blocking => {
                let builder = neptunedata_blocking::Client::builder(endpoint);
                let builder = builder.credentials(credentials).options(limited);
                builder.build().unwrap().send(&gremlin()).unwrap_err();
            }
            Driver::Hyper => block_on(async {
                let builder = neptunedata_hyper::Client::builder(endpoint);
                let builder = builder.credentials(credentials).options(limited);
                let client = builder.build().unwrap();
                client.send(&gremlin()).await.unwrap_err();
                client.flush_cancellations().await;
            }),
        }
        server.with(|emulator| {
            let entry = emulator.log().last().unwrap();
            assert_eq!(entry.operation, Some("CancelGremlinQuery"));
            assert!(entry.executed, "{entry:?}");
            assert!(matches!(entry.signature, Signature::Verified { .. }));
        });
    }
}

#[test]
fn a_cancellation_that_is_refused_changes_nothing() {
    for driver in BOTH {
        let server = server();
        server.with(|emulator| {
            for _ in 0..2 {
                let refused = "error; code=AccessDeniedException".parse::<Planned>();
                emulator.fail_next(refused.unwrap().on("CancelGremlinQuery"));
            }
        });
        let limited = cancelling().timeout(SOON);
        let error = match driver {
            Driver::Blocking => blocking(&server, limited).send(&gremlin()).unwrap_err(),
            Driver::Hyper => block_on(async {
                let client = hyper(&server, limited);
                let error = client.send(&gremlin()).await.unwrap_err();
                client.flush_cancellations().await;
                error
            }),
        };
        let deadline = ErrorKind::Transport(TransportErrorKind::Deadline);
        assert_eq!(error.kind(), deadline, "{driver:?}");
        let received = server.with(|emulator| emulator.received("CancelGremlinQuery"));
        assert_eq!(received, 1);
    }
}
