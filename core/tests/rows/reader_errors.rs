//! The errors and the limits of the row reader.

use neptunedata::{
    error::DecodeErrorKind,
    rows::{RowReader, RowsFormat},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::bodies::{by, in_pieces, rows_of, whole};

#[test]
fn invalid_bodies_are_errors() {
    use DecodeErrorKind::{Empty, Shape, Syntax, Truncated};
    use RowsFormat::{Gremlin, OpenCypher, Sparql, Stream};

    for (format, body, kind, path) in [
        (OpenCypher, "", Empty, ""),
        (OpenCypher, " \n", Empty, ""),
        (OpenCypher, "{", Truncated, ""),
        (OpenCypher, "{}", Shape, "results"),
        (Gremlin, "{}", Shape, "result.data"),
        (Gremlin, r#"{"result":{}}"#, Shape, "result.data"),
        (Gremlin, r#"{"result":{"data":{}}}"#, Shape, "result.data"),
        (Gremlin, r#"{"result":[]}"#, Shape, "result"),
        (Sparql, r#"{"head":{}}"#, Shape, "results.bindings"),
        (Sparql, r#"{"results":[]}"#, Shape, "results"),
        (
            Sparql,
            r#"{"results":{"bindings":{}}}"#,
            Shape,
            "results.bindings",
        ),
        (Stream, r#"{"records":{}}"#, Shape, "records"),
        (OpenCypher, r#"{"results":"x"}"#, Shape, "results"),
        (
            OpenCypher,
            r#"{"results":[],"results":[]}"#,
            Shape,
            "results",
        ),
        (OpenCypher, "<html>", Syntax, ""),
        (OpenCypher, "[]", Syntax, ""),
        (OpenCypher, r#"{"results":[1,]}"#, Syntax, "results[1]"),
        (OpenCypher, r#"{"results":[1 2]}"#, Syntax, "results[0]"),
        (OpenCypher, r#"{"results":[1x]}"#, Syntax, "results[0]"),
        (OpenCypher, r#"{"results":[{}{}]}"#, Syntax, "results"),
        (OpenCypher, r#"{"results":["a":1]}"#, Syntax, "results"),
        (OpenCypher, r#"{"results":[{}}"#, Syntax, "results"),
        (OpenCypher, r#"{"results":[{}"#, Truncated, "results"),
        (OpenCypher, r#"{"results":[1"#, Truncated, "results[0]"),
        (OpenCypher, r#"{"results":[1 "#, Truncated, "results[0]"),
        (OpenCypher, r#"{"results":[1],}"#, Syntax, ""),
        (OpenCypher, r#"{"results":[1]}x"#, Syntax, ""),
        (OpenCypher, r#"{"results":[1]}{"results":[2]}"#, Syntax, ""),
        (
            OpenCypher,
            r#"{"results":[{"a":tru}]}"#,
            Syntax,
            "results[0]",
        ),
        (OpenCypher, r#"{"results":[1],"a":nul}"#, Syntax, "a"),
        (
            Gremlin,
            r#"{"result":{"data":[],"meta":{"a":}}}"#,
            Syntax,
            "result.meta",
        ),
        (OpenCypher, r#"{"results":[1,tr"#, Truncated, "results[1]"),
        (OpenCypher, r#"{"results":[1],"a":{"b":"#, Truncated, "a"),
    ] {
        let error = Err((kind, path.to_owned()));
        assert_eq!(rows_of(format, body), error, "{body}");
    }
}

#[test]
fn error_texts() {
    use RowsFormat::{Gremlin, OpenCypher, Sparql, Stream};

    for (format, body, text) in [
        (OpenCypher, "", "empty response body"),
        (OpenCypher, "<html>", "response body is not a JSON object"),
        (
            OpenCypher,
            r#"{"results":[1]}x"#,
            "unexpected data after the end of the JSON object",
        ),
        (
            OpenCypher,
            r#"{"results":[1"#,
            "results[0]: the body ends before its JSON is complete",
        ),
        (
            OpenCypher,
            r#"{"results":[1,]}"#,
            "results[1]: invalid JSON at byte 14",
        ),
        (
            OpenCypher,
            r#"{"results":7}"#,
            "results: expected an array of rows",
        ),
        (
            OpenCypher,
            r#"{"results":{"bindings":[1]}}"#,
            "results: expected an array of rows",
        ),
        (
            OpenCypher,
            r#"{"results":[],"results":[]}"#,
            "results: duplicate member",
        ),
        (
            Sparql,
            r#"{"results":[]}"#,
            "results: expected an object that contains the rows",
        ),
        (Stream, "{}", "records: missing member"),
        (
            Gremlin,
            r#"{"result":{"data":{"@value":[]}}}"#,
            "result.data.@value: missing @type of the rows",
        ),
        (
            Gremlin,
            r#"{"result":{"data":{"@type":"g:Map","@value":[]}}}"#,
            "result.data.@value: expected g:List or g:Set as @type, found g:Map",
        ),
        (
            Sparql,
            r#"{"boolean":"yes"}"#,
            "boolean: expected true or false",
        ),
    ] {
        let mut reader = RowReader::<Value>::new(format);
        reader.push(body);
        reader.end();
        let error = loop {
            match reader.next_row() {
                Ok(row) => assert!(row.is_some(), "{body} is complete"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.to_string(), text, "{body}");
    }
}

/// The delimiter after a row is checked after the row was returned, however the body is split.
#[test]
fn a_row_before_a_wrong_delimiter_is_returned() {
    for (body, rows) in [
        (r#"{"results":[{"a":1}{"a":2}]}"#, vec![json!({"a": 1})]),
        (r#"{"results":[[1],"x";3]}"#, vec![json!([1]), json!("x")]),
        (
            r#"{"results":[{"a":"code"},"code"}"#,
            vec![json!({"a": "code"}), json!("code")],
        ),
    ] {
        for size in [1, 2, 7, 1000] {
            let seen = by::<Value>(RowsFormat::OpenCypher, body.as_bytes(), size);
            assert_eq!(seen.rows, rows, "{body} by {size}");
            let (kind, path, _) = seen.end.unwrap_err();
            assert_eq!((kind, &*path), (DecodeErrorKind::Syntax, "results"));
        }
    }
}

/// Rows that are not `delimited` need no byte after them; the others are returned only with a delimiter.
#[test]
fn rows_are_returned_when_their_last_byte_arrives() {
    for (row, delimited) in [
        (r#"{"a":[1]}"#, false),
        (r#"[{}]"#, false),
        (r#""text""#, false),
        (r#"["code"]"#, false),
        ("12", true),
        ("null", true),
        (r#"{"code":"SEA"}"#, false),
        (r#"{"code":"x","detailedMessage":"m"}"#, true),
        (r#"{"message":"m","a":{"__type":1}}"#, true),
    ] {
        let expected: Value = serde_json::from_str(row).unwrap();
        for size in [1, 5, 1000] {
            let mut reader = RowReader::<Value>::new(RowsFormat::OpenCypher);
            let mut push = |text: &str| {
                let pieces = text.as_bytes().chunks(size);
                let rows = pieces.map(|piece| {
                    reader.push(bytes::Bytes::copy_from_slice(piece));
                    reader.next_row().unwrap()
                });
                rows.flatten().collect::<Vec<_>>()
            };
            let before = push(&format!(r#"{{"results":[{row}"#));
            let after = push(" ,");
            let expected = vec![expected.clone()];
            if delimited {
                assert_eq!((before, after), (vec![], expected), "{row} by {size}");
            } else {
                assert_eq!((before, after), (expected, vec![]), "{row} by {size}");
            }
        }
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Person {
    name: String,
    #[serde(default)]
    friends: Vec<Person>,
}

#[test]
fn a_row_of_another_type_is_in_the_error() {
    let body = r#"{"results":[{"name":"Ann"},{"name":"Bob","friends":[{"name":"Cid"},{"name":7}]},{"name":"Dan"}]}"#;
    for size in [1, 10, 1000] {
        let seen = by::<Person>(RowsFormat::OpenCypher, body.as_bytes(), size);
        assert_eq!(seen.rows.len(), 1);
        let (kind, path, reason) = seen.end.unwrap_err();
        assert_eq!(kind, DecodeErrorKind::Shape);
        assert_eq!(path, "results[1].friends[1].name");
        assert_eq!(
            reason,
            "invalid type: integer `7`, expected a string at line 1 column 49"
        );
    }
    let mut reader = RowReader::<Person>::new(RowsFormat::OpenCypher);
    reader.push(body);
    assert_eq!(reader.next_row().unwrap().unwrap().name, "Ann");
    let error = reader.next_row().unwrap_err();
    let row: Value = serde_json::from_slice(error.body()).unwrap();
    assert_eq!(row["name"], "Bob");
}

#[test]
fn rows_have_a_limit() {
    let row = r#"{"name":"Bob"}"#;
    for (length, fits) in [(row.len(), true), (row.len() - 1, false), (0, false)] {
        let body = format!(r#"{{"results":[{row},{row}]}}"#);
        for size in [1, 5, 1000] {
            let pieces = body
                .as_bytes()
                .chunks(size)
                .map(bytes::Bytes::copy_from_slice);
            let seen = in_pieces::<Value>(RowsFormat::OpenCypher, length.max(10), pieces);
            assert_eq!(seen.end.is_ok(), fits, "{length}");
            if let Err((kind, path, reason)) = seen.end {
                assert_eq!((kind, &*path), (DecodeErrorKind::TooLarge, "results[0]"));
                let limit = length.max(10);
                assert_eq!(reason, format!("longer than max_row_bytes ({limit} bytes)"));
            }
        }
    }
}

#[test]
fn rows_have_the_nesting_limit_of_serde_json() {
    for (depth, fits) in [(127, true), (128, false)] {
        let row = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"results":[{row}]}}"#);
        for size in [1, 1000] {
            let seen = by::<Value>(RowsFormat::OpenCypher, body.as_bytes(), size);
            assert_eq!(seen.end.is_ok(), fits);
        }
    }
    // Skipped members have no nesting limit.
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(r#"{{"results":[],"x":{deep}}}"#);
    assert_eq!(
        whole::<Value>(RowsFormat::OpenCypher, body.as_bytes()).end,
        Ok(())
    );
    let body = format!(r#"{{"results":[{deep}]}}"#);
    let (kind, path, _) = whole::<Value>(RowsFormat::OpenCypher, body.as_bytes())
        .end
        .unwrap_err();
    assert_eq!(kind, DecodeErrorKind::Syntax);
    assert!(path.starts_with("results[0][0]"), "{}", path.len());
}
