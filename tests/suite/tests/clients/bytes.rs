//! Bodies as they arrive, without decoding them.

use std::{
    io::{self, BufRead, Read, Write},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind,
    gremlin::ExecuteGremlinQuery,
    sparql::{ExecuteSparqlExplainQuery, ExecuteSparqlQuery, GetGraph, SparqlExplainMode},
    transport::TransportErrorKind,
};
use neptunedata_emulator::{PlannedFault, QueryScript, Server};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, chunked, ok, read_request, response, until_closed},
};
use serde_json::{Value, json};

use crate::support::{LONG, block_on, hyper, server};

const TRIPLES: &str = "<urn:s> <urn:p> \"{\" .\n<urn:s> <urn:p> <urn:o> .\n";
const FAILURE: &str =
    r#"{"requestId":"r","code":"TimeLimitExceededException","detailedMessage":"m"}"#;
const LIMIT: ErrorKind = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
const CLOSED: ErrorKind = ErrorKind::Transport(TransportErrorKind::Closed);

fn graph() -> GetGraph {
    GetGraph::default_graph()
}

fn options() -> CallOptions {
    CallOptions::new()
}

/// A mebibyte of a graph.
fn large() -> String {
    (0..1 << 15).fold(String::new(), |graph, n| {
        graph + &format!("<urn:s> <urn:p> \"{n:014}\" .\n")
    })
}

fn serving_large_graph() -> Server {
    let server = server();
    server.with(|emulator| {
        let script = QueryScript::sparql().graph_store().exact("GET default");
        let script = script.body("application/n-triples", large());
        emulator.script(script.chunk_bytes(1000));
    });
    server
}

#[test]
fn every_kind_of_body_arrives_whole() {
    let server = serving_large_graph();
    server.with(|emulator| {
        emulator.script(QueryScript::sparql().body("application/n-quads", TRIPLES));
        emulator.script(QueryScript::sparql().explain().text("the plan"));
        emulator.script(QueryScript::gremlin().generate(50_000, |n| json!(n)));
    });
    let construct = ExecuteSparqlQuery::construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }");
    let explain =
        ExecuteSparqlExplainQuery::new("SELECT * { ?s ?p ?o }", SparqlExplainMode::Static);
    let gremlin = ExecuteGremlinQuery::new("g.V().id()");
    for driver in Driver::ALL {
        let client = driver.client(&server.endpoint(), quick());
        let mut body = client.bytes(&graph(), options());
        assert_eq!(body.meta(), None);
        let first = body.next_chunk().unwrap().unwrap();
        let meta = body.meta().unwrap();
        assert_eq!((meta.status.as_u16(), meta.attempts), (200, 1));
        assert_eq!(meta.content_type(), Some("application/n-triples"));
        let (rest, error) = body.read();
        assert!(error.is_none(), "{driver}: {error:?}");
        assert_eq!([&first, &*rest].concat(), large().as_bytes(), "{driver}");
        assert!(body.next_chunk().is_none());

        let read = client.bytes(&construct, options()).read();
        assert_eq!((&*read.0, read.1.is_none()), (TRIPLES.as_bytes(), true));
        let read = client.bytes(&explain, options()).read();
        assert_eq!((&*read.0, read.1.is_none()), (&b"the plan"[..], true));
        let (json, _) = client.bytes(&gremlin, options().max_body_bytes(1)).read();
        let json: Value = serde_json::from_slice(&json).unwrap();
        let rows = json["result"]["data"].as_array().unwrap();
        assert_eq!(rows.len(), 50_000, "{driver}");
        assert_eq!(server.connections().open, 1, "the connection is reused");
    }
}

#[test]
fn gzip_is_decompressed() {
    let text = large();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    for missing in [0, 3] {
        let packed = &packed[..packed.len() - missing];
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length";
        let head = format!("{head}: {}\r\n\r\n", packed.len());
        let server = RawServer::answering([head.as_bytes(), packed].concat());
        for driver in Driver::ALL {
            let client = driver.client(&server.url(), quick());
            let (body, error) = client.bytes(&graph(), options()).read();
            assert!(text.as_bytes().starts_with(&body));
            assert_eq!(
                (body.len() == text.len(), error.is_none()),
                (true, missing == 0)
            );
            assert!(error.is_none_or(|error| error.kind() == ErrorKind::Decode));
        }
    }
}

