//! Both clients with one interface, so that a test is written once for both.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use neptunedata::{
    CallOptions, CallOutput, Credentials, Endpoint, Error, Operation, Session,
    changes::{ChangeSource, ChangesOptions, StartPosition},
    credentials::CredentialsError,
    machine::Machine,
    retry::RetryPolicy,
    rows::RowQuery,
    transport::ClientOptions,
    wait::{Progress, WaitOptions, WaitOutput, Waiter},
};
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};

/// The client options of the tests: the defaults, but with short waits between attempts.
pub fn quick() -> ClientOptions {
    let mut policy = RetryPolicy::default();
    for base in [
        &mut policy.initial_backoff,
        &mut policy.throttled_backoff,
        &mut policy.memory_backoff,
    ] {
        *base = Duration::from_millis(1);
    }
    ClientOptions::new().retry_policy(policy)
}

/// An expression with the value of either variant.
macro_rules! either {
    ($of:expr, $it:ident => $value:expr) => {
        match $of {
            Self::Hyper(_, $it) => $value,
            Self::Blocking($it) => $value,
        }
    };
}

/// The same, for a method that is `async` in the async client.
macro_rules! either_awaited {
    ($of:expr, $it:ident => $call:expr) => {
        match $of {
            Self::Hyper(runtime, $it) => runtime.block_on($call),
            Self::Blocking($it) => $call,
        }
    };
}

mod items;

pub use items::{Body, Changes, Records, Rows, Run};

/// One of the two clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Driver {
    /// `neptunedata-hyper`, on a tokio runtime of one thread.
    Hyper,
    /// `neptunedata-blocking`.
    Blocking,
}

impl Driver {
    /// Both clients.
    pub const ALL: [Driver; 2] = [Driver::Hyper, Driver::Blocking];

    /// The builder of a client.
    pub fn builder(self, endpoint: Endpoint) -> ClientBuilder {
        match self {
            Driver::Hyper => ClientBuilder::Hyper(neptunedata_hyper::Client::builder(endpoint)),
            Driver::Blocking => {
                ClientBuilder::Blocking(neptunedata_blocking::Client::builder(endpoint))
            }
        }
    }

    /// A client that does not sign.
    ///
    /// # Panics
    ///
    /// If the URL or the options are invalid.
    pub fn client(self, url: &str, options: ClientOptions) -> Client {
        let endpoint = Endpoint::parse(url).unwrap();
        let builder = self.builder(endpoint).unsigned().options(options);
        builder.build().unwrap()
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Driver::Hyper => "hyper",
            Driver::Blocking => "blocking",
        })
    }
}

/// The builder of either client.
#[derive(Debug)]
pub enum ClientBuilder {
    /// That of the async client.
    Hyper(neptunedata_hyper::ClientBuilder),
    /// That of the blocking client.
    Blocking(neptunedata_blocking::ClientBuilder),
}

/// Calls a method that both builders have.
macro_rules! on_both {
    ($builder:expr, $method:ident($($argument:expr),*)) => {
        match $builder {
            ClientBuilder::Hyper(builder) => ClientBuilder::Hyper(builder.$method($($argument),*)),
            ClientBuilder::Blocking(builder) => ClientBuilder::Blocking(builder.$method($($argument),*)),
        }
    };
}

#[allow(missing_docs)]
impl ClientBuilder {
    #[must_use]
    pub fn options(self, options: ClientOptions) -> Self {
        on_both!(self, options(options))
    }

    #[must_use]
    pub fn unsigned(self) -> Self {
        on_both!(self, unsigned())
    }

    #[must_use]
    pub fn credentials(self, credentials: Credentials) -> Self {
        on_both!(self, credentials(credentials))
    }

    /// With the async client, other tasks run between the question and its answer.
    #[must_use]
    pub fn credentials_from(
        self,
        source: impl Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync + 'static,
    ) -> Self {
        match self {
            ClientBuilder::Hyper(builder) => {
                ClientBuilder::Hyper(builder.credentials_from(move |refresh| {
                    let result = source(refresh);
                    async move {
                        tokio::task::yield_now().await;
                        result
                    }
                }))
            }
            ClientBuilder::Blocking(builder) => {
                ClientBuilder::Blocking(builder.credentials_from(source))
            }
        }
    }

    #[must_use]
    pub fn credentials_from_environment(self) -> Self {
        on_both!(self, credentials_from_environment())
    }

    #[must_use]
    pub fn credentials_from_profile(self, name: Option<&str>) -> Self {
        on_both!(self, credentials_from_profile(name))
    }

    #[cfg(feature = "aws-config")]
    #[must_use]
    pub fn credentials_from_aws(self) -> Self {
        on_both!(self, credentials_from_aws())
    }

    #[cfg(feature = "aws-config")]
    #[must_use]
    pub fn credentials_from_provider(
        self,
        provider: impl aws_credential_types::provider::ProvideCredentials + 'static,
    ) -> Self {
        on_both!(self, credentials_from_provider(provider))
    }

    #[must_use]
    pub fn region_from_environment(self) -> Self {
        on_both!(self, region_from_environment())
    }

