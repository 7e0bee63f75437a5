//! Responses that are read piece by piece: unread parts are not fetched, and the connection stays open only while
//! its response is in use. Also machines that are not calls.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    CallOptions, Effect, dynamic,
    machine::{BodyEvent, Exchange, Input, Io, Machine, Now, Step},
    serde_json::json,
    transport::TransportErrorKind,
};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, read_request, until_closed},
};

use crate::support::*;

/// What may be on its way when a reader stops.
const AHEAD: u64 = 1 << 20;

/// A server whose answers have a gibibyte, and how much of them it could write.
fn flood() -> (RawServer, Arc<AtomicU64>) {
    let written = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&written);
    let server = RawServer::start(move |mut stream, _| {
        // What the server's own system buffers is not the client's doing.
        let socket = socket2::SockRef::from(&stream);
        socket.set_send_buffer_size(64 * 1024).unwrap();
        read_request(&mut stream).unwrap();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
            1 << 30
        )
        .unwrap();
        while let Ok(length) = stream.write(&[b' '; 16 * 1024]) {
            count.fetch_add(length as u64, Ordering::SeqCst);
        }
    });
    (server, written)
}

/// The count when it does not grow any more.
fn settled(count: &AtomicU64) -> u64 {
    let mut last = count.load(Ordering::SeqCst);
    loop {
        thread::sleep(Duration::from_millis(300));
        let now = count.load(Ordering::SeqCst);
        if now == last {
            return now;
        }
        last = now;
    }
}

#[test]
fn a_reader_that_stops_stops_the_server() {
    for driver in Driver::ALL {
        let (server, written) = flood();
        let client = driver.client(&server.url(), quick());
        let mut run = client.start(streaming(&client));
        assert!(matches!(run.next_item(), Ok(Some(BodyEvent::Head(_)))));
        let mut taken = 0;
        // Not at all, after a piece, and after a run at full speed, when all buffers have grown.
        for until in [0, 1, 64 << 20] {
            while taken < until {
                if let Some(BodyEvent::Chunk(chunk)) = run.next_item().unwrap() {
                    taken += chunk.len() as u64;
                }
            }
            let ahead = settled(&written) - taken;
            assert!(
                ahead <= AHEAD,
                "{driver}: {ahead} bytes ahead after {taken}"
            );
        }
    }
}

/// A machine that returns an item at each turn, and does what it is told after the first chunk.
struct Curious {
    exchange: Exchange,
    then: fn() -> Step<&'static str, ()>,
    state: u8,
}

impl Machine for Curious {
    type Item = &'static str;
    type Output = ();

    fn resume(&mut self, input: Input, now: Now) -> Step<&'static str, ()> {
        if matches!(input, Input::Sending(_)) {
            return Step::Io(Io::Continue);
        }
        self.state += 1;
        match self.state {
            // The request.
            1 => match self.exchange.resume(input, now) {
                Step::Io(Io::Send(transmit)) => Step::Io(Io::Send(transmit)),
                step => panic!("{step:?}"),
            },
            2 => {
                assert!(matches!(input, Input::Head(_)));
                Step::Item("head")
            }
            3 => Step::Item("again"),
            4 => Step::Io(Io::Receive),
            5 => {
                assert!(matches!(input, Input::Chunk(_)));
                Step::Item("chunk")
            }
            6 => (self.then)(),
            _ => Step::Done(Ok(())),
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        (self.state == 6).then_some(Duration::ZERO)
    }
}

#[test]
fn items_leave_the_response_open_and_other_steps_close_it() {
    let thens: [fn() -> _; 3] = [
        || Step::Io(Io::Wait),
        || Step::Io(Io::Credentials { refresh: true }),
        || Step::Done(Ok(())),
    ];
    for driver in Driver::ALL {
        let closed = Arc::new(AtomicBool::new(false));
        let (go, gone) = mpsc::channel();
        let (gone, flag) = (Mutex::new(gone), Arc::clone(&closed));
        let server = RawServer::start(move |mut stream, _| {
            read_request(&mut stream).unwrap();
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            gone.lock().unwrap().recv().unwrap();
            stream.write_all(b"{").unwrap();
            until_closed(&mut stream);
            flag.store(true, Ordering::SeqCst);
        });
        let client = driver.client(&server.url(), quick());
        for then in thens {
            let mut run = client.start(Curious {
                exchange: streaming(&client),
                then,
                state: 0,
            });
            assert_eq!(run.next_item().unwrap(), Some("head"));
            assert_eq!(run.next_item().unwrap(), Some("again"));
            thread::sleep(Duration::from_millis(30));
            assert!(!closed.load(Ordering::SeqCst));
            go.send(()).unwrap();
            assert_eq!(run.next_item().unwrap(), Some("chunk"));
            assert!(!closed.load(Ordering::SeqCst));
            assert_eq!(run.next_item().unwrap(), None);
            eventually(|| closed.swap(false, Ordering::SeqCst));
            drop(run);
        }
    }
}

/// Sends nothing, and waits until its time has come.
struct Patient(Option<Duration>);

impl Machine for Patient {
    type Item = ();
    type Output = Duration;

    fn resume(&mut self, input: Input, now: Now) -> Step<(), Duration> {
        match (input, self.0) {
            (Input::Next, None) => {
                self.0 = Some(now.mono + SHORT);
                Step::Io(Io::Wait)
            }
            (Input::Wake(_), Some(until)) => {
                assert!(now.mono >= until);
                Step::Done(Ok(until))
            }
            (input, _) => panic!("{input:?}"),
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        self.0
    }
}

#[test]
fn time_limits_of_machines_hold() {
    let server = RawServer::silent();
    let deadline = transport(TransportErrorKind::Deadline);
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), quick());
        let begun = Instant::now();
        client.run(Patient(None)).unwrap();
        assert!(begun.elapsed() >= SHORT);
        let session = client.session();

        let collecting = |options| Exchange::collecting(session, &status(), &options, 1);
        let error = soon(|| client.run(collecting(timeout(SHORT))).unwrap_err());
        assert_eq!(error.kind(), deadline, "{driver}");
        // The limit that was set last replaces the others.
        let mut exchange = collecting(timeout(LONG));
        exchange.set_timeout(SHORT);
        let error = soon(|| client.run(exchange).unwrap_err());
        assert_eq!(error.kind(), deadline, "{driver}");

        let options = CallOptions::new()
            .attempt_timeout(SHORT)
            .effect(Effect::Write);
        let call = dynamic::call("GetEngineStatus", &json!({}), session, &options, 1);
        let error = soon(|| client.run(call.unwrap()).unwrap_err());
        assert_eq!(error.kind(), transport(TransportErrorKind::Timeout));
        assert_eq!(error.attempts(), 1);
    }
}
