//! TLS: which servers are believed, and what is said about the others.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, mpsc},
};

use neptunedata_blocking::{
    BuildError, Client, Endpoint, ErrorKind, ExceptionKind,
    engine::GetEngineStatus,
    transport::{ClientOptions, RootCertificates, TransportErrorKind},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::{
    ServerConfig, ServerConnection, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::Acceptor,
};

use crate::support::*;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "an authority of the tests");
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn roots(&self) -> RootCertificates {
        RootCertificates::Pem(self.0.pem())
    }

    fn server(
        &self,
        name: &str,
        year: i32,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        // It would rather speak HTTP/2.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(config)
    }
}

/// Answers every request. What the client offers by ALPN goes to `offers`.
fn serve(config: &Arc<ServerConfig>, mut tcp: TcpStream, offers: &mpsc::Sender<usize>) {
    let mut acceptor = Acceptor::default();
    let accepted = loop {
        if acceptor.read_tls(&mut tcp).unwrap_or(0) == 0 {
            return;
        }
        match acceptor.accept() {
            Ok(Some(accepted)) => break accepted,
            Ok(None) => {}
            Err(_) => return,
        }
    };
    let offered = accepted.client_hello().alpn().map_or(0, Iterator::count);
    let _ = offers.send(offered);
    let Ok(mut tls) = accepted.into_connection(Arc::clone(config)) else {
        return;
    };
    let mut stream = rustls::Stream::<ServerConnection, TcpStream>::new(&mut tls, &mut tcp);
    while let Some(request) = request(&mut stream) {
        let body = format!("{{\"status\":\"healthy\",\"seen\":{}}}", request.len());
        if stream.write_all(ok(&body).as_bytes()).is_err() {
            return;
        }
    }
}

fn peer(config: Arc<ServerConfig>) -> (Peer, mpsc::Receiver<usize>) {
    let (offers, offered) = mpsc::channel();
    (
        Peer::start(move |tcp, _| serve(&config, tcp, &offers)),
        offered,
    )
}

fn client(url: &str, options: ClientOptions) -> Client {
    let endpoint = Endpoint::parse(url).unwrap();
    Client::builder(endpoint)
        .unsigned()
        .options(options)
        .build()
        .unwrap()
}

const BOTH: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

#[test]
fn the_right_name_through_a_tunnel_is_believed_and_its_connection_kept() {
    let authority = Authority::new();
    for versions in [BOTH, &[&rustls::version::TLS12]] {
        let (peer, offered) = peer(authority.server("db.example.com", 4096, versions));
        let options = options()
            .root_certificates(authority.roots())
            .connect_to(peer.address.to_string());
        let client = client("https://db.example.com:8182", options);
        for _ in 0..5 {
            client.send(&GetEngineStatus::new()).unwrap();
            client.send(&write("job")).unwrap();
        }
        assert_eq!(peer.accepted(), 1, "session tickets are no reason to leave");
        assert_eq!(
            offered.recv().unwrap(),
            0,
            "nothing is offered, so h2 is not"
        );
    }
}

#[test]
fn addresses_and_absolute_names_have_certificates_too() {
    let authority = Authority::new();
    let (by_address, _offered) = peer(authority.server("127.0.0.1", 4096, BOTH));
    let url = format!("https://{}", by_address.address);
    client(&url, options().root_certificates(authority.roots()))
        .send(&GetEngineStatus::new())
        .unwrap();
    let (by_name, _offered) = peer(authority.server("db.example.com", 4096, BOTH));
    let options = options()
        .root_certificates(authority.roots())
        .connect_to(by_name.address.to_string());
    client("https://db.example.com.:8182", options)
        .send(&GetEngineStatus::new())
        .unwrap();
}

#[test]
fn wrong_name_unknown_authority_and_expired_certificate_are_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let cases = [
        (
            "another name",
            authority.server("other.example.com", 4096, BOTH),
            authority.roots(),
        ),
        (
            "another authority",
            other.server("db.example.com", 4096, BOTH),
            authority.roots(),
        ),
        (
            "none of the web's",
            authority.server("db.example.com", 4096, BOTH),
            RootCertificates::WebPki,
        ),
        (
            "expired",
            authority.server("db.example.com", 2001, BOTH),
            authority.roots(),
        ),
    ];
    for (case, config, roots) in cases {
        let (peer, _offered) = peer(config);
        let options = options()
            .root_certificates(roots)
            .connect_to(peer.address.to_string());
        let client = client("https://db.example.com:8182", options);
        let error = client.send(&write("job")).unwrap_err();
        let tls = ErrorKind::Transport(TransportErrorKind::Tls);
        assert_eq!(facts(&error), (tls, 1, false), "{case}: {error}");
        assert_eq!(peer.accepted(), 1, "{case}");
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert!(
            source.is_some_and(|text| text.contains("certificate")),
            "{case}: {error:?}"
        );
    }
}

