//! A request type with every kind of member, and what the tests expect of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::read;
use crate::{
    error::{FieldError, FieldErrorKind},
    loader::LoadMode as Mode,
};

mod faults;
mod properties;
mod values;

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

/// The faults of a valid request after `member` got this value.
fn faults_of(member: &str, value: Value) -> Vec<(String, FieldErrorKind)> {
    faults::<StartTraining>(&with(member, value))
}

/// A valid request with this value of `member`.
fn with(member: &str, value: Value) -> Value {
    let mut input = json!({"dataProcessingJobId": "j", "trainModelS3Location": "s3://b"});
    input[member] = value;
    input
}
