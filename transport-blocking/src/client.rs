//! The client: one cluster, its connections, its credentials.

mod builder;
mod call_builder;
mod wait_builder;

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use neptunedata::{
    Error, Operation, Session,
    machine::{Machine, Now},
    transport::ClientOptions,
};

use crate::{
    BuildError, Run, credentials_provider::CachedProvider, pool::Permits,
    ureq_transport::UreqTransport,
};

pub use self::{builder::ClientBuilder, call_builder::CallBuilder, wait_builder::WaitBuilder};

/// A client of one cluster. Cheap to clone: clones share connections, credentials and retry quota. It can be used
/// from several threads at the same time.
///
/// ```no_run
/// use neptunedata_blocking::{Client, Credentials, Endpoint, engine::GetEngineStatus};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// let client = Client::new(endpoint, Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))?;
/// let status = client.send(&GetEngineStatus::new())?;
/// println!("{:?}", status.status);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) session: Session,
    pub(crate) options: ClientOptions,
    pub(crate) provider: CachedProvider,
    pub(crate) transport: UreqTransport,
    /// Limits the number of cancellations at the same time. They have connections of their own, because calls may use
    /// theirs for long, for the very queries to cancel.
    pub(crate) cancel_permits: Permits,
    /// The start of [`Now::mono`].
    pub(crate) start: Instant,
}

neptunedata::client!(options);

impl Client {
    /// Sends a request, given by value or by reference, and returns its output.
    ///
    /// # Errors
    ///
    /// When the request is invalid, when there are no credentials, or when the last attempt failed. See
    /// [`Error::kind`] and [`Error::may_have_executed`].
    pub fn send<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        Ok(self.call(operation).send()?.output)
    }

    /// Runs a machine to its end and discards its items. The machine has its own [time limits](Machine::wake_at).
    ///
    /// # Errors
    ///
    /// When the machine fails.
    pub fn run<M: Machine>(&self, machine: M) -> Result<M::Output, Error> {
        self.start(machine).output()
    }

    /// Starts a machine, whose items are then taken one by one. Nothing happens before the first
    /// [`next_item`](Run::next_item). To read the body of a response, use [`bytes`](Client::bytes).
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{
    /// #     CallOptions, Client, Endpoint, engine::GetEngineStatus,
    /// #     machine::{BodyEvent, Exchange},
    /// # };
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let exchange = Exchange::streaming(client.session(), &GetEngineStatus::new(), &CallOptions::new(), client.seed());
    /// let mut run = client.start(exchange);
    /// while let Some(event) = run.next_item()? {
    ///     match event {
    ///         BodyEvent::Head(head) => println!("{}", head.status),
    ///         BodyEvent::Chunk(chunk) => println!("{} bytes", chunk.len()),
    ///     }
    /// }
    /// println!("{} attempts", run.output()?.meta.attempts);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start<M: Machine>(&self, machine: M) -> Run<M> {
        Run::new(self, machine, "(machine)")
    }

    /// The instant at which [`Now::mono`] is this; `None` if it is too far in the future.
    pub(crate) fn at(&self, mono: Duration) -> Option<Instant> {
        self.0.start.checked_add(mono)
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            wall: SystemTime::now(),
            mono: self.0.start.elapsed(),
        }
    }
}
