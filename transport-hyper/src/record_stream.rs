//! Following change streams, record by record.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{FusedStream, Stream};
use neptunedata::{
    Error,
    changes::{
        Change, ChangeSource, Changes, ChangesOptions, ChangesSummary, Checkpoint, StartPosition,
    },
};

use crate::{Client, Run, item_stream::Items};

impl Client {
    /// Follows a change stream, record by record, so that a transaction may be of any size. For whole
    /// transactions see [`changes`](Client::changes).
    ///
    /// ```no_run
    /// use neptunedata_hyper::{
    ///     Client, changes::{Checkpoint, StartPosition}, streams::GetPropertygraphStream,
    /// };
    ///
    /// # fn keep(_: Checkpoint) {}
    /// # async fn run(client: Client, kept: Option<Checkpoint>) -> Result<(), Box<dyn std::error::Error>> {
    /// let start = kept.map_or(StartPosition::TrimHorizon, StartPosition::After);
    /// let mut changes = client.change_records::<GetPropertygraphStream>(start);
    /// while let Some(change) = changes.next().await {
    ///     let change = change?;
    ///     println!("{}: {:?}", change.event_id, change.record.data);
    ///     if let Some(checkpoint) = change.checkpoint {
    ///         keep(checkpoint); // A transaction ends here.
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn change_records<O>(&self, start: StartPosition) -> RecordStream<O>
    where
        O: ChangeSource + 'static,
        O::Record: Send,
    {
        self.change_records_with(start, ChangesOptions::new())
    }

    /// Follows a change stream record by record, with options.
    pub fn change_records_with<O>(
        &self,
        start: StartPosition,
        options: ChangesOptions,
    ) -> RecordStream<O>
    where
        O: ChangeSource + 'static,
        O::Record: Send,
    {
        let changes = Changes::with_options(self.session(), start, options, self.seed());
        let running = Run::new(self.clone(), changes, O::INFO.name);
        RecordStream(Items::new(running))
    }
}

/// The records of a change stream: [`Client::change_records`].
///
/// A stream of results, without an end unless it is told to
/// [end with the stream](ChangesOptions::stop_at_end): at the end of the stream it waits for what comes.
/// An error is the last thing that comes. The client's
/// [`timeout`](neptunedata::transport::ClientOptions::timeout) holds for each page, not for all of it; whose time is whose,
/// is as with [`RowStream`](crate::RowStream).
#[must_use = "nothing is sent before the first record is asked for"]
pub struct RecordStream<O: ChangeSource>(Items<Changes<O>>);

impl<O> RecordStream<O>
where
    O: ChangeSource + 'static,
    O::Record: Send,
{
    /// The next record, or none at the end and after an error.
    ///
    /// The future can be dropped at any time, and nothing is lost by that.
    pub async fn next(&mut self) -> Option<Result<Change<O::Record>, Error>> {
        self.0.next().await
    }
}

impl<O: ChangeSource> RecordStream<O> {
    /// The last place between transactions that was come by, or where it began: with
    /// [`StartPosition::Latest`] as soon as the service has told the end of the stream. What was handed out
    /// behind it comes again from there. Known also while a record is waited for, and after
    /// that was given up.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.0.machine().checkpoint()
    }

    /// What it ended in, if it did without an error.
    pub fn end(&self) -> Option<&ChangesSummary> {
        self.0.peek_output()
    }
}

impl<O> Stream for RecordStream<O>
where
    O: ChangeSource + 'static,
    O::Record: Send,
{
    type Item = Result<Change<O::Record>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx)
    }
}

impl<O> FusedStream for RecordStream<O>
where
    O: ChangeSource + 'static,
    O::Record: Send,
{
    fn is_terminated(&self) -> bool {
        self.0.is_over()
    }
}

impl<O: ChangeSource> fmt::Debug for RecordStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordStream")
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}
