//! Clients that send over an agent of the caller.

use std::{
    io::Write,
    net::TcpListener,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use neptunedata_blocking::{
    Client, Credentials, Endpoint, Error, ErrorKind,
    engine::GetEngineStatus,
    http::{HeaderName, HeaderValue},
    opencypher::ExecuteOpenCypherQuery,
    transport::{BuildError, ClientOptions, TransportErrorKind},
    ureq::Agent,
};

use crate::support::*;

fn transport(kind: TransportErrorKind) -> ErrorKind {
    ErrorKind::Transport(kind)
}

/// Kind, attempts, and whether it may have been executed.
fn facts(error: &Error) -> (ErrorKind, u32, bool) {
    (error.kind(), error.attempts(), error.may_have_executed())
}

/// An agent with defaults that the client must not use: errors for statuses, redirects, headers of its own.
fn agent() -> Agent {
    Agent::new_with_defaults()
}

fn client(peer: &Peer, options: ClientOptions) -> Client {
    let builder = Client::builder(peer.endpoint()).unsigned().agent(agent());
    builder.options(options).build().unwrap()
}

#[test]
fn requests_are_signed_requests_of_the_core() {
    let (seen, requests) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        while let Some(request) = request(&mut stream) {
            seen.send(request).unwrap();
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    let endpoint = peer.endpoint().with_region("eu-west-1").unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token");
    let builder = Client::builder(endpoint).credentials(credentials);
    let client = builder.agent(agent()).build().unwrap();
    client.send(GetEngineStatus::new()).unwrap();
    client.send(write("job")).unwrap();
    // The body is not that of rows.
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    client.send(query).unwrap_err();
    // A header of the caller stays.
    let (connection, value) = (HeaderName::from_static("connection"), "keep-alive");
    let call = client.call(GetEngineStatus::new());
    let call = call.header(connection, HeaderValue::from_static(value));
    call.send().unwrap();
    for number in 0..4 {
        let text = requests.recv().unwrap();
        let is_kept = text.contains("\r\nconnection: keep-alive\r\n");
        assert_eq!(is_kept, number == 3, "{text}");
        for part in [
            "authorization: AWS4-HMAC-SHA256 ",
            "x-amz-security-token: token\r\n",
        ] {
            assert_eq!(text.matches(part).count(), 1, "{part}: {text}");
        }
        assert!(text.contains("user-agent: neptunedata-blocking/"), "{text}");
        assert!(!text.contains("accept"), "{text}");
        assert!(!text.contains("\r\nte: "), "{text}");
    }
    assert_eq!(peer.accepted(), 1);
}

#[test]
fn statuses_are_responses() {
    let failing = r#"{"code":"BadRequestException","detailedMessage":"no","requestId":"1"}"#;
    for head in [
        "HTTP/1.1 400 Bad Request",
        "HTTP/1.1 302 Found\r\nlocation: /other",
    ] {
        let length = failing.len();
        let peer = Peer::answering(format!(
            "{head}\r\ncontent-length: {length}\r\n\r\n{failing}"
        ));
        let error = client(&peer, options()).send(write("job")).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Service(_)), "{error:?}");
        assert_eq!(peer.accepted(), 1);
    }
}

#[test]
fn a_write_without_a_response_may_have_been_executed_and_is_not_sent_again() {
    let peer = Peer::start(|mut stream, _| {
        request(&mut stream);
    });
    let error = client(&peer, options()).send(write("job")).unwrap_err();
    let closed = transport(TransportErrorKind::Closed);
    assert_eq!(facts(&error), (closed, 1, true));
    // A read is.
    let error = client(&peer, options()).send(GetEngineStatus::new());
    assert!(error.unwrap_err().attempts() > 1);
}

#[test]
fn a_refused_connection_was_not_used() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", unused.local_addr().unwrap());
    drop(unused);
    let builder = Client::builder(Endpoint::parse(&endpoint).unwrap()).unsigned();
    let client = builder.agent(agent()).options(options()).build().unwrap();
    let error = client.send(write("job")).unwrap_err();
    let refused = transport(TransportErrorKind::Connect);
    assert_eq!(facts(&error), (refused, 3, false));
}

#[test]
fn time_limits_hold() {
    let peer = Peer::start(|mut stream, _| {
        request(&mut stream);
        // Until the client closes the connection.
        request(&mut stream);
    });
    let limit = Duration::from_millis(200);
    let client = client(&peer, options().timeout(limit));
    let error = client.send(write("job")).unwrap_err();
    assert_eq!(error.kind(), transport(TransportErrorKind::Deadline));
    assert!(error.may_have_executed());
}

/// The agent measures the time itself, also while the caller has a row.
#[test]
fn the_time_between_rows_counts() {
    let peer = Peer::start(|mut stream, _| {
        request(&mut stream);
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n";
        let start = format!("{head}{{\"results\":[1,");
        stream.write_all(start.as_bytes()).unwrap();
        // Until the client closes the connection.
        request(&mut stream);
    });
    let limit = Duration::from_millis(400);
    let client = client(&peer, options().timeout(limit));
    let mut rows = client.rows::<u32>(ExecuteOpenCypherQuery::new("RETURN 1"));
    assert_eq!(rows.next().unwrap().unwrap(), 1);
    thread::sleep(limit);
    let begun = Instant::now();
    let error = rows.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), transport(TransportErrorKind::Timeout));
    assert!(begun.elapsed() < limit / 2, "{:?}", begun.elapsed());
}

#[test]
fn a_time_limit_of_the_agent_ends_an_attempt() {
    let peer = Peer::start(|mut stream, _| {
        request(&mut stream);
        // Until the client closes the connection.
        request(&mut stream);
    });
    let limit = Duration::from_millis(200);
    let config = Agent::config_builder;
    let response = config().timeout_recv_response(Some(limit)).build();
    let global = config().timeout_global(Some(limit)).build();
    // Also if the client's own limit comes later.
    let later = Some(Duration::from_secs(20));
    for (config, own) in [
        (&response, None),
        (&response, later),
        (&global, None),
        (&global, later),
    ] {
        let agent = config.clone().into();
        let builder = Client::builder(peer.endpoint()).unsigned();
        let client = builder.agent(agent).build().unwrap();
        let call = client.call(write("job"));
        let call = match own {
            Some(own) => call.timeout(own),
            None => call,
        };
        let begun = Instant::now();
        let error = call.send().unwrap_err();
        let timeout = transport(TransportErrorKind::Timeout);
        assert_eq!(facts(&error), (timeout, 1, true));
        assert!(begun.elapsed() < limit * 20, "{:?}", begun.elapsed());
    }
}

#[test]
fn connection_options_are_rejected() {
    let peer = Peer::answering(ok(HEALTHY));
    let builder = Client::builder(peer.endpoint()).unsigned().agent(agent());
    let built = builder.options(options().connect_to("localhost:1")).build();
    assert_eq!(built.err(), Some(BuildError::UnusedOption("connect_to")));
}

/// ureq's buffer holds a whole line.
#[test]
fn a_header_that_is_too_long_for_ureq_is_not_sent() {
    let peer = Peer::answering(ok(HEALTHY));
    let send = |client: Client, length: usize| {
        let value = HeaderValue::try_from("x".repeat(length)).unwrap();
        let status = GetEngineStatus::new();
        let call = client
            .call(status)
            .header(HeaderName::from_static("x-long"), value);
        call.send()
    };
    assert!(send(peer.client(), 60_000).is_ok());
    let error = send(peer.client(), 80_000).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Other), 1, false)
    );
}
