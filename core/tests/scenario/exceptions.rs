//! Error answers: the 37 exceptions of the service and what no model knows.

use neptunedata::{ExceptionKind, retry::RetryClass};

use crate::{
    script::{answer, exception},
    table::{
        Did::{Any, Wait},
        End::{Final, Passing},
        Expect, MAY, NOT, Row, check, expect, row, service,
    },
};

/// What comes of an exception, once and for all typed from the design.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Refused or failed for good.
    Stops,
    /// Perhaps executed: again, unless it is a write.
    Fault,
    /// The same for a request that the server waited for in vain.
    Lost,
    /// Rolled back: again.
    Conflict,
    /// Refused: again, slower.
    Throttled,
    /// Out of memory: again and slowest, unless it is a write.
    Memory,
    /// Rolled back: once.
    Constraint,
    /// Stale connection: once, over a fresh one. `once.rs` has the rows.
    WrongInstance,
    /// Refused for the signature; without a signature for good. `access.rs` has the others.
    Access,
}
use Fate::*;

const EXCEPTIONS: [(&str, ExceptionKind, u16, Fate); 37] = {
    use ExceptionKind::*;
    [
        ("AccessDeniedException", AccessDeniedException, 403, Access),
        ("BadRequestException", BadRequestException, 400, Stops),
        (
            "BulkLoadIdNotFoundException",
            BulkLoadIdNotFoundException,
            404,
            Stops,
        ),
        (
            "CancelledByMaintenanceException",
            CancelledByMaintenanceException,
            500,
            Conflict,
        ),
        (
            "CancelledByUserException",
            CancelledByUserException,
            500,
            Stops,
        ),
        ("ClientTimeoutException", ClientTimeoutException, 408, Lost),
        (
            "ConcurrentModificationException",
            ConcurrentModificationException,
            500,
            Conflict,
        ),
        (
            "ConstraintViolationException",
            ConstraintViolationException,
            400,
            Constraint,
        ),
        ("ExpiredStreamException", ExpiredStreamException, 400, Stops),
        (
            "FailureByQueryException",
            FailureByQueryException,
            500,
            Stops,
        ),
        (
            "IllegalArgumentException",
            IllegalArgumentException,
            400,
            Stops,
        ),
        (
            "InternalFailureException",
            InternalFailureException,
            500,
            Fault,
        ),
        (
            "InvalidArgumentException",
            InvalidArgumentException,
            400,
            Stops,
        ),
        (
            "InvalidNumericDataException",
            InvalidNumericDataException,
            400,
            Stops,
        ),
        (
            "InvalidParameterException",
            InvalidParameterException,
            400,
            Stops,
        ),
        (
            "LoadUrlAccessDeniedException",
            LoadUrlAccessDeniedException,
            400,
            Stops,
        ),
        (
            "MalformedQueryException",
            MalformedQueryException,
            400,
            Stops,
        ),
        (
            "MemoryLimitExceededException",
            MemoryLimitExceededException,
            500,
            Memory,
        ),
        (
            "MethodNotAllowedException",
            MethodNotAllowedException,
            405,
            Stops,
        ),
        (
            "MissingParameterException",
            MissingParameterException,
            400,
            Stops,
        ),
        (
            "MLResourceNotFoundException",
            MlResourceNotFoundException,
            404,
            Stops,
        ),
        ("ParsingException", ParsingException, 400, Stops),
        (
            "PreconditionsFailedException",
            PreconditionsFailedException,
            400,
            Stops,
        ),
        (
            "QueryLimitExceededException",
            QueryLimitExceededException,
            500,
            Throttled,
        ),
        ("QueryLimitException", QueryLimitException, 400, Stops),
        ("QueryTooLargeException", QueryTooLargeException, 400, Stops),
        (
            "ReadOnlyViolationException",
            ReadOnlyViolationException,
            400,
            WrongInstance,
        ),
        (
            "ResourceNotFoundException",
            ResourceNotFoundException,
            404,
            Stops,
        ),
        ("S3Exception", S3Exception, 400, Stops),
        (
            "ServerShutdownException",
            ServerShutdownException,
            500,
            Fault,
        ),
        (
            "StatisticsNotAvailableException",
            StatisticsNotAvailableException,
            400,
            Stops,
        ),
        (
            "StreamRecordsNotFoundException",
            StreamRecordsNotFoundException,
            404,
            Stops,
        ),
        ("ThrottlingException", ThrottlingException, 500, Throttled),
        (
            "TimeLimitExceededException",
            TimeLimitExceededException,
            500,
            Stops,
        ),
        (
            "TooManyRequestsException",
            TooManyRequestsException,
            429,
            Throttled,
        ),
        (
            "UnsupportedOperationException",
            UnsupportedOperationException,
            400,
            Stops,
        ),
        ("ValidationException", ValidationException, 400, Stops),
    ]
};

