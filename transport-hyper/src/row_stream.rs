//! Rows of a response as they arrive.

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

use crate::{Client, Run, item_stream::Items};

impl Client {
    /// Sends a query and returns the rows of its response as they arrive, each decoded into a `T`.
    ///
    /// Nothing is sent before the first row is requested, and rows that you do not request are not fetched. See
    /// [`RowStream`].
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
    pub fn rows<T: DeserializeOwned>(&self, query: impl RowQuery) -> RowStream<T> {
        self.call(query).rows()
    }
}

/// The rows of a response as they arrive: see [`Client::rows`].
///
/// A stream of results. Rows before an error are valid. An error is the last item, so receiving rows does not
/// mean that the query succeeds. The query is retried according to its effect, but only before the first row.
///
/// The time between a row, or a dropped future of [`next`](RowStream::next), and the next call of `next` does not
/// count towards the time limits of the call and its attempts. If you poll the [`Stream`] itself, as adapters do,
/// the time between a poll without a row and the next row does count: the client does not notice that polling has
/// stopped.
///
/// Dropping the stream before its end closes the connection. Neptune continues the query until it notices that it
/// cannot send the response. To cancel the query, set [`cancel_on_abandon`](crate::CallBuilder::cancel_on_abandon).
#[must_use = "nothing is sent before the first row is requested"]
pub struct RowStream<T: DeserializeOwned>(Items<Rows<T>>);

impl<T: DeserializeOwned> RowStream<T> {
    pub(crate) fn new(run: Run<Rows<T>>) -> Self {
        RowStream(Items::new(run))
    }

    /// The next row, or `None` at the end and after an error.
    ///
    /// The future can be dropped at any time without losing a row.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.0.next().await
    }
}

impl<T: DeserializeOwned> RowStream<T> {
    /// The members of the response other than the rows, as far as they have arrived: for SPARQL usually with
    /// [`vars`](Envelope::vars) before the first row. Also available after a future of [`next`](RowStream::next)
    /// was dropped.
    pub fn envelope(&self) -> &Envelope {
        match self.0.peek_output() {
            Some(end) => &end.envelope,
            None => self.0.machine().envelope(),
        }
    }

    /// The summary at the end of the response: the number of rows, the members other than the rows, status and
    /// headers. `None` before the end, and after an error.
    pub fn summary(&self) -> Option<&RowsSummary> {
        self.0.peek_output()
    }
}

impl<T: DeserializeOwned> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx)
    }
}

impl<T: DeserializeOwned> FusedStream for RowStream<T> {
    fn is_terminated(&self) -> bool {
        self.0.is_done()
    }
}

impl<T: DeserializeOwned> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
