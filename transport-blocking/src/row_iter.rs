//! Rows of a response as they arrive.

use neptunedata::rows::{Envelope, RowQuery, Rows};
use serde::de::DeserializeOwned;

use crate::{Client, ItemIter};

impl Client {
    /// Sends a query and returns the rows of its response as they arrive, each decoded into a `T`.
    ///
    /// Nothing is sent before the first row is requested, and rows that you do not request are not fetched. See
    /// [`RowIter`].
    ///
    /// ```no_run
    /// use neptunedata_blocking::{Client, Endpoint, opencypher::ExecuteOpenCypherQuery};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Person {
    ///     name: String,
    /// }
    ///
    /// let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let query = ExecuteOpenCypherQuery::new("MATCH (p:Person) RETURN p.name AS name");
    /// for person in client.rows::<Person>(&query) {
    ///     println!("{}", person?.name);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rows<T: DeserializeOwned>(&self, query: impl RowQuery) -> RowIter<T> {
        self.call(query).rows()
    }
}

/// The rows of a response as they arrive: see [`Client::rows`].
///
/// An iterator over results. Rows before an error are valid. An error is the last item, so receiving rows does
/// not mean that the query succeeds. The query is retried according to its effect, but only before the first row.
///
/// The time between two rows does not count towards the time limits of the call and its attempts.
///
/// Dropping the iterator before its end closes the connection. Neptune continues the query until it notices that
/// it cannot send the response. To cancel the query, set
/// [`cancel_on_abandon`](crate::CallBuilder::cancel_on_abandon).
///
/// At the end, [`summary`](ItemIter::summary) returns a [`RowsSummary`](crate::rows::RowsSummary): the number of rows,
/// the members other than the rows, status and headers.
pub type RowIter<T> = ItemIter<Rows<T>>;

impl<T: DeserializeOwned> ItemIter<Rows<T>> {
    /// The members of the response other than the rows, as far as they have arrived: for SPARQL usually with
    /// [`vars`](Envelope::vars) before the first row.
    pub fn envelope(&self) -> &Envelope {
        match self.summary() {
            Some(end) => &end.envelope,
            None => self.machine().envelope(),
        }
    }
}
