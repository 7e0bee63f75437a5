//! The inputs that a driver can give, right or wrong.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use neptunedata::{
    Credentials, TransportError,
    credentials::CredentialsError,
    machine::{Input, Now},
    transport::{Sent, TransportErrorKind},
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::answers::{Answer, answer};

/// Where a machine is, by its last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum State {
    New,
    Credentials,
    Sent,
    Receiving,
    Item,
    Waiting,
    Done,
}

/// The kinds of inputs that the protocol distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Next,
    Credentials,
    CredentialsFailed,
    Sending,
    Head,
    Chunk,
    End,
    Response,
    Failure,
    Deadline,
    Woken,
}

impl Kind {
    pub(crate) const ALL: [Kind; 11] = [
        Kind::Next,
        Kind::Credentials,
        Kind::CredentialsFailed,
        Kind::Sending,
        Kind::Head,
        Kind::Chunk,
        Kind::End,
        Kind::Response,
        Kind::Failure,
        Kind::Deadline,
        Kind::Woken,
    ];

    /// The grammar of the protocol, from its documentation.
    pub(crate) fn fits(self, state: State, streaming: bool) -> bool {
        match state {
            _ if self == Kind::Woken => true,
            State::New | State::Item => self == Kind::Next,
            State::Credentials => matches!(self, Kind::Credentials | Kind::CredentialsFailed),
            // Whole answers are for those who collect.
            State::Sent => {
                matches!(
                    self,
                    Kind::Sending | Kind::Head | Kind::Failure | Kind::Deadline
                ) || self == Kind::Response && !streaming
            }
            State::Receiving => matches!(
                self,
                Kind::Chunk | Kind::End | Kind::Failure | Kind::Deadline
            ),
            State::Waiting => matches!(self, Kind::Failure | Kind::Deadline),
            State::Done => false,
        }
    }
}

/// Everything that one input may be made of.
#[derive(Debug, Clone)]
pub(crate) struct Matter {
    pub(crate) answer: Answer,
    pub(crate) chunk: Bytes,
    pub(crate) failure: TransportErrorKind,
    pub(crate) sent: Sent,
    pub(crate) reused: bool,
    pub(crate) expired: bool,
}

impl Matter {
    pub(crate) fn input(&self, kind: Kind) -> Input {
        let failure = |kind| {
            let failure = TransportError::new(kind, self.sent);
            Input::Failure(if self.reused {
                failure.on_reused_connection()
            } else {
                failure
            })
        };
        match kind {
            Kind::Next => Input::Next,
            Kind::Credentials => {
                let key = Credentials::new("AKIDEXAMPLE", "secret");
                let end = SystemTime::UNIX_EPOCH;
                Input::Credentials(if self.expired {
                    key.with_expiry(end)
                } else {
                    key
                })
            }
            Kind::CredentialsFailed => Input::CredentialsFailed(CredentialsError::new("none")),
            Kind::Sending => Input::Sending(None),
            Kind::Head => Input::Head(self.answer.parts()),
            Kind::Chunk => Input::Chunk(self.chunk.clone()),
            Kind::End => Input::End(self.answer.trailers.clone()),
            Kind::Response => Input::Response(self.answer.whole(), self.answer.trailers.clone()),
            Kind::Failure => failure(self.failure),
            Kind::Deadline => failure(TransportErrorKind::Deadline),
            Kind::Woken => Input::Wake(self.sent),
        }
    }
}

pub(crate) fn matter() -> impl Strategy<Value = Matter> {
    let failure = select(vec![
        TransportErrorKind::Dns,
        TransportErrorKind::Connect,
        TransportErrorKind::ConnectTimeout,
        TransportErrorKind::Tls,
        TransportErrorKind::Closed,
        TransportErrorKind::Closed,
        TransportErrorKind::Timeout,
        TransportErrorKind::Protocol,
        TransportErrorKind::HeadTooLarge,
        TransportErrorKind::PoolLimit,
        TransportErrorKind::Runtime,
        TransportErrorKind::Other,
    ]);
    let sent = select(vec![Sent::No, Sent::No, Sent::Maybe]);
    let parts = (
        answer(),
        vec(any::<u8>(), 0..30),
        failure,
        sent,
        any::<bool>(),
    );
    (parts, prop::bool::weighted(0.2)).prop_map(
        |((answer, chunk, failure, sent, reused), expired)| Matter {
            chunk: if chunk.len() % 2 == 0 {
                answer.body.clone()
            } else {
                chunk.into()
            },
            answer,
            failure,
            sent,
            reused,
            expired,
        },
    )
}

/// One turn: first any input at all, and if that was wrong, a right one, so that long sequences get
/// everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) any: Kind,
    pub(crate) matter: Matter,
    /// Chooses among the right inputs.
    pub(crate) choice: prop::sample::Index,
    pub(crate) time: Time,
    pub(crate) commits: bool,
}

impl Turn {
    /// A right input, seldom one that ends everything.
    pub(crate) fn right(&self, state: State, streaming: bool) -> Option<Kind> {
        let right: Vec<Kind> = Kind::ALL
            .into_iter()
            .filter(|kind| kind.fits(state, streaming))
            .filter(|kind| match kind {
                Kind::Deadline | Kind::CredentialsFailed => false,
                Kind::Failure => state != State::Waiting,
                Kind::Woken => state == State::Waiting,
                _ => true,
            })
            .collect();
        (!right.is_empty()).then(|| *self.choice.get(&right))
    }
}

pub(crate) fn turn() -> impl Strategy<Value = Turn> {
    let choice = any::<prop::sample::Index>();
    (
        select(&Kind::ALL),
        matter(),
        choice,
        time(),
        prop::bool::weighted(0.05),
    )
        .prop_map(|(any, matter, choice, time, commits)| Turn {
            any,
            matter,
            choice,
            time,
            commits,
        })
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Time {
    Passes(Duration),
    /// Clocks that were set, or that are broken.
    Jumps(Now),
}

fn time() -> impl Strategy<Value = Time> {
    let epoch = SystemTime::UNIX_EPOCH;
    let walls = select(vec![
        epoch,
        epoch - Duration::from_secs(1),
        epoch + Duration::from_secs(1_000),
        epoch + Duration::from_secs(253_402_300_799),
        epoch + Duration::from_secs(253_402_300_800),
        epoch + Duration::from_secs(1 << 60),
    ]);
    let jump = (walls, select(vec![Duration::ZERO, Duration::MAX]));
    let jump = jump.prop_map(|(wall, mono)| Time::Jumps(Now { wall, mono }));
    let pass = (0_u64..100_000).prop_map(|millis| Time::Passes(Duration::from_millis(millis)));
    prop_oneof![40 => pass, 1 => jump]
}

impl Time {
    pub(crate) fn after(self, now: Now) -> Now {
        match self {
            Time::Jumps(now) => now,
            Time::Passes(time) => Now {
                wall: now.wall.checked_add(time).unwrap_or(now.wall),
                mono: now.mono.saturating_add(time),
            },
        }
    }
}

pub(crate) fn start() -> Now {
    Now {
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        mono: Duration::from_secs(3),
    }
}