#[test]
fn what_does_not_speak_tls_is_refused() {
    let peer = Peer::start(|mut stream, _| {
        let _ = stream.read(&mut [0; 64]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let url = format!("https://{}", peer.address);
    let error = client(&url, options()).send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Tls), 1, false),
        "{error}"
    );
}

#[test]
fn an_old_version_is_refused() {
    // A server that answers any greeting with TLS 1.1, and what it says then.
    let peer = Peer::start(|mut stream, _| {
        let _ = stream.read(&mut [0; 64]);
        let mut hello = vec![22, 3, 2, 0, 44, 2, 0, 0, 40, 3, 2];
        hello.extend_from_slice(&[7; 32]);
        hello.extend_from_slice(&[0, 0xc0, 0x13, 0, 0, 0]);
        let _ = stream.write_all(&hello);
        until_closed(&mut stream);
    });
    let url = format!("https://{}", peer.address);
    let error = client(&url, options()).send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Tls), 1, false),
        "{error}"
    );
}

#[test]
fn a_server_that_closes_in_the_handshake_was_not_reached() {
    let peer = Peer::start(|mut stream, _| {
        let _ = stream.read(&mut [0; 4096]);
    });
    let url = format!("https://{}", peer.address);
    let error = client(&url, options()).send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Connect), 3, false),
        "{error}"
    );
}

#[test]
fn an_end_that_came_by_tls_alone_is_seen() {
    let authority = Authority::new();
    let config = authority.server("localhost", 4096, BOTH);
    let (said, saying) = mpsc::channel();
    let peer = Peer::start(move |mut tcp, _| {
        let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
        request(&mut stream).unwrap();
        stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
        said.send(()).unwrap();
        // TCP stays as it is.
        until_closed(&mut tcp);
    });
    let url = format!("https://localhost:{}", peer.address.port());
    let options = options()
        .root_certificates(authority.roots())
        .connect_to(peer.address.to_string());
    let client = client(&url, options);
    for _ in 0..3 {
        assert_eq!(client.call(&write("job")).send().unwrap().meta.attempts, 1);
        saying.recv().unwrap();
    }
    assert_eq!(peer.accepted(), 3);
}

#[test]
fn roots_that_are_none() {
    let build = |roots| {
        let endpoint = Endpoint::parse("https://db.example.com").unwrap();
        Client::builder(endpoint)
            .unsigned()
            .options(ClientOptions::new().root_certificates(roots))
            .build()
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in ["", "no PEM", broken, "-----BEGIN CERTIFICATE-----\n"] {
        let error = build(RootCertificates::Pem(text.to_owned())).unwrap_err();
        assert!(matches!(error, BuildError::Roots(_)), "{text:?}: {error}");
    }
    let native = cfg!(feature = "native-roots");
    match build(RootCertificates::Native) {
        Err(BuildError::Roots(reason)) if reason.contains("feature") => {
            assert!(!native, "it is enabled");
        }
        Ok(_) | Err(BuildError::Roots(_)) => assert!(native, "it is not enabled"),
        Err(error) => panic!("{error}"),
    }
}

/// Session tickets lie in the socket, too, and are no answer.
#[test]
fn an_answer_that_comes_early_is_read() {
    let authority = Authority::new();
    for versions in [BOTH, &[&rustls::version::TLS12]] {
        let config = authority.server("localhost", 4096, versions);
        let (over, wait) = mpsc::channel::<()>();
        let wait = std::sync::Mutex::new(wait);
        let peer = Peer::start(move |mut tcp, _| {
            let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
            let _ = stream.read(&mut [0; 1024]).unwrap();
            // The client has begun to look by then.
            std::thread::sleep(std::time::Duration::from_millis(300));
            let answer = "HTTP/1.1 413 X\r\ncontent-length: 2\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
            // The client waits for the rest, and still has something to send.
            std::thread::sleep(std::time::Duration::from_millis(300));
            stream.write_all(b"{}").unwrap();
            // It stays open, and nothing more is read.
            let _ = wait.lock().unwrap().recv();
        });
        let url = format!("https://localhost:{}", peer.address.port());
        let options = options()
            .root_certificates(authority.roots())
            .connect_to(peer.address.to_string())
            .timeout(std::time::Duration::from_secs(60));
        let client = client(&url, options);
        let write = write("job");
        let large = client.call(&write).extra("q", "x".repeat(20_000_000));
        let error = large.send().unwrap_err();
        let unknown = ErrorKind::Service(ExceptionKind::Unknown);
        assert_eq!(facts(&error), (unknown, 1, false), "{error}");
        drop(over);
    }
}
