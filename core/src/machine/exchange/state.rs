//! The states of an exchange, each with the data that exists only in it, and the [`RetryState`].

use std::{net::SocketAddr, time::Duration};

use super::reply::Reply;
use crate::{
    credentials::Credentials,
    error::ServiceError,
    machine::{NamedQuery, Now, Random, Reuse},
};

/// The kinds of retry that a call makes at most once.
#[derive(Debug, Clone, Copy)]
pub(super) enum OneTimeRetry {
    RetryConstraint,
    LeaveInstance,
    CorrectTime,
    RefreshCredentials,
}

/// The one-time retries that were made.
#[derive(Debug, Default)]
pub(super) struct OneTimeRetries(u8);

impl OneTimeRetries {
    pub(super) fn contains(&self, retry: OneTimeRetry) -> bool {
        self.0 & Self::bit(retry) != 0
    }

    /// Returns false if it was already in the set.
    pub(super) fn insert(&mut self, retry: OneTimeRetry) -> bool {
        let is_new = !self.contains(retry);
        self.0 |= Self::bit(retry);
        is_new
    }

    pub(super) fn bit(retry: OneTimeRetry) -> u8 {
        match retry {
            OneTimeRetry::RetryConstraint => 1,
            OneTimeRetry::LeaveInstance => 2,
            OneTimeRetry::CorrectTime => 4,
            OneTimeRetry::RefreshCredentials => 8,
        }
    }
}

/// What changes from attempt to attempt.
#[derive(Debug)]
pub(super) struct RetryState {
    pub(super) attempts: u32,
    /// The number of pauses so far. It sets the limit of the next random pause.
    pub(super) retries: u32,
    pub(super) random: Random,
    pub(super) credentials: Option<Credentials>,
    pub(super) reuse: Reuse,
    pub(super) used: OneTimeRetries,
    /// The authentication error after which fresh credentials were requested.
    pub(super) auth_error: Option<ServiceError>,
    /// The end of the call's time limit.
    pub(super) deadline: Option<Duration>,
    /// Whether the caller has used a part of the response, which another attempt would deliver again.
    pub(super) committed: bool,
    /// Whether a finished attempt may have been executed.
    pub(super) may_have_executed: bool,
    pub(super) abandoned: Vec<AbandonedAttempt>,
}

/// The query of an abandoned attempt that the server received.
#[derive(Debug)]
pub(super) struct AbandonedAttempt {
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
    pub(super) sent_at: Now,
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
    fn each_retry_is_made_once() {
        let mut used = OneTimeRetries::default();
        let all = [
            OneTimeRetry::RetryConstraint,
            OneTimeRetry::LeaveInstance,
            OneTimeRetry::CorrectTime,
            OneTimeRetry::RefreshCredentials,
        ];
        for retry in all {
            assert!(!used.contains(retry));
            assert!(used.insert(retry), "{retry:?}");
            assert!(!used.insert(retry), "{retry:?}");
        }
    }
}
