//! The exceptions of the service as one enum.

use std::fmt;

/// The side that causes an exception according to the service model: [`ExceptionKind::fault_side`]. Retries
/// do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExceptionSide {
    /// The client: the request or the caller's permissions.
    Client,
    /// The service.
    Server,
}

macro_rules! exceptions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $side:ident;)*) => {
        /// The exception that an error response names.
        ///
        /// All 37 exceptions of the service model are here. A name that the model does not list is
        /// [`ExceptionKind::Unknown`], and [`ServiceError::code`](crate::error::ServiceError::code) keeps the name
        /// itself. Any operation can return any exception: the model's lists per operation are incomplete.
        ///
        /// Statuses and meanings: <https://docs.aws.amazon.com/neptune/latest/userguide/errors-engine-codes.html>.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ExceptionKind {
            $($(#[$doc])* $variant,)*
            /// A name that the service model does not list, or no name at all.
            Unknown,
        }

        impl ExceptionKind {
            /// Every exception of the service model, in alphabetical order; without [`ExceptionKind::Unknown`].
            pub const ALL: &'static [ExceptionKind] = &[$(ExceptionKind::$variant,)*];

            /// The exception with this name, spelled as the service spells it, without a namespace (`…#`) before
            /// it and without `:…` after it. Any other name gives [`ExceptionKind::Unknown`].
            pub fn from_name(name: &str) -> ExceptionKind {
                match name {
                    $($name => ExceptionKind::$variant,)*
                    _ => ExceptionKind::Unknown,
                }
            }

            /// The service's name of the exception; `"Unknown"` for [`ExceptionKind::Unknown`].
            pub const fn name(self) -> &'static str {
                match self {
                    $(ExceptionKind::$variant => $name,)*
                    ExceptionKind::Unknown => "Unknown",
                }
            }

            /// The HTTP status of the exception in the service model; `None` for
            /// [`ExceptionKind::Unknown`]. A server may send another ([M06](crate::wire_notes#m06),
            /// [M10](crate::wire_notes#m10), [M12](crate::wire_notes#m12)).
            pub const fn http_status(self) -> Option<u16> {
                match self {
                    $(ExceptionKind::$variant => Some($status),)*
                    ExceptionKind::Unknown => None,
                }
            }

            /// The side that causes the exception according to the service model, client or server; `None` for
            /// [`ExceptionKind::Unknown`].
            pub const fn fault_side(self) -> Option<ExceptionSide> {
                match self {
                    $(ExceptionKind::$variant => Some(ExceptionSide::$side),)*
                    ExceptionKind::Unknown => None,
                }
            }
        }
    };
}

exceptions! {
    /// Missing permissions, or a rejected signature.
    AccessDeniedException = "AccessDeniedException", 403, Client;
    /// The server cannot interpret the request; also for unknown routes and oversized requests.
    BadRequestException = "BadRequestException", 400, Client;
    /// No bulk load has this id. Not retried, although the model marks it as retryable ([M07](crate::wire_notes#m07)).
    BulkLoadIdNotFoundException = "BulkLoadIdNotFoundException", 404, Client;
    /// Cancelled by storage maintenance such as an index rebuild, and rolled back.
    CancelledByMaintenanceException = "CancelledByMaintenanceException", 500, Server;
    /// A user cancelled the query ([M08](crate::wire_notes#m08)).
    CancelledByUserException = "CancelledByUserException", 500, Server;
    /// The server timed out waiting for the client.
    ClientTimeoutException = "ClientTimeoutException", 408, Client;
    /// Conflict with another transaction; the whole transaction was rolled back.
    ConcurrentModificationException = "ConcurrentModificationException", 500, Server;
    /// A constraint was violated, often only by concurrent edits; rolled back.
    ConstraintViolationException = "ConstraintViolationException", 400, Client;
    /// The stream no longer keeps the records at this position.
    ExpiredStreamException = "ExpiredStreamException", 400, Client;
    /// The query itself requested the failure, as with Gremlin's `fail()`.
    FailureByQueryException = "FailureByQueryException", 500, Server;
    /// An argument is not valid.
    IllegalArgumentException = "IllegalArgumentException", 400, Client;
    /// An internal failure of the server ([M09](crate::wire_notes#m09)).
    InternalFailureException = "InternalFailureException", 500, Server;
    /// An argument is not valid.
    InvalidArgumentException = "InvalidArgumentException", 400, Client;
    /// A number beyond 64 bits.
    InvalidNumericDataException = "InvalidNumericDataException", 400, Client;
    /// A parameter is not valid; also for unknown ids and finished jobs.
    InvalidParameterException = "InvalidParameterException", 400, Client;
    /// The S3 source of a load is not accessible.
    LoadUrlAccessDeniedException = "LoadUrlAccessDeniedException", 400, Client;
    /// The query has a syntax or semantic error.
    MalformedQueryException = "MalformedQueryException", 400, Client;
    /// The query needs more memory than is available.
    MemoryLimitExceededException = "MemoryLimitExceededException", 500, Server;
    /// The endpoint does not support this HTTP method.
    MethodNotAllowedException = "MethodNotAllowedException", 405, Client;
    /// A required parameter or header is missing.
    MissingParameterException = "MissingParameterException", 400, Client;
    /// A machine-learning resource does not exist. Real clusters return 400 ([M10](crate::wire_notes#m10)).
    MlResourceNotFoundException = "MLResourceNotFoundException", 404, Client;
    /// The query could not be parsed.
    ParsingException = "ParsingException", 400, Client;
    /// A precondition of the operation does not hold.
    PreconditionsFailedException = "PreconditionsFailedException", 400, Client;
    /// Too many concurrent queries; this query was rejected before execution, or rolled back.
    QueryLimitExceededException = "QueryLimitExceededException", 500, Server;
    /// The query text is too large.
    QueryLimitException = "QueryLimitException", 400, Client;
    /// The request body is too large.
    QueryTooLargeException = "QueryTooLargeException", 400, Client;
    /// A write reached a reader, which happens with stale connections after a failover.
    ReadOnlyViolationException = "ReadOnlyViolationException", 400, Client;
    /// A resource does not exist. The service model lists this exception only for starting an index rebuild.
    ResourceNotFoundException = "ResourceNotFoundException", 404, Client;
    /// S3 refused a request of the bulk loader.
    S3Exception = "S3Exception", 400, Client;
    /// The server is shutting down, for example for a fast reset.
    ServerShutdownException = "ServerShutdownException", 500, Server;
    /// Statistics are not available, or not yet.
    StatisticsNotAvailableException = "StatisticsNotAvailableException", 400, Client;
    /// The end of the stream: nothing after this position yet.
    StreamRecordsNotFoundException = "StreamRecordsNotFoundException", 404, Client;
    /// Too many requests, for example a full query queue ([M11](crate::wire_notes#m11)); this request was rejected
    /// before execution, or rolled back.
    ThrottlingException = "ThrottlingException", 500, Server;
    /// The query exceeded the server's time limit.
    TimeLimitExceededException = "TimeLimitExceededException", 500, Server;
    /// Too many requests; this request was rejected before execution, or rolled back.
    TooManyRequestsException = "TooManyRequestsException", 429, Client;
    /// The server does not support this feature, or it is disabled.
    UnsupportedOperationException = "UnsupportedOperationException", 400, Client;
    /// A parameter of an index rebuild is not valid.
    ValidationException = "ValidationException", 400, Client;
}

impl fmt::Display for ExceptionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
