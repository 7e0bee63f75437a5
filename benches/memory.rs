//! The async client over a connection in memory, compared with hyper-util's client over such a connection. Without
//! sockets, only the work of the clients is measured.

use std::{
    future::{Ready, ready},
    io,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use neptunedata_hyper::Client;
use tower_service::Service;

use crate::{
    Size,
    clients::{self, Auth},
    measure::{allocated_bytes, cpu_micros},
    raw,
    requests::{STATUS, cancel, runtime},
    row::{
        Row,
        Target::{AtMost, Information},
    },
};

const ENDPOINT: &str = "http://127.0.0.1:8182";

pub(crate) fn rows(size: Size) -> Vec<Row> {
    let mut rows = Vec::new();
    for (auth, target) in [(Auth::Unsigned, 1.25), (Auth::Signed, 1.5)] {
        rows.push(
            Row::ratio(
                format!("hyper, connection in memory, {}", auth.name()),
                "µs",
                "hyper-util, same bytes",
                AtMost(target),
                move || (cpu_micros(size, ours(auth)), cpu_micros(size, peer(auth))),
            )
            .explained("profiles/hyper.md"),
        );
        rows.push(Row::count(
            format!("hyper, connection in memory, {}: allocated", auth.name()),
            "bytes",
            AtMost(16_000.0),
            move || allocated_bytes(ours(auth)),
        ));
    }
    rows.push(Row::count(
        "hyper-util, connection in memory: allocated",
        "bytes",
        Information,
        || allocated_bytes(peer(Auth::Unsigned)),
    ));
    rows
}

fn ours(auth: Auth) -> impl FnMut() {
    let client: Client =
        clients::hyper_with(ENDPOINT, auth, |builder| builder.connector(Memory)).unwrap();
    let runtime = runtime();
    let operation = cancel();
    move || {
        runtime.block_on(client.send(&operation)).expect("our call");
    }
}

fn peer(auth: Auth) -> impl FnMut() {
    let sent = raw::captured(|endpoint| {
        let client = clients::hyper(endpoint, auth);
        runtime()
            .block_on(client.send(&cancel()))
            .expect("our call");
    });
    let request = raw::replayed(&sent, ENDPOINT);
    let client = raw::hyper_over(Memory);
    let runtime = runtime();
    move || {
        let body = runtime.block_on(raw::send(&client, &request));
        assert_eq!(body, STATUS);
    }
}

/// Opens connections in memory.
#[derive(Clone)]
struct Memory;

impl Service<Uri> for Memory {
    type Response = MemoryConnection;
    type Error = io::Error;
    type Future = Ready<io::Result<MemoryConnection>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(Ok(MemoryConnection::default()))
    }
}

/// Responds to each request without a body when its head is complete.
#[derive(Default)]
struct MemoryConnection {
    /// The last four bytes written.
    tail: [u8; 4],
    /// The part of the response that the client has not read.
    unread: &'static [u8],
    reader: Option<Waker>,
}

impl Read for MemoryConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let (read, rest) = self
            .unread
            .split_at(self.unread.len().min(buffer.remaining()));
        buffer.put_slice(read);
        self.unread = rest;
        Poll::Ready(Ok(()))
    }
}

/// Has the body [`STATUS`].
const RESPONSE: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{\"status\":\"200 OK\"}";

impl Write for MemoryConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        for byte in bytes.iter().rev().take(4).rev() {
            self.tail.rotate_left(1);
            self.tail[3] = *byte;
        }
        if self.tail == *b"\r\n\r\n" {
            self.unread = RESPONSE.as_bytes();
            self.tail = [0; 4];
            if let Some(reader) = self.reader.take() {
                reader.wake();
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Connection for MemoryConnection {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}
