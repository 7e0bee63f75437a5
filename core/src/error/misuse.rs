//! The error of a driver that breaks the step protocol.

use super::{Error, Stop};

/// A driver gave a machine an input that its last step does not accept: a bug in the driver.
///
/// The machine is unchanged and continues with an input that the step accepts. Drivers that give up
/// convert this into an [`Error`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unexpected input {input}: the machine is {state}")]
pub struct Misuse {
    pub(crate) operation: &'static str,
    pub(crate) subject: Option<Box<str>>,
    pub(crate) state: &'static str,
    pub(crate) input: &'static str,
    pub(crate) attempts: u32,
    pub(crate) may_have_executed: bool,
}

impl Misuse {
    /// The state of the machine, in words.
    pub fn state(&self) -> &'static str {
        self.state
    }

    /// The name of the input that the driver gave.
    pub fn input(&self) -> &'static str {
        self.input
    }
}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Error {
        let (attempts, executed) = (misuse.attempts, misuse.may_have_executed);
        let subject = misuse.subject.clone();
        Error::new(misuse.operation, misuse)
            .with_subject(subject)
            .with_attempts(attempts, Stop::Permanent)
            .with_execution(executed, executed)
    }
}