    #[must_use]
    pub fn proxy_from_environment(self) -> Self {
        on_both!(self, proxy_from_environment())
    }

    /// # Errors
    ///
    /// The `BuildError` of the client.
    pub fn build(self) -> Result<Client, Box<dyn StdError + Send + Sync>> {
        Ok(match self {
            ClientBuilder::Hyper(builder) => {
                let client = builder.build()?;
                let runtime = Builder::new_current_thread().enable_all().build()?;
                Client::Hyper(Arc::new(runtime), client)
            }
            ClientBuilder::Blocking(builder) => Client::Blocking(builder.build()?),
        })
    }
}

/// A client of either kind. Clones can be used by several threads at once.
#[derive(Clone)]
pub enum Client {
    /// The async client and its runtime, which runs while a method of this type does.
    Hyper(Arc<Runtime>, neptunedata_hyper::Client),
    /// The blocking client.
    Blocking(neptunedata_blocking::Client),
}

#[allow(missing_docs, clippy::missing_errors_doc)]
impl Client {
    pub fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        either_awaited!(self, client => client.send(operation))
    }

    pub fn call<O: Operation>(
        &self,
        operation: &O,
        options: CallOptions,
    ) -> Result<CallOutput<O::Output>, Error> {
        self.call_watched(operation, options, |_| ())
    }

    /// Like [`call`](Client::call). The function is given the builder of the call.
    pub fn call_watched<O: Operation>(
        &self,
        operation: &O,
        options: CallOptions,
        watch: impl FnOnce(&dyn fmt::Debug),
    ) -> Result<CallOutput<O::Output>, Error> {
        either_awaited!(self, client => {
            let call = client.call(operation).options(options);
            watch(&call);
            call.send()
        })
    }

    pub fn run<M: Machine>(&self, machine: M) -> Result<M::Output, Error> {
        either_awaited!(self, client => client.run(machine))
    }

    pub fn start<M: Machine>(&self, machine: M) -> Run<M> {
        match self {
            Client::Hyper(runtime, client) => {
                Run::Hyper(Arc::clone(runtime), client.start(machine))
            }
            Client::Blocking(client) => Run::Blocking(client.start(machine)),
        }
    }

    pub fn rows<T: DeserializeOwned + 'static>(
        &self,
        query: &impl RowQuery,
        options: CallOptions,
    ) -> Rows<T> {
        match self {
            Client::Hyper(runtime, client) => {
                let rows = client.call(query).options(options).rows();
                Rows::Hyper(Arc::clone(runtime), rows)
            }
            Client::Blocking(client) => Rows::Blocking(client.call(query).options(options).rows()),
        }
    }

    pub fn bytes(&self, operation: &impl Operation, options: CallOptions) -> Body {
        match self {
            Client::Hyper(runtime, client) => {
                let body = client.call(operation).options(options).bytes();
                Body::Hyper(Arc::clone(runtime), body)
            }
            Client::Blocking(client) => {
                Body::Blocking(client.call(operation).options(options).bytes())
            }
        }
    }

    pub fn changes<O>(&self, start: StartPosition, options: ChangesOptions) -> Changes<O>
    where
        O: ChangeSource + 'static,
        O::Record: Send,
    {
        match self {
            Client::Hyper(runtime, client) => {
                Changes::Hyper(Arc::clone(runtime), client.changes_with(start, options))
            }
            Client::Blocking(client) => Changes::Blocking(client.changes_with(start, options)),
        }
    }

    pub fn change_records<O>(&self, start: StartPosition, options: ChangesOptions) -> Records<O>
    where
        O: ChangeSource + 'static,
        O::Record: Send,
    {
        match self {
            Client::Hyper(runtime, client) => {
                let records = client.change_records_with(start, options);
                Records::Hyper(Arc::clone(runtime), records)
            }
            Client::Blocking(client) => {
                Records::Blocking(client.change_records_with(start, options))
            }
        }
    }

    pub fn wait<W: Waiter>(
        &self,
        waiter: W,
        options: WaitOptions,
    ) -> Result<WaitOutput<W::Output>, Error> {
        either_awaited!(self, client => client.wait(waiter).options(options).run())
    }

    pub fn wait_with<W: Waiter>(
        &self,
        waiter: W,
        options: WaitOptions,
        tell: impl FnMut(Progress<W::Status>),
    ) -> Result<WaitOutput<W::Output>, Error> {
        either_awaited!(self, client => client.wait(waiter).options(options).run_with(tell))
    }

    /// The blocking client has nothing to flush: a query is cancelled before the call returns.
    pub fn flush_cancellations(&self) {
        if let Client::Hyper(runtime, client) = self {
            runtime.block_on(client.flush_cancellations());
        }
    }

    pub fn session(&self) -> &Session {
        either!(self, client => client.session())
    }

    pub fn options(&self) -> &ClientOptions {
        either!(self, client => client.options())
    }

    pub fn seed(&self) -> u64 {
        either!(self, client => client.seed())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        either!(self, client => client.fmt(f))
    }
}
