//! What is sent again, and what is not: one table.

use std::{fmt::Write as _, time::Duration};

use crate::{
    error::{ExceptionKind, Sent, TransportError, TransportErrorKind},
    operation::Effect,
};

/// How often and how fast to try again.
///
/// Defaults: 3 attempts; waits are random from zero to a base that doubles with each attempt, 100 ms
/// at first, 1 s when the server refused for load, 5 s when it ran out of memory, and never more
/// than 20 s; a wait that the server asks for is respected up to 60 s, and a longer one ends the
/// call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, at least 1.
    pub max_attempts: u32,
    /// Base of the wait after most failures.
    pub base: Duration,
    /// Base of the wait after a refusal for load.
    pub throttled_base: Duration,
    /// Base of the wait after the server ran out of memory.
    pub memory_base: Duration,
    /// The longest wait that is chosen here.
    pub cap: Duration,
    /// The longest wait that the server may ask for.
    pub retry_after_limit: Duration,
    /// How many tokens the calls of a session share for retries; 500 by default. A retry costs 5, or
    /// 10 after a time-out, and a success on the first attempt gives 1 back. Without tokens a failed
    /// call ends at once, so that an outage is not answered with a flood. Raise it where hundreds of
    /// calls are in flight; None removes the limit. See
    /// [`Session::retry_quota`](crate::session::Session::retry_quota).
    pub quota: Option<u32>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_attempts: 3,
            base: Duration::from_millis(100),
            throttled_base: Duration::from_secs(1),
            memory_base: Duration::from_secs(5),
            cap: Duration::from_secs(20),
            retry_after_limit: Duration::from_secs(60),
            quota: Some(500),
        }
    }
}

impl RetryPolicy {
    /// One attempt only. A stale pooled connection, over which nothing was sent, is still replaced.
    pub fn never() -> Self {
        RetryPolicy {
            max_attempts: 1,
            ..RetryPolicy::default()
        }
    }
}

/// What a failure means for sending again: the rows of the retry table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Not received: no name, no connection, no time to connect.
    NotSent,
    /// The answer was lost, cut or timed out: perhaps executed.
    Lost,
    /// Refused for load before it ran, or rolled back.
    Throttled,
    /// Rolled back for another transaction or for maintenance.
    Conflict,
    /// Rolled back for a constraint that may hold for good.
    Constraint,
    /// The server ran out of memory.
    Memory,
    /// The server failed in a way that says nothing about the request.
    Fault,
    /// A write met a reader: the connection leads to the wrong instance.
    WrongInstance,
    /// The signature was refused.
    Access,
}

/// What the table says for one effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// As long as attempts, quota and the server's wishes allow.
    Yes,
    /// Once in a call.
    Once,
    /// Once in a call, if another signature can help.
    Remedied,
    /// No.
    No,
}

impl RetryClass {
    /// All rows, in the order of the printed table.
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

    pub(crate) fn again(self, effect: Effect) -> Again {
        let unless_write = if effect == Effect::Write {
            Again::No
        } else {
            Again::Yes
        };
        match self {
            RetryClass::NotSent | RetryClass::Throttled | RetryClass::Conflict => Again::Yes,
            RetryClass::Lost | RetryClass::Memory | RetryClass::Fault => unless_write,
            RetryClass::Constraint | RetryClass::WrongInstance => Again::Once,
            RetryClass::Access => Again::Remedied,
        }
    }

    /// Whether a request that failed so may have been executed.
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
            RetryClass::Throttled => policy.throttled_base,
            RetryClass::Memory => policy.memory_base,
            _ => policy.base,
        }
    }
}

/// The class of an error answer, None for one that will not pass.
pub(crate) fn classify(kind: ExceptionKind, status: u16) -> Option<RetryClass> {
    verdict(kind, status).0
}

