//! Waiting for long-running operations.

use neptunedata::{
    Error,
    wait::{Progress, Wait, WaitOutput, Waiter},
};

use super::Client;
use crate::Run;

neptunedata::wait_builder!();

impl<W: Waiter> WaitBuilder<W> {
    /// Waits until the operation has ended. Dropping the future stops waiting; to do other work meanwhile, use
    /// [`start`](WaitBuilder::start).
    ///
    /// # Errors
    ///
    /// When the operation has failed, when the time limit of the wait has passed, or when polls keep failing:
    /// see [`Wait`].
    pub async fn run(self) -> Result<WaitOutput<W::Output>, Error> {
        self.start().output().await
    }

    /// Like [`run`](WaitBuilder::run), and calls `on_progress` after each poll before the end.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use neptunedata_hyper::{Client, wait::waiters::LoadCompleted};
    ///
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let output = client
    ///     .wait(LoadCompleted::new("0a237328-afd5-4574-a0bc-c29ce5f54802"))
    ///     .timeout(Duration::from_secs(3600))
    ///     .run_with(|progress| eprintln!("{:?}", progress.status.overall_status))
    ///     .await?;
    /// println!("{:?} after {:?}", output.result.status(), output.elapsed);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`run`](WaitBuilder::run).
    pub async fn run_with(
        self,
        mut on_progress: impl FnMut(Progress<W::Status>),
    ) -> Result<WaitOutput<W::Output>, Error> {
        let mut run = self.start();
        while let Some(progress) = run.next_item().await? {
            on_progress(progress);
        }
        run.output().await
    }

    /// Starts to wait. The items of the [`Run`] are the [`Progress`] after each poll before the end.
    ///
    /// Other work can be done on the same task: dropping a future of [`next_item`](Run::next_item) loses nothing.
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
        self.into_run()
    }
}
