//! How many connections there are, how long they are used, and who gets them back.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use neptunedata_blocking::{
    CallOptions, engine::GetEngineStatus, machine::Exchange, transport::TransportErrorKind,
};

use crate::support::*;

#[test]
fn sixty_four_threads_keep_to_the_limit() {
    let open = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now, peak) = (Arc::clone(&open), Arc::clone(&most));
    let peer = Peer::start(move |mut stream, nth| {
        let mut left = 1 + nth % 7;
        while left > 0 && request(&mut stream).is_some() {
            // Sampled at every request: that many are being served at once.
            let count = now.fetch_add(1, Ordering::SeqCst) + 1;
            peak.fetch_max(count, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(1));
            now.fetch_sub(1, Ordering::SeqCst);
            left -= 1;
            let close = if left == 0 {
                "connection: close\r\n"
            } else {
                ""
            };
            let length = HEALTHY.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\n{close}content-length: {length}\r\n\r\n{HEALTHY}"
            );
        }
    });
    let client = peer.client_with(options().max_connections(5));
    let threads: Vec<_> = (0..64)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || {
                for _ in 0..10 {
                    client.send(&GetEngineStatus::new()).unwrap();
                }
            })
        })
        .collect();
    // A list is not made in one moment; what is on two in a row was open between them.
    let (mut established, mut before) = (0, BTreeSet::new());
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        let now = connections_to(peer.address.port());
        established = established.max(now.intersection(&before).count());
        before = now;
    }
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(established <= 5, "{established}, idle ones included");
    let most = most.load(Ordering::SeqCst);
    assert!((2..=5).contains(&most), "{most}");
    assert_eq!(open.load(Ordering::SeqCst), 0);
}

/// Connections of this process that are open in its own eyes, as Linux lists them, by their own end.
fn connections_to(port: u16) -> BTreeSet<String> {
    let list = std::fs::read_to_string("/proc/self/net/tcp").unwrap_or_default();
    let open = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let local = fields.next()?.to_owned();
        let remote = fields.next()?;
        let is_open = remote.ends_with(&format!(":{port:04X}")) && fields.next() == Some("01");
        is_open.then_some(local)
    };
    list.lines().filter_map(open).collect()
}

#[test]
fn without_patience_the_limit_is_an_error_at_once() {
    let (taken, taking) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        request(&mut stream).unwrap();
        taken.send(()).unwrap();
        until_closed(&mut stream);
    });
    let client = peer.client_with(options().max_connections(1).acquire_timeout(Duration::ZERO));
    let other = client.clone();
    let holder = thread::spawn(move || {
        let patience = Duration::from_millis(300);
        other
            .call(&write("job"))
            .timeout(patience)
            .send()
            .unwrap_err()
    });
    taking.recv().unwrap();
    let error = client.send(&write("job")).unwrap_err();
    assert_eq!(
        facts(&error),
        (transport(TransportErrorKind::PoolLimit), 1, false),
        "{error}"
    );
    holder.join().unwrap();
}

#[test]
fn a_dropped_machine_closes_its_connection_and_makes_room() {
    let (closed, closings) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        request(&mut stream).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{")
            .unwrap();
        until_closed(&mut stream);
        closed.send(()).unwrap();
    });
    let client = peer.client_with(options().max_connections(1).acquire_timeout(Duration::ZERO));
    let read = GetEngineStatus::new();
    for _ in 0..5 {
        let exchange = Exchange::streaming(client.session(), &read, &CallOptions::new(), 1);
        let mut running = client.start(exchange);
        assert!(running.next_item().unwrap().is_some());
        drop(running);
        closings.recv_timeout(Duration::from_secs(20)).unwrap();
    }
    assert_eq!(peer.accepted(), 5);
}

#[test]
fn a_machine_that_was_read_to_its_end_leaves_its_connection() {
    let peer = Peer::answering(ok(HEALTHY));
    let client = peer.client_with(options().max_connections(1).acquire_timeout(Duration::ZERO));
    let read = GetEngineStatus::new();
    let exchange = || Exchange::streaming(client.session(), &read, &CallOptions::new(), 1);
    let mut first = client.start(exchange());
    while first.next_item().unwrap().is_some() {}
    client.run(exchange()).unwrap();
    first.output().unwrap();
    assert_eq!(peer.accepted(), 1);
}

#[test]
fn connections_grow_old() {
    let peer = Peer::answering(ok(HEALTHY));
    let call = |options| {
        let before = peer.accepted();
        let client = peer.client_with(options);
        for _ in 0..3 {
            client.send(&GetEngineStatus::new()).unwrap();
            thread::sleep(Duration::from_millis(30));
        }
        peer.accepted() - before
    };
    let short = Duration::from_millis(10);
    assert_eq!(call(options()), 1);
    assert_eq!(call(options().idle_timeout(short)), 3);
    assert_eq!(call(options().max_connection_age(short)), 3);
    assert_eq!(call(options().idle_timeout(Duration::ZERO)), 3);
}

#[test]
fn a_fresh_connection_retires_the_older_ones() {
    let refuse = Arc::new(AtomicUsize::new(0));
    let refusals = Arc::clone(&refuse);
    let peer = Peer::start(move |mut stream, nth| {
        while request(&mut stream).is_some() {
            // The first instance has become a reader.
            if nth == 0 && refusals.load(Ordering::SeqCst) > 0 {
                let body = r#"{"code":"ReadOnlyViolationException","requestId":"1","detailedMessage":"reader"}"#;
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 400 Bad Request\r\ncontent-length: {length}\r\n\r\n{body}"
                );
            } else {
                stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            }
        }
    });
    let client = peer.client();
    client.send(&write("job-1")).unwrap();
    refuse.store(1, Ordering::SeqCst);
    assert_eq!(
        client.call(&write("job-2")).send().unwrap().meta.attempts,
        2
    );
    assert_eq!(
        client.call(&write("job-3")).send().unwrap().meta.attempts,
        1
    );
    assert_eq!(peer.accepted(), 2);
}

#[test]
fn a_connection_that_was_in_use_when_older_ones_were_retired_is_not_kept() {
    let (go, gone) = mpsc::channel();
    let gone = std::sync::Mutex::new(gone);
    let (seen, served_by) = mpsc::channel();
    let peer = Peer::start(move |mut stream, nth| {
        while request(&mut stream).is_some() {
            seen.send(nth).unwrap();
            let (start, rest) = HEALTHY.split_at(5);
            let answer = ok(HEALTHY).replace(HEALTHY, start);
            match nth {
                0 => {
                    stream.write_all(answer.as_bytes()).unwrap();
                    gone.lock().unwrap().recv().unwrap();
                    stream.write_all(rest.as_bytes()).unwrap();
                }
                // Lost, so that the next one is to be a new one.
                1 => return,
                _ => stream.write_all(ok(HEALTHY).as_bytes()).unwrap(),
            }
        }
    });
    let client = peer.client_with(options().timeout(Duration::from_secs(20)));
    let read = GetEngineStatus::new();
    let exchange = Exchange::streaming(client.session(), &read, &CallOptions::new(), 1);
    let mut running = client.start(exchange);
    running.next_item().unwrap();
    assert_eq!(client.call(&read).send().unwrap().meta.attempts, 2);
    go.send(()).unwrap();
    running.output().unwrap();
    client.send(&read).unwrap();
    let served: Vec<_> = served_by.try_iter().collect();
    assert_eq!(served, [0, 1, 2, 2]);
}
