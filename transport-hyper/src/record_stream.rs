//! Following change streams, record by record.

use neptunedata::changes::{ChangeSource, Changes, ChangesOptions, Checkpoint, StartPosition};

use crate::{Client, ItemStream, Run};

impl Client {
    /// Follows a change stream, record by record:
    /// [`GetPropertygraphStream`](crate::streams::GetPropertygraphStream) or
    /// [`GetSparqlStream`](crate::streams::GetSparqlStream). Transactions can be of any size. For whole
    /// transactions, see [`changes`](Client::changes).
    ///
    /// ```no_run
    /// use neptunedata_hyper::{
    ///     Client, changes::{Checkpoint, StartPosition}, streams::GetPropertygraphStream,
    /// };
    ///
    /// # fn store(_: Checkpoint) {}
    /// # async fn run(client: Client, stored: Option<Checkpoint>) -> Result<(), Box<dyn std::error::Error>> {
    /// let start = stored.map_or(StartPosition::TrimHorizon, StartPosition::After);
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

/// The records of a change stream: see [`Client::change_records`].
///
/// A stream of results. It does not end unless [`stop_at_end`](ChangesOptions::stop_at_end) is set: at the end of
/// the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole stream. Time between items counts as described at [`RowStream`](crate::RowStream).
///
/// At the end, [`summary`](ItemStream::summary) returns a [`ChangesSummary`](crate::changes::ChangesSummary).
pub type RecordStream<O> = ItemStream<Changes<O>>;

impl<O: ChangeSource> ItemStream<Changes<O>> {
    /// The checkpoint after the last complete transaction, or else of the start position. With
    /// [`StartPosition::Latest`] it is known once the service has reported the end of the stream. Records handed
    /// out after this checkpoint are delivered again if you start there. Also available after a future of
    /// [`next`](ItemStream::next) was dropped.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.machine().checkpoint()
    }
}
