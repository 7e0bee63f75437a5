//! Calls per second over loopback, 1 and 64 in flight, compared with raw clients that send the same bytes, and with the
//! SDK. The clients run on one core, the server on another.

use std::{rc::Rc, sync::Arc, thread, time::Instant};

use http::Request;
use tokio::task::JoinSet;

use crate::{
    Size,
    clients::{
        self,
        Auth::{self, Signed, Unsigned},
    },
    process::Server,
    raw, requests,
    requests::{STATUS, cancel, runtime},
    row::{
        Measure, Row,
        Target::{AtLeast, Information},
    },
    sdk,
};

const UNIT: &str = "calls/s";

/// A client of ours, and the raw client that sends the same bytes.
struct Client {
    name: &'static str,
    peer: &'static str,
    profile: &'static str,
    ours: SetUp,
    raw: SetUp,
}

const HYPER: Client = Client {
    name: "hyper",
    peer: "hyper-util, same bytes",
    profile: "profiles/hyper.md",
    ours: our_hyper,
    raw: raw_hyper,
};

const BLOCKING: Client = Client {
    name: "blocking",
    peer: "ureq, same bytes",
    profile: "profiles/blocking.md",
    ours: our_blocking,
    raw: raw_ureq,
};

pub(crate) fn rows(size: Size) -> Vec<Row> {
    let row = |(client, in_flight, auth, target): (Client, usize, Auth, f64)| {
        Row::ratio(
            format!(
                "loopback, {}, {in_flight} in flight, {}",
                client.name,
                auth.name()
            ),
            UNIT,
            client.peer,
            AtLeast(target),
            compare(size, in_flight, auth, client.ours, client.raw),
        )
        .explained(client.profile)
    };
    let mut rows: Vec<_> = [
        (HYPER, 1, Unsigned, 0.95),
        (HYPER, 64, Unsigned, 0.85),
        (HYPER, 1, Signed, 0.92),
        (HYPER, 64, Signed, 0.75),
        (BLOCKING, 1, Unsigned, 0.95),
        (BLOCKING, 64, Unsigned, 0.88),
        (BLOCKING, 1, Signed, 0.92),
        (BLOCKING, 64, Signed, 0.80),
    ]
    .map(row)
    .into();
    for in_flight in [1, 64] {
        rows.push(Row::ratio(
            format!("loopback, hyper, {in_flight} in flight, signed, against the SDK"),
            UNIT,
            "SDK",
            Information,
            compare(size, in_flight, Signed, our_hyper, sdk_calls),
        ));
    }
    rows
}

/// Sets up the calls of one client.
type SetUp = fn(Size, usize, &Rc<Server>, Auth) -> Measure;

/// Sets up the calls of both clients, to the same server.
fn compare(
    size: Size,
    in_flight: usize,
    auth: Auth,
    ours: SetUp,
    peer: SetUp,
) -> impl FnOnce() -> (Measure, Measure) {
    move || {
        let server = Server::hyper(0);
        (
            ours(size, in_flight, &server, auth),
            peer(size, in_flight, &server, auth),
        )
    }
}

fn our_hyper(size: Size, in_flight: usize, server: &Rc<Server>, auth: Auth) -> Measure {
    let client = clients::hyper(&server.endpoint, auth);
    async_calls(size, in_flight, server, move || {
        let client = client.clone();
        async move {
            client.send(&cancel()).await.expect("our call");
        }
    })
}

/// The SDK signs its calls.
fn sdk_calls(size: Size, in_flight: usize, server: &Rc<Server>, _: Auth) -> Measure {
    let client = sdk::over_http(&server.endpoint);
    async_calls(size, in_flight, server, move || {
        let client = client.clone();
        async move { sdk::cancel(&client).await }
    })
}

