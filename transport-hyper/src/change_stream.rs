//! Following change streams.

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
    /// [`GetSparqlStream`](crate::streams::GetSparqlStream). For single records, however large a
    /// transaction is, see [`change_records`](Client::change_records).
    ///
    /// ```no_run
    /// use neptunedata_hyper::{
    ///     Client, changes::{Checkpoint, StartPosition}, streams::GetPropertygraphStream,
    /// };
    ///
    /// # fn keep(_: Checkpoint) {}
    /// # async fn run(client: Client, kept: Option<Checkpoint>) -> Result<(), Box<dyn std::error::Error>> {
    /// let start = kept.map_or(StartPosition::TrimHorizon, StartPosition::After);
    /// let mut changes = client.changes::<GetPropertygraphStream>(start);
    /// while let Some(transaction) = changes.next().await {
    ///     let transaction = transaction?;
    ///     for record in &transaction.records {
    ///         println!("{:?} {:?}", record.op, record.data);
    ///     }
    ///     keep(transaction.checkpoint); // What was worked on does not come again.
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn changes<O>(&self, start: StartPosition) -> ChangeStream<O>
    where
        O: ChangeSource + 'static,
        O::Record: Send,
    {
        self.changes_with(start, ChangesOptions::new())
    }

    /// Follows a change stream, with options.
    pub fn changes_with<O>(&self, start: StartPosition, options: ChangesOptions) -> ChangeStream<O>
    where
        O: ChangeSource + 'static,
        O::Record: Send,
    {
        let transactions = Transactions::with_options(self.session(), start, options, self.seed());
        let running = Run::new(self.clone(), transactions, O::INFO.name);
        ChangeStream(Items::new(running))
    }
}

/// The transactions of a change stream: [`Client::changes`].
///
/// A stream of results, without an end unless it is told to
/// [end with the stream](ChangesOptions::stop_at_end): at the end of the stream it waits for what comes.
/// An error is the last thing that comes. The client's
/// [`timeout`](neptunedata::transport::ClientOptions::timeout) holds for each page, not for all of it; whose time is whose,
/// is as with [`RowStream`](crate::RowStream).
#[must_use = "nothing is sent before the first transaction is asked for"]
pub struct ChangeStream<O: ChangeSource>(Items<Transactions<O>>);

impl<O> ChangeStream<O>
where
    O: ChangeSource + 'static,
    O::Record: Send,
{
    /// The next transaction, or none at the end and after an error.
    ///
    /// The future can be dropped at any time, and nothing is lost by that.
    pub async fn next(&mut self) -> Option<Result<Transaction<O::Record>, Error>> {
        self.0.next().await
    }
}

impl<O: ChangeSource> ChangeStream<O> {
    /// The place behind the transaction that was handed out last, or where it began: with
    /// [`StartPosition::Latest`] as soon as the service has told the end of the stream. Known also while a
    /// transaction is waited for, and after that was given up.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.0.machine().checkpoint()
    }

    /// What it ended in, if it did without an error.
    pub fn end(&self) -> Option<&ChangesSummary> {
        self.0.peek_output()
    }
}

impl<O> Stream for ChangeStream<O>
where
    O: ChangeSource + 'static,
    O::Record: Send,
{
    type Item = Result<Transaction<O::Record>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx)
    }
}

impl<O> FusedStream for ChangeStream<O>
where
    O: ChangeSource + 'static,
    O::Record: Send,
{
    fn is_terminated(&self) -> bool {
        self.0.is_over()
    }
}

impl<O: ChangeSource> fmt::Debug for ChangeStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeStream")
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}
