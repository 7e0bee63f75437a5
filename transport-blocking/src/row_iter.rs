//! Rows of a response as they arrive.

use std::{fmt, iter::FusedIterator};

use neptunedata::{
    Error,
    rows::{Envelope, RowQuery, Rows, RowsSummary},
};
use serde::de::DeserializeOwned;

use crate::{CallBuilder, Client, Run};

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
    pub fn rows<T: DeserializeOwned>(&self, query: &impl RowQuery) -> RowIter<T> {
        self.call(query).rows()
    }
}

impl<O: RowQuery> CallBuilder<'_, O> {
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
        let (client, operation, options) = self.into_parts();
        let rows = Rows::with_options(client.session(), operation, &options, client.seed());
        RowIter {
            run: Run::new(client, rows, O::INFO.name),
            is_done: false,
        }
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
/// it cannot send the response. To cancel the query, set [`cancel_on_abandon`](CallBuilder::cancel_on_abandon).
#[must_use = "nothing is sent before the first row is requested"]
pub struct RowIter<T: DeserializeOwned> {
    run: Run<Rows<T>>,
    is_done: bool,
}

impl<T: DeserializeOwned> RowIter<T> {
    /// The members of the response other than the rows, as far as they have arrived: for SPARQL usually with
    /// [`vars`](Envelope::vars) before the first row.
    pub fn envelope(&self) -> &Envelope {
        match self.run.peek_output() {
            Some(end) => &end.envelope,
            None => self.run.machine().envelope(),
        }
    }

    /// The summary at the end of the response: the number of rows, the members other than the rows, status and
    /// headers. `None` before the end, and after an error.
    pub fn summary(&self) -> Option<&RowsSummary> {
        self.run.peek_output()
    }
}

impl<T: DeserializeOwned> Iterator for RowIter<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Result<T, Error>> {
        if self.is_done {
            return None;
        }
        let row = self.run.next_item().transpose();
        self.is_done = self.run.has_ended();
        row
    }
}

impl<T: DeserializeOwned> FusedIterator for RowIter<T> {}

impl<T: DeserializeOwned> fmt::Debug for RowIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowIter")
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}
