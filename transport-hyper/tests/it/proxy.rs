//! Through a proxy of a few lines.

use std::{
    io::{self, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use neptunedata_emulator::{Config, Emulator, Server};
use neptunedata_hyper::{
    BuildError, Client, Endpoint,
    transport::{Proxy, ProxyError, RouteError, TransportErrorKind},
};

use crate::support::*;

type Heads = Arc<Mutex<Vec<String>>>;

/// Leads everything to one address, whatever it is asked for, and notes what that was.
fn proxy(to: SocketAddr) -> (Raw, Heads) {
    let heads = Heads::default();
    let log = Arc::clone(&heads);
    let raw = Raw::start(move |mut client, _| {
        let head = read_request(&mut client).unwrap();
        let welcome = head.contains("proxy-authorization: Basic dXNlcjpzZWNyZXQ=\r\n");
        log.lock().unwrap().push(head);
        if !welcome {
            let refusal =
                b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
            client.write_all(refusal).unwrap();
            return;
        }
        let mut server = TcpStream::connect(to).unwrap();
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n")
            .unwrap();
        let (mut back, mut there) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut back, &mut there));
        let _ = io::copy(&mut client, &mut server);
    });
    (raw, heads)
}

fn emulator() -> Server {
    let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    Server::start(Emulator::new(config)).unwrap()
}

fn cluster() -> Endpoint {
    let endpoint = Endpoint::parse("http://db.cluster.test:8182").unwrap();
    endpoint.with_region(REGION).unwrap()
}

#[tokio::test]
async fn signed_calls_through_connect() {
    let server = emulator();
    let (raw, heads) = proxy(server.address());
    let url = format!("http://user:secret@{}", raw.address);
    let options = quick()
        .proxy(Proxy::parse(&url).unwrap())
        .allow_plain_http(true);
    let client = Client::builder(cluster())
        .credentials(credentials())
        .options(options)
        .build()
        .unwrap();
    for _ in 0..3 {
        client.send(&status()).await.unwrap();
    }
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 1, "one connection does");
    assert!(
        heads[0]
            .starts_with("CONNECT db.cluster.test:8182 HTTP/1.1\r\nhost: db.cluster.test:8182\r\n")
    );
    assert!(!format!("{client:?}").contains("secret"));
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_away() {
    let server = emulator();
    let (raw, _) = proxy(server.address());
    let away = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for (address, text, attempts) in [(raw.address, "407", 1), (away, "refused", 3)] {
        let proxy = Proxy::parse(&format!("http://user:wrong@{address}")).unwrap();
        let client = Client::builder(cluster())
            .unsigned()
            .options(quick().proxy(proxy))
            .build()
            .unwrap();
        let error = client.send(&start("a")).await.unwrap_err();
        assert_kind(&error, TransportErrorKind::Connect);
        assert_eq!(
            (error.attempts(), error.may_have_executed()),
            (attempts, false)
        );
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            source.contains(text) && !source.contains("wrong"),
            "{source}"
        );
    }
}

#[tokio::test]
async fn loopback_and_exceptions_go_straight() {
    let server = emulator();
    let nowhere = || Proxy::parse("http://127.0.0.1:1").unwrap();
    let direct = Client::builder(endpoint(server.address()))
        .credentials(credentials())
        .options(quick().proxy(nowhere()))
        .build()
        .unwrap();
    direct.send(&status()).await.unwrap();
    // A tunnel's end on this machine, and an exception for the cluster's name.
    for options in [
        quick().proxy(nowhere()),
        quick().proxy(nowhere().no_proxy(".cluster.test")),
    ] {
        let options = options
            .connect_to(server.address().to_string())
            .allow_plain_http(true);
        let client = Client::builder(cluster())
            .credentials(credentials())
            .options(options)
            .build()
            .unwrap();
        client.send(&status()).await.unwrap();
    }
}

/// The environment of this process is left alone, so a child looks at one.
#[test]
fn the_environment_is_asked_on_request() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "proxy::in_an_environment", "--ignored"])
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "ftp://wrong")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(
        child.status.success() && output.contains("1 passed"),
        "{output}"
    );
}

#[tokio::test]
#[ignore = "run by the test above, with variables set"]
async fn in_an_environment() {
    assert_eq!(
        std::env::var("http_proxy").as_deref(),
        Ok("http://127.0.0.1:1")
    );
    let server = emulator();
    let straight = || {
        Client::builder(cluster())
            .unsigned()
            .options(quick().connect_timeout(LONG))
    };
    let error = straight().proxy_from_environment().build().unwrap();
    let error = error.send(&status()).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Connect);
    // Not asked, not used. This machine is known here by a name for which the proxy would be.
    let to = || quick().connect_to(format!("0.0.0.0:{}", server.address().port()));
    let client = straight().options(to()).build().unwrap();
    let error = client.send(&status()).await.unwrap_err();
    assert!(error.service().is_some(), "{error}");
    let asked = straight().options(to()).proxy_from_environment();
    let error = asked.build().unwrap().send(&status()).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Connect);
    // Never for loopback.
    let local = Client::builder(endpoint(server.address())).credentials(credentials());
    let client = local.proxy_from_environment().build().unwrap();
    client.send(&status()).await.unwrap();
}

/// Also if the tunnel leads to it, or the cluster has its name.
#[tokio::test]
async fn exceptions_count_for_the_cluster_and_for_the_tunnels_end() {
    let server = Raw::start(|stream, _| serve_well(stream));
    // This machine by a name that is not known for that.
    let end = format!("0.0.0.0:{}", server.address.port());
    for (exceptions, straight) in [
        ("db.cluster.test", true),
        ("0.0.0.0", true),
        ("0.0.0.0/8", true),
        ("example.org", false),
    ] {
        let nowhere = Proxy::parse("http://127.0.0.1:1").unwrap();
        let options = quick().proxy(nowhere.no_proxy(exceptions));
        let client = Client::builder(cluster())
            .unsigned()
            .options(options.connect_to(&end))
            .build()
            .unwrap();
        let result = client.send(&status()).await;
        assert_eq!(result.is_ok(), straight, "{exceptions}: {result:?}");
    }
}

#[tokio::test]
async fn a_variable_that_is_no_proxy_matters_where_one_is_wanted() {
    if std::env::var_os("TEST_PROXY_BROKEN").is_none() {
        let status = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "proxy::a_variable_that_is_no_proxy_matters_where_one_is_wanted",
            ])
            .env("TEST_PROXY_BROKEN", "1")
            .env("http_proxy", "socks5://[")
            .env("NO_PROXY", "internal.test")
            .env_remove("no_proxy")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    let server = Raw::start(|stream, _| serve_well(stream));
    let tunnel = || quick().connect_to(server.address.to_string());
    let named = |url: &str| Endpoint::parse(url).unwrap();
    for (endpoint, options) in [
        (endpoint(server.address), quick()),
        (cluster(), tunnel()),
        (named("http://db.internal.test"), tunnel()),
    ] {
        let builder = Client::builder(endpoint).unsigned().options(options);
        let client = builder.proxy_from_environment().build().unwrap();
        client.send(&status()).await.unwrap();
    }
    let builder = Client::builder(cluster()).unsigned();
    let error = builder.proxy_from_environment().build().unwrap_err();
    let expected = RouteError::Proxy(ProxyError::Scheme);
    assert_eq!(error, BuildError::Route(expected));
}
