//! The heap of an idle client, with the default options and an `https` endpoint.

use std::{net::TcpListener, thread};

use bytes::Bytes;
use neptunedata::Endpoint;

use crate::{
    requests::{STATUS, cancel, credentials, endpoint, runtime},
    row::{
        Measure, Row,
        Target::{AtMost, Information},
    },
    sdk,
};

const CLIENTS: u32 = 100;

pub(crate) fn rows() -> Vec<Row> {
    let target = AtMost(8_000.0);
    let after = "after a failed handshake";
    vec![
        Row::count("idle client, heap, hyper", "bytes", target, || {
            heap(|| neptunedata_hyper::Client::new(endpoint(), credentials()).unwrap())
        }),
        Row::count("idle client, heap, blocking", "bytes", target, || {
            heap(|| neptunedata_blocking::Client::new(endpoint(), credentials()).unwrap())
        }),
        // A client may make its TLS configuration only for its first handshake.
        Row::count(
            format!("idle client, heap, hyper, {after}"),
            "bytes",
            target,
            || {
                let (endpoint, runtime) = (closing_server(), runtime());
                heap(move || {
                    let client =
                        neptunedata_hyper::Client::new(endpoint.clone(), credentials()).unwrap();
                    let call = client.call(cancel()).max_attempts(1);
                    runtime.block_on(call.send()).expect_err("no handshake");
                    client
                })
            },
        ),
        Row::count(
            format!("idle client, heap, blocking, {after}"),
            "bytes",
            target,
            || {
                let endpoint = closing_server();
                heap(move || {
                    let client =
                        neptunedata_blocking::Client::new(endpoint.clone(), credentials()).unwrap();
                    let call = client.call(cancel()).max_attempts(1);
                    call.send().expect_err("no handshake");
                    client
                })
            },
        ),
        // The SDK's HTTP client is shared and not counted.
        Row::count(
            "idle client, heap, SDK without HTTP",
            "bytes",
            Information,
            || heap(|| sdk::in_memory(Bytes::from_static(STATUS.as_bytes()))),
        ),
    ]
}

/// The bytes on the heap of each client, except the first one of the process.
fn heap<C: 'static>(client: impl Fn() -> C + 'static) -> Measure {
    let first = client();
    Box::new(move || {
        // The first client still exists: the others can share with it what clients have in common.
        let _first = &first;
        let mut clients = Vec::with_capacity(CLIENTS as usize);
        let info = allocation_counter::measure(|| clients.extend((0..CLIENTS).map(|_| client())));
        info.bytes_current as f64 / f64::from(CLIENTS)
    })
}

/// Closes each connection at once, so that no handshake succeeds.
fn closing_server() -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(drop));
    Endpoint::parse(&url)
        .unwrap()
        .with_region("eu-west-1")
        .unwrap()
}
