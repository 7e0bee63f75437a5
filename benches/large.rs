//! 100 MB of openCypher rows over loopback, compared with a raw client that reads the whole body before serde_json
//! decodes it; and the memory that our clients need for 1 GB of rows.

use std::{
    convert::Infallible,
    hint::black_box,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::Request;
use hyper::body::{Frame, SizeHint};
use neptunedata::opencypher::ExecuteOpenCypherQuery;

use crate::{
    Size,
    clients::{self, Auth::Unsigned},
    data,
    process::{self, Server},
    raw,
    requests::runtime,
    row::{Measure, Row, Target::AtMost},
    types::{CypherResponse, CypherRow},
};

pub(crate) fn rows(size: Size) -> Vec<Row> {
    let (megabytes, peak_megabytes) = match size {
        Size::Full => (100, 1_000),
        Size::Short => (2, 4),
    };
    vec![
        Row::ratio(
            "100 MB of rows over loopback, hyper, typed",
            "ms",
            "hyper-util, then serde_json typed",
            AtMost(1.0),
            move || {
                let server = Server::hyper(megabytes);
                let (client, request) = (raw::hyper(), query(&server.endpoint));
                let runtime = runtime();
                let endpoint = server.endpoint.clone();
                let peer = move || {
                    // The server process lives as long as the measurement.
                    let _server = &server;
                    let body = runtime.block_on(raw::send(&client, &request));
                    decode(&body);
                };
                (millis(move || read_rows("hyper", &endpoint)), millis(peer))
            },
        ),
        Row::ratio(
            "100 MB of rows over loopback, blocking, typed",
            "ms",
            "ureq, then serde_json typed",
            AtMost(1.0),
            move || {
                let server = Server::hyper(megabytes);
                let (agent, request) = (raw::ureq(), query(&server.endpoint));
                let endpoint = server.endpoint.clone();
                let peer = move || {
                    let _server = &server;
                    decode(&raw::send_blocking(&agent, &request));
                };
                (
                    millis(move || read_rows("blocking", &endpoint)),
                    millis(peer),
                )
            },
        ),
        peak_memory("hyper", peak_megabytes),
        peak_memory("blocking", peak_megabytes),
    ]
}

/// The peak memory of a process that reads all rows.
fn peak_memory(client: &'static str, megabytes: usize) -> Row {
    let name = format!("peak memory at 1 GB of rows, {client}");
    Row::count(name, "MB", AtMost(12.0), move || {
        let server = Server::hyper(megabytes);
        // Measured once, because repeated figures differ by less than 3 %.
        let mut figure = None;
        Box::new(move || {
            let measure = || process::figure(&["peak-memory", client, &server.endpoint]);
            *figure.get_or_insert_with(measure)
        })
    })
}

/// Reads all rows, typed, with one of our clients.
pub(crate) fn read_rows(client: &str, endpoint: &str) {
    let query = ExecuteOpenCypherQuery::new("MATCH (n) RETURN n");
    match client {
        "hyper" => {
            let rows = clients::hyper(endpoint, Unsigned).rows::<CypherRow>(query);
            let used = rows.try_for_each(async |row| {
                black_box(row);
                Ok(())
            });
            runtime().block_on(used).expect("our rows");
        }
        _ => {
            for row in clients::blocking(endpoint, Unsigned).rows::<CypherRow>(query) {
                black_box(row.expect("our row"));
            }
        }
    }
}

fn query(endpoint: &str) -> Request<Bytes> {
    Request::post(format!("{endpoint}/opencypher"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from_static(b"query=MATCH%20%28n%29%20RETURN%20n"))
        .unwrap()
}

fn decode(body: &[u8]) {
    black_box(serde_json::from_slice::<CypherResponse>(body).unwrap());
}

fn millis(mut work: impl FnMut() + 'static) -> Measure {
    Box::new(move || {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e3
    })
}

/// A body of many rows: a megabyte of rows, repeated. Its length is known, so that a raw client can allocate its buffer
/// once.
#[derive(Clone)]
pub(crate) struct Body {
    rows: Bytes,
    comma_and_rows: Bytes,
    next: usize,
    blocks: usize,
}

impl Body {
    pub(crate) fn new(megabytes: usize) -> Self {
        let rows = data::cypher_rows(data::ROWS);
        Body {
            comma_and_rows: format!(", {rows}").into(),
            rows: rows.into(),
            next: 0,
            blocks: megabytes,
        }
    }

    /// The parts of the body: its start, the blocks of rows, and its end.
    fn part(&self, index: usize) -> Option<Bytes> {
        match index {
            0 => Some(Bytes::from_static(data::CYPHER_START.as_bytes())),
            1 if self.blocks > 0 => Some(self.rows.clone()),
            _ if index <= self.blocks => Some(self.comma_and_rows.clone()),
            _ if index == self.blocks + 1 => Some(Bytes::from_static(data::CYPHER_END.as_bytes())),
            _ => None,
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = self.part(self.next);
        self.next += 1;
        Poll::Ready(part.map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.part(self.next).is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = (self.next..).map_while(|index| self.part(index));
        SizeHint::with_exact(rest.map(|part| part.len() as u64).sum())
    }
}
