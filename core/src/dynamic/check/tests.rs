use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{MAX_PROBLEMS, Problem, ProblemKind, Refused, from_value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

const FIELDS: &[&str] = &[
    "id",
    "dataProcessingJobId",
    "trainModelS3Location",
    "volumeSize",
    "timeOut",
    "subnets",
    "spot",
    "custom",
    "parserConfiguration",
    "tags",
    "mode",
    "document",
];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Custom {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    ratio: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct JobId(String);

/// Refuses the stand-in as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
struct GetStatus {}

#[derive(Debug, PartialEq, Deserialize)]
struct Unit;

fn problems<T: serde::de::DeserializeOwned + fmt::Debug>(
    input: &Value,
) -> Vec<(String, ProblemKind)> {
    let problems = from_value::<T>(input).unwrap_err().problems;
    assert_eq!(
        from_value::<T>(input).unwrap_err().problems,
        problems,
        "the same twice"
    );
    problems
        .into_iter()
        .map(|problem| (problem.path, problem.kind))
        .collect()
}

fn wrong(path: &str, expected: &'static str, found: &'static str) -> (String, ProblemKind) {
    (path.to_owned(), ProblemKind::WrongType { expected, found })
}

fn missing(path: &str) -> (String, ProblemKind) {
    (path.to_owned(), ProblemKind::Missing)
}

fn invalid(path: &str, reason: &str) -> (String, ProblemKind) {
    (path.to_owned(), ProblemKind::Invalid(reason.to_owned()))
}

/// A valid request with `member` as given.
fn with(member: &str, value: Value) -> Value {
    let mut input = json!({"dataProcessingJobId": "j", "trainModelS3Location": "s3://b"});
    input[member] = value;
    input
}

#[test]
fn valid_requests_are_read() {
    let least = from_value::<StartTraining>(
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
    let read = from_value::<StartTraining>(&input).unwrap();
    assert_eq!(read, serde_json::from_value(input).unwrap());
    assert_eq!(from_value(&json!({})), Ok(GetStatus {}));
    assert_eq!(from_value(&json!({})), Ok(Unit));
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
                    problems::<StartTraining>(&input),
                    [wrong(member, expected, found)]
                );
            } else if member == "custom" {
                assert_eq!(
                    problems::<StartTraining>(&input),
                    [missing("custom.source"), missing("custom.ratio")]
                );
            } else {
                assert!(from_value::<StartTraining>(&input).is_ok(), "{input}");
            }
        }
    }
    assert_eq!(
        problems::<GetStatus>(&json!(null)),
        [wrong("", "object", "null")]
    );
    assert_eq!(
        problems::<StartTraining>(&json!([])),
        [wrong("", "object", "array")]
    );
    assert_eq!(
        problems::<Unit>(&json!("")),
        [wrong("", "object", "string")]
    );
    assert_eq!(
        problems::<BTreeMap<String, i32>>(&json!({"a": 1, "b": null})),
        [wrong("b", "integer", "null")]
    );
}

#[test]
fn ranges() {
    let (min, max) = (i32::MIN.into(), i32::MAX.into());
    for value in [
        json!(2_147_483_648_i64),
        json!(-2_147_483_649_i64),
        json!(u64::MAX),
        json!(1e30),
        json!(-9.3e18),
    ] {
        assert_eq!(
            problems::<StartTraining>(&with("volumeSize", value)),
            [(
                "volumeSize".to_owned(),
                ProblemKind::OutOfRange { min, max }
            )]
        );
    }
    let (min, max) = (i64::MIN.into(), i64::MAX.into());
    for text in [
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "1e300",
    ] {
        let value = serde_json::from_str(text).unwrap();
        assert_eq!(
            problems::<StartTraining>(&with("timeOut", value)),
            [("timeOut".to_owned(), ProblemKind::OutOfRange { min, max })]
        );
    }
    for value in [i64::MIN, i64::MAX] {
        assert_eq!(
            from_value::<StartTraining>(&with("timeOut", json!(value)))
                .unwrap()
                .time_out,
            Some(value)
        );
    }
    assert_eq!(
        problems::<StartTraining>(&with("timeOut", json!(-0.0))),
        [wrong("timeOut", "integer", "float")]
    );
    assert_eq!(
        from_value::<(u8, u64)>(&json!([255, u64::MAX])),
        Ok((255, u64::MAX))
    );
    let range = |max: u64| ProblemKind::OutOfRange {
        min: 0,
        max: max.into(),
    };
    assert_eq!(
        problems::<(u8, u64)>(&json!([256, -1])),
        [("[0]".into(), range(255)), ("[1]".into(), range(u64::MAX))]
    );
    assert_eq!(
        problems::<(u8, u64)>(&json!([1])),
        [invalid("", "must have 2 elements")]
    );
}

