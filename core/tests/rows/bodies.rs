//! Valid and invalid bodies, and reading them in pieces.

use bytes::Bytes;
use neptunedata::{
    error::DecodeErrorKind,
    rows::{Envelope, RowReader, RowsFormat},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The end of reading: success, or the kind, the path and the reason of the error.
pub(crate) type End = Result<(), (DecodeErrorKind, String, String)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) end: End,
    pub(crate) envelope: Envelope,
}

/// Reads a body that arrives in these pieces.
pub(crate) fn in_pieces<T: DeserializeOwned>(
    format: RowsFormat,
    limit: usize,
    pieces: impl IntoIterator<Item = Bytes>,
) -> Seen<T> {
    let mut reader = RowReader::<T>::new(format).max_row_bytes(limit);
    let mut rows = Vec::new();
    let mut pieces = pieces.into_iter();
    let end = loop {
        match reader.next_row() {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => match pieces.next() {
                Some(piece) => reader.push(piece),
                None => break Ok(()),
            },
            Err(error) => break Err(error),
        }
    };
    let end = end.and_then(|()| {
        reader.end();
        match reader.next_row()? {
            Some(_) => panic!("a row that was complete before the end"),
            None => Ok(()),
        }
    });
    if let Err(error) = &end {
        // The error is permanent.
        reader.push(r#"{"results":[]}"#);
        assert_eq!(reader.next_row().err().as_ref(), Some(error));
    }
    Seen {
        rows,
        end: end.map_err(|error| {
            (
                error.kind(),
                error.path().to_owned(),
                error.reason().to_owned(),
            )
        }),
        envelope: reader.envelope().clone(),
    }
}

pub(crate) fn whole<T: DeserializeOwned>(format: RowsFormat, body: &[u8]) -> Seen<T> {
    in_pieces(format, 1 << 20, [Bytes::copy_from_slice(body)])
}

/// Reads a body in pieces of `size` bytes.
pub(crate) fn by<T: DeserializeOwned>(format: RowsFormat, body: &[u8], size: usize) -> Seen<T> {
    let pieces = body.chunks(size).map(Bytes::copy_from_slice);
    in_pieces(format, 1 << 20, pieces)
}

/// The rows of a body, or the kind and the path of the error; the same for whole and cut bodies.
pub(crate) fn rows_of(
    format: RowsFormat,
    body: &str,
) -> Result<Vec<Value>, (DecodeErrorKind, String)> {
    let seen = whole::<Value>(format, body.as_bytes());
    assert_eq!(by::<Value>(format, body.as_bytes(), 1), seen);
    match seen.end {
        Ok(()) => Ok(seen.rows),
        Err((kind, path, _)) => Err((kind, path)),
    }
}

/// The rows of a whole body, found without the reader.
pub(crate) fn expected(format: RowsFormat, body: &Value) -> Option<Vec<Value>> {
    let list = match format {
        RowsFormat::OpenCypher => &body["results"],
        RowsFormat::Gremlin if body["result"]["data"].is_object() => {
            &body["result"]["data"]["@value"]
        }
        RowsFormat::Gremlin => &body["result"]["data"],
        RowsFormat::Sparql => &body["results"]["bindings"],
        _ => &body["records"],
    };
    list.as_array().cloned()
}

pub(crate) const FORMATS: [RowsFormat; 4] = [
    RowsFormat::OpenCypher,
    RowsFormat::Gremlin,
    RowsFormat::Sparql,
    RowsFormat::Stream,
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,6}",
        select(vec![
            "",
            "\"",
            "\\",
            "}",
            "]",
            "[{,:",
            "é",
            "\u{1F980}",
            "\n",
            "a\\\"b",
            "\u{0}",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

/// Any JSON value.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000..1000_i32).prop_map(|number| Value::from(f64::from(number) / 8.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text(), inner), 0..4)
                .prop_map(|members| { Value::Object(members.into_iter().collect::<Map<_, _>>()) }),
        ]
    })
}

/// A response body with these rows.
fn response(format: RowsFormat, typed: bool, rows: Vec<Value>, extra: Value) -> Value {
    match format {
        RowsFormat::OpenCypher => json!({"results": rows, "extra": extra}),
        RowsFormat::Gremlin => {
            let data = if typed {
                json!({"@type": "g:List", "@value": rows})
            } else {
                json!(rows)
            };
            json!({
                "requestId": "r",
                "status": {"message": "", "code": 200, "attributes": extra},
                "result": {"data": data, "meta": extra},
            })
        }
        RowsFormat::Sparql => json!({
            "head": {"vars": ["s", "p"]},
            "results": {"distinct": false, "bindings": rows, "x": extra},
        }),
        _ => json!({
            "lastEventId": {"commitNum": 12, "opNum": 1},
            "records": rows,
            "totalRecords": extra,
        }),
    }
}

/// A format and a valid body in it, with or without white space.
pub(crate) fn body() -> impl Strategy<Value = (RowsFormat, String)> {
    (
        select(FORMATS.to_vec()),
        any::<bool>(),
        vec(value(), 0..6),
        value(),
        any::<bool>(),
    )
        .prop_map(|(format, typed, rows, extra, spaced)| {
            let response = response(format, typed, rows, extra);
            let text = if spaced {
                serde_json::to_string_pretty(&response)
            } else {
                serde_json::to_string(&response)
            };
            (format, text.expect("JSON"))
        })
}

/// A body that is damaged or cut.
pub(crate) fn broken_body() -> impl Strategy<Value = (RowsFormat, Vec<u8>)> {
    let damage = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        select(vec![
            "", "\"", "{", "}", "[", "]", ",", ":", " ", "0", "-", "null", "\\", "\\u12"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        Just(
            br#"{"requestId":"r","code":"TimeLimitExceededException","detailedMessage":"m"}"#
                .to_vec()
        ),
    ];
    (
        body(),
        vec((any::<prop::sample::Index>(), 0..3_usize, damage), 1..3),
        any::<bool>(),
    )
        .prop_map(|((format, body), damages, cut)| {
            let mut body = body.into_bytes();
            for (at, removed, added) in damages {
                let at = at.index(body.len() + 1);
                let end = if cut {
                    body.len()
                } else {
                    body.len().min(at + removed)
                };
                body.splice(at..end, added);
            }
            (format, body)
        })
}
