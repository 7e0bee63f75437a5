//! Through a proxy, or around it.

use std::{
    env,
    io::{self, Write},
    net::TcpStream,
    process::Command,
    sync::mpsc,
    thread,
};

use neptunedata_blocking::{
    BuildError, Client, ClientBuilder, Endpoint,
    engine::GetEngineStatus,
    transport::{Proxy, ProxyError, RouteError, TransportErrorKind},
};

use crate::support::*;

/// A proxy that connects everything to one place, and tells what it was asked.
fn proxy(place: std::net::SocketAddr) -> (Peer, mpsc::Receiver<String>) {
    let (seen, requests) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        seen.send(request(&mut stream).unwrap()).unwrap();
        let mut cluster = TcpStream::connect(place).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n")
            .unwrap();
        let (mut back, mut forth) = (cluster.try_clone().unwrap(), stream.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut back, &mut forth));
        let _ = io::copy(&mut stream, &mut cluster);
    });
    (peer, requests)
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder(Endpoint::parse(url).unwrap()).unsigned()
}

#[test]
fn connections_are_asked_for_by_name() {
    let cluster = Peer::answering(ok(HEALTHY));
    let (proxy, requests) = proxy(cluster.address);
    let url = format!("http://user:pass@{}", proxy.address);
    let options = options().proxy(Proxy::parse(&url).unwrap());
    let client = builder("http://db.example.com:8182")
        .options(options)
        .build()
        .unwrap();
    for _ in 0..3 {
        client.send(&GetEngineStatus::new()).unwrap();
    }
    assert_eq!(
        requests.recv().unwrap(),
        "CONNECT db.example.com:8182 HTTP/1.1\r\nhost: db.example.com:8182\r\n\
         proxy-authorization: Basic dXNlcjpwYXNz\r\n\r\n"
    );
    assert_eq!((proxy.accepted(), cluster.accepted()), (1, 1));
    assert!(!format!("{client:?}").contains("pass"));
}

#[test]
fn tunnels_elsewhere_go_through_it_and_those_on_this_machine_do_not() {
    let cluster = Peer::answering(ok(HEALTHY));
    let (proxy, requests) = proxy(cluster.address);
    let options = || options().proxy(Proxy::parse(&format!("http://{}", proxy.address)).unwrap());
    let far = options().connect_to("bastion.example.com:7000");
    let client = builder("http://db.example.com:8182")
        .options(far)
        .build()
        .unwrap();
    client.send(&GetEngineStatus::new()).unwrap();
    assert!(
        requests
            .recv()
            .unwrap()
            .starts_with("CONNECT bastion.example.com:7000 HTTP/1.1\r\n")
    );

    let near = options().connect_to(cluster.address.to_string());
    let client = builder("http://db.example.com:8182")
        .options(near)
        .build()
        .unwrap();
    client.send(&GetEngineStatus::new()).unwrap();
    let loopback = format!("http://{}", cluster.address);
    builder(&loopback)
        .options(options())
        .build()
        .unwrap()
        .send(&GetEngineStatus::new())
        .unwrap();
    assert_eq!((proxy.accepted(), cluster.accepted()), (1, 3));
}

#[test]
fn a_proxy_that_refuses_sent_nothing() {
    for (answer, attempts) in [
        // The same password will not do the next time.
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", 1),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", 3),
        ("SSH-2.0-x\r\n\r\n", 3),
        ("", 3),
    ] {
        let proxy = Peer::start(move |mut stream, _| {
            request(&mut stream).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let options = options().proxy(Proxy::parse(&format!("http://{}", proxy.address)).unwrap());
        let client = builder("https://db.example.com")
            .options(options)
            .build()
            .unwrap();
        let error = client.send(&write("job")).unwrap_err();
        assert_eq!(
            facts(&error),
            (transport(TransportErrorKind::Connect), attempts, false),
            "{error}"
        );
    }
}

/// The environment belongs to the whole process, so this is one of its own.
#[test]
fn the_environment_is_read_on_request() {
    let Ok(expected) = env::var("TEST_PROXY_EXPECTED") else {
        let cluster = Peer::answering(ok(HEALTHY));
        let (proxy, requests) = proxy(cluster.address);
        let status = Command::new(env::current_exe().unwrap())
            .args(["--exact", "proxy::the_environment_is_read_on_request"])
            .env("TEST_PROXY_EXPECTED", proxy.address.to_string())
            .env("http_proxy", format!("http://{}", proxy.address))
            .env("NO_PROXY", "internal.example.com")
            .env_remove("ALL_PROXY")
            .env_remove("no_proxy")
            .status()
            .unwrap();
        assert!(status.success());
        assert!(
            requests
                .recv()
                .unwrap()
                .starts_with("CONNECT db.example.com:8182 ")
        );
        assert_eq!(proxy.accepted(), 1);
        return;
    };
    let once = || options().connect_timeout(std::time::Duration::from_millis(500));
    let fails = |builder: ClientBuilder| {
        let client = builder.options(once()).build().unwrap();
        client
            .call(&GetEngineStatus::new())
            .max_attempts(1)
            .send()
            .is_err()
    };
    let url = "http://db.example.com:8182";
    assert!(fails(builder(url)), "not asked to look");
    assert!(fails(
        builder("http://internal.example.com").proxy_from_environment()
    ));
    let client = builder(url)
        .options(options())
        .proxy_from_environment()
        .build()
        .unwrap();
    assert!(format!("{client:?}").contains(&expected));
    client.send(&GetEngineStatus::new()).unwrap();
}

/// Also if the tunnel leads to it, or the cluster has its name.
#[test]
fn exceptions_count_for_the_cluster_and_for_the_tunnels_end() {
    let cluster = Peer::answering(ok(HEALTHY));
    // This machine by a name that is not known for that.
    let end = format!("0.0.0.0:{}", cluster.address.port());
    for (exceptions, straight) in [
        ("db.example.com", true),
        ("0.0.0.0", true),
        ("0.0.0.0/8", true),
        ("example.org", false),
    ] {
        let nowhere = Proxy::parse("http://127.0.0.1:1").unwrap();
        let options = options().proxy(nowhere.no_proxy(exceptions));
        let client = builder("http://db.example.com:8182")
            .options(options.connect_to(&end))
            .build()
            .unwrap();
        let result = client.send(&GetEngineStatus::new());
        assert_eq!(result.is_ok(), straight, "{exceptions}: {result:?}");
    }
}

#[test]
fn a_variable_that_is_no_proxy_matters_where_one_is_wanted() {
    if env::var_os("TEST_PROXY_BROKEN").is_none() {
        let status = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "proxy::a_variable_that_is_no_proxy_matters_where_one_is_wanted",
            ])
            .env("TEST_PROXY_BROKEN", "1")
            .env("http_proxy", "socks5://[")
            .env("NO_PROXY", "internal.example.com")
            .env_remove("no_proxy")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    let cluster = Peer::answering(ok(HEALTHY));
    let tunnel = || options().connect_to(cluster.address.to_string());
    for (url, options) in [
        (format!("http://{}", cluster.address), options()),
        ("http://db.example.com".to_owned(), tunnel()),
        ("http://db.internal.example.com".to_owned(), tunnel()),
    ] {
        let builder = builder(&url).options(options).proxy_from_environment();
        let client = builder.build().unwrap();
        client.send(&GetEngineStatus::new()).unwrap();
    }
    let error = builder("http://db.example.com")
        .proxy_from_environment()
        .build()
        .unwrap_err();
    let expected = RouteError::Proxy(ProxyError::Scheme);
    assert_eq!(error, BuildError::Route(expected));
}
