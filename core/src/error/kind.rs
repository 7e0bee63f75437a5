//! The exceptions of the service as one enum.

use std::fmt;

/// Who has to change something before the request can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExceptionSide {
    /// The request or the caller's rights.
    Client,
    /// The service.
    Server,
}

macro_rules! exceptions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $side:ident;)*) => {
        /// The exception that an error answer names.
        ///
        /// All 37 exceptions of the service model are here; a name that the model does not know is
        /// [`ExceptionKind::Unknown`], and [`ServiceError::code`](crate::error::ServiceError::code) keeps the
        /// name itself. Names are resolved service-wide: the model's list of exceptions per
        /// operation is incomplete.
        ///
        /// Statuses and meanings:
        /// <https://docs.aws.amazon.com/neptune/latest/userguide/errors-engine-codes.html>.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ExceptionKind {
            $($(#[$doc])* $variant,)*
            /// A name that the service model does not list, or no name at all.
            Unknown,
        }

        impl ExceptionKind {
            /// Every exception of the service model, in alphabetical order; without
            /// [`ExceptionKind::Unknown`].
            pub const ALL: &'static [ExceptionKind] = &[$(ExceptionKind::$variant,)*];

            /// The exception of this name, without prefix or suffix, exactly as the service spells it.
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

            /// The HTTP status the model gives the exception. A server may send another ([M06](crate::wire_notes#m06), [M10](crate::wire_notes#m10),
            /// [M12](crate::wire_notes#m12)). None for [`ExceptionKind::Unknown`].
            pub const fn http_status(self) -> Option<u16> {
                match self {
                    $(ExceptionKind::$variant => Some($status),)*
                    ExceptionKind::Unknown => None,
                }
            }

            /// Whose fault the model says it is. None for [`ExceptionKind::Unknown`].
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
    /// Missing rights, or a signature that was not accepted.
    AccessDeniedException = "AccessDeniedException", 403, Client;
    /// The request makes no sense to the server; unknown routes and oversized requests too.
    BadRequestException = "BadRequestException", 400, Client;
    /// No bulk load has this id ([M07](crate::wire_notes#m07): not worth repeating, whatever the model says).
    BulkLoadIdNotFoundException = "BulkLoadIdNotFoundException", 404, Client;
    /// Ended by storage maintenance such as an index rebuild, and rolled back.
    CancelledByMaintenanceException = "CancelledByMaintenanceException", 500, Server;
    /// Somebody cancelled the query ([M08](crate::wire_notes#m08)).
    CancelledByUserException = "CancelledByUserException", 500, Server;
    /// The server waited too long for the client.
    ClientTimeoutException = "ClientTimeoutException", 408, Client;
    /// Conflict with another transaction; rolled back as a whole.
    ConcurrentModificationException = "ConcurrentModificationException", 500, Server;
    /// A constraint was violated, often only by concurrent edits; rolled back.
    ConstraintViolationException = "ConstraintViolationException", 400, Client;
    /// The stream position was trimmed away.
    ExpiredStreamException = "ExpiredStreamException", 400, Client;
    /// The query ended itself, as Gremlin's `fail()` does.
    FailureByQueryException = "FailureByQueryException", 500, Server;
    /// An argument is not valid.
    IllegalArgumentException = "IllegalArgumentException", 400, Client;
    /// Something went wrong in the server ([M09](crate::wire_notes#m09)).
    InternalFailureException = "InternalFailureException", 500, Server;
    /// An argument is not valid.
    InvalidArgumentException = "InvalidArgumentException", 400, Client;
    /// A number beyond 64 bits.
    InvalidNumericDataException = "InvalidNumericDataException", 400, Client;
    /// A parameter is not valid; unknown ids and finished jobs too.
    InvalidParameterException = "InvalidParameterException", 400, Client;
    /// The S3 source of a load is out of reach.
    LoadUrlAccessDeniedException = "LoadUrlAccessDeniedException", 400, Client;
    /// The query has a syntax or semantic error.
    MalformedQueryException = "MalformedQueryException", 400, Client;
    /// The query needs more memory than the server has for it.
    MemoryLimitExceededException = "MemoryLimitExceededException", 500, Server;
    /// The endpoint does not take this method.
    MethodNotAllowedException = "MethodNotAllowedException", 405, Client;
    /// A required parameter or header is missing.
    MissingParameterException = "MissingParameterException", 400, Client;
    /// A machine-learning resource does not exist ([M10](crate::wire_notes#m10): real clusters answer 400).
    MlResourceNotFoundException = "MLResourceNotFoundException", 404, Client;
    /// The query could not be parsed.
    ParsingException = "ParsingException", 400, Client;
    /// A precondition of the operation does not hold.
    PreconditionsFailedException = "PreconditionsFailedException", 400, Client;
    /// Too many queries at once; this one was not started.
    QueryLimitExceededException = "QueryLimitExceededException", 500, Server;
    /// The query text is too large.
    QueryLimitException = "QueryLimitException", 400, Client;
    /// The request body is too large.
    QueryTooLargeException = "QueryTooLargeException", 400, Client;
    /// A write reached a reader, which happens with stale connections after a failover.
    ReadOnlyViolationException = "ReadOnlyViolationException", 400, Client;
    /// The index rebuild does not exist.
    ResourceNotFoundException = "ResourceNotFoundException", 404, Client;
    /// S3 refused something to the bulk loader.
    S3Exception = "S3Exception", 400, Client;
    /// The server is going down, as it does for a fast reset.
    ServerShutdownException = "ServerShutdownException", 500, Server;
    /// There are no statistics (yet).
    StatisticsNotAvailableException = "StatisticsNotAvailableException", 400, Client;
    /// The end of the stream: nothing after this position yet.
    StreamRecordsNotFoundException = "StreamRecordsNotFoundException", 404, Client;
    /// Too many requests, for instance a full query queue ([M11](crate::wire_notes#m11)); this one was refused.
    ThrottlingException = "ThrottlingException", 500, Server;
    /// The query ran into the server's time limit.
    TimeLimitExceededException = "TimeLimitExceededException", 500, Server;
    /// Too many requests; this one was refused.
    TooManyRequestsException = "TooManyRequestsException", 429, Client;
    /// The server does not support this, or it is switched off.
    UnsupportedOperationException = "UnsupportedOperationException", 400, Client;
    /// A parameter of an index rebuild is not valid.
    ValidationException = "ValidationException", 400, Client;
}

impl fmt::Display for ExceptionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
