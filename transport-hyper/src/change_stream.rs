//! Following change streams, transaction by transaction.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{FusedStream, Stream};
use neptunedata::{
    Error,
    changes::{
        ChangeSource, ChangesOptions, ChangesSummary, Checkpoint, StartPosition, Transaction,
        Transactions,
    },
};

use crate::{Client, Run, item_stream::Items};

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
        ChangeStream(Items::new(run))
    }
}

/// The transactions of a change stream: see [`Client::changes`].
///
/// A stream of results. It does not end unless [`stop_at_end`](ChangesOptions::stop_at_end) is set: at the end of
/// the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole stream. Time between items counts as described at [`RowStream`](crate::RowStream).
#[must_use = "nothing is sent before the first transaction is requested"]
pub struct ChangeStream<O: ChangeSource>(Items<Transactions<O>>);

impl<O: ChangeSource> ChangeStream<O> {
    /// The next transaction, or `None` at the end and after an error.
    ///
    /// The future can be dropped at any time without losing a transaction.
    pub async fn next(&mut self) -> Option<Result<Transaction<O::Record>, Error>> {
        self.0.next().await
    }
}

impl<O: ChangeSource> ChangeStream<O> {
    /// The checkpoint after the last transaction handed out, or else of the start position. With
    /// [`StartPosition::Latest`] it is known once the service has reported the end of the stream. Also available
    /// after a future of [`next`](ChangeStream::next) was dropped.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.0.machine().checkpoint()
    }

    /// The summary at the end of the stream. `None` before the end, and after an error.
    pub fn summary(&self) -> Option<&ChangesSummary> {
        self.0.peek_output()
    }
}

impl<O: ChangeSource> Stream for ChangeStream<O> {
    type Item = Result<Transaction<O::Record>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx)
    }
}

impl<O: ChangeSource> FusedStream for ChangeStream<O> {
    fn is_terminated(&self) -> bool {
        self.0.is_done()
    }
}

impl<O: ChangeSource> fmt::Debug for ChangeStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeStream")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
