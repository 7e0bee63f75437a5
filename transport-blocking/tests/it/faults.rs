//! Exchanges that break, and what is said about them.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener},
};

use neptunedata_blocking::{
    Client, Effect, Endpoint, Error, ErrorKind, ExceptionKind,
    engine::GetEngineStatus,
    error::Cause,
    transport::{Sent, TransportErrorKind},
};

use crate::support::*;

/// The failure of a write whose answer is this, after which the server closes.
fn answered_with(answer: &'static [u8]) -> Error {
    let peer = Peer::start(move |mut stream, _| {
        request(&mut stream).unwrap();
        let _ = stream.write_all(answer);
        let _ = stream.shutdown(Shutdown::Write);
        until_closed(&mut stream);
    });
    let error = peer.client().send(&write("job")).unwrap_err();
    assert_eq!(peer.accepted(), 1, "a write is not sent again");
    error
}

#[test]
fn answers_that_are_none() {
    use TransportErrorKind::*;
    let cases: [(&[u8], TransportErrorKind); 12] = [
        (b"", Closed),
        (b"HTTP/1.1 200 OK\r\ncontent-le", Closed),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\"", Closed),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", Closed),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{\"status\":\"healthy\"}\r\n", Closed),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{\"sta", Closed),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1", Closed),
        (b"220 smtp.example.com ESMTP\r\n\r\n", Protocol),
        (b"\0\0\0\0\0\0", Protocol),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Protocol),
        (b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", Protocol),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n", Protocol),
    ];
    for (answer, kind) in cases {
        let error = answered_with(answer);
        let text = String::from_utf8_lossy(answer);
        assert_eq!(
            facts(&error),
            (transport(kind), 1, true),
            "{text:?}: {error}"
        );
    }
}

#[test]
fn heads_have_a_limit() {
    let long = format!(
        "HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 2\r\n\r\n{{}}",
        "y".repeat(70_000)
    );
    let many = format!(
        "HTTP/1.1 200 OK\r\n{}content-length: 2\r\n\r\n{{}}",
        "x: y\r\n".repeat(1100)
    );
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1 << 20));
    // Each of them short.
    let trailers = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n{}X-Neptune-Status: 500 x\r\n\r\n",
        "x: y\r\n".repeat(20_000)
    );
    for answer in [long.clone(), many, endless, trailers] {
        let error = answered_with(answer.into_bytes().leak());
        assert_eq!(
            facts(&error),
            (transport(TransportErrorKind::HeadTooLarge), 1, true),
            "{error}"
        );
    }
    let peer = Peer::answering(long);
    peer.client_with(options().max_head_bytes(80_000))
        .send(&GetEngineStatus::new())
        .unwrap();
    let small = peer.client_with(options().max_head_bytes(16));
    let error = small.send(&GetEngineStatus::new()).unwrap_err();
    assert_eq!(error.kind(), transport(TransportErrorKind::HeadTooLarge));
}

#[test]
fn heads_of_many_fields_are_taken() {
    let fields = |count| {
        (0..count)
            .map(|n| format!("x-{n}: {n}\r\n"))
            .collect::<String>()
    };
    let length = HEALTHY.len();
    // ureq reads heads of up to 128 fields.
    let head_fields = fields(127);
    let head = format!("HTTP/1.1 200 OK\r\n{head_fields}content-length: {length}\r\n\r\n{HEALTHY}");
    let fields = fields(1000);
    let trailers = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{HEALTHY}\r\n0\r\n{fields}\r\n"
    );
    let peer = Peer::start(move |mut stream, _| {
        for answer in [&head, &trailers] {
            request(&mut stream).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
        until_closed(&mut stream);
    });
    let client = peer.client();
    let read = GetEngineStatus::new();
    let answered = client.call(&read).send().unwrap();
    assert_eq!(answered.meta.headers.len(), 128);
    assert_eq!(answered.meta.headers["x-126"], "126");
    client.call(&read).max_attempts(1).send().unwrap();
    assert_eq!(peer.accepted(), 1);
}

