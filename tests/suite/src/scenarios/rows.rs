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

use neptunedata::{ErrorKind, FailureKind, TransportErrorKind};

use super::Row;

const CLOSED: FailureKind = FailureKind::Transport(TransportErrorKind::Closed);
const TIMEOUT: FailureKind = FailureKind::Transport(TransportErrorKind::Timeout);
const DEADLINE: FailureKind = FailureKind::Transport(TransportErrorKind::Deadline);
const PROTOCOL: FailureKind = FailureKind::Transport(TransportErrorKind::Protocol);

const fn service(kind: ErrorKind) -> FailureKind {
    FailureKind::Service(kind)
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
