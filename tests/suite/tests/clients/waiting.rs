//! Waiters for jobs that take long.

use std::time::{Duration, Instant};

use neptunedata::{
    ErrorKind,
    loader::{LoadFormat, StartLoaderJob},
    transport::ClientOptions,
    types::{IamRoleArn, S3BucketRegion, S3Uri},
    wait::{
        WaitErrorKind, WaitOptions,
        waiters::{LoadCompleted, LoadOutcome},
    },
};
use neptunedata_emulator::{LoadScript, Server};

use neptunedata_tests::{
    client::{Client, Driver, quick},
    raw_server::RawServer,
};

use crate::support::{LONG, server};

const TIMED_OUT: ErrorKind = ErrorKind::Wait(WaitErrorKind::TimedOut);
const MINUTE: Duration = Duration::from_secs(60);

/// A load that takes a minute, by its id.
fn load(client: &Client, server: &Server, script: LoadScript) -> String {
    server.with(|emulator| emulator.next_load(script.records(1000).duration(MINUTE)));
    let start = StartLoaderJob::new(
        S3Uri::new("s3://bucket/k"),
        LoadFormat::Csv,
        S3BucketRegion::new("us-east-1"),
        IamRoleArn::new("arn:aws:iam::123456789012:role/load"),
    );
    client.send(&start).unwrap().load_id().unwrap().to_owned()
}

/// Polls all the time: the server's clock is moved instead.
fn quickly() -> WaitOptions {
    let moment = Duration::from_millis(5);
    WaitOptions::new().interval(moment).max_interval(moment)
}

#[test]
fn a_load_is_waited_for_with_its_progress() {
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), quick());
        let id = load(&client, &server, LoadScript::completing());
        let mut seen = Vec::new();
        let waited = client.wait_with(LoadCompleted::new(&id), quickly(), |progress| {
            let overall = progress.status.overall_status.unwrap();
            seen.push(overall.status.unwrap().to_string());
            // A third of the minute passes between two polls.
            server.advance(MINUTE / 3);
        });
        let waited = waited.unwrap();
        assert!(matches!(waited.result, LoadOutcome::Completed(_)));
        assert!(seen.len() >= 3, "{driver}: {seen:?}");
        assert!(seen.iter().any(|status| status == "LOAD_IN_PROGRESS"));
        assert_eq!(waited.polls as usize, seen.len() + 1);
    }
}

/// The time limit of the client is for calls, not for the wait, and a call that hangs does not take as long as the load.
#[test]
fn calls_and_waits_have_time_limits_of_their_own() {
    let limit = Duration::from_millis(300);
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), quick().timeout(limit));
        let id = load(&client, &server, LoadScript::completing());
        let hang = "stop-answering; times=1";
        server.with(|emulator| emulator.fail_next(hang.parse().unwrap()));
        let begun = Instant::now();
        let error = client.wait(LoadCompleted::new(&id), quickly().timeout(limit * 4));
        let error = error.unwrap_err();
        assert_eq!(error.kind(), TIMED_OUT, "{driver}: {error}");
        assert!(error.to_string().contains("LOAD_IN_PROGRESS"), "{error}");
        assert!(begun.elapsed() >= limit * 4 && begun.elapsed() < LONG);
    }
}

#[test]
fn a_server_that_does_not_answer_does_not_lengthen_the_wait() {
    let server = RawServer::silent();
    let limit = Duration::from_millis(1500);
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), ClientOptions::new());
        let begun = Instant::now();
        let error = client.wait(LoadCompleted::new("any"), WaitOptions::new().timeout(limit));
        let took = begun.elapsed();
        assert_eq!(error.unwrap_err().kind(), TIMED_OUT, "{driver}");
        assert!(took >= limit && took < limit * 2, "{driver}: {took:?}");
    }
}
