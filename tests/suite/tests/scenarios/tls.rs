//! TLS: the certificates that clients trust, the versions that they offer, and how long they wait.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    CallOptions, Error, ErrorKind,
    engine::GetEngineStatus,
    error::Cause,
    gremlin::ExecuteGremlinExplainQuery,
    ml::CancelMlModelTrainingJob,
    transport::{ClientOptions, RootCertificates, Sent, TransportErrorKind},
};
use neptunedata_emulator::{Config, Emulator, MlKind, Server, ServerOptions, Tls, TlsFault};
use neptunedata_tests::client::{Client, Driver, quick};
use neptunedata_tests::scenarios::{Keys, Setting};

use crate::support::{self, WAIT_LIMIT, fault, read, write, writes};

/// A name that cannot be resolved: the clients connect to this machine instead.
const CLUSTER: &str = "db.cluster-abc.us-east-1.neptune.test";
const SHORT: Duration = Duration::from_millis(300);

fn server(tls: Tls) -> Server {
    let config = Config::default().ml_duration(MlKind::ModelTraining, Duration::from_secs(3600));
    let options = ServerOptions::new().tls(tls);
    options.start(Emulator::new(config)).unwrap()
}

/// A client of the endpoint `CLUSTER`.
fn client(
    driver: Driver,
    address: SocketAddr,
    roots: RootCertificates,
    options: ClientOptions,
) -> Client {
    let options = options
        .connect_to(address.to_string())
        .root_certificates(roots);
    let endpoint = format!("https://{CLUSTER}:8182");
    Setting::default()
        .client(driver, &endpoint, options, Keys::Fixed)
        .unwrap()
}

fn roots(server: &Server) -> RootCertificates {
    RootCertificates::Pem(server.ca_pem().unwrap().to_owned())
}

#[test]
fn the_right_name_through_a_tunnel() {
    for driver in Driver::ALL {
        for (tls, version) in [
            (Tls::default(), "TLSv1.3"),
            (Tls::default().tls12_only(), "TLSv1.2"),
        ] {
            let server = server(tls.names([CLUSTER]));
            let client = client(driver, server.address(), roots(&server), quick());
            let started = client.call(&write("w"), CallOptions::new()).unwrap();
            let id = started.output.id.unwrap();
            let found = client.call(&read(&id), CallOptions::new()).unwrap();
            assert_eq!(found.output.id.as_deref(), Some(&*id));
            let cancel = CancelMlModelTrainingJob::new(&id);
            client.call(&cancel, CallOptions::new()).unwrap();

            let [handshake] = &server.handshakes()[..] else {
                panic!("{driver}: one connection is enough");
            };
            assert_eq!(handshake.server_name.as_deref(), Some(CLUSTER), "{driver}");
            assert_eq!(handshake.version.as_deref(), Some(version), "{driver}");
            assert!(handshake.alpn.is_empty(), "{driver}: {handshake:?}");
            let host = format!("{CLUSTER}:8182");
            server.with(|emulator| {
                assert_eq!(emulator.log().len(), 3);
                for entry in emulator.log() {
                    assert_eq!(entry.headers[http::header::HOST], *host, "{driver}");
                }
            });
        }
    }
}

/// That the request cannot have reached the server is certain.
#[track_caller]
fn assert_not_sent(error: &Error, kind: TransportErrorKind, case: &str) {
    assert_eq!(error.kind(), ErrorKind::Transport(kind), "{case}: {error}");
    let Cause::Transport(cause) = error.cause() else {
        panic!("{case}: {error}");
    };
    assert_eq!(cause.sent(), Sent::No, "{case}: {error}");
    assert!(!error.may_have_executed(), "{case}: {error}");
}

#[test]
fn certificates_that_are_rejected() {
    for driver in Driver::ALL {
        for (fault, reason) in [
            (Some(TlsFault::WrongName), "not valid for name"),
            (Some(TlsFault::UnknownRoot), "UnknownIssuer"),
            (Some(TlsFault::Expired), "expired"),
            // A good one, but of none of the web's authorities.
            (None, "UnknownIssuer"),
        ] {
            let case = format!("{driver}, {fault:?}");
            let tls = Tls::default().names([CLUSTER]);
            let server = server(match fault {
                Some(fault) => tls.fault(fault),
                None => tls,
            });
            let trusted = match fault {
                Some(_) => roots(&server),
                None => RootCertificates::WebPki,
            };
            let client = client(driver, server.address(), trusted, quick());
            for error in [
                client.call(&read("a"), CallOptions::new()).unwrap_err(),
                client.call(&write("a"), CallOptions::new()).unwrap_err(),
            ] {
                assert_not_sent(&error, TransportErrorKind::Tls, &case);
                // Another attempt would find the same certificate.
                assert_eq!(error.attempts(), 1, "{case}: {error}");
                assert!(chain(&error).contains(reason), "{case}: {}", chain(&error));
            }
            assert_eq!(server.connections().accepted, 2, "{case}");
            assert!(writes(&server).is_empty(), "{case}");
            server.with(|emulator| assert!(emulator.log().is_empty(), "{case}"));
        }
    }
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

#[test]
fn a_stalled_handshake_ends_at_the_connect_time_out() {
    assert_eq!(
        ClientOptions::new().get_connect_timeout(),
        Duration::from_secs(5)
    );
    for driver in Driver::ALL {
        let server = server(Tls::default().fault(TlsFault::StalledHandshake));
        let options = quick().connect_timeout(SHORT);
        let client = client(driver, server.address(), roots(&server), options);
        for attempts in 1..=2 {
            let options = CallOptions::new().max_attempts(attempts);
            let begun = Instant::now();
            let error = client.call(&write("a"), options).unwrap_err();
            let took = begun.elapsed();
            assert_not_sent(&error, TransportErrorKind::ConnectTimeout, "stalled");
            assert_eq!(error.attempts(), attempts, "{driver}");
            assert!(took >= SHORT * attempts, "{driver}: {took:?}");
            assert!(took < SHORT * attempts + WAIT_LIMIT, "{driver}: {took:?}");
        }
        assert_eq!(server.connections().accepted, 3, "{driver}");
        // None of them is kept.
        assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
    }
}

/// What a client says first: the versions that it knows and the extensions that it names.
struct Hello {
    versions: Vec<u16>,
    extensions: Vec<u16>,
}

/// Reads the greeting, so much of RFC 8446 as that takes.
fn hello(stream: &mut TcpStream) -> Hello {
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[0], 22, "a handshake");
    let mut record = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut record).unwrap();
    let mut rest = Rest(&record);
    assert_eq!(rest.take(1), [1], "a client's hello");
    rest.take(3);
    let legacy = rest.number();
    rest.take(32);
    let session = rest.take(1)[0];
    rest.take(session.into());
    let suites = rest.number();
    rest.take(suites.into());
    let compressions = rest.take(1)[0];
    rest.take(compressions.into());
    let length = rest.number();
    let mut rest = Rest(rest.take(length.into()));
    let mut hello = Hello {
        versions: vec![legacy],
        extensions: Vec::new(),
    };
    while !rest.0.is_empty() {
        let kind = rest.number();
        let length = rest.number();
        let body = rest.take(length.into());
        hello.extensions.push(kind);
        if kind == SUPPORTED_VERSIONS {
            let pairs = body[1..].chunks(2);
            let versions = pairs.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            hello.versions.extend(versions);
        }
    }
    hello
}

