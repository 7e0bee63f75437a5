//! Calls with options.

use std::fmt;

use neptunedata::{
    Call, CallOptions, CallOutput, Error, Operation,
    rows::{RowQuery, Rows},
};
use serde::de::DeserializeOwned;

use crate::{Client, ItemStream, RowStream, Run};

/// A call that has not started: see [`Client::call`].
#[must_use = "nothing is sent before `send`"]
pub struct CallBuilder<O> {
    client: Client,
    operation: O,
    options: CallOptions,
}

impl<O: Operation> CallBuilder<O> {
    pub(crate) fn new(client: &Client, operation: O) -> Self {
        CallBuilder {
            client: client.clone(),
            operation,
            options: CallOptions::new(),
        }
    }

    neptunedata::call_builder_methods!();

    /// Sends the request and returns its output with status, headers and body.
    ///
    /// # Errors
    ///
    /// Like [`Client::send`].
    pub async fn send(self) -> Result<CallOutput<O::Output>, Error> {
        let (session, seed) = (self.client.session(), self.client.seed());
        let call = Call::with_options(session, &self.operation, &self.options, seed);
        Run::new(self.client, call, O::INFO.name).output().await
    }
}

impl<O: RowQuery> CallBuilder<O> {
    /// Returns the rows of the response as they arrive, instead of the output that [`send`](CallBuilder::send)
    /// collects: see [`Client::rows`]. [`max_body_bytes`](CallBuilder::max_body_bytes) does not apply.
    ///
    /// ```no_run
    /// use neptunedata_hyper::{Client, Effect, gremlin::ExecuteGremlinQuery};
    ///
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let query = ExecuteGremlinQuery::new("g.V().id()");
    /// let mut ids = client.call(&query).effect(Effect::Read).max_row_bytes(1024).rows::<String>();
    /// while let Some(id) = ids.next().await {
    ///     println!("{}", id?);
    /// }
    /// println!("{:?} in total", ids.summary().map(|summary| summary.rows));
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows<T: DeserializeOwned>(self) -> RowStream<T> {
        let (session, seed) = (self.client.session(), self.client.seed());
        let rows = Rows::with_options(session, &self.operation, &self.options, seed);
        ItemStream::new(Run::new(self.client, rows, O::INFO.name))
    }
}

/// Shows only the operation: request and options may contain private data.
impl<O: Operation> fmt::Debug for CallBuilder<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallBuilder")
            .field("operation", &O::INFO.name)
            .finish_non_exhaustive()
    }
}
