//! Waiting for what takes long.

use std::{fmt, time::Duration};

use neptunedata::{
    Error, Operation,
    wait::{Progress, Wait, WaitOptions, WaitOutput, Waiter},
};

use crate::{Client, Run};

impl Client {
    /// Waits for something that takes long, such as a bulk load. Nothing happens before
    /// [`run`](WaitBuilder::run) or one of the others.
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
    /// # use neptunedata_blocking::{Client, Endpoint, wait::waiters::LoadCompleted};
    /// use std::time::Duration;
    ///
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let waited = client
    ///     .wait(LoadCompleted::new("0a237328-afd5-4574-a0bc-c29ce5f54802"))
    ///     .timeout(Duration::from_secs(3600))
    ///     .run_with(|progress| eprintln!("{:?}", progress.status.overall_status))?;
    /// println!("{:?} after {:?}", waited.result.status(), waited.elapsed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
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
    pub fn run(self) -> Result<WaitOutput<W::Output>, Error> {
        self.start().output()
    }

    /// Waits to the end and tells of the progress, each time that it was asked for.
    ///
    /// # Errors
    ///
    /// As [`run`](WaitBuilder::run).
    pub fn run_with(
        self,
        mut tell: impl FnMut(Progress<W::Status>),
    ) -> Result<WaitOutput<W::Output>, Error> {
        let mut running = self.start();
        while let Some(progress) = running.next_item()? {
            tell(progress);
        }
        running.output()
    }

    /// Starts to wait; the items are the [`Progress`].
    pub fn start(self) -> Run<Wait<W>> {
        let WaitBuilder {
            client,
            watch,
            options,
        } = self;
        let wait = Wait::with_options(client.session(), watch, options, client.seed());
        Run::new(client, wait, W::Request::INFO.name)
    }
}

impl<W: Waiter> fmt::Debug for WaitBuilder<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitBuilder")
            .field("operation", &W::Request::INFO.name)
            .finish_non_exhaustive()
    }
}
