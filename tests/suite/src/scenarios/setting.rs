//! Who calls, and who looks on.

use std::{convert::Infallible, error::Error as StdError, fmt, time::SystemTime};

use neptunedata::{
    Call, CallOptions, CallOutput, Credentials, Error, Operation, Session,
    machine::{Input, Io, Machine, Now, Step},
};
use neptunedata_emulator::Emulator;

/// Looks at everything that a user of a client could print, while rows are played.
pub trait Witness: Sync {
    /// A value that can be formatted.
    fn value(&self, _value: &dyn fmt::Debug) {}

    /// An error, whose causes can be formatted, too.
    fn error(&self, _error: &(dyn StdError + 'static)) {}

    /// The server after the call: what it received, as it was on the wire.
    fn server(&self, _emulator: &Emulator) {}
}

/// Looks at nothing.
struct Nobody;

impl Witness for Nobody {}

/// What rows are played with.
#[derive(Clone)]
pub struct Setting<'a> {
    /// What clients sign with, and the emulators let in.
    pub credentials: Credentials,
    /// Who looks on.
    pub witness: &'a dyn Witness,
}

impl Default for Setting<'_> {
    fn default() -> Self {
        Setting {
            credentials: Credentials::new(
                "AKIDEXAMPLE",
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            ),
            witness: &Nobody,
        }
    }
}

impl Setting<'_> {
    pub(super) fn answer<T: fmt::Debug>(&self, result: &Result<CallOutput<T>, Error>) {
        match result {
            Ok(answered) => self.witness.value(answered),
            Err(error) => self.witness.error(error),
        }
    }

    /// The same call without a driver, as far as the request that is sent: every value that somebody who drives
    /// machines by hand gets to see.
    pub(super) fn by_hand<O>(&self, session: &Session, operation: &O, options: &CallOptions)
    where
        O: Operation + fmt::Debug,
        O::Output: fmt::Debug,
    {
        type Next<O> = Step<Infallible, CallOutput<<O as Operation>::Output>>;

        let now = Now {
            wall: SystemTime::now(),
            mono: std::time::Duration::ZERO,
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
        // Not what is expected now.
        if let Step::Misuse(misuse) = call.resume(Input::Next, now) {
            witness.error(&misuse);
            witness.error(&Error::from(misuse));
        }
        witness.value(&call);
    }
}
