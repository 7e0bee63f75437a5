//! The client, and calls with options.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use http::{HeaderName, HeaderValue};
use neptunedata::{
    Call, CallOptions, CallOutput, Credentials, Effect, Endpoint, Error, Operation, Session,
    machine::{Machine, Now},
    serde_json::Value,
    transport::ClientOptions,
};

use crate::{
    BuildError, ClientBuilder, Run, cancellation::Turns, credentials_source::Provider,
    exchange::Exchanger,
};

/// A client of one cluster. Cheap to clone; clones share connections, credentials and retry quota, and
/// may be used from as many threads as there are.
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
pub struct Client(Arc<Inner>);

struct Inner {
    session: Session,
    options: ClientOptions,
    provider: Provider,
    exchanger: Exchanger,
    turns: Turns,
    start: Instant,
}

impl Client {
    /// A client whose requests are not signed, for clusters without IAM authentication.
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

    /// A client with settings. One of them has to be how requests are authenticated.
    pub fn builder(endpoint: Endpoint) -> ClientBuilder {
        ClientBuilder::new(endpoint)
    }

    pub(crate) fn from_parts(
        session: Session,
        options: ClientOptions,
        provider: Provider,
        exchanger: Exchanger,
    ) -> Client {
        Client(Arc::new(Inner {
            session,
            options,
            provider,
            exchanger,
            turns: Turns::default(),
            start: Instant::now(),
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

    /// A random seed for a machine: [`Session::next_seed`].
    pub fn seed(&self) -> u64 {
        self.0.session.next_seed()
    }

    /// Sends a request and returns its typed answer.
    ///
    /// # Errors
    ///
    /// When the request was refused, failed, or may have failed: [`Error::kind`],
    /// [`Error::may_have_executed`].
    pub fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        Ok(self.call(operation).send()?.output)
    }

    /// The same with options, and with everything around the answer.
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{Client, Endpoint, engine::GetEngineStatus};
    /// use std::time::Duration;
    ///
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let answered = client
    ///     .call(&GetEngineStatus::new())
    ///     .timeout(Duration::from_secs(3))
    ///     .max_attempts(1)
    ///     .send()?;
    /// println!("{} after {} attempts", answered.meta.status, answered.meta.attempts);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn call<'a, O: Operation>(&'a self, operation: &'a O) -> CallBuilder<'a, O> {
        CallBuilder {
            client: self,
            operation,
            options: CallOptions::new(),
        }
    }

    /// Runs a machine to its end. Items that it hands out on the way are dropped. The machine keeps its
    /// own [time limits](Machine::wake_at).
    ///
    /// # Errors
    ///
    /// When the machine fails.
    pub fn run<M: Machine>(&self, machine: M) -> Result<M::Output, Error> {
        self.start(machine).output()
    }

    /// Starts a machine, whose items are then asked for one by one.
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{
    /// #     CallOptions, Client, Endpoint, engine::GetEngineStatus,
    /// #     machine::{BodyEvent, Exchange},
    /// # };
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let exchange = Exchange::streaming(client.session(), &GetEngineStatus::new(), &CallOptions::new(), client.seed());
    /// let mut running = client.start(exchange);
    /// while let Some(part) = running.next_item()? {
    ///     match part {
    ///         BodyEvent::Head(head) => println!("{}", head.status),
    ///         BodyEvent::Chunk(chunk) => println!("{} bytes", chunk.len()),
    ///     }
    /// }
    /// println!("{} attempts", running.output()?.meta.attempts);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start<M: Machine>(&self, machine: M) -> Run<M> {
        Run::new(self, machine, "(machine)")
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.0.provider
    }

    /// Of cancelling queries.
    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(crate) fn exchanger(&self) -> &Exchanger {
        &self.0.exchanger
    }

    /// The instant at which [`Now::mono`] is this; none if it is too far to ever come.
    pub(crate) fn at(&self, mono: std::time::Duration) -> Option<Instant> {
        self.0.start.checked_add(mono)
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            wall: SystemTime::now(),
            mono: self.0.start.elapsed(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.0.session.endpoint())
            .field("credentials", &self.0.provider)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

/// A call that is being described: [`Client::call`].
#[must_use]
pub struct CallBuilder<'a, O> {
    client: &'a Client,
    operation: &'a O,
    options: CallOptions,
}

impl<'a, O: Operation> CallBuilder<'a, O> {
    /// How long the call may take with all attempts and waits.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.timeout(timeout))
    }

    /// How long one attempt may take.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.attempt_timeout(timeout))
    }

    /// Says what a second execution would do, in place of what the operation says.
    pub fn effect(self, effect: Effect) -> Self {
        self.with(|options| options.effect(effect))
    }

    /// Adds a member that the service knows and the request has no field for.
    pub fn extra(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(|options| options.extra(name, value))
    }

    /// Adds a query parameter.
    pub fn extra_query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|options| options.extra_query(name, value))
    }

    /// Adds a header.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|options| options.header(name, value))
    }

    /// How often to try, at least once.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|options| options.max_attempts(attempts))
    }

    /// The longest body that is collected, in bytes.
    pub fn max_body_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_body_bytes(bytes))
    }

    /// The longest row in bytes, for [`rows`](CallBuilder::rows); 64 MiB by default.
    pub fn max_row_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_row_bytes(bytes))
    }

    /// Whether the query is cancelled when nobody waits for it any more; the client says it by default.
    /// See [queries that are given up](crate#queries-that-are-given-up).
    pub fn cancel_on_abandon(self, cancel: bool) -> Self {
        self.with(|options| options.cancel_on_abandon(cancel))
    }

    /// Sets all options at once, and forgets those set before.
    pub fn options(self, options: CallOptions) -> Self {
        self.with(|_| options)
    }

    /// Sends the request and returns the typed answer with everything around it.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub fn send(self) -> Result<CallOutput<O::Output>, Error> {
        let CallBuilder {
            client,
            operation,
            options,
        } = self;
        let call = Call::with_options(client.session(), operation, &options, client.seed());
        Run::new(client, call, O::INFO.name).output()
    }

    pub(crate) fn into_parts(self) -> (&'a Client, &'a O, CallOptions) {
        (self.client, self.operation, self.options)
    }

    fn with(mut self, change: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.options = change(self.options);
        self
    }
}

/// Neither the request nor the options, which may hold what is nobody's business.
impl<O: Operation> fmt::Debug for CallBuilder<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallBuilder")
            .field("operation", &O::INFO.name)
            .finish_non_exhaustive()
    }
}
