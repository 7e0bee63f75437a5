//! How answers are decoded.

use neptunedata::{
    ExceptionKind, dynamic,
    error::{Cause, DecodeErrorKind},
    gremlin::{
        CancelGremlinQuery, ExecuteGremlinExplainQuery, ExecuteGremlinProfileQuery,
        ExecuteGremlinQuery, ExecuteGremlinQueryOutput, GetGremlinQueryStatus, GremlinValue,
        ListGremlinQueries,
    },
    types::RawJson,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::messages::{decode, decode_error, response, response_of_type, service_error};

/// Captured from a cluster, with typed GraphSON 3.
const TYPED: &str = r#"{"requestId":"bdc1140c-4b4f-4a0b-9d8f-2c1f8b5bb8a1",
    "status":{"message":"","code":200,"attributes":{"@type":"g:Map","@value":[]}},
    "result":{"data":{"@type":"g:List","@value":[{"@type":"g:Map","@value":[
        "contains",{"@type":"g:Int64","@value":7006}]}]},
        "meta":{"@type":"g:Map","@value":[]}}}"#;

/// The beginning of a response whose rows broke off.
const BROKEN: &str = r#"{"requestId":"r","status":{"message":"","code":200,"attributes":{}},"result":{"data":[{"name":"a"},{"na"#;
const TIME_LIMIT: &str =
    r#"{"requestId":"r","code":"TimeLimitExceededException","detailedMessage":"m"}"#;
const BINARY: &str = "application/vnd.graphbinary-v1.0";

fn read(body: impl Into<bytes::Bytes>) -> Result<ExecuteGremlinQueryOutput, Cause> {
    decode::<ExecuteGremlinQuery>(body)
}

fn untyped(data: &str) -> ExecuteGremlinQueryOutput {
    read(format!(
        r#"{{"requestId":"r","status":{{"code":200}},"result":{{"data":{data},"meta":{{}}}}}}"#
    ))
    .unwrap()
}

