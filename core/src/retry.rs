//! The retry policy, and the table that decides which requests are sent again.

use std::{fmt::Write as _, time::Duration};

use crate::{
    error::{ExceptionKind, Sent, TransportError, TransportErrorKind},
    operation::Effect,
};

/// The maximum number of attempts, and the pauses (backoff) between them.
///
/// Each pause is random, from zero to a limit that starts at one of the backoffs, depending on the failure, and
/// doubles with each further pause of the call up to [`max_backoff`](RetryPolicy::max_backoff).
///
/// ```
/// use neptunedata::retry::RetryPolicy;
///
/// let mut policy = RetryPolicy::default();
/// policy.max_attempts = 5;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The maximum number of attempts, including the first. 3 by default; 0 counts as 1.
    pub max_attempts: u32,
    /// The limit of the first pause after most failures. 100 ms by default.
    pub initial_backoff: Duration,
    /// The limit of the first pause after the server rejected the request because of load. 1 s by default.
    pub throttled_backoff: Duration,
    /// The limit of the first pause after the server ran out of memory. 5 s by default.
    pub memory_backoff: Duration,
    /// The limit of every random pause. 20 s by default.
    pub max_backoff: Duration,
    /// The longest pause that the server may ask for with `Retry-After`. A longer one ends the call. 60 s by default.
    pub max_retry_after: Duration,
    /// The number of retry tokens that the calls of a session share; 500 by default. A retry costs 5, or 10 after a
    /// timeout, and a success on the first attempt returns 1. If too few tokens are left, a failed call ends without a
    /// retry, so that retries do not overload the server during an outage. Raise it if hundreds of calls are in flight;
    /// `None` removes the limit. See [`Session::retry_quota`](crate::session::Session::retry_quota).
    pub quota: Option<u32>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(100),
            throttled_backoff: Duration::from_secs(1),
            memory_backoff: Duration::from_secs(5),
            max_backoff: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
            quota: Some(500),
        }
    }
}

impl RetryPolicy {
    /// No retries: one attempt. A stale pooled connection, over which nothing was sent, is still replaced.
    pub fn never() -> Self {
        RetryPolicy {
            max_attempts: 1,
            ..RetryPolicy::default()
        }
    }
}

/// The class of a failure, which decides whether the request is sent again: a row of the retry table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// The request was not received: the host name was not resolved, the connection failed or timed out, or no
    /// connection became free ([`PoolLimit`](TransportErrorKind::PoolLimit), which a call itself does not retry).
    NotSent,
    /// The response was lost, truncated or timed out: the request may have been executed.
    Lost,
    /// Rejected because of load before execution, or rolled back.
    Throttled,
    /// Rolled back because of another transaction or maintenance.
    Conflict,
    /// Rolled back because of a constraint that may be permanent.
    Constraint,
    /// The server ran out of memory.
    Memory,
    /// The server failed, and it is not known whether the request was executed.
    Fault,
    /// A write reached a reader: the connection leads to the wrong instance.
    WrongInstance,
    /// Access was denied: a rejected signature, expired credentials or missing permissions.
    Access,
}

/// Whether requests of one effect are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryRule {
    /// As long as attempts, quota and the wait that the server asks for allow.
    Always,
    /// Once in a call.
    Once,
    /// Once in a call, if a new signature can help.
    OnceReauthenticated,
    /// Never.
    Never,
}

impl RetryClass {
    /// All classes, in the order of the [retry table](retry_table).
    pub const ALL: [RetryClass; 9] = [
        RetryClass::NotSent,
        RetryClass::Lost,
        RetryClass::Throttled,
        RetryClass::Conflict,
        RetryClass::Constraint,
        RetryClass::Memory,
        RetryClass::Fault,
        RetryClass::WrongInstance,
        RetryClass::Access,
    ];

    pub(crate) fn rule(self, effect: Effect) -> RetryRule {
        let unless_write = if effect == Effect::Write {
            RetryRule::Never
        } else {
            RetryRule::Always
        };
        match self {
            RetryClass::NotSent | RetryClass::Throttled | RetryClass::Conflict => RetryRule::Always,
            RetryClass::Lost | RetryClass::Memory | RetryClass::Fault => unless_write,
            RetryClass::Constraint | RetryClass::WrongInstance => RetryRule::Once,
            RetryClass::Access => RetryRule::OnceReauthenticated,
        }
    }

    /// Whether a request with a failure of this class may have been executed.
    pub fn may_have_executed(self) -> bool {
        match self {
            RetryClass::Lost | RetryClass::Memory | RetryClass::Fault => true,
            RetryClass::NotSent
            | RetryClass::Throttled
            | RetryClass::Conflict
            | RetryClass::Constraint
            | RetryClass::WrongInstance
            | RetryClass::Access => false,
        }
    }

    pub(crate) fn base(self, policy: &RetryPolicy) -> Duration {
        match self {
            RetryClass::Throttled => policy.throttled_backoff,
            RetryClass::Memory => policy.memory_backoff,
            _ => policy.initial_backoff,
        }
    }
}

/// The class of an error response; `None` if the error is permanent.
pub(crate) fn classify(kind: ExceptionKind, status: u16) -> Option<RetryClass> {
    classify_with_reason(kind, status).0
}

