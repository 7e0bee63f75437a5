//! Queries that are given up: the id they go by, and what cancels them.

use std::time::Duration;

use super::{CallOptions, Exchange};
use crate::{Operation, Session};

/// Cancelling must not take longer than a caller who has given up waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// An operation that cancels a query by its id. Operations that execute queries name theirs with
/// [`RequestWriter::query_id`](crate::RequestWriter::query_id).
pub trait CancelsQuery: Operation {
    /// Cancels the query with this id.
    fn of_query(query_id: String) -> Self;
}

/// A query that can be cancelled, because its id is known before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct NamedQuery {
    id: String,
    cancel: fn(&Session, &str, u64) -> Exchange,
}

impl NamedQuery {
    pub(crate) fn new<C: CancelsQuery>(id: String) -> Self {
        NamedQuery {
            id,
            cancel: cancel::<C>,
        }
    }

    pub(super) fn cancel(&self, session: &Session, seed: u64) -> Exchange {
        (self.cancel)(session, &self.id, seed)
    }
}

fn cancel<C: CancelsQuery>(session: &Session, id: &str, seed: u64) -> Exchange {
    let options = CallOptions::new()
        .timeout(PATIENCE)
        .max_attempts(2)
        .cancel_abandoned(false);
    Exchange::collecting(session, &C::of_query(id.to_owned()), &options, seed)
}
