//! Where rows stand, and what stands around them.

use neptunedata::{
    error::DecodeErrorKind,
    gremlin::{ExecuteGremlinQuery, GremlinValue},
    opencypher::ExecuteOpenCypherQuery,
    rows::{RowReader, RowsFormat},
    types::RawJson,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::bodies::{by, whole};

fn rows(framing: RowsFormat, body: &str) -> Result<Vec<Value>, (DecodeErrorKind, String)> {
    let seen = whole::<Value>(framing, body.as_bytes());
    assert_eq!(by::<Value>(framing, body.as_bytes(), 1), seen);
    match seen.end {
        Ok(()) => Ok(seen.rows),
        Err((kind, path, _)) => Err((kind, path)),
    }
}

#[test]
fn silently_cancelled_queries_have_no_rows() {
    let body = r#"{"head":{"vars":["a"]},"results":{"bindings":[]}}"#;
    assert_eq!(rows(RowsFormat::OpenCypher, body), Ok(vec![]));
    let seen = whole::<Value>(RowsFormat::OpenCypher, body.as_bytes());
    assert_eq!(
        seen.members.get("results").unwrap().as_ref(),
        br#"{"bindings":[]}"#
    );
}

/// Both ways of reading an answer of openCypher take the same.
#[test]
fn what_is_no_list_of_rows_is_no_answer() {
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
        let error = rows(RowsFormat::OpenCypher, &body).unwrap_err();
        assert_eq!(
            error,
            (DecodeErrorKind::Shape, "results".to_owned()),
            "{body}"
        );
        let answer = http::Response::new(body.clone().into());
        let output = neptunedata::response::<ExecuteOpenCypherQuery>(&answer);
        assert!(
            output.is_err() || output.is_ok_and(|it| it.rows::<Value>().is_err()),
            "{body}"
        );
    }
    for (framing, body) in [
        (RowsFormat::Stream, r#"{"records":null}"#),
        (RowsFormat::Gremlin, r#"{"result":null}"#),
        (RowsFormat::Sparql, r#"{"results":null}"#),
        (RowsFormat::Sparql, r#"{"results":{"bindings":null}}"#),
    ] {
        let (kind, _) = rows(framing, body).unwrap_err();
        assert_eq!(kind, DecodeErrorKind::Shape, "{body}");
    }
}

#[test]
fn graphson_comes_in_two_forms() {
    let untyped = r#"{"result":{"data":[1,2],"meta":{}}}"#;
    assert_eq!(
        rows(RowsFormat::Gremlin, untyped),
        Ok(vec![json!(1), json!(2)])
    );
    let typed = r#"{"result":{"data":{"@type":"g:List","@value":[{"@type":"g:Int32","@value":1}]},
        "meta":{"@type":"g:Map","@value":[]}}}"#;
    let row = json!({"@type": "g:Int32", "@value": 1});
    assert_eq!(rows(RowsFormat::Gremlin, typed), Ok(vec![row]));
    let set = r#"{"result":{"data":{"@value":[1],"@type":"g:Set"}}}"#;
    assert_eq!(rows(RowsFormat::Gremlin, set), Ok(vec![json!(1)]));
    let none = r#"{"result":{"data":null,"meta":{}}}"#;
    assert_eq!(rows(RowsFormat::Gremlin, none), Ok(vec![]));
}

/// Such as the keys and values of a map, and whichever comes first, the type or what it is of.
#[test]
fn elements_of_what_is_no_list_are_no_rows() {
    for (data, said) in [
        (r#"{"@type":"g:Map","@value":["k","v"]}"#, "g:Map"),
        (r#"{"@value":["k","v"],"@type":"g:Map"}"#, "g:Map"),
        (r#"{"@type":"g:Map","@value":null}"#, "g:Map"),
        (r#"{"@value":["k"],"@type":7,"x":1}"#, "7"),
        (
            r#"{"@type":"g:List","@value":["k"],"@type":"g:Map"}"#,
            "g:Map",
        ),
        (r#"{"@value":["k"]}"#, "missing type"),
        (r#"{"@value":null,"x":"g:List"}"#, "missing type"),
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
        // Neither are they in an answer that is read as a whole.
        if data.matches("@type").count() < 2 {
            let answer = http::Response::new(body.clone().into());
            let answer = neptunedata::response::<ExecuteGremlinQuery>(&answer).unwrap();
            assert!(answer.raw_rows().is_err(), "{body}");
        }
    }
}

/// What stands before the type may be more than is kept.
#[test]
fn the_type_counts_also_if_it_is_not_kept() {
    let much = "x".repeat(300_000);
    for (name, ends_well) in [("g:List", true), ("g:Map", false)] {
        let many = vec![r#""":1"#; 4000].join(",");
        let body = format!(
            r#"{{"x":"{much}",{many},"result":{{"data":{{"@type":"{name}","@value":[1]}}}}}}"#
        );
        let seen = whole::<Value>(RowsFormat::Gremlin, body.as_bytes());
        assert_eq!(seen.members.get("result.data.@type"), None);
        assert_eq!(seen.end.is_ok(), ends_well, "{:?}", seen.end);
    }
}

#[test]
fn rows_can_be_had_with_every_digit() {
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
fn variables_are_there_before_the_rows_or_after_them() {
    let head = r#""head":{"vars":["s","p"],"link":[]}"#;
    let bindings = r#""results":{"bindings":[{"s":{"type":"literal","value":"a"}}]}"#;
    let vars = Some(vec!["s".to_owned(), "p".to_owned()]);

    let mut reader = RowReader::<Value>::new(RowsFormat::Sparql);
    reader.push(format!("{{{head},{bindings}}}"));
    assert!(reader.next_row().unwrap().is_some());
    assert_eq!(reader.members().vars(), vars);

    let mut reader = RowReader::<Value>::new(RowsFormat::Sparql);
    reader.push(format!("{{{bindings},{head}}}"));
    assert!(reader.next_row().unwrap().is_some());
    assert_eq!(reader.members().vars(), None);
    assert!(reader.next_row().unwrap().is_none());
    assert_eq!(reader.members().vars(), vars);
}

#[test]
fn questions_have_an_answer_and_no_rows() {
    let body = r#"{"head":{},"boolean":true}"#;
    assert_eq!(rows(RowsFormat::Sparql, body), Ok(vec![]));
    let seen = whole::<Value>(RowsFormat::Sparql, body.as_bytes());
    assert_eq!(seen.members.boolean(), Some(true));
}

#[test]
fn what_is_no_answer_to_a_question_is_no_answer() {
    for value in [r#""x""#, r#""true""#, "1", "{}", "[true]"] {
        let error = Err((DecodeErrorKind::Shape, "boolean".to_owned()));
        let alone = format!(r#"{{"head":{{}},"boolean":{value}}}"#);
        assert_eq!(rows(RowsFormat::Sparql, &alone), error, "{alone}");
        let before = format!(r#"{{"boolean":{value},"results":{{"bindings":[{{}}]}}}}"#);
        assert_eq!(rows(RowsFormat::Sparql, &before), error, "{before}");
        let behind = format!(r#"{{"results":{{"bindings":[{{}}]}},"boolean":{value}}}"#);
        assert_eq!(rows(RowsFormat::Sparql, &behind), error, "{behind}");
    }
    let twice = r#"{"boolean":true,"boolean":false}"#;
    let error = Err((DecodeErrorKind::Shape, "boolean".to_owned()));
    assert_eq!(rows(RowsFormat::Sparql, twice), error);
    // A null is nothing.
    let null = r#"{"head":{},"boolean":null}"#;
    let error = Err((DecodeErrorKind::Shape, "results.bindings".to_owned()));
    assert_eq!(rows(RowsFormat::Sparql, null), error);
    let beside = r#"{"boolean":null,"results":{"bindings":[{}]}}"#;
    assert_eq!(rows(RowsFormat::Sparql, beside), Ok(vec![json!({})]));
}

#[test]
fn streams_keep_where_they_end() {
    let body = r#"{"lastEventId":{"commitNum":12,"opNum":1},"lastTrxTimestamp":1560011610678,
        "format":"PG_JSON","records":[{"op":"ADD"}],"totalRecords":1}"#;
    assert_eq!(
        rows(RowsFormat::Stream, body),
        Ok(vec![json!({"op": "ADD"})])
    );
    let seen = whole::<Value>(RowsFormat::Stream, body.as_bytes());
    let names: Vec<_> = seen.members.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["lastEventId", "lastTrxTimestamp", "format", "totalRecords"]
    );
    assert_eq!(seen.members.json::<u64>("totalRecords"), Some(1));
    assert!(seen.members.is_complete());
}

#[test]
fn what_is_no_answer_is_told() {
    use DecodeErrorKind::{Empty, Shape, Syntax, Truncated};

    for (framing, body, kind, path) in [
        (RowsFormat::OpenCypher, "", Empty, ""),
        (RowsFormat::OpenCypher, " \n", Empty, ""),
        (RowsFormat::OpenCypher, "{", Truncated, ""),
        (RowsFormat::OpenCypher, "{}", Shape, "results"),
        (RowsFormat::Gremlin, "{}", Shape, "result.data"),
        (
            RowsFormat::Gremlin,
            r#"{"result":{}}"#,
            Shape,
            "result.data",
        ),
        (
            RowsFormat::Gremlin,
            r#"{"result":{"data":{}}}"#,
            Shape,
            "result.data",
        ),
        (RowsFormat::Gremlin, r#"{"result":[]}"#, Shape, "result"),
        (
            RowsFormat::Sparql,
            r#"{"head":{}}"#,
            Shape,
            "results.bindings",
        ),
        (RowsFormat::Sparql, r#"{"results":[]}"#, Shape, "results"),
        (
            RowsFormat::Sparql,
            r#"{"results":{"bindings":{}}}"#,
            Shape,
            "results.bindings",
        ),
        (RowsFormat::Stream, r#"{"records":{}}"#, Shape, "records"),
        (
            RowsFormat::OpenCypher,
            r#"{"results":"x"}"#,
            Shape,
            "results",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[],"results":[]}"#,
            Shape,
            "results",
        ),
        (RowsFormat::OpenCypher, "<html>", Syntax, ""),
        (RowsFormat::OpenCypher, "[]", Syntax, ""),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1,]}"#,
            Syntax,
            "results[1]",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1 2]}"#,
            Syntax,
            "results[0]",
        ),
        (RowsFormat::OpenCypher, r#"{"results":[1],}"#, Syntax, ""),
        (RowsFormat::OpenCypher, r#"{"results":[1]}x"#, Syntax, ""),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1]}{"results":[2]}"#,
            Syntax,
            "",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[{"a":tru}]}"#,
            Syntax,
            "results[0]",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1],"a":nul}"#,
            Syntax,
            "a",
        ),
        (
            RowsFormat::Gremlin,
            r#"{"result":{"data":[],"meta":{"a":}}}"#,
            Syntax,
            "result.meta",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1,tr"#,
            Truncated,
            "results[1]",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1],"a":{"b":"#,
            Truncated,
            "a",
        ),
    ] {
        assert_eq!(rows(framing, body), Err((kind, path.to_owned())), "{body}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    for (framing, body, text) in [
        (RowsFormat::OpenCypher, "", "empty response body"),
        (
            RowsFormat::OpenCypher,
            "<html>",
            "response body is not a JSON object",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1]}x"#,
            "unexpected data after the end of the JSON object",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1"#,
            "results[0]: truncated response body",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[1,]}"#,
            "results[1]: invalid JSON at byte 14",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":7}"#,
            "results: expected an array of rows",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":{"bindings":[1]}}"#,
            "results: expected an array of rows",
        ),
        (
            RowsFormat::OpenCypher,
            r#"{"results":[],"results":[]}"#,
            "results: duplicate member",
        ),
        (
            RowsFormat::Sparql,
            r#"{"results":[]}"#,
            "results: expected an object that contains the rows",
        ),
        (RowsFormat::Stream, "{}", "records: missing member"),
        (
            RowsFormat::Gremlin,
            r#"{"result":{"data":{"@value":[]}}}"#,
            "result.data.@value: missing type of the rows",
        ),
        (
            RowsFormat::Gremlin,
            r#"{"result":{"data":{"@type":"g:Map","@value":[]}}}"#,
            "result.data.@value: expected g:List or g:Set as @type, found g:Map",
        ),
        (
            RowsFormat::Sparql,
            r#"{"boolean":"yes"}"#,
            "boolean: expected true or false",
        ),
    ] {
        let mut reader = RowReader::<Value>::new(framing);
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

#[derive(Debug, PartialEq, Deserialize)]
struct Person {
    name: String,
    #[serde(default)]
    friends: Vec<Person>,
}

#[test]
fn rows_of_another_type_are_named_and_kept() {
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
            let seen =
                super::bodies::in_pieces::<Value>(RowsFormat::OpenCypher, length.max(10), pieces);
            assert_eq!(seen.end.is_ok(), fits, "{length}");
            if let Err((kind, path, reason)) = seen.end {
                assert_eq!((kind, &*path), (DecodeErrorKind::TooLarge, "results[0]"));
                let limit = length.max(10);
                assert_eq!(reason, format!("longer than the limit of {limit} bytes"));
            }
        }
    }
}

#[test]
fn rows_may_nest_as_deep_as_serde_json_lets_them() {
    for (depth, fits) in [(127, true), (128, false)] {
        let row = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"results":[{row}]}}"#);
        for size in [1, 1000] {
            let seen = by::<Value>(RowsFormat::OpenCypher, body.as_bytes(), size);
            assert_eq!(seen.end.is_ok(), fits);
        }
    }
    // What nobody asked for is passed however deep it is.
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

#[test]
fn members_are_kept_up_to_a_size() {
    let large = "x".repeat(200_000);
    let body = format!(r#"{{"a":"{large}","b":"{large}","c":1,"results":[]}}"#);
    let seen = whole::<Value>(RowsFormat::OpenCypher, body.as_bytes());
    assert_eq!(seen.end, Ok(()));
    let names: Vec<_> = seen.members.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "c"]);
    assert!(!seen.members.is_complete());
}

/// However small they are.
#[test]
fn members_are_kept_up_to_a_number() {
    for (count, fit) in [(2000, true), (2100, false), (262_144, false)] {
        let body = format!(r#"{{{}"results":[]}}"#, r#""":1,"#.repeat(count));
        let seen = whole::<Value>(RowsFormat::OpenCypher, body.as_bytes());
        assert_eq!(seen.end, Ok(()));
        assert_eq!(seen.members.is_complete(), fit, "{count}");
        let kept = seen.members.iter().count();
        assert!(kept <= 256 * 1024 / 128, "{kept}");
        assert!(kept >= count.min(2000), "{kept}");
    }
}
