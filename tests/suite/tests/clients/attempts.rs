//! Attempts that are given up for others, in calls that cancel what they give up.

use std::time::{Duration, Instant};

use neptunedata::{
    CallOptions, Effect, ErrorKind,
    gremlin::{ExecuteGremlinQuery, ListGremlinQueries},
    rows::RowQuery,
    serde_json::Value,
    sparql::{ExecuteSparqlQuery, ListSparqlQueries},
    transport::{ClientOptions, TransportErrorKind},
};
use neptunedata_emulator::{Emulator, QueryScript, Server};
use serde_json::json;

use crate::support::{BOTH, Driver, block_on, blocking, hyper, options};

const HOUR: Duration = Duration::from_secs(3600);
const OWN: &str = "0f1f3a9e-6a3a-4a0e-9f39-52c7e7f5a0a1";

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
    options().cancel_on_abandon(true).attempt_timeout(attempt)
}

fn running(server: &Server) -> i64 {
    let client = blocking(server, options());
    let gremlin = client.send(&ListGremlinQueries::new()).unwrap();
    let sparql = client.send(&ListSparqlQueries::new()).unwrap();
    gremlin.running_query_count.unwrap() + sparql.running_query_count.unwrap()
}

fn cancelled(server: &Server) -> usize {
    server.with(|emulator| {
        emulator.executed("CancelGremlinQuery") + emulator.executed("CancelSparqlQuery")
    })
}

/// How many rows there are, and after how many attempts, collected and as they arrive.
fn read(driver: Driver, server: [&Server; 2], query: &impl RowQuery) -> (u32, u64) {
    let call = CallOptions::new().effect(Effect::Read);
    match driver {
        Driver::Blocking => {
            let client = blocking(server[0], impatient());
            let answered = client.call(query).options(call.clone()).send().unwrap();
            let client = blocking(server[1], impatient());
            let mut rows = client.call(query).options(call).rows::<Value>();
            for row in &mut rows {
                row.unwrap();
            }
            (answered.meta.attempts, rows.summary().unwrap().rows)
        }
        Driver::Hyper => block_on(async {
            let first = hyper(server[0], impatient());
            let answered = first.call(query).options(call.clone()).send();
            let attempts = answered.await.unwrap().meta.attempts;
            let second = hyper(server[1], impatient());
            let mut rows = second.call(query).options(call).rows::<Value>();
            while let Some(row) = rows.next().await {
                row.unwrap();
            }
            first.flush_cancellations().await;
            second.flush_cancellations().await;
            (attempts, rows.summary().unwrap().rows)
        }),
    }
}

/// The server still works on the first one, so it must not meet its id again.
#[test]
fn a_read_succeeds_beside_an_attempt_that_hangs_and_is_cancelled() {
    let gremlin = ExecuteGremlinQuery::new("g.V().count()");
    let sparql = ExecuteSparqlQuery::select("SELECT * { ?s ?p ?o }");
    for driver in BOTH {
        for is_gremlin in [true, false] {
            let servers = [server(1), server(1)];
            let both = [&servers[0], &servers[1]];
            let (attempts, rows) = if is_gremlin {
                read(driver, both, &gremlin)
            } else {
                read(driver, both, &sparql)
            };
            assert_eq!((attempts, rows), (2, 1), "{driver:?}");
            for server in &servers {
                assert_eq!(cancelled(server), 1, "{driver:?}");
                assert_eq!(running(server), 0, "{driver:?}");
            }
        }
    }
}

#[test]
fn all_attempts_are_cancelled_where_all_hang() {
    for driver in BOTH {
        let server = server(3);
        let query = ExecuteGremlinQuery::new("g.V()");
        let error = match driver {
            Driver::Blocking => {
                let client = blocking(&server, impatient());
                let call = client.call(&query).effect(Effect::Read);
                call.send().map(drop).unwrap_err()
            }
            Driver::Hyper => block_on(async {
                let client = hyper(&server, impatient());
                let call = client.call(&query).effect(Effect::Read);
                let error = call.send().await.map(drop).unwrap_err();
                client.flush_cancellations().await;
                error
            }),
        };
        let late = ErrorKind::Transport(TransportErrorKind::Timeout);
        assert_eq!((error.kind(), error.attempts()), (late, 3), "{driver:?}");
        assert_eq!(cancelled(&server), 3, "{driver:?}");
        assert_eq!(running(&server), 0, "{driver:?}");
    }
}

/// Beside the attempt that is under way, and without hurting it.
#[test]
fn the_executor_cancels_an_attempt_while_the_next_one_is_under_way() {
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
            _ = &mut call => panic!("it has waited for the call to end"),
            () = cancels => {}
        }
        assert_eq!(call.await.unwrap().meta.attempts, 2);
        client.flush_cancellations().await;
    });
    assert_eq!(cancelled(&server), 1);
}

/// A wait for an answer that is dropped is taken up again; the query is given up with what runs it.
#[test]
fn what_a_dropped_advance_waited_for_goes_on() {
    let server = server(1);
    block_on(async {
        let client = hyper(&server, options().cancel_on_abandon(true));
        let query = ExecuteGremlinQuery::new("g.V()");
        let call = CallOptions::new().effect(Effect::Read);
        let call = neptunedata::Call::with_options(client.session(), &query, &call, client.seed());
        let mut running = client.start(call);
        let brief = tokio::time::timeout(Duration::from_millis(300), running.next_item());
        assert!(brief.await.is_err());
        client.flush_cancellations().await;
        assert_eq!((cancelled(&server), self::running(&server)), (0, 1));
        drop(running);
        client.flush_cancellations().await;
    });
    assert_eq!((cancelled(&server), running(&server)), (1, 0));
}

/// Attempts with the caller's id are refused while one runs, and cancelled when all is over.
#[test]
fn the_callers_id_is_kept_and_cancelled_at_the_end() {
    for driver in BOTH {
        let server = server(1);
        let query = ExecuteGremlinQuery::new("g.V()").query_id(OWN);
        let error = match driver {
            Driver::Blocking => {
                let client = blocking(&server, impatient());
                let call = client.call(&query).effect(Effect::Read);
                call.send().map(drop).unwrap_err()
            }
            Driver::Hyper => block_on(async {
                let client = hyper(&server, impatient());
                let call = client.call(&query).effect(Effect::Read);
                let error = call.send().await.map(drop).unwrap_err();
                client.flush_cancellations().await;
                error
            }),
        };
        assert_eq!(error.attempts(), 2);
        assert!(error.to_string().contains("is in use"), "{error}");
        assert_eq!((cancelled(&server), running(&server)), (1, 0));
    }
}

/// A call that has succeeded is not held up by what it tidies up.
#[test]
fn a_success_keeps_to_its_time_out() {
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::gremlin().lasting(HOUR).times(1));
    emulator.script(QueryScript::gremlin().rows([json!(1)]));
    let server = Server::start(emulator).unwrap();
    server.with(|emulator| {
        let silent = "stop-answering".parse::<neptunedata_emulator::Planned>();
        emulator.fail_next(silent.unwrap().on("CancelGremlinQuery"));
    });
    let client = blocking(&server, options().cancel_on_abandon(true));
    let query = ExecuteGremlinQuery::new("g.V()");
    let begun = Instant::now();
    let call = client.call(&query).effect(Effect::Read);
    let call = call.attempt_timeout(Duration::from_millis(500));
    let answered = call.timeout(Duration::from_secs(2)).send().unwrap();
    assert_eq!(answered.meta.attempts, 2);
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    let asked = server.with(|emulator| emulator.received("CancelGremlinQuery"));
    assert_eq!(asked, 1);
}
