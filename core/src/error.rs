//! The error types, and [`Error`], the error of a call.
//!
//! The module [`retry`](crate::retry) documents which errors are retried.

mod changes;
mod credentials;
mod decode;
mod encode;
mod kind;
mod misuse;
mod service;
mod text;
mod transport;
mod wait;

use std::{fmt, time::Duration};

use bytes::Bytes;

use crate::{
    machine::ResponseMeta,
    operation::Effect,
    retry::{RetryClass, classify},
    signing::SignError,
};

pub use changes::{ChangesError, ChangesErrorKind};
pub use credentials::CredentialsError;
pub use decode::{DecodeError, DecodeErrorKind};
pub use encode::{EncodeError, FieldError, FieldErrorKind};
pub use kind::{ExceptionKind, ExceptionSide};
pub use misuse::Misuse;
pub use service::ServiceError;
pub(crate) use text::{bounded_start, one_line};
pub use transport::{Sent, TransportError, TransportErrorKind};
pub use wait::{WaitError, WaitErrorKind};

/// The kind of an [`Error`], for `match`: [`Error::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request is invalid; nothing was sent.
    Encode,
    /// The request could not be signed; nothing was sent in that attempt.
    Sign,
    /// No usable credentials.
    Credentials,
    /// No complete response arrived: the connection failed, a time limit passed, all connections were in
    /// use, or there was no usable runtime.
    Transport(TransportErrorKind),
    /// The service returned an error.
    Service(ExceptionKind),
    /// The service reported success with a body that is not a response of the operation.
    Decode,
    /// A wait failed or timed out.
    Wait(WaitErrorKind),
    /// A change stream cannot be followed any further.
    Changes(ChangesErrorKind),
    /// A driver gave a machine an input that its last step does not accept: a bug in the driver.
    Misuse,
}

/// The underlying error of an [`Error`], with all details: [`Error::cause`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The request is invalid; nothing was sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The request could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// No usable credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// No complete response arrived.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The service returned an error.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The body is not a response of the operation.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A wait failed or timed out.
    #[error(transparent)]
    Wait(#[from] Box<WaitError>),
    /// A change stream cannot be followed any further.
    #[error(transparent)]
    Changes(#[from] Box<ChangesError>),
    /// A driver gave a machine an input that its last step does not accept: a bug in the driver.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

/// Why there was no further attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stop {
    /// Another attempt would not help.
    Permanent,
    /// The request may have been executed, and executing it twice is not safe.
    Write,
    /// All attempts are used up.
    Attempts,
    /// The session's retry quota is used up.
    Quota,
    /// The server asked for a longer wait than the policy allows.
    RetryAfter,
    /// The pause before another attempt would last beyond the time limit of the call. The value is this limit.
    Deadline(Duration),
}

/// A call that failed.
///
/// The text contains the operation, the [subject](Error::subject) of the request, if any, and the
/// [`cause`](Error::cause). Where it matters, the text also says how many attempts were made, whether the request
/// may have been executed, and whether it was sent again.
///
/// ```text
/// CancelMLModelTrainingJob job-1: connection to db.example.com:8182 closed before the response was complete (gave up after 3 attempts); the request may have been executed
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    cause: Cause,
    operation: &'static str,
    subject: Option<Box<str>>,
    attempts: u32,
    may_have_executed: bool,
    earlier_may_have_executed: bool,
    /// The effect of the request: the text for a write says that the request was not sent again. `None` if unknown.
    effect: Option<Effect>,
    class: Option<RetryClass>,
    /// Why the credentials that were rejected could not be refreshed.
    credentials: Option<CredentialsError>,
    stop: Stop,
    retry_after: Option<Duration>,
    meta: Option<ResponseMeta>,
    /// The received part of the body of the last response.
    received_body: Bytes,
}

impl Error {
    pub(crate) fn new(operation: &'static str, cause: impl Into<Cause>) -> Self {
        let cause = cause.into();
        let may_have_executed = matches!(cause, Cause::Decode(_));
        Error(Box::new(Inner {
            cause,
            operation,
            subject: None,
            attempts: 0,
            may_have_executed,
            earlier_may_have_executed: false,
            effect: None,
            class: None,
            credentials: None,
            stop: Stop::Permanent,
            retry_after: None,
            meta: None,
            received_body: Bytes::new(),
        }))
    }

    /// Sets the id that the request is about.
    pub(crate) fn with_subject(mut self, subject: Option<Box<str>>) -> Self {
        self.0.subject = subject;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32, stop: Stop) -> Self {
        self.0.attempts = attempts;
        self.0.stop = stop;
        self
    }

