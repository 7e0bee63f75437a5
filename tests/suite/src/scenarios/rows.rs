//! The rows, each with the expected results of a read, a cancel and a write. All expected values are literals.
//!
//! The names are those of `peers.md`, section 5, if the row is in it. The `x` rows are the other faults of the fault
//! server. If a fault of one request and the same fault of every request have different results, there are two rows;
//! the first has a name with ` once`.

mod access;
mod closing;
mod damaged;
mod late;
mod lost;
mod refused;
mod trailing;

use neptunedata::{ErrorKind, ExceptionKind, transport::TransportErrorKind};

use super::Row;

const CLOSED: ErrorKind = ErrorKind::Transport(TransportErrorKind::Closed);
const TIMEOUT: ErrorKind = ErrorKind::Transport(TransportErrorKind::Timeout);
const DEADLINE: ErrorKind = ErrorKind::Transport(TransportErrorKind::Deadline);
const PROTOCOL: ErrorKind = ErrorKind::Transport(TransportErrorKind::Protocol);

const CLOSED_EARLY: &str = "connection to HOST closed before the response was complete";

const fn service(kind: ExceptionKind) -> ErrorKind {
    ErrorKind::Service(kind)
}

/// All rows, in the order of `peers.md`.
pub fn all() -> Vec<Row> {
    [
        lost::rows(),
        closing::rows(),
        late::rows(),
        refused::rows(),
        damaged::rows(),
        trailing::rows(),
        access::rows(),
    ]
    .concat()
}
