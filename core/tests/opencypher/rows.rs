//! How rows are decoded.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderValue;
use neptunedata::{
    error::DecodeErrorKind,
    opencypher::{self, ExecuteOpenCypherQuery, Node, Path, Relationship},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    messages::{decode_error, response},
    support::read,
};

const AIRPORTS: &str = r#"{"results":[
    {"a":{"~id":"22","~entityType":"node","~labels":["airport"],
        "~properties":{"desc":"Seattle-Tacoma","lon":-122.30899810791,"runways":3,"code":"SEA"}},
     "r":{"~id":"5027","~entityType":"relationship","~start":"22","~end":"151","~type":"route",
        "~properties":{"dist":956}},
     "p":[{"~id":"22","~entityType":"node","~labels":["airport"],"~properties":{}},
        {"~id":"5027","~entityType":"relationship","~start":"22","~end":"151","~type":"route",
            "~properties":{}},
        {"~id":"151","~entityType":"node","~labels":["airport"],"~properties":{}}],
     "count(a)":1,"nothing":null,"list":[1,null,"x"],"map":{"k":[{}]}}]}"#;

/// The rows of an answer stay where they are in its body.
#[test]
fn an_answer_is_not_copied() {
    let rows = vec![r#"{"a":[1,{"b":"text"}]}"#; 50_000].join(",");
    let answer = http::Response::new(Bytes::from(format!(r#"{{"results":[{rows}]}}"#)));
    let counted = allocation_counter::measure(|| {
        let output = neptunedata::response::<ExecuteOpenCypherQuery>(&answer).unwrap();
        assert!(!output.is_cancelled_silently());
    });
    // The buffer of serde_json for open brackets, and the shared handle of the body.
    assert!(counted.count_total <= 4, "{counted:?}");
    assert!(counted.bytes_total <= 1024, "{counted:?}");
}

#[test]
fn rows_become_types_of_the_callers() {
    #[derive(Deserialize)]
    struct Airport {
        code: String,
        runways: u8,
    }
    #[derive(Deserialize)]
    struct Row {
        a: Node<Airport>,
        r: Relationship,
        p: Path<serde_json::Map<String, Value>, opencypher::Properties>,
        #[serde(rename = "count(a)")]
        count: i64,
        nothing: Option<String>,
        list: Vec<Option<opencypher::Value>>,
        map: opencypher::Value,
    }
    let output = read(AIRPORTS).unwrap();
    let rows: Vec<Row> = output.rows().unwrap();
    let [row] = &rows[..] else {
        panic!("{} rows", rows.len());
    };
    assert_eq!((row.a.id.as_str(), row.a.labels.len()), ("22", 1));
    assert_eq!(
        (row.a.properties.code.as_str(), row.a.properties.runways),
        ("SEA", 3)
    );
    assert_eq!((row.r.start.as_str(), row.r.end.as_str()), ("22", "151"));
    assert_eq!(row.r.relationship_type, "route");
    assert_eq!(row.r.properties["dist"].as_i64(), Some(956));
    assert_eq!(row.p.start.id, "22");
    assert_eq!(row.p.end().id, "151");
    assert_eq!(
        (row.p.nodes().count(), row.p.relationships().count()),
        (2, 1)
    );
    assert_eq!((row.count, row.nothing.as_deref()), (1, None));
    assert_eq!(row.list.len(), 3);
    assert_eq!(row.list[1], None);
    assert!(row.map.as_map().is_some());

    let any: Vec<BTreeMap<String, opencypher::Value>> = output.rows().unwrap();
    assert_eq!(any[0]["p"].as_path().unwrap().steps.len(), 1);
    assert_eq!(
        serde_json::to_value(&any).unwrap(),
        serde_json::from_str::<Value>(AIRPORTS).unwrap()["results"]
    );
}

#[test]
fn digits_and_order_survive() {
    let results =
        r#"[ {"z":123456789012345678901234567890,"a":1.10000000000000000000001,"m":-0.0} ]"#;
    let output = read(format!(
        r#"{{"more":[{{}}],"results":{results} , "x":null}}"#
    ))
    .unwrap();
    assert_eq!(output.results.as_str(), results);
    assert_eq!(output.results.bytes(), results);
    // The features of serde_json that would change these results are not on.
    let value = &output.rows::<Value>().unwrap()[0];
    assert_eq!(value["z"].as_f64(), Some(123456789012345678901234567890.0));
    assert!(value.to_string().starts_with(r#"{"a":"#));
    // Rows may borrow, and 128 bits are within serde_json's reach.
    let output = read(r#"{"results":[{"n":"x"}]}"#).unwrap();
    assert_eq!(output.rows::<BTreeMap<&str, &str>>().unwrap()[0]["n"], "x");
    let output = read(r#"{"results":[{"n":170141183460469231731687303715884105727}]}"#).unwrap();
    let rows: Vec<BTreeMap<String, i128>> = output.rows().unwrap();
    assert_eq!(rows[0]["n"], i128::MAX);
}

#[test]
fn writes_without_return_have_no_rows() {
    let output = read(r#"{"results":[]}"#).unwrap();
    assert_eq!(output.rows::<Value>().unwrap(), [] as [Value; 0]);
    assert!(!output.is_cancelled_silently());
}

#[test]
fn m21_a_query_cancelled_silently_has_no_rows_in_the_form_of_sparql() {
    let output = read(r#"{"head":{"vars":["n"]},"results":{"bindings":[]}}"#).unwrap();
    assert!(output.is_cancelled_silently());
    assert_eq!(output.rows::<Value>().unwrap(), [] as [Value; 0]);
    assert_eq!(output.results.as_str(), r#"{"bindings":[]}"#);
    for other in [r#"{"bindings":[{}]}"#, r#"{"bindings":{}}"#, "{}", "[]"] {
        let output = read(format!(r#"{{"results":{other}}}"#)).unwrap();
        assert!(!output.is_cancelled_silently(), "{other}");
        assert_eq!(output.rows::<Value>().is_ok(), other == "[]", "{other}");
    }
}

#[test]
fn errors_name_invalid_rows() {
    let output = read(r#"{"results":[{"n":1},{"n":"x"},{"n":2}]}"#).unwrap();
    #[derive(Debug, Deserialize)]
    struct Row {
        #[allow(dead_code)]
        n: u8,
    }
    let error = output.rows::<Row>().unwrap_err();
    assert_eq!(error.operation(), "ExecuteOpenCypherQuery");
    assert_eq!(
        (error.path(), error.kind()),
        ("results[1]", DecodeErrorKind::Shape)
    );
    assert!(error.reason().contains("expected u8"), "{error}");
    assert_eq!(error.body(), r#"[{"n":1},{"n":"x"},{"n":2}]"#);

    for scalar in ["1", "\"x\"", "true", "{\"a\":1}"] {
        let output = read(format!(r#"{{"results":{scalar}}}"#)).unwrap();
        let error = output.rows::<Value>().unwrap_err();
        assert_eq!(error.path(), "results", "{scalar}");
    }
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let output = read(format!(r#"{{"results":[{deep}]}}"#)).unwrap();
    assert!(output.rows::<Value>().is_err());
}

#[test]
fn answers_without_results_are_errors() {
    use DecodeErrorKind::{Empty, Encoding, Shape, Syntax, Truncated};
    for (body, kind) in [
        ("{}", Shape),
        (r#"{"results":null}"#, Shape),
        (r#"{"Results":[]}"#, Shape),
        ("[]", Shape),
        ("", Empty),
        (" \n", Empty),
        (r#"{"results":[{"n":1},"#, Truncated),
        (r#"{"results":[{"n":1}]"#, Truncated),
        (r#"{"results":[]} x"#, Syntax),
        ("<html>", Syntax),
    ] {
        let error = decode_error::<ExecuteOpenCypherQuery>(&response(200, body));
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert_eq!(error.body(), body);
    }
    let not_utf_8 = response(200, b"{\"results\":[\"\xff\"]}".as_slice());
    let error = decode_error::<ExecuteOpenCypherQuery>(&not_utf_8);
    assert_eq!(error.kind(), Syntax);
    let mut compressed = response(200, r#"{"results":[]}"#);
    let gzip = HeaderValue::from_static("gzip");
    compressed.headers_mut().insert("content-encoding", gzip);
    let error = decode_error::<ExecuteOpenCypherQuery>(&compressed);
    assert_eq!(error.kind(), Encoding);
}
