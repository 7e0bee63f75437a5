//! Properties of any input.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{read, unknown_members::MAX_FAULTS};
use super::{Custom, JobId, Mode, S3Uri, StartTraining, faults, faults_of, missing, unknown, with};
use crate::error::FieldErrorKind;

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

/// Any JSON, often with names of members.
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
        document in proptest::option::of(document().prop_filter("serde_json reads null as an absent option", |v| !v.is_null())),
    ) -> StartTraining {
        StartTraining {
            id, data_processing_job_id: JobId(job), location: S3Uri("s3://b".into()), volume_size, time_out, subnets, spot,
            custom, parser_configuration, tags, mode: mode.map(Mode::from), document,
        }
    }
}

proptest! {
    #[test]
    fn valid_requests_are_read_as_serde_json_does(request in training()) {
        let input = serde_json::to_value(&request).unwrap();
        prop_assert_eq!(read::<StartTraining>(&input), Ok(request));
    }

    #[test]
    fn anything_is_a_request_or_has_faults(input in document()) {
        match read::<StartTraining>(&input) {
            Ok(request) => prop_assert_eq!(request, serde_json::from_value(input.clone()).unwrap()),
            Err(faults) => prop_assert!(!faults.is_empty() && faults.len() <= MAX_FAULTS),
        }
        prop_assert_eq!(read::<Value>(&input), Ok(input.clone()));
        if serde_json::from_value::<Custom>(input.clone()).is_err() {
            prop_assert!(read::<Custom>(&input).is_err());
        }
        let _ = read::<Vec<Custom>>(&input);
        let _ = read::<BTreeMap<String, S3Uri>>(&input);
    }

    /// Of the faults put into a valid request, all unknown members are reported, else one of the others.
    #[test]
    fn faults_are_found_where_they_are(
        request in training(),
        changes in proptest::collection::btree_map(proptest::sample::select(FIELDS), prop_oneof![Just(None), document().prop_map(Some)], 0..6),
        extra in any::<bool>(),
    ) {
        let mut input = serde_json::to_value(&request).unwrap();
        let mut expected = Vec::new();
        for (field, change) in changes {
            match change {
                None => {
                    input.as_object_mut().unwrap().remove(field);
                    if ["dataProcessingJobId", "trainModelS3Location"].contains(&field) {
                        expected.push(missing(field));
                    }
                }
                Some(value) => {
                    input[field] = value.clone();
                    // The faults of this member when all others are valid.
                    if read::<StartTraining>(&with(field, value.clone())).is_err() {
                        expected.extend(faults_of(field, value));
                    }
                }
            }
        }
        if extra {
            input["bogus"] = json!(1);
            expected.push(unknown("bogus"));
        }
        let is_unknown = |fault: &(String, FieldErrorKind)| fault.1 == FieldErrorKind::UnknownMember && !fault.0.starts_with("tags");
        match read::<StartTraining>(&input) {
            Ok(_) => prop_assert_eq!(expected, []),
            Err(_) if expected.iter().any(is_unknown) => {
                expected.retain(is_unknown);
                expected.sort_by(|a, b| a.0.cmp(&b.0));
                let mut found = faults::<StartTraining>(&input);
                found.sort_by(|a, b| a.0.cmp(&b.0));
                prop_assert_eq!(found, expected);
            }
            Err(_) => {
                let found = faults::<StartTraining>(&input);
                prop_assert_eq!(found.len(), 1);
                prop_assert!(expected.contains(&found[0]), "{:?} is not among {:?}", found, expected);
            }
        }
    }
}
