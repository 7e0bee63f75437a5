//! The rows, each with what is to become of a read, a cancel and a write. Everything expected is a literal.
//!
//! Names are those of `peers.md`, section 5, where the row is one of its. `x` rows are the rest of what the
//! fault server can do. Where a fault of one request and the same fault of every request differ, there are two rows: a
//! name with ` once` is of the first.

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
