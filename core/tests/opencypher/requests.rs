//! Requests.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use neptunedata::{
    CallOptions, dynamic,
    error::FieldErrorKind,
    opencypher::{
        CancelOpenCypherQuery, ExecuteOpenCypherExplainQuery, ExecuteOpenCypherQuery,
        GetOpenCypherQueryStatus, ListOpenCypherQueries, OpenCypherExplainMode,
    },
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::{
    steps::endpoint,
    support::{answer, body, call, faults, query, request},
};

#[test]
fn queries_ask_for_trailers_and_the_others_do_not() {
    let wish = |request: Result<http::Request<Bytes>, _>| {
        request.unwrap().headers().get(http::header::TE).cloned()
    };
    let trailers = Some(HeaderValue::from_static("trailers"));
    let explain = ExecuteOpenCypherExplainQuery::new("RETURN 1", OpenCypherExplainMode::Details);
    assert_eq!(wish(request(&query())), trailers);
    assert_eq!(wish(request(&explain)), trailers);
    assert_eq!(wish(request(&ListOpenCypherQueries::new())), None);
    assert_eq!(wish(request(&GetOpenCypherQueryStatus::new("q"))), None);
    assert_eq!(wish(request(&CancelOpenCypherQuery::new("q"))), None);
}

#[cfg(feature = "sigv4")]
#[test]
fn the_te_header_is_not_signed() {
    let mut request = request(&query()).unwrap();
    let keys = neptunedata::Credentials::new("AKIDEXAMPLE", "secret");
    let now = crate::steps::NOW.wall + Duration::from_secs(1_440_938_160);
    neptunedata::sign(&mut request, &keys, "us-east-1", now).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(
        authorization.contains("SignedHeaders=content-type;host;x-amz-date,"),
        "{authorization}"
    );
}

#[test]
fn parameters_are_a_string_with_an_object_in_it() {
    #[derive(Serialize)]
    struct Mine {
        name: &'static str,
        age: u128,
    }
    let mine = Mine {
        name: "Jöhn \"J\"",
        age: u128::MAX,
    };
    let text = r#"{"name":"Jöhn \"J\"","age":340282366920938463463374607431768211455}"#;
    assert_eq!(body(&query().parameters(&mine))["parameters"], text);
    assert_eq!(body(&query().parameters(mine))["parameters"], text);
    let explain = ExecuteOpenCypherExplainQuery::new("RETURN $a", OpenCypherExplainMode::Static);
    let explain = body(&explain.parameters(json!({"a": [1, null]})));
    assert_eq!(
        explain,
        json!({"query": "RETURN $a", "parameters": "{\"a\":[1,null]}", "explain": "static"})
    );
    // Text goes out to the letter, whatever it is.
    for text in ["{ \"a\" : 1.50000000000000000000000001 }", "", "no JSON"] {
        assert_eq!(body(&query().parameters_text(text))["parameters"], text);
    }
    assert_eq!(body(&query()).get("parameters"), None);
}

#[test]
fn invalid_parameters_are_rejected() {
    struct Unserializable;
    impl Serialize for Unserializable {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("a lock is poisoned"))
        }
    }
    let wrong_type = |found| FieldErrorKind::WrongType {
        expected: "object",
        found,
    };
    for (parameters, found) in [
        (json!([1]), "array"),
        (json!("{\"a\":1}"), "string"),
        (json!(true), "boolean"),
        (json!(null), "null"),
        (json!(-1.5), "number"),
    ] {
        let fault = ("parameters".to_owned(), wrong_type(found));
        assert_eq!(
            faults(&query().parameters(&parameters)),
            std::slice::from_ref(&fault)
        );
        let explain = ExecuteOpenCypherExplainQuery::new("", OpenCypherExplainMode::Static);
        assert_eq!(faults(&explain.parameters(&parameters)), [fault]);
    }
    let refused = query().parameters(Unserializable);
    let reason = FieldErrorKind::Other("a lock is poisoned".into());
    assert_eq!(faults(&refused), [("parameters".to_owned(), reason)]);
    let keys = query().parameters(BTreeMap::from([(vec![1], 2)]));
    assert!(matches!(
        &faults(&keys)[..],
        [(_, FieldErrorKind::Other(_))]
    ));

    // Others take their place, and are not replaced by older ones.
    let replaced = refused.clone().parameters(json!({"a": 1}));
    assert_eq!(body(&replaced)["parameters"], "{\"a\":1}");
    assert_eq!(body(&refused.parameters_text("{}"))["parameters"], "{}");
    let refused = query().parameters_text("{}").parameters(1);
    assert_eq!(refused.parameters, None);
    assert_eq!(faults(&refused).len(), 1);
}

