//! Both clients behind one interface.

use std::{error::Error as StdError, fmt};

use neptunedata::{
    CallOptions, CallOutput, Credentials, Endpoint, Error, Operation, Session,
    credentials::CredentialsError, transport::ClientOptions,
};
use tokio::runtime::Runtime;

use super::Setting;

pub(super) const REGION: &str = "us-east-1";

/// One of the two clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Driver {
    /// `neptunedata-hyper`, on a tokio runtime of one thread.
    Hyper,
    /// `neptunedata-blocking`.
    Blocking,
}

/// The credentials of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    /// No credentials: requests are not signed.
    None,
    /// One fixed pair of keys.
    #[default]
    Fixed,
    /// A provider whose next credentials are different.
    Renewed,
}

/// A client of either kind.
pub enum Caller {
    /// The async client and its runtime.
    Hyper(Runtime, neptunedata_hyper::Client),
    /// The blocking client.
    Blocking(neptunedata_blocking::Client),
}

impl Driver {
    /// Both clients.
    pub const ALL: [Driver; 2] = [Driver::Hyper, Driver::Blocking];
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Driver::Hyper => "hyper",
            Driver::Blocking => "blocking",
        })
    }
}

impl Caller {
    /// A client of the endpoint.
    ///
    /// # Errors
    ///
    /// When it cannot be built.
    pub fn new(
        driver: Driver,
        endpoint: &str,
        options: ClientOptions,
        keys: Keys,
    ) -> Result<Caller, Box<dyn StdError>> {
        Caller::in_setting(driver, endpoint, options, keys, &Setting::default())
    }

    pub(super) fn in_setting(
        driver: Driver,
        endpoint: &str,
        options: ClientOptions,
        keys: Keys,
        setting: &Setting<'_>,
    ) -> Result<Caller, Box<dyn StdError>> {
        let credentials = setting.credentials.clone();
        let renewed = renewed(&credentials);
        let witness = setting.witness;
        let endpoint = Endpoint::parse(endpoint)?.with_region(REGION)?;
        Ok(match driver {
            Driver::Hyper => {
                let builder = neptunedata_hyper::Client::builder(endpoint).options(options);
                let builder = match keys {
                    Keys::None => builder.unsigned(),
                    Keys::Fixed => builder.credentials(credentials),
                    Keys::Renewed => builder.credentials_from(move |_| {
                        let renewed = renewed.clone();
                        async move { Ok::<_, CredentialsError>(renewed) }
                    }),
                };
                witness.value(&builder);
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                Caller::Hyper(runtime, builder.build()?)
            }
            Driver::Blocking => {
                let builder = neptunedata_blocking::Client::builder(endpoint).options(options);
                let builder = match keys {
                    Keys::None => builder.unsigned(),
                    Keys::Fixed => builder.credentials(credentials),
                    Keys::Renewed => builder.credentials_from(move |_| Ok(renewed.clone())),
                };
                witness.value(&builder);
                Caller::Blocking(builder.build()?)
            }
        })
    }

    /// Makes a call and waits for its end.
    ///
    /// # Errors
    ///
    /// When the call fails.
    pub fn call<O: Operation>(
        &self,
        operation: &O,
        options: CallOptions,
    ) -> Result<CallOutput<O::Output>, Error> {
        self.call_in(operation, options, &Setting::default())
    }

    pub(super) fn call_in<O: Operation>(
        &self,
        operation: &O,
        options: CallOptions,
        setting: &Setting<'_>,
    ) -> Result<CallOutput<O::Output>, Error> {
        match self {
            Caller::Hyper(runtime, client) => {
                let call = client.call(operation).options(options);
                setting.witness.value(&call);
                runtime.block_on(call.send())
            }
            Caller::Blocking(client) => {
                let call = client.call(operation).options(options);
                setting.witness.value(&call);
                call.send()
            }
        }
    }

    /// The client's session.
    pub fn session(&self) -> &Session {
        match self {
            Caller::Hyper(_, client) => client.session(),
            Caller::Blocking(client) => client.session(),
        }
    }

    /// The client's options.
    pub fn options(&self) -> &ClientOptions {
        match self {
            Caller::Hyper(_, client) => client.options(),
            Caller::Blocking(client) => client.options(),
        }
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caller::Hyper(_, client) => client.fmt(f),
            Caller::Blocking(client) => client.fmt(f),
        }
    }
}

/// Adds an expiry, so that the credentials are different for the client, but the same for the emulator.
fn renewed(credentials: &Credentials) -> Credentials {
    let soon = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    credentials.clone().with_expiry(soon)
}
