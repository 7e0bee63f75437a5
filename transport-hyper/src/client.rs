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
    pool::{Pool, Spawn},
};

/// A client of one cluster. Cheap to clone; clones share connections, credentials and retry quota.
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
    pool: Pool,
    user_agent: HeaderValue,
    abandoned: Abandoned,
}

impl Client {
    /// A client that does not sign, for clusters without IAM authentication.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn unsigned(endpoint: Endpoint) -> Result<Client, BuildError> {
        Client::builder(endpoint).unsigned().build()
    }

    /// A client that signs with these credentials.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Result<Client, BuildError> {
        Client::builder(endpoint).credentials(credentials).build()
    }

    /// A client with options, other credentials or another runtime.
    pub fn builder(endpoint: Endpoint) -> ClientBuilder {
        ClientBuilder::new(endpoint)
    }

    pub(crate) fn assemble(
        session: Session,
        options: ClientOptions,
        source: Source,
        pool: Pool,
        spawn: Option<Spawn>,
    ) -> Client {
        let agent = options.user_agent(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let plain = HeaderValue::from_static(env!("CARGO_PKG_NAME"));
        Client(Arc::new(Inner {
            source,
            user_agent: HeaderValue::try_from(agent).unwrap_or(plain),
            session,
            options,
            pool,
            abandoned: Abandoned::new(spawn),
        }))
    }

    /// What its calls share: endpoint, retry policy and quota. For machines that are made by hand.
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// The options it was built with, and the proxy of the environment if it was asked for one.
    pub fn options(&self) -> &ClientOptions {
        &self.0.options
    }

    /// Sends a request and waits for the typed answer.
    ///
    /// Dropping the future closes its connection; the server may go on with the request, unless it
    /// is a query that is [cancelled](crate#queries-that-are-given-up) then.
    ///
    /// # Errors
    ///
    /// When the request cannot be right, when the service refuses or fails, when the exchange
    /// breaks, and it is not sent again (any more): see [`Error`].
    pub async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        Ok(self.call(operation).send().await?.output)
    }

    /// A call with options of its own, whose answer comes with everything around it.
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{Client, Effect, engine::GetEngineStatus};
    /// # use std::time::Duration;
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let answered = client
    ///     .call(&GetEngineStatus::new())
    ///     .timeout(Duration::from_secs(5))
    ///     .max_attempts(1)
    ///     .send()
    ///     .await?;
    /// println!("{:?} {:?}", answered.meta.request_id(), answered.output);
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<'a, O: Operation>(&'a self, operation: &'a O) -> CallBuilder<'a, O> {
        CallBuilder::new(self, operation)
    }

    /// Runs any machine to its end; items are dropped. The machine keeps its
    /// own [time limits](Machine::wake_at).
    ///
    /// # Errors
    ///
    /// When the machine fails.
    pub async fn run<M: Machine>(&self, machine: M) -> Result<M::Output, Error> {
        self.start(machine).output().await
    }

    /// Starts any machine, to take its items one by one. Nothing happens before the first
    /// [`next_item`](Run::next_item).
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{
    /// #     CallOptions, Client, engine::GetEngineStatus, machine::{BodyEvent, Exchange},
    /// # };
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let exchange =
    ///     Exchange::streaming(client.session(), &GetEngineStatus::new(), &CallOptions::new(), client.seed());
    /// let mut running = client.start(exchange);
    /// while let Some(part) = running.next_item().await? {
    ///     if let BodyEvent::Chunk(chunk) = part {
    ///         println!("{} bytes", chunk.len());
    ///     }
    /// }
    /// let answered = running.output().await?;
    /// println!("{}", answered.meta.status);
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

    /// Cancels the queries that were given up and are to be [cancelled](crate#queries-that-are-given-up),
    /// and waits until that is done, also for what the executor is doing about it. Each takes 5 s at
    /// most, from when it has its turn. One that is on its way in another runtime takes as long as that stands
    /// still. Call it before the runtime ends, or from time to time if there is no executor.
    pub async fn flush_cancellations(&self) {
        cancellation::flush_cancellations(self).await;
    }

    pub(crate) fn abandoned(&self) -> &Abandoned {
        &self.0.abandoned
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.0.pool.clock()
    }

    pub(crate) fn source(&self) -> &Source {
        &self.0.source
    }

    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.0.user_agent
    }
}

/// Endpoint and connections; nothing of credentials.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.0.session.endpoint())
            .field("signed", &self.0.session.is_signed())
            .field("pool", &self.0.pool)
            .finish_non_exhaustive()
    }
}
