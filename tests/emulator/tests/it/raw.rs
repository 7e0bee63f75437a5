//! A client that sees every byte.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use neptunedata_emulator::{Config, Emulator, Server};

use crate::support::{Ask, assert_contains, assert_lacks, assert_starts};

/// Longer than any event on loopback takes: only a test that fails waits this long.
pub(crate) const WAIT_LIMIT: Duration = Duration::from_secs(10);
/// A connection counts as silent after this time without bytes.
const SILENCE: Duration = Duration::from_millis(60);
/// A request for the engine's status.
pub(crate) const STATUS: &str = "GET /status HTTP/1.1\r\nhost: neptune\r\n\r\n";
/// The same, as the last request of its connection.
pub(crate) const LAST_STATUS: &str =
    "GET /status HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n";
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\n";

/// How a connection ended, or did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Fin,
    Rst,
    Open,
}

pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
}

pub(crate) fn start() -> Server {
    Server::start(Emulator::new(Config::default().fault_header(true))).expect("a server")
}

pub(crate) fn status(fault: &str) -> String {
    format!("GET /status HTTP/1.1\r\nhost: neptune\r\nx-neptune-fault: {fault}\r\n\r\n")
}

/// One request with this fault on a connection of its own: what comes until the connection ends as expected.
#[track_caller]
pub(crate) fn meet(server: &Server, fault: &str, expected: Ended) -> String {
    let mut raw = Raw::ask(server, &status(fault));
    let (answer, ended) = match expected {
        Ended::Open => raw.some(),
        _ => raw.until_end(),
    };
    assert_eq!(ended, expected, "{fault}: {answer}");
    answer
}

/// One request on a connection of its own: what comes until the server closes the connection in order.
#[track_caller]
pub(crate) fn until_fin(server: &Server, request: &str) -> String {
    let (answer, ended) = Raw::ask(server, request).until_end();
    assert_eq!(ended, Ended::Fin, "{answer}");
    answer
}

/// Received and executed requests for the engine's status.
pub(crate) fn counts(server: &Server) -> (usize, usize) {
    server.with(|neptune| Ask::counts(neptune, "GetEngineStatus"))
}

/// Head and body of an answer.
pub(crate) fn parts(answer: &str) -> (&str, &str) {
    let end = answer.find("\r\n\r\n").expect("a head") + 4;
    answer.split_at(end)
}

/// The body of the answer, its head being one with this status and without a length.
pub(crate) fn chunked(answer: &str) -> &str {
    let (head, body) = parts(answer);
    assert_starts(head, OK);
    assert_contains(head, "\r\ntransfer-encoding: chunked\r\n");
    assert_lacks(head, "content-length");
    body
}

/// The `content-length` of an answer.
pub(crate) fn announced(answer: &str) -> usize {
    let (head, _) = parts(answer);
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    line.expect("a length").parse().expect("a number")
}

impl Raw {
    pub(crate) fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).expect("a connection");
        stream
            .set_read_timeout(Some(WAIT_LIMIT))
            .expect("a time-out");
        Self { stream }
    }

    /// A connection on which this request is sent.
    pub(crate) fn ask(server: &Server, request: &str) -> Self {
        let mut raw = Self::connect(server);
        raw.send(request);
        raw
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("written");
    }

    /// What comes in a while that is too short for a broken test to wait for: for connections that should be silent.
    pub(crate) fn rest(&mut self) -> (String, Ended) {
        self.read(SILENCE, SILENCE)
    }

    /// Waits for the first bytes, then reads until the connection is silent.
    pub(crate) fn some(&mut self) -> (String, Ended) {
        self.read(WAIT_LIMIT, SILENCE)
    }

    /// Reads until the end of the connection.
    pub(crate) fn until_end(&mut self) -> (String, Ended) {
        self.read(WAIT_LIMIT, WAIT_LIMIT)
    }

    /// Checks that nothing more comes, and how the connection has ended.
    #[track_caller]
    pub(crate) fn ends(&mut self, ended: Ended) {
        let rest = match ended {
            Ended::Open => self.rest(),
            _ => self.until_end(),
        };
        assert_eq!(rest, (String::new(), ended));
    }

    fn read(&mut self, first: Duration, further: Duration) -> (String, Ended) {
        let mut all = Vec::new();
        let mut buffer = [0; 65_536];
        self.stream.set_read_timeout(Some(first)).expect("set");
        let ended = loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => break Ended::Fin,
                Ok(many) => all.extend_from_slice(&buffer[..many]),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => break Ended::Open,
                    ErrorKind::ConnectionReset => break Ended::Rst,
                    ErrorKind::Interrupted => {}
                    other => panic!("{other}"),
                },
            }
            self.stream.set_read_timeout(Some(further)).expect("set");
        };
        (String::from_utf8_lossy(&all).into_owned(), ended)
    }

    /// Sends a request and reads its answer, which has a `content-length`.
    pub(crate) fn answer(&mut self, request: &str) -> String {
        self.send(request);
        self.one()
    }

    /// Reads exactly one answer with a `content-length`.
    pub(crate) fn one(&mut self) -> String {
        self.stream.set_read_timeout(Some(WAIT_LIMIT)).expect("set");
        let mut answer = String::new();
        let mut byte = [0];
        while !answer.ends_with("\r\n\r\n") {
            self.stream.read_exact(&mut byte).expect("read");
            answer.push(char::from(byte[0]));
        }
        let mut body = vec![0; announced(&answer)];
        self.stream.read_exact(&mut body).expect("read");
        answer + &String::from_utf8(body).expect("text")
    }

    /// Reads until the end of the connection. Gives the time at which the last piece came.
    pub(crate) fn time_of_last_piece(&mut self) -> Duration {
        self.stream.set_read_timeout(Some(WAIT_LIMIT)).expect("set");
        let started = Instant::now();
        let mut last = None;
        let mut buffer = [0; 65_536];
        while let Ok(1..) = self.stream.read(&mut buffer) {
            last = Some(started.elapsed());
        }
        last.expect("a piece")
    }
}
