//! Every error type, and [`Error`], which a call ends in.

mod changes;
mod decode;
mod encode;
mod kind;
mod service;
mod transport;
mod wait;

use std::fmt;

use bytes::Bytes;

use crate::{
    machine::ResponseMeta,
    operation::Effect,
    retry::{RetryClass, classify},
    signing::SignError,
};

pub use changes::{ChangesError, ChangesErrorKind};
pub use decode::{DecodeError, DecodeErrorKind};
pub use encode::{EncodeError, FieldError, FieldErrorKind};
pub use kind::{ExceptionKind, ExceptionSide};
pub use service::ServiceError;
pub use transport::{CredentialsError, Sent, TransportError, TransportErrorKind};
pub use wait::{WaitError, WaitErrorKind};

/// Why a call failed, in a form to `match` on: [`Error::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request was refused before anything was sent.
    Encode,
    /// The request could not be signed; nothing was sent in that attempt.
    Sign,
    /// There were no usable credentials.
    Credentials,
    /// The exchange broke.
    Transport(TransportErrorKind),
    /// The service refused or failed.
    Service(ExceptionKind),
    /// The service reported success with a body that is not the operation's answer.
    Decode,
    /// What was waited for did not come about.
    Wait(WaitErrorKind),
    /// A change stream cannot be followed any further.
    Changes(ChangesErrorKind),
    /// A driver gave a machine an input out of turn.
    Misuse,
}

/// What a failed call failed of: [`Error::cause`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The request was refused before anything was sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The request could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// There were no usable credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The exchange broke.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The service refused or failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The answer is not the operation's.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// What was waited for did not come about.
    #[error(transparent)]
    Wait(#[from] Box<WaitError>),
    /// A change stream cannot be followed any further.
    #[error(transparent)]
    Changes(#[from] Box<ChangesError>),
    /// A driver gave a machine an input out of turn.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

/// A driver gave a machine an input that its last step did not ask for.
///
/// The machine is where it was before: the right input still continues it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the machine was {state} and cannot take {input}")]
pub struct Misuse {
    pub(crate) state: &'static str,
    pub(crate) input: &'static str,
}

impl Misuse {
    /// What the machine was doing.
    pub fn state(&self) -> &'static str {
        self.state
    }

    /// The name of the input it was given.
    pub fn input(&self) -> &'static str {
        self.input
    }
}

/// Why a failure was not followed by another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stop {
    /// Another attempt would not help.
    Permanent,
    /// It may have been executed, and executing it twice is not the same.
    Write,
    /// All attempts are used up.
    Attempts,
    /// The session's retry quota is used up.
    Quota,
    /// The server asked for a longer wait than the policy allows.
    RetryAfter,
}

/// A call that failed.
///
/// Its text is that of its [`cause`](Error::cause), followed by what the caller must know about
/// attempts: whether the request may have been executed and whether it was sent again.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    cause: Cause,
    operation: &'static str,
    attempts: u32,
    may_have_executed: bool,
    earlier_lost: bool,
    /// Whether a second execution would do something; then it matters that none was tried.
    effect: Option<Effect>,
    class: Option<RetryClass>,
    /// Why fresh credentials could not be had, after a refusal that asked for them.
    credentials: Option<CredentialsError>,
    stop: Stop,
    retry_after: Option<std::time::Duration>,
    meta: Option<ResponseMeta>,
    partial: Bytes,
}

impl Error {
    pub(crate) fn new(operation: &'static str, cause: impl Into<Cause>) -> Self {
        let cause = cause.into();
        let may_have_executed = matches!(cause, Cause::Decode(_));
        Error(Box::new(Inner {
            cause,
            operation,
            attempts: 0,
            may_have_executed,
            earlier_lost: false,
            effect: None,
            class: None,
            credentials: None,
            stop: Stop::Permanent,
            retry_after: None,
            meta: None,
            partial: Bytes::new(),
        }))
    }

    pub(crate) fn with_attempts(mut self, attempts: u32, stop: Stop) -> Self {
        self.0.attempts = attempts;
        self.0.stop = stop;
        self
    }

    pub(crate) fn with_execution(mut self, may_have_executed: bool, earlier_lost: bool) -> Self {
        self.0.may_have_executed = may_have_executed;
        self.0.earlier_lost = earlier_lost;
        self
    }

