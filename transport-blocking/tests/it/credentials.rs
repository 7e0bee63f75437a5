//! How often credentials are asked for, and by whom.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use neptunedata_blocking::{
    Client, Credentials, ErrorKind, ExceptionKind, credentials::CredentialsError,
    engine::GetEngineStatus,
};
use neptunedata_emulator::{Config, Emulator, Identity, Server};

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
fn sixty_four_calls_ask_once() {
    let peer = Peer::answering(ok(HEALTHY));
    let (client, asked) = client(&peer, |_, refresh| {
        assert!(!refresh);
        thread::sleep(Duration::from_millis(50));
        Ok(key("A", None))
    });
    let threads: Vec<_> = (0..64)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || client.send(&GetEngineStatus::new()).unwrap())
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn they_are_renewed_ahead_by_one_while_the_others_go_on() {
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
fn a_failed_renewal_ahead_of_time_harms_nobody() {
    let peer = Peer::answering(ok(HEALTHY));
    let (client, asked) = client(&peer, |nth, _| match nth {
        0 => Ok(key("A", Some(Duration::from_secs(2)))),
        _ => Err(CredentialsError::new("out of order")),
    });
    client.send(&GetEngineStatus::new()).unwrap();
    thread::sleep(Duration::from_millis(1550));
    client.send(&GetEngineStatus::new()).unwrap();
    client.send(&GetEngineStatus::new()).unwrap();
    assert_eq!(
        asked.load(Ordering::SeqCst),
        2,
        "and is not repeated at once"
    );
}

#[test]
fn errors_are_not_kept() {
    let peer = Peer::answering(ok(HEALTHY));
    let (client, asked) = client(&peer, |nth, _| match nth {
        0 => Err(CredentialsError::new("out of order")),
        _ => Ok(key("A", None)),
    });
    let error = client.send(&GetEngineStatus::new()).unwrap_err();
    assert_eq!(facts(&error), (ErrorKind::Credentials, 0, false));
    assert!(error.to_string().contains("out of order"));
    client.send(&GetEngineStatus::new()).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_source_that_panics_does_not_lock_others_out() {
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
fn a_source_that_calls_its_own_client_is_refused() {
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
fn refused_credentials_are_replaced_once_for_all() {
    let config = Config::default()
        .identity(
            Identity::new("A", "secret")
                .session_token("old")
                .expired(true),
        )
        .identity(Identity::new("B", "secret").session_token("new"))
        .region("us-east-1");
    let server = Server::start(Emulator::new(config)).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let endpoint = neptunedata_blocking::Endpoint::parse(&server.endpoint()).unwrap();
    let client = Client::builder(endpoint.with_region("us-east-1").unwrap())
        .credentials_from(move |refresh| {
            log.lock().unwrap().push(refresh);
            Ok(if refresh {
                key("B", None).with_session_token("new")
            } else {
                key("A", None).with_session_token("old")
            })
        })
        .build()
        .unwrap();
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || client.send(&GetEngineStatus::new()).unwrap())
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*asked.lock().unwrap(), [false, true]);
}

#[test]
fn of_a_value_there_is_no_other_and_the_refusal_is_the_error() {
    let body = r#"{"code":"AccessDeniedException","requestId":"1","detailedMessage":"The security token included in the request is expired"}"#;
    let length = body.len();
    let answer = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {length}\r\n\r\n{body}");
    let peer = Peer::start(move |mut stream, _| {
        while request(&mut stream).is_some() {
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let endpoint = peer.endpoint().with_region("us-east-1").unwrap();
    let client = Client::new(endpoint, key("A", None)).unwrap();
    let error = client.send(&GetEngineStatus::new()).unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Service(ExceptionKind::AccessDeniedException)
    );
    assert_eq!(error.attempts(), 1);
}
