//! Time-outs in every phase. Times are asserted generously: what matters is who ends the wait.

use std::{
    io::Write,
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use neptunedata_blocking::{
    CallOptions, Client, Credentials, Endpoint, engine::GetEngineStatus, machine::Exchange,
    transport::TransportErrorKind,
};

use crate::support::*;

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(20);

/// Ends far sooner than anything else would end it.
fn soon<T>(call: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = call();
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
    result
}

#[test]
fn a_server_that_stops_costs_the_deadline_and_its_connection() {
    let stopped = Arc::new(AtomicBool::new(true));
    let stops = Arc::clone(&stopped);
    let peer = Peer::start(move |mut stream, _| {
        while request(&mut stream).is_some() {
            if stops.load(Ordering::SeqCst) {
                until_closed(&mut stream);
                return;
            }
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    let client = peer.client();
    let error = soon(|| {
        client
            .call(&write("job"))
            .timeout(SHORT)
            .send()
            .unwrap_err()
    });
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Deadline), 1, true),
        "{error}"
    );
    // Also for reads: the caller's patience is over, whatever may be repeated.
    let error = soon(|| {
        client
            .call(&GetEngineStatus::new())
            .timeout(SHORT)
            .send()
            .unwrap_err()
    });
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Deadline), 1, true),
        "{error}"
    );
    stopped.store(false, Ordering::SeqCst);
    client.send(&write("job")).unwrap();
    assert_eq!(peer.accepted(), 3);
}

#[test]
fn the_clients_own_time_out_holds_where_the_call_says_nothing() {
    let peer = Peer::start(|mut stream, _| until_closed(&mut stream));
    let client = peer.client_with(options().timeout(SHORT));
    let error = soon(|| client.send(&write("job")).unwrap_err());
    assert_eq!(error.kind(), transport(TransportErrorKind::Deadline));
}

#[test]
fn an_attempt_that_takes_too_long_is_followed_by_another() {
    let peer = Peer::start(|mut stream, nth| {
        request(&mut stream).unwrap();
        if nth == 0 {
            until_closed(&mut stream);
        }
        let _ = stream.write_all(ok(HEALTHY).as_bytes());
    });
    let client = peer.client();
    let read = GetEngineStatus::new();
    let answered = soon(|| client.call(&read).attempt_timeout(SHORT).send().unwrap());
    assert_eq!(answered.meta.attempts, 2);

    let peer = Peer::start(|mut stream, _| until_closed(&mut stream));
    let client = peer.client();
    let error = soon(|| {
        client
            .call(&write("job"))
            .attempt_timeout(SHORT)
            .send()
            .unwrap_err()
    });
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Timeout), 1, true),
        "{error}"
    );
}

#[test]
fn bodies_that_stop_or_trickle_end_with_the_deadline() {
    let peer = Peer::start(|mut stream, nth| {
        request(&mut stream).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{");
        if nth == 0 {
            until_closed(&mut stream);
        }
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    });
    let client = peer.client();
    for _ in 0..2 {
        let error = soon(|| {
            client
                .call(&write("job"))
                .timeout(SHORT)
                .send()
                .unwrap_err()
        });
        assert_eq!(
            facts(&error),
            (transport(TransportErrorKind::Deadline), 1, true),
            "{error}"
        );
    }
}

#[test]
fn a_server_that_does_not_read_ends_with_the_deadline_too() {
    let peer = Peer::start(|stream, _| {
        thread::sleep(LONG);
        drop(stream);
    });
    let large = "x".repeat(32 << 20);
    let client = peer.client();
    let error = soon(|| {
        client
            .call(&write("job"))
            .extra("x", large)
            .timeout(SHORT * 2)
            .send()
            .unwrap_err()
    });
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Deadline), 1, false),
        "{error}"
    );
}

#[test]
fn a_pause_beyond_the_deadline_is_not_begun() {
    let peer = Peer::answering(
        "HTTP/1.1 429 Too Many Requests\r\nretry-after: 15\r\ncontent-length: 0\r\n\r\n",
    );
    let client = peer.client();
    let start = Instant::now();
    let read = GetEngineStatus::new();
    let error = client
        .call(&read)
        .timeout(Duration::from_secs(10))
        .send()
        .unwrap_err();
    // The call ends at once, with the failure before the pause.
    assert_eq!(
        error.service().map(|error| error.status.as_u16()),
        Some(429)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(15)));
    assert!(start.elapsed() < Duration::from_secs(9));
    assert_eq!(error.attempts(), 1);
    assert!(!error.may_have_executed());
}

#[test]
fn a_handshake_that_stalls_ends_at_the_connect_time_out() {
    // It takes connections and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let endpoint = Endpoint::parse(&endpoint).unwrap();
    let client = Client::builder(endpoint)
        .unsigned()
        .options(options().connect_timeout(SHORT))
        .build()
        .unwrap();
    let error = soon(|| client.send(&write("job")).unwrap_err());
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::ConnectTimeout), 3, false),
        "{error}"
    );
    let error = soon(|| {
        client
            .call(&write("job"))
            .timeout(SHORT / 5)
            .send()
            .unwrap_err()
    });
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Deadline), 1, false),
        "{error}"
    );
}

#[test]
fn waiting_for_a_connection_counts() {
    let peer = Peer::start(|mut stream, _| until_closed(&mut stream));
    let client = peer.client_with(options().max_connections(1));
    let other = client.clone();
    let holder = thread::spawn(move || {
        other
            .call(&write("job"))
            .timeout(SHORT * 4)
            .send()
            .unwrap_err()
    });
    while peer.accepted() == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let error = soon(|| {
        client
            .call(&write("job"))
            .timeout(SHORT)
            .send()
            .unwrap_err()
    });
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Deadline), 1, false),
        "{error}"
    );
    holder.join().unwrap();
}

#[test]
fn slow_credentials_count() {
    let peer = Peer::answering(ok(HEALTHY));
    let client = Client::builder(peer.endpoint().with_region("us-east-1").unwrap())
        .credentials_from(|_| {
            thread::sleep(SHORT * 2);
            Ok(Credentials::new("AKIDEXAMPLE", "secret"))
        })
        .build()
        .unwrap();
    let error = soon(|| {
        client
            .call(&write("job"))
            .timeout(SHORT)
            .send()
            .unwrap_err()
    });
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::Deadline), 0, false),
        "{error}"
    );
    // They are kept all the same.
    client.call(&write("job")).timeout(SHORT).send().unwrap();
}

#[test]
fn the_callers_time_between_items_is_their_own() {
    let peer = Peer::start(|mut stream, _| {
        request(&mut stream).unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(20));
        stream.write_all(HEALTHY.as_bytes()).unwrap();
        until_closed(&mut stream);
    });
    let limit = SHORT * 2;
    let client = peer.client_with(options().timeout(limit).attempt_timeout(limit));
    let read = GetEngineStatus::new();
    let exchange = Exchange::streaming(client.session(), &read, &CallOptions::new(), 1);
    let mut running = client.start(exchange);
    let mut items = 0;
    while running.next_item().unwrap().is_some() {
        items += 1;
        thread::sleep(limit);
    }
    assert!(items >= 2);
    running.output().unwrap();
}
