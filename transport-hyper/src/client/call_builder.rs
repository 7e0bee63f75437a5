//! Calls with options.

use neptunedata::{
    Call, CallOutput, Error, Operation,
    rows::{RowQuery, Rows},
};
use serde::de::DeserializeOwned;

use super::Client;
use crate::{BodyStream, ItemStream, RowStream, Run};

neptunedata::call_builder!();
neptunedata::client_bytes!(BodyStream);

impl<O: Operation> CallBuilder<O> {
    /// Sends the request and returns its output with status, headers and body.
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{Client, Effect, engine::GetEngineStatus};
    /// # use std::time::Duration;
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client
    ///     .call(&GetEngineStatus::new())
    ///     .timeout(Duration::from_secs(5))
    ///     .max_attempts(1)
    ///     .send()
    ///     .await?;
    /// println!("{:?} {:?}", response.meta.request_id(), response.output);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`Client::send`].
    pub async fn send(self) -> Result<CallOutput<O::Output>, Error> {
        let (session, seed) = (self.client.session(), self.client.seed());
        let call = Call::with_options(session, &self.operation, &self.options, seed);
        Run::new(&self.client, call, O::INFO.name).output().await
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
        ItemStream::new(Run::new(&self.client, rows, O::INFO.name))
    }
}
