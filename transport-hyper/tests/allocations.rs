//! What a call costs over a connection in memory: allocations and readings of the clock.
//! Counted, not timed, so the figures are the same on every machine.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::{Buf, Bytes};
use hyper::rt::{Read, ReadBufCursor, Sleep, Timer, Write};
use hyper_util::rt::TokioTimer;
use neptunedata_hyper::{
    Client, ClientBuilder, Credentials, Endpoint, ml::CancelMlModelTrainingJob,
    opencypher::ExecuteOpenCypherQuery,
};
use tokio::runtime::{Builder, Runtime};

const ENDPOINT: &str = "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182";

/// A connection that answers each request at once.
struct InPlace {
    answer: Bytes,
    /// The part of the answer that was not read.
    unread: Bytes,
    /// Wakes the task that waits for an answer.
    reader: Option<Waker>,
}

impl Read for InPlace {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            self.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let length = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread[..length]);
        self.unread.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl Write for InPlace {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // The client writes a request at once.
        self.unread = self.answer.clone();
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A client of a server that answers each request with this JSON.
fn builder(json: &str) -> ClientBuilder {
    let length = json.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}");
    let answer = Bytes::from(format!("{head}\r\n\r\n{json}"));
    let connect = move |_| {
        let (answer, unread) = (answer.clone(), Bytes::new());
        async move {
            Ok::<_, Infallible>(InPlace {
                answer,
                unread,
                reader: None,
            })
        }
    };
    Client::builder(Endpoint::parse(ENDPOINT).unwrap()).tls_connector(tower::service_fn(connect))
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Asserts that a call on an open connection makes at most `limit` allocations, of at most 8 KB in all.
#[track_caller]
fn assert_allocations(builder: ClientBuilder, limit: u64) {
    const CALLS: u64 = 100;
    let client = builder.build().unwrap();
    let operation = CancelMlModelTrainingJob::new("0f4b6929-7efb-aa03-e3d4-ad7f94e4fc51")
        .neptune_iam_role_arn("arn:aws:iam::123456789012:role/NeptuneML")
        .clean(true);
    let runtime = runtime();
    let run = |calls| {
        runtime.block_on(async {
            for _ in 0..calls {
                client.send(&operation).await.unwrap();
            }
        });
    };
    // The first call opens the connection and derives the day's signing key.
    run(1);
    let counted = allocation_counter::measure(|| run(CALLS));

    let (count, bytes) = (counted.count_total, counted.bytes_total);
    println!("{count} allocations, {bytes} bytes in {CALLS} calls");
    assert!(count > 0, "nothing was counted");
    assert!(count <= CALLS * limit, "{count} in {CALLS} calls");
    assert!(bytes <= CALLS * 8 * 1024, "{bytes} bytes in {CALLS} calls");
}

#[test]
fn an_unsigned_call_on_an_open_connection_takes_at_most_18_allocations_and_8_kb() {
    assert_allocations(builder(r#"{"status":"200 OK"}"#).unsigned(), 18);
}

#[test]
fn a_signed_call_on_an_open_connection_takes_at_most_23_allocations_and_8_kb() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    assert_allocations(
        builder(r#"{"status":"200 OK"}"#).credentials(credentials),
        23,
    );
}

/// tokio's timer. Counts how often the time is read.
struct CountingTimer(Arc<AtomicUsize>);

impl Timer for CountingTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        TokioTimer::new().sleep(duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        TokioTimer::new().sleep_until(deadline)
    }

    fn now(&self) -> Instant {
        self.0.fetch_add(1, Ordering::Relaxed);
        Instant::now()
    }
}

#[test]
fn the_clock_is_read_for_each_chunk_of_rows_not_for_each_row() {
    const ROWS: usize = 1000;
    let rows = vec![r#"{"n":1}"#; ROWS].join(",");
    let readings = Arc::<AtomicUsize>::default();
    let client = builder(&format!(r#"{{"results":[{rows}]}}"#))
        .unsigned()
        .timer(CountingTimer(Arc::clone(&readings)))
        .build()
        .unwrap();
    let count = runtime().block_on(async {
        let query = ExecuteOpenCypherQuery::new("UNWIND range(1, 1000) AS i RETURN 1 AS n");
        let mut rows = client.rows::<serde::de::IgnoredAny>(&query);
        let mut count = 0;
        while let Some(row) = rows.next().await {
            row.unwrap();
            count += 1;
        }
        count
    });
    assert_eq!(count, ROWS);
    let readings = readings.load(Ordering::Relaxed);
    assert!(readings < ROWS / 10, "{readings} readings for {ROWS} rows");
}
