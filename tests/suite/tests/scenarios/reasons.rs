//! What failed while a connection was made, down to the last cause: both clients say the same.

use std::{
    error::Error as StdError,
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    CallOptions, Error, ErrorKind,
    engine::GetEngineStatus,
    transport::{ClientOptions, Proxy, TransportErrorKind},
};
use neptunedata_tests::scenarios::{Caller, Driver, Keys, quick};

use crate::support::PATIENCE;

/// A proxy that says this to each question, and closes; nothing is: it says nothing and waits.
fn proxy(answer: Option<&'static str>) -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut question = Vec::new();
                let mut byte = [0];
                while !question.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
                    question.push(byte[0]);
                }
                match answer {
                    Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                    None => thread::sleep(PATIENCE),
                }
            });
        }
    });
    Proxy::parse(&url).unwrap()
}

fn causes(error: &Error) -> Vec<String> {
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes
}

fn fails(driver: Driver, options: ClientOptions) -> Error {
    let url = "http://db.example.com:8182";
    let caller = Caller::new(driver, url, options, Keys::None).unwrap();
    let once = CallOptions::new().max_attempts(1);
    let begun = Instant::now();
    let error = caller.call(&GetEngineStatus::new(), once).unwrap_err();
    assert!(begun.elapsed() < PATIENCE / 2, "{driver}: {error}");
    assert!(!error.may_have_executed(), "{driver}: {error}");
    error
}

#[test]
fn a_proxy_that_does_not_lead_on() {
    let long = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(20_000)).leak();
    for (answer, reason) in [
        (
            "HTTP/1.1 407 X\r\n\r\n",
            "the proxy responded with status 407",
        ),
        (
            "HTTP/1.1 503 X\r\n\r\n",
            "the proxy responded with status 503",
        ),
        ("", "the proxy closed the connection"),
        ("HTTP/1.1 200 OK\r\n", "the proxy closed the connection"),
        (
            "HTTP/1.1 20 X\r\n\r\n",
            "the proxy's response is not valid HTTP",
        ),
        ("220 smtp\r\n\r\n", "the proxy's response is not valid HTTP"),
        (long, "the proxy's response is too long"),
    ] {
        for driver in Driver::ALL {
            let error = fails(driver, quick().proxy(proxy(Some(answer))));
            let kind = ErrorKind::Transport(TransportErrorKind::Connect);
            assert_eq!(error.kind(), kind, "{driver}");
            let causes = causes(&error);
            assert_eq!(causes.last().map(String::as_str), Some(reason), "{driver}");
            assert_eq!(
                causes,
                self::causes(&fails(Driver::Hyper, quick().proxy(proxy(Some(answer)))))
            );
        }
    }
}

#[test]
fn time_that_is_over() {
    use TransportErrorKind::{ConnectTimeout, Deadline, Timeout};
    let short = Duration::from_millis(200);
    for (options, kind, reason) in [
        (
            quick().connect_timeout(short),
            ConnectTimeout,
            Some("timed out after 200ms connecting to db.example.com:8182"),
        ),
        (quick().timeout(short), Deadline, None),
        (quick().attempt_timeout(short), Timeout, None),
    ] {
        let both = Driver::ALL.map(|driver| {
            let error = fails(driver, options.clone().proxy(proxy(None)));
            assert_eq!(error.kind(), ErrorKind::Transport(kind), "{driver}");
            causes(&error)
        });
        assert_eq!(both[0], both[1]);
        if let Some(reason) = reason {
            assert_eq!(both[0], [format!("GetEngineStatus: {reason}")]);
        }
    }
}