    pub(crate) fn with_execution(
        mut self,
        may_have_executed: bool,
        earlier_may_have_executed: bool,
    ) -> Self {
        self.0.may_have_executed = may_have_executed;
        self.0.earlier_may_have_executed = earlier_may_have_executed;
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
        retry_after: Option<Duration>,
    ) -> Self {
        self.0.class = class;
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_response(
        mut self,
        meta: Option<ResponseMeta>,
        received_body: Bytes,
    ) -> Self {
        self.0.meta = meta;
        self.0.received_body = received_body;
        self
    }

    /// The kind of failure, to `match` on.
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

    /// Whether the service returned this exception.
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

    /// The underlying error, with all details.
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// The wire name of the operation.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The subject of the request: the id of the job, load, query or endpoint, or the IRI of the graph. At most
    /// 128 characters; `None` if the request has no such id.
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// The error response, if the service returned one.
    pub fn service(&self) -> Option<&ServiceError> {
        match &self.0.cause {
            Cause::Service(error) => Some(error),
            _ => None,
        }
    }

    /// The number of attempts; 0 if no attempt began. A resend over a stale pooled connection does not count.
    /// For an error of a wait, the number of polls.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether any of the attempts may have been executed. `false` means certainly not.
    pub fn may_have_executed(&self) -> bool {
        self.0.may_have_executed
    }

    /// Whether the call can be repeated later: the failure may be temporary, and the request was certainly not
    /// executed or may be executed twice without harm.
    pub fn is_retryable(&self) -> bool {
        self.0.class.is_some()
    }

    /// The class of the failure in the retry table; `None` if the call is not [retryable](Error::is_retryable).
    pub fn retry_class(&self) -> Option<RetryClass> {
        self.0.class
    }

    /// The time that the server asked to wait before a retry (`Retry-After`), if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Status, headers and attempts of the last response, if one began.
    pub fn meta(&self) -> Option<&ResponseMeta> {
        self.0.meta.as_ref()
    }

    /// The body of the last response as far as it arrived; empty if there was no response.
    pub fn body(&self) -> &Bytes {
        match &self.0.cause {
            Cause::Service(error) if self.0.received_body.is_empty() => &error.body,
            Cause::Decode(error) if self.0.received_body.is_empty() => error.body(),
            Cause::Wait(error) => error.body(),
            _ => &self.0.received_body,
        }
    }
}

impl Inner {
    /// Whether an earlier attempt may have caused the error, for example by cancelling the job already.
    /// A read changes nothing. Throttling and missing permissions have other causes.
    fn may_be_caused_by_earlier_attempt(&self) -> bool {
        let is_rejected = match &self.cause {
            Cause::Service(error) => {
                let class = classify(error.kind, error.status.as_u16());
                error.status.is_client_error() && class.is_none()
            }
            _ => false,
        };
        is_rejected && self.earlier_may_have_executed && self.effect != Some(Effect::Read)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.write_str(inner.operation)?;
        if let Some(subject) = &inner.subject {
            write!(f, " {}", one_line(subject.as_bytes()))?;
        }
        f.write_str(": ")?;
        match &inner.cause {
            // The texts of these errors begin with the operation.
            Cause::Encode(error) => error.fmt_field_errors(f)?,
            Cause::Decode(error) => error.fmt_reason(f)?,
            cause => write!(f, "{cause}")?,
        }
        if let Cause::Service(error) = &inner.cause
            && error.message.contains("Missing Authentication Token")
        {
            f.write_str("; the request arrived without a signature: configure credentials")?;
        }
        if let Some(error) = &inner.credentials {
            write!(f, "; cannot refresh the credentials: {}", error.reason())?;
        }
        if inner.may_be_caused_by_earlier_attempt() {
            return write!(
                f,
                " (attempt {}; an earlier attempt may have been executed and caused this)",
                inner.attempts
            );
        }
        if inner.stop == Stop::Attempts && inner.attempts > 1 {
            write!(f, " (gave up after {} attempts)", inner.attempts)?;
        }
        let again = if inner.attempts > 1 { " again" } else { "" };
        match (inner.stop, inner.retry_after) {
            (Stop::Quota, _) => {
                write!(
                    f,
                    "; not retried{again}: the retry quota of the session is used up"
                )?;
            }
            (Stop::RetryAfter, Some(wait)) => {
                let started = u64::from(wait.subsec_nanos() > 0);
                let seconds = wait.as_secs().saturating_add(started);
                write!(
                    f,
                    "; not retried{again}: the server asks to wait {seconds}s, longer than max_retry_after"
                )?;
            }
            (Stop::Deadline(limit), _) => {
                write!(
                    f,
                    "; not retried{again}: the next attempt would start after the time limit of {limit:?}"
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
            .field("subject", &self.0.subject)
            .field("cause", &self.0.cause)
            .field("attempts", &self.0.attempts)
            .field("may_have_executed", &self.0.may_have_executed)
            .finish_non_exhaustive()
    }
}

/// Wraps the error, for readers of a body. [`downcast`](std::io::Error::downcast) returns it.
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        std::io::Error::other(error)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The text of the cause is part of this error's text, so the chain continues after the cause.
        match &self.0.credentials {
            Some(error) => std::error::Error::source(error),
            None => std::error::Error::source(&self.0.cause),
        }
    }
}
