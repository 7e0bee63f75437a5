//! Proxies that forward requests, and proxies with TLS.

use std::{io::Write, sync::mpsc};

use neptunedata::{
    Credentials, Endpoint,
    transport::{ClientOptions, Proxy, RootCertificates, TransportErrorKind},
};
use neptunedata_emulator::{Config, Emulator, Server};
use neptunedata_tests::{
    client::{Client, Driver, quick},
    raw_server::{RawServer, ok, read_request, response},
};

use crate::{authority::*, proxy_server::*, support::*};

const CLUSTER: &str = "http://db.cluster.test:8182";

const AUTHORIZATION: &str = "uthorization: Basic dXNlcjpzZWNyZXQ=\r\n";

fn signed(driver: Driver, options: ClientOptions) -> Client {
    let endpoint = Endpoint::parse(CLUSTER).unwrap().with_region(REGION);
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY);
    let builder = driver.builder(endpoint.unwrap()).credentials(credentials);
    let builder = builder.options(options.allow_plain_http(true));
    builder.build().unwrap()
}

#[test]
fn plain_endpoints_are_reached_by_the_whole_url() {
    let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    let server = Server::start(Emulator::new(config)).unwrap();
    let authority = Authority::new();
    for driver in Driver::ALL {
        for secure in [false, true] {
            let (proxy, requests, options) = if secure {
                let (proxy, requests) = tls_proxy_to(server.address(), &authority);
                let roots = RootCertificates::Pem(authority.pem());
                let options = quick().root_certificates(roots);
                let options = options.proxy(tls_proxy_at(proxy.address));
                (proxy, requests, options)
            } else {
                let (proxy, requests) = proxy_to(server.address());
                let options = quick().proxy(proxy_at(proxy.address));
                (proxy, requests, options)
            };
            let client = signed(driver, options);
            for _ in 0..3 {
                client.send(&status()).unwrap();
                let request = requests.recv().unwrap();
                for line in [
                    "GET http://db.cluster.test:8182/status HTTP/1.1\r\n",
                    "\r\nhost: db.cluster.test:8182\r\n",
                    AUTHORIZATION,
                ] {
                    assert!(request.contains(line), "{driver}: {request}");
                }
            }
            assert_eq!(proxy.accepted(), 1, "{driver}");
            assert!(!format!("{client:?}").contains("secret"));
        }
    }
}

#[test]
fn requests_with_bodies_are_forwarded() {
    let server = RawServer::answering(ok(r#"{"id":"job"}"#));
    let (proxy, requests) = proxy_to(server.address);
    for driver in Driver::ALL {
        let options = quick().proxy(Proxy::parse(&proxy.url()).unwrap());
        driver
            .client("http://db.cluster.test", options)
            .send(&write("job"))
            .unwrap();
        let request = requests.recv().unwrap();
        let line = "POST http://db.cluster.test/ml/modeltraining HTTP/1.1\r\n";
        assert!(request.starts_with(line), "{request}");
        assert!(!request.contains("uthorization"), "{request}");
    }
}

#[test]
fn secure_endpoints_are_reached_through_tunnels_of_proxies_with_tls() {
    let authority = Authority::new();
    let (seen, received) = mpsc::channel();
    let server = authority.server("db.cluster.test", BOTH, move |mut stream| {
        while let Some(request) = read_request(&mut stream) {
            seen.send(request).unwrap();
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    for driver in Driver::ALL {
        let (proxy, requests) = tls_proxy_to(server.address, &authority);
        let roots = RootCertificates::Pem(authority.pem());
        let options = quick().root_certificates(roots);
        let options = options.proxy(tls_proxy_at(proxy.address));
        let client = driver.client("https://db.cluster.test:8182", options);
        for _ in 0..3 {
            client.send(&status()).unwrap();
            let request = received.recv().unwrap();
            assert!(request.starts_with("GET /status HTTP/1.1\r\n"), "{request}");
            assert!(!request.contains("uthorization"), "{request}");
        }
        let request = requests.recv().unwrap();
        let line = "CONNECT db.cluster.test:8182 HTTP/1.1\r\n";
        assert!(
            request.starts_with(line) && request.contains(AUTHORIZATION),
            "{request}"
        );
        assert_eq!(proxy.accepted(), 1, "{driver}");
    }
}

#[test]
fn a_proxy_that_requires_a_password_executes_nothing() {
    let server = RawServer::answering(response("407 X", ""));
    for driver in Driver::ALL {
        let options = quick().proxy(proxy_at(server.address));
        let error = driver
            .client(CLUSTER, options)
            .send(&write("job"))
            .unwrap_err();
        let connect = transport(TransportErrorKind::Connect);
        assert_eq!(facts(&error), (connect, 1, false), "{driver}: {error}");
        let reason = "the proxy responded with status 407";
        assert_eq!(causes(&error).last().unwrap(), reason, "{driver}");
    }
}

#[test]
fn certificates_of_proxies_are_checked() {
    let authority = Authority::new();
    let trusting = quick().root_certificates(RootCertificates::Pem(authority.pem()));
    let server = RawServer::answering(ok(HEALTHY));
    for driver in Driver::ALL {
        for (options, host, hint) in [
            (
                quick(),
                PROXY_NAME,
                "add it to ClientOptions::root_certificates",
            ),
            (
                trusting.clone(),
                "127.0.0.1",
                "write that name in the proxy's URL",
            ),
        ] {
            let (proxy, _requests) = tls_proxy_to(server.address, &authority);
            let address = format!("{host}:{}", proxy.address.port());
            for cluster in [CLUSTER, "https://db.cluster.test:8182"] {
                let proxy = Proxy::parse(&format!("https://{address}")).unwrap();
                let options = options.clone().proxy(proxy);
                let error = driver
                    .client(cluster, options)
                    .send(&write("job"))
                    .unwrap_err();
                let tls = transport(TransportErrorKind::Tls);
                assert_eq!(facts(&error), (tls, 1, false), "{driver}: {error}");
                let text = error.to_string();
                assert!(text.contains(&address), "{driver}: {text}");
                assert!(text.contains(hint), "{driver}: {text}");
            }
        }
    }
}

#[test]
fn addresses_of_proxies_may_be_ipv6() {
    for driver in Driver::ALL {
        for scheme in ["http", "https"] {
            for cluster in [CLUSTER, "https://db.cluster.test:8182"] {
                let proxy = Proxy::parse(&format!("{scheme}://[::1]:3128")).unwrap();
                driver.client(cluster, quick().proxy(proxy));
            }
        }
    }
}
