//! TLS: whose certificate is good, and what a handshake may take.

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use neptunedata_hyper::{
    BuildError, Client, Endpoint, Error,
    error::Cause,
    transport::{ClientOptions, RootCertificates, Sent, TransportErrorKind},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::Acceptor,
    version::{TLS12, TLS13},
};

use crate::{smol_runtime::on_smol, support::*};

const HOST: &str = "db.cluster.test";

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn roots(&self) -> RootCertificates {
        RootCertificates::Pem(self.0.pem())
    }

    fn config(
        &self,
        name: &str,
        expired: bool,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(if expired { 2021 } else { 2090 }, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }
}

type Offers = Arc<Mutex<Vec<Vec<u8>>>>;

/// A server that notes which protocols are offered inside of TLS.
fn server(config: Arc<ServerConfig>) -> (Raw, Offers) {
    let offers = Offers::default();
    let log = Arc::clone(&offers);
    let raw = Raw::start(move |mut stream, _| {
        let mut acceptor = Acceptor::default();
        let accepted = loop {
            if acceptor.read_tls(&mut stream).is_err() {
                return;
            }
            match acceptor.accept() {
                Ok(Some(accepted)) => break accepted,
                Ok(None) => {}
                Err(_) => return,
            }
        };
        if let Some(offered) = accepted.client_hello().alpn() {
            log.lock().unwrap().extend(offered.map(<[u8]>::to_vec));
        }
        let Ok(connection) = accepted.into_connection(Arc::clone(&config)) else {
            return;
        };
        serve(StreamOwned::new(connection, stream));
    });
    (raw, offers)
}

fn serve(mut stream: StreamOwned<ServerConnection, TcpStream>) {
    while let Some(request) = read_request(&mut stream) {
        if request.contains(&format!("host: {HOST}:8182\r\n")) {
            let _ = stream.write_all(&answer_to(&request));
        }
    }
}

/// To the cluster's name, through what would be a tunnel's end.
fn options(address: SocketAddr, roots: RootCertificates) -> ClientOptions {
    quick()
        .connect_to(address.to_string())
        .root_certificates(roots)
}

fn cluster() -> Endpoint {
    let endpoint = Endpoint::parse(&format!("https://{HOST}:8182")).unwrap();
    endpoint.with_region(REGION).unwrap()
}

fn client(options: ClientOptions) -> Client {
    let builder = Client::builder(cluster()).credentials(credentials());
    builder.options(options).build().unwrap()
}

#[tokio::test]
async fn the_right_name_through_a_tunnel() {
    let authority = Authority::new();
    for versions in [&[&TLS12][..], &[&TLS13], &[&TLS12, &TLS13]] {
        let (server, offers) = server(authority.config(HOST, false, versions));
        let client = client(options(server.address, authority.roots()));
        for _ in 0..5 {
            client.send(&start("a")).await.unwrap();
        }
        assert_eq!(server.accepted(), 1);
        assert!(offers.lock().unwrap().is_empty(), "nothing is offered");
    }
}

#[test]
fn on_another_runtime() {
    let authority = Authority::new();
    let (server, _) = server(authority.config(HOST, false, &[&TLS13]));
    let builder = Client::builder(cluster()).credentials(credentials());
    let client = on_smol(builder.options(options(server.address, authority.roots())));
    let client = client.build().unwrap();
    smol::block_on(async {
        for _ in 0..5 {
            client.send(&start("a")).await.unwrap();
        }
    });
    assert_eq!(server.accepted(), 1);
}

#[track_caller]
fn assert_refused(error: &Error, server: &Raw) {
    assert_kind(error, TransportErrorKind::Tls);
    let Cause::Transport(cause) = error.cause() else {
        panic!("{error}")
    };
    assert_eq!(cause.sent(), Sent::No);
    assert!(!error.may_have_executed());
    assert_eq!((error.attempts(), server.accepted()), (1, 1), "{error:?}");
}

