//! Rows of an answer as they arrive.

use std::{fmt, iter::FusedIterator};

use neptunedata::{
    Error,
    rows::{Envelope, RowQuery, Rows, RowsSummary},
};
use serde::de::DeserializeOwned;

use crate::{CallBuilder, Client, Run};

impl Client {
    /// Sends a query, and hands out the rows of its answer as they arrive, each decoded into a `T`.
    ///
    /// Nothing is sent before the first row is asked for, and what is not asked for is not
    /// fetched. See [`RowIter`].
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
    /// Hands out the rows of the answer as they arrive, in place of [`send`](CallBuilder::send): see
    /// [`Client::rows`]. [`max_body_bytes`](CallBuilder::max_body_bytes) says nothing then.
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
            running: Run::new(client, rows, O::INFO.name),
            over: false,
        }
    }
}

/// The rows of an answer as they arrive: [`Client::rows`].
///
/// An iterator over results. All rows before an error are good, and the error, if there is one, is the
/// last thing that comes: that there are rows says nothing about whether the query succeeds. The
/// query is sent again by its effect, but only before the first row.
///
/// The time between two rows is the caller's own and does not count towards time-outs. Dropped before
/// its end it closes the connection. The query may go on then; the server cannot send the answer,
/// but Neptune works on until it notices. To have it cancelled, see
/// [`cancel_on_abandon`](CallBuilder::cancel_on_abandon).
#[must_use = "nothing is sent before the first row is asked for"]
pub struct RowIter<T: DeserializeOwned> {
    running: Run<Rows<T>>,
    over: bool,
}

impl<T: DeserializeOwned> RowIter<T> {
    /// What stands around the rows, as far as it has come: with SPARQL mostly
    /// [`vars`](Envelope::vars) before the first row.
    pub fn members(&self) -> &Envelope {
        match self.running.peek_output() {
            Some(end) => &end.members,
            None => self.running.machine().members(),
        }
    }

    /// What the rows ended in: how many there were, what stood around them, status and headers. None
    /// before the end, and after an error.
    pub fn end(&self) -> Option<&RowsSummary> {
        self.running.peek_output()
    }
}

impl<T: DeserializeOwned> Iterator for RowIter<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Result<T, Error>> {
        if self.over {
            return None;
        }
        let row = self.running.next_item().transpose();
        self.over = self.running.has_ended();
        row
    }
}

impl<T: DeserializeOwned> FusedIterator for RowIter<T> {}

impl<T: DeserializeOwned> fmt::Debug for RowIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowIter")
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}
