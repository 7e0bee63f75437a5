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

    /// A builder, to set options or other credentials.
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

    /// What all calls share: endpoint, authentication, retry policy and retry quota. [`Machine`]s are created
    /// with it.
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// The options of the client. If the proxy of the environment is used, they contain it.
    pub fn options(&self) -> &ClientOptions {
        &self.0.options
    }

    /// A random seed for a machine: [`Session::next_seed`].
    pub fn seed(&self) -> u64 {
        self.0.session.next_seed()
    }

    /// Sends a request and returns its output.
    ///
    /// # Errors
    ///
    /// When the request is invalid, when there are no credentials, or when the last attempt failed. See
    /// [`Error::kind`] and [`Error::may_have_executed`].
    pub fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        Ok(self.call(operation).send()?.output)
    }

    /// A call with its own options. Its result is the output with status, headers and body.
    ///
    /// ```no_run
    /// # use neptunedata_blocking::{Client, Endpoint, engine::GetEngineStatus};
    /// use std::time::Duration;
    ///
    /// # let client = Client::unsigned(Endpoint::parse("http://localhost:8182")?)?;
    /// let response = client
    ///     .call(&GetEngineStatus::new())
    ///     .timeout(Duration::from_secs(3))
    ///     .max_attempts(1)
    ///     .send()?;
    /// println!("{} after {} attempts", response.meta.status, response.meta.attempts);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn call<'a, O: Operation>(&'a self, operation: &'a O) -> CallBuilder<'a, O> {
        CallBuilder {
            client: self,
            operation,
            options: CallOptions::new(),
        }
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
    /// [`next_item`](Run::next_item).
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

    pub(crate) fn provider(&self) -> &Provider {
        &self.0.provider
    }

    /// The turns of cancellations.
    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(crate) fn exchanger(&self) -> &Exchanger {
        &self.0.exchanger
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

/// Shows the endpoint and the options, without credentials.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.0.session.endpoint())
            .field("signed", &self.0.session.is_signed())
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

/// A call that has not started: see [`Client::call`].
#[must_use]
pub struct CallBuilder<'a, O> {
    client: &'a Client,
    operation: &'a O,
    options: CallOptions,
}

impl<'a, O: Operation> CallBuilder<'a, O> {
    /// The time limit of the whole call, with all attempts and pauses. Default: that of the client.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.timeout(timeout))
    }

    /// The time limit of each attempt. Default: that of the client.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.attempt_timeout(timeout))
    }

    /// The effect of executing the request twice, in place of the operation's own: see [`CallOptions::effect`].
    pub fn effect(self, effect: Effect) -> Self {
        self.with(|options| options.effect(effect))
    }

    /// Adds a member that the service knows and the request struct has no field for: see [`CallOptions::extra`].
    pub fn extra(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(|options| options.extra(name, value))
    }

    /// Adds a parameter to the query string: see [`CallOptions::extra_query`].
    pub fn extra_query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|options| options.extra_query(name, value))
    }

    /// Adds a header. It is signed unless signing has to leave it out: see [`CallOptions::header`].
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|options| options.header(name, value))
    }

    /// The maximum number of attempts, at least 1: see [`CallOptions::max_attempts`].
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|options| options.max_attempts(attempts))
    }

    /// The maximum size of a collected response body in bytes. Default: that of the client.
    pub fn max_body_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_body_bytes(bytes))
    }

    /// The maximum size in bytes of one row of [`rows`](CallBuilder::rows): see [`CallOptions::max_row_bytes`].
    /// Default: 64 MiB.
    pub fn max_row_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_row_bytes(bytes))
    }

    /// Whether to [cancel the query](crate#cancelling-abandoned-queries) on the server when the call times out or
    /// is dropped. Default: that of the client.
    pub fn cancel_on_abandon(self, cancel: bool) -> Self {
        self.with(|options| options.cancel_on_abandon(cancel))
    }

    /// Sets all options. Replaces options set before.
    pub fn options(self, options: CallOptions) -> Self {
        self.with(|_| options)
    }

    /// Sends the request and returns its output with status, headers and body.
    ///
    /// # Errors
    ///
    /// Like [`Client::send`].
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

/// Shows only the operation: request and options may contain private data.
impl<O: Operation> fmt::Debug for CallBuilder<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallBuilder")
            .field("operation", &O::INFO.name)
            .finish_non_exhaustive()
    }
}
