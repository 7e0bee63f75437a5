//! Waiting for what takes long.

use std::time::Duration;

use neptunedata::{
    Endpoint, ErrorKind,
    loader::{LoadFormat, StartLoaderJob},
    retry::RetryPolicy,
    transport::TransportErrorKind,
    types::{IamRoleArn, S3BucketRegion, S3Uri},
    wait::{
        WaitErrorKind, WaitOptions,
        waiters::{LoadCompleted, LoadOutcome},
    },
};
use neptunedata_emulator::{LoadScript, Server};

use crate::support::{BOTH, Driver, LONG, block_on, blocking, endpoint, hyper, options, server};

const MINUTE: Duration = Duration::from_secs(60);

/// A load that takes a minute, by its id.
fn load(server: &Server, script: LoadScript) -> String {
    server.with(|emulator| emulator.next_load(script.records(1000).duration(MINUTE)));
    let start = StartLoaderJob::new(
        S3Uri::new("s3://bucket/k"),
        LoadFormat::Csv,
        S3BucketRegion::new("us-east-1"),
        IamRoleArn::new("arn:aws:iam::123456789012:role/load"),
    );
    let client = blocking(server, options());
    client.send(&start).unwrap().load_id().unwrap().to_owned()
}

/// Asks all the time: it is the server's clock that moves.
fn quickly() -> WaitOptions {
    let moment = Duration::from_millis(5);
    WaitOptions::new().interval(moment).max_interval(moment)
}

#[test]
fn a_load_is_waited_for_with_its_progress() {
    for driver in BOTH {
        let server = server();
        let id = load(&server, LoadScript::completing());
        let mut seen = Vec::new();
        let tell = |progress: neptunedata::wait::Progress<neptunedata::loader::LoaderStatus>| {
            let overall = progress.status.overall_status.unwrap();
            seen.push((overall.status.unwrap().to_string(), overall.total_records));
            // A third of the minute passes between two times of asking.
            server.advance(MINUTE / 3);
        };
        let watch = LoadCompleted::new(&id);
        let waited = match driver {
            Driver::Blocking => {
                let client = blocking(&server, options());
                client.wait(watch).options(quickly()).run_with(tell)
            }
            Driver::Hyper => block_on(async {
                let client = hyper(&server, options());
                client.wait(watch).options(quickly()).run_with(tell).await
            }),
        };
        let waited = waited.unwrap();
        assert!(matches!(waited.result, LoadOutcome::Completed(_)));
        assert!(seen.len() >= 3, "{seen:?}");
        assert!(seen.iter().any(|(status, _)| status == "LOAD_IN_PROGRESS"));
        assert_eq!(waited.polls as usize, seen.len() + 1);
    }
}

#[test]
fn a_load_that_fails_is_an_error_with_its_logs() {
    for driver in BOTH {
        let server = server();
        let script = LoadScript::failing("LOAD_FAILED").error(
            "PARSING_ERROR",
            "Expected '<', found: |",
            "s3://bucket/k/1.csv",
            7,
        );
        let id = load(&server, script);
        server.advance(MINUTE * 2);
        let watch = LoadCompleted::new(&id);
        let error = match driver {
            Driver::Blocking => blocking(&server, options()).wait(watch).run(),
            Driver::Hyper => block_on(async { hyper(&server, options()).wait(watch).run().await }),
        };
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Wait(WaitErrorKind::Failed));
        assert!(error.to_string().contains("PARSING_ERROR"), "{error}");
    }
}

/// The client's time-out is for calls, not for all of the waiting, and a call that hangs is not waited
/// for as long as the load.
#[test]
fn the_time_of_the_waiting_and_that_of_a_call_are_two() {
    for driver in BOTH {
        let server = server();
        let id = load(&server, LoadScript::completing());
        let hang = "stop-answering; times=1";
        server.with(|emulator| emulator.fail_next(hang.parse().unwrap()));
        let call = Duration::from_millis(300);
        let options = options().timeout(call);
        let wait = quickly().timeout(call * 4);
        let watch = LoadCompleted::new(&id);
        let begun = std::time::Instant::now();
        let error = match driver {
            Driver::Blocking => blocking(&server, options).wait(watch).options(wait).run(),
            Driver::Hyper => block_on(async {
                hyper(&server, options)
                    .wait(watch)
                    .options(wait)
                    .run()
                    .await
            }),
        };
        let error = error.unwrap_err();
        let timed_out = ErrorKind::Wait(WaitErrorKind::TimedOut);
        assert_eq!(error.kind(), timed_out, "{error}");
        assert!(error.to_string().contains("LOAD_IN_PROGRESS"), "{error}");
        assert!(begun.elapsed() >= call * 4 && begun.elapsed() < LONG);
    }
}

#[test]
fn who_has_no_server_to_ask_gives_up_in_the_end() {
    for driver in BOTH {
        let server = server();
        let endpoint: Endpoint = endpoint(&server);
        drop(server);
        let mut policy = RetryPolicy::default();
        policy.initial_backoff = Duration::from_millis(1);
        let options = options().retry_policy(policy);
        let watch = LoadCompleted::new("no-matter");
        let error = match driver {
            Driver::Blocking => {
                let builder = neptunedata_blocking::Client::builder(endpoint);
                let client = builder.unsigned().options(options).build().unwrap();
                client.wait(watch).options(quickly()).run()
            }
            Driver::Hyper => block_on(async {
                let builder = neptunedata_hyper::Client::builder(endpoint);
                let client = builder.unsigned().options(options).build().unwrap();
                client.wait(watch).options(quickly()).run().await
            }),
        };
        let refused = ErrorKind::Transport(TransportErrorKind::Connect);
        assert_eq!(error.unwrap_err().kind(), refused);
    }
}

/// A server that takes requests and never answers does not lengthen the time.
#[test]
fn a_server_that_is_silent_does_not_lengthen_the_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let endpoint = || neptunedata::Endpoint::parse(&endpoint).unwrap();
    let time = Duration::from_millis(1500);
    for driver in BOTH {
        let began = std::time::Instant::now();
        let result = match driver {
            Driver::Blocking => {
                let client = neptunedata_blocking::Client::unsigned(endpoint()).unwrap();
                client.wait(LoadCompleted::new("l")).timeout(time).run()
            }
            Driver::Hyper => block_on(async {
                let client = neptunedata_hyper::Client::unsigned(endpoint()).unwrap();
                client
                    .wait(LoadCompleted::new("l"))
                    .timeout(time)
                    .run()
                    .await
            }),
        };
        let took = began.elapsed();
        let timed_out = ErrorKind::Wait(WaitErrorKind::TimedOut);
        assert_eq!(result.unwrap_err().kind(), timed_out, "{driver:?}");
        let most = time + Duration::from_secs(1);
        assert!(took >= time && took < most, "{driver:?}: {took:?}");
    }
}
