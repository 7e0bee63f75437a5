//! Responses that arrive while a large request is written: the client stops writing to a server that does not read.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use neptunedata::{
    Error, ErrorKind, ExceptionKind,
    gremlin::ExecuteGremlinExplainQuery,
    transport::{ClientOptions, TransportErrorKind},
};
use neptunedata_tests::{client::Driver, raw_server::RawServer};

use crate::support::{LARGE, LONG, once};

/// Sends a large request. Each connection, of which the start of a request has been read, is given to `serve`.
fn call(driver: Driver, serve: fn(&mut TcpStream)) -> Result<(), Error> {
    let server = RawServer::start(move |mut stream, _| {
        let _ = stream.read(&mut [0; 1024]);
        serve(&mut stream);
        // It stays open, and nothing is read.
        thread::sleep(LONG * 6);
    });
    // A client that goes on writing fails at the time limit.
    let client = driver.client(&server.url(), ClientOptions::new().timeout(LONG * 3));
    let query = ExecuteGremlinExplainQuery::new("x".repeat(LARGE));
    client.call(&query, once()).map(drop)
}

fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}

#[test]
fn an_early_error_response_is_read() {
    for driver in Driver::ALL {
        for serve in [
            (|stream| say(stream, "HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n"))
                as fn(&mut TcpStream),
            |stream| {
                say(
                    stream,
                    "HTTP/1.1 413 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
                )
            },
            |stream| {
                say(stream, "HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n");
                // Closed with something unread, which resets the connection.
                thread::sleep(Duration::from_millis(50));
                stream.shutdown(Shutdown::Read).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
            },
            |stream| {
                // In pieces, the first of which is not a final response.
                say(stream, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 4");
                thread::sleep(Duration::from_millis(400));
                say(stream, "13 X\r\ncontent-length: 2\r\n\r\nn");
                thread::sleep(Duration::from_millis(400));
                say(stream, "o");
            },
        ] {
            let error = call(driver, serve).unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::Service(ExceptionKind::Unknown),
                "{driver}: {error}"
            );
        }
    }
}

#[test]
fn a_closed_connection_or_nonsense_is_an_error() {
    for driver in Driver::ALL {
        let error = call(driver, |stream| {
            stream.shutdown(Shutdown::Write).unwrap();
        });
        let error = error.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Transport(TransportErrorKind::Closed),
            "{driver}"
        );
        assert!(!error.may_have_executed(), "{driver}: {error}");
        let error = call(driver, |stream| say(stream, "220 smtp\r\n")).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Transport(TransportErrorKind::Protocol),
            "{driver}"
        );
        // A server that sent bytes may have executed the request.
        assert!(error.may_have_executed(), "{driver}: {error}");
    }
}

/// A server that has sent something other than a final response gets the whole request, however slowly it reads.
#[test]
fn the_rest_is_written_to_a_server_that_asks_for_it() {
    for driver in Driver::ALL {
        let answer = call(driver, |stream| {
            say(stream, "HTTP/1.1 100 Continue\r\n\r\n");
            thread::sleep(Duration::from_millis(500));
            // Its start has been read.
            let mut left = LARGE - 1024;
            let mut buffer = vec![0; 1 << 20];
            while left > 0 {
                let length = stream.read(&mut buffer).unwrap();
                assert!(length > 0, "the request was not written to its end");
                left = left.saturating_sub(length);
            }
            say(stream, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        });
        answer.unwrap();
    }
}
