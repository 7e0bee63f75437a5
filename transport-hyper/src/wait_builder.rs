//! Waiting for what takes long.

use std::{fmt, time::Duration};

use neptunedata::{
    Error, Operation,
    wait::{Progress, Wait, WaitOptions, WaitOutput, Waiter},
};

use crate::{Client, Run};

impl Client {
    /// Waits for something that takes long, such as a bulk load. Nothing happens before
    /// [`run`](WaitBuilder::run) or one of the others. Dropping one of their futures ends the waiting; to do
    /// something else meanwhile, and go on waiting, [`start`](WaitBuilder::start) it.
    ///
    /// What can be waited for: [`LoadCompleted`](crate::wait::waiters::LoadCompleted),
    /// [`DataProcessingCompleted`](crate::wait::waiters::DataProcessingCompleted), [`ModelTrainingCompleted`](crate::wait::waiters::ModelTrainingCompleted),
    /// [`ModelTransformCompleted`](crate::wait::waiters::ModelTransformCompleted), [`EndpointCreated`](crate::wait::waiters::EndpointCreated),
    /// [`EndpointDeleted`](crate::wait::waiters::EndpointDeleted), [`IndexRebuildCompleted`](crate::wait::waiters::IndexRebuildCompleted),
    /// [`FastResetCompleted`](crate::wait::waiters::FastResetCompleted),
    /// [`PropertygraphStatisticsComputed`](crate::wait::waiters::PropertygraphStatisticsComputed),
    /// [`SparqlStatisticsComputed`](crate::wait::waiters::SparqlStatisticsComputed), and every other [`Waiter`].
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use neptunedata_hyper::{Client, wait::waiters::LoadCompleted};
    ///
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let waited = client
    ///     .wait(LoadCompleted::new("0a237328-afd5-4574-a0bc-c29ce5f54802"))
    ///     .timeout(Duration::from_secs(3600))
    ///     .run_with(|progress| eprintln!("{:?}", progress.status.overall_status))
    ///     .await?;
    /// println!("{:?} after {:?}", waited.result.status(), waited.elapsed);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait<W: Waiter>(&self, watch: W) -> WaitBuilder<'_, W> {
        WaitBuilder {
            client: self,
            watch,
            options: WaitOptions::new(),
        }
    }
}

/// A wait that is being described: [`Client::wait`].
#[must_use = "nothing happens before `run`"]
pub struct WaitBuilder<'a, W> {
    client: &'a Client,
    watch: W,
    options: WaitOptions,
}

impl<W: Waiter> WaitBuilder<'_, W> {
    /// Sets all options at once, in place of those set before.
    pub fn options(mut self, options: WaitOptions) -> Self {
        self.options = options;
        self
    }

    /// How long to wait in all. The waiter says it by default; the client's
    /// [`timeout`](neptunedata::transport::ClientOptions::timeout) says nothing about it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.timeout(timeout);
        self
    }

    /// How long to pause before asking a second time; see [`WaitOptions::interval`].
    pub fn interval(mut self, interval: Duration) -> Self {
        self.options = self.options.interval(interval);
        self
    }

    /// The longest pause.
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.options = self.options.max_interval(interval);
        self
    }

    /// Waits to the end.
    ///
    /// # Errors
    ///
    /// When what was waited for ended badly, when the time is over, or when it cannot be asked for:
    /// see [`Wait`].
    pub async fn run(self) -> Result<WaitOutput<W::Output>, Error> {
        self.start().output().await
    }

    /// Waits to the end and tells of the progress, each time that it was asked for.
    ///
    /// # Errors
    ///
    /// As [`run`](WaitBuilder::run).
    pub async fn run_with(
        self,
        mut tell: impl FnMut(Progress<W::Status>),
    ) -> Result<WaitOutput<W::Output>, Error> {
        let mut running = self.start();
        while let Some(progress) = running.next_item().await? {
            tell(progress);
        }
        running.output().await
    }

    /// Starts to wait; the items are the [`Progress`]. Beside it other things can be done, on the same task: a
    /// future of [`next_item`](Run::next_item) that is dropped loses nothing.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use neptunedata_hyper::{Client, wait::waiters::LoadCompleted};
    /// # fn draw(_: Option<String>) {}
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut waiting = client.wait(LoadCompleted::new("0a237328-afd5-4574-a0bc-c29ce5f54802")).start();
    /// let mut ticker = tokio::time::interval(Duration::from_millis(100));
    /// let mut status = None;
    /// loop {
    ///     tokio::select! {
    ///         progress = waiting.next_item() => match progress? {
    ///             Some(progress) => status = progress.status.overall_status,
    ///             None => break,
    ///         },
    ///         _ = ticker.tick() => draw(status.as_ref().map(|load| format!("{:?}", load.status))),
    ///     }
    /// }
    /// println!("{:?}", waiting.output().await?.result.status());
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(self) -> Run<Wait<W>> {
        let WaitBuilder {
            client,
            watch,
            options,
        } = self;
        let wait = Wait::with_options(client.session(), watch, options, client.seed());
        Run::new(client.clone(), wait, W::Request::INFO.name)
    }
}

impl<W: Waiter> fmt::Debug for WaitBuilder<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitBuilder")
            .field("operation", &W::Request::INFO.name)
            .finish_non_exhaustive()
    }
}