    pub(crate) fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = Some(effect);
        self
    }

    pub(crate) fn with_credentials_error(mut self, error: CredentialsError) -> Self {
        self.0.credentials = Some(error);
        self
    }

    pub(crate) fn with_class(
        mut self,
        class: Option<RetryClass>,
        retry_after: Option<std::time::Duration>,
    ) -> Self {
        self.0.class = class;
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_answer(mut self, meta: Option<ResponseMeta>, partial: Bytes) -> Self {
        self.0.meta = meta;
        self.0.partial = partial;
        self
    }

    /// Why it failed, to `match` on.
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::Encode(_) => ErrorKind::Encode,
            Cause::Sign(_) => ErrorKind::Sign,
            Cause::Credentials(_) => ErrorKind::Credentials,
            Cause::Transport(error) => ErrorKind::Transport(error.kind()),
            Cause::Service(error) => ErrorKind::Service(error.kind),
            Cause::Decode(_) => ErrorKind::Decode,
            Cause::Wait(error) => ErrorKind::Wait(error.kind),
            Cause::Changes(error) => ErrorKind::Changes(error.kind),
            Cause::Misuse(_) => ErrorKind::Misuse,
        }
    }

    /// Whether the service answered with this exception.
    ///
    /// ```
    /// use neptunedata::{Error, ExceptionKind};
    ///
    /// fn is_gone(error: &Error) -> bool {
    ///     error.is_exception(ExceptionKind::MlResourceNotFoundException)
    /// }
    /// ```
    pub fn is_exception(&self, kind: ExceptionKind) -> bool {
        self.kind() == ErrorKind::Service(kind)
    }

    /// Why it failed, with all details.
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// The wire name of the operation.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The error answer, if the service gave one.
    pub fn service(&self) -> Option<&ServiceError> {
        match &self.0.cause {
            Cause::Service(error) => Some(error),
            _ => None,
        }
    }

    /// How many attempts were made; 0 if nothing was sent. A resend over a stale pooled connection
    /// does not count.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the request may have been executed by any of the attempts. False means: certainly
    /// not.
    pub fn may_have_executed(&self) -> bool {
        self.0.may_have_executed
    }

    /// Whether calling again later is sensible and safe: the failure may pass, and repeating the
    /// request cannot execute it twice where that matters.
    pub fn is_retryable(&self) -> bool {
        self.0.class.is_some()
    }

    /// How the retry table sees the failure, if it is one that may pass.
    pub fn retry_class(&self) -> Option<RetryClass> {
        self.0.class
    }

    /// The wait that the server asked for, if it did.
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        self.0.retry_after
    }

    /// Status, headers and attempts of the last answer, if one began.
    pub fn meta(&self) -> Option<&ResponseMeta> {
        self.0.meta.as_ref()
    }

    /// The body of the last answer as far as it arrived; empty if there was none.
    pub fn body(&self) -> &Bytes {
        match &self.0.cause {
            Cause::Service(error) if self.0.partial.is_empty() => &error.body,
            Cause::Decode(error) if self.0.partial.is_empty() => error.body(),
            Cause::Wait(error) => error.body(),
            _ => &self.0.partial,
        }
    }
}

impl Inner {
    /// Whether the refusal may be the effect of an earlier attempt, as when the job is cancelled
    /// already. Reads have no effect, and being refused for load or rights is none.
    fn may_be_an_effect(&self) -> bool {
        let refused = match &self.cause {
            Cause::Service(error) => {
                let class = classify(error.kind, error.status.as_u16());
                error.status.is_client_error() && class.is_none()
            }
            _ => false,
        };
        refused && self.earlier_lost && self.effect != Some(Effect::Read)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(f, "{}", inner.cause)?;
        if let Some(error) = &inner.credentials {
            write!(f, " (and for another try: {error})")?;
        }
        if inner.may_be_an_effect() {
            return write!(
                f,
                " (attempt {}; an earlier attempt may have been executed, which this may be the effect of)",
                inner.attempts
            );
        }
        if inner.stop == Stop::Attempts && inner.attempts > 1 {
            write!(f, " (gave up after {} attempts)", inner.attempts)?;
        }
        match (inner.stop, inner.retry_after) {
            (Stop::Quota, _) => {
                f.write_str("; not sent again, the retry quota of the session is used up")?;
            }
            (Stop::RetryAfter, Some(wait)) => {
                let started = u64::from(wait.subsec_nanos() > 0);
                let seconds = wait.as_secs().saturating_add(started);
                write!(
                    f,
                    "; not sent again, the server asks for a wait of {seconds}s"
                )?;
            }
            _ => {}
        }
        if inner.may_have_executed {
            f.write_str("; the request may have been executed")?;
            let stopped = matches!(inner.stop, Stop::Write | Stop::Permanent);
            if stopped && inner.effect == Some(Effect::Write) {
                f.write_str(" and was not sent again")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.0.operation)
            .field("cause", &self.0.cause)
            .field("attempts", &self.0.attempts)
            .field("may_have_executed", &self.0.may_have_executed)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // Texts that are part of ours are not repeated; the chain goes on behind them.
        match &self.0.credentials {
            Some(error) => std::error::Error::source(error),
            None => std::error::Error::source(&self.0.cause),
        }
    }
}

/// At most 512 characters of text that somebody else wrote.
pub(crate) fn bounded_start(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    const LIMIT: usize = 512;
    let start = bytes.get(..LIMIT).unwrap_or(bytes);
    let cut = start.len() < bytes.len();
    let text = match std::str::from_utf8(start) {
        // A character cut in two at the limit is left out.
        Err(error) if cut && error.error_len().is_none() => {
            String::from_utf8_lossy(start.get(..error.valid_up_to()).unwrap_or_default())
        }
        _ => String::from_utf8_lossy(start),
    };
    if cut {
        format!("{text}… ({} bytes in all)", bytes.len()).into()
    } else {
        text
    }
}

/// The same on one line: what controls terminals is shown, not done.
pub(crate) fn one_line(bytes: &[u8]) -> String {
    let text = bounded_start(bytes);
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
