//! The time limits of a call and of its attempts: when they are over, and what ends then.

use std::time::Duration;

use super::{Exchange, Flow, Io, Now, Step, reply::Reply, state::State};
use crate::error::{Sent, TransportError, TransportErrorKind};

/// When a limit that begins now is over; None if there is no limit, or one that never ends.
pub(super) fn end_of(limit: Option<Duration>, now: Now) -> Option<Duration> {
    let end = now.mono.checked_add(limit?)?;
    (end < Duration::MAX).then_some(end)
}

pub(super) fn is_due(deadline: Option<Duration>, now: Now) -> bool {
    deadline.is_some_and(|deadline| deadline <= now.mono)
}

impl Exchange {
    /// Time has passed: ends the call, ends the attempt, ends the pause, or changes nothing.
    pub(super) fn wake(&mut self, state: State, sent: Sent, now: Now) -> Flow {
        let is_over = is_due(self.tries.deadline, now);
        match state {
            State::Sent(outgoing) if is_over || is_due(outgoing.deadline, now) => {
                let failure = self.late(is_over, sent);
                self.fail_sent(outgoing, failure, now)
            }
            State::Receiving(reply) if is_over || is_due(reply.outgoing.deadline, now) => {
                let failure = self.late(is_over, Sent::Maybe);
                self.fail_reply(reply, failure, now)
            }
            State::Credentials { .. } | State::Waiting { .. } if is_over => self.end_at_deadline(),
            State::Waiting { until } if is_due(Some(until), now) => self.attempt(now),
            state => {
                self.state = state;
                Step::Io(Io::Continue)
            }
        }
    }

    fn late(&self, is_over: bool, sent: Sent) -> TransportError {
        let limits = self.plan.timeouts;
        let (kind, limit) = if is_over {
            (TransportErrorKind::Deadline, limits.total)
        } else {
            (TransportErrorKind::Timeout, limits.attempt)
        };
        let error = TransportError::new(kind, sent);
        match limit {
            Some(limit) => error.with_time_limit(limit),
            None => error,
        }
    }

    /// Time during which the caller has an item does not count towards the limits.
    pub(super) fn postpone(&mut self, reply: &mut Reply, by: Duration) {
        for deadline in [&mut self.tries.deadline, &mut reply.outgoing.deadline] {
            *deadline = deadline.and_then(|deadline| deadline.checked_add(by));
        }
    }

    /// Ends at the call's time limit while no request is out.
    pub(super) fn end_at_deadline(&mut self) -> Flow {
        let failure = self.late(true, Sent::No);
        self.end_unsent(failure)
    }
}
