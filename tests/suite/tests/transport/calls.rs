//! Calls to a server without faults.

use std::{
    io::Write,
    sync::mpsc::{self, Receiver},
};

use neptunedata::{
    CallOptions, Credentials, Effect, Endpoint, ErrorKind, ExceptionKind,
    http::HeaderName,
    machine::BodyEvent,
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob, MlJobStatus},
    transport::ClientOptions,
};
use neptunedata_emulator::{Config, Emulator, PlannedFault, Server, SignatureCheck};
use neptunedata_tests::{
    client::{Client, Driver, quick},
    raw_server::{RawServer, chunked, ok, read_request, response},
};

use crate::support::*;

/// An emulator that verifies signatures, and a client that signs.
fn signed(driver: Driver) -> (Server, Client) {
    let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    let server = Server::start(Emulator::new(config)).unwrap();
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    let client = driver
        .builder(endpoint.with_region(REGION).unwrap())
        .credentials(Credentials::new(ACCESS_KEY, SECRET_KEY))
        .options(quick().application_name("tests/1.0"));
    (server, client.build().unwrap())
}

/// A server that answers with success, and the requests that it receives.
fn recording() -> (RawServer, Receiver<String>) {
    let (seen, requests) = mpsc::channel();
    let server = RawServer::start(move |mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            seen.send(request).unwrap();
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    (server, requests)
}

#[test]
fn calls_are_signed_and_return_typed_outputs() {
    for driver in Driver::ALL {
        let (server, client) = signed(driver);
        let started = client.call(&write("job-1"), CallOptions::new()).unwrap();
        assert_eq!(started.output.id.as_deref(), Some("job-1"));
        assert_eq!(
            (started.meta.status.as_u16(), started.meta.attempts),
            (200, 1)
        );
        let job = client.send(&GetMlModelTrainingJob::new("job-1")).unwrap();
        assert_eq!(job.status, Some(MlJobStatus::InProgress));
        let cancel = CancelMlModelTrainingJob::new("job-1").clean(true);
        client.send(&cancel).unwrap();
        let unknown = GetMlModelTrainingJob::new("no-such-job");
        let error = client.send(&unknown).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Service(_)), "{error}");

        server.with(|emulator| {
            assert_eq!(emulator.log().len(), 4);
            for entry in emulator.log() {
                let access_key = ACCESS_KEY.to_owned();
                assert_eq!(entry.signature, SignatureCheck::Verified { access_key });
                let agent = entry.headers["user-agent"].to_str().unwrap();
                assert!(
                    agent.starts_with(&format!("neptunedata-{driver}/")),
                    "{agent}"
                );
                assert!(agent.ends_with(" tests/1.0"), "{agent}");
            }
        });
        let mut shown = format!("{client:#?}");
        client
            .call_watched(&status(), CallOptions::new(), |call| {
                shown += &format!("{call:?}")
            })
            .unwrap();
        assert!(
            shown.contains("127.0.0.1") && !shown.contains(SECRET_KEY),
            "{shown}"
        );
    }
}

#[test]
fn options_of_a_call() {
    for driver in Driver::ALL {
        let (server, client) = signed(driver);
        let answered = client.call(&status(), CallOptions::new()).unwrap();
        assert_eq!(answered.meta.attempts, 1);
        assert!(answered.meta.request_id().is_some());
        assert!(!answered.body.is_empty());
        server.with(|emulator| {
            emulator.fail_next(PlannedFault::error("ThrottlingException", "slow down"));
        });
        let error = client.call(&status(), once()).unwrap_err();
        let throttled = ErrorKind::Service(ExceptionKind::ThrottlingException);
        assert_eq!((error.kind(), error.attempts()), (throttled, 1));

        let error = client.call(&status(), CallOptions::new().max_body_bytes(5));
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
        client.send(&status()).unwrap();
        // The connection whose body was not read to its end is not used again.
        assert_eq!(server.connections().accepted, 2, "{driver}");
    }
}

