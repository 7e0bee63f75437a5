//! The operations of the service whose responses have rows.

use neptunedata::{
    CallOptions,
    gremlin::ExecuteGremlinQuery,
    opencypher::ExecuteOpenCypherQuery,
    streams::{GetPropertygraphStream, PropertygraphRecord},
};
use serde_json::{Value, json};

use super::{
    operations::{Read, read},
    script::answer,
};

#[test]
fn queries_and_streams_are_read_as_they_arrive() {
    let cypher = answer(200, r#"{"results":[{"a":1}]}"#);
    let query = ExecuteOpenCypherQuery::new("RETURN 1 AS a");
    let done: Read<Value> = read(&query, &CallOptions::new(), &[cypher.into()], 3);
    assert_eq!(done.items, [json!({"a": 1})]);
    assert!(done.result.is_ok());

    let gremlin = answer(
        200,
        r#"{"requestId":"r","status":{"code":200},"result":{"data":["v"],"meta":{}}}"#,
    );
    let query = ExecuteGremlinQuery::new("g.V().id()");
    let done: Read<String> = read(&query, &CallOptions::new(), &[gremlin.into()], 3);
    assert_eq!(done.items, ["v"]);
    assert_eq!(
        done.result.expect("a success").envelope.json(r"requestId"),
        Some("r".to_owned())
    );

    let stream = answer(200, STREAM);
    let page = GetPropertygraphStream::trim_horizon();
    let done: Read<PropertygraphRecord> = read(&page, &CallOptions::new(), &[stream.into()], 3);
    assert_eq!(done.items.len(), 2);
    assert_eq!(done.items[1].is_last_op, Some(true));
}

const STREAM: &str = r#"{"lastEventId":{"commitNum":12,"opNum":2},"records":[
    {"eventId":{"commitNum":12,"opNum":1},"op":"ADD"},
    {"eventId":{"commitNum":12,"opNum":2},"op":"ADD","isLastOp":true}],"totalRecords":2}"#;

#[cfg(feature = "gzip")]
mod gzip {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use neptunedata::{
        ErrorKind, ExceptionKind,
        error::{Cause, DecodeErrorKind},
        transport::{Sent, TransportErrorKind},
    };

    use super::*;
    use crate::script::{Answer, Event, error_object};

    fn gzipped(body: &str) -> Answer {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body.as_bytes()).expect("memory");
        answer(200, encoder.finish().expect("memory")).header("content-encoding", "gzip")
    }

    fn stream(event: impl Into<Event>, size: usize) -> Read<Value> {
        let page = GetPropertygraphStream::trim_horizon();
        let options = CallOptions::new().max_attempts(1);
        read(&page, &options, &[event.into()], size)
    }

    #[test]
    fn rows_are_decompressed() {
        for size in [1, 10, 1000] {
            let done = stream(gzipped(STREAM), size);
            assert_eq!(done.items.len(), 2);
            assert_eq!(done.result.expect("a success").rows, 2);
            // A failing trailer and an error object after an incomplete body are detected too.
            let limit = ExceptionKind::TimeLimitExceededException;
            let failing =
                gzipped(STREAM).trailer("x-neptune-status", "500 TimeLimitExceededException");
            let done = stream(failing, size);
            assert_eq!(done.items.len(), 2);
            let error = done.result.expect_err("a failure");
            assert_eq!(error.kind(), ErrorKind::Service(limit));
            let object = error_object("TimeLimitExceededException", "m");
            let done = stream(gzipped(&format!(r#"{{"records":[1,2,{object}"#)), size);
            assert_eq!(done.items, [json!(1), json!(2)]);
            let error = done.result.expect_err("a failure");
            assert_eq!(error.kind(), ErrorKind::Service(limit));
        }
    }

    /// A body that is cut anywhere is never a success.
    #[test]
    fn truncated_gzip_is_an_error() {
        let whole = gzipped(STREAM);
        for length in 0..whole.body.len() {
            let mut cut = whole.clone();
            cut.body.truncate(length);
            let done = stream(cut.clone(), 7);
            let error = done.result.expect_err("a truncated body");
            match error.cause() {
                Cause::Decode(cause) => assert!(
                    matches!(
                        cause.kind(),
                        DecodeErrorKind::Truncated | DecodeErrorKind::Empty
                    ),
                    "{error}"
                ),
                _ => panic!("{error}"),
            }
            let broken = Event::Cut(cut, TransportErrorKind::Closed, Sent::Maybe);
            let error = stream(broken, 7).result.expect_err("a broken connection");
            let kind = ErrorKind::Transport(TransportErrorKind::Closed);
            assert_eq!(error.kind(), kind);
        }
    }

    #[test]
    fn the_row_limit_applies_to_the_decompressed_size() {
        let large = format!(r#"{{"records":["{}"]}}"#, "x".repeat(3_000_000));
        let page = GetPropertygraphStream::trim_horizon();
        let options = CallOptions::new().max_row_bytes(1_000_000);
        let done: Read<Value> = read(&page, &options, &[gzipped(&large).into()], 1000);
        let error = done.result.expect_err("a row above the limit");
        assert!(
            error.to_string().contains("max_row_bytes (1000000 bytes)"),
            "{error}"
        );
    }
}
