//! Following change streams, by transaction or by record.

use neptunedata::changes::{Changes, Transactions};

use crate::{Client, ItemStream, Run};

neptunedata::client_changes!(ItemStream, ChangeStream, RecordStream);

/// The transactions of a change stream: see [`Client::changes`].
///
/// ```no_run
/// use neptunedata_hyper::{
///     Client, changes::{Checkpoint, StartPosition}, streams::GetPropertygraphStream,
/// };
///
/// # fn store(_: Checkpoint) {}
/// # async fn run(client: Client, stored: Option<Checkpoint>) -> Result<(), Box<dyn std::error::Error>> {
/// let start = stored.map_or(StartPosition::TrimHorizon, StartPosition::After);
/// let mut changes = client.changes::<GetPropertygraphStream>(start);
/// while let Some(transaction) = changes.next().await {
///     let transaction = transaction?;
///     for record in &transaction.records {
///         println!("{:?} {:?}", record.op, record.data);
///     }
///     store(transaction.checkpoint); // Start here the next time.
/// }
/// # Ok(())
/// # }
/// ```
///
/// A stream of results. It does not end unless [`stop_at_end`](crate::changes::ChangesOptions::stop_at_end) is set: at
/// the end of the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole stream. Time between items counts as described at [`RowStream`](crate::RowStream).
///
/// At the end, [`summary`](ItemStream::summary) returns a [`ChangesSummary`](crate::changes::ChangesSummary).
pub type ChangeStream<O> = ItemStream<Transactions<O>>;

/// The records of a change stream: see [`Client::change_records`]. Behaves like a [`ChangeStream`].
///
/// ```no_run
/// # use neptunedata_hyper::{Client, changes::{Checkpoint, StartPosition}, streams::GetPropertygraphStream};
/// # fn store(_: Checkpoint) {}
/// # async fn run(client: Client, start: StartPosition) -> Result<(), Box<dyn std::error::Error>> {
/// let mut changes = client.change_records::<GetPropertygraphStream>(start);
/// while let Some(change) = changes.next().await {
///     let change = change?;
///     println!("{}: {:?}", change.event_id, change.record.data);
///     if let Some(checkpoint) = change.checkpoint {
///         store(checkpoint); // The transaction is complete: start here the next time.
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub type RecordStream<O> = ItemStream<Changes<O>>;