/// A body that is not complete never ends without an error.
#[test]
fn failures_are_the_last_item() {
    let tail = format!("{TRIPLES}{FAILURE}");
    let trailers = "x-neptune-status: 500 TimeLimitExceededException\r\n";
    let whole = chunked(&[TRIPLES, TRIPLES], "");
    let unended = whole.strip_suffix("0\r\n\r\n").unwrap().to_owned();
    let short = ok(TRIPLES);
    let short = short.strip_suffix(".\n").unwrap().to_owned();
    let truncated = chunked(&[r#"{"results":[{"a":1},"#], "");
    for (name, answer, before, kind) in [
        ("status", response("400 Bad Request", FAILURE), "", LIMIT),
        ("object", ok(FAILURE), "", LIMIT),
        (
            "object in chunks",
            chunked(&["{", &FAILURE[1..]], ""),
            "",
            LIMIT,
        ),
        ("trailers", chunked(&[TRIPLES], trailers), TRIPLES, LIMIT),
        ("tail", chunked(&[TRIPLES, FAILURE], ""), &tail, LIMIT),
        ("no last chunk", unended, &TRIPLES.repeat(2), CLOSED),
        (
            "content-length",
            short,
            &TRIPLES[..TRIPLES.len() - 2],
            CLOSED,
        ),
        (
            "JSON",
            truncated,
            r#"{"results":[{"a":1},"#,
            ErrorKind::Decode,
        ),
    ] {
        let server = RawServer::start(move |mut stream, _| {
            read_request(&mut stream).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        for driver in Driver::ALL {
            let client = driver.client(&server.url(), quick());
            let (body, error) = client.bytes(&graph(), options().max_attempts(1)).read();
            assert_eq!(String::from_utf8(body).unwrap(), before, "{driver}: {name}");
            assert_eq!(error.expect(name).kind(), kind, "{driver}: {name}");
        }
    }
}

#[test]
fn time_limits_hold_in_the_middle() {
    let server = RawServer::start(|mut stream, _| {
        read_request(&mut stream).unwrap();
        let body = chunked(&[TRIPLES], "");
        let begun = body.strip_suffix("0\r\n\r\n").unwrap();
        stream.write_all(begun.as_bytes()).unwrap();
        until_closed(&mut stream);
    });
    let limit = Duration::from_millis(200);
    for (options, kind) in [
        (options().timeout(limit), TransportErrorKind::Deadline),
        (
            options().attempt_timeout(limit),
            TransportErrorKind::Timeout,
        ),
    ] {
        for driver in Driver::ALL {
            let client = driver.client(&server.url(), quick());
            let (body, error) = client.bytes(&graph(), options.clone()).read();
            assert_eq!(body, TRIPLES.as_bytes(), "{driver}");
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Transport(kind), "{driver}");
            assert_eq!(error.attempts(), 1);
        }
    }
}

#[test]
fn attempts_are_repeated_only_before_the_first_byte() {
    let server = serving_large_graph();
    for driver in Driver::ALL {
        let client = driver.client(&server.endpoint(), quick());
        server.with(|emulator| {
            emulator.fail_next(PlannedFault::executed_but_closed());
            emulator.fail_next(PlannedFault::error("ThrottlingException", "slow down"));
        });
        let mut body = client.bytes(&graph(), options());
        let (read, error) = body.read();
        assert_eq!((read.len(), error.is_none()), (large().len(), true));
        let meta = body.meta().unwrap();
        assert_eq!(meta.attempts, 3, "{driver}");
        assert!(meta.earlier_may_have_executed);

        server.with(|emulator| emulator.fail_next(PlannedFault::executed_but_cut(10_000)));
        let (read, error) = client.bytes(&graph(), options()).read();
        let error = error.unwrap();
        assert_eq!((read.len(), error.kind()), (10_000, CLOSED), "{driver}");
        assert_eq!(error.attempts(), 1);
    }
}

#[test]
fn nothing_is_sent_before_the_first_chunk() {
    for driver in Driver::ALL {
        let server = serving_large_graph();
        let client = driver.client(&server.endpoint(), quick());
        drop(client.bytes(&graph(), options()));
        assert_eq!(server.connections().accepted, 0, "{driver}");
    }
}

#[test]
fn dropping_a_body_early_closes_its_connection_and_cancels_the_query() {
    for driver in Driver::ALL {
        let server = server();
        server.with(|emulator| {
            // Far more than all buffers between take.
            emulator.script(QueryScript::gremlin().repeat(json!("x".repeat(1000)), 1 << 20));
        });
        let client = driver.client(&server.endpoint(), quick());
        let query = ExecuteGremlinQuery::new("g.V()");
        for cancels in [false, true] {
            let mut body = client.bytes(&query, options().cancel_on_abandon(cancels));
            body.next_chunk().unwrap().unwrap();
            drop(body);
            client.flush_cancellations();
            let open = || server.connections().open;
            // The hyper client keeps the connection of the cancellation.
            assert!(
                server.wait_until(LONG, || open() <= usize::from(cancels)),
                "{driver}"
            );
            let received = server.with(|emulator| emulator.received("CancelGremlinQuery"));
            assert_eq!(received, usize::from(cancels), "{driver}");
        }
    }
}

/// The blocking client's body is a reader.
#[test]
fn readers_read_the_body_in_any_pieces() {
    let server = serving_large_graph();
    let client =
        neptunedata_blocking::Client::unsigned(server.endpoint().parse().unwrap()).unwrap();
    let mut copied = Vec::new();
    io::copy(&mut client.bytes(graph()), &mut copied).unwrap();
    assert_eq!(copied, large().as_bytes());

    let mut reader = client.bytes(graph());
    assert_eq!(reader.read(&mut []).unwrap(), 0);
    let mut read = Vec::new();
    for size in (1..100).cycle() {
        let mut buffer = vec![0; size];
        let amount = reader.read(&mut buffer).unwrap();
        read.extend_from_slice(&buffer[..amount]);
        if amount == 0 {
            break;
        }
    }
    assert_eq!(read, large().as_bytes());
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);

    let lines = client.bytes(graph()).lines();
    assert!(
        lines
            .map(Result::unwrap)
            .eq(large().lines().map(str::to_owned))
    );

    // What was read is not in the chunks.
    let mut reader = client.bytes(graph());
    let start = reader.fill_buf().unwrap();
    assert!(large().as_bytes().starts_with(start));
    assert!(reader.meta().is_some());
    reader.read_exact(&mut [0; 10]).unwrap();
    let rest: Vec<_> = reader.chunks().map(Result::unwrap).collect();
    assert_eq!(rest.concat(), &large().as_bytes()[10..]);
    reader.consume(5);
    assert_eq!(reader.chunks().count(), 0);
}

#[test]
fn a_failed_read_contains_the_error_and_fails_again() {
    let server = RawServer::answering(chunked(&[TRIPLES, FAILURE], ""));
    let client = neptunedata_blocking::Client::unsigned(server.endpoint()).unwrap();
    let mut reader = client.bytes(graph());
    let mut read = Vec::new();
    let error = io::copy(&mut reader, &mut read).unwrap_err();
    assert!(read.starts_with(TRIPLES.as_bytes()));
    assert_eq!(error.downcast::<Error>().unwrap().kind(), LIMIT);
    let error = reader.read(&mut [0]).unwrap_err();
    assert_eq!(error.downcast::<Error>().unwrap().kind(), LIMIT);
    let mut chunks = reader.chunks();
    assert_eq!(chunks.next().unwrap().unwrap_err().kind(), LIMIT);
    assert!(chunks.next().is_none());
}

/// A caller that stops waiting for a chunk and comes back misses none.
#[test]
fn futures_of_chunks_can_be_dropped() {
    let server = serving_large_graph();
    server.with(|emulator| {
        let slowly = "trickle; bytes=10000; every=1; part=body".parse::<PlannedFault>();
        emulator.fail_next(slowly.unwrap());
    });
    block_on(async {
        let client = hyper(&server, quick());
        let mut body = client.bytes(graph());
        let (mut read, mut dropped) = (Vec::new(), 0_u64);
        loop {
            let limit = Duration::from_micros(dropped % 300);
            match tokio::time::timeout(limit, body.next()).await {
                Ok(Some(chunk)) => read.extend_from_slice(&chunk.unwrap()),
                Ok(None) => break,
                Err(_) => dropped += 1,
            }
        }
        assert_eq!(read, large().as_bytes());
        assert!(dropped > 0);
        assert_eq!(body.summary(), body.meta());
    });
}
