//! Both clients, so that one test is for either.

use std::{future::Future, time::Duration};

use neptunedata::{
    CallOptions, Endpoint, Error,
    retry::RetryPolicy,
    rows::{RowQuery, RowsSummary},
    transport::ClientOptions,
};
use neptunedata_emulator::{Change, ChangeStream, Config, Emulator, Server};
use serde::de::DeserializeOwned;
use serde_json::json;

/// Longer than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) fn server() -> Server {
    Server::start(Emulator::new(Config::default().streams(true))).unwrap()
}

/// A commit with so many changes of a property graph.
pub(crate) fn commit(server: &Server, changes: usize) {
    let value = json!({"value": "person", "dataType": "String"});
    let data = json!({"id": "v1", "type": "vl", "key": "label", "value": value});
    let changes = vec![Change::add(data); changes];
    let now = server.now();
    server.with(|emulator| emulator.append_commit(ChangeStream::PropertyGraph, changes, now));
}

/// No waits worth the name between attempts.
pub(crate) fn options() -> ClientOptions {
    let mut policy = RetryPolicy::default();
    policy.initial_backoff = Duration::from_millis(1);
    ClientOptions::new().retry_policy(policy)
}

pub(crate) fn endpoint(server: &Server) -> Endpoint {
    Endpoint::parse(&server.endpoint()).unwrap()
}

pub(crate) fn blocking(server: &Server, options: ClientOptions) -> neptunedata_blocking::Client {
    blocking_to(endpoint(server), options)
}

pub(crate) fn blocking_to(
    endpoint: Endpoint,
    options: ClientOptions,
) -> neptunedata_blocking::Client {
    let builder = neptunedata_blocking::Client::builder(endpoint);
    builder.unsigned().options(options).build().unwrap()
}

pub(crate) fn hyper(server: &Server, options: ClientOptions) -> neptunedata_hyper::Client {
    hyper_to(endpoint(server), options)
}

pub(crate) fn hyper_to(endpoint: Endpoint, options: ClientOptions) -> neptunedata_hyper::Client {
    let builder = neptunedata_hyper::Client::builder(endpoint);
    builder.unsigned().options(options).build().unwrap()
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

/// Which client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    Blocking,
    Hyper,
}

pub(crate) const BOTH: [Driver; 2] = [Driver::Blocking, Driver::Hyper];

/// What was read of an answer.
#[derive(Debug)]
pub(crate) struct Read<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) error: Option<Error>,
    pub(crate) end: Option<RowsSummary>,
}

/// Takes up to `most` rows and then drops the rest.
pub(crate) fn read<T: DeserializeOwned + 'static>(
    driver: Driver,
    server: &Server,
    query: &impl RowQuery,
    call: CallOptions,
    most: usize,
) -> Read<T> {
    read_from(driver, endpoint(server), query, call, most)
}

/// The same, from any server.
pub(crate) fn read_from<T: DeserializeOwned + 'static>(
    driver: Driver,
    endpoint: Endpoint,
    query: &impl RowQuery,
    call: CallOptions,
    most: usize,
) -> Read<T> {
    let mut read = Read {
        rows: Vec::new(),
        error: None,
        end: None,
    };
    match driver {
        Driver::Blocking => {
            let client = blocking_to(endpoint, options());
            let mut rows = client.call(query).options(call).rows::<T>();
            while read.rows.len() < most {
                match rows.next() {
                    Some(Ok(row)) => read.rows.push(row),
                    Some(Err(error)) => {
                        assert!(read.error.replace(error).is_none(), "a second error");
                    }
                    None => break,
                }
            }
            read.end = rows.summary().cloned();
            if read.rows.len() < most {
                assert!(rows.next().is_none(), "it is fused");
            }
        }
        Driver::Hyper => block_on(async {
            let client = hyper_to(endpoint, options());
            let mut rows = client.call(query).options(call).rows::<T>();
            while read.rows.len() < most {
                match rows.next().await {
                    Some(Ok(row)) => read.rows.push(row),
                    Some(Err(error)) => {
                        assert!(read.error.replace(error).is_none(), "a second error");
                    }
                    None => break,
                }
            }
            read.end = rows.summary().cloned();
            if read.rows.len() < most {
                assert!(rows.next().await.is_none(), "it is fused");
            }
            drop(rows);
            client.flush_cancellations().await;
        }),
    }
    read
}
