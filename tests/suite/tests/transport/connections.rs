//! How many connections there are, how long they are used, and which are not used again.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use neptunedata::{
    CallOptions, Effect, gremlin::ExecuteGremlinQuery, transport::TransportErrorKind,
};
use neptunedata_tests::{
    client::{Driver, quick},
    connections::open_to,
    raw_server::{RawServer, chunked, ok, read_request, response, until_closed},
};

use crate::support::*;

#[test]
fn many_threads_keep_to_the_limit() {
    const LIMIT: usize = 5;
    for driver in Driver::ALL {
        let serving = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let (now, peak) = (Arc::clone(&serving), Arc::clone(&most));
        let server = RawServer::start(move |mut stream, number| {
            for left in (0..1 + number % 7).rev() {
                if read_request(&mut stream).is_none() {
                    return;
                }
                peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
                now.fetch_sub(1, Ordering::SeqCst);
                let mut answer = ok(HEALTHY);
                if left == 0 {
                    answer = answer.replacen("\r\n", "\r\nconnection: close\r\n", 1);
                }
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        let client = driver.client(&server.url(), quick().max_connections(LIMIT));
        let threads: Vec<_> = (0..64)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || {
                    for _ in 0..10 {
                        client.send(&status()).unwrap();
                    }
                })
            })
            .collect();
        // A list is not made in one moment; what is in two successive ones was open between them.
        let (mut open, mut before) = (0, open_to(server.address.port()));
        while !threads.iter().all(thread::JoinHandle::is_finished) {
            let now = open_to(server.address.port());
            open = open.max(now.intersection(&before).count());
            before = now;
        }
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(open <= LIMIT, "{driver}: {open}, idle ones included");
        let most = most.load(Ordering::SeqCst);
        assert!((2..=LIMIT).contains(&most), "{driver}: {most}");
        assert_eq!(serving.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn a_full_pool_is_an_error_after_the_acquire_timeout() {
    for driver in Driver::ALL {
        for limit in [Duration::ZERO, SHORT] {
            let server = RawServer::silent();
            let options = quick().max_connections(1).acquire_timeout(limit);
            let client = driver.client(&server.url(), options);
            thread::scope(|scope| {
                let holder = scope.spawn(|| {
                    let call = client.call(&write("holder"), timeout(SHORT * 4));
                    call.unwrap_err()
                });
                eventually(|| server.accepted() == 1);
                let error = client.send(&write("job")).unwrap_err();
                let full = transport(TransportErrorKind::PoolLimit);
                assert_eq!(facts(&error), (full, 1, false), "{driver}: {error}");
                holder.join().unwrap();
            });
        }
    }
}

#[test]
fn a_machine_that_was_read_to_its_end_leaves_its_connection() {
    let server = RawServer::answering(ok(HEALTHY));
    for driver in Driver::ALL {
        let options = quick().max_connections(1).acquire_timeout(Duration::ZERO);
        let client = driver.client(&server.url(), options);
        let before = server.accepted();
        let mut first = client.start(streaming(&client));
        while first.next_item().unwrap().is_some() {}
        client.run(streaming(&client)).unwrap();
        first.output().unwrap();
        assert_eq!(server.accepted() - before, 1, "{driver}");
    }
}

#[test]
fn ages_end_the_use_of_a_connection() {
    let brief = Duration::from_millis(10);
    let server = RawServer::answering(ok(HEALTHY));
    for driver in Driver::ALL {
        for (options, connections) in [
            (quick(), 1),
            (quick().idle_timeout(brief), 3),
            (quick().idle_timeout(Duration::ZERO), 3),
            (quick().max_connection_age(brief), 3),
        ] {
            let before = server.accepted();
            let client = driver.client(&server.url(), options);
            for _ in 0..3 {
                client.send(&status()).unwrap();
                thread::sleep(brief * 3);
            }
            assert_eq!(server.accepted() - before, connections, "{driver}");
        }
    }
}

#[test]
fn connections_are_kept_if_http_says_so() {
    let http_10 =
        |header: &str| ok(HEALTHY).replacen("1.1 200 OK", &format!("1.0 200 OK{header}"), 1);
    let close = ok(HEALTHY).replacen("\r\n", "\r\nconnection: close\r\n", 1);
    for driver in Driver::ALL {
        for (answer, connections) in [
            (ok(HEALTHY), 1),
            (chunked(&[HEALTHY], ""), 1),
            (chunked(&[HEALTHY], "x-neptune-status: 200 OK\r\n"), 1),
            (http_10("\r\nconnection: keep-alive"), 1),
            (http_10(""), 3),
            (close.clone(), 3),
            (ok(HEALTHY) + "surplus", 3),
        ] {
            let server = RawServer::answering(answer.clone());
            let client = driver.client(&server.url(), quick());
            for _ in 0..3 {
                client.send(&status()).unwrap();
            }
            assert_eq!(server.accepted(), connections, "{driver}: {answer}");
        }
    }
}

/// A server that closes early once is not avoided for ever.
#[test]
fn connections_that_last_are_used_again() {
    for driver in Driver::ALL {
        let server = RawServer::start(|mut stream, number| {
            for _ in 0..if number == 1 { 1 } else { 10 } {
                if read_request(&mut stream).is_none() {
                    return;
                }
                stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            }
        });
        let client = driver.client(&server.url(), quick());
        for _ in 0..31 {
            client.send(&status()).unwrap();
        }
        assert!(server.accepted() <= 5, "{driver}: {}", server.accepted());
    }
}

/// What arrives over an idle connection belongs to no request.
#[test]
fn a_response_without_a_request_is_not_taken() {
    for driver in Driver::ALL {
        let (sent, surplus) = mpsc::channel();
        let server = RawServer::start(move |mut stream, _| {
            while read_request(&mut stream).is_some() {
                stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(20));
                let _ = stream.write_all(response("408 Request Timeout", "").as_bytes());
                sent.send(()).unwrap();
            }
        });
        let client = driver.client(&server.url(), quick());
        for _ in 0..3 {
            let answered = client.call(&write("job"), CallOptions::new()).unwrap();
            assert_eq!(answered.meta.attempts, 1);
            surplus.recv_timeout(LONG).unwrap();
        }
        assert_eq!(server.accepted(), 3, "{driver}");
    }
}

#[test]
fn a_lost_response_is_followed_by_an_attempt_on_a_fresh_connection() {
    for driver in Driver::ALL {
        let server = RawServer::start(|mut stream, number| {
            while let Some(request) = read_request(&mut stream) {
                // After the request was read.
                if number < 3 && request.starts_with("POST ") {
                    return;
                }
                stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            }
        });
        let client = driver.client(&server.url(), quick());
        client.send(&status()).unwrap();
        let repeatable = CallOptions::new().effect(Effect::Idempotent);
        let answered = client.call(&write("job"), repeatable).unwrap();
        assert_eq!(answered.meta.attempts, 3);
        assert!(answered.meta.earlier_may_have_executed);
        client.send(&status()).unwrap();
        assert_eq!(server.accepted(), 3, "{driver}");
    }
}

const READ_ONLY: &str =
    r#"{"code":"ReadOnlyViolationException","requestId":"1","detailedMessage":"reader"}"#;

#[test]
fn a_fresh_connection_retires_the_older_ones() {
    for driver in Driver::ALL {
        let is_reader = Arc::new(AtomicBool::new(false));
        let demoted = Arc::clone(&is_reader);
        // The instance of the first connection becomes a reader.
        let server = RawServer::start(move |mut stream, number| {
            while read_request(&mut stream).is_some() {
                let answer = if number == 1 && demoted.load(Ordering::SeqCst) {
                    response("400 Bad Request", READ_ONLY)
                } else {
                    ok(HEALTHY)
                };
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let client = driver.client(&server.url(), quick());
        for (id, attempts) in [("first", 1), ("second", 2), ("third", 1)] {
            let answered = client.call(&write(id), CallOptions::new()).unwrap();
            assert_eq!(answered.meta.attempts, attempts, "{driver}: {id}");
            is_reader.store(true, Ordering::SeqCst);
        }
        assert_eq!(server.accepted(), 2, "{driver}");
    }
}

/// A connection that was in use when a fresh one was demanded is as old as those that were idle.
#[test]
fn a_connection_in_use_is_retired_as_well() {
    let failures = [String::new(), response("400 Bad Request", READ_ONLY)];
    for driver in Driver::ALL {
        for failure in &failures {
            let failure = failure.clone();
            let (go, gone) = mpsc::channel();
            let gone = Mutex::new(gone);
            let (seen, served_by) = mpsc::channel();
            let server = RawServer::start(move |mut stream, number| {
                while read_request(&mut stream).is_some() {
                    seen.send(number).unwrap();
                    let answer = ok(HEALTHY);
                    match number {
                        1 => {
                            let (start, rest) = answer.split_at(answer.len() - 5);
                            stream.write_all(start.as_bytes()).unwrap();
                            gone.lock().unwrap().recv().unwrap();
                            stream.write_all(rest.as_bytes()).unwrap();
                        }
                        // Closed without a response, or refused by a reader: the next attempt is on a fresh connection.
                        2 if failure.is_empty() => return,
                        2 => stream.write_all(failure.as_bytes()).unwrap(),
                        _ => stream.write_all(answer.as_bytes()).unwrap(),
                    }
                }
            });
            let client = driver.client(&server.url(), quick().timeout(LONG));
            let mut run = client.start(streaming(&client));
            run.next_item().unwrap();
            let answered = client.call(&status(), CallOptions::new()).unwrap();
            assert_eq!(answered.meta.attempts, 2);
            go.send(()).unwrap();
            run.output().unwrap();
            client.send(&status()).unwrap();
            let served: Vec<_> = served_by.try_iter().collect();
            assert_eq!(served, [1, 2, 3, 3], "{driver}");
        }
    }
}

/// Its own connection failed, which says nothing about those of the calls.
#[test]
fn a_cancellation_on_a_fresh_connection_retires_no_other() {
    for driver in Driver::ALL {
        let (seen, served_by) = mpsc::channel();
        let server = RawServer::start(move |mut stream, number| {
            while let Some(request) = read_request(&mut stream) {
                seen.send(number).unwrap();
                match number {
                    // The query, and the first attempt to cancel it.
                    2 => until_closed(&mut stream),
                    3 => return,
                    _ if request.starts_with("GET /status") => {
                        stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
                    }
                    _ => stream.write_all(ok("{}").as_bytes()).unwrap(),
                }
            }
        });
        let client = driver.client(&server.url(), quick());
        let mut run = client.start(streaming(&client));
        run.next_item().unwrap();
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = timeout(SHORT).cancel_on_abandon(true);
        client.call(&query, options).unwrap_err();
        client.flush_cancellations();
        run.output().unwrap();
        client.send(&status()).unwrap();
        let served: Vec<_> = served_by.try_iter().collect();
        assert_eq!(served, [1, 2, 3, 4, 1], "{driver}");
    }
}
