//! Credential providers that block: time limits, panics, and calls to the same client.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use neptunedata_blocking::{
    Client, Credentials, ErrorKind, credentials::CredentialsError, engine::GetEngineStatus,
    transport::TransportErrorKind,
};

use crate::support::*;

fn key(id: &str, life: Option<Duration>) -> Credentials {
    let credentials = Credentials::new(id, "secret");
    match life {
        Some(life) => credentials.with_expiry(SystemTime::now() + life),
        None => credentials,
    }
}

/// A client whose source answers with `answer(how often it was asked, refresh)`.
fn client<F>(peer: &Peer, answer: F) -> (Client, Arc<AtomicUsize>)
where
    F: Fn(usize, bool) -> Result<Credentials, CredentialsError> + Send + Sync + 'static,
{
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let builder = Client::builder(peer.endpoint().with_region("us-east-1").unwrap())
        .options(options())
        .credentials_from(move |refresh| answer(count.fetch_add(1, Ordering::SeqCst), refresh));
    (builder.build().unwrap(), asked)
}

#[test]
fn one_call_renews_credentials_early_while_others_continue() {
    let peer = Peer::answering(ok(HEALTHY));
    // An hour that has nearly passed: the source gave what it had.
    let (client, asked) = client(&peer, |nth, refresh| match nth {
        0 => Ok(key("A", Some(Duration::from_millis(400)))),
        1 => {
            assert!(refresh, "its own cache would give the same");
            thread::sleep(Duration::from_millis(60));
            Ok(key("B", Some(Duration::from_secs(3600))))
        }
        _ => panic!("asked too often"),
    });
    client.send(&GetEngineStatus::new()).unwrap();
    // The last quarter of their life.
    thread::sleep(Duration::from_millis(310));
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || client.send(&GetEngineStatus::new()).unwrap())
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    client.send(&GetEngineStatus::new()).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_provider_that_panics_does_not_block_other_calls() {
    let peer = Peer::answering(ok(HEALTHY));
    let (client, _) = client(&peer, |nth, _| match nth {
        0 => panic!("of the test's own"),
        _ => Ok(key("A", None)),
    });
    let other = client.clone();
    assert!(
        thread::spawn(move || other.send(&GetEngineStatus::new()))
            .join()
            .is_err()
    );
    client.send(&GetEngineStatus::new()).unwrap();
}

/// It would wait for itself, for ever.
#[test]
fn a_provider_that_calls_its_own_client_gets_an_error() {
    let peer = Peer::answering(ok(HEALTHY));
    let own = Arc::new(Mutex::new(None::<Client>));
    let inner = Arc::clone(&own);
    let (client, asked) = client(&peer, move |number, _| {
        let client = inner.lock().unwrap().clone().unwrap();
        let error = match client.send(&GetEngineStatus::new()) {
            Err(error) if number == 0 => error,
            result => panic!("{number}: {result:?}"),
        };
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(
            error.to_string().contains("called the client that waits"),
            "{error}"
        );
        Ok(key("AKID", None))
    });
    *own.lock().unwrap() = Some(client.clone());
    let (done, wait) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let _ = done.send(client.send(&GetEngineStatus::new()));
    });
    let result = wait.recv_timeout(Duration::from_secs(20));
    result.expect("it waits").unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Not to be held by what it holds.
    own.lock().unwrap().take();
}

#[test]
fn the_time_of_the_provider_counts() {
    let limit = Duration::from_millis(150);
    let peer = Peer::answering(ok(HEALTHY));
    let (client, _) = client(&peer, move |_, _| {
        thread::sleep(limit * 2);
        Ok(key("A", None))
    });
    let read = GetEngineStatus::new();
    let error = client.call(&read).timeout(limit).send().unwrap_err();
    let deadline = ErrorKind::Transport(TransportErrorKind::Deadline);
    assert_eq!(
        (error.kind(), error.attempts(), error.may_have_executed()),
        (deadline, 0, false)
    );
    // The credentials are kept nevertheless.
    client.call(&read).timeout(limit).send().unwrap();
}