#[test]
fn rows_are_read_into_the_callers_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Airport<'a> {
        code: &'a str,
        runways: Option<u8>,
    }
    let output = untyped(r#"[{"code":"AGR","runways":2},{"runways":null,"code":"ZRH"}]"#);
    let expected = [
        Airport {
            code: "AGR",
            runways: Some(2),
        },
        Airport {
            code: "ZRH",
            runways: None,
        },
    ];
    assert_eq!(output.rows::<Airport<'_>>().unwrap(), expected);
    assert_eq!(output.request_id.as_deref(), Some("r"));
    assert_eq!(output.status.as_ref().unwrap().code, Some(200));

    assert_eq!(untyped("[1,2,3]").rows::<u8>().unwrap(), [1, 2, 3]);
    assert!(untyped("[]").rows::<Value>().unwrap().is_empty());
    assert!(untyped("null").rows::<Value>().unwrap().is_empty());
    assert_eq!(untyped("[null]").rows::<Option<u8>>().unwrap(), [None]);
}

#[test]
fn typed_lists_are_unwrapped_and_values_keep_their_types() {
    let output = read(TYPED).unwrap();
    let row = json!({"@type":"g:Map","@value":["contains",{"@type":"g:Int64","@value":7006}]});
    assert_eq!(output.rows::<Value>().unwrap(), [row]);
    let values = output.values().unwrap();
    assert_eq!(values.len(), 1);
    assert_eq!(values[0].get("contains"), Some(&GremlinValue::Int64(7006)));
    let attributes = output.status.unwrap().attributes;
    assert_eq!(attributes, Some(json!({"@type":"g:Map","@value":[]})));

    let set = untyped(r#"{"@value":["a"],"@type":"g:Set"}"#);
    assert_eq!(set.rows::<String>().unwrap(), ["a"]);
}

#[test]
fn digits_and_order_survive() {
    let row = r#"{"z":123456789012345678901234567890,"a":0.1234567890123456789012345}"#;
    let output = untyped(&format!("[{row}, 1]"));
    let rows = output.raw_rows().unwrap();
    assert_eq!(rows[0].as_str(), row);
    assert_eq!(rows[1].as_str(), "1");
    assert_eq!(output.data().unwrap().as_str(), format!("[{row}, 1]"));
    let values = output.values().unwrap();
    let expected = [
        ("z", "123456789012345678901234567890"),
        ("a", "0.1234567890123456789012345"),
    ]
    .map(|(key, digits)| {
        (
            GremlinValue::Text(key.into()),
            GremlinValue::Number(digits.into()),
        )
    });
    assert_eq!(values[0].as_map().unwrap(), expected);
}

#[test]
fn a_row_of_another_shape_is_named() {
    let error = untyped(r#"[1,"2",3]"#).rows::<u8>().unwrap_err();
    assert_eq!(
        (error.path(), error.kind()),
        ("result.data[1]", DecodeErrorKind::Shape)
    );
    assert_eq!(error.operation(), "ExecuteGremlinQuery");
    assert!(!error.body().is_empty());

    for data in ["{}", "7", r#"{"@type":"g:List","@value":1}"#] {
        let error = untyped(data).rows::<u8>().unwrap_err();
        assert_eq!(error.path(), "result.data", "{data}");
    }
    let none = read(r#"{"requestId":"r"}"#).unwrap();
    assert_eq!(none.values().unwrap_err().path(), "result");
    let none = read(r#"{"result":{"meta":{}}}"#).unwrap();
    assert_eq!(none.values().unwrap_err().path(), "result.data");
}

/// Members can have any order; of repeated members, the last one counts.
#[test]
fn the_last_list_with_a_list_type_has_the_results() {
    for (data, expected) in [
        (r#"{"@value":[1,2],"@type":"g:Set"}"#, &[1, 2][..]),
        (r#"{"@value":null,"@type":"g:List"}"#, &[]),
        (
            r#"{"@type":"g:Map","@type":"g:List","@value":[1,"x"],"@value":[2]}"#,
            &[2],
        ),
        (
            r#"{"other":[7],"@type":"g:List","more":{"@value":[8]},"@value" : [ 9 ] }"#,
            &[9],
        ),
        (r#"[1,"x",[]],"data":[3]"#, &[3]),
        (r#"7,"data":[4]"#, &[4]),
    ] {
        assert_eq!(untyped(data).rows::<u8>().unwrap(), expected, "{data}");
        let values = untyped(data).values().unwrap();
        let numbers: Vec<_> = values.iter().filter_map(GremlinValue::as_i64).collect();
        let expected: Vec<_> = expected.iter().map(|it| i64::from(*it)).collect();
        assert_eq!(numbers, expected, "{data}");
    }
    for data in [
        r#"{"@value":["x"],"@type":"g:Map"}"#,
        r#"{"@value":["x"]}"#,
        r#"{"@type":"g:List","@type":"g:Map","@value":[]}"#,
        r#"{"@type":"g:List"}"#,
        r#"[1],"data":7"#,
    ] {
        let error = untyped(data).rows::<u8>().unwrap_err();
        assert_eq!(error.path(), "result.data", "{data}");
    }
    let typed = r#"{"@type":"g:List","@value":[1,"\ud800",{"a":"\ud800"}]}"#;
    assert_eq!(
        untyped(typed).values().unwrap_err().path(),
        "result.data[1]"
    );
}

#[test]
fn deep_results_are_errors_when_they_are_read() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let output = untyped(&format!("[{deep}]"));
    assert!(output.rows::<Value>().is_err());
    let error = output.values().unwrap_err();
    assert_eq!(error.path(), "result.data[0]");
    assert_eq!(output.raw_rows().unwrap()[0].as_str().len(), deep.len());
    assert!(serde_json::to_value(&output).is_err());
}

#[test]
fn m16_meta_is_found_inside_the_result_and_at_the_top() {
    for (body, meta) in [
        (
            r#"{"result":{"data":[],"meta":{"a":1}}}"#,
            Some(r#"{"a":1}"#),
        ),
        (
            r#"{"result":{"data":[]},"meta":{"b":2}}"#,
            Some(r#"{"b":2}"#),
        ),
        (r#"{"meta":{"b":2}}"#, Some(r#"{"b":2}"#)),
        (
            r#"{"meta":{"b":2},"result":{"meta":{"a":1}}}"#,
            Some(r#"{"a":1}"#),
        ),
        (r#"{"result":{"data":[],"meta":null}}"#, None),
    ] {
        let output = read(body).unwrap();
        assert_eq!(output.meta().as_ref().map(RawJson::as_str), meta, "{body}");
    }
}

#[test]
fn m18_a_binary_answer_is_kept_as_it_came() {
    let bytes = b"\x81\x00\xff\0\0\0\xc8".as_slice();
    let answer = response_of_type(BINARY, bytes);
    let output = neptunedata::response::<ExecuteGremlinQuery>(&answer).unwrap();
    let binary = output.binary.as_ref().unwrap();
    assert_eq!((&binary.bytes[..], &*binary.content_type), (bytes, BINARY));
    assert_eq!(output.result, None);
    let error = output.rows::<Value>().unwrap_err();
    assert!(error.to_string().contains(BINARY), "{error}");
    assert_eq!(error.body().as_ref(), bytes);

    let by_name = dynamic::response("ExecuteGremlinQuery", &answer).unwrap();
    let expected = json!({"binary": {"contentType": BINARY, "bytes": "gQD/AAAAyA=="}});
    assert_eq!(by_name, expected);
    let again: ExecuteGremlinQueryOutput = serde_json::from_value(by_name).unwrap();
    assert_eq!(again, output);
}

#[test]
fn html_and_blanks_are_not_binary_answers() {
    for (content_type, body) in [
        ("text/html", &b"<html>"[..]),
        ("application/json", b"\x81\x00"),
        ("application/vnd.gremlin-v3.0+json;types=false", b"\x81\x00"),
        ("application/xml", b"<a/>"),
        (BINARY, b""),
    ] {
        let error = decode_error::<ExecuteGremlinQuery>(&response_of_type(content_type, body));
        assert_eq!(error.body().as_ref(), body, "{content_type}");
    }
    // JSON is read whatever it is called.
    let body = r#" {"result":{"data":[1]}}"#;
    let answer = response_of_type("application/octet-stream", body);
    let output = neptunedata::response::<ExecuteGremlinQuery>(&answer).unwrap();
    assert_eq!(output.rows::<u8>().unwrap(), [1]);
}

/// Retries of such failures are in `scenario/bodies.rs`.
#[test]
fn an_error_object_at_the_end_is_the_error() {
    let limit = ExceptionKind::TimeLimitExceededException;
    let json = |before: &str| response(200, format!("{before}{TIME_LIMIT}"));
    let binary = [b"\x81\x00\xff\0", TIME_LIMIT.as_bytes()].concat();
    for answer in [json(""), json(BROKEN), response_of_type(BINARY, binary)] {
        let error = service_error::<ExecuteGremlinQuery>(&answer);
        assert_eq!((error.kind, error.message.as_str()), (limit, "m"));
    }
    let report = json("Neptune Gremlin Profile\n====\n");
    let profile = service_error::<ExecuteGremlinProfileQuery>(&report);
    let explain = service_error::<ExecuteGremlinExplainQuery>(&report);
    assert_eq!([profile.kind, explain.kind], [limit; 2]);
}

/// As on engines that append nothing.
#[test]
fn answers_without_rows_or_an_end_are_errors() {
    let no_code = r#"{"requestId":"r","detailedMessage":"it broke"}"#;
    let error = decode_error::<ExecuteGremlinQuery>(&response(200, no_code));
    assert_eq!(
        (error.path(), error.reason()),
        ("detailedMessage", "it broke")
    );
    let error = decode_error::<ExecuteGremlinQuery>(&response(200, BROKEN));
    assert_eq!(error.kind(), DecodeErrorKind::Truncated);
    assert_eq!(error.body(), BROKEN);
    let error = decode_error::<ExecuteGremlinExplainQuery>(&response(200, " \n"));
    assert_eq!(error.kind(), DecodeErrorKind::Empty);
}

/// Results are read whatever other members the response has.
#[test]
fn unknown_members_of_any_type_are_ignored() {
    for (name, value) in [
        ("detailedMessage", "[]"),
        ("detailedMessage", r#""m""#),
        ("message", "{}"),
        ("code", "7"),
        ("__type", "null"),
    ] {
        let body = format!(r#"{{"{name}":{value},"result":{{"data":[1]}},"requestId":"r"}}"#);
        assert_eq!(read(body).unwrap().raw_rows().unwrap().len(), 1, "{name}");
        let body = format!(r#"{{"{name}":{value},"status":{{}}}}"#);
        let is_message = name == "detailedMessage" && value.starts_with('"');
        assert_eq!(read(body).is_err(), is_message, "{name}: {value}");
    }
}

/// Rows may look like error objects.
#[test]
fn rows_that_look_like_errors_are_rows() {
    let rows = untyped(&format!("[{TIME_LIMIT}]")).rows::<Value>();
    assert_eq!(rows.unwrap().len(), 1);
    let bare = read(format!(r#"{{"result":{{"data":[{TIME_LIMIT}]}}}}"#)).unwrap();
    assert_eq!(bare.raw_rows().unwrap().len(), 1);
}

#[test]
fn reports_are_kept_to_the_byte() {
    let report = "┌──┐\n│é │\r\n└──┘\n";
    let explained = decode::<ExecuteGremlinExplainQuery>(report).unwrap();
    assert_eq!(explained.text(), report);
    let profiled = decode::<ExecuteGremlinProfileQuery>(report).unwrap();
    assert_eq!(profiled.output.unwrap().bytes(), report);

    let torn = b"a\xff\xe2\x94".as_slice();
    let explained = decode::<ExecuteGremlinExplainQuery>(torn).unwrap();
    assert_eq!(explained.output.as_ref().unwrap().bytes(), torn);
    assert_eq!(explained.text(), "a\u{fffd}\u{fffd}");
}

#[test]
fn running_queries() {
    let body = r#"{"acceptedQueryCount":9,"runningQueryCount":1,"queries":[{"queryId":"fb34",
        "queryEvalStats":{"waited":0,"elapsed":2147483648000,"cancelled":false},
        "queryString":"g.V().out().count()"}]}"#;
    let output = decode::<ListGremlinQueries>(body).unwrap();
    let queries = output.queries.unwrap();
    let stats = queries[0].query_eval_stats.clone().unwrap();
    // More than the 32 bits that the service model has for it.
    assert_eq!(stats.elapsed, Some(2_147_483_648_000));
    assert_eq!(
        (stats.waited, stats.cancelled, stats.subqueries),
        (Some(0), Some(false), None)
    );

    let body =
        r#"{"queryId":"fb34","queryEvalStats":{"waited":"7","elapsed":23,"cancelled":"True"}}"#;
    let output = decode::<GetGremlinQueryStatus>(body).unwrap();
    let stats = output.query_eval_stats.unwrap();
    assert_eq!((stats.waited, stats.cancelled), (Some(7), Some(true)));

    let output = decode::<CancelGremlinQuery>(r#"{"status":"200 OK"}"#).unwrap();
    assert_eq!(output.status.as_deref(), Some("200 OK"));
}

#[test]
fn unknown_queries_are_typed_errors() {
    let body = r#"{"requestId":"r","code":"InvalidParameterException","detailedMessage":"Supplied queryId x is invalid"}"#;
    let answer = response(400, body);
    for error in [
        service_error::<GetGremlinQueryStatus>(&answer),
        service_error::<CancelGremlinQuery>(&answer),
    ] {
        assert_eq!(error.kind, ExceptionKind::InvalidParameterException);
        assert_eq!(error.message, "Supplied queryId x is invalid");
    }
}