fn raw_hyper(size: Size, in_flight: usize, server: &Rc<Server>, auth: Auth) -> Measure {
    let ours = raw::captured(|endpoint| {
        let client = clients::hyper(endpoint, auth);
        runtime()
            .block_on(client.send(&cancel()))
            .expect("our call");
    });
    let raw = raw::captured(|endpoint| {
        let request = raw::replayed(&ours, endpoint);
        runtime().block_on(raw::send(&raw::hyper(), &request));
    });
    assert_eq!(raw::lines(&raw), raw::lines(&ours));
    hyper_calls(
        size,
        in_flight,
        server,
        raw::replayed(&ours, &server.endpoint),
    )
}

/// Sends a request with hyper-util's client.
pub(crate) fn hyper_calls(
    size: Size,
    in_flight: usize,
    server: &Rc<Server>,
    request: Request<bytes::Bytes>,
) -> Measure {
    let (client, request) = (raw::hyper(), Arc::new(request));
    async_calls(size, in_flight, server, move || {
        let (client, request) = (client.clone(), request.clone());
        async move { assert!(!raw::send(&client, &request).await.is_empty()) }
    })
}

fn our_blocking(size: Size, in_flight: usize, server: &Rc<Server>, auth: Auth) -> Measure {
    let client = clients::blocking(&server.endpoint, auth);
    blocking_calls(size, in_flight, server, move || {
        client.send(&cancel()).expect("our call");
    })
}

fn raw_ureq(size: Size, in_flight: usize, server: &Rc<Server>, auth: Auth) -> Measure {
    let ours = raw::captured(|endpoint| {
        let client = clients::blocking(endpoint, auth);
        client.send(&cancel()).expect("our call");
    });
    let raw = raw::captured(|endpoint| {
        raw::send_blocking(&raw::ureq(), &raw::replayed(&ours, endpoint));
    });
    assert_eq!(raw::lines(&raw), raw::lines(&ours));
    let (agent, request) = (raw::ureq(), raw::replayed(&ours, &server.endpoint));
    blocking_calls(size, in_flight, server, move || {
        let body = raw::send_blocking(&agent, &request);
        assert_eq!(body, STATUS.as_bytes());
    })
}

/// The number of calls that each task or thread makes in one measurement, which takes about 0.3 s.
fn calls_of_each(size: Size, in_flight: usize) -> usize {
    match (size, in_flight) {
        (Size::Short, _) => 2,
        (Size::Full, 1) => 2_500,
        (Size::Full, in_flight) => 16_000 / in_flight,
    }
}

/// Each of `in_flight` tasks makes calls one after the other, all on this thread.
fn async_calls<F>(
    size: Size,
    in_flight: usize,
    server: &Rc<Server>,
    send: impl Fn() -> F + Clone + Send + 'static,
) -> Measure
where
    F: Future<Output = ()> + Send,
{
    let (runtime, server) = (requests::runtime(), server.clone());
    let calls = calls_of_each(size, in_flight);
    let run = move |calls: usize| {
        // The server process lives as long as the measurement.
        let _server = &server;
        runtime.block_on(async {
            let start = Instant::now();
            let mut tasks = JoinSet::new();
            for _ in 0..in_flight {
                let send = send.clone();
                tasks.spawn(async move {
                    for _ in 0..calls {
                        send().await;
                    }
                });
            }
            while let Some(ended) = tasks.join_next().await {
                ended.unwrap();
            }
            (in_flight * calls) as f64 / start.elapsed().as_secs_f64()
        })
    };
    // Opens the connections.
    run(1);
    Box::new(move || run(calls))
}

/// Each of `in_flight` threads makes calls one after the other.
fn blocking_calls(
    size: Size,
    in_flight: usize,
    server: &Rc<Server>,
    send: impl Fn() + Sync + 'static,
) -> Measure {
    let server = server.clone();
    let calls = calls_of_each(size, in_flight);
    let run = move |calls: usize| {
        let _server = &server;
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..in_flight {
                scope.spawn(|| (0..calls).for_each(|_| send()));
            }
        });
        (in_flight * calls) as f64 / start.elapsed().as_secs_f64()
    };
    run(1);
    Box::new(move || run(calls))
}
