//! Calls of a server that behaves.

use std::{io::Write, sync::mpsc, time::Duration};

use neptunedata_blocking::{
    BuildError, CallOptions, Client, Credentials, Endpoint, ErrorKind, ExceptionKind, Session,
    engine::GetEngineStatus,
    http,
    machine::{BodyEvent, Exchange, Reuse},
    ml::GetMlModelTrainingJob,
    transport::{ClientOptions, RouteError},
};
use neptunedata_emulator::{Config, Emulator, Server, Signature};

use crate::support::*;

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn signed() -> (Server, Client) {
    let config = Config::default().iam(KEY, SECRET, "us-east-1");
    let server = Server::start(Emulator::new(config)).unwrap();
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    let endpoint = endpoint.with_region("us-east-1").unwrap();
    let client = Client::builder(endpoint)
        .credentials(Credentials::new(KEY, SECRET))
        .options(options());
    (server, client.build().unwrap())
}

#[test]
fn signed_calls_reach_the_service_and_come_back_typed() {
    let (server, client) = signed();
    assert_eq!(
        client
            .send(&GetEngineStatus::new())
            .unwrap()
            .status
            .as_deref(),
        Some("healthy")
    );
    let started = client.call(&write("job-1")).send().unwrap();
    assert_eq!(started.output.id.as_deref(), Some("job-1"));
    assert_eq!(
        (started.meta.status.as_u16(), started.meta.attempts),
        (200, 1)
    );
    client.send(&cancel().clean(true)).unwrap();
    let error = client
        .send(&GetMlModelTrainingJob::new("no-such-job"))
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Service(_)), "{error}");
    server.with(|emulator| {
        let verified = Signature::Verified {
            access_key: KEY.to_owned(),
        };
        assert!(
            emulator
                .log()
                .iter()
                .all(|entry| entry.signature == verified)
        );
        assert_eq!(emulator.log().len(), 4);
    });
}

#[test]
fn options_of_a_call() {
    let (seen, requests) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        while let Some(request) = request(&mut stream) {
            seen.send(request).unwrap();
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    let client = peer.client();
    let name = http::HeaderName::from_static("x-test");
    client
        .call(&GetEngineStatus::new())
        .extra_query("a", "b c")
        .header(name, "here".parse().unwrap())
        .timeout(Duration::from_secs(60))
        .attempt_timeout(Duration::from_secs(30))
        .max_attempts(2)
        .send()
        .unwrap();
    let request = requests.recv().unwrap();
    assert!(
        request.starts_with("GET /status?a=b%20c HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\nx-test: here\r\n"));

    let error = client
        .call(&GetEngineStatus::new())
        .max_body_bytes(3)
        .send()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let options = CallOptions::new().extra("modelName", "rgcn");
    client.call(&write("job")).options(options).send().unwrap();
    requests.recv().unwrap();
    assert!(requests.recv().unwrap().contains(r#""modelName":"rgcn""#));
    assert_eq!(
        peer.accepted(),
        2,
        "one for the body that was not read to its end"
    );
}

#[test]
fn machines_hand_out_their_items() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                   9\r\n{\"status\"\r\nb\r\n:\"healthy\"}\r\n0\r\n\r\n";
    let peer = Peer::answering(chunked);
    let client = peer.client();
    let exchange = || {
        let operation = GetEngineStatus::new();
        Exchange::streaming(client.session(), &operation, &CallOptions::new(), 1)
    };
    let mut running = client.start(exchange());
    let mut body = Vec::new();
    while let Some(part) = running.next_item().unwrap() {
        match part {
            BodyEvent::Head(head) => assert!(head.extensions.is_empty()),
            BodyEvent::Chunk(chunk) => body.extend_from_slice(&chunk),
        }
    }
    assert_eq!(body, HEALTHY.as_bytes());
    assert!(running.next_item().unwrap().is_none(), "and stays so");
    assert_eq!(running.output().unwrap().meta.attempts, 1);
    assert_eq!(client.run(exchange()).unwrap().meta.status, 200);
    assert_eq!(peer.accepted(), 1);
}

#[test]
fn a_failed_machine_stays_failed() {
    let peer = Peer::answering("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    let client = peer.client();
    let operation = GetEngineStatus::new();
    let exchange = Exchange::streaming(client.session(), &operation, &CallOptions::new(), 1);
    let mut running = client.start(exchange);
    let kind = ErrorKind::Service(ExceptionKind::Unknown);
    assert_eq!(running.next_item().unwrap_err().kind(), kind);
    assert_eq!(running.next_item().unwrap_err().kind(), kind);
    assert_eq!(running.output().unwrap_err().kind(), kind);
}

#[test]
fn redirects_and_informational_answers() {
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let client = Peer::answering(redirect).client();
    let error = client.send(&GetEngineStatus::new()).unwrap_err();
    assert_eq!(error.meta().unwrap().status, 307);

    let early = format!(
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n{}",
        ok(HEALTHY)
    );
    let peer = Peer::answering(early);
    let client = peer.client();
    for _ in 0..3 {
        client.send(&GetEngineStatus::new()).unwrap();
    }
    assert_eq!(peer.accepted(), 1);
}

#[test]
fn building_needs_to_know_how_to_authenticate() {
    let endpoint = || Endpoint::parse("http://localhost:8182").unwrap();
    let error = Client::builder(endpoint()).build().unwrap_err();
    assert_eq!(error, BuildError::NoAuthentication);
    assert!(error.to_string().contains("unsigned"));
    let error = Client::new(endpoint(), Credentials::new("a", "b")).unwrap_err();
    assert!(matches!(error, BuildError::Session(_)), "{error}");
    let unsigned = |options| {
        Client::builder(endpoint())
            .unsigned()
            .options(options)
            .build()
    };
    for address in [
        "localhost",
        "[::1]",
        "a b:1",
        "localhost:1/path",
        "localhost:99999",
    ] {
        let error = unsigned(ClientOptions::new().connect_to(address)).unwrap_err();
        let BuildError::Route(RouteError::ConnectTo(_)) = error else {
            panic!("{address}: {error}");
        };
    }
    let _: Session = unsigned(ClientOptions::new()).unwrap().session().clone();
}

#[test]
fn clients_are_shared_and_show_no_secret() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let (_server, client) = signed();
    shared(&client);
    let shown = format!(
        "{client:#?} {:?} {:?}",
        client.call(&GetEngineStatus::new()),
        Reuse::Allowed
    );
    assert!(
        !shown.contains(SECRET) && shown.contains("127.0.0.1"),
        "{shown}"
    );
}

#[test]
fn resolve_to_changes_where_and_nothing_else() {
    let (seen, requests) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        seen.send(request(&mut stream).unwrap()).unwrap();
        stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
    });
    let endpoint = Endpoint::parse("http://db.example.com:8182").unwrap();
    let options = ClientOptions::new().connect_to(format!("localhost:{}", peer.address.port()));
    let client = Client::builder(endpoint)
        .unsigned()
        .options(options)
        .build()
        .unwrap();
    client.send(&GetEngineStatus::new()).unwrap();
    assert!(
        requests
            .recv()
            .unwrap()
            .contains("\r\nhost: db.example.com:8182\r\n")
    );
}
