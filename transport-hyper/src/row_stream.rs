//! Rows of a response as they arrive.

use neptunedata::rows::Rows;

use crate::{Client, ItemStream};

neptunedata::client_rows!(ItemStream, RowStream);

/// The rows of a response as they arrive: see [`Client::rows`].
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
///
/// A stream of results. Rows before an error are valid. An error is the last item, so receiving rows does not
/// mean that the query succeeds. The query is retried according to its effect, but only before the first row.
///
/// The time between a row, or a dropped future of [`next`](ItemStream::next), and the next call of `next`
/// does not count towards the time limits of the call and its attempts. If you poll the
/// [`Stream`](futures_core::Stream) itself, as adapters do, the time from a poll that returned `Pending` to
/// the next row does count, because the client cannot know that polling has stopped.
///
/// Dropping the stream before its end closes the connection. Neptune continues the query until it notices that it
/// cannot send the response. To cancel the query, set [`cancel_on_abandon`](crate::CallBuilder::cancel_on_abandon).
///
/// At the end, [`summary`](ItemStream::summary) returns a [`RowsSummary`](crate::rows::RowsSummary): the number of rows,
/// the members other than the rows, status and headers.
pub type RowStream<T> = ItemStream<Rows<T>>;
