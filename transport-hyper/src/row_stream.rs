//! Rows of an answer as they arrive.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{FusedStream, Stream};
use neptunedata::{
    Error,
    rows::{Envelope, RowQuery, Rows, RowsSummary},
};
use serde::de::DeserializeOwned;

use crate::{CallBuilder, Client, Run, item_stream::Items};

impl Client {
    /// Sends a query, and hands out the rows of its answer as they arrive, each decoded into a `T`.
    ///
    /// Nothing is sent before the first row is asked for, and what is not asked for is not
    /// fetched. See [`RowStream`].
    ///
    /// ```no_run
    /// use neptunedata_hyper::{Client, opencypher::ExecuteOpenCypherQuery};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Person {
    ///     name: String,
    /// }
    ///
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let query = ExecuteOpenCypherQuery::new("MATCH (p:Person) RETURN p.name AS name");
    /// let mut people = client.rows::<Person>(&query);
    /// while let Some(person) = people.next().await {
    ///     println!("{}", person?.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows<T: DeserializeOwned + 'static>(&self, query: &impl RowQuery) -> RowStream<T> {
        self.call(query).rows()
    }
}

impl<O: RowQuery> CallBuilder<'_, O> {
    /// Hands out the rows of the answer as they arrive, in place of [`send`](CallBuilder::send): see
    /// [`Client::rows`]. [`max_body_bytes`](CallBuilder::max_body_bytes) says nothing then.
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
    /// println!("{:?} in all", ids.end().map(|end| end.rows));
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows<T: DeserializeOwned + 'static>(self) -> RowStream<T> {
        let (client, operation, options) = self.into_parts();
        let rows = Rows::with_options(client.session(), operation, &options, client.seed());
        RowStream(Items::new(Run::new(client.clone(), rows, O::INFO.name)))
    }
}

/// The rows of an answer as they arrive: [`Client::rows`].
///
/// A stream of results. All rows before an error are good, and the error, if there is one, is the last
/// thing that comes: that there are rows says nothing about whether the query succeeds. The query
/// is sent again by its effect, but only before the first row.
///
/// The time between a row, or a dropped future of [`next`](RowStream::next), and the next time that somebody
/// asks is the caller's own and does not count towards the time-outs of call and attempt. Who polls the
/// [`Stream`] itself, as adapters do, cannot say that nobody waits any more: from a poll that has no row
/// on, time counts until there is one. Dropped before its end it closes the connection. The query may go on then; the server cannot send the answer, but
/// Neptune works on until it notices. To have it cancelled, see
/// [`cancel_on_abandon`](CallBuilder::cancel_on_abandon).
#[must_use = "nothing is sent before the first row is asked for"]
pub struct RowStream<T: DeserializeOwned>(Items<Rows<T>>);

impl<T: DeserializeOwned + 'static> RowStream<T> {
    /// The next row, or none at the end and after an error.
    ///
    /// The future can be dropped at any time, and nothing is lost by that.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.0.next().await
    }
}

impl<T: DeserializeOwned> RowStream<T> {
    /// What stands around the rows, as far as it has come: with SPARQL mostly
    /// [`vars`](Envelope::vars) before the first row. Known also while a row is waited for.
    pub fn members(&self) -> &Envelope {
        match self.0.peek_output() {
            Some(end) => &end.members,
            None => self.0.machine().members(),
        }
    }

    /// What the rows ended in: how many there were, what stood around them, status and headers. None
    /// before the end, and after an error.
    pub fn end(&self) -> Option<&RowsSummary> {
        self.0.peek_output()
    }
}

impl<T: DeserializeOwned + 'static> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx)
    }
}

impl<T: DeserializeOwned + 'static> FusedStream for RowStream<T> {
    fn is_terminated(&self) -> bool {
        self.0.is_over()
    }
}

impl<T: DeserializeOwned> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream")
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}
