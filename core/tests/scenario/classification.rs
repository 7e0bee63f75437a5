//! Which failures are retried: every exception, every kind of broken exchange, by effect.
//!
//! This is the only such table. Other tests use one failure of a class and check something else.

use std::collections::BTreeSet;

use neptunedata::{
    ExceptionKind, TransportError,
    retry::RetryClass,
    transport::{
        Sent::{self, Maybe, No},
        TransportErrorKind,
    },
};

use crate::{
    script::{Event, answer, exception, failure},
    table::{
        Did::{self, Any, Fresh, Wait},
        End::{Final, Passing},
        Expect, MAY, NOT, Row, check, expect, row, sent_once, service, transport,
    },
};

/// What comes of an error response, typed from the design.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Refused or failed for good.
    Stops,
    /// An undocumented server error: may have been executed, and is not retried.
    Undescribed,
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
    /// Stale connection: once, over a fresh one. `once.rs` has sequences.
    WrongInstance,
    /// Refused for the signature; without a signature for good. `access.rs` has the others.
    Access,
}
use Fate::*;

// One exception a line.
#[rustfmt::skip]
const EXCEPTIONS: [(ExceptionKind, &str, u16, Fate); 37] = {
    use ExceptionKind::*;
    [
        (AccessDeniedException, "AccessDeniedException", 403, Access),
        (BadRequestException, "BadRequestException", 400, Stops),
        (BulkLoadIdNotFoundException, "BulkLoadIdNotFoundException", 404, Stops),
        (CancelledByMaintenanceException, "CancelledByMaintenanceException", 500, Conflict),
        (CancelledByUserException, "CancelledByUserException", 500, Stops),
        (ClientTimeoutException, "ClientTimeoutException", 408, Lost),
        (ConcurrentModificationException, "ConcurrentModificationException", 500, Conflict),
        (ConstraintViolationException, "ConstraintViolationException", 400, Constraint),
        (ExpiredStreamException, "ExpiredStreamException", 400, Stops),
        (FailureByQueryException, "FailureByQueryException", 500, Stops),
        (IllegalArgumentException, "IllegalArgumentException", 400, Stops),
        (InternalFailureException, "InternalFailureException", 500, Fault),
        (InvalidArgumentException, "InvalidArgumentException", 400, Stops),
        (InvalidNumericDataException, "InvalidNumericDataException", 400, Stops),
        (InvalidParameterException, "InvalidParameterException", 400, Stops),
        (LoadUrlAccessDeniedException, "LoadUrlAccessDeniedException", 400, Stops),
        (MalformedQueryException, "MalformedQueryException", 400, Stops),
        (MemoryLimitExceededException, "MemoryLimitExceededException", 500, Memory),
        (MethodNotAllowedException, "MethodNotAllowedException", 405, Stops),
        (MissingParameterException, "MissingParameterException", 400, Stops),
        (MlResourceNotFoundException, "MLResourceNotFoundException", 404, Stops),
        (ParsingException, "ParsingException", 400, Stops),
        (PreconditionsFailedException, "PreconditionsFailedException", 400, Stops),
        (QueryLimitExceededException, "QueryLimitExceededException", 500, Throttled),
        (QueryLimitException, "QueryLimitException", 400, Stops),
        (QueryTooLargeException, "QueryTooLargeException", 400, Stops),
        (ReadOnlyViolationException, "ReadOnlyViolationException", 400, WrongInstance),
        (ResourceNotFoundException, "ResourceNotFoundException", 404, Stops),
        (S3Exception, "S3Exception", 400, Stops),
        (ServerShutdownException, "ServerShutdownException", 500, Fault),
        (StatisticsNotAvailableException, "StatisticsNotAvailableException", 400, Stops),
        (StreamRecordsNotFoundException, "StreamRecordsNotFoundException", 404, Stops),
        (ThrottlingException, "ThrottlingException", 500, Throttled),
        (TimeLimitExceededException, "TimeLimitExceededException", 500, Stops),
        (TooManyRequestsException, "TooManyRequestsException", 429, Throttled),
        (UnsupportedOperationException, "UnsupportedOperationException", 400, Stops),
        (ValidationException, "ValidationException", 400, Stops),
    ]
};

