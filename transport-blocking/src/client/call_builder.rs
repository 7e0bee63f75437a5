//! Calls with options.

use neptunedata::{
    Call, CallOutput, Error, Operation,
    rows::{RowQuery, Rows},
};
use serde::de::DeserializeOwned;

use super::Client;
use crate::{BodyReader, ItemIter, RowIter, Run};

neptunedata::call_builder!();
neptunedata::client_bytes!(BodyReader);

impl<O: Operation> CallBuilder<O> {
    /// Sends the request and returns its output with status, headers and body.
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{Client, Endpoint, engine::GetEngineStatus};
    /// use std::time::Duration;
    ///
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let response = client
    ///     .call(&GetEngineStatus::new())
    ///     .timeout(Duration::from_secs(3))
    ///     .max_attempts(1)
    ///     .send()?;
    /// println!("{} after {} attempts", response.meta.status, response.meta.attempts);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
