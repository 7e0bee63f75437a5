//! TLS, with rustls as the client.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, Server, ServerOptions, Tls, TlsFault};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::raw::{LAST_STATUS, OK, WAIT_LIMIT, counts, status};
use crate::support::assert_starts;

const DB: &str = "my-db.cluster-abc.us-east-1.neptune.amazonaws.com";

pub(crate) type Secured = StreamOwned<ClientConnection, TcpStream>;

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
    let root = server.ca_der().expect("a root").to_vec();
    connect_to(&server.address().to_string(), root.into(), name, alpn)
}

/// The same to any server with this root.
pub(crate) fn connect_to(
    address: &str,
    root: CertificateDer<'_>,
    name: &str,
    alpn: &[&str],
) -> Secured {
    let mut roots = RootCertStore::empty();
    roots.add(root).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let tcp = TcpStream::connect(address).expect("a connection");
    tcp.set_read_timeout(Some(WAIT_LIMIT)).expect("a time-out");
    StreamOwned::new(client, tcp)
}

pub(crate) fn exchange(mut stream: Secured, request: &str) -> std::io::Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn answers_come_encrypted() {
    let server = Server::start_tls(emulator()).expect("a server");
    let endpoint = format!("https://127.0.0.1:{}", server.address().port());
    assert_eq!(server.endpoint(), endpoint);
    let root = server.ca_pem().expect("a root");
    assert_starts(root, "-----BEGIN CERTIFICATE-----");
    for name in ["localhost", "127.0.0.1", "::1"] {
        let answer = exchange(connect(&server, name, &[]), LAST_STATUS).expect("an answer");
        assert_starts(&answer, OK);
    }
    assert_eq!(counts(&server), (3, 3));
    let plain = Server::start(emulator()).expect("a server");
    assert_eq!((plain.ca_pem(), plain.ca_der()), (None, None));
    assert!(plain.handshakes().is_empty());
}

#[test]
fn handshakes_are_recorded() {
    let server = start(Tls::new().name(DB));
    exchange(connect(&server, DB, &["h2", "http/1.1"]), LAST_STATUS).expect("an answer");
    exchange(connect(&server, "127.0.0.1", &["http/1.1"]), LAST_STATUS).expect("an answer");
    assert!(exchange(connect(&server, "localhost", &["h2"]), LAST_STATUS).is_err());
    assert!(server.wait_until(WAIT_LIMIT, || {
        server.handshakes().len() == 3 && server.handshakes()[2].failure.is_some()
    }));
    // Addresses are not asked for by name.
    for (seen, name, alpn, version) in [
        (0, Some(DB), &["h2", "http/1.1"][..], Some("TLSv1.3")),
        (1, None, &["http/1.1"], Some("TLSv1.3")),
        (2, Some("localhost"), &["h2"], None),
    ] {
        let seen = &server.handshakes()[seen];
        assert_eq!(seen.server_name.as_deref(), name);
        assert_eq!(seen.alpn, alpn);
        assert_eq!(seen.version.as_deref(), version);
        assert_eq!(seen.failure.is_none(), version.is_some());
    }

    let old = start(Tls::new().tls12_only());
    exchange(connect(&old, "localhost", &[]), LAST_STATUS).expect("an answer");
    assert_eq!(old.handshakes()[0].version.as_deref(), Some("TLSv1.2"));
}

#[test]
fn names_are_those_asked_for() {
    let server = start(Tls::new().names([DB]));
    assert!(exchange(connect(&server, DB, &[]), LAST_STATUS).is_ok());
    assert!(exchange(connect(&server, "localhost", &[]), LAST_STATUS).is_err());
}

#[test]
fn certificates_that_are_not_to_be_trusted() {
    for (fault, part) in [
        (TlsFault::WrongName, "not valid for name"),
        (TlsFault::Expired, "expired"),
        (TlsFault::UnknownRoot, "UnknownIssuer"),
    ] {
        let server = start(Tls::new().fault(fault));
        let error = exchange(connect(&server, "localhost", &[]), LAST_STATUS).expect_err("trusted");
        assert!(error.to_string().contains(part), "{fault:?}: {error}");
        assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
        assert_eq!(counts(&server), (0, 0));
        let seen = &server.handshakes()[0];
        assert_eq!(seen.server_name.as_deref(), Some("localhost"));
        assert!(seen.failure.is_some(), "{fault:?}");
    }
}

#[test]
fn a_handshake_that_stalls() {
    let server = start(Tls::new().fault(TlsFault::StalledHandshake));
    let mut stream = connect(&server, "localhost", &[]);
    let limit = Some(Duration::from_millis(50));
    stream.sock.set_read_timeout(limit).expect("a time-out");
    let error = stream
        .write_all(LAST_STATUS.as_bytes())
        .expect_err("answered");
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
    assert_eq!(server.handshakes().len(), 1);
    assert_eq!(server.connections().open, 1);
    drop(stream);
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
}

#[test]
fn clients_without_tls_are_rejected() {
    let server = start(Tls::new());
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.write_all(LAST_STATUS.as_bytes()).expect("written");
    assert!(server.wait_until(WAIT_LIMIT, || server.handshakes().len() == 1));
    assert!(server.handshakes()[0].failure.is_some());
    assert_eq!(counts(&server), (0, 0));
}

#[test]
fn endings_under_tls() {
    use ErrorKind::{ConnectionReset, UnexpectedEof};

    let server = start(Tls::new());
    for (fault, expected) in [
        // With close_notify the end is an end, without it rustls says that it may be a cut.
        ("read-then-fin", None),
        ("read-then-fin; ending=abrupt", Some(UnexpectedEof)),
        ("read-then-rst", Some(ConnectionReset)),
        (
            "truncated-body; bytes=4; ending=abrupt",
            Some(UnexpectedEof),
        ),
        ("close-before-reading; ending=rst", Some(ConnectionReset)),
    ] {
        let ended = exchange(connect(&server, "localhost", &[]), &status(fault));
        assert_eq!(ended.err().map(|error| error.kind()), expected, "{fault}");
    }
    assert_eq!(counts(&server), (4, 4));
}
