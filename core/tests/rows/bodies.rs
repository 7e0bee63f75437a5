//! Bodies, whole and broken, and reading them in pieces.

use bytes::Bytes;
use neptunedata::{
    error::DecodeErrorKind,
    rows::{Envelope, RowReader, RowsFormat},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Why it ended: the sort of failure, where, and what.
pub(crate) type End = Result<(), (DecodeErrorKind, String, String)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) end: End,
    pub(crate) members: Envelope,
}

/// Reads a body that comes in these pieces.
pub(crate) fn in_pieces<T: DeserializeOwned>(
    framing: RowsFormat,
    limit: usize,
    pieces: impl IntoIterator<Item = Bytes>,
) -> Seen<T> {
    let mut reader = RowReader::<T>::new(framing).row_limit(limit);
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
            Some(_) => panic!("a row that nothing follows"),
            None => Ok(()),
        }
    });
    if let Err(error) = &end {
        // It stays the end.
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
        members: reader.members().clone(),
    }
}

pub(crate) fn whole<T: DeserializeOwned>(framing: RowsFormat, body: &[u8]) -> Seen<T> {
    in_pieces(framing, 1 << 20, [Bytes::copy_from_slice(body)])
}

/// In pieces of `size` bytes.
pub(crate) fn by<T: DeserializeOwned>(framing: RowsFormat, body: &[u8], size: usize) -> Seen<T> {
    let pieces = body.chunks(size).map(Bytes::copy_from_slice);
    in_pieces(framing, 1 << 20, pieces)
}

/// The rows of a whole answer, by another way.
pub(crate) fn expected(framing: RowsFormat, body: &Value) -> Option<Vec<Value>> {
    let list = match framing {
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

pub(crate) const FRAMINGS: [RowsFormat; 4] = [
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

/// An answer with these rows.
fn answer(framing: RowsFormat, typed: bool, rows: Vec<Value>, extra: Value) -> Value {
    match framing {
        RowsFormat::OpenCypher => json!({"results": rows, "extra": extra}),
        RowsFormat::Gremlin => {
            let data = match typed {
                true => json!({"@type": "g:List", "@value": rows}),
                false => json!(rows),
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

/// A framing and a whole body in it, dense or spaced.
pub(crate) fn body() -> impl Strategy<Value = (RowsFormat, String)> {
    (
        select(FRAMINGS.to_vec()),
        any::<bool>(),
        vec(value(), 0..6),
        value(),
        any::<bool>(),
    )
        .prop_map(|(framing, typed, rows, extra, spaced)| {
            let answer = answer(framing, typed, rows, extra);
            let text = match spaced {
                true => serde_json::to_string_pretty(&answer),
                false => serde_json::to_string(&answer),
            };
            (framing, text.expect("JSON"))
        })
}

/// A body that something happened to.
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
        .prop_map(|((framing, body), damages, cut)| {
            let mut body = body.into_bytes();
            for (at, removed, added) in damages {
                let at = at.index(body.len() + 1);
                let end = match cut {
                    true => body.len(),
                    false => body.len().min(at + removed),
                };
                body.splice(at..end, added);
            }
            (framing, body)
        })
}
