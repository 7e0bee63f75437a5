//! Answers taken piece by piece: what is not read is not fetched, and what is open stays open only
//! as long as somebody wants it.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use neptunedata_blocking::{
    CallOptions, dynamic,
    engine::GetEngineStatus,
    machine::{BodyEvent, Exchange, Input, Io, Machine, Now, Step},
    serde_json,
    transport::TransportErrorKind,
};

use crate::support::*;

const GIB: u64 = 1 << 30;
/// What may be on its way when a reader stops.
const AHEAD: u64 = 1 << 20;

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(150);

/// A server whose answers have a gibibyte, and how much of them it could write.
fn flood() -> (Peer, Arc<AtomicU64>) {
    let written = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&written);
    let peer = Peer::start(move |mut stream, _| {
        // What the server's own system takes from it is none of the client's affair.
        let socket = socket2::SockRef::from(&stream);
        socket.set_send_buffer_size(64 * 1024).unwrap();
        request(&mut stream).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {GIB}\r\n\r\n").unwrap();
        let piece = [b' '; 16 * 1024];
        while let Ok(length) = stream.write(&piece) {
            count.fetch_add(u64::try_from(length).unwrap(), Ordering::SeqCst);
        }
    });
    (peer, written)
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
    let (peer, written) = flood();
    let client = peer.client();
    let read = GetEngineStatus::new();
    let exchange = Exchange::streaming(client.session(), &read, &CallOptions::new(), 1);
    let mut running = client.start(exchange);
    let mut taken = 0;
    // Not at all, after a piece, and after a run at full speed, when all buffers have grown.
    for until in [0, 1, 64 << 20] {
        while taken < until {
            if let Some(BodyEvent::Chunk(chunk)) = running.next_item().unwrap() {
                taken += u64::try_from(chunk.len()).unwrap();
            }
        }
        if until == 0 {
            assert!(matches!(running.next_item(), Ok(Some(BodyEvent::Head(_)))));
        }
        let ahead = settled(&written) - taken;
        println!("{ahead} bytes ahead after {taken}");
        assert!(ahead <= AHEAD, "{ahead} bytes ahead after {taken}");
    }
}

/// A machine that hands out an item at each turn, and does what it is told after the head.
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
fn items_leave_the_answer_open_and_other_steps_close_it() {
    let closed = Arc::new(AtomicBool::new(false));
    let (go, gone) = mpsc::channel();
    let gone = std::sync::Mutex::new(gone);
    let flag = Arc::clone(&closed);
    let peer = Peer::start(move |mut stream, _| {
        request(&mut stream).unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        gone.lock().unwrap().recv().unwrap();
        stream.write_all(b"{").unwrap();
        until_closed(&mut stream);
        flag.store(true, Ordering::SeqCst);
    });
    let client = peer.client();
    let thens: [fn() -> _; 3] = [
        || Step::Io(Io::Wait),
        || Step::Io(Io::Credentials { refresh: true }),
        || Step::Done(Ok(())),
    ];
    for then in thens {
        let read = GetEngineStatus::new();
        let exchange = Exchange::streaming(client.session(), &read, &CallOptions::new(), 1);
        let mut running = client.start(Curious {
            exchange,
            then,
            state: 0,
        });
        assert_eq!(running.next_item().unwrap(), Some("head"));
        assert_eq!(running.next_item().unwrap(), Some("again"));
        thread::sleep(Duration::from_millis(30));
        assert!(!closed.load(Ordering::SeqCst));
        go.send(()).unwrap();
        assert_eq!(running.next_item().unwrap(), Some("chunk"));
        assert!(!closed.load(Ordering::SeqCst));
        assert_eq!(running.next_item().unwrap(), None);
        let begun = Instant::now();
        while !closed.swap(false, Ordering::SeqCst) {
            assert!(begun.elapsed() < LONG);
            thread::sleep(Duration::from_millis(1));
        }
        drop(running);
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
fn machines_made_by_hand_keep_their_time() {
    let peer = Peer::start(|mut stream, _| until_closed(&mut stream));
    let client = peer.client();
    let read = GetEngineStatus::new();
    let begun = Instant::now();
    let options = CallOptions::new().timeout(SHORT);
    client.run(Patient(None)).unwrap();
    assert!(begun.elapsed() >= SHORT);
    let exchange = Exchange::collecting(client.session(), &read, &options, 1);
    let error = client.run(exchange).unwrap_err();
    assert_eq!(error.kind(), transport(TransportErrorKind::Deadline));
    // What is said later, outranks it.
    let mut exchange = Exchange::collecting(client.session(), &read, &options.timeout(LONG), 1);
    exchange.set_timeout(SHORT);
    let error = client.run(exchange).unwrap_err();
    assert_eq!(error.kind(), transport(TransportErrorKind::Deadline));

    let options = CallOptions::new().attempt_timeout(SHORT).max_attempts(1);
    let input = serde_json::json!({});
    let call = dynamic::call("GetEngineStatus", &input, client.session(), &options, 1);
    let error = client.run(call.unwrap()).unwrap_err();
    assert_eq!(error.kind(), transport(TransportErrorKind::Timeout));
    assert!(begun.elapsed() < LONG);
}