#[tokio::test]
async fn certificates_that_are_refused() {
    let authority = Authority::new();
    let other = Authority::new();
    let both = [&TLS12, &TLS13];
    let cases = [
        (
            authority.config("other.test", false, &both),
            authority.roots(),
        ),
        (authority.config(HOST, true, &both), authority.roots()),
        (authority.config(HOST, false, &both), other.roots()),
        (
            authority.config(HOST, false, &both),
            RootCertificates::WebPki,
        ),
    ];
    for (config, roots) in cases {
        let (server, _) = server(config);
        let client = client(options(server.address, roots));
        let error = client.send(&start("a")).await.unwrap_err();
        assert_refused(&error, &server);
    }
}

#[tokio::test]
async fn a_server_without_tls() {
    let server = Raw::start(|mut stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        until_closed(&mut stream);
    });
    let client = client(options(server.address, RootCertificates::WebPki));
    let error = client.send(&start("a")).await.unwrap_err();
    assert_refused(&error, &server);
}

#[tokio::test]
async fn a_stalled_handshake_ends_with_the_connect_time_out() {
    let server = Raw::start(|mut stream, _| until_closed(&mut stream));
    let options = options(server.address, RootCertificates::WebPki).connect_timeout(SHORT);
    let client = client(options);
    let begun = Instant::now();
    let error = client.call(&start("a")).max_attempts(1).send().await;
    let error = error.unwrap_err();
    assert_kind(&error, TransportErrorKind::ConnectTimeout);
    assert!(!error.may_have_executed());
    assert!(begun.elapsed() >= SHORT && begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_write_finds_out_that_the_server_has_closed() {
    let authority = Authority::new();
    let config = authority.config(HOST, false, &[&TLS13]);
    let (closed, wait) = std::sync::mpsc::channel();
    let server = Raw::start(move |stream, _| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        read_request(&mut stream).unwrap();
        stream.write_all(&answer(STARTED)).unwrap();
        stream.conn.send_close_notify();
        let _ = stream.flush();
        drop(stream);
        closed.send(()).unwrap();
    });
    let client = client(options(server.address, authority.roots()));
    for round in 0..30 {
        let started = client.call(&start("a")).max_attempts(1).send().await;
        assert_eq!(started.unwrap().meta.attempts, 1, "{round}");
        wait.recv_timeout(LONG).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(server.accepted(), 30);
}

#[test]
fn roots_that_are_none() {
    for text in [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let builder = Client::builder(cluster()).unsigned();
        let result = builder
            .options(quick().root_certificates(RootCertificates::Pem(text.to_owned())))
            .build();
        assert!(matches!(result, Err(BuildError::Roots(_))), "{result:?}");
    }
    let builder = Client::builder(cluster()).unsigned();
    let result = builder
        .options(quick().root_certificates(RootCertificates::Native))
        .build();
    if cfg!(not(feature = "native-roots")) {
        assert!(matches!(result, Err(BuildError::Roots(_))));
    }
}

/// Where nothing else tells the end, an end without a farewell is none, however whole the answer looks.
#[tokio::test]
async fn an_answer_that_ends_with_its_connection_is_whole_if_the_server_ended_it() {
    let authority = Authority::new();
    let config = authority.config(HOST, false, &[&TLS13]);
    let server = Raw::start(move |stream, number| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        read_request(&mut stream).unwrap();
        let body = if number == 1 { "{\"status\":" } else { HEALTHY };
        let answer = format!("HTTP/1.1 200 OK\r\n\r\n{body}");
        stream.write_all(answer.as_bytes()).unwrap();
        if number == 3 {
            stream.conn.send_close_notify();
            stream.flush().unwrap();
        }
        stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
        until_closed(&mut stream.sock);
    });
    let client = client(options(server.address, authority.roots()));
    let answered = client.call(&status()).send().await.unwrap();
    assert_eq!(answered.meta.attempts, 3);
}
