//! The body of a response as it arrives.

use neptunedata::machine::BodyChunks;

use crate::ItemStream;

/// The body of a response as it arrives, in chunks: see [`Client::bytes`](crate::Client::bytes).
///
/// ```no_run
/// use neptunedata_hyper::{Client, sparql::GetGraph};
/// use tokio::io::AsyncWriteExt;
///
/// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let mut file = tokio::fs::File::create("graph.nt").await?;
/// let mut graph = client.bytes(GetGraph::default_graph());
/// while let Some(chunk) = graph.next().await {
///     file.write_all(&chunk?).await?;
/// }
/// file.flush().await?;
/// println!("{:?}", graph.meta().and_then(|meta| meta.request_id()));
/// # Ok(())
/// # }
/// ```
///
/// A stream of results. Concatenated, the chunks are the body; their boundaries have no meaning. **The body is complete
/// only if the stream ends without an error**, which would be the last item: a query can fail after its first results
/// were sent. [`BodyChunks`] lists the failures that are detected. If the response is an error, this error is the first
/// and only item. The request is retried according to its effect, but only before the first chunk.
///
/// [`meta`](ItemStream::meta) returns status and headers, such as the content type. An error converts into a
/// `std::io::Error`, so adapters like `StreamReader` of `tokio-util` make a reader of this stream.
///
/// Time limits and dropping work as for a [`RowStream`](crate::RowStream): the time between a chunk and the next call
/// of [`next`](ItemStream::next) does not count; dropping the stream early closes its connection and, with
/// [`cancel_on_abandon`](crate::CallBuilder::cancel_on_abandon), cancels the query.
pub type BodyStream = ItemStream<BodyChunks>;

neptunedata::body_meta!(ItemStream<BodyChunks>);