const SERVER_NAME: u16 = 0;
const PROTOCOLS: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, bytes: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(bytes);
        self.0 = rest;
        taken
    }

    fn number(&mut self) -> u16 {
        let bytes = self.take(2);
        u16::from_be_bytes([bytes[0], bytes[1]])
    }
}

/// Version 1.2 is the oldest that is offered, and a server that goes below is left.
#[test]
fn no_old_version_and_no_other_protocol() {
    for driver in Driver::ALL {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (said, hellos) = mpsc::channel();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            said.send(hello(&mut stream)).unwrap();
            // A server's hello of version 1.1, whatever was offered.
            let mut answer = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
            answer.extend([7; 32]);
            answer.extend([0, 0xc0, 0x13, 0]);
            stream.write_all(&answer).unwrap();
            // An alert, and the end.
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
            rest
        });
        let client = client(driver, address, RootCertificates::WebPki, quick());
        let error = client.call(&write("a"), CallOptions::new()).unwrap_err();
        assert_not_sent(&error, TransportErrorKind::Tls, "an old version");
        assert_eq!(error.attempts(), 1, "{driver}: {error}");
        let alert = server.join().unwrap();
        // A fatal alert: protocol_version.
        assert_eq!(alert[0], 21, "{driver}");
        assert_eq!(alert[5..], [2, 70], "{driver}");

        let hello = hellos.recv().unwrap();
        let mut versions = hello.versions;
        versions.sort_unstable();
        versions.dedup();
        assert_eq!(versions, [0x0303, 0x0304], "{driver}");
        assert!(hello.extensions.contains(&SERVER_NAME), "{driver}");
        assert!(!hello.extensions.contains(&PROTOCOLS), "{driver}");
    }
}

/// A middlebox can close the TCP connection but cannot send the `close_notify` of TLS: a response with neither a length
/// nor chunks is complete only if the server has sent `close_notify`.
#[test]
fn a_response_without_framing_is_truncated_without_close_notify() {
    let closed = Some((ErrorKind::Transport(TransportErrorKind::Closed), true));
    for driver in Driver::ALL {
        for (wire, cut) in [
            ("truncated-body; framing=close; ending=abrupt", true),
            // The body is complete, but the client cannot know this.
            ("close-after-answer; framing=close; ending=abrupt", true),
            ("close-after-answer; framing=close", false),
            ("close-after-answer; framing=chunked; ending=abrupt", false),
            ("close-after-answer; framing=length; ending=abrupt", false),
            ("close-after-answer; ending=abrupt", false),
        ] {
            let server = support::server(true);
            let client = support::client(driver, &server, quick());
            let once = || fault(wire).max_attempts(1);
            let what = |error: Error| (error.kind(), error.may_have_executed());
            let expected = closed.filter(|_| cut);
            // The next call must not find a connection that is about to close.
            let over = || server.wait_until(WAIT_LIMIT, || server.connections().open == 0);
            // An answer in plain text: JSON would show where it ends.
            let explain = ExecuteGremlinExplainQuery::new("g.V()");
            let explained = client.call(&explain, once()).err();
            assert_eq!(explained.map(what), expected, "{driver}: {wire}");
            assert!(over());
            let status = client.call(&GetEngineStatus::new(), once()).err();
            assert_eq!(status.map(what), expected, "{driver}: {wire}");
            assert!(over());
            let written = client.call(&write("w"), fault(wire)).err();
            assert_eq!(written.map(what), expected, "{driver}: {wire}");
            assert_eq!(writes(&server)["w"], (1, 1), "{driver}: {wire}");
            assert!(over());
            // An idle connection that was closed like this does not cause an error.
            client.call(&write("x"), CallOptions::new()).unwrap();
        }
    }
}