#[test]
fn everything_at_once() {
    let input = json!({
        "apple": null,
        "id": null,
        "trainModelS3Location": "http://x",
        "volumeSize": 4_000_000_000_u32,
        "subnets": ["a", null, 7],
        "spot": "yes",
        "custom": {"script": [], "more": {}, "ratio": "1", "other": 1},
        "parserConfiguration": {"a.b": 1, "c": "d", "e": null},
        "tags": [{}, 5, {"source": "s", "ratio": 1, "x": 1}, {"source": 1, "ratio": 1}],
        "zebra": 1,
    });
    let unknown = |path: &str, expected| (path.to_owned(), ProblemKind::Unknown { expected });
    let custom: &[_] = &["source", "script", "ratio"];
    assert_eq!(
        problems::<StartTraining>(&input),
        [
            wrong("id", "string", "null"),
            missing("dataProcessingJobId"),
            invalid("trainModelS3Location", "must begin with s3://"),
            (
                "volumeSize".to_owned(),
                ProblemKind::OutOfRange {
                    min: i32::MIN.into(),
                    max: i32::MAX.into()
                }
            ),
            wrong("subnets[1]", "string", "null"),
            wrong("subnets[2]", "string", "integer"),
            wrong("spot", "boolean", "string"),
            missing("custom.source"),
            wrong("custom.script", "string", "array"),
            wrong("custom.ratio", "number", "string"),
            unknown("custom.more", custom),
            unknown("custom.other", custom),
            wrong("parserConfiguration.a.b", "string", "integer"),
            wrong("parserConfiguration.e", "string", "null"),
            missing("tags[0].source"),
            missing("tags[0].ratio"),
            wrong("tags[1]", "object", "integer"),
            unknown("tags[2].x", custom),
            wrong("tags[3].source", "string", "integer"),
            unknown("apple", FIELDS),
            unknown("zebra", FIELDS),
        ]
    );
    assert_eq!(
        problems::<GetStatus>(&json!({"a": 1, "b": null})),
        [unknown("a", &[]), unknown("b", &[])],
    );
    assert_eq!(problems::<Unit>(&json!({"a": null})), [unknown("a", &[])]);
}

#[test]
fn what_refuses_even_a_stand_in_is_left_out() {
    // The location is refused, so is any stand-in, and without it the struct cannot be built.
    assert_eq!(
        problems::<StartTraining>(&json!({"trainModelS3Location": 1, "spot": 0})),
        [
            missing("dataProcessingJobId"),
            wrong("trainModelS3Location", "string", "integer"),
            wrong("spot", "boolean", "integer")
        ]
    );
    assert_eq!(
        problems::<StartTraining>(&json!({"spot": 0})),
        [
            missing("dataProcessingJobId"),
            missing("trainModelS3Location"),
            wrong("spot", "boolean", "integer")
        ]
    );

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Outer {
        list: Vec<S3Uri>,
        map: BTreeMap<S3Uri2, S3Uri>,
        inner: Option<Inner>,
        last: bool,
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        uri: S3Uri,
        count: i32,
    }
    #[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(try_from = "String")]
    struct S3Uri2(String);
    impl TryFrom<String> for S3Uri2 {
        type Error = String;
        fn try_from(uri: String) -> Result<Self, String> {
            if uri.is_empty() {
                Err("is empty".into())
            } else {
                Ok(Self(uri))
            }
        }
    }
    let no = "must begin with s3://";
    assert_eq!(
        problems::<Outer>(&json!({
            "list": ["a", "s3://b", 3, "c"],
            "map": {"": "s3://a", "b": "c", "d": "s3://e", "f": false},
            "inner": {"uri": "x", "count": "y", "z": 1},
            "last": 1,
        })),
        [
            invalid("list[0]", no),
            wrong("list[2]", "string", "integer"),
            invalid("list[3]", no),
            invalid("map.", "is empty"),
            invalid("map.b", no),
            wrong("map.f", "string", "boolean"),
            invalid("inner.uri", no),
            wrong("inner.count", "integer", "string"),
            (
                "inner.z".into(),
                ProblemKind::Unknown {
                    expected: &["uri", "count"]
                }
            ),
            wrong("last", "boolean", "integer"),
        ]
    );
    assert_eq!(problems::<S3Uri>(&json!("x")), [invalid("", no)]);
    assert_eq!(
        problems::<S3Uri>(&json!(1)),
        [wrong("", "string", "integer")]
    );
}