/// The class and the reason. The match has no wildcard over the exceptions, so a new exception must be added here.
fn classify_with_reason(kind: ExceptionKind, status: u16) -> (Option<RetryClass>, &'static str) {
    use ExceptionKind::*;
    match kind {
        TooManyRequestsException | ThrottlingException | QueryLimitExceededException => (
            Some(RetryClass::Throttled),
            "rejected before execution, or rolled back",
        ),
        ConcurrentModificationException | CancelledByMaintenanceException => (
            Some(RetryClass::Conflict),
            "the whole transaction was rolled back",
        ),
        ConstraintViolationException => (
            Some(RetryClass::Constraint),
            "rolled back, but the constraint may be permanent",
        ),
        MemoryLimitExceededException => (
            Some(RetryClass::Memory),
            "memory may be free later; a write may have been executed",
        ),
        InternalFailureException | ServerShutdownException => (
            Some(RetryClass::Fault),
            "unknown whether the request was executed",
        ),
        ClientTimeoutException => (
            Some(RetryClass::Lost),
            "the server timed out waiting, but may have read the whole request",
        ),
        ReadOnlyViolationException => (
            Some(RetryClass::WrongInstance),
            "after a failover, connections may lead to a reader",
        ),
        AccessDeniedException => (
            Some(RetryClass::Access),
            "clock skew and credentials can be corrected, permissions cannot",
        ),
        TimeLimitExceededException | FailureByQueryException => {
            (None, "the query would fail the same way, at the same cost")
        }
        CancelledByUserException => (None, "a user cancelled the query"),
        BulkLoadIdNotFoundException => (None, "the id would still be unknown"),
        S3Exception | LoadUrlAccessDeniedException => {
            (None, "the source of the load must be changed")
        }
        StreamRecordsNotFoundException => (
            None,
            "the end of the stream: the caller decides when to poll again",
        ),
        ExpiredStreamException => (None, "the stream no longer keeps the records"),
        StatisticsNotAvailableException => (
            None,
            "computing statistics takes longer than the wait before a retry",
        ),
        BadRequestException
        | IllegalArgumentException
        | InvalidArgumentException
        | InvalidNumericDataException
        | InvalidParameterException
        | MalformedQueryException
        | MethodNotAllowedException
        | MissingParameterException
        | MlResourceNotFoundException
        | ParsingException
        | PreconditionsFailedException
        | QueryLimitException
        | QueryTooLargeException
        | ResourceNotFoundException
        | UnsupportedOperationException
        | ValidationException => (None, "the request must be changed"),
        Unknown => match status {
            403 => (
                Some(RetryClass::Access),
                "clock skew and credentials can be corrected, permissions cannot",
            ),
            408 => (
                Some(RetryClass::Lost),
                "the server timed out waiting, but may have read the whole request",
            ),
            429 => (Some(RetryClass::Throttled), "rejected before execution"),
            500 | 502 | 503 | 504 => (
                Some(RetryClass::Fault),
                "unknown whether the request was executed",
            ),
            _ => (None, "not known to be temporary"),
        },
    }
}

/// The class of a transport error; `None` if the error is permanent.
pub(crate) fn classify_transport(error: &TransportError) -> Option<RetryClass> {
    if error.is_permanent() {
        return None;
    }
    match error.kind() {
        // Another attempt would fail the same way: the caller's deadline has passed, the certificate is
        // invalid, a limit of the client is reached, or the program lacks a usable runtime.
        TransportErrorKind::Deadline
        | TransportErrorKind::Tls
        | TransportErrorKind::PoolLimit
        | TransportErrorKind::Runtime
        | TransportErrorKind::HeadTooLarge => None,
        TransportErrorKind::Dns
        | TransportErrorKind::Connect
        | TransportErrorKind::ConnectTimeout
        | TransportErrorKind::Closed
        | TransportErrorKind::Timeout
        | TransportErrorKind::Protocol
        | TransportErrorKind::Other => Some(match error.sent() {
            Sent::No => RetryClass::NotSent,
            Sent::Maybe => RetryClass::Lost,
        }),
    }
}

/// Returns the retry tables, which are shown below, as Markdown: one by class, one by exception.
///
#[doc = include_str!("../docs/retry.md")]
pub fn retry_table() -> String {
    let mut out = String::from(
        "| class | Read, Idempotent | Write | may have executed | limit of the first pause |\n|---|---|---|---|---|\n",
    );
    let policy = RetryPolicy::default();
    for class in RetryClass::ALL {
        let word = |effect| match class.rule(effect) {
            RetryRule::Always => "again",
            RetryRule::Once => "once",
            RetryRule::OnceReauthenticated => {
                "once with the server's time, and once with fresh credentials"
            }
            RetryRule::Never => "stop",
        };
        let wait = match class.rule(Effect::Read) {
            RetryRule::OnceReauthenticated => "none".to_owned(),
            _ => format!("{} ms", class.base(&policy).as_millis()),
        };
        let executed = if class.may_have_executed() {
            "yes"
        } else {
            "no"
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| {class:?} | {} | {} | {executed} | {wait} |",
            word(Effect::Read),
            word(Effect::Write),
        );
    }
    out.push_str("\n| exception | HTTP status | class | why |\n|---|---|---|---|\n");
    let mut row = |name: &str, status: &str, (class, why): (Option<RetryClass>, &str)| {
        let class = class.map_or("stop".to_owned(), |class| format!("{class:?}"));
        let _ = writeln!(out, "| {name} | {status} | {class} | {why} |");
    };
    for kind in ExceptionKind::ALL {
        let status = kind.http_status().unwrap_or_default();
        row(
            kind.name(),
            &status.to_string(),
            classify_with_reason(*kind, status),
        );
    }
    for status in [403, 408, 429, 500, 502, 503, 504] {
        row(
            "any other",
            &status.to_string(),
            classify_with_reason(ExceptionKind::Unknown, status),
        );
    }
    row(
        "any other",
        "any other",
        classify_with_reason(ExceptionKind::Unknown, 418),
    );
    out
}
