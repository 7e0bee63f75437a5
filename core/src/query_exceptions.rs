//! The documented exceptions of Gremlin and openCypher.

/// Declares them. `numeric` is the exception that only openCypher has.
macro_rules! query_language_exceptions {
    ($($numeric:ident)?) => {
        use $crate::error::ExceptionKind;

        /// Documented for executing, explaining and profiling queries. Others occur too, such as
        /// `ReadOnlyViolationException` and `ThrottlingException` (`M11`).
        const QUERY_EXCEPTIONS: &[ExceptionKind] = &[
            ExceptionKind::BadRequestException,
            ExceptionKind::CancelledByMaintenanceException,
            ExceptionKind::CancelledByUserException,
            ExceptionKind::ClientTimeoutException,
            ExceptionKind::ConcurrentModificationException,
            ExceptionKind::ConstraintViolationException,
            ExceptionKind::FailureByQueryException,
            ExceptionKind::IllegalArgumentException,
            ExceptionKind::InvalidArgumentException,
            $(ExceptionKind::$numeric,)?
            ExceptionKind::InvalidParameterException,
            ExceptionKind::MalformedQueryException,
            ExceptionKind::MemoryLimitExceededException,
            ExceptionKind::MissingParameterException,
            ExceptionKind::ParsingException,
            ExceptionKind::PreconditionsFailedException,
            ExceptionKind::QueryLimitExceededException,
            ExceptionKind::QueryLimitException,
            ExceptionKind::QueryTooLargeException,
            ExceptionKind::TimeLimitExceededException,
            ExceptionKind::TooManyRequestsException,
            ExceptionKind::UnsupportedOperationException,
        ];

        /// Documented for the status of queries.
        const STATUS_EXCEPTIONS: &[ExceptionKind] = &[
            ExceptionKind::AccessDeniedException,
            ExceptionKind::BadRequestException,
            ExceptionKind::ClientTimeoutException,
            ExceptionKind::ConcurrentModificationException,
            ExceptionKind::ConstraintViolationException,
            ExceptionKind::FailureByQueryException,
            ExceptionKind::IllegalArgumentException,
            ExceptionKind::InvalidArgumentException,
            $(ExceptionKind::$numeric,)?
            ExceptionKind::InvalidParameterException,
            ExceptionKind::MissingParameterException,
            ExceptionKind::ParsingException,
            ExceptionKind::PreconditionsFailedException,
            ExceptionKind::ReadOnlyViolationException,
            ExceptionKind::TimeLimitExceededException,
            ExceptionKind::TooManyRequestsException,
            ExceptionKind::UnsupportedOperationException,
        ];

        /// Documented for cancelling a query.
        const CANCEL_EXCEPTIONS: &[ExceptionKind] = &[
            ExceptionKind::BadRequestException,
            ExceptionKind::ClientTimeoutException,
            ExceptionKind::ConcurrentModificationException,
            ExceptionKind::ConstraintViolationException,
            ExceptionKind::FailureByQueryException,
            ExceptionKind::IllegalArgumentException,
            ExceptionKind::InvalidArgumentException,
            $(ExceptionKind::$numeric,)?
            ExceptionKind::InvalidParameterException,
            ExceptionKind::MissingParameterException,
            ExceptionKind::ParsingException,
            ExceptionKind::PreconditionsFailedException,
            ExceptionKind::TimeLimitExceededException,
            ExceptionKind::TooManyRequestsException,
            ExceptionKind::UnsupportedOperationException,
        ];
    };
}
