//! Following change streams, record by record.

use neptunedata::changes::{ChangeSource, Changes, ChangesOptions, Checkpoint, StartPosition};

use crate::{Client, ItemIter, Run};

impl Client {
    /// Follows a change stream, record by record:
    /// [`GetPropertygraphStream`](crate::streams::GetPropertygraphStream) or
    /// [`GetSparqlStream`](crate::streams::GetSparqlStream). Transactions can be of any size. For whole
    /// transactions, see [`changes`](Client::changes).
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
    /// for change in client.change_records::<GetPropertygraphStream>(start) {
    ///     let change = change?;
    ///     println!("{}: {:?}", change.event_id, change.record.data);
    ///     if let Some(checkpoint) = change.checkpoint {
    ///         store(checkpoint); // The transaction is complete: start here the next time.
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change_records<O: ChangeSource>(&self, start: StartPosition) -> RecordIter<O> {
        self.change_records_with(start, ChangesOptions::new())
    }

    /// Like [`change_records`](Client::change_records), with options.
    pub fn change_records_with<O: ChangeSource>(
        &self,
        start: StartPosition,
        options: ChangesOptions,
    ) -> RecordIter<O> {
        let changes = Changes::with_options(self.session(), start, options, self.seed());
        ItemIter::new(Run::new(self, changes, O::INFO.name))
    }
}

/// The records of a change stream: see [`Client::change_records`].
///
/// An iterator over results. It does not end unless [`stop_at_end`](ChangesOptions::stop_at_end) is set: at the
/// end of the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole iteration. The time between two items does not count.
///
/// At the end, [`summary`](ItemIter::summary) returns a [`ChangesSummary`](crate::changes::ChangesSummary).
pub type RecordIter<O> = ItemIter<Changes<O>>;

impl<O: ChangeSource> ItemIter<Changes<O>> {
    /// The checkpoint after the last complete transaction, or else of the start position. With
    /// [`StartPosition::Latest`] it is known once the service has reported the end of the stream. Records handed
    /// out after this checkpoint are delivered again if you start there.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.machine().checkpoint()
    }
}
