//! Connections through a proxy, or past it.

use std::{env, io::Write, process::Command, time::Duration};

use neptunedata::{
    Credentials, Endpoint,
    transport::{ClientOptions, Proxy, RootCertificates, TransportErrorKind},
};
use neptunedata_emulator::{Config, Emulator, Server, ServerOptions, Tls};
use neptunedata_tests::{
    client::{Client, ClientBuilder, Driver, quick},
    raw_server::{RawServer, ok, read_request, unused_address},
};

use crate::{proxy_server::*, support::*};

/// Through a tunnel.
const CLUSTER: &str = "https://db.cluster.test:8182";
/// Through a proxy that forwards requests.
const PLAIN: &str = "http://db.cluster.test:8182";

/// A proxy address that refuses connections.
fn nowhere() -> Proxy {
    Proxy::parse("http://127.0.0.1:1").unwrap()
}

fn signed(driver: Driver, url: &str, options: ClientOptions) -> Client {
    let endpoint = Endpoint::parse(url).unwrap().with_region(REGION);
    let builder = driver.builder(endpoint.unwrap());
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY);
    let builder = builder.credentials(credentials).options(options);
    builder.build().unwrap()
}

#[test]
fn signed_calls_through_a_tunnel() {
    let emulator = || Emulator::new(Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION));
    let tls = Tls::default().names(["db.cluster.test"]);
    let server = ServerOptions::new().tls(tls).start(emulator()).unwrap();
    let plain = Server::start(emulator()).unwrap();
    for driver in Driver::ALL {
        let (proxy, requests) = proxy_to(server.address());
        let roots = RootCertificates::Pem(server.ca_pem().unwrap().to_owned());
        let options = quick().proxy(proxy_at(proxy.address));
        let client = signed(driver, CLUSTER, options.root_certificates(roots));
        for _ in 0..3 {
            client.send(&status()).unwrap();
        }
        let request = requests.recv().unwrap();
        for line in [
            "CONNECT db.cluster.test:8182 HTTP/1.1\r\n",
            "ost: db.cluster.test:8182\r\n",
            "uthorization: Basic dXNlcjpzZWNyZXQ=\r\n",
        ] {
            assert!(request.contains(line), "{driver}: {request}");
        }
        assert_eq!(proxy.accepted(), 1, "{driver}");
        assert!(!format!("{client:?}").contains("secret"));

        // A tunnel of the caller's own is reached through the proxy as well, also without TLS: a proxy that forwards
        // requests would replace the `host` header.
        let (proxy, requests) = proxy_to(plain.address());
        let options = quick().proxy(proxy_at(proxy.address));
        let options = options.connect_to("bastion.example.com:7000");
        signed(driver, PLAIN, options.allow_plain_http(true))
            .send(&status())
            .unwrap();
        let request = requests.recv().unwrap();
        let bastion = "CONNECT bastion.example.com:7000 HTTP/1.1\r\n";
        assert!(request.starts_with(bastion), "{request}");
    }
}

#[test]
fn loopback_goes_past_the_proxy() {
    let server = RawServer::answering(ok(HEALTHY));
    for driver in Driver::ALL {
        let direct = driver.client(&server.url(), quick().proxy(nowhere()));
        direct.send(&status()).unwrap();
        // Also at the end of a tunnel on this machine.
        for options in [
            quick().proxy(nowhere()),
            quick().proxy(nowhere().no_proxy(".cluster.test")),
        ] {
            let options = options.connect_to(server.address.to_string());
            let client = signed(driver, PLAIN, options.allow_plain_http(true));
            client.send(&status()).unwrap();
        }
    }
}

#[test]
fn exceptions_count_for_the_cluster_and_for_the_end_of_the_tunnel() {
    let server = RawServer::answering(ok(HEALTHY));
    // This machine, by a name that is not known as such.
    let end = format!("0.0.0.0:{}", server.address.port());
    for driver in Driver::ALL {
        for (exceptions, is_direct) in [
            ("db.cluster.test", true),
            ("0.0.0.0", true),
            ("0.0.0.0/8", true),
            ("example.org", false),
        ] {
            let options = quick().proxy(nowhere().no_proxy(exceptions));
            let client = driver.client(PLAIN, options.connect_to(&end));
            let result = client.send(&status());
            assert_eq!(
                result.is_ok(),
                is_direct,
                "{driver}: {exceptions}: {result:?}"
            );
        }
    }
}

#[test]
fn proxies_that_do_not_connect() {
    let connect = transport(TransportErrorKind::Connect);
    let long = "x".repeat(20_000);
    for (answer, reason, attempts) in [
        // The password is as wrong in the next attempt.
        (
            "HTTP/1.1 407 X\r\n\r\n",
            "the proxy responded with status 407",
            1,
        ),
        (
            "HTTP/1.1 503 X\r\n\r\n",
            "the proxy responded with status 503",
            3,
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            "the proxy sent data after its response",
            3,
        ),
        // The libraries have texts of their own.
        ("", "", 3),
        ("HTTP/1.1 200 OK\r\n", "", 3),
        ("HTTP/1.1 20 X\r\n\r\n", "", 3),
        ("220 smtp\r\n\r\n", "", 3),
        (&long, "", 3),
    ] {
        let bytes = answer.to_owned();
        let proxy = RawServer::start(move |mut stream, _| {
            read_request(&mut stream);
            let _ = stream.write_all(bytes.as_bytes());
        });
        for driver in Driver::ALL {
            let options = quick().proxy(proxy_at(proxy.address));
            let error = soon(|| {
                driver
                    .client(CLUSTER, options)
                    .send(&write("job"))
                    .unwrap_err()
            });
            assert_eq!(
                facts(&error),
                (connect, attempts, false),
                "{driver}: {error}"
            );
            let causes = causes(&error);
            let last = causes.last().unwrap();
            assert!(last.starts_with(reason), "{driver}: {last}");
            assert!(!causes.concat().contains("secret"), "{causes:?}");
        }
    }
    for driver in Driver::ALL {
        let client = driver.client(CLUSTER, quick().proxy(proxy_at(unused_address())));
        let error = client.send(&write("job")).unwrap_err();
        assert_eq!(facts(&error), (connect, 3, false), "{driver}: {error}");
        let causes = causes(&error).concat();
        assert!(
            causes.contains("refused") && !causes.contains("secret"),
            "{causes}"
        );
    }
}

