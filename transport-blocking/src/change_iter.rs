//! Following change streams, transaction by transaction.

use std::{fmt, iter::FusedIterator};

use neptunedata::{
    Error,
    changes::{
        ChangeSource, ChangesOptions, ChangesSummary, Checkpoint, StartPosition, Transaction,
        Transactions,
    },
};

use crate::{Client, Run, item_iter::Items};

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
        ChangeIter(Items::new(Run::new(self, transactions, O::INFO.name)))
    }
}

/// The transactions of a change stream: see [`Client::changes`].
///
/// An iterator over results. It does not end unless [`stop_at_end`](ChangesOptions::stop_at_end) is set: at the
/// end of the change stream it polls for new records. An error is the last item.
///
/// The client's [`timeout`](neptunedata::transport::ClientOptions::timeout) applies to each page, not to the
/// whole iteration. The time between two items does not count.
#[must_use = "nothing is sent before the first transaction is requested"]
pub struct ChangeIter<O: ChangeSource>(Items<Transactions<O>>);

impl<O: ChangeSource> ChangeIter<O> {
    /// The checkpoint after the last transaction handed out, or else of the start position. With
    /// [`StartPosition::Latest`] it is known once the service has reported the end of the stream.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.0.machine().checkpoint()
    }

    /// The summary at the end of the stream. `None` before the end, and after an error.
    pub fn summary(&self) -> Option<&ChangesSummary> {
        self.0.peek_output()
    }
}

impl<O: ChangeSource> Iterator for ChangeIter<O> {
    type Item = Result<Transaction<O::Record>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl<O: ChangeSource> FusedIterator for ChangeIter<O> {}

impl<O: ChangeSource> fmt::Debug for ChangeIter<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeIter")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