/// The class and why. Without a wildcard over the exceptions, so that a new one is not forgotten
/// here.
fn verdict(kind: ExceptionKind, status: u16) -> (Option<RetryClass>, &'static str) {
    use ExceptionKind::*;
    match kind {
        TooManyRequestsException | ThrottlingException | QueryLimitExceededException => (
            Some(RetryClass::Throttled),
            "refused before it ran, or rolled back",
        ),
        ConcurrentModificationException | CancelledByMaintenanceException => (
            Some(RetryClass::Conflict),
            "the whole transaction was rolled back",
        ),
        ConstraintViolationException => (
            Some(RetryClass::Constraint),
            "rolled back, but the constraint may hold for good",
        ),
        MemoryLimitExceededException => (
            Some(RetryClass::Memory),
            "there may be memory later; how far a write came is not known",
        ),
        InternalFailureException | ServerShutdownException => (
            Some(RetryClass::Fault),
            "says nothing about how far the request came",
        ),
        ClientTimeoutException => (
            Some(RetryClass::Lost),
            "the server gave up waiting, and may have read everything",
        ),
        ReadOnlyViolationException => (
            Some(RetryClass::WrongInstance),
            "after a failover connections lead to what is a reader now",
        ),
        AccessDeniedException => (
            Some(RetryClass::Access),
            "clocks and credentials can be cured, rights cannot",
        ),
        TimeLimitExceededException | FailureByQueryException => (
            None,
            "the query would end the same way, and cost as much again",
        ),
        CancelledByUserException => (None, "somebody wants it to end"),
        BulkLoadIdNotFoundException => (None, "asking again does not make the id (M07)"),
        S3Exception | LoadUrlAccessDeniedException => {
            (None, "the source of the load has to change")
        }
        StreamRecordsNotFoundException => (
            None,
            "the end of the stream: the caller decides when to look again",
        ),
        ExpiredStreamException => (None, "the records are gone"),
        StatisticsNotAvailableException => (None, "computing them takes longer than a retry waits"),
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
        | ValidationException => (None, "the request has to change"),
        Unknown => match status {
            403 => (
                Some(RetryClass::Access),
                "clocks and credentials can be cured, rights cannot",
            ),
            408 => (
                Some(RetryClass::Lost),
                "the server gave up waiting, and may have read everything",
            ),
            429 => (Some(RetryClass::Throttled), "refused before it ran"),
            500 | 502 | 503 | 504 => (
                Some(RetryClass::Fault),
                "says nothing about how far the request came",
            ),
            _ => (None, "nothing says that it would pass"),
        },
    }
}

/// The class of a broken exchange, None for one that will not pass.
pub(crate) fn classify_transport(error: &TransportError) -> Option<RetryClass> {
    if error.is_permanent() {
        return None;
    }
    match error.kind() {
        // The caller's patience is over, the certificate is wrong, the caller's own limits are met,
        // the program has to change.
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

/// Prints the tables below, as Markdown.
///
#[doc = include_str!("../docs/retry.md")]
pub fn retry_table() -> String {
    let mut out = String::from(
        "| class | Read, Idempotent | Write | may have executed | first wait up to |\n|---|---|---|---|---|\n",
    );
    let policy = RetryPolicy::default();
    for class in RetryClass::ALL {
        let word = |effect| match class.again(effect) {
            Again::Yes => "again",
            Again::Once => "once",
            Again::Remedied => "once, with the server's time or fresh credentials",
            Again::No => "stop",
        };
        let wait = match class.again(Effect::Read) {
            Again::Remedied => "none".to_owned(),
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
        row(kind.name(), &status.to_string(), verdict(*kind, status));
    }
    for status in [403, 408, 429, 500, 502, 503, 504] {
        row(
            "any other",
            &status.to_string(),
            verdict(ExceptionKind::Unknown, status),
        );
    }
    row(
        "any other",
        "any other",
        verdict(ExceptionKind::Unknown, 418),
    );
    out
}