#[test]
fn parameters_can_be_sent_as_an_object() {
    // U05.
    let options = CallOptions::new().extra("parameters", json!({"a": 1}));
    let (sent, _) = call(
        &query(),
        &options,
        answer(200, r#"{"results":[]}"#),
        HeaderMap::new(),
    );
    let sent: Value = serde_json::from_slice(sent.body()).unwrap();
    assert_eq!(sent["parameters"], json!({"a": 1}));
}

#[test]
fn m19_queries_have_no_id_of_the_callers() {
    let input = json!({"openCypherQuery": "RETURN 1", "queryId": "mine"});
    let error = dynamic::request("ExecuteOpenCypherQuery", &input, &endpoint()).unwrap_err();
    assert_eq!(error.field_errors()[0].field(), "queryId");
    assert_eq!(
        error.field_errors()[0].kind(),
        &FieldErrorKind::UnknownMember
    );
    // U06: where it would go, should it be taken.
    let options = CallOptions::new().extra("queryId", "mine");
    let (sent, _) = call(
        &query(),
        &options,
        answer(200, r#"{"results":[]}"#),
        HeaderMap::new(),
    );
    let sent: Value = serde_json::from_slice(sent.body()).unwrap();
    assert_eq!(
        sent,
        json!({"query": "MATCH (n) RETURN n LIMIT 10", "queryId": "mine"})
    );
}

#[test]
fn m20_the_time_out_is_a_hint_before_the_text() {
    let sent = |query: &ExecuteOpenCypherQuery| body(query)["query"].clone();
    let hinted = query().timeout_hint(Duration::from_millis(1500));
    let expected = "USING QUERY:TIMEOUTMILLISECONDS 1500 MATCH (n) RETURN n LIMIT 10";
    assert_eq!(sent(&hinted), expected);
    assert_eq!(hinted.query_text(), expected);
    assert_eq!(hinted.open_cypher_query, "MATCH (n) RETURN n LIMIT 10");

    // Hints of the text's own are left alone.
    let own = "/* mine */ using QUERY:PLANCACHE \"enabled\" MATCH (n) RETURN n";
    let own_hints = ExecuteOpenCypherQuery::new(own).timeout_hint(Duration::from_secs(1));
    assert_eq!(sent(&own_hints), own);
    assert_eq!(own_hints.query_text(), own);

    // The serde form is that of the model, plus the hint.
    let form = serde_json::to_value(&hinted).unwrap();
    assert_eq!(
        form,
        json!({"openCypherQuery": "MATCH (n) RETURN n LIMIT 10", "timeoutHint": 1500})
    );
    let read: ExecuteOpenCypherQuery = serde_json::from_value(form).unwrap();
    assert_eq!(read, hinted);

    let explain = ExecuteOpenCypherExplainQuery::new("RETURN 1", OpenCypherExplainMode::Details);
    let explain = explain.timeout_hint(Duration::from_secs(2));
    assert_eq!(
        body(&explain)["query"],
        "USING QUERY:TIMEOUTMILLISECONDS 2000 RETURN 1"
    );
}

#[test]
fn time_outs_have_bounds() {
    let most = Duration::from_millis(2_147_483_647);
    for good in [
        Duration::from_millis(1),
        most,
        most + Duration::from_nanos(999_999),
    ] {
        assert!(request(&query().timeout_hint(good)).is_ok(), "{good:?}");
    }
    let bounds = FieldErrorKind::OutOfRange {
        min: 1,
        max: 2_147_483_647,
    };
    let bounds = [("timeoutHint".to_owned(), bounds)];
    for wrong in [
        Duration::ZERO,
        Duration::from_micros(999),
        most + Duration::from_millis(1),
        Duration::MAX,
    ] {
        assert_eq!(faults(&query().timeout_hint(wrong)), bounds, "{wrong:?}");
        let explain = ExecuteOpenCypherExplainQuery::new("", OpenCypherExplainMode::Static);
        assert_eq!(faults(&explain.timeout_hint(wrong)), bounds, "{wrong:?}");
    }
    // With the text's own hints it would not be sent, and is wrong all the same.
    let own = ExecuteOpenCypherQuery::new("USING QUERY:X 1 RETURN 1");
    assert_eq!(faults(&own.timeout_hint(Duration::ZERO)), bounds);
    let both = query().parameters(1).timeout_hint(Duration::ZERO);
    assert_eq!(faults(&both).len(), 2);
}
