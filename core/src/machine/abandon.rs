//! Abandoned queries: their ids, and the exchanges that cancel them.

use std::{net::SocketAddr, str, time::Duration};

use bytes::Bytes;

use super::{CallOptions, Exchange, backoff};
use crate::{operation::Operation, session::Session};

/// The time limit of a cancellation: its result is ignored, so a caller that waits for it must not wait long.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

/// An operation that cancels a query by its id. An operation that executes queries declares its cancel operation
/// with [`RequestWriter::query_id`](crate::wire::request::RequestWriter::query_id).
pub trait CancelOperation: Operation {
    /// Cancels the query with this id.
    fn of_query(query_id: String) -> Self;
}

/// A query that still runs on the server although the machine that sent it no longer waits for it:
/// [`Machine::abandoned`](super::Machine::abandoned).
#[derive(Debug)]
#[non_exhaustive]
pub struct AbandonedQuery {
    /// The exchange that cancels it. Its time limit is 5 s.
    pub cancel: Exchange,
    /// The address that received the query, if the driver reported it ([`Input::Sending`](super::Input::Sending)):
    /// run `cancel` over a connection to it. Otherwise look the name up as for any request.
    pub peer: Option<SocketAddr>,
}

/// A query that can be cancelled, because its id is known before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct NamedQuery {
    id: String,
    /// The seed that the id was made from. `None` if the caller chose the id, which must not change.
    seed: Option<u64>,
    cancel: fn(&Session, &str, u64) -> Exchange,
}

impl NamedQuery {
    /// A query with this id. With a `seed`, the id is that of the [first attempt](id_of_attempt).
    pub(crate) fn new<C: CancelOperation>(id: String, seed: Option<u64>) -> Self {
        NamedQuery {
            id,
            seed,
            cancel: cancel::<C>,
        }
    }

    /// Marks the id as shared by all attempts unless it occurs exactly once in the body:
    /// [`rename`](NamedQuery::rename) can replace only such an id.
    pub(crate) fn share_unless_unique_in(&mut self, body: &Bytes) {
        let text = str::from_utf8(body).unwrap_or_default();
        if self.seed.is_some() && text.matches(&self.id).take(2).count() != 1 {
            self.seed = None;
        }
    }

    /// Writes the id of this attempt into the body, unless the caller chose the id: the earlier attempts may
    /// still run under their own ids.
    pub(super) fn rename(&mut self, attempt: u32, body: &mut Bytes) {
        let Some(seed) = self.seed else { return };
        let id = id_of_attempt(seed, attempt);
        if id == self.id {
            return;
        }
        if let Ok(text) = str::from_utf8(body) {
            // All generated ids have the same length, so `content-length` stays right.
            *body = text.replacen(&self.id, &id, 1).into();
            self.id = id;
        }
    }

    /// Whether all attempts share the id.
    pub(super) fn is_shared(&self) -> bool {
        self.seed.is_none()
    }

    /// The exchange that cancels the query.
    pub(super) fn cancel_exchange(&self, session: &Session, seed: u64) -> Exchange {
        (self.cancel)(session, &self.id, seed)
    }
}

/// The query id of this attempt of a call with this seed.
pub(crate) fn id_of_attempt(seed: u64, attempt: u32) -> String {
    let seed = match attempt {
        0 | 1 => seed,
        _ => {
            // The constant, "attempt" in ASCII, keeps these ids apart from those of calls with neighbouring seeds.
            let mut random = backoff::Random::new(seed ^ 0x0061_7474_656D_7074);
            random.next().wrapping_add(attempt.into())
        }
    };
    backoff::uuid(seed)
}

fn cancel<C: CancelOperation>(session: &Session, id: &str, seed: u64) -> Exchange {
    let options = CallOptions::new()
        .timeout(CANCEL_TIMEOUT)
        .max_attempts(2)
        .cancel_on_abandon(false);
    Exchange::collecting(session, &C::of_query(id.to_owned()), &options, seed)
}