/// Statuses and codes that no model lists, or lists otherwise.
#[rustfmt::skip]
const ODD: [(ExceptionKind, &str, u16, Fate); 15] = {
    use ExceptionKind::*;
    [
        // Codes decide where they are known, whatever the status (M06, M10, M12).
        (AccessDeniedException, "AccessDeniedException", 400, Access),
        (MethodNotAllowedException, "MethodNotAllowedException", 400, Stops),
        (MlResourceNotFoundException, "MLResourceNotFoundException", 400, Stops),
        (ThrottlingException, "ThrottlingException", 503, Throttled),
        (TooManyRequestsException, "TooManyRequestsException", 400, Throttled),
        (ConcurrentModificationException, "ConcurrentModificationException", 400, Conflict),
        (BadRequestException, "BadRequestException", 500, Stops),
        // Statuses decide where the code is not known.
        (Unknown, "OutOfMemoryError", 500, Fault),
        (Unknown, "DuplicateDataException", 400, Stops),
        (Unknown, "SomethingNew", 429, Throttled),
        (Unknown, "SomethingNew", 408, Lost),
        (Unknown, "ServiceUnavailable", 503, Fault),
        (Unknown, "SignatureDoesNotMatch", 403, Access),
        (Unknown, "SomethingNew", 418, Stops),
        (Unknown, "NotImplemented", 501, Undescribed),
    ]
};

/// Answers of front ends and proxies, without a code.
const FOREIGN: [(u16, Fate); 20] = [
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
    (520, Undescribed),
    (524, Undescribed),
    (598, Undescribed),
];

/// What comes of a broken exchange.
#[derive(Debug, Clone, Copy)]
enum Break {
    /// Certainly not executed: again, over a fresh connection.
    NotSent,
    /// Perhaps executed: the same, unless it is a write.
    Lost,
    /// The end, perhaps executed or not.
    Ends(bool),
    /// The end of this call; a later one may find a connection.
    Full(bool),
}

/// By kind, for requests that were certainly not sent and for others.
const BREAKS: [(TransportErrorKind, Break, Break); 12] = {
    use Break::*;
    use TransportErrorKind::*;
    [
        (Dns, NotSent, Lost),
        (Connect, NotSent, Lost),
        (ConnectTimeout, NotSent, Lost),
        (Tls, Ends(NOT), Ends(MAY)),
        (Closed, NotSent, Lost),
        (Timeout, NotSent, Lost),
        // These came in answer to something, whatever the driver says.
        (Protocol, Lost, Lost),
        (HeadTooLarge, Ends(MAY), Ends(MAY)),
        // The driver has waited for a connection already.
        (PoolLimit, Full(NOT), Full(MAY)),
        (Runtime, Ends(NOT), Ends(MAY)),
        (Deadline, Ends(NOT), Ends(MAY)),
        (Other, NotSent, Lost),
    ]
};