/// The builders of calls have the same methods.
#[test]
fn builders_of_calls_set_the_same_options() {
    macro_rules! call {
        ($client:expr, $operation:expr) => {
            $client
                .call($operation)
                .options(CallOptions::new())
                .timeout(LONG * 2)
                .attempt_timeout(LONG)
                .effect(Effect::Read)
                .max_attempts(2)
                .max_body_bytes(1 << 20)
                .max_row_bytes(1 << 20)
                .cancel_on_abandon(true)
                .extra("modelName", "rgcn")
                .extra_query("a", "b")
                .header(HeaderName::from_static("x-test"), "1".parse().unwrap())
        };
    }
    for driver in Driver::ALL {
        let (server, client) = signed(driver);
        server.with(|emulator| emulator.fail_next(PlannedFault::close()));
        let write = write("job");
        let answered = match &client {
            Client::Hyper(runtime, client) => runtime.block_on(call!(client, &write).send()),
            Client::Blocking(client) => call!(client, &write).send(),
        };
        assert_eq!(answered.unwrap().meta.attempts, 2);
        server.with(|emulator| {
            let entry = emulator.log().last().unwrap();
            assert!(entry.target.ends_with("?a=b"), "{entry:?}");
            assert_eq!(entry.headers["x-test"], "1");
            let body = String::from_utf8_lossy(&entry.body).into_owned();
            assert!(body.contains(r#""modelName":"rgcn""#), "{body}");
        });
    }
}

#[test]
fn machines_return_their_items() {
    let server = RawServer::answering(chunked(&[r#"{"status""#, r#":"healthy"}"#], ""));
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), quick());
        let before = server.accepted();
        let mut run = client.start(streaming(&client));
        let (mut heads, mut body) = (0, Vec::new());
        while let Some(event) = run.next_item().unwrap() {
            match event {
                BodyEvent::Head(head) => {
                    assert!(head.extensions.is_empty());
                    heads += usize::from(head.status.is_success());
                }
                BodyEvent::Chunk(chunk) => body.extend_from_slice(&chunk),
            }
        }
        assert_eq!((heads, &*body), (1, HEALTHY.as_bytes()));
        assert!(run.next_item().unwrap().is_none());
        let output = run.output().unwrap();
        assert_eq!(
            (output.meta.status.as_u16(), output.meta.attempts),
            (200, 1)
        );
        assert_eq!(client.run(streaming(&client)).unwrap().meta.status, 200);
        assert_eq!(server.accepted() - before, 1);
    }
}

#[test]
fn a_failed_machine_returns_its_error_again() {
    let server = RawServer::answering(response("400 Bad Request", ""));
    let kind = ErrorKind::Service(ExceptionKind::Unknown);
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), quick());
        let mut run = client.start(streaming(&client));
        assert_eq!(run.next_item().unwrap_err().kind(), kind);
        assert_eq!(run.next_item().unwrap_err().kind(), kind);
        assert_eq!(run.output().unwrap_err().kind(), kind);
    }
}

#[test]
fn redirects_are_errors_and_informational_responses_are_skipped() {
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let early = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
    for driver in Driver::ALL {
        let server = RawServer::answering(redirect);
        let client = driver.client(&server.url(), quick());
        let error = client.send(&status()).unwrap_err();
        assert_eq!(error.meta().unwrap().status, 307);

        let server = RawServer::answering(early.to_owned() + &ok(HEALTHY));
        let client = driver.client(&server.url(), quick());
        for _ in 0..3 {
            client.send(&status()).unwrap();
        }
        assert_eq!(server.accepted(), 1, "{driver}");
    }
}

#[test]
fn connect_to_changes_only_the_address() {
    let (server, requests) = recording();
    for driver in Driver::ALL {
        let options = quick().connect_to(format!("localhost:{}", server.address.port()));
        let client = driver.client("http://db.example.com:8182", options);
        client.send(&status()).unwrap();
        let request = requests.recv().unwrap();
        assert!(
            request.contains("\r\nhost: db.example.com:8182\r\n"),
            "{request}"
        );
    }
}

#[test]
fn clients_that_cannot_be_built() {
    let endpoint = || Endpoint::parse("http://localhost:8182").unwrap();
    let keys = || Credentials::new(ACCESS_KEY, SECRET_KEY);
    for driver in Driver::ALL {
        let unsigned = |options: ClientOptions| {
            let builder = driver.builder(endpoint()).unsigned();
            builder.options(options)
        };
        // What else is checked is tested in core.
        let cases = [
            (driver.builder(endpoint()), "NoAuthentication"),
            (
                driver.builder(endpoint()).credentials(keys()),
                "Session(RegionMissing",
            ),
            (unsigned(quick().max_connections(0)), "NoConnections"),
            (
                unsigned(quick().connect_to("localhost")),
                "Route(ConnectTo(",
            ),
        ];
        for (builder, expected) in cases {
            let shown = format!("{builder:?}");
            assert!(!shown.contains(SECRET_KEY), "{shown}");
            let error = builder.build().unwrap_err();
            let variant = format!("{error:?}");
            assert!(
                variant.starts_with(expected),
                "{driver}: {shown}: {variant}"
            );
        }
        let error = driver.builder(endpoint()).build().unwrap_err();
        assert!(error.to_string().contains("unsigned"), "{error}");
    }
}

#[test]
fn seeds_are_random() {
    let client = |driver: Driver| driver.client("http://localhost:8182", quick());
    let of_one = |client: Client| {
        let session = client.session();
        [session.next_seed(), session.next_seed(), client.seed()]
    };
    // Two processes are like two clients. With seeds of 64 bits, equal ones mean that they are not random.
    let mut seeds: Vec<_> = Driver::ALL
        .into_iter()
        .flat_map(|driver| [of_one(client(driver)), of_one(client(driver))].concat())
        .collect();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 12);
}