#[test]
fn an_answer_that_ends_with_its_connection_is_as_complete_as_its_json() {
    let peer = Peer::start(|mut stream, nth| {
        request(&mut stream).unwrap();
        let body = if nth == 0 { "{\"status\":" } else { HEALTHY };
        write!(stream, "HTTP/1.1 200 OK\r\n\r\n{body}").unwrap();
    });
    let answered = peer.client().call(&GetEngineStatus::new()).send().unwrap();
    assert_eq!(answered.meta.attempts, 2);
}

#[test]
fn resets_are_closed_connections() {
    let peer = Peer::start(|mut stream, _| {
        // Not all of it, so that closing resets.
        stream.read_exact(&mut [0; 20]).unwrap();
        reset(stream);
    });
    let error = peer.client().send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Closed), 1, true),
        "{error}"
    );

    // Of a body without a length, too: that is no way to end.
    let peer = Peer::start(|mut stream, _| {
        stream.read_exact(&mut [0; 20]).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"status\":\"healthy\"}")
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        reset(stream);
    });
    let error = peer.client().send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Closed), 1, true),
        "{error}"
    );
}

#[test]
fn nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let client = Client::builder(endpoint)
        .unsigned()
        .options(options())
        .build()
        .unwrap();
    let error = client.send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Connect), 3, false),
        "{error}"
    );
}

#[test]
fn names_that_do_not_resolve() {
    let endpoint = Endpoint::parse("http://no-such-host.invalid").unwrap();
    let client = Client::builder(endpoint)
        .unsigned()
        .options(options())
        .build()
        .unwrap();
    let error = client
        .call(&write("job"))
        .max_attempts(1)
        .send()
        .unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Dns), 1, false),
        "{error}"
    );
}

#[test]
fn a_request_that_did_not_go_out_whole_was_not_sent() {
    let peer = Peer::start(|mut stream, _| {
        stream.read_exact(&mut [0; 20]).unwrap();
        reset(stream);
    });
    // More than all buffers between the two take.
    let large = "x".repeat(32 << 20);
    let error = peer
        .client()
        .call(&write("job"))
        .extra("x", large)
        .send()
        .unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Closed), 3, false),
        "{error}"
    );
    let Cause::Transport(cause) = error.cause() else {
        panic!("{error:?}")
    };
    assert_eq!(cause.sent(), Sent::No);
}

#[test]
fn a_refusal_before_the_request_was_read_is_heard() {
    let peer = Peer::start(|mut stream, _| {
        stream.read_exact(&mut [0; 20]).unwrap();
        stream
            .write_all(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        reset(stream);
    });
    let client = peer.client();
    let large = "x".repeat(32 << 20);
    let error = client
        .call(&write("job"))
        .extra("x", large)
        .send()
        .unwrap_err();
    assert_eq!(
        error.meta().map(|meta| meta.status.as_u16()),
        Some(413),
        "{error}"
    );
    assert_eq!(peer.accepted(), 1);
}

#[test]
fn reads_are_sent_again_over_a_new_connection() {
    let peer = Peer::start(|mut stream, nth| {
        let mut left = if nth == 0 { 1 } else { usize::MAX };
        while left > 0 && request(&mut stream).is_some() {
            if nth == 1 {
                return;
            }
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            left -= 1;
        }
        // The first connection takes a second request and drops it.
        request(&mut stream);
    });
    let client = peer.client();
    client.send(&GetEngineStatus::new()).unwrap();
    let answered = client
        .call(&write("job"))
        .effect(Effect::Idempotent)
        .send()
        .unwrap();
    assert_eq!(answered.meta.attempts, 3);
    assert!(answered.meta.earlier_may_have_executed);
    client.send(&GetEngineStatus::new()).unwrap();
    assert_eq!(peer.accepted(), 3);
}

#[test]
fn an_error_in_the_trailers_outranks_a_success() {
    let failed = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-neptune-status\r\n\r\n\
                  14\r\n{\"status\":\"healthy\"}\r\n0\r\n\
                  X-Neptune-Status: 500 TimeLimitExceededException\r\nX-Neptune-Detail: too+long\r\n\r\n";
    let peer = Peer::answering(failed);
    let client = peer.client();
    for _ in 0..2 {
        let error = client.send(&GetEngineStatus::new()).unwrap_err();
        let kind = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(peer.accepted(), 1, "the connection is as good as before");
}
