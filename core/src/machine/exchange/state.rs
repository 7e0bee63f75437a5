//! The states of an exchange, each with the data that exists only in it, and [`UsedUp`].

use std::{net::SocketAddr, time::Duration};

use super::{NamedQuery, Now, reply::Reply};

/// The kinds of retry that a call makes at most once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Once {
    RetryConstraint,
    LeaveInstance,
    CorrectTime,
    RefreshCredentials,
}

/// The set of [`Once`] retries that were made.
#[derive(Debug, Default)]
pub(super) struct UsedUp(u8);

impl UsedUp {
    pub(super) fn contains(&self, once: Once) -> bool {
        self.0 & Self::bit(once) != 0
    }

    /// Returns false if it was in the set already.
    pub(super) fn insert(&mut self, once: Once) -> bool {
        let is_new = !self.contains(once);
        self.0 |= Self::bit(once);
        is_new
    }

    pub(super) fn bit(once: Once) -> u8 {
        match once {
            Once::RetryConstraint => 1,
            Once::LeaveInstance => 2,
            Once::CorrectTime => 4,
            Once::RefreshCredentials => 8,
        }
    }
}

/// The query of an abandoned attempt that the server received.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub(super) query: NamedQuery,
    pub(super) peer: Option<SocketAddr>,
}

#[derive(Debug)]
// Moving a reply for each chunk costs less than allocating one for each call.
#[allow(clippy::large_enum_variant)]
pub(super) enum State {
    New,
    /// Credentials were requested.
    Credentials {
        refresh: bool,
    },
    Sent(Outgoing),
    Receiving(Reply),
    /// The caller has had the judge's item since this instant.
    Item(Reply, Duration),
    Waiting {
        until: Duration,
    },
    Done,
}

impl State {
    pub(super) fn name(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Credentials { .. } => "waiting for credentials",
            State::Sent(_) => "waiting for a response",
            State::Receiving(_) => "receiving a body",
            State::Item(..) => "waiting for Next after an item",
            State::Waiting { .. } => "waiting for Wake at the end of a pause",
            State::Done => "done",
        }
    }

    /// The request in progress.
    pub(super) fn outgoing(&self) -> Option<&Outgoing> {
        match self {
            State::Sent(outgoing) => Some(outgoing),
            State::Receiving(reply) | State::Item(reply, _) => Some(&reply.outgoing),
            _ => None,
        }
    }
}

/// A request that was handed to the driver.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) at: Now,
    /// The end of the attempt's time limit.
    pub(super) deadline: Option<Duration>,
    pub(super) peer: Peer,
    /// The query in the request, until it is recorded for cancellation.
    pub(super) query: Option<NamedQuery>,
}

/// The address that a request was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// The driver has not reported that it sent the request.
    NotReported,
    Reported(Option<SocketAddr>),
}

impl Peer {
    pub(super) fn address(self) -> Option<SocketAddr> {
        match self {
            Peer::NotReported => None,
            Peer::Reported(address) => address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_done_once() {
        let mut used = UsedUp::default();
        let all = [
            Once::RetryConstraint,
            Once::LeaveInstance,
            Once::CorrectTime,
            Once::RefreshCredentials,
        ];
        for once in all {
            assert!(!used.contains(once));
            assert!(used.insert(once), "{once:?}");
            assert!(!used.insert(once), "{once:?}");
        }
    }
}