#[test]
fn structs_with_rules_of_their_own() {
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "Fields")]
    struct Range;
    #[derive(Deserialize)]
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
    #[allow(dead_code)]
    struct Outer {
        range: Range,
        last: bool,
    }
    let outer = |range: Value| problems::<Outer>(&json!({"range": range, "last": 0}));
    let last = || wrong("last", "boolean", "integer");
    assert_eq!(
        outer(json!({"from": 2, "to": 1})),
        [invalid("range", "from is above to"), last()]
    );
    assert_eq!(outer(json!({"from": 2})), [missing("range.to"), last()]);
    assert_eq!(
        outer(json!({})),
        [missing("range.from"), missing("range.to"), last()]
    );
    // With a stand-in for one end the rule says nothing.
    assert_eq!(
        outer(json!({"from": 2, "to": null})),
        [wrong("range.to", "integer", "null"), last()]
    );
    assert_eq!(
        outer(json!({"from": 2, "to": 1, "by": 1})),
        [
            (
                "range.by".into(),
                ProblemKind::Unknown {
                    expected: &["from", "to"]
                }
            ),
            invalid("range", "from is above to"),
            last()
        ]
    );
    assert_eq!(
        problems::<Range>(&json!({"from": 2, "to": 1})),
        [invalid("", "from is above to")]
    );
}

#[test]
fn closed_enums() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Action {
        Perform,
        Initiate,
    }
    type Actions = Vec<Action>;
    assert_eq!(
        from_value::<Actions>(&json!(["initiate", "perform"])),
        Ok(vec![Action::Initiate, Action::Perform])
    );
    assert_eq!(
        problems::<Actions>(&json!(["stop", 1, {"perform": null}, null])),
        [
            invalid(
                "[0]",
                "unknown variant `stop`, expected `perform` or `initiate`"
            ),
            wrong("[1]", "string", "integer"),
            wrong("[2]", "string", "object"),
            wrong("[3]", "string", "null"),
        ]
    );
}

#[test]
fn keys_with_dots_are_not_taken_for_paths() {
    type Maps = BTreeMap<String, BTreeMap<String, Vec<S3Uri>>>;
    let no = "must begin with s3://";
    assert_eq!(
        problems::<Maps>(
            &json!({"a": {"b.c": ["x"], "b": ["s3://"]}, "a.b": {"c": ["s3://", "y"]}})
        ),
        [invalid("a.b.c[0]", no), invalid("a.b.c[1]", no)]
    );
}

#[test]
fn problems_are_capped() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Item {
        a: S3Uri,
        b: i32,
    }
    let many = |value: Value| Value::Array(vec![value; 50_000]);
    for item in [
        json!({}),
        json!(1),
        json!({"a": "x"}),
        json!({"a": "s3://", "b": 1, "c": 1}),
        json!({"a": 1, "b": null}),
    ] {
        let problems = problems::<Vec<Item>>(&many(item));
        assert_eq!(problems.len(), MAX_PROBLEMS);
        assert!(problems[0].0.starts_with("[0]"));
    }
    let unknown: serde_json::Map<_, _> = (0..50_000).map(|n| (n.to_string(), json!(n))).collect();
    assert_eq!(
        problems::<GetStatus>(&Value::Object(unknown)).len(),
        MAX_PROBLEMS
    );
}

#[test]
fn deep_requests_end_in_a_problem() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Node {
        next: Option<Box<Node>>,
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Endless {
        next: Box<Endless>,
    }
    let nested =
        |depth: usize, wrap: fn(Value) -> Value| (0..depth).fold(json!({}), |inner, _| wrap(inner));
    // `json!` would go through its argument, level by level.
    let list: fn(Value) -> Value = |inner| Value::Array(vec![inner]);
    let map: fn(Value) -> Value =
        |inner| Value::Object([("next".to_owned(), inner)].into_iter().collect());
    for wrap in [list, map] {
        assert!(from_value::<Value>(&nested(127, wrap)).is_ok());
        let problems = problems::<Value>(&nested(1000, wrap));
        assert_eq!(problems.len(), 1);
        assert_eq!(
            problems[0].1,
            ProblemKind::Invalid("is nested deeper than 128 levels".into())
        );
    }
    assert!(from_value::<Node>(&nested(127, map)).is_ok());
    assert_eq!(problems::<Node>(&nested(1000, map)).len(), 1);
    // There is no value of this type.
    assert!(from_value::<Endless>(&json!({})).is_err());
    assert!(from_value::<Endless>(&json!({"next": {"next": 1}})).is_err());
    assert!(from_value::<Endless>(&nested(1000, map)).is_err());
}

