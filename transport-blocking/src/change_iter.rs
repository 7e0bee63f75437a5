//! Following change streams.

use std::{fmt, iter::FusedIterator};

use neptunedata::{
    Error,
    changes::{
        ChangeSource, ChangesOptions, ChangesSummary, Checkpoint, StartPosition, Transaction,
        Transactions,
    },
};

use crate::{Client, Run};

impl Client {
    /// Follows a change stream, transaction by transaction:
    /// [`GetPropertygraphStream`](crate::streams::GetPropertygraphStream) or
    /// [`GetSparqlStream`](crate::streams::GetSparqlStream). For single records, however large a
    /// transaction is, see [`change_records`](Client::change_records).
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{Client, Endpoint};
    /// use neptunedata_blocking::{
    ///     changes::{Checkpoint, StartPosition}, streams::GetPropertygraphStream,
    /// };
    ///
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// # let (kept, keep): (Option<Checkpoint>, fn(Checkpoint)) = (None, |_| {});
    /// let start = kept.map_or(StartPosition::TrimHorizon, StartPosition::After);
    /// for transaction in client.changes::<GetPropertygraphStream>(start) {
    ///     let transaction = transaction?;
    ///     for record in &transaction.records {
    ///         println!("{:?} {:?}", record.op, record.data);
    ///     }
    ///     keep(transaction.checkpoint); // What was worked on does not come again.
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn changes<O: ChangeSource>(&self, start: StartPosition) -> ChangeIter<O> {
        self.changes_with(start, ChangesOptions::new())
    }

    /// Follows a change stream, with options.
    pub fn changes_with<O: ChangeSource>(
        &self,
        start: StartPosition,
        options: ChangesOptions,
    ) -> ChangeIter<O> {
        let transactions = Transactions::with_options(self.session(), start, options, self.seed());
        ChangeIter {
            running: Run::new(self, transactions, O::INFO.name),
            over: false,
        }
    }
}

/// The transactions of a change stream: [`Client::changes`].
///
/// An iterator over results, without an end unless it is told to
/// [end with the stream](ChangesOptions::stop_at_end): at the end of the stream it waits for what comes.
/// An error is the last thing that comes. The client's
/// [`timeout`](neptunedata::transport::ClientOptions::timeout) holds for each page, not for all of it.
#[must_use = "nothing is sent before the first transaction is asked for"]
pub struct ChangeIter<O: ChangeSource> {
    running: Run<Transactions<O>>,
    over: bool,
}

impl<O: ChangeSource> ChangeIter<O> {
    /// The place behind the transaction that was handed out last, or where it began: with
    /// [`StartPosition::Latest`] as soon as the service has told the end of the stream.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.running.machine().checkpoint()
    }

    /// What it ended in, if it did without an error.
    pub fn end(&self) -> Option<&ChangesSummary> {
        self.running.peek_output()
    }
}

impl<O: ChangeSource> Iterator for ChangeIter<O> {
    type Item = Result<Transaction<O::Record>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let transaction = self.running.next_item().transpose();
        self.over = self.running.has_ended();
        transaction
    }
}

impl<O: ChangeSource> FusedIterator for ChangeIter<O> {}

impl<O: ChangeSource> fmt::Debug for ChangeIter<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeIter")
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}
