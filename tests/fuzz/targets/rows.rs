//! Any body, cut anywhere, gives the same rows and the same end as in one piece, and those that
//! serde_json finds in the whole.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use neptunedata::{
    error::DecodeErrorKind,
    rows::{Envelope, RowReader, RowsFormat},
};
use serde_json::Value;

type End = Result<(), (DecodeErrorKind, String, String)>;

fn read<'a>(
    framing: RowsFormat,
    limit: usize,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (Vec<Value>, End, Envelope) {
    let mut reader = RowReader::<Value>::new(framing).max_row_bytes(limit);
    let mut rows = Vec::new();
    let mut pieces = pieces.map(Bytes::copy_from_slice);
    let mut ended = false;
    let end = loop {
        match reader.next_row() {
            Ok(Some(row)) => rows.push(row),
            Ok(None) if ended => break Ok(()),
            Ok(None) => match pieces.next() {
                Some(piece) => reader.push(piece),
                None => {
                    reader.end();
                    ended = true;
                }
            },
            Err(error) => {
                assert!(error.to_string().len() < 4096, "a text without bounds");
                let reason = error.reason().to_owned();
                break Err((error.kind(), error.path().to_owned(), reason));
            }
        }
    };
    assert_eq!(reader.rows(), rows.len() as u64);
    (rows, end, reader.envelope().clone())
}

fn rows_of(framing: RowsFormat, body: &Value) -> Option<&Vec<Value>> {
    let list = match framing {
        RowsFormat::OpenCypher => &body["results"],
        RowsFormat::Gremlin if body["result"]["data"].is_object() => {
            &body["result"]["data"]["@value"]
        }
        RowsFormat::Gremlin => &body["result"]["data"],
        RowsFormat::Sparql => &body["results"]["bindings"],
        _ => &body["records"],
    };
    list.as_array()
}

fuzz_target!(|data: &[u8]| {
    let [framing, limit, size, body @ ..] = data else {
        return;
    };
    // Half of the time the row is the input, in an answer that fits.
    let (framing, before, after) = match framing % 8 {
        0 => (RowsFormat::OpenCypher, "", ""),
        1 => (RowsFormat::Gremlin, "", ""),
        2 => (RowsFormat::Sparql, "", ""),
        3 => (RowsFormat::Stream, "", ""),
        4 => (RowsFormat::OpenCypher, r#"{"results":[1,"#, "]}"),
        5 => (
            RowsFormat::Gremlin,
            r#"{"result":{"data":{"@value":["#,
            "]}}}",
        ),
        6 => (RowsFormat::Sparql, r#"{"results":{"bindings":[["#, "]]}}"),
        _ => (RowsFormat::Stream, r#"{"records":[{},"#, "],\"a\":{}}"),
    };
    let body = [before.as_bytes(), body, after.as_bytes()].concat();
    let limit = match limit {
        0..200 => 1 << 20,
        limit => usize::from(*limit - 200),
    };
    let one = read(framing, limit, [body.as_slice()].into_iter());
    assert_eq!(read(framing, limit, body.chunks(1)), one);
    assert_eq!(
        read(framing, limit, body.chunks(usize::from(*size) + 1)),
        one
    );

    if let Ok(whole) = serde_json::from_slice::<Value>(&body)
        && let (rows, Ok(()), _) = one
    {
        match rows_of(framing, &whole) {
            Some(expected) => assert_eq!(&rows, expected),
            None => assert!(rows.is_empty()),
        }
    }
});
