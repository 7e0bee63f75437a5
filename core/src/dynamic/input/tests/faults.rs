//! Which faults of a request are reported, and their paths.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{read, unknown_members::MAX_FAULTS};
use super::{GetStatus, S3Uri, StartTraining, faults, faults_of, invalid, missing, unknown, wrong};
use crate::error::FieldErrorKind;

#[test]
fn all_unknown_members_are_reported_and_nothing_else() {
    let input = json!({
        "apple": null,
        "id": {"bogus": 1},
        "trainModelS3Location": "http://x",
        "spot": "yes",
        "custom": {"script": [], "more": {}, "Ratio": 1, "a.b": {"source": 1}},
        "parserConfiguration": {"a.b": "c"},
        "document": {"apple": 1},
        "zebra": 1,
    });
    let mut found = faults::<StartTraining>(&input);
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        found,
        [
            unknown("apple"),
            unknown("custom.Ratio"),
            unknown("custom.a.b"),
            unknown("custom.more"),
            unknown("zebra"),
        ]
    );
    let found = faults::<GetStatus>(&json!({"a": 1, "b": null}));
    assert_eq!(found, [unknown("a"), unknown("b")]);
    // Structs in a list are read one by one.
    let tags = json!([{"source": "s", "ratio": 1}, {"x": 1, "y": 1}]);
    assert_eq!(faults_of("tags", tags), [unknown("tags[1].x")]);
}

#[test]
fn the_first_missing_member_or_wrong_value_is_reported() {
    let no = "must begin with s3://";
    for (member, value, fault) in [
        (
            "trainModelS3Location",
            json!("http://x"),
            invalid("trainModelS3Location", no),
        ),
        (
            "subnets",
            json!(["a", null, 7]),
            wrong("subnets[1]", "string", "null"),
        ),
        (
            "custom",
            json!({"ratio": "1", "source": "s"}),
            wrong("custom.ratio", "number", "string"),
        ),
        ("custom", json!({"source": "s"}), missing("custom.ratio")),
        (
            "parserConfiguration",
            json!({"a.b": 1}),
            wrong("parserConfiguration.a.b", "string", "integer"),
        ),
        (
            "parserConfiguration",
            json!({"": 1}),
            wrong("parserConfiguration.", "string", "integer"),
        ),
        ("tags", json!([{}]), missing("tags[0].source")),
        (
            "tags",
            json!([{"source": "s", "ratio": 1}, 5]),
            wrong("tags[1]", "object", "integer"),
        ),
        (
            "tags",
            json!([{"source": 1, "ratio": 1}]),
            wrong("tags[0].source", "string", "integer"),
        ),
    ] {
        assert_eq!(faults_of(member, value), [fault]);
    }
    let first = missing("dataProcessingJobId");
    assert_eq!(faults::<StartTraining>(&json!({})), [first]);
    let first = wrong("spot", "boolean", "integer");
    assert_eq!(faults::<StartTraining>(&json!({"spot": 0})), [first]);
    assert_eq!(faults::<S3Uri>(&json!("x")), [invalid("", no)]);
    assert_eq!(faults::<S3Uri>(&json!(1)), [wrong("", "string", "integer")]);
}

#[test]
fn structs_with_their_own_validation() {
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "Fields")]
    struct Range;
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        from: i32,
        to: i32,
    }
    impl TryFrom<Fields> for Range {
        type Error = &'static str;
        fn try_from(fields: Fields) -> Result<Self, Self::Error> {
            if fields.from <= fields.to {
                Ok(Self)
            } else {
                Err("from is above to")
            }
        }
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        range: Range,
    }
    let no = "from is above to";
    for (range, fault) in [
        (json!({"from": 2, "to": 1}), invalid("range", no)),
        (json!({"from": 2}), missing("range.to")),
        (json!({}), missing("range.from")),
        (
            json!({"from": 2, "to": null}),
            wrong("range.to", "integer", "null"),
        ),
        (json!({"from": 2, "to": 1, "by": 1}), unknown("range.by")),
    ] {
        assert_eq!(faults::<Outer>(&json!({ "range": range })), [fault]);
    }
    let alone = faults::<Range>(&json!({"from": 2, "to": 1}));
    assert_eq!(alone, [invalid("", no)]);
}

#[test]
fn keys_of_maps_are_parts_of_paths() {
    type Maps = BTreeMap<String, BTreeMap<String, Vec<S3Uri>>>;
    let no = "must begin with s3://";
    let one = json!({"a": {"b.c": ["x"], "b": ["s3://"]}});
    assert_eq!(faults::<Maps>(&one), [invalid("a.b.c[0]", no)]);
    let two = json!({"a": {"b": ["s3://"]}, "a.b": {"c": ["s3://", "y"]}});
    assert_eq!(faults::<Maps>(&two), [invalid("a.b.c[1]", no)]);
    let keys = faults::<BTreeMap<S3Uri, i32>>(&json!({"s3://a": 1, "b": 2}));
    assert_eq!(keys, [invalid("b", no)]);
}

#[test]
fn faults_are_few_and_short() {
    let members: serde_json::Map<_, _> = (0..50_000).map(|n| (n.to_string(), json!(n))).collect();
    assert_eq!(
        faults::<GetStatus>(&Value::Object(members)).len(),
        MAX_FAULTS
    );

    let long = "x".repeat(10_000);
    let input = json!({long.as_str(): 1});
    let of_long_name = [
        read::<GetStatus>(&input).unwrap_err(),
        read::<BTreeMap<String, String>>(&input).unwrap_err(),
    ];
    for faults in of_long_name {
        assert!(faults[0].field().len() < 200 && faults[0].field().starts_with("xx"));
    }
    let faults = faults::<Vec<char>>(&json!([long]));
    assert!(
        matches!(&faults[..], [(path, FieldErrorKind::Other(reason))] if path == "[0]" && reason.len() < 200)
    );
}

#[test]
fn deep_requests_are_rejected() {
    let nested =
        |depth: usize, wrap: fn(Value) -> Value| (0..depth).fold(json!({}), |inner, _| wrap(inner));
    // `json!` would serialize its argument, level by level.
    let list: fn(Value) -> Value = |inner| Value::Array(vec![inner]);
    let map: fn(Value) -> Value =
        |inner| Value::Object([("custom".to_owned(), inner)].into_iter().collect());
    let too_deep = FieldErrorKind::Other("is nested deeper than 128 levels".into());
    for wrap in [list, map] {
        assert!(read::<Value>(&nested(127, wrap)).is_ok());
        let faults = faults::<Value>(&nested(1000, wrap));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].1, too_deep);
        assert!(faults[0].0.len() < 200);
        assert!(read::<StartTraining>(&nested(1000, wrap)).is_err());
    }
}
