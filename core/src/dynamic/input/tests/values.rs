//! Valid requests, and the types and ranges of values.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::read;
use super::{
    GetStatus, JobId, StartTraining, faults, faults_of, missing, out_of_range, with, wrong,
};

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
                let fault = wrong(member, expected, found);
                assert_eq!(faults::<StartTraining>(&input), [fault]);
            } else if member == "custom" {
                assert_eq!(faults::<StartTraining>(&input), [missing("custom.source")]);
            } else {
                assert!(read::<StartTraining>(&input).is_ok(), "{input}");
            }
        }
    }
    let not_object = |found| [wrong("", "object", found)];
    assert_eq!(faults::<GetStatus>(&json!(null)), not_object("null"));
    assert_eq!(faults::<StartTraining>(&json!([])), not_object("array"));
    assert_eq!(faults::<GetStatus>(&json!("")), not_object("string"));
    let map = faults::<BTreeMap<String, i32>>(&json!({"a": 1, "b": null}));
    assert_eq!(map, [wrong("b", "integer", "null")]);
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
        let fault = out_of_range("volumeSize", i32::MIN.into(), i32::MAX.into());
        assert_eq!(faults_of("volumeSize", value), [fault]);
    }
    for text in [
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "1e300",
    ] {
        let value = serde_json::from_str(text).unwrap();
        let fault = out_of_range("timeOut", i64::MIN.into(), i64::MAX.into());
        assert_eq!(faults_of("timeOut", value), [fault]);
    }
    for value in [i64::MIN, i64::MAX] {
        let request = read::<StartTraining>(&with("timeOut", json!(value))).unwrap();
        assert_eq!(request.time_out, Some(value));
    }
    let fault = wrong("timeOut", "integer", "float");
    assert_eq!(faults_of("timeOut", json!(-0.0)), [fault]);

    type Pair = (u8, u64);
    let largest = (255, u64::MAX);
    assert_eq!(read::<Pair>(&json!(largest)), Ok(largest));
    let fault = out_of_range("[0]", 0, 255);
    assert_eq!(faults::<Pair>(&json!([256, 1])), [fault]);
    let fault = out_of_range("[1]", 0, u64::MAX.into());
    assert_eq!(faults::<Pair>(&json!([1, -1])), [fault]);
}