#[test]
fn proxies_that_do_not_respond() {
    use TransportErrorKind::{ConnectTimeout, Deadline, Timeout};
    let proxy = RawServer::silent();
    let limit = Duration::from_millis(200);
    for (options, kind, reason) in [
        (
            quick().connect_timeout(limit),
            ConnectTimeout,
            Some("GetEngineStatus: timed out after 200ms connecting to db.cluster.test:8182"),
        ),
        (quick().timeout(limit), Deadline, None),
        (quick().attempt_timeout(limit), Timeout, None),
    ] {
        let both = Driver::ALL.map(|driver| {
            let options = options.clone().proxy(proxy_at(proxy.address));
            let client = driver.client(CLUSTER, options);
            let error = soon(|| client.call(&status(), once()).unwrap_err());
            assert_eq!(
                facts(&error),
                (transport(kind), 1, false),
                "{driver}: {error}"
            );
            causes(&error)
        });
        assert_eq!(both[0], both[1]);
        if let Some(reason) = reason {
            assert_eq!(both[0], [reason]);
        }
    }
}

/// Runs a test of this file in a process of its own, with these variables.
fn run_in_environment(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("proxy::{test}"), "--ignored"]);
    for name in ["no_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

fn unsigned(driver: Driver, url: &str, options: ClientOptions) -> ClientBuilder {
    let builder = driver.builder(Endpoint::parse(url).unwrap());
    builder.unsigned().options(options)
}

#[test]
fn the_environment_is_asked_on_request() {
    let server = RawServer::answering(ok(HEALTHY));
    let (proxy, requests) = proxy_to(server.address);
    run_in_environment(
        "in_an_environment",
        &[
            ("http_proxy", &proxy.url()),
            ("HTTP_PROXY", &proxy.url()),
            ("https_proxy", &proxy.url()),
            ("HTTPS_PROXY", &proxy.url()),
            ("NO_PROXY", "internal.example.com"),
            ("ALL_PROXY", "ftp://wrong"),
        ],
    );
    let asked: Vec<_> = requests.try_iter().collect();
    assert_eq!(asked.len(), Driver::ALL.len(), "{asked:?}");
    for request in asked {
        assert!(
            request.starts_with("GET http://db.cluster.test:8182/status "),
            "{request}"
        );
    }
}

#[test]
#[ignore = "run by the test above, with variables set"]
fn in_an_environment() {
    let brief = || quick().connect_timeout(Duration::from_millis(500));
    for driver in Driver::ALL {
        let fails = |builder: ClientBuilder| {
            let result = builder.build().unwrap().call(&status(), once());
            result.is_err()
        };
        assert!(fails(unsigned(driver, PLAIN, brief())), "not asked for");
        let internal = unsigned(driver, "http://internal.example.com", brief());
        assert!(fails(internal.proxy_from_environment()), "an exception");
        let client = unsigned(driver, PLAIN, quick()).proxy_from_environment();
        client.build().unwrap().send(&status()).unwrap();
        // Never for loopback.
        let server = RawServer::answering(ok(HEALTHY));
        let local = unsigned(driver, &server.url(), quick()).proxy_from_environment();
        local.build().unwrap().send(&status()).unwrap();
        // Not asked: this machine, by a name for which there would be a proxy.
        let end = quick().connect_to(format!("0.0.0.0:{}", server.address.port()));
        let direct = unsigned(driver, PLAIN, end).build().unwrap();
        direct.send(&status()).unwrap();
        assert_eq!(server.accepted(), 2);

        let tls = Tls::default().names(["db.cluster.test"]);
        let secure = ServerOptions::new().tls(tls);
        let secure = secure.start(Emulator::default()).unwrap();
        let roots = RootCertificates::Pem(secure.ca_pem().unwrap().to_owned());
        let end = quick().connect_to(format!("0.0.0.0:{}", secure.address().port()));
        let direct = end.root_certificates(roots);
        let direct = driver.client("https://db.cluster.test:8182", direct);
        direct.send(&status()).unwrap();
    }
}

#[test]
fn an_invalid_variable_matters_only_where_a_proxy_is_wanted() {
    run_in_environment(
        "with_an_invalid_variable",
        &[("http_proxy", "socks5://["), ("NO_PROXY", "internal.test")],
    );
}

#[test]
#[ignore = "run by the test above, with variables set"]
fn with_an_invalid_variable() {
    let server = RawServer::answering(ok(HEALTHY));
    let tunnel = || quick().connect_to(server.address.to_string());
    for driver in Driver::ALL {
        for (url, options) in [
            (&*server.url(), quick()),
            (PLAIN, tunnel()),
            ("http://db.internal.test", tunnel()),
        ] {
            let builder = unsigned(driver, url, options).proxy_from_environment();
            builder.build().unwrap().send(&status()).unwrap();
        }
        let builder = unsigned(driver, PLAIN, quick()).proxy_from_environment();
        let error = builder.build().unwrap_err();
        assert_eq!(format!("{error:?}"), "Route(Proxy(Scheme))", "{driver}");
    }
}