fn class(fate: Fate) -> Option<RetryClass> {
    Some(match fate {
        Stops | Undescribed => return None,
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
    let kind = service(kind);
    let stop = sent_once(NOT, Final(kind));
    let perhaps = sent_once(MAY, Final(kind));
    let both = |expect| (expect, expect);
    let soon = &[Any, Wait(0, 100), Any, Wait(0, 200), Any];
    let slower = &[Any, Wait(0, 1000), Any, Wait(0, 2000), Any];
    let slowest = &[Any, Wait(0, 5000), Any, Wait(0, 10_000), Any];
    match fate {
        Stops | Access => both(stop),
        Undescribed => both(perhaps),
        Conflict => both(expect(soon, 3, NOT, Passing(kind))),
        Throttled => both(expect(slower, 3, NOT, Passing(kind))),
        Fault | Lost => (expect(soon, 3, MAY, Passing(kind)), perhaps),
        Memory => (expect(slowest, 3, MAY, Passing(kind)), perhaps),
        Constraint => both(expect(&[Any, Wait(0, 100), Any], 2, NOT, Final(kind))),
        WrongInstance => both(expect(&[Any, Wait(0, 100), Fresh], 2, NOT, Final(kind))),
    }
}

fn service_row((kind, code, status, fate): (ExceptionKind, &str, u16, Fate)) -> Row {
    let (again, write) = expected(fate, kind);
    let script = [exception(status, code)];
    row(
        format!("{status} {code}"),
        class(fate),
        script,
        again,
        write,
    )
}

/// The row and the fate of an exception.
fn of(kind: ExceptionKind) -> (Row, Fate) {
    let listed = EXCEPTIONS.into_iter().find(|listed| listed.0 == kind);
    let listed = listed.unwrap_or_else(|| panic!("no row is about {kind}"));
    (service_row(listed), listed.3)
}

fn exceptions() -> Vec<Row> {
    ExceptionKind::ALL.iter().map(|kind| of(*kind).0).collect()
}

fn odd_codes_and_statuses() -> Vec<Row> {
    let foreign = FOREIGN.into_iter().flat_map(|(status, fate)| {
        let (again, write) = expected(fate, ExceptionKind::Unknown);
        [
            "",
            "<html>nginx</html>",
            r#"{"detailedMessage":"x"}"#,
            "\u{0}",
        ]
        .map(|body| {
            let script = [answer(status, body)];
            let name = format!("{status} {body:?}");
            row(name, class(fate), script, again, write)
        })
    });
    ODD.into_iter().map(service_row).chain(foreign).collect()
}

/// After how much of the exchange it breaks, and what else its error says.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// Before the response, on a new connection.
    New,
    /// Before the response, on a connection that had served other requests.
    Reused,
    /// Before the response; the driver knows that another attempt would end the same way.
    ForGood,
    /// Within the response.
    Within,
}

fn break_row(kind: TransportErrorKind, sent: Sent, moment: Moment) -> Row {
    let listed = BREAKS.into_iter().find(|listed| listed.0 == kind);
    let (_, not_sent, perhaps_sent) = listed.unwrap_or_else(|| panic!("no row is about {kind:?}"));
    let said = match sent {
        No => not_sent,
        Maybe => perhaps_sent,
    };
    let error: TransportError = failure(kind, sent);
    let (event, fate) = match moment {
        Moment::New => (Event::Breaks(error), said),
        Moment::Reused => (Event::Breaks(error.on_reused_connection()), said),
        Moment::ForGood => {
            let ends = match said {
                Break::NotSent => Break::Ends(NOT),
                Break::Lost => Break::Ends(MAY),
                ends => ends,
            };
            (Event::Breaks(error.permanent()), ends)
        }
        // A server that begins to respond has received the request.
        Moment::Within => (Event::Cut(answer(200, "{"), kind, sent), perhaps_sent),
    };
    const TWICE: &[Did] = &[Any, Wait(0, 100), Fresh, Wait(0, 200), Fresh];
    // The first connection is replaced at once, which counts as no attempt.
    const REPLACED: &[Did] = &[Any, Fresh, Wait(0, 100), Fresh, Wait(0, 200), Fresh];
    let kind_of = transport(kind);
    let ends = |executed| sent_once(executed, Final(kind_of));
    let (class, again, write) = match fate {
        Break::NotSent => {
            let path = match moment {
                Moment::Reused => REPLACED,
                _ => TWICE,
            };
            let again = expect(path, 3, NOT, Passing(kind_of));
            (Some(RetryClass::NotSent), again, again)
        }
        Break::Lost => {
            let again = expect(TWICE, 3, MAY, Passing(kind_of));
            (Some(RetryClass::Lost), again, ends(MAY))
        }
        Break::Ends(executed) => (None, ends(executed), ends(executed)),
        Break::Full(executed) => {
            let later = sent_once(executed, Passing(kind_of));
            (Some(RetryClass::NotSent), later, later)
        }
    };
    let name = format!("{kind:?}, {sent:?}, {moment:?}");
    row(name, class, vec![event], again, write)
}

fn breaks(moments: &[Moment]) -> Vec<Row> {
    let mut rows = Vec::new();
    for kind in TransportErrorKind::ALL {
        for sent in [No, Maybe] {
            rows.extend(moments.iter().map(|moment| break_row(*kind, sent, *moment)));
        }
    }
    rows
}

#[test]
fn every_exception() {
    check(&exceptions());
    let listed: BTreeSet<ExceptionKind> = EXCEPTIONS.iter().map(|listed| listed.0).collect();
    assert_eq!((listed.len(), ExceptionKind::ALL.len()), (37, 37));
}

#[test]
fn unmodelled_codes_and_statuses() {
    check(&odd_codes_and_statuses());
}

#[test]
fn every_break_before_the_response() {
    check(&breaks(&[Moment::New]));
}

#[test]
fn every_break_of_a_reused_connection() {
    check(&breaks(&[Moment::Reused]));
}

#[test]
fn every_permanent_break() {
    check(&breaks(&[Moment::ForGood]));
}

#[test]
fn every_break_within_the_response() {
    check(&breaks(&[Moment::Within]));
}

#[test]
fn every_class_has_rows() {
    let rows = [
        exceptions(),
        odd_codes_and_statuses(),
        breaks(&[Moment::New]),
    ]
    .concat();
    let seen: Vec<RetryClass> = rows.iter().filter_map(|row| row.class).collect();
    for class in RetryClass::ALL {
        assert!(seen.contains(&class), "no row is about {class:?}");
    }
    assert_eq!(RetryClass::ALL.len(), 9);
}

#[test]
fn codes_in_the_header_take_precedence() {
    let script = [exception(400, "ParsingException").header(
        "x-amzn-errortype",
        "com.amazon#ThrottlingException:http://x",
    )];
    let (again, write) = expected(Throttled, ExceptionKind::ThrottlingException);
    check(&[row("header", class(Throttled), script, again, write)]);
}

/// "Certainly not executed" would be a guess.
#[test]
fn undocumented_server_errors_may_have_been_executed() {
    let perhaps = sent_once(MAY, Final(service(ExceptionKind::Unknown)));
    let script = [exception(501, "NotImplemented")];
    let said = "NotImplemented (501): boom [request id r-1]; the request may have been executed";
    let said_of_write = "NotImplemented (501): boom [request id r-1]; the request may have been executed and was not sent again";
    let row = row(
        "501",
        None,
        script,
        perhaps.says(said),
        perhaps.says(said_of_write),
    );
    check(&[row]);
}

/// Where the model or the guide says otherwise.
fn is_settled(kind: ExceptionKind, fate: Fate) {
    let (row, listed) = of(kind);
    assert_eq!(listed, fate);
    check(&[row]);
}

#[test]
fn m07_an_unknown_load_is_not_asked_for_again() {
    is_settled(ExceptionKind::BulkLoadIdNotFoundException, Stops);
}

#[test]
fn m08_what_was_cancelled_is_not_run_again() {
    is_settled(ExceptionKind::CancelledByUserException, Stops);
}

#[test]
fn m09_internal_failures_are_retried_by_effect() {
    is_settled(ExceptionKind::InternalFailureException, Fault);
}

#[test]
fn m11_throttling_is_waited_for_whatever_the_effect() {
    is_settled(ExceptionKind::ThrottlingException, Throttled);
}
