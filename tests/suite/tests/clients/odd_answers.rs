//! Answers that no server should give, written by hand: both clients take them the same way.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use neptunedata::{
    CallOptions, Endpoint, Error, ErrorKind, ExceptionKind,
    error::{Cause, DecodeErrorKind},
    gremlin::ExecuteGremlinQuery,
    opencypher::ExecuteOpenCypherQuery,
    rows::RowQuery,
    sparql::ExecuteSparqlQuery,
};
use serde_json::{Value, json};

use crate::support::{BOTH, Driver, Read, block_on, blocking_to, hyper_to, options, read_from};

/// A server that gives this answer to whatever it is sent, once for each connection.
fn answering(answer: Vec<u8>) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), answer.clone());
            thread::spawn(move || {
                // One request is far less than this, and sent in one go.
                let mut request = [0; 64 * 1024];
                let _ = stream.read(&mut request);
                let _ = stream.write_all(&answer);
                // The client closes.
                while stream.read(&mut request).is_ok_and(|length| length > 0) {}
            });
        }
    });
    Endpoint::parse(&format!("http://{address}")).unwrap()
}

/// An answer in chunks, with trailers.
fn chunked(chunks: &[&str], trailers: &[(&str, &str)]) -> Vec<u8> {
    let mut answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
        transfer-encoding: chunked\r\n\r\n"
        .to_owned();
    for chunk in chunks {
        answer += &format!("{:x}\r\n{chunk}\r\n", chunk.len());
    }
    answer += "0\r\n";
    for (name, value) in trailers {
        answer += &format!("{name}: {value}\r\n");
    }
    (answer + "\r\n").into_bytes()
}

fn rows(driver: Driver, endpoint: &Endpoint, query: &impl RowQuery) -> Read<Value> {
    let endpoint = endpoint.clone();
    read_from(driver, endpoint, query, CallOptions::new(), usize::MAX)
}

#[test]
fn any_failing_trailer_makes_it_a_failure() {
    const STATUS: &str = "X-Neptune-Status";
    const DETAIL: &str = "X-Neptune-Detail";
    let bad = (STATUS, "500 TimeLimitExceededException");
    let named = (
        DETAIL,
        "%7B%22code%22%3A%22TimeLimitExceededException%22%2C%22requestId%22%3A%22r%22%2C%22detailedMessage%22%3A%22m%22%7D",
    );
    let good = (STATUS, "200 OK");
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let failing = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
    for (trailers, fails) in [
        (&[good, bad][..], true),
        (&[bad, good], true),
        (&[named], true),
        (&[(DETAIL, ""), named], true),
        (&[good, (DETAIL, "")], false),
        (&[], false),
    ] {
        let endpoint = answering(chunked(&[r#"{"results":[1,2]}"#], trailers));
        let wholes = [
            blocking_to(endpoint.clone(), options()).send(&query),
            block_on(async { hyper_to(endpoint.clone(), options()).send(&query).await }),
        ];
        for whole in wholes {
            let kind = whole.err().map(|error| error.kind());
            assert_eq!(kind, fails.then_some(failing), "{trailers:?}");
        }
        for driver in BOTH {
            let read = rows(driver, &endpoint, &query);
            assert_eq!(read.rows, [json!(1), json!(2)]);
            let kind = read.error.map(|error| error.kind());
            assert_eq!(kind, fails.then_some(failing), "{driver:?}: {trailers:?}");
            assert_eq!(read.end.is_none(), fails);
        }
    }
}

#[test]
fn members_without_end_are_kept_up_to_the_same_limit() {
    let members = r#""a":1,"#.repeat(10);
    let mut chunks = vec!["{"];
    chunks.extend(vec![&*members; 1000]);
    chunks.push(r#""results":[1]}"#);
    let endpoint = answering(chunked(&chunks, &[]));
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let [one, other] = BOTH.map(|driver| {
        let read = rows(driver, &endpoint, &query);
        assert_eq!(read.rows, [json!(1)]);
        read.end.unwrap().envelope
    });
    assert_eq!(one, other);
    assert!(!one.is_complete());
    let kept = one.iter().count();
    assert!((1000..=2048).contains(&kept), "{kept}");
}

#[test]
fn what_is_no_answer_of_its_language_ends_in_an_error() {
    let is_shape = |error: Option<Error>| match error.expect("an error").cause() {
        Cause::Decode(error) => error.kind() == DecodeErrorKind::Shape,
        _ => false,
    };
    for driver in BOTH {
        for body in [
            r#"{"head":{},"boolean":"x"}"#,
            r#"{"head":{},"boolean":null}"#,
        ] {
            let endpoint = answering(chunked(&[body], &[]));
            let read = rows(driver, &endpoint, &ExecuteSparqlQuery::ask("ASK {}"));
            assert_eq!(read.rows, Vec::<Value>::new());
            assert!(is_shape(read.error), "{driver:?}: {body}");
        }
        let body = r#"{"result":{"data":{"@value":["a",1],"@type":"g:Map"},"meta":{}}}"#;
        let endpoint = answering(chunked(&[body], &[]));
        let read = rows(driver, &endpoint, &ExecuteGremlinQuery::new("g.V()"));
        assert!(is_shape(read.error), "{driver:?}");
    }
}