/// Statuses and codes that no model lists, or lists otherwise: status, code, kind, fate.
const ODD: [(u16, &str, ExceptionKind, Fate); 14] = {
    use ExceptionKind::*;
    [
        // Codes decide where they are known, whatever the status (M06, M10, M12).
        (400, "AccessDeniedException", AccessDeniedException, Access),
        (
            400,
            "MethodNotAllowedException",
            MethodNotAllowedException,
            Stops,
        ),
        (
            400,
            "MLResourceNotFoundException",
            MlResourceNotFoundException,
            Stops,
        ),
        (503, "ThrottlingException", ThrottlingException, Throttled),
        (
            400,
            "TooManyRequestsException",
            TooManyRequestsException,
            Throttled,
        ),
        (
            400,
            "ConcurrentModificationException",
            ConcurrentModificationException,
            Conflict,
        ),
        (500, "BadRequestException", BadRequestException, Stops),
        // Statuses decide where the code is not.
        (500, "OutOfMemoryError", Unknown, Fault),
        (400, "DuplicateDataException", Unknown, Stops),
        (429, "SomethingNew", Unknown, Throttled),
        (408, "SomethingNew", Unknown, Lost),
        (503, "ServiceUnavailable", Unknown, Fault),
        (403, "SignatureDoesNotMatch", Unknown, Access),
        (418, "SomethingNew", Unknown, Stops),
    ]
};

/// Answers of front ends and proxies, without a code.
const FOREIGN: [(u16, Fate); 17] = [
    (301, Stops),
    (307, Stops),
    (400, Stops),
    (401, Stops),
    (403, Access),
    (404, Stops),
    (405, Stops),
    (408, Lost),
    (409, Stops),
    (413, Stops),
    (418, Stops),
    (425, Stops),
    (429, Throttled),
    (500, Fault),
    (502, Fault),
    (503, Fault),
    (504, Fault),
];

fn class(fate: Fate) -> Option<RetryClass> {
    Some(match fate {
        Stops => return None,
        Fault => RetryClass::Fault,
        Lost => RetryClass::Lost,
        Conflict => RetryClass::Conflict,
        Throttled => RetryClass::Throttled,
        Memory => RetryClass::Memory,
        Constraint => RetryClass::Constraint,
        WrongInstance => RetryClass::WrongInstance,
        Access => RetryClass::Access,
    })
}

/// For reads and idempotent requests, and for writes.
fn expected(fate: Fate, kind: ExceptionKind) -> (Expect, Expect) {
    use crate::table::Did::Fresh;
    let kind = service(kind);
    let stop = expect(&[Any], 1, NOT, Final(kind));
    let perhaps = expect(&[Any], 1, MAY, Final(kind));
    let both = |expect| (expect, expect);
    let soon = &[Any, Wait(0, 100), Any, Wait(0, 200), Any];
    let slower = &[Any, Wait(0, 1000), Any, Wait(0, 2000), Any];
    let slowest = &[Any, Wait(0, 5000), Any, Wait(0, 10_000), Any];
    match fate {
        Stops | Access => both(stop),
        Conflict => both(expect(soon, 3, NOT, Passing(kind))),
        Throttled => both(expect(slower, 3, NOT, Passing(kind))),
        Fault | Lost => (expect(soon, 3, MAY, Passing(kind)), perhaps),
        Memory => (expect(slowest, 3, MAY, Passing(kind)), perhaps),
        Constraint => both(expect(&[Any, Wait(0, 100), Any], 2, NOT, Final(kind))),
        WrongInstance => both(expect(&[Any, Wait(0, 100), Fresh], 2, NOT, Final(kind))),
    }
}

pub(crate) fn modelled() -> Vec<(ExceptionKind, Row)> {
    let each = |(code, kind, status, fate): (&str, ExceptionKind, u16, Fate)| {
        let (again, write) = expected(fate, kind);
        let script = vec![exception(status, code).into()];
        let name = format!("{status} {code}");
        (kind, row(name, class(fate), script, again, write))
    };
    EXCEPTIONS.into_iter().map(each).collect()
}

pub(crate) fn unmodelled() -> Vec<Row> {
    let odd = ODD.into_iter().map(|(status, code, kind, fate)| {
        let (again, write) = expected(fate, kind);
        let script = vec![exception(status, code).into()];
        let name = format!("{status} {code}");
        row(name, class(fate), script, again, write)
    });
    let foreign = FOREIGN.into_iter().flat_map(|(status, fate)| {
        let (again, write) = expected(fate, ExceptionKind::Unknown);
        [
            "",
            "<html>nginx</html>",
            r#"{"detailedMessage":"x"}"#,
            "\u{0}",
        ]
        .map(|body| {
            let script = vec![answer(status, body).into()];
            let name = format!("{status} {body:?}");
            row(name, class(fate), script, again, write)
        })
    });
    odd.chain(foreign).collect()
}

#[test]
fn modelled_exceptions() {
    let rows: Vec<Row> = modelled().into_iter().map(|(_, row)| row).collect();
    check(&rows);
}

#[test]
fn unmodelled_codes_and_statuses() {
    check(&unmodelled());
}

#[test]
fn codes_in_the_header_count_most() {
    let script = vec![
        exception(400, "ParsingException")
            .header(
                "x-amzn-errortype",
                "com.amazon#ThrottlingException:http://x",
            )
            .into(),
    ];
    let (again, write) = expected(Throttled, ExceptionKind::ThrottlingException);
    check(&[row("header", class(Throttled), script, again, write)]);
}

/// Nobody knows what stands behind these, so "certainly not executed" would be a guess; for the same
/// reason they are not sent again.
#[test]
fn foreign_server_errors_may_have_been_executed() {
    let unknown = Final(service(ExceptionKind::Unknown));
    let rows: Vec<Row> = [520, 524, 598]
        .into_iter()
        .map(|status| {
            let expect = expect(&[Any], 1, MAY, unknown);
            let script = vec![answer(status, "").into()];
            row(format!("{status}"), None, script, expect, expect)
        })
        .collect();
    check(&rows);
}
