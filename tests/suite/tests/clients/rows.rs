//! Streamed rows.

use std::{collections::BTreeMap, time::Duration};

use neptunedata::{
    CallOptions, Effect, ErrorKind, ExceptionKind,
    gremlin::{ExecuteGremlinQuery, GremlinSerializer, GremlinValue},
    opencypher::ExecuteOpenCypherQuery,
    sparql::ExecuteSparqlQuery,
    transport::TransportErrorKind,
};
use neptunedata_emulator::{Planned, QueryScript};
use neptunedata_tests::client::{Driver, quick};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{LONG, Read, block_on, hyper, read, read_all, server};

#[derive(Debug, Deserialize, PartialEq)]
struct Row {
    n: u64,
}

fn numbered() -> QueryScript {
    QueryScript::open_cypher().generate(1000, |n| json!({"n": n}))
}

fn query() -> ExecuteOpenCypherQuery {
    ExecuteOpenCypherQuery::new("MATCH (n) RETURN n")
}

#[test]
fn every_language_has_rows() {
    let server = server();
    server.with(|emulator| {
        emulator.script(numbered());
        emulator.script(QueryScript::gremlin().rows([json!(1), json!(2)]));
        let term = |value: &str| json!({"x": {"type": "literal", "value": value}});
        emulator.script(QueryScript::sparql().rows([term("a"), term("b")]));
    });
    for driver in Driver::ALL {
        let client = driver.client(&server.endpoint(), quick());
        let all: Read<Row> = read_all(&client, &query(), CallOptions::new());
        assert!(all.rows.iter().map(|row| row.n).eq(0..1000), "{driver}");
        let end = all.end.unwrap();
        assert_eq!((end.rows, end.meta.attempts), (1000, 1));

        let untyped = ExecuteGremlinQuery::new("g.V()");
        let all: Read<u64> = read_all(&client, &untyped, CallOptions::new());
        assert_eq!(all.rows, [1, 2]);
        let members = all.end.unwrap().envelope;
        assert!(members.get("requestId").is_some(), "{members:?}");

        let typed = untyped.serializer(GremlinSerializer::GraphSonV3);
        let all: Read<GremlinValue> = read_all(&client, &typed, CallOptions::new());
        let numbers: Vec<_> = all.rows.iter().map(GremlinValue::as_i64).collect();
        assert_eq!(numbers, [Some(1), Some(2)]);

        let select = ExecuteSparqlQuery::select("SELECT ?x {}");
        let all: Read<BTreeMap<String, Value>> = read_all(&client, &select, CallOptions::new());
        assert_eq!(all.rows[1]["x"]["value"], "b");
        assert_eq!(all.end.unwrap().envelope.vars(), Some(vec!["x".to_owned()]));
    }
}

#[test]
fn a_failure_in_the_middle_comes_after_the_rows_and_once() {
    for driver in Driver::ALL {
        let server = server();
        server.with(|emulator| {
            emulator.script(numbered().fail_after(600, "TimeLimitExceededException", "too long"));
        });
        let client = driver.client(&server.endpoint(), quick());
        let read: Read<Row> = read_all(&client, &query(), CallOptions::new());
        // The last one is not followed by what follows a row, so it may not have been one.
        assert_eq!(read.rows.len(), 599, "{driver}");
        let error = read.error.unwrap();
        assert_eq!(
            error.kind(),
            ErrorKind::Service(ExceptionKind::TimeLimitExceededException)
        );
        assert_eq!(read.end, None);
        // Rows were handed out: nothing is sent again, whatever the effect.
        assert_eq!(error.attempts(), 1);
    }
}

#[test]
fn queries_are_retried_only_before_the_first_row() {
    let cut = |bytes: usize| format!("chunk-cut; bytes={bytes}; times=1").parse::<Planned>();
    for driver in Driver::ALL {
        for (bytes, rows, attempts) in [(5, 1000, 2), (200, 25, 1)] {
            let server = server();
            server.with(|emulator| {
                emulator.script(numbered());
                emulator.fail_next(cut(bytes).unwrap());
            });
            let client = driver.client(&server.endpoint(), quick());
            let read_only = CallOptions::new().effect(Effect::Read);
            let read: Read<Row> = read_all(&client, &query(), read_only);
            if attempts == 2 {
                assert_eq!(read.rows.len(), rows, "{driver}");
                assert_eq!(read.end.unwrap().meta.attempts, 2);
            } else {
                assert!(!read.rows.is_empty() && read.rows.len() <= rows);
                let error = read.error.unwrap();
                assert_eq!(
                    error.kind(),
                    ErrorKind::Transport(TransportErrorKind::Closed)
                );
                assert_eq!(error.attempts(), 1);
            }
        }
    }
}

