//! Following change streams, transaction by transaction.

use neptunedata::changes::{ChangeSource, ChangesOptions, Checkpoint, StartPosition, Transactions};

use crate::{Client, ItemIter, Run};

impl Client {
    /// Follows a change stream, transaction by transaction:
    /// [`GetPropertygraphStream`](crate::streams::GetPropertygraphStream) or
    /// [`GetSparqlStream`](crate::streams::GetSparqlStream). Each transaction is kept in memory; for transactions
    /// of any size, see [`change_records`](Client::change_records).
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
    pub fn changes<O: ChangeSource>(&self, start: StartPosition) -> ChangeIter<O> {
        self.changes_with(start, ChangesOptions::new())
    }

    /// Like [`changes`](Client::changes), with options.
    pub fn changes_with<O: ChangeSource>(
        &self,
        start: StartPosition,
        options: ChangesOptions,
    ) -> ChangeIter<O> {
        let transactions = Transactions::with_options(self.session(), start, options, self.seed());
        ItemIter::new(Run::new(self, transactions, O::INFO.name))
    }
}

/// The transactions of a change stream: see [`Client::changes`].
///
/// An iterator over results. It does not end unless [`stop_at_end`](ChangesOptions::stop_at_end) is set: at the
/// end of the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole iteration. The time between two items does not count.
///
/// At the end, [`summary`](ItemIter::summary) returns a [`ChangesSummary`](crate::changes::ChangesSummary).
pub type ChangeIter<O> = ItemIter<Transactions<O>>;

impl<O: ChangeSource> ItemIter<Transactions<O>> {
    /// The checkpoint after the last transaction handed out, or else of the start position. With
    /// [`StartPosition::Latest`] it is known once the service has reported the end of the stream.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.machine().checkpoint()
    }
}
