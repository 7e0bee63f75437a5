//! Valid requests, and the types and ranges of values.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::read;
use super::{GetStatus, JobId, StartTraining, faults, missing, out_of_range, with, wrong};

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
