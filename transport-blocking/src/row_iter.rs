//! Rows of a response as they arrive.

use std::{fmt, iter::FusedIterator};

use neptunedata::{
    Error,
    rows::{Envelope, RowQuery, Rows, RowsSummary},
};
use serde::de::DeserializeOwned;

use crate::{Client, Run, item_iter::Items};

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
#[must_use = "nothing is sent before the first row is requested"]
pub struct RowIter<T: DeserializeOwned>(Items<Rows<T>>);

impl<T: DeserializeOwned> RowIter<T> {
    pub(crate) fn new(run: Run<Rows<T>>) -> Self {
        RowIter(Items::new(run))
    }

    /// The members of the response other than the rows, as far as they have arrived: for SPARQL usually with
    /// [`vars`](Envelope::vars) before the first row.
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

impl<T: DeserializeOwned> Iterator for RowIter<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Result<T, Error>> {
        self.0.next()
    }
}

impl<T: DeserializeOwned> FusedIterator for RowIter<T> {}

impl<T: DeserializeOwned> fmt::Debug for RowIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowIter")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
