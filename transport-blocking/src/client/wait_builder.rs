//! Waiting for long-running operations.

use neptunedata::{
    Error,
    wait::{Progress, Wait, WaitOutput, Waiter},
};

use super::Client;
use crate::Run;

neptunedata::wait_builder!();

impl<W: Waiter> WaitBuilder<W> {
    /// Waits until the operation has ended.
    ///
    /// # Errors
    ///
    /// When the operation has failed, when the time limit of the wait has passed, or when polls keep failing:
    /// see [`Wait`].
    pub fn run(self) -> Result<WaitOutput<W::Output>, Error> {
        self.start().output()
    }

    /// Like [`run`](WaitBuilder::run), and calls `on_progress` after each poll before the end.
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{Client, Endpoint, wait::waiters::LoadCompleted};
    /// use std::time::Duration;
    ///
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let output = client
    ///     .wait(LoadCompleted::new("0a237328-afd5-4574-a0bc-c29ce5f54802"))
    ///     .timeout(Duration::from_secs(3600))
    ///     .run_with(|progress| eprintln!("{:?}", progress.status.overall_status))?;
    /// println!("{:?} after {:?}", output.result.status(), output.elapsed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`run`](WaitBuilder::run).
    pub fn run_with(
        self,
        mut on_progress: impl FnMut(Progress<W::Status>),
    ) -> Result<WaitOutput<W::Output>, Error> {
        let mut run = self.start();
        while let Some(progress) = run.next_item()? {
            on_progress(progress);
        }
        run.output()
    }

    /// Starts to wait. The items of the [`Run`] are the [`Progress`] after each poll before the end.
    pub fn start(self) -> Run<Wait<W>> {
        self.into_run()
    }
}
