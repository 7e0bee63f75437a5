//! Emulators and clients that many tests use.

use std::time::Duration;

use neptunedata::{
    CallOptions, Endpoint, Error,
    rows::{RowQuery, RowsSummary},
    transport::ClientOptions,
};
use neptunedata_emulator::{Change, ChangeStream, Config, Emulator, Server};
use neptunedata_tests::client::Client;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Longer than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) fn server() -> Server {
    Server::start(Emulator::new(Config::default().streams(true))).unwrap()
}

/// Adds a commit with so many changes of a property graph.
pub(crate) fn commit(server: &Server, changes: usize) {
    let value = json!({"value": "person", "dataType": "String"});
    let data = json!({"id": "v1", "type": "vl", "key": "label", "value": value});
    let changes = vec![Change::add(data); changes];
    let now = server.now();
    server.with(|emulator| emulator.append_commit(ChangeStream::PropertyGraph, changes, now));
}

pub(crate) fn hyper(server: &Server, options: ClientOptions) -> neptunedata_hyper::Client {
    let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
    let builder = neptunedata_hyper::Client::builder(endpoint);
    builder.unsigned().options(options).build().unwrap()
}

/// Runs a future of the async client.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

/// What was read of a response.
#[derive(Debug)]
pub(crate) struct Read<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) error: Option<Error>,
    pub(crate) end: Option<RowsSummary>,
}

/// Reads up to `most` rows and then drops the rest.
pub(crate) fn read<T: DeserializeOwned + 'static>(
    client: &Client,
    query: &impl RowQuery,
    call: CallOptions,
    most: usize,
) -> Read<T> {
    let mut read = Read {
        rows: Vec::new(),
        error: None,
        end: None,
    };
    let mut rows = client.rows::<T>(query, call);
    while read.rows.len() < most {
        match rows.next() {
            Some(Ok(row)) => read.rows.push(row),
            Some(Err(error)) => assert!(read.error.replace(error).is_none(), "a second error"),
            None => break,
        }
    }
    read.end = rows.summary().cloned();
    if read.rows.len() < most {
        assert!(rows.next().is_none(), "nothing follows the end");
    }
    drop(rows);
    client.flush_cancellations();
    read
}

/// Reads all rows.
pub(crate) fn read_all<T: DeserializeOwned + 'static>(
    client: &Client,
    query: &impl RowQuery,
    call: CallOptions,
) -> Read<T> {
    read(client, query, call, usize::MAX)
}
