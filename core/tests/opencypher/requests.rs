//! Requests.

use std::{collections::BTreeMap, time::Duration};

use neptunedata::{
    CallOptions, dynamic,
    error::FieldErrorKind,
    opencypher::{ExecuteOpenCypherExplainQuery, ExecuteOpenCypherQuery, OpenCypherExplainMode},
};
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::{
    messages::{field_errors, json_body as body, request},
    steps::endpoint,
    support::{query, sent},
};

fn explain(text: &str) -> ExecuteOpenCypherExplainQuery {
    ExecuteOpenCypherExplainQuery::new(text, OpenCypherExplainMode::Static)
}

#[cfg(feature = "sigv4")]
#[test]
fn the_te_header_is_not_signed() {
    let mut request = request(&query());
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
    let explained = explain("RETURN $a").parameters(json!({"a": [1, null]}));
    let parameters = r#"{"a":[1,null]}"#;
    let expected = json!({"query": "RETURN $a", "parameters": parameters, "explain": "static"});
    assert_eq!(body(&explained), expected);
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
    let fault = |kind| [("parameters".to_owned(), kind)];
    for (parameters, found) in [
        (json!([1]), "array"),
        (json!("{\"a\":1}"), "string"),
        (json!(true), "boolean"),
        (json!(null), "null"),
        (json!(-1.5), "number"),
    ] {
        let expected = "object";
        let faults = fault(FieldErrorKind::WrongType { expected, found });
        assert_eq!(field_errors(&query().parameters(&parameters)), faults);
        assert_eq!(field_errors(&explain("").parameters(&parameters)), faults);
    }
    let refused = query().parameters(Unserializable);
    let reason = FieldErrorKind::Other("a lock is poisoned".into());
    assert_eq!(field_errors(&refused), fault(reason));
    // The test of bodies covers all values that JSON cannot represent.
    let keys = field_errors(&query().parameters(BTreeMap::from([(1, 2)])));
    assert_eq!(
        keys,
        fault(FieldErrorKind::Other("key must be a string".into()))
    );
    let scores = [BTreeMap::new(), BTreeMap::from([("score", f64::NAN)])];
    let reason = FieldErrorKind::Other("JSON cannot represent the number NaN".into());
    let within = ("parameters[1].score".to_owned(), reason.clone());
    assert_eq!(field_errors(&query().parameters(&scores)), [within]);
    let within = ("parameters.list[1].score".to_owned(), reason);
    let scores = query().parameters(BTreeMap::from([("list", scores)]));
    assert_eq!(field_errors(&scores), [within]);
    assert_eq!(
        neptunedata::request(&scores, &endpoint())
            .unwrap_err()
            .to_string(),
        "ExecuteOpenCypherQuery: request not sent: parameters.list[1].score: JSON cannot represent the number NaN",
    );
    assert_eq!(
        serde_json::to_string(&scores).unwrap_err().to_string(),
        "parameters.list[1].score: JSON cannot represent the number NaN",
    );

    // Others take their place, and are not replaced by older ones.
    let replaced = refused.clone().parameters(json!({"a": 1}));
    assert_eq!(body(&replaced)["parameters"], "{\"a\":1}");
    assert_eq!(body(&refused.parameters_text("{}"))["parameters"], "{}");
    let refused = query().parameters_text("{}").parameters(1);
    assert_eq!(refused.parameters, None);
    assert_eq!(field_errors(&refused).len(), 1);
}

#[test]
fn parameters_can_be_sent_as_an_object() {
    // U05.
    let options = CallOptions::new().extra("parameters", json!({"a": 1}));
    assert_eq!(sent(&options)["parameters"], json!({"a": 1}));
}

#[test]
fn m19_queries_have_no_id_of_the_callers() {
    let input = json!({"openCypherQuery": "RETURN 1", "queryId": "mine"});
    let error = dynamic::request("ExecuteOpenCypherQuery", &input, &endpoint()).unwrap_err();
    let error = &error.field_errors()[0];
    assert_eq!(error.field(), "queryId");
    assert_eq!(error.kind(), &FieldErrorKind::UnknownMember);
    // U06: where it would go, should it be taken.
    let options = CallOptions::new().extra("queryId", "mine");
    let expected = json!({"query": "MATCH (n) RETURN n LIMIT 10", "queryId": "mine"});
    assert_eq!(sent(&options), expected);
}

#[test]
fn m20_the_time_out_is_a_hint_before_the_text() {
    let hinted = query().timeout_hint(Duration::from_millis(1500));
    let expected = "USING QUERY:TIMEOUTMILLISECONDS 1500 MATCH (n) RETURN n LIMIT 10";
    assert_eq!(body(&hinted)["query"], expected);
    assert_eq!(hinted.query_text(), expected);
    assert_eq!(hinted.open_cypher_query, "MATCH (n) RETURN n LIMIT 10");

    // Hints of the text's own are left alone.
    let own = "/* mine */ using QUERY:PLANCACHE \"enabled\" MATCH (n) RETURN n";
    let own_hints = ExecuteOpenCypherQuery::new(own).timeout_hint(Duration::from_secs(1));
    assert_eq!(body(&own_hints)["query"], own);
    assert_eq!(own_hints.query_text(), own);

    // The serde form is that of the model, plus the hint.
    let form = serde_json::to_value(&hinted).unwrap();
    let text = "MATCH (n) RETURN n LIMIT 10";
    assert_eq!(form, json!({"openCypherQuery": text, "timeoutHint": 1500}));
    let read: ExecuteOpenCypherQuery = serde_json::from_value(form).unwrap();
    assert_eq!(read, hinted);

    let explained = body(&explain("RETURN 1").timeout_hint(Duration::from_secs(2)));
    let expected = "USING QUERY:TIMEOUTMILLISECONDS 2000 RETURN 1";
    assert_eq!(explained["query"], expected);
}

#[test]
fn time_outs_have_bounds() {
    let most = Duration::from_millis(2_147_483_647);
    for good in [
        Duration::from_millis(1),
        most,
        most + Duration::from_nanos(999_999),
    ] {
        request(&query().timeout_hint(good));
    }
    let (min, max) = (1, 2_147_483_647);
    let bounds = [(
        "timeoutHint".to_owned(),
        FieldErrorKind::OutOfRange { min, max },
    )];
    for wrong in [
        Duration::ZERO,
        Duration::from_micros(999),
        most + Duration::from_millis(1),
        Duration::MAX,
    ] {
        assert_eq!(
            field_errors(&query().timeout_hint(wrong)),
            bounds,
            "{wrong:?}"
        );
        assert_eq!(
            field_errors(&explain("").timeout_hint(wrong)),
            bounds,
            "{wrong:?}"
        );
    }
    // With the text's own hints it would not be sent, and is wrong all the same.
    let own = ExecuteOpenCypherQuery::new("USING QUERY:X 1 RETURN 1");
    assert_eq!(field_errors(&own.timeout_hint(Duration::ZERO)), bounds);
    let both = query().parameters(1).timeout_hint(Duration::ZERO);
    assert_eq!(field_errors(&both).len(), 2);
}
