//! The cluster that boto3 talked to, and its clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use neptunedata_emulator::{Config, Emulator, Identity, Now};

/// What boto3 believed to talk to.
pub(crate) const ENDPOINT: &str = "http://my-db.cluster-abc.us-east-1.neptune.amazonaws.com:8182";
pub(crate) const REGION: &str = "us-east-1";
/// The time at which both clocks stood still, as `x-amz-date` writes it.
pub(crate) const DATE: &str = "20260101T000000Z";
const UNIX_TIME: u64 = 1_767_225_600;

/// Access key, secret key and token of those who are let in.
pub(crate) const KEYS: [(&str, &str, Option<&str>); 2] = [
    (
        "AKIDEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        None,
    ),
    (
        "ASIAEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLETEMP",
        Some("example/session+token=="),
    ),
];

pub(crate) fn emulator() -> Emulator {
    let mut config = Config::default()
        .region(REGION)
        .fault_header(true)
        // As engines before 1.4.5.0: without `message`, which is all of an error that boto3 shows.
        .message_member(false)
        .training_duration(Duration::from_secs(60))
        .fail_training("job-4", "No capacity.");
    for (access_key, secret_key, token) in KEYS {
        let identity = Identity::new(access_key, secret_key);
        config = config.identity(match token {
            Some(token) => identity.session_token(token),
            None => identity,
        });
    }
    let expired = Identity::new("ASIAEXPIRED", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEPAST");
    Emulator::new(config.identity(expired.session_token("example-expired-token").expired(true)))
}

pub(crate) fn wall() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(UNIX_TIME)
}

/// The time of a request before which so many others were read: jobs take a second further with each.
pub(crate) fn now(read_before: u64) -> Now {
    Now::new(wall(), Duration::from_secs(read_before))
}
