//! The heap of a client that has made no call, with the default options and an `https` endpoint.

use bytes::Bytes;

use crate::{
    requests::{STATUS, credentials, endpoint},
    row::{
        Measure,
        Reach::{AtMost, Information},
        Row,
    },
    sdk,
};

const CLIENTS: usize = 100;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::count("idle client, heap, hyper", "bytes", AtMost(8_000.0), || {
            heap(|| neptunedata_hyper::Client::new(endpoint(), credentials()).unwrap())
        }),
        Row::count(
            "idle client, heap, blocking",
            "bytes",
            AtMost(8_000.0),
            || heap(|| neptunedata_blocking::Client::new(endpoint(), credentials()).unwrap()),
        ),
        // Its HTTP client is shared and not counted.
        Row::count(
            "idle client, heap, SDK without HTTP",
            "bytes",
            Information,
            || heap(|| sdk::in_memory(Bytes::from_static(STATUS.as_bytes()))),
        ),
    ]
}

/// The bytes that each further client of a process keeps on the heap.
fn heap<C: 'static>(client: impl Fn() -> C + 'static) -> Measure {
    let first = client();
    Box::new(move || {
        let _first = &first;
        let mut clients = Vec::with_capacity(CLIENTS);
        let info = allocation_counter::measure(|| clients.extend((0..CLIENTS).map(|_| client())));
        info.bytes_current as f64 / CLIENTS as f64
    })
}
