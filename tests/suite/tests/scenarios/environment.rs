//! Variables of the environment that other programs obey.

use std::{
    io::ErrorKind,
    net::TcpListener,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use neptunedata::{CallOptions, Endpoint, engine::GetEngineStatus, transport::ClientOptions};
use neptunedata_tests::client::Driver;

use crate::support::server;

const CHILD: &str = "SCENARIOS_BEHIND_A_PROXY";

/// Nobody asked for a proxy, so there is none: every other test of this file passes, and the proxy hears of none.
#[test]
fn all_tests_pass_with_a_proxy_in_the_environment() {
    if std::env::var_os(CHILD).is_some() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--test-threads", "4"]).env(CHILD, "1");
    for scheme in ["http", "https", "all"] {
        let name = format!("{scheme}_proxy");
        command.env(name.to_uppercase(), &proxy).env(name, &proxy);
    }
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let of_names = "environment::a_cluster_that_is_elsewhere_by_its_name ... ok";
    assert!(text.contains(of_names), "{text}");
    let passed = text
        .lines()
        .filter(|line| line.ends_with(" ... ok"))
        .count();
    assert!(passed > 20, "{text}");
    // Whoever had asked it would be in its queue.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(100) {
        match listener.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => panic!("the proxy was asked: {result:?}"),
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// For loopback there never is a proxy, and all others are there. This is a cluster for which there would be one.
#[test]
fn a_cluster_that_is_elsewhere_by_its_name() {
    let server = server(false);
    let options = || {
        let end = format!("0.0.0.0:{}", server.address().port());
        ClientOptions::new().connect_to(end)
    };
    let url = "http://db.cluster.test:8182";
    let endpoint = Endpoint::parse(url).unwrap();
    let route = options().route(&endpoint, |name| std::env::var(name).ok());
    let there_is_one = std::env::var_os(CHILD).is_some();
    if there_is_one {
        assert!(route.unwrap().proxy.is_some());
    }
    for driver in Driver::ALL {
        let client = driver.client(url, options());
        let status = client.call(&GetEngineStatus::new(), CallOptions::new());
        status.unwrap_or_else(|error| panic!("{driver:?}: {error}"));
    }
}
