//! The client: one cluster, its connections, its credentials.

mod builder;
mod call_builder;
mod wait_builder;

use std::sync::Arc;

use http::HeaderValue;
use neptunedata::{Error, Operation, Session, machine::Machine, transport::ClientOptions};

use crate::{
    BuildError, Run, cancellation::Abandoned, clock::Clock, credentials_provider::CachedProvider,
    round_trip::Transport,
};

pub use self::{builder::ClientBuilder, call_builder::CallBuilder, wait_builder::WaitBuilder};

/// A client of one cluster. Cheap to clone: clones share connections, credentials and retry quota. It can be used
/// from several tasks and threads at the same time. The [crate's documentation](crate) has an example.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) session: Session,
    pub(crate) options: ClientOptions,
    pub(crate) provider: CachedProvider,
    pub(crate) clock: Clock,
    pub(crate) transport: Transport,
    pub(crate) user_agent: HeaderValue,
    pub(crate) abandoned: Abandoned,
}

neptunedata::client!(transport);

impl Client {
    /// Sends a request, given by value or by reference, and returns its output. Nothing is sent before the future is
    /// polled.
    ///
    /// The future borrows nothing from the client. With a request by value it can be spawned:
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{Client, engine::GetEngineStatus, wait::waiters::LoadCompleted};
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let status = tokio::spawn(client.send(GetEngineStatus::new()));
    /// let load = tokio::spawn(client.wait(LoadCompleted::new("0a237328-afd5-4574-a0bc-c29ce5f54802")).run());
    /// println!("{:?} {:?}", status.await??.status, load.await??.elapsed);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Dropping the future closes its connection. The server may continue to execute the request, unless the
    /// request is a query that is then [cancelled](crate#cancelling-abandoned-queries).
    ///
    /// # Errors
    ///
    /// When the request is invalid, when there are no credentials, or when the last attempt failed. See
    /// [`Error::kind`] and [`Error::may_have_executed`].
    pub fn send<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + use<O> {
        let call = self.call(operation);
        async move { Ok(call.send().await?.output) }
    }

    /// Runs a machine to its end and discards its items. The machine has its own [time limits](Machine::wake_at). The
    /// future borrows nothing from the client.
    ///
    /// # Errors
    ///
    /// When the machine fails.
    pub fn run<M: Machine>(
        &self,
        machine: M,
    ) -> impl Future<Output = Result<M::Output, Error>> + use<M> {
        self.start(machine).output()
    }

    /// Starts a machine, whose items are then taken one by one. Nothing happens before the first
    /// [`next_item`](Run::next_item). To read the body of a response, use [`bytes`](Client::bytes).
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{CallOptions, Client, engine::GetEngineStatus, machine::Exchange};
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let exchange =
    ///     Exchange::streaming(client.session(), &GetEngineStatus::new(), &CallOptions::new(), client.seed());
    /// let mut run = client.start(exchange);
    /// while let Some(event) = run.next_item().await? {
    ///     println!("{event:?}"); // The head, or a chunk.
    /// }
    /// let output = run.output().await?;
    /// println!("{}", output.meta.status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start<M: Machine>(&self, machine: M) -> Run<M> {
        Run::new(self, machine, "(machine)")
    }
}
