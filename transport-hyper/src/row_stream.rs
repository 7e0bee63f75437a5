//! Rows of a response as they arrive.

use neptunedata::rows::{Envelope, RowQuery, Rows};
use serde::de::DeserializeOwned;

use crate::{Client, ItemStream};

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
/// The time between a row, or a dropped future of [`next`](ItemStream::next), and the next call of `next` does not
/// count towards the time limits of the call and its attempts. If you poll the [`Stream`](futures_core::Stream)
/// itself, as adapters do, the time between a poll without a row and the next row does count: the client does not
/// notice that polling has stopped.
///
/// Dropping the stream before its end closes the connection. Neptune continues the query until it notices that it
/// cannot send the response. To cancel the query, set [`cancel_on_abandon`](crate::CallBuilder::cancel_on_abandon).
///
/// At the end, [`summary`](ItemStream::summary) returns a [`RowsSummary`](crate::rows::RowsSummary): the number of rows,
/// the members other than the rows, status and headers.
pub type RowStream<T> = ItemStream<Rows<T>>;

impl<T: DeserializeOwned> ItemStream<Rows<T>> {
    /// The members of the response other than the rows, as far as they have arrived: for SPARQL usually with
    /// [`vars`](Envelope::vars) before the first row. Also available after a future of [`next`](ItemStream::next)
    /// was dropped.
    pub fn envelope(&self) -> &Envelope {
        match self.summary() {
            Some(end) => &end.envelope,
            None => self.run.machine.envelope(),
        }
    }
}
