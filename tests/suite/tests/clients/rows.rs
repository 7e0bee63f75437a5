//! Streamed rows.

use std::{collections::BTreeMap, time::Duration};

use neptunedata::{
    CallOptions,
    gremlin::{ExecuteGremlinQuery, GremlinSerializer, GremlinValue},
    opencypher::ExecuteOpenCypherQuery,
    sparql::ExecuteSparqlQuery,
};
use neptunedata_emulator::{PlannedFault, QueryScript};
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
        let slowly = "trickle; bytes=100; every=2; part=body".parse::<PlannedFault>();
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