#[test]
fn problems_can_be_shown() {
    let shown = |path: &str, kind| {
        Problem {
            path: path.to_owned(),
            kind,
        }
        .to_string()
    };
    assert_eq!(shown("a.b", ProblemKind::Missing), "a.b: is required");
    assert_eq!(
        shown(
            "a",
            ProblemKind::Unknown {
                expected: &["b", "c"]
            }
        ),
        "a: is unknown, must be one of b, c"
    );
    assert_eq!(
        shown("a", ProblemKind::Unknown { expected: &[] }),
        "a: is unknown, there are no members"
    );
    assert_eq!(
        shown(
            "",
            ProblemKind::WrongType {
                expected: "object",
                found: "null"
            }
        ),
        "expected object, found null"
    );
    assert_eq!(
        shown("a", ProblemKind::OutOfRange { min: -1, max: 1 }),
        "a: must be from -1 to 1"
    );
    let long = Value::String("x".repeat(10_000));
    let problems = problems::<Vec<char>>(&Value::Array(vec![long]));
    assert!(
        matches!(&problems[..], [(path, ProblemKind::Invalid(reason))] if path == "[0]" && reason.len() < 200)
    );
}

/// Any JSON, and often with the members' names.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-9..9_i8).prop_map(Value::from),
        (-4..4_i8).prop_map(|n| json!(f64::from(n) / 2.0)),
        ".{0,6}".prop_map(Value::from),
        Just(json!("s3://bucket")),
    ];
    let names: Vec<&str> = FIELDS
        .iter()
        .chain(&["source", "script", "ratio", "other"])
        .copied()
        .collect();
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(proptest::sample::select(names.clone()), inner, 0..9)
                .prop_map(|m| Value::Object(
                    m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
                )),
        ]
    })
}

prop_compose! {
    fn custom()(source in ".{0,4}", script in any::<Option<String>>(), ratio in -8..8_i8) -> Custom {
        Custom { source, script, ratio: f64::from(ratio) / 4.0 }
    }
}

prop_compose! {
    fn training()(
        id in any::<Option<String>>(),
        job in ".{0,4}",
        volume_size in any::<Option<i32>>(),
        time_out in any::<Option<i64>>(),
        subnets in any::<Option<Vec<String>>>(),
        spot in any::<Option<bool>>(),
        custom in proptest::option::of(custom()),
        parser_configuration in proptest::option::of(proptest::collection::btree_map(".{0,3}", ".{0,3}", 0..4)),
        tags in proptest::collection::vec(custom(), 0..3),
        mode in any::<Option<String>>(),
        document in proptest::option::of(document().prop_filter("null is none to serde_json", |v| !v.is_null())),
    ) -> StartTraining {
        StartTraining {
            id, data_processing_job_id: JobId(job), location: S3Uri("s3://b".into()), volume_size, time_out, subnets, spot,
            custom, parser_configuration, tags, mode: mode.map(Mode), document,
        }
    }
}

proptest! {
    #[test]
    fn valid_requests_are_read_as_serde_json_does(request in training()) {
        let input = serde_json::to_value(&request).unwrap();
        prop_assert_eq!(from_value::<StartTraining>(&input), Ok(request));
    }

    #[test]
    fn anything_is_a_request_or_has_problems(input in document()) {
        match from_value::<StartTraining>(&input) {
            Ok(request) => prop_assert_eq!(request, serde_json::from_value(input.clone()).unwrap()),
            Err(Refused { problems, .. }) => prop_assert!(!problems.is_empty() && problems.len() <= MAX_PROBLEMS),
        }
        prop_assert_eq!(from_value::<Value>(&input), Ok(input.clone()));
        if serde_json::from_value::<Custom>(input.clone()).is_err() {
            prop_assert!(from_value::<Custom>(&input).is_err());
        }
        let _ = from_value::<Vec<Custom>>(&input);
        let _ = from_value::<BTreeMap<String, S3Uri>>(&input);
    }

    /// Each fault put into a valid request is found, and nothing else.
    #[test]
    fn faults_are_found_where_they_are(
        request in training(),
        faults in proptest::collection::btree_map(proptest::sample::select(FIELDS), prop_oneof![Just(None), document().prop_map(Some)], 0..6),
        extra in any::<bool>(),
    ) {
        let mut input = serde_json::to_value(&request).unwrap();
        let mut expected = Vec::new();
        for field in FIELDS {
            let required = ["dataProcessingJobId", "trainModelS3Location"].contains(field);
            match faults.get(field) {
                Some(None) => {
                    input.as_object_mut().unwrap().remove(*field);
                    if required {
                        expected.push(Problem { path: (*field).to_owned(), kind: ProblemKind::Missing });
                    }
                }
                Some(Some(value)) => {
                    input[*field] = value.clone();
                    // What this member has wrong when all others are right.
                    expected.extend(from_value::<StartTraining>(&with(field, value.clone())).err().into_iter().flat_map(|refused| refused.problems));
                }
                None => {}
            }
        }
        if extra {
            input["bogus"] = json!(1);
            expected.push(Problem { path: "bogus".to_owned(), kind: ProblemKind::Unknown { expected: FIELDS } });
        }
        let found = from_value::<StartTraining>(&input).map_err(|refused| refused.problems).err().unwrap_or_default();
        prop_assert_eq!(found, expected);
    }
}
