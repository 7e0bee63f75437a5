//! Attempts that time out and are retried, in calls that cancel abandoned attempts.

use std::time::{Duration, Instant};

use neptunedata::{
    CallOptions, Effect,
    gremlin::{ExecuteGremlinQuery, ListGremlinQueries},
    rows::RowQuery,
    serde_json::Value,
    sparql::{ExecuteSparqlQuery, ListSparqlQueries},
    transport::ClientOptions,
};
use neptunedata_emulator::{Emulator, QueryScript, Server};
use neptunedata_tests::client::{Client, Driver, quick};
use serde_json::json;

use crate::support::{block_on, hyper, read_all};

const HOUR: Duration = Duration::from_secs(3600);
/// The first so many queries of a language hang, and those after them take a while.
fn server(hanging: u64) -> Server {
    let while_ = Duration::from_millis(50);
    let binding = json!({"x": {"type": "literal", "value": "1"}});
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::gremlin().lasting(HOUR).times(hanging));
    emulator.script(QueryScript::gremlin().lasting(while_).rows([json!(1)]));
    emulator.script(QueryScript::sparql().lasting(HOUR).times(hanging));
    emulator.script(QueryScript::sparql().lasting(while_).rows([binding]));
    Server::start(emulator).unwrap()
}

fn impatient() -> ClientOptions {
    let attempt = Duration::from_millis(500);
    quick().cancel_on_abandon(true).attempt_timeout(attempt)
}

fn client(driver: Driver, server: &Server) -> Client {
    driver.client(&server.endpoint(), impatient())
}

fn running(server: &Server) -> i64 {
    let client = client(Driver::Blocking, server);
    let gremlin = client.send(&ListGremlinQueries::new()).unwrap();
    let sparql = client.send(&ListSparqlQueries::new()).unwrap();
    gremlin.running_query_count.unwrap() + sparql.running_query_count.unwrap()
}

fn cancelled(server: &Server) -> usize {
    server.with(|emulator| {
        emulator.executed("CancelGremlinQuery") + emulator.executed("CancelSparqlQuery")
    })
}

fn repeatable() -> CallOptions {
    CallOptions::new().effect(Effect::Read)
}

/// Collected, and row by row.
fn assert_second_attempt_succeeds(driver: Driver, query: &impl RowQuery) {
    let collected = server(1);
    let first = client(driver, &collected);
    let answered = first.call(query, repeatable()).unwrap();
    assert_eq!(answered.meta.attempts, 2, "{driver}");
    let streamed = server(1);
    let second = client(driver, &streamed);
    let read = read_all::<Value>(&second, query, repeatable());
    let end = read.end.unwrap();
    assert_eq!((end.meta.attempts, end.rows), (2, 1), "{driver}");
    first.flush_cancellations();
    for server in [collected, streamed] {
        assert_eq!(cancelled(&server), 1, "{driver}");
        assert_eq!(running(&server), 0, "{driver}");
    }
}

/// The server still works on the first one, so it must not meet its id again.
#[test]
fn a_read_succeeds_while_an_attempt_that_hangs_is_cancelled() {
    for driver in Driver::ALL {
        let gremlin = ExecuteGremlinQuery::new("g.V().count()");
        assert_second_attempt_succeeds(driver, &gremlin);
        let sparql = ExecuteSparqlQuery::select("SELECT * { ?s ?p ?o }");
        assert_second_attempt_succeeds(driver, &sparql);
    }
}

/// The cancellation runs at the same time as the next attempt, which is not affected.
#[test]
fn the_executor_cancels_an_attempt_during_the_next_attempt() {
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::gremlin().lasting(HOUR).times(1));
    let second = QueryScript::gremlin().lasting(Duration::from_secs(1));
    emulator.script(second.rows([json!(1)]));
    let server = Server::start(emulator).unwrap();
    block_on(async {
        let client = hyper(&server, impatient().attempt_timeout(Duration::from_secs(2)));
        let query = ExecuteGremlinQuery::new("g.V()");
        let call = client.call(&query).effect(Effect::Read).send();
        let mut call = Box::pin(call);
        let cancels = async {
            while cancelled(&server) == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            _ = &mut call => panic!("the cancellation was sent only after the call had ended"),
            () = cancels => {}
        }
        assert_eq!(call.await.unwrap().meta.attempts, 2);
        client.flush_cancellations().await;
    });
    assert_eq!(cancelled(&server), 1);
}

/// A call that has succeeded is not held up by what it tidies up.
#[test]
fn a_success_keeps_to_its_time_limit() {
    for driver in Driver::ALL {
        let mut emulator = Emulator::default();
        emulator.script(QueryScript::gremlin().lasting(HOUR).times(1));
        emulator.script(QueryScript::gremlin().rows([json!(1)]));
        let server = Server::start(emulator).unwrap();
        server.with(|emulator| {
            let silent = "stop-answering".parse::<neptunedata_emulator::PlannedFault>();
            emulator.fail_next(silent.unwrap().on("CancelGremlinQuery"));
        });
        let client = client(driver, &server);
        let query = ExecuteGremlinQuery::new("g.V()");
        let begun = Instant::now();
        let limited = repeatable().timeout(Duration::from_secs(2));
        let answered = client.call(&query, limited).unwrap();
        assert_eq!(answered.meta.attempts, 2, "{driver}");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(3), "{driver}: {took:?}");
        let asked = server.with(|emulator| emulator.received("CancelGremlinQuery"));
        // The async client's executor may do it later.
        assert!(asked == 1 || driver == Driver::Hyper, "{asked}");
    }
}
