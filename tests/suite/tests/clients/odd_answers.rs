//! Invalid answers, written by hand: both clients handle them in the same way.

use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind,
    error::{Cause, DecodeErrorKind},
    gremlin::ExecuteGremlinQuery,
    opencypher::ExecuteOpenCypherQuery,
    rows::RowQuery,
    sparql::ExecuteSparqlQuery,
};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, chunked},
};
use serde_json::{Value, json};

use crate::support::{Read, read_all};

fn rows(driver: Driver, server: &RawServer, query: &impl RowQuery) -> Read<Value> {
    let client = driver.client(&server.url(), quick());
    read_all(&client, query, CallOptions::new())
}

#[test]
fn any_trailer_with_a_failure_fails_the_call() {
    let good = "X-Neptune-Status: 200 OK\r\n";
    let bad = "X-Neptune-Status: 500 TimeLimitExceededException\r\n";
    let named = "X-Neptune-Detail: %7B%22code%22%3A%22TimeLimitExceededException%22%2C\
        %22requestId%22%3A%22r%22%2C%22detailedMessage%22%3A%22m%22%7D\r\n";
    let empty = "X-Neptune-Detail: \r\n";
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let failing = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
    for (trailers, fails) in [
        ([good, bad], true),
        ([bad, good], true),
        ([named, ""], true),
        ([empty, named], true),
        ([good, empty], false),
        (["", ""], false),
    ] {
        let answer = chunked(&[r#"{"results":[1,2]}"#], &trailers.concat());
        let server = RawServer::answering(answer);
        let expected = fails.then_some(failing);
        for driver in Driver::ALL {
            let whole = driver.client(&server.url(), quick()).send(&query);
            let kind = whole.err().map(|error| error.kind());
            assert_eq!(kind, expected, "{driver}: {trailers:?}");
            let read = rows(driver, &server, &query);
            assert_eq!(read.rows, [json!(1), json!(2)]);
            let kind = read.error.map(|error| error.kind());
            assert_eq!(kind, expected, "{driver}: {trailers:?}");
            assert_eq!(read.end.is_none(), fails);
        }
    }
}

#[test]
fn endless_members_are_kept_up_to_the_same_limit() {
    let members = r#""a":1,"#.repeat(10);
    let mut chunks = vec!["{"];
    chunks.extend(vec![&*members; 1000]);
    chunks.push(r#""results":[1]}"#);
    let server = RawServer::answering(chunked(&chunks, ""));
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let [one, other] = Driver::ALL.map(|driver| {
        let read = rows(driver, &server, &query);
        assert_eq!(read.rows, [json!(1)]);
        read.end.unwrap().envelope
    });
    assert_eq!(one, other);
    assert!(!one.is_complete());
    let kept = one.iter().count();
    assert!((1000..=2048).contains(&kept), "{kept}");
}

#[test]
fn an_answer_that_does_not_fit_its_language_is_an_error() {
    let is_shape = |error: Option<Error>| match error.expect("an error").cause() {
        Cause::Decode(error) => error.kind() == DecodeErrorKind::Shape,
        _ => false,
    };
    for driver in Driver::ALL {
        for body in [
            r#"{"head":{},"boolean":"x"}"#,
            r#"{"head":{},"boolean":null}"#,
        ] {
            let server = RawServer::answering(chunked(&[body], ""));
            let read = rows(driver, &server, &ExecuteSparqlQuery::ask("ASK {}"));
            assert_eq!(read.rows, Vec::<Value>::new());
            assert!(is_shape(read.error), "{driver}: {body}");
        }
        let body = r#"{"result":{"data":{"@value":["a",1],"@type":"g:Map"},"meta":{}}}"#;
        let server = RawServer::answering(chunked(&[body], ""));
        let read = rows(driver, &server, &ExecuteGremlinQuery::new("g.V()"));
        assert!(is_shape(read.error), "{driver}");
    }
}
