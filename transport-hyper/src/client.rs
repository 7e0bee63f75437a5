//! The client: one cluster, its connections, its credentials.

use std::{fmt, sync::Arc};

use http::HeaderValue;
use neptunedata::{
    Call, CallOptions, Credentials, Endpoint, Error, Operation, Session, machine::Machine,
    transport::ClientOptions,
};

use crate::{
    BuildError, CallBuilder, ClientBuilder, Run,
    cancellation::{self, Abandoned},
    clock::Clock,
    credentials_source::Source,
    exchange::Transport,
    pool::Spawn,
};

/// A client of one cluster. Cheap to clone: clones share connections, credentials and retry quota. It can be used
/// from several tasks and threads at the same time.
///
/// ```no_run
/// use neptunedata_hyper::{Client, Credentials, Endpoint, ml::CancelMlModelTrainingJob};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let client = Client::new(endpoint, credentials)?;
///
/// let output = client.send(&CancelMlModelTrainingJob::new("job-1").clean(true)).await?;
/// println!("{:?}", output.status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    session: Session,
    options: ClientOptions,
    source: Source,
    clock: Clock,
    transport: Transport,
    user_agent: HeaderValue,
    abandoned: Abandoned,
}

impl Client {
    /// A client that does not sign requests, for clusters without IAM authentication.
    ///
    /// # Errors
    ///
    /// Like [`ClientBuilder::build`].
    pub fn unsigned(endpoint: Endpoint) -> Result<Client, BuildError> {
        Client::builder(endpoint).unsigned().build()
    }

    /// A client that signs requests with these credentials.
    ///
    /// # Errors
    ///
    /// Like [`ClientBuilder::build`].
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Result<Client, BuildError> {
        Client::builder(endpoint).credentials(credentials).build()
    }

    /// A builder, to set options, other credentials or another runtime.
    pub fn builder(endpoint: Endpoint) -> ClientBuilder {
        ClientBuilder::new(endpoint)
    }

    pub(crate) fn assemble(
        session: Session,
        options: ClientOptions,
        source: Source,
        clock: Clock,
        transport: Transport,
        spawn: Option<Spawn>,
    ) -> Client {
        let agent = options.user_agent(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let plain = HeaderValue::from_static(env!("CARGO_PKG_NAME"));
        Client(Arc::new(Inner {
            source,
            user_agent: HeaderValue::try_from(agent).unwrap_or(plain),
            session,
            options,
            clock,
            transport,
            abandoned: Abandoned::new(spawn),
        }))
    }

    /// What all calls share: endpoint, authentication, retry policy and retry quota. [`Machine`]s are created
    /// with it.
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// The options of the client. If the proxy of the environment is used, they contain it.
    pub fn options(&self) -> &ClientOptions {
        &self.0.options
    }

    /// Sends a request and returns its output.
    ///
    /// Dropping the future closes its connection. The server may continue to execute the request, unless the
    /// request is a query that is then [cancelled](crate#cancelling-abandoned-queries).
    ///
    /// # Errors
    ///
    /// When the request is invalid, when there are no credentials, or when the last attempt failed. See
    /// [`Error::kind`] and [`Error::may_have_executed`].
    pub async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        Ok(self.call(operation).send().await?.output)
    }

    /// A call with its own options. Its result is the output with status, headers and body.
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{Client, Effect, engine::GetEngineStatus};
    /// # use std::time::Duration;
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client
    ///     .call(&GetEngineStatus::new())
    ///     .timeout(Duration::from_secs(5))
    ///     .max_attempts(1)
    ///     .send()
    ///     .await?;
    /// println!("{:?} {:?}", response.meta.request_id(), response.output);
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<'a, O: Operation>(&'a self, operation: &'a O) -> CallBuilder<'a, O> {
        CallBuilder::new(self, operation)
    }

    /// Runs a machine to its end and discards its items. The machine has its own [time limits](Machine::wake_at).
    ///
    /// # Errors
    ///
    /// When the machine fails.
    pub async fn run<M: Machine>(&self, machine: M) -> Result<M::Output, Error> {
        self.start(machine).output().await
    }

    /// Starts a machine, whose items are then taken one by one. Nothing happens before the first
    /// [`next_item`](Run::next_item).
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{
    /// #     CallOptions, Client, engine::GetEngineStatus, machine::{BodyEvent, Exchange},
    /// # };
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let exchange =
    ///     Exchange::streaming(client.session(), &GetEngineStatus::new(), &CallOptions::new(), client.seed());
    /// let mut run = client.start(exchange);
    /// while let Some(event) = run.next_item().await? {
    ///     if let BodyEvent::Chunk(chunk) = event {
    ///         println!("{} bytes", chunk.len());
    ///     }
    /// }
    /// let output = run.output().await?;
    /// println!("{}", output.meta.status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start<M: Machine>(&self, machine: M) -> Run<M> {
        Run::new(self.clone(), machine, "")
    }

    /// A random seed for a machine: [`Session::next_seed`].
    pub fn seed(&self) -> u64 {
        self.0.session.next_seed()
    }

    pub(crate) fn start_call<O: Operation>(
        &self,
        operation: &O,
        options: &CallOptions,
    ) -> Run<Call<O>> {
        let call = Call::with_options(&self.0.session, operation, options, self.seed());
        Run::new(self.clone(), call, O::INFO.name)
    }

    /// [Cancels the abandoned queries](crate#cancelling-abandoned-queries) that are waiting to be cancelled, and
    /// waits until all cancellations have ended, including those on the executor. Each cancellation takes at most
    /// 5 s from its turn; if it runs in another runtime that is not being driven, it does not end before that
    /// runtime continues.
    ///
    /// Call this method before a runtime shuts down, or from time to time if there is no executor.
    pub async fn flush_cancellations(&self) {
        cancellation::flush_cancellations(self).await;
    }

    pub(crate) fn abandoned(&self) -> &Abandoned {
        &self.0.abandoned
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.transport
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn source(&self) -> &Source {
        &self.0.source
    }

    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.0.user_agent
    }
}

/// Shows the endpoint and the connections, without credentials.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.0.session.endpoint())
            .field("signed", &self.0.session.is_signed())
            .field("transport", &self.0.transport)
            .finish_non_exhaustive()
    }
}
