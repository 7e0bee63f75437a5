//! Calls with options.

use std::fmt;

use neptunedata::{
    Call, CallOptions, CallOutput, Error, Operation,
    rows::{RowQuery, Rows},
};
use serde::de::DeserializeOwned;

use crate::{Client, ItemIter, RowIter, Run};

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
    pub fn send(self) -> Result<CallOutput<O::Output>, Error> {
        let (session, seed) = (self.client.session(), self.client.seed());
        let call = Call::with_options(session, &self.operation, &self.options, seed);
        Run::new(&self.client, call, O::INFO.name).output()
    }
}

impl<O: RowQuery> CallBuilder<O> {
    /// Returns the rows of the response as they arrive, instead of the output that [`send`](CallBuilder::send)
    /// collects: see [`Client::rows`]. [`max_body_bytes`](CallBuilder::max_body_bytes) does not apply.
    ///
    /// ```no_run
    /// use neptunedata_blocking::{Client, Effect, Endpoint, gremlin::ExecuteGremlinQuery};
    ///
    /// let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let query = ExecuteGremlinQuery::new("g.V().id()");
    /// let ids = client.call(&query).effect(Effect::Read).max_row_bytes(1024).rows::<String>();
    /// let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rows<T: DeserializeOwned>(self) -> RowIter<T> {
        let (session, seed) = (self.client.session(), self.client.seed());
        let rows = Rows::with_options(session, &self.operation, &self.options, seed);
        ItemIter::new(Run::new(&self.client, rows, O::INFO.name))
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
