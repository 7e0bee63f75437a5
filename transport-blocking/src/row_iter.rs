//! Rows of a response as they arrive.

use neptunedata::rows::Rows;

use crate::{Client, ItemIter};

neptunedata::client_rows!(ItemIter, RowIter);

/// The rows of a response as they arrive: see [`Client::rows`].
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
///
/// An iterator over results. Rows before an error are valid. An error is the last item, so receiving rows does
/// not mean that the query succeeds. The query is retried according to its effect, but only before the first row.
///
/// The time between two rows does not count towards the time limits of the call and its attempts, unless the client
/// has an [agent](crate::ClientBuilder::agent) of the caller.
///
/// Dropping the iterator before its end closes the connection. Neptune continues the query until it notices that it
/// cannot send the response. To cancel the query, set [`cancel_on_abandon`](crate::CallBuilder::cancel_on_abandon).
///
/// At the end, [`summary`](ItemIter::summary) returns a [`RowsSummary`](crate::rows::RowsSummary): the number of rows,
/// the members other than the rows, status and headers.
pub type RowIter<T> = ItemIter<Rows<T>>;
