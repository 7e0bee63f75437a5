//! TLS, with rustls as the client.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, Server, ServerOptions, Tls, TlsFault};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::raw::{WAIT_LIMIT, counts};

const LAST: &str = "GET /status HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n";
const DB: &str = "my-db.cluster-abc.us-east-1.neptune.amazonaws.com";

type Secured = StreamOwned<ClientConnection, TcpStream>;

fn emulator() -> Emulator {
    Emulator::new(Config::default().fault_header(true))
}

fn start(tls: Tls) -> Server {
    ServerOptions::new()
        .tls(tls)
        .start(emulator())
        .expect("a server")
}

/// A connection on which the handshake has not begun.
fn connect(server: &Server, name: &str, alpn: &[&str]) -> Secured {
    let mut roots = RootCertStore::empty();
    let ca = server.ca_der().expect("a root").to_vec();
    roots.add(CertificateDer::from(ca)).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let tcp = TcpStream::connect(server.address()).expect("a connection");
    tcp.set_read_timeout(Some(WAIT_LIMIT)).expect("a time-out");
    StreamOwned::new(client, tcp)
}

fn exchange(mut stream: Secured, request: &str) -> std::io::Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn answers_come_encrypted() {
    let server = Server::start_tls(emulator()).expect("a server");
    assert_eq!(
        server.endpoint(),
        format!("https://127.0.0.1:{}", server.address().port())
    );
    assert!(
        server
            .ca_pem()
            .expect("a root")
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    for name in ["localhost", "127.0.0.1", "::1"] {
        let answer = exchange(connect(&server, name, &[]), LAST).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    assert_eq!(counts(&server), (3, 3));
    let plain = Server::start(emulator()).expect("a server");
    assert_eq!(
        (plain.ca_pem(), plain.ca_der(), plain.handshakes()),
        (None, None, Vec::new())
    );
}

#[test]
fn handshakes_are_recorded() {
    let server = start(Tls::new().name(DB));
    exchange(connect(&server, DB, &["h2", "http/1.1"]), LAST).expect("an answer");
    exchange(connect(&server, "127.0.0.1", &["http/1.1"]), LAST).expect("an answer");
    assert!(exchange(connect(&server, "localhost", &["h2"]), LAST).is_err());
    assert!(server.wait_until(WAIT_LIMIT, || {
        server.handshakes().len() == 3 && server.handshakes()[2].failure.is_some()
    }));
    let seen = server.handshakes();
    assert_eq!(seen[0].server_name.as_deref(), Some(DB));
    assert_eq!(seen[0].alpn, ["h2", "http/1.1"]);
    assert_eq!(
        (seen[0].version.as_deref(), &seen[0].failure),
        (Some("TLSv1.3"), &None)
    );
    // Addresses are not asked for by name.
    assert_eq!(
        (&seen[1].server_name, seen[1].alpn.as_slice()),
        (&None, ["http/1.1".to_owned()].as_slice())
    );
    assert_eq!(
        (seen[2].alpn.as_slice(), &seen[2].version),
        (["h2".to_owned()].as_slice(), &None)
    );

    let old = start(Tls::new().tls12_only());
    exchange(connect(&old, "localhost", &[]), LAST).expect("an answer");
    assert_eq!(old.handshakes()[0].version.as_deref(), Some("TLSv1.2"));
}

#[test]
fn names_are_those_asked_for() {
    let server = start(Tls::new().names([DB]));
    assert!(exchange(connect(&server, DB, &[]), LAST).is_ok());
    assert!(exchange(connect(&server, "localhost", &[]), LAST).is_err());
}

#[test]
fn certificates_that_are_not_to_be_trusted() {
    for (fault, part) in [
        (TlsFault::WrongName, "not valid for name"),
        (TlsFault::Expired, "expired"),
        (TlsFault::UnknownRoot, "UnknownIssuer"),
    ] {
        let server = start(Tls::new().fault(fault));
        let error = exchange(connect(&server, "localhost", &[]), LAST).expect_err("trusted");
        assert!(error.to_string().contains(part), "{fault:?}: {error}");
        assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
        assert_eq!(counts(&server), (0, 0));
        assert_eq!(
            server.handshakes()[0].server_name.as_deref(),
            Some("localhost")
        );
        assert!(server.handshakes()[0].failure.is_some(), "{fault:?}");
    }
}

#[test]
fn a_handshake_that_stalls() {
    let server = start(Tls::new().fault(TlsFault::StalledHandshake));
    let mut stream = connect(&server, "localhost", &[]);
    stream
        .sock
        .set_read_timeout(Some(Duration::from_millis(50)))
        .expect("a time-out");
    let error = stream.write_all(LAST.as_bytes()).expect_err("answered");
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
    assert_eq!(
        (server.handshakes().len(), server.connections().open),
        (1, 1)
    );
    drop(stream);
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
}

#[test]
fn clients_without_tls_are_rejected() {
    let server = start(Tls::new());
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.write_all(LAST.as_bytes()).expect("written");
    assert!(server.wait_until(WAIT_LIMIT, || server.handshakes().len() == 1));
    assert!(server.handshakes()[0].failure.is_some());
    assert_eq!(counts(&server), (0, 0));
}

#[test]
fn endings_under_tls() {
    let server = start(Tls::new());
    for (fault, expected) in [
        // With close_notify the end is an end, without it rustls says that it may be a cut.
        ("read-then-fin", None),
        (
            "read-then-fin; ending=abrupt",
            Some(ErrorKind::UnexpectedEof),
        ),
        ("read-then-rst", Some(ErrorKind::ConnectionReset)),
        (
            "truncated-body; bytes=4; ending=abrupt",
            Some(ErrorKind::UnexpectedEof),
        ),
        (
            "close-before-reading; ending=rst",
            Some(ErrorKind::ConnectionReset),
        ),
    ] {
        let request =
            format!("GET /status HTTP/1.1\r\nhost: n\r\nx-neptune-fault: {fault}\r\n\r\n");
        let ended = exchange(connect(&server, "localhost", &[]), &request);
        assert_eq!(ended.err().map(|error| error.kind()), expected, "{fault}");
    }
    assert_eq!(counts(&server), (4, 4));
}
