//! Following change streams, record by record.

use std::{fmt, iter::FusedIterator};

use neptunedata::{
    Error,
    changes::{
        Change, ChangeSource, Changes, ChangesOptions, ChangesSummary, Checkpoint, StartPosition,
    },
};

use crate::{Client, Run};

impl Client {
    /// Follows a change stream, record by record, so that a transaction may be of any size. For whole
    /// transactions see [`changes`](Client::changes).
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
    /// for change in client.change_records::<GetPropertygraphStream>(start) {
    ///     let change = change?;
    ///     println!("{}: {:?}", change.event_id, change.record.data);
    ///     if let Some(checkpoint) = change.checkpoint {
    ///         keep(checkpoint); // A transaction ends here.
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change_records<O: ChangeSource>(&self, start: StartPosition) -> RecordIter<O> {
        self.change_records_with(start, ChangesOptions::new())
    }

    /// Follows a change stream record by record, with options.
    pub fn change_records_with<O: ChangeSource>(
        &self,
        start: StartPosition,
        options: ChangesOptions,
    ) -> RecordIter<O> {
        let changes = Changes::with_options(self.session(), start, options, self.seed());
        RecordIter {
            running: Run::new(self, changes, O::INFO.name),
            over: false,
        }
    }
}

/// The records of a change stream: [`Client::change_records`].
///
/// An iterator over results, without an end unless it is told to
/// [end with the stream](ChangesOptions::stop_at_end): at the end of the stream it waits for what comes.
/// An error is the last thing that comes. The client's
/// [`timeout`](neptunedata::transport::ClientOptions::timeout) holds for each page, not for all of it.
#[must_use = "nothing is sent before the first record is asked for"]
pub struct RecordIter<O: ChangeSource> {
    running: Run<Changes<O>>,
    over: bool,
}

impl<O: ChangeSource> RecordIter<O> {
    /// The last place between transactions that was come by, or where it began: with
    /// [`StartPosition::Latest`] as soon as the service has told the end of the stream. What was handed out
    /// behind it comes again from there.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.running.machine().checkpoint()
    }

    /// What it ended in, if it did without an error.
    pub fn end(&self) -> Option<&ChangesSummary> {
        self.running.peek_output()
    }
}

impl<O: ChangeSource> Iterator for RecordIter<O> {
    type Item = Result<Change<O::Record>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let record = self.running.next_item().transpose();
        self.over = self.running.has_ended();
        record
    }
}

impl<O: ChangeSource> FusedIterator for RecordIter<O> {}

impl<O: ChangeSource> fmt::Debug for RecordIter<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordIter")
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}
