//! Credentials from a closure, with the emulator to judge them.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use neptunedata_emulator::{Config, Emulator, Identity, Server};
use neptunedata_hyper::{Client, Credentials, ErrorKind, credentials::CredentialsError};

use crate::support::*;

fn temporary(number: u32) -> (String, String) {
    (format!("ASIA{number}"), format!("token{number}"))
}

/// A cluster that lets in the first few keys, and a client whose source gives one after the other.
fn emulator(failing: u32) -> (Server, Client, Arc<AtomicU32>) {
    let mut config = Config::default().region(REGION);
    for number in 1..10 {
        let (key, token) = temporary(number);
        config = config.identity(Identity::new(key, SECRET_KEY).session_token(token));
    }
    let server = Server::start(Emulator::new(config)).unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let client = Client::builder(endpoint(server.address()))
        .credentials_from(move |_refresh| {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                tokio::task::yield_now().await;
                if number <= failing {
                    return Err(CredentialsError::new("the source is away"));
                }
                let (key, token) = temporary(number);
                Ok(Credentials::new(key, SECRET_KEY).with_session_token(token))
            }
        })
        .options(quick())
        .build()
        .unwrap();
    (server, client, asked)
}

async fn together(client: &Client) {
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&status()).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn expired_ones_are_replaced_once() {
    let (server, client, asked) = emulator(0);
    together(&client).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    server.with(|emulator| emulator.expire_token("token1"));
    together(&client).await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_source_that_failed_is_asked_again() {
    let (_server, client, asked) = emulator(2);
    for _ in 0..2 {
        let error = client.send(&start("a")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!((error.attempts(), error.may_have_executed()), (0, false));
    }
    client.send(&start("a")).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}
