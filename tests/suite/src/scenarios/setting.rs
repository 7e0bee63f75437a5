//! The credentials of the clients, and the observer of their values.

use std::{
    convert::Infallible,
    error::Error as StdError,
    fmt,
    time::{Duration, SystemTime},
};

use neptunedata::{
    Call, CallOptions, CallOutput, Credentials, Endpoint, Error, Operation, Session,
    machine::{Input, Io, Machine, Now, Step},
    transport::ClientOptions,
};
use neptunedata_emulator::Emulator;

use crate::client::{Client, Driver};

/// The region of the clients.
pub const REGION: &str = "us-east-1";

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

/// Receives every value that a user of a client could print while rows are played.
pub trait Witness: Sync {
    /// A value that can be formatted.
    fn value(&self, _value: &dyn fmt::Debug) {}

    /// An error, whose causes can be formatted, too.
    fn error(&self, _error: &(dyn StdError + 'static)) {}

    /// The server after the call, with the requests as they were received.
    fn server(&self, _emulator: &Emulator) {}
}

/// Ignores all values.
struct NoWitness;

impl Witness for NoWitness {}

/// The conditions under which rows are played.
#[derive(Clone)]
pub struct Setting<'a> {
    /// The credentials of the clients, which the emulators accept.
    pub credentials: Credentials,
    /// The observer of all values.
    pub witness: &'a dyn Witness,
}

impl Default for Setting<'_> {
    fn default() -> Self {
        Setting {
            credentials: Credentials::new(
                "AKIDEXAMPLE",
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            ),
            witness: &NoWitness,
        }
    }
}

impl Setting<'_> {
    /// A client with these keys, for which the setting has the values.
    ///
    /// # Errors
    ///
    /// If the client cannot be built.
    pub fn client(
        &self,
        driver: Driver,
        url: &str,
        options: ClientOptions,
        keys: Keys,
    ) -> Result<Client, Box<dyn StdError + Send + Sync>> {
        let endpoint = Endpoint::parse(url)?.with_region(REGION)?;
        let credentials = self.credentials.clone();
        // The expiry makes the credentials different for the client, but not for the emulator.
        let soon = SystemTime::now() + Duration::from_secs(3600);
        let renewed = credentials.clone().with_expiry(soon);
        let builder = driver.builder(endpoint).options(options);
        let builder = match keys {
            Keys::None => builder.unsigned(),
            Keys::Fixed => builder.credentials(credentials),
            Keys::Renewed => builder.credentials_from(move |_| Ok(renewed.clone())),
        };
        self.witness.value(&builder);
        builder.build()
    }

    pub(super) fn answer<T: fmt::Debug>(&self, result: &Result<CallOutput<T>, Error>) {
        match result {
            Ok(answered) => self.witness.value(answered),
            Err(error) => self.witness.error(error),
        }
    }

    /// The same call without a driver, up to the request: all values that a user who drives machines by hand can see.
    pub(super) fn by_hand<O>(&self, session: &Session, operation: &O, options: &CallOptions)
    where
        O: Operation + fmt::Debug,
        O::Output: fmt::Debug,
    {
        type Next<O> = Step<Infallible, CallOutput<<O as Operation>::Output>>;

        let now = Now {
            wall: SystemTime::now(),
            mono: Duration::ZERO,
        };
        let witness = self.witness;
        let mut call = Call::with_options(session, operation, options, 1);
        let mut step: Next<O> = call.resume(Input::Next, now);
        if matches!(step, Step::Io(Io::Credentials { .. })) {
            witness.value(&step);
            let input = Input::Credentials(self.credentials.clone());
            witness.value(&input);
            step = call.resume(input, now);
        }
        witness.value(&step);
        witness.value(&call);
        // This input is invalid at this step.
        if let Step::Misuse(misuse) = call.resume(Input::Next, now) {
            witness.error(&misuse);
            witness.error(&Error::from(misuse));
        }
        witness.value(&call);
    }
}
