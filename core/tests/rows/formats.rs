//! The row formats, and the members around the rows.

use neptunedata::{
    error::DecodeErrorKind,
    gremlin::{ExecuteGremlinQuery, GremlinValue},
    opencypher::ExecuteOpenCypherQuery,
    rows::{RowReader, RowsFormat},
    types::RawJson,
};
use serde_json::{Value, json};

use super::bodies::{by, rows_of, whole};

#[test]
fn silently_cancelled_queries_have_no_rows() {
    let body = r#"{"head":{"vars":["a"]},"results":{"bindings":[]}}"#;
    assert_eq!(rows_of(RowsFormat::OpenCypher, body), Ok(vec![]));
    let seen = whole::<Value>(RowsFormat::OpenCypher, body.as_bytes());
    assert_eq!(
        seen.envelope.get("results").unwrap().as_ref(),
        br#"{"bindings":[]}"#
    );
}

/// The row reader and the collected output of openCypher reject the same bodies.
#[test]
fn values_other_than_arrays_are_errors() {
    for results in [
        "null",
        r#"{"message":"x"}"#,
        "{}",
        r#"{"bindings":null}"#,
        r#"{"bindings":[1]}"#,
        r#"{"bindings":{}}"#,
        "7",
    ] {
        let body = format!(r#"{{"x":1,"results":{results},"y":[]}}"#);
        let error = rows_of(RowsFormat::OpenCypher, &body).unwrap_err();
        assert_eq!(
            error,
            (DecodeErrorKind::Shape, "results".to_owned()),
            "{body}"
        );
        let response = http::Response::new(body.clone().into());
        let output = neptunedata::response::<ExecuteOpenCypherQuery>(&response);
        assert!(
            output.is_err() || output.is_ok_and(|it| it.rows::<Value>().is_err()),
            "{body}"
        );
    }
    for (format, body) in [
        (RowsFormat::Stream, r#"{"records":null}"#),
        (RowsFormat::Gremlin, r#"{"result":null}"#),
        (RowsFormat::Sparql, r#"{"results":null}"#),
        (RowsFormat::Sparql, r#"{"results":{"bindings":null}}"#),
    ] {
        let (kind, _) = rows_of(format, body).unwrap_err();
        assert_eq!(kind, DecodeErrorKind::Shape, "{body}");
    }
}

#[test]
fn graphson_has_two_forms() {
    let untyped = r#"{"result":{"data":[1,2],"meta":{}}}"#;
    assert_eq!(
        rows_of(RowsFormat::Gremlin, untyped),
        Ok(vec![json!(1), json!(2)])
    );
    let typed = r#"{"result":{"data":{"@type":"g:List","@value":[{"@type":"g:Int32","@value":1}]},
        "meta":{"@type":"g:Map","@value":[]}}}"#;
    let row = json!({"@type": "g:Int32", "@value": 1});
    assert_eq!(rows_of(RowsFormat::Gremlin, typed), Ok(vec![row]));
    let set = r#"{"result":{"data":{"@value":[1],"@type":"g:Set"}}}"#;
    assert_eq!(rows_of(RowsFormat::Gremlin, set), Ok(vec![json!(1)]));
    let none = r#"{"result":{"data":null,"meta":{}}}"#;
    assert_eq!(rows_of(RowsFormat::Gremlin, none), Ok(vec![]));
}

/// An example are the keys and values of a map. The type may be before or after the elements.
#[test]
fn elements_of_other_types_are_not_rows() {
    for (data, said) in [
        (r#"{"@type":"g:Map","@value":["k","v"]}"#, "g:Map"),
        (r#"{"@value":["k","v"],"@type":"g:Map"}"#, "g:Map"),
        (r#"{"@type":"g:Map","@value":null}"#, "g:Map"),
        (r#"{"@value":["k"],"@type":7,"x":1}"#, "7"),
        (
            r#"{"@type":"g:List","@value":["k"],"@type":"g:Map"}"#,
            "g:Map",
        ),
        (r#"{"@value":["k"]}"#, "missing @type"),
        (r#"{"@value":null,"x":"g:List"}"#, "missing @type"),
    ] {
        let body = format!(r#"{{"result":{{"data":{data},"meta":{{}}}}}}"#);
        let seen = whole::<Value>(RowsFormat::Gremlin, body.as_bytes());
        assert_eq!(by::<Value>(RowsFormat::Gremlin, body.as_bytes(), 1), seen);
        let (kind, path, reason) = seen.end.expect_err(&body);
        assert_eq!(
            (kind, &*path),
            (DecodeErrorKind::Shape, "result.data.@value"),
            "{body}"
        );
        assert!(reason.contains(said), "{reason}");
        // The collected output rejects them too.
        if data.matches("@type").count() < 2 {
            let response = http::Response::new(body.clone().into());
            let output = neptunedata::response::<ExecuteGremlinQuery>(&response).unwrap();
            assert!(output.raw_rows().is_err(), "{body}");
        }
    }
}

/// The members before the type may use up the limit for kept members.
#[test]
fn the_type_is_checked_even_if_it_is_not_kept() {
    let much = "x".repeat(300_000);
    for (name, ends_well) in [("g:List", true), ("g:Map", false)] {
        let many = vec![r#""":1"#; 4000].join(",");
        let body = format!(
            r#"{{"x":"{much}",{many},"result":{{"data":{{"@type":"{name}","@value":[1]}}}}}}"#
        );
        let seen = whole::<Value>(RowsFormat::Gremlin, body.as_bytes());
        assert_eq!(seen.envelope.get("result.data.@type"), None);
        assert_eq!(seen.end.is_ok(), ends_well, "{:?}", seen.end);
    }
}

#[test]
fn raw_json_rows_keep_all_digits() {
    const BIG: &str = "123456789012345678901234567890";
    let row = format!(r#"{{"@type":"gx:BigInteger","@value":{BIG}}}"#);
    let body = format!(r#"{{"result":{{"data":{{"@type":"g:List","@value":[{row}, {row}]}}}}}}"#);
    let mut texts = RowReader::<RawJson>::new(RowsFormat::Gremlin);
    let mut values = RowReader::<GremlinValue>::new(RowsFormat::Gremlin);
    for byte in body.bytes() {
        texts.push(vec![byte]);
        values.push(vec![byte]);
    }
    for _ in 0..2 {
        let text = texts.next_row().unwrap().unwrap();
        assert_eq!(text.as_str(), row);
        let value = values.next_row().unwrap().unwrap();
        assert_eq!(value, GremlinValue::from_json(&text).unwrap());
        assert!(format!("{value:?}").contains(BIG), "{value:?}");
    }
}

#[test]
fn variables_are_available_once_they_arrive() {
    let head = r#""head":{"vars":["s","p"],"link":[]}"#;
    let bindings = r#""results":{"bindings":[{"s":{"type":"literal","value":"a"}}]}"#;
    let vars = Some(vec!["s".to_owned(), "p".to_owned()]);

    let mut reader = RowReader::<Value>::new(RowsFormat::Sparql);
    reader.push(format!("{{{head},{bindings}}}"));
    assert!(reader.next_row().unwrap().is_some());
    assert_eq!(reader.envelope().vars(), vars);

    let mut reader = RowReader::<Value>::new(RowsFormat::Sparql);
    reader.push(format!("{{{bindings},{head}}}"));
    assert!(reader.next_row().unwrap().is_some());
    assert_eq!(reader.envelope().vars(), None);
    assert!(reader.next_row().unwrap().is_none());
    assert_eq!(reader.envelope().vars(), vars);
}

#[test]
fn ask_queries_have_a_boolean_and_no_rows() {
    let body = r#"{"head":{},"boolean":true}"#;
    assert_eq!(rows_of(RowsFormat::Sparql, body), Ok(vec![]));
    let seen = whole::<Value>(RowsFormat::Sparql, body.as_bytes());
    assert_eq!(seen.envelope.boolean(), Some(true));
}

#[test]
fn a_boolean_must_be_a_boolean() {
    for value in [r#""x""#, r#""true""#, "1", "{}", "[true]"] {
        let error = Err((DecodeErrorKind::Shape, "boolean".to_owned()));
        let alone = format!(r#"{{"head":{{}},"boolean":{value}}}"#);
        assert_eq!(rows_of(RowsFormat::Sparql, &alone), error, "{alone}");
        let before = format!(r#"{{"boolean":{value},"results":{{"bindings":[{{}}]}}}}"#);
        assert_eq!(rows_of(RowsFormat::Sparql, &before), error, "{before}");
        let after = format!(r#"{{"results":{{"bindings":[{{}}]}},"boolean":{value}}}"#);
        assert_eq!(rows_of(RowsFormat::Sparql, &after), error, "{after}");
    }
    let twice = r#"{"boolean":true,"boolean":false}"#;
    let error = Err((DecodeErrorKind::Shape, "boolean".to_owned()));
    assert_eq!(rows_of(RowsFormat::Sparql, twice), error);
    // A null counts as absent.
    let null = r#"{"head":{},"boolean":null}"#;
    let error = Err((DecodeErrorKind::Shape, "results.bindings".to_owned()));
    assert_eq!(rows_of(RowsFormat::Sparql, null), error);
    let with_rows = r#"{"boolean":null,"results":{"bindings":[{}]}}"#;
    assert_eq!(rows_of(RowsFormat::Sparql, with_rows), Ok(vec![json!({})]));
}

#[test]
fn members_around_stream_records_are_kept() {
    let body = r#"{"lastEventId":{"commitNum":12,"opNum":1},"lastTrxTimestamp":1560011610678,
        "format":"PG_JSON","records":[{"op":"ADD"}],"totalRecords":1}"#;
    assert_eq!(
        rows_of(RowsFormat::Stream, body),
        Ok(vec![json!({"op": "ADD"})])
    );
    let seen = whole::<Value>(RowsFormat::Stream, body.as_bytes());
    let names: Vec<_> = seen.envelope.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["lastEventId", "lastTrxTimestamp", "format", "totalRecords"]
    );
    assert_eq!(seen.envelope.json::<u64>("totalRecords"), Some(1));
    assert!(seen.envelope.is_complete());
}

#[test]
fn members_are_kept_up_to_a_size() {
    let large = "x".repeat(200_000);
    let body = format!(r#"{{"a":"{large}","b":"{large}","c":1,"results":[]}}"#);
    let seen = whole::<Value>(RowsFormat::OpenCypher, body.as_bytes());
    assert_eq!(seen.end, Ok(()));
    let names: Vec<_> = seen.envelope.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "c"]);
    assert!(!seen.envelope.is_complete());
}

/// The limit also applies to many small members.
#[test]
fn members_are_kept_up_to_a_number() {
    for (count, fit) in [(2000, true), (2100, false), (262_144, false)] {
        let body = format!(r#"{{{}"results":[]}}"#, r#""":1,"#.repeat(count));
        let seen = whole::<Value>(RowsFormat::OpenCypher, body.as_bytes());
        assert_eq!(seen.end, Ok(()));
        assert_eq!(seen.envelope.is_complete(), fit, "{count}");
        let kept = seen.envelope.iter().count();
        assert!(kept <= 256 * 1024 / 128, "{kept}");
        assert!(kept >= count.min(2000), "{kept}");
    }
}
