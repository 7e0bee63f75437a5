//! Endpoints and proxies that speak another protocol than their URLs say.

use std::{
    io::{Read, Write},
    net::SocketAddr,
};

use neptunedata::{
    Error,
    transport::{ClientOptions, Proxy, RootCertificates, TransportErrorKind},
};
use neptunedata_emulator::{Emulator, Server};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, ok, read_request, until_closed},
};

use crate::{authority::*, proxy_server::*, support::*};

const SPEAKS_TLS: &str = "the server speaks TLS on this port: write https://";
const NO_TLS: &str = "the server does not speak TLS on this port: check the port, or write http://";
const PROXY_SPEAKS_TLS: &str = "the proxy speaks TLS on this port: write https:// in";
const PROXY_NO_TLS: &str =
    "the proxy does not speak TLS on this port: check the port, or write http:// in";

/// The error of a write that was certainly not executed, and is not sent again.
fn error_of(driver: Driver, url: &str, options: ClientOptions, kind: TransportErrorKind) -> Error {
    let error = driver.client(url, options).send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(kind), 1, false),
        "{driver}: {error}"
    );
    error
}

/// A server that reads a request and sends this.
fn saying(bytes: &'static [u8]) -> RawServer {
    RawServer::start(move |mut stream, _| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(bytes);
        until_closed(&mut stream);
    })
}

/// The answer of Java's TLS to plain HTTP. OpenSSL closes the connection without an answer.
const ALERT: &[u8] = b"\x15\x03\x03\x00\x02\x02\x0a";

#[test]
fn http_to_a_port_with_tls() {
    let rustls = Server::start_tls(Emulator::default()).unwrap();
    let java = saying(ALERT);
    for driver in Driver::ALL {
        for address in [rustls.address(), java.address] {
            let url = format!("http://{address}");
            let error = error_of(driver, &url, quick(), TransportErrorKind::Protocol);
            let text = error.to_string();
            assert!(text.contains(SPEAKS_TLS), "{driver}: {text}");
        }
        // At the end of a tunnel.
        let (proxy, _requests) = proxy_to(rustls.address());
        let options = quick()
            .proxy(proxy_at(proxy.address))
            .connect_to("bastion.test:7000");
        let url = "http://db.cluster.test:8182";
        let text = error_of(driver, url, options, TransportErrorKind::Protocol).to_string();
        assert!(text.contains(SPEAKS_TLS), "{driver}: {text}");
    }
}

#[test]
fn https_to_a_port_without_tls() {
    for answer in [
        "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "220 smtp.example.com ESMTP\r\n",
    ] {
        let server = saying(answer.as_bytes());
        for driver in Driver::ALL {
            let (proxy, _requests) = proxy_to(server.address);
            for (url, options) in [
                (format!("https://{}", server.address), quick()),
                (
                    "https://db.cluster.test:8182".to_owned(),
                    quick().proxy(proxy_at(proxy.address)),
                ),
            ] {
                let error = error_of(driver, &url, options, TransportErrorKind::Tls);
                let causes = causes(&error).join(": ");
                assert!(causes.contains(NO_TLS), "{driver}: {causes}");
                assert!(!causes.contains("InvalidContentType"), "{driver}: {causes}");
            }
        }
    }
}

fn proxy_url(scheme: &str, address: SocketAddr) -> ClientOptions {
    let url = format!("{scheme}://{PROXY_NAME}:{}", address.port());
    quick().proxy(Proxy::parse(&url).unwrap())
}

#[test]
fn proxies_whose_url_has_the_wrong_scheme() {
    use TransportErrorKind::{Connect, Protocol, Tls};
    let authority = Authority::new();
    let roots = RootCertificates::Pem(authority.pem());
    let server = RawServer::answering(ok(HEALTHY));
    let plain = saying(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
    let (secure, _) = tls_proxy_to(server.address, &authority);
    for driver in Driver::ALL {
        for (options, url, kind, hint) in [
            (
                proxy_url("http", secure.address),
                "http://db.cluster.test",
                Protocol,
                PROXY_SPEAKS_TLS,
            ),
            (
                proxy_url("http", secure.address),
                "https://db.cluster.test",
                Connect,
                PROXY_SPEAKS_TLS,
            ),
            (
                proxy_url("https", plain.address),
                "http://db.cluster.test",
                Tls,
                PROXY_NO_TLS,
            ),
            (
                proxy_url("https", plain.address),
                "https://db.cluster.test",
                Tls,
                PROXY_NO_TLS,
            ),
        ] {
            let options = options.root_certificates(roots.clone());
            let text = error_of(driver, url, options, kind).to_string();
            assert!(text.contains(hint), "{driver}: {text}");
        }
    }
}

#[test]
fn responses_that_are_not_http_are_shown_and_may_have_executed() {
    for (answer, start) in [
        (&b"SSH-2.0-OpenSSH_9.6\r\n"[..], "SSH-2.0-OpenSSH_"),
        (b"220 smtp.example.com ESMTP\r\n", "220 smtp.example"),
        (b"\x16\x03\x03\x00\x31\x02", "\\x16\\x03\\x03\\x001\\x02"),
        // Only a part of an alert, and an alert of another length.
        (b"\x15\x03", "\\x15\\x03"),
        (
            b"\x15\x03\x03\x00\x1a\x00\x00",
            "\\x15\\x03\\x03\\x00\\x1a\\x00\\x00",
        ),
    ] {
        let server = saying(answer);
        for driver in Driver::ALL {
            let error = driver.client(&server.url(), quick()).send(&write("job"));
            let error = error.unwrap_err();
            let protocol = transport(TransportErrorKind::Protocol);
            assert_eq!(facts(&error), (protocol, 1, true), "{driver}: {error}");
            assert!(!error.to_string().contains("https://"), "{driver}: {error}");
            let expected = format!("the response begins with \"{start}\"");
            assert_eq!(causes(&error).last().unwrap(), &expected, "{driver}");
        }
    }
}

#[test]
fn an_alert_after_other_responses_says_nothing_about_execution() {
    for driver in Driver::ALL {
        let server = RawServer::start(|mut stream, _| {
            for answer in [ok(HEALTHY).as_bytes(), ALERT] {
                read_request(&mut stream).unwrap();
                stream.write_all(answer).unwrap();
            }
            until_closed(&mut stream);
        });
        let client = driver.client(&server.url(), quick());
        client.send(&status()).unwrap();
        let error = client.send(&write("job")).unwrap_err();
        let protocol = transport(TransportErrorKind::Protocol);
        assert_eq!(facts(&error), (protocol, 1, true), "{driver}: {error}");
        assert!(!error.to_string().contains("https://"), "{driver}: {error}");
    }
}
