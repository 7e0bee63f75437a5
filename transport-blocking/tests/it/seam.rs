//! The behaviour of ureq that the blocking client relies on. An update of ureq has to pass these tests.

use std::{io::Write, sync::mpsc};

use neptunedata_blocking::{
    Client, Credentials, Endpoint, Operation,
    engine::GetEngineStatus,
    http,
    machine::{Input, Io, Machine, Now, Step},
    transport::ClientOptions,
};

use crate::support::*;

/// The lines of the request that the core makes, as they should be sent.
fn expected<O: Operation>(client: &Client, operation: &O) -> Vec<String> {
    let request = neptunedata_blocking::request(operation, client.session().endpoint()).unwrap();
    let mut lines = vec![format!(
        "{} {} HTTP/1.1",
        request.method(),
        request.uri().path_and_query().unwrap()
    )];
    for (name, value) in request.headers() {
        lines.push(format!("{name}: {}", value.to_str().unwrap()));
    }
    lines.push(format!(
        "user-agent: neptunedata-blocking/{} test/1",
        env!("CARGO_PKG_VERSION")
    ));
    lines[1..].sort();
    lines.push(String::from_utf8(request.body().to_vec()).unwrap());
    lines
}

fn sent(text: &str) -> Vec<String> {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
    lines[1..].sort();
    lines.push(body.to_owned());
    lines
}

#[test]
fn the_request_on_the_wire_is_the_cores_with_a_user_agent() {
    let (seen, requests) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        while let Some(request) = request(&mut stream) {
            seen.send(request).unwrap();
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    let client = peer.client_with(ClientOptions::new().application_name("test/1"));
    client.send(&GetEngineStatus::new()).unwrap();
    assert_eq!(
        sent(&requests.recv().unwrap()),
        expected(&client, &GetEngineStatus::new())
    );
    client.send(&write("job")).unwrap();
    assert_eq!(
        sent(&requests.recv().unwrap()),
        expected(&client, &write("job"))
    );
    client.send(&cancel()).unwrap();
    assert_eq!(
        sent(&requests.recv().unwrap()),
        expected(&client, &cancel())
    );

    let endpoint = peer.endpoint().with_region("eu-west-1").unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token");
    let signed = Client::new(endpoint, credentials).unwrap();
    signed.send(&GetEngineStatus::new()).unwrap();
    let text = requests.recv().unwrap();
    let names: Vec<_> = sent(&text)[1..7]
        .iter()
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect();
    let all = [
        "authorization",
        "host",
        "te",
        "user-agent",
        "x-amz-date",
        "x-amz-security-token",
    ];
    assert_eq!(names, all, "{text}");
    assert!(text.ends_with("\r\n\r\n"));

    // A user agent of the caller's own is theirs.
    let agent = (http::header::USER_AGENT, "mine".parse().unwrap());
    signed
        .call(&GetEngineStatus::new())
        .header(agent.0, agent.1)
        .send()
        .unwrap();
    let text = requests.recv().unwrap();
    assert_eq!(
        text.matches("user-agent").count() - text.matches(";user-agent").count(),
        1,
        "{text}"
    );
}

#[test]
fn long_lines_and_long_bodies_are_sent_whole() {
    let (seen, requests) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        while let Some(request) = request(&mut stream) {
            seen.send(request.len()).unwrap();
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    let client = peer.client();
    let long = "x".repeat(60_000);
    client
        .call(&GetEngineStatus::new())
        .extra_query("q", long.clone())
        .send()
        .unwrap();
    assert!(requests.recv().unwrap() > long.len());
    client
        .call(&write("job"))
        .extra("q", long.repeat(5))
        .send()
        .unwrap();
    assert!(requests.recv().unwrap() > long.len());
    assert_eq!(peer.accepted(), 1);
}

/// The answer, and how many connections two calls take.
fn connections(answer: &'static str, close_after: bool) -> usize {
    let peer = Peer::start(move |mut stream, _| {
        while request(&mut stream).is_some() {
            stream.write_all(answer.as_bytes()).unwrap();
            if close_after {
                return;
            }
        }
    });
    let client = peer.client();
    for _ in 0..2 {
        client.send(&GetEngineStatus::new()).unwrap();
    }
    peer.accepted()
}

#[test]
fn connections_are_kept_when_http_says_so() {
    let keeps = [
        "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\":\"healthy\"}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{\"status\":\"healthy\"}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{\"status\":\"healthy\"}\r\n0\r\nx-neptune-status: 200 OK\r\n\r\n",
        "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 20\r\n\r\n{\"status\":\"healthy\"}",
    ];
    for answer in keeps {
        assert_eq!(connections(answer, false), 1, "{answer}");
    }
    let leaves = [
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 20\r\n\r\n{\"status\":\"healthy\"}",
        "HTTP/1.0 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\":\"healthy\"}",
        "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\":\"healthy\"}surplus",
    ];
    for answer in leaves {
        assert_eq!(connections(answer, false), 2, "{answer}");
    }
    let ends = "HTTP/1.1 200 OK\r\n\r\n{\"status\":\"healthy\"}";
    assert_eq!(connections(ends, true), 2, "{ends}");
}

#[test]
fn the_caller_may_ask_for_the_connection_to_be_closed() {
    let peer = Peer::answering(ok(HEALTHY));
    let client = peer.client();
    for _ in 0..2 {
        let close = (http::header::CONNECTION, "close".parse().unwrap());
        client
            .call(&GetEngineStatus::new())
            .header(close.0, close.1)
            .send()
            .unwrap();
    }
    assert_eq!(peer.accepted(), 2);
}

/// A machine that is not a call: asks for a body that is not open.
#[test]
fn a_machine_that_asks_for_too_much_gets_an_end() {
    struct Odd;
    impl Machine for Odd {
        type Item = ();
        type Output = bool;
        fn resume(&mut self, input: Input, _: Now) -> Step<(), bool> {
            match input {
                Input::Next => Step::Io(Io::Receive),
                input => Step::Done(Ok(matches!(input, Input::End(_)))),
            }
        }
        fn wake_at(&self) -> Option<std::time::Duration> {
            None
        }
    }
    let endpoint = Endpoint::parse("http://localhost:1").unwrap();
    assert!(Client::unsigned(endpoint).unwrap().run(Odd).unwrap());
}
