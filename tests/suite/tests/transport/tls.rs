//! Servers that the emulator's TLS cannot imitate.

use std::{
    io::{Read, Write},
    sync::{Mutex, mpsc},
    thread,
    time::Duration,
};

use neptunedata::{
    CallOptions, Credentials, Endpoint, ErrorKind, ExceptionKind,
    transport::{RootCertificates, TransportErrorKind},
};
use neptunedata_emulator::{Config, Emulator, ServerOptions, Tls};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, ok, read_request, until_closed},
};
use rustls::version::TLS12;

use crate::{authority::*, proxy_server::*, support::*};

#[test]
fn addresses_and_absolute_names_have_certificates() {
    let authority = Authority::new();
    for (name, host) in [
        ("127.0.0.1", "127.0.0.1"),
        ("db.example.com", "db.example.com."),
    ] {
        let server = authority.server(name, BOTH, |mut stream| {
            while read_request(&mut stream).is_some() {
                stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            }
        });
        for driver in Driver::ALL {
            let url = format!("https://{host}:{}", server.address.port());
            let client = driver.client(&url, authority.options(&server));
            client.send(&status()).unwrap();
        }
    }
}

#[test]
fn servers_that_do_not_finish_the_handshake() {
    for driver in Driver::ALL {
        for (answer, kind, attempts) in [
            (
                "HTTP/1.1 400 Bad Request\r\n\r\n",
                TransportErrorKind::Tls,
                1,
            ),
            // Closed in the middle.
            ("", TransportErrorKind::Connect, 3),
        ] {
            let server = RawServer::start(move |mut stream, _| {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(answer.as_bytes());
            });
            let url = format!("https://{}", server.address);
            let error = driver.client(&url, quick()).send(&write("job"));
            let error = error.unwrap_err();
            assert_eq!(
                facts(&error),
                (transport(kind), attempts, false),
                "{driver}: {error}"
            );
        }
    }
}

/// Clients with the same roots share them, and the blocking ones also their TLS sessions.
#[test]
fn a_client_with_other_roots_does_not_trust_a_session_of_another_client() {
    let [authority, other] = [Authority::new(), Authority::new()];
    for driver in Driver::ALL {
        let server = authority.server("localhost", BOTH, |mut stream| {
            while read_request(&mut stream).is_some() {
                stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            }
        });
        let client =
            |roots: &Authority| driver.client("https://localhost:8182", roots.options(&server));
        let [first, second, untrusting] = [&authority, &authority, &other].map(client);
        for _ in 0..2 {
            first.send(&status()).unwrap();
            second.send(&status()).unwrap();
            let error = untrusting.send(&status()).unwrap_err();
            let kind = transport(TransportErrorKind::Tls);
            assert_eq!(facts(&error), (kind, 1, false), "{driver}: {error}");
        }
    }
}

/// TCP stays open.
#[test]
fn an_end_in_tls_alone_is_noticed() {
    let authority = Authority::new();
    for driver in Driver::ALL {
        let (said, saying) = mpsc::channel();
        let server = authority.server("localhost", BOTH, move |mut stream| {
            read_request(&mut stream).unwrap();
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            stream.conn.send_close_notify();
            stream.flush().unwrap();
            said.send(()).unwrap();
            until_closed(&mut stream.sock);
        });
        let client = driver.client("https://localhost:8182", authority.options(&server));
        for _ in 0..3 {
            let answered = client.call(&write("job"), CallOptions::new()).unwrap();
            assert_eq!(answered.meta.attempts, 1, "{driver}");
            saying.recv().unwrap();
        }
        assert_eq!(server.accepted(), 3, "{driver}");
    }
}

/// Session tickets arrive in the meantime, and are not an answer.
#[test]
fn an_answer_that_comes_before_the_request_is_sent_is_read() {
    let authority = Authority::new();
    for driver in Driver::ALL {
        for versions in [BOTH, &[&TLS12]] {
            let (over, wait) = mpsc::channel::<()>();
            let wait = Mutex::new(wait);
            let server = authority.server("localhost", versions, move |mut stream| {
                let _ = stream.read(&mut [0; 1024]).unwrap();
                // By then the client cannot write any more, and looks for an answer.
                thread::sleep(Duration::from_millis(300));
                let head = "HTTP/1.1 413 X\r\ncontent-length: 2\r\n\r\n";
                stream.write_all(head.as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(300));
                stream.write_all(b"{}").unwrap();
                // It stays open, and nothing more is read.
                let _ = wait.lock().unwrap().recv();
            });
            let options = authority.options(&server).timeout(LONG * 3);
            let client = driver.client("https://localhost:8182", options);
            let large = CallOptions::new().extra("x", "x".repeat(LARGE));
            let error = client.call(&write("job"), large).unwrap_err();
            let unknown = ErrorKind::Service(ExceptionKind::Unknown);
            assert_eq!(facts(&error), (unknown, 1, false), "{driver}: {error}");
            drop(over);
        }
    }
}

#[test]
fn a_load_balancer_has_a_certificate_of_its_own() {
    let config = || Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    for driver in Driver::ALL {
        for (certificate, name, expected) in [
            (
                "lb.example.net",
                Some("lb.example.net"),
                Some("lb.example.net"),
            ),
            ("127.0.0.1", Some("127.0.0.1"), None),
            (
                "lb.example.net",
                Some("db.example.com"),
                Some("db.example.com"),
            ),
            ("lb.example.net", None, Some("db.example.com")),
            (
                "db.example.com",
                Some("lb.example.net"),
                Some("lb.example.net"),
            ),
        ] {
            let balancer = ServerOptions::new().tls(Tls::default().names([certificate]));
            let balancer = balancer.start(Emulator::new(config())).unwrap();
            let (proxy, _requests) = proxy_to(balancer.address());
            let roots = RootCertificates::Pem(balancer.ca_pem().unwrap().to_owned());
            let mut options = quick().root_certificates(roots);
            if let Some(name) = name {
                options = options.tls_server_name(name);
            }
            for options in [
                options.clone().connect_to(balancer.address().to_string()),
                options.clone().proxy(proxy_at(proxy.address)),
            ] {
                let endpoint = Endpoint::parse("https://db.example.com:8182").unwrap();
                let builder = driver.builder(endpoint.with_region(REGION).unwrap());
                let builder = builder.credentials(Credentials::new(ACCESS_KEY, SECRET_KEY));
                let client = builder.options(options).build().unwrap();
                let result = client.send(&status());
                if name == Some(certificate) {
                    // The signature is for the `host` header.
                    result.unwrap();
                } else {
                    let error = result.unwrap_err();
                    let tls = transport(TransportErrorKind::Tls);
                    assert_eq!(facts(&error), (tls, 1, false), "{driver}: {error}");
                    let text = error.to_string();
                    assert!(text.contains("ClientOptions::tls_server_name"), "{text}");
                }
                let handshakes = balancer.handshakes();
                let sent = &handshakes.last().unwrap().server_name;
                assert_eq!(sent.as_deref(), expected, "{driver}");
            }
        }
    }
}

#[test]
fn root_certificates_that_are_not_valid() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for driver in Driver::ALL {
        for text in ["", "no PEM", broken, "-----BEGIN CERTIFICATE-----\n"] {
            let roots = RootCertificates::Pem(text.to_owned());
            let endpoint = Endpoint::parse("https://db.example.com").unwrap();
            let builder = driver.builder(endpoint).unsigned();
            let builder = builder.options(quick().root_certificates(roots));
            let error = format!("{:?}", builder.build().unwrap_err());
            assert!(error.starts_with("Roots("), "{driver}: {text:?}: {error}");
        }
    }
}
