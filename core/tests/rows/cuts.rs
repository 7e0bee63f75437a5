//! The positions at which a body is cut into chunks do not change the result.

use bytes::Bytes;
use neptunedata::{error::DecodeErrorKind, rows::RowsFormat};
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::Config};
use serde::Deserialize;
use serde_json::{Value, json};

use super::bodies::{Seen, body, broken_body, by, expected, in_pieces, whole};

fn pieces(body: &[u8], cuts: &[Index]) -> Vec<Bytes> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|ends| Bytes::copy_from_slice(&body[ends[0]..ends[1]]))
        .collect()
}

/// A type that only some of the rows have.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Few {
    Number(i64),
    Text(String),
    List(Vec<Few>),
    Nothing(()),
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    /// The rows are those that serde_json finds in the whole body.
    #[test]
    fn rows_are_those_of_the_whole_body((format, body) in body(), cuts in vec(any::<Index>(), 0..8)) {
        let parsed: Value = serde_json::from_str(&body).unwrap();
        let seen = in_pieces::<Value>(format, 1 << 20, pieces(body.as_bytes(), &cuts));
        let rows = expected(format, &parsed);
        prop_assert_eq!(Some(&seen.rows), rows.as_ref());
        prop_assert_eq!(&seen.end, &Ok(()));
        prop_assert_eq!(&by::<Value>(format, body.as_bytes(), 1), &seen);
        // The other members are kept.
        for (name, value) in seen.envelope.iter() {
            let pointer = format!("/{}", name.replace('.', "/"));
            prop_assert_eq!(
                parsed.pointer(&pointer),
                Some(&serde_json::from_slice(value).unwrap())
            );
        }
    }

    /// A body that is truncated anywhere gives its complete rows and then an error.
    #[test]
    fn truncation_is_detected((format, body) in body(), stop in any::<Index>()) {
        let body = body.as_bytes();
        let stopped = &body[..stop.index(body.len())];
        let all = whole::<Value>(format, body);
        let seen = whole::<Value>(format, stopped);
        prop_assert!(all.rows.starts_with(&seen.rows));
        let kind = if stopped.iter().all(u8::is_ascii_whitespace) {
            DecodeErrorKind::Empty
        } else {
            DecodeErrorKind::Truncated
        };
        prop_assert_eq!(seen.end.clone().map_err(|(kind, ..)| kind), Err(kind));
        prop_assert_eq!(by::<Value>(format, stopped, 1), seen);
    }

    /// The results are the same for all chunks, also for invalid bodies.
    #[test]
    fn cuts_change_nothing(
        (format, body) in broken_body(),
        cuts in vec(any::<Index>(), 0..8),
        limit in prop_oneof![Just(1 << 20), 0..100_usize],
    ) {
        let all = |pieces: Vec<Bytes>| in_pieces::<Value>(format, limit, pieces);
        let one = all(vec![body.clone().into()]);
        prop_assert_eq!(&all(pieces(&body, &cuts)), &one);
        prop_assert_eq!(&all(body.chunks(1).map(Bytes::copy_from_slice).collect()), &one);

        let typed = |pieces| in_pieces::<Few>(format, limit, pieces);
        let one = typed(vec![body.clone().into()]);
        prop_assert_eq!(&typed(pieces(&body, &cuts)), &one);
        prop_assert_eq!(&typed(body.chunks(1).map(Bytes::copy_from_slice).collect()), &one);
    }

    /// The reader succeeds if and only if serde_json accepts the whole body.
    #[test]
    fn success_is_as_for_the_whole_body((format, body) in broken_body()) {
        let seen = whole::<Value>(format, &body);
        match serde_json::from_slice::<Value>(&body) {
            Ok(parsed) => match expected(format, &parsed) {
                Some(rows) if seen.end.is_ok() => prop_assert_eq!(seen.rows, rows),
                // The rows are a duplicate or have another type. Without rows or with null, both results occur.
                Some(_) => prop_assert_eq!(
                    seen.end.map_err(|(kind, ..)| kind),
                    Err(DecodeErrorKind::Shape)
                ),
                None => {}
            },
            Err(error) => prop_assert!(
                seen.end.is_err() || is_ignored_when_skipped(&error),
                "{error}: {seen:?}"
            ),
        }
    }
}

/// Whether the error is in a value that the reader skips: it only checks the syntax of these.
fn is_ignored_when_skipped(error: &serde_json::Error) -> bool {
    let error = error.to_string();
    [
        "lone leading surrogate",
        "invalid unicode code point",
        "unexpected end of hex escape",
        "number out of range",
    ]
    .iter()
    .any(|text| error.contains(text))
}

/// Long rows in chunks of several sizes.
#[test]
fn long_rows_are_complete() {
    let long = "x".repeat(200_000);
    let row = json!({"a": long, "b": [long, {"c": "\\\""}]});
    let body = json!({"results": [1, row, "y", row, long]}).to_string();
    let expected = vec![json!(1), row.clone(), json!("y"), row, json!(long)];
    for size in [1, 999, 65_536, 1_000_000] {
        let Seen { rows, end, .. } = by::<Value>(RowsFormat::OpenCypher, body.as_bytes(), size);
        assert_eq!(end, Ok(()));
        assert!(rows == expected);
    }
}
