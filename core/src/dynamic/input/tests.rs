use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::read;
use super::unknown_members::MAX_FAULTS;
use crate::error::{FieldError, FieldErrorKind};

mod properties;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StartTraining {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    data_processing_job_id: JobId,
    #[serde(rename = "trainModelS3Location")]
    location: S3Uri,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_size: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_out: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnets: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<Custom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parser_configuration: Option<BTreeMap<String, String>>,
    #[serde(default)]
    tags: Vec<Custom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Custom {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    ratio: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct JobId(String);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
struct S3Uri(String);

impl TryFrom<String> for S3Uri {
    type Error = &'static str;

    fn try_from(uri: String) -> Result<Self, Self::Error> {
        if uri.starts_with("s3://") {
            Ok(Self(uri))
        } else {
            Err("must begin with s3://")
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Mode(String);

impl Serialize for Mode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Mode;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mode")
            }
            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Mode, E> {
                Ok(Mode(v.to_owned()))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct GetStatus {}

fn faults<T: DeserializeOwned + fmt::Debug>(input: &Value) -> Vec<(String, FieldErrorKind)> {
    let faults = read::<T>(input).unwrap_err();
    assert_eq!(read::<T>(input).unwrap_err(), faults, "the same twice");
    let pair = |fault: &FieldError| (fault.field().to_owned(), fault.kind().clone());
    faults.iter().map(pair).collect()
}

fn wrong(path: &str, expected: &'static str, found: &'static str) -> (String, FieldErrorKind) {
    (
        path.to_owned(),
        FieldErrorKind::WrongType { expected, found },
    )
}

fn missing(path: &str) -> (String, FieldErrorKind) {
    (path.to_owned(), FieldErrorKind::Missing)
}

fn unknown(path: &str) -> (String, FieldErrorKind) {
    (path.to_owned(), FieldErrorKind::UnknownMember)
}

fn invalid(path: &str, reason: &'static str) -> (String, FieldErrorKind) {
    (path.to_owned(), FieldErrorKind::Other(reason.into()))
}

fn out_of_range(path: &str, min: i128, max: i128) -> (String, FieldErrorKind) {
    (path.to_owned(), FieldErrorKind::OutOfRange { min, max })
}

/// A valid request with `member` as given.
fn with(member: &str, value: Value) -> Value {
    let mut input = json!({"dataProcessingJobId": "j", "trainModelS3Location": "s3://b"});
    input[member] = value;
    input
}

#[test]
fn valid_requests_are_read() {
    let least = read::<StartTraining>(
        &json!({"dataProcessingJobId": "", "trainModelS3Location": "s3://b"}),
    )
    .unwrap();
    assert_eq!(
        (least.data_processing_job_id, least.id, least.tags),
        (JobId(String::new()), None, vec![])
    );

    let input = json!({
        "id": "i", "dataProcessingJobId": "j", "trainModelS3Location": "s3://b", "volumeSize": -1, "timeOut": i64::MAX,
        "subnets": ["a", ""], "spot": true, "custom": {"source": "s", "script": "t", "ratio": 1}, "mode": "NEW",
        "parserConfiguration": {"a.b": "c"}, "tags": [{"source": "s", "ratio": 0.5}], "document": [null, {"a": null}, 1.5],
    });
    let request = read::<StartTraining>(&input).unwrap();
    assert_eq!(request, serde_json::from_value(input).unwrap());
    assert_eq!(read(&json!({})), Ok(GetStatus {}));
}

#[test]
fn types() {
    for (member, expected, accepted) in [
        ("id", "string", &["string"][..]),
        ("dataProcessingJobId", "string", &["string"]),
        ("volumeSize", "integer", &["integer"]),
        ("timeOut", "integer", &["integer"]),
        ("subnets", "array", &["array"]),
        ("spot", "boolean", &["boolean"]),
        ("custom", "object", &["object"]),
        ("parserConfiguration", "object", &["object"]),
        ("tags", "array", &["array"]),
        ("mode", "string", &["string"]),
        (
            "document",
            "",
            &[
                "null", "boolean", "integer", "float", "string", "array", "object",
            ],
        ),
    ] {
        for (found, value) in [
            ("null", json!(null)),
            ("boolean", json!(true)),
            ("integer", json!(1)),
            ("float", json!(1.0)),
            ("string", json!("1")),
            ("array", json!([])),
            ("object", json!({})),
        ] {
            let input = with(member, value);
            if !accepted.contains(&found) {
                assert_eq!(
                    faults::<StartTraining>(&input),
                    [wrong(member, expected, found)]
                );
            } else if member == "custom" {
                assert_eq!(faults::<StartTraining>(&input), [missing("custom.source")]);
            } else {
                assert!(read::<StartTraining>(&input).is_ok(), "{input}");
            }
        }
    }
    assert_eq!(
        faults::<GetStatus>(&json!(null)),
        [wrong("", "object", "null")]
    );
    assert_eq!(
        faults::<StartTraining>(&json!([])),
        [wrong("", "object", "array")]
    );
    assert_eq!(
        faults::<GetStatus>(&json!("")),
        [wrong("", "object", "string")]
    );
    assert_eq!(
        faults::<BTreeMap<String, i32>>(&json!({"a": 1, "b": null})),
        [wrong("b", "integer", "null")]
    );
}

#[test]
fn ranges() {
    for value in [
        json!(2_147_483_648_i64),
        json!(-2_147_483_649_i64),
        json!(u64::MAX),
        json!(1e30),
        json!(-9.3e18),
    ] {
        assert_eq!(
            faults::<StartTraining>(&with("volumeSize", value)),
            [out_of_range("volumeSize", i32::MIN.into(), i32::MAX.into())]
        );
    }
    for text in [
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "1e300",
    ] {
        let value = serde_json::from_str(text).unwrap();
        assert_eq!(
            faults::<StartTraining>(&with("timeOut", value)),
            [out_of_range("timeOut", i64::MIN.into(), i64::MAX.into())]
        );
    }
    for value in [i64::MIN, i64::MAX] {
        let request = read::<StartTraining>(&with("timeOut", json!(value))).unwrap();
        assert_eq!(request.time_out, Some(value));
    }
    assert_eq!(
        faults::<StartTraining>(&with("timeOut", json!(-0.0))),
        [wrong("timeOut", "integer", "float")]
    );
    assert_eq!(
        read::<(u8, u64)>(&json!([255, u64::MAX])),
        Ok((255, u64::MAX))
    );
    assert_eq!(
        faults::<(u8, u64)>(&json!([256, 1])),
        [out_of_range("[0]", 0, 255)]
    );
    assert_eq!(
        faults::<(u8, u64)>(&json!([1, -1])),
        [out_of_range("[1]", 0, u64::MAX.into())]
    );
}

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
    assert_eq!(
        faults::<GetStatus>(&json!({"a": 1, "b": null})),
        [unknown("a"), unknown("b")],
    );
    // Structs in a list are read one by one.
    assert_eq!(
        faults::<StartTraining>(&with(
            "tags",
            json!([{"source": "s", "ratio": 1}, {"x": 1, "y": 1}])
        )),
        [unknown("tags[1].x")]
    );
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
        assert_eq!(faults::<StartTraining>(&with(member, value)), [fault]);
    }
    assert_eq!(
        faults::<StartTraining>(&json!({})),
        [missing("dataProcessingJobId")]
    );
    assert_eq!(
        faults::<StartTraining>(&json!({"spot": 0})),
        [wrong("spot", "boolean", "integer")]
    );
    assert_eq!(faults::<S3Uri>(&json!("x")), [invalid("", no)]);
    assert_eq!(faults::<S3Uri>(&json!(1)), [wrong("", "string", "integer")]);
}

#[test]
fn structs_with_rules_of_their_own() {
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
    let outer = |range: Value| faults::<Outer>(&json!({"range": range}));
    assert_eq!(
        outer(json!({"from": 2, "to": 1})),
        [invalid("range", "from is above to")]
    );
    assert_eq!(outer(json!({"from": 2})), [missing("range.to")]);
    assert_eq!(outer(json!({})), [missing("range.from")]);
    assert_eq!(
        outer(json!({"from": 2, "to": null})),
        [wrong("range.to", "integer", "null")]
    );
    assert_eq!(
        outer(json!({"from": 2, "to": 1, "by": 1})),
        [unknown("range.by")]
    );
    assert_eq!(
        faults::<Range>(&json!({"from": 2, "to": 1})),
        [invalid("", "from is above to")]
    );
}

#[test]
fn keys_of_maps_are_parts_of_paths() {
    type Maps = BTreeMap<String, BTreeMap<String, Vec<S3Uri>>>;
    let no = "must begin with s3://";
    assert_eq!(
        faults::<Maps>(&json!({"a": {"b.c": ["x"], "b": ["s3://"]}})),
        [invalid("a.b.c[0]", no)]
    );
    assert_eq!(
        faults::<Maps>(&json!({"a": {"b": ["s3://"]}, "a.b": {"c": ["s3://", "y"]}})),
        [invalid("a.b.c[1]", no)]
    );
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
fn deep_requests_are_refused() {
    let nested =
        |depth: usize, wrap: fn(Value) -> Value| (0..depth).fold(json!({}), |inner, _| wrap(inner));
    // `json!` would go through its argument, level by level.
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
