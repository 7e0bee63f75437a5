//! Following change streams, by transaction or by record.

use neptunedata::changes::{
    ChangeSource, Changes, ChangesOptions, Checkpoint, StartPosition, Transactions,
};

use crate::{Client, ItemStream, Run};

impl Client {
    /// Follows a change stream, transaction by transaction:
    /// [`GetPropertygraphStream`](crate::streams::GetPropertygraphStream) or
    /// [`GetSparqlStream`](crate::streams::GetSparqlStream). Each transaction is kept in memory; for transactions
    /// of any size, see [`change_records`](Client::change_records).
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
    pub fn changes<O: ChangeSource>(&self, start: StartPosition) -> ChangeStream<O> {
        self.changes_with(start, ChangesOptions::new())
    }

    /// Like [`changes`](Client::changes), with options.
    pub fn changes_with<O: ChangeSource>(
        &self,
        start: StartPosition,
        options: ChangesOptions,
    ) -> ChangeStream<O> {
        let transactions = Transactions::with_options(self.session(), start, options, self.seed());
        let run = Run::new(self.clone(), transactions, O::INFO.name);
        ItemStream::new(run)
    }

    /// Follows a change stream like [`changes`](Client::changes), but record by record, so that transactions can be of
    /// any size.
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
    pub fn change_records<O: ChangeSource>(&self, start: StartPosition) -> RecordStream<O> {
        self.change_records_with(start, ChangesOptions::new())
    }

    /// Like [`change_records`](Client::change_records), with options.
    pub fn change_records_with<O: ChangeSource>(
        &self,
        start: StartPosition,
        options: ChangesOptions,
    ) -> RecordStream<O> {
        let changes = Changes::with_options(self.session(), start, options, self.seed());
        let run = Run::new(self.clone(), changes, O::INFO.name);
        ItemStream::new(run)
    }
}

/// The transactions of a change stream: see [`Client::changes`].
///
/// A stream of results. It does not end unless [`stop_at_end`](ChangesOptions::stop_at_end) is set: at the end of
/// the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole stream. Time between items counts as described at [`RowStream`](crate::RowStream).
///
/// At the end, [`summary`](ItemStream::summary) returns a [`ChangesSummary`](crate::changes::ChangesSummary).
pub type ChangeStream<O> = ItemStream<Transactions<O>>;

/// The records of a change stream: see [`Client::change_records`]. Behaves like a [`ChangeStream`].
pub type RecordStream<O> = ItemStream<Changes<O>>;

impl<O: ChangeSource> ItemStream<Transactions<O>> {
    /// The checkpoint after the last transaction handed out, or else of the start position. With
    /// [`StartPosition::Latest`] it is known once the service has reported the end of the stream. Also available
    /// after a future of [`next`](ItemStream::next) was dropped.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.run.machine.checkpoint()
    }
}

impl<O: ChangeSource> ItemStream<Changes<O>> {
    /// Like [`ChangeStream::checkpoint`](ItemStream::checkpoint), after the last complete transaction: records handed
    /// out after this checkpoint are delivered again if you start there.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.run.machine.checkpoint()
    }
}
