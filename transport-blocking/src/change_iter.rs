//! Following change streams, by transaction or by record.

use neptunedata::changes::{Changes, Transactions};

use crate::{Client, ItemIter, Run};

neptunedata::client_changes!(ItemIter, ChangeIter, RecordIter);

/// The transactions of a change stream: see [`Client::changes`].
///
/// ```no_run
/// # use neptunedata_blocking::{Client, Endpoint};
/// use neptunedata_blocking::{
///     changes::{Checkpoint, StartPosition}, streams::GetPropertygraphStream,
/// };
///
/// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
/// # let (stored, store): (Option<Checkpoint>, fn(Checkpoint)) = (None, |_| {});
/// let start = stored.map_or(StartPosition::TrimHorizon, StartPosition::After);
/// for transaction in client.changes::<GetPropertygraphStream>(start) {
///     let transaction = transaction?;
///     for record in &transaction.records {
///         println!("{:?} {:?}", record.op, record.data);
///     }
///     store(transaction.checkpoint); // Start here the next time.
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An iterator over results. It does not end unless [`stop_at_end`](crate::changes::ChangesOptions::stop_at_end) is
/// set: at the end of the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole iteration. The time between two items does not count.
///
/// At the end, [`summary`](ItemIter::summary) returns a [`ChangesSummary`](crate::changes::ChangesSummary).
pub type ChangeIter<O> = ItemIter<Transactions<O>>;

/// The records of a change stream: see [`Client::change_records`]. Behaves like a [`ChangeIter`].
///
/// ```no_run
/// # use neptunedata_blocking::{Client, Endpoint, changes::Checkpoint};
/// use neptunedata_blocking::{changes::StartPosition, streams::GetPropertygraphStream};
///
/// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
/// # let store: fn(Checkpoint) = |_| {};
/// for change in client.change_records::<GetPropertygraphStream>(StartPosition::TrimHorizon) {
///     let change = change?;
///     println!("{}: {:?}", change.event_id, change.record.data);
///     if let Some(checkpoint) = change.checkpoint {
///         store(checkpoint); // The transaction is complete: start here the next time.
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type RecordIter<O> = ItemIter<Changes<O>>;
