//! Connections that the server closed while nobody looked.

use std::{
    collections::BTreeMap,
    io::Write,
    net::TcpStream,
    sync::{Arc, Mutex, mpsc},
};

use neptunedata_blocking::engine::GetEngineStatus;

use crate::support::*;

/// What a server executed, by id.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<BTreeMap<String, usize>>>);

impl Ledger {
    fn note(&self, request: &str) {
        let id = request
            .split(r#""id":""#)
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        if let Some(id) = id {
            *self.0.lock().unwrap().entry(id.to_owned()).or_default() += 1;
        }
    }

    fn of(&self, id: &str) -> usize {
        self.0.lock().unwrap().get(id).copied().unwrap_or_default()
    }
}

/// Answers once, then closes without having said so.
fn answer_and_close(mut stream: TcpStream, ledger: &Ledger) {
    if let Some(request) = request(&mut stream) {
        ledger.note(&request);
        let _ = stream.write_all(ok(HEALTHY).as_bytes());
    }
}

#[test]
fn a_write_after_the_servers_end_succeeds_each_time() {
    let ledger = Ledger::default();
    let (closed, closings) = mpsc::channel();
    let noted = ledger.clone();
    // Two answers, so that the client does not learn to leave connections after the first.
    let peer = Peer::start(move |mut stream, _| {
        for _ in 0..2 {
            let Some(request) = request(&mut stream) else {
                return;
            };
            noted.note(&request);
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
        drop(stream);
        closed.send(()).unwrap();
    });
    let client = peer.client();
    for round in 0..100 {
        for nth in 0..2 {
            let id = format!("job-{round}-{nth}");
            let answered = client.call(&write(&id)).send().unwrap();
            assert_eq!(answered.meta.attempts, 1);
            assert_eq!(ledger.of(&id), 1);
        }
        // Over loopback the end is there as soon as the other side has closed.
        closings.recv().unwrap();
    }
    assert_eq!(peer.accepted(), 100);
}

#[test]
fn three_thousand_calls_of_a_server_that_closes_after_each() {
    let ledger = Ledger::default();
    let noted = ledger.clone();
    let peer = Peer::start(move |stream, _| answer_and_close(stream, &noted));
    let client = peer.client();
    let mut lost = 0;
    for nth in 0..3000 {
        if nth % 2 == 0 {
            client
                .send(&GetEngineStatus::new())
                .unwrap_or_else(|error| panic!("{nth}: {error}"));
            continue;
        }
        let id = format!("job-{nth}");
        match client.send(&write(&id)) {
            Ok(_) => assert_eq!(ledger.of(&id), 1),
            Err(error) if error.may_have_executed() => {
                assert!(ledger.of(&id) <= 1);
                lost += 1;
            }
            Err(error) => panic!("{nth}: not even sent: {error}, executed {}", ledger.of(&id)),
        }
    }
    // After two of them the client knows the server, for a minute.
    assert!(lost <= 10, "{lost}");
}

#[test]
fn connections_that_last_are_used_again_whatever_was_before() {
    let peer = Peer::start(|mut stream, nth| {
        let calls = if nth == 0 { 1 } else { 10 };
        for _ in 0..calls {
            if request(&mut stream).is_none() {
                return;
            }
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    });
    let client = peer.client();
    for _ in 0..31 {
        client.send(&GetEngineStatus::new()).unwrap();
    }
    assert!(peer.accepted() <= 5, "{}", peer.accepted());
}

#[test]
fn a_connection_with_something_nobody_asked_for_is_not_used() {
    let (sent, surplus) = mpsc::channel();
    let peer = Peer::start(move |mut stream, _| {
        while request(&mut stream).is_some() {
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
            let _ = stream.write_all(b"HTTP/1.1 408 Request Timeout\r\n\r\n");
            sent.send(()).unwrap();
        }
    });
    let client = peer.client();
    for _ in 0..3 {
        client.send(&write("job")).unwrap();
        surplus.recv().unwrap();
    }
    assert_eq!(peer.accepted(), 3);
}