#[test]
fn a_row_that_is_too_large_or_of_another_type_ends_the_rows() {
    let server = server();
    server.with(|emulator| {
        let long = json!({"n": 1, "text": "x".repeat(5000)});
        let script = QueryScript::open_cypher().containing("long");
        emulator.script(script.rows([json!({"n": 0}), long]));
        let script = QueryScript::open_cypher().containing("odd");
        emulator.script(script.rows([json!({"n": 0}), json!({"n": "one"})]));
    });
    for driver in Driver::ALL {
        let client = driver.client(&server.endpoint(), quick());
        let limited = CallOptions::new().max_row_bytes(1000);
        let long = ExecuteOpenCypherQuery::new("RETURN long");
        let all: Read<Row> = read_all(&client, &long, limited);
        assert_eq!(all.rows, [Row { n: 0 }]);
        let error = all.error.unwrap().to_string();
        assert!(error.contains("1000"), "{error}");

        let odd = ExecuteOpenCypherQuery::new("RETURN odd");
        let all: Read<Row> = read_all(&client, &odd, CallOptions::new());
        assert_eq!(all.rows, [Row { n: 0 }]);
        let error = all.error.unwrap().to_string();
        assert!(error.contains("results[1].n"), "{error}");
    }
}

#[test]
fn dropping_rows_early_closes_their_connection() {
    for driver in Driver::ALL {
        let server = server();
        server.with(|emulator| {
            let row = json!({"n": 1, "text": "x".repeat(1000)});
            // Far more than all buffers between take.
            emulator.script(QueryScript::open_cypher().repeat(row, 1 << 20));
        });
        let client = driver.client(&server.endpoint(), quick());
        let first: Read<Row> = read(&client, &query(), CallOptions::new(), 3);
        assert_eq!(first.rows.len(), 3);
        let closed = server.wait_until(LONG, || server.connections().open == 0);
        assert!(closed, "{driver}");
        // What is not read is not fetched.
        let written = server.connections().bytes_written;
        assert!(written < 16 << 20, "{written}");
    }
}

/// A reader that stops stops the server, except for what is on its way.
#[test]
fn rows_that_are_not_read_are_not_fetched() {
    const MIB: u64 = 1 << 20;
    for driver in Driver::ALL {
        let server = server();
        server.with(|emulator| {
            let row = json!({"n": 1, "text": "x".repeat(1000)});
            emulator.script(QueryScript::open_cypher().repeat(row, 1 << 20));
        });
        // Until nothing is written for a while.
        let written = || {
            let mut before = u64::MAX;
            loop {
                let now = server.connections().bytes_written;
                if now == before {
                    return now;
                }
                before = now;
                std::thread::sleep(Duration::from_millis(200));
            }
        };
        let client = driver.client(&server.endpoint(), quick());
        let mut rows = client.rows::<Row>(&query(), CallOptions::new());
        for read in [1, 5000] {
            let before = server.connections().bytes_written;
            assert!(rows.by_ref().take(read).all(|row| row.is_ok()));
            let ahead = written() - before;
            let taken = read as u64 * 1016;
            assert!(ahead <= taken + MIB, "{driver}: {ahead} for {taken}");
        }
    }
}

#[test]
fn clients_stay_usable_after_rows() {
    for driver in Driver::ALL {
        let server = server();
        server.with(|emulator| {
            emulator.script(numbered());
        });
        let client = driver.client(&server.endpoint(), quick().max_connections(1));
        for _ in 0..3 {
            let mut rows = client.rows::<Row>(&query(), CallOptions::new());
            assert!(rows.nth(5).unwrap().is_ok());
            drop(rows);
            let all: Read<Row> = read_all(&client, &query(), CallOptions::new());
            assert_eq!(all.rows.len(), 1000, "{driver}");
        }
    }
}

/// A caller that stops waiting for a row and comes back misses none.
#[test]
fn futures_of_rows_can_be_dropped() {
    let server = server();
    server.with(|emulator| {
        emulator.script(numbered());
        let slowly = "trickle; bytes=100; every=2; part=body".parse::<Planned>();
        emulator.fail_next(slowly.unwrap());
    });
    block_on(async {
        let client = hyper(&server, quick());
        let mut rows = client.rows::<Row>(&query());
        let (mut seen, mut dropped) = (Vec::new(), 0);
        loop {
            let limit = Duration::from_micros(seen.len() as u64 % 300);
            match tokio::time::timeout(limit, rows.next()).await {
                Ok(Some(row)) => seen.push(row.unwrap().n),
                Ok(None) => break,
                Err(_) => dropped += 1,
            }
        }
        assert!(seen.into_iter().eq(0..1000));
        assert!(dropped > 0);
        assert_eq!(rows.summary().unwrap().meta.attempts, 1);
    });
}
