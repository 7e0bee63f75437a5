//! The contents of a row of the table.

use std::{borrow::Cow, fmt, time::Duration};

use neptunedata::{ErrorKind, ExceptionKind};

use super::Keys;
use crate::client::Driver;

/// The three kinds of operations, with one example of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// GetMLModelTrainingJob: changes nothing.
    Read,
    /// CancelMLModelTrainingJob: leaves the same state however often it is executed.
    Idempotent,
    /// StartMLModelTrainingJob without an id: each execution starts another job.
    Write,
}

/// A fault, and the expected results of a call that meets it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The name, as in `peers.md` if the row is in it.
    pub name: &'static str,
    /// What the server does.
    pub what: &'static str,
    /// The fault as the header `x-neptune-fault` of the call. Empty for none.
    pub fault: &'static str,
    /// What happens before the call.
    pub before: Before,
    /// The time-out of an attempt.
    pub attempt_timeout: Option<Duration>,
    /// The time-out of the call.
    pub timeout: Option<Duration>,
    /// How many seconds the server's clock is ahead.
    pub ahead: u64,
    /// The credentials of the client.
    pub keys: Keys,
    /// The minimum duration of the call, if the client waits as long as the server requests.
    pub at_least: Duration,
    /// The results of the peers.
    pub peers: Option<Peers>,
    /// The operations for which the faulty response is accepted, because nothing is missing in it.
    pub harmless: &'static [Op],
    /// Whether a success without a body is accepted as a success.
    pub empty: bool,
    /// Whether the server executes the request but reports that it did not, which a client cannot know.
    pub lies: bool,
    cells: Vec<(Op, Option<Driver>, Seen)>,
}

/// What happens on the client's connections before the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    #[default]
    Nothing,
    /// A call whose connection is kept.
    Call,
    /// A call that meets this fault. Its connection is closed before the next call begins.
    Closed(&'static str),
    /// A call, after which the server closes its idle connections.
    Idle,
}

/// The result of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How many requests the server has read.
    pub received: usize,
    /// How many it has executed.
    pub executed: usize,
    /// How many attempts the client has counted.
    pub attempts: u32,
    /// Success, or the facts of the error.
    pub outcome: Result<(), Failed>,
}

/// The facts of a call's error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// Whether the request may have been executed.
    pub may_have_executed: bool,
    /// The error's text after the operation and its id, with `ID` for the id of the request. The first `…` in an
    /// expected text matches any text.
    pub text: Cow<'static, str>,
}

/// How often peers sent one write, and the result. From `peers.md`, section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peers {
    /// aws-sdk-neptunedata 1.122.0.
    pub sdk: Figure,
    /// boto3 1.44.5, retry mode `standard`, which is the default.
    pub standard: Figure,
    /// boto3 1.44.5, retry mode `legacy`: how often it sent the write.
    pub legacy: u32,
}

/// The result of one peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// How often the server received the one call.
    pub received: u32,
    /// The result for the caller.
    pub outcome: &'static str,
}

impl Op {
    /// All three kinds.
    pub const ALL: [Op; 3] = [Op::Read, Op::Idempotent, Op::Write];

    /// The operation's name in the service model.
    pub fn operation(self) -> &'static str {
        match self {
            Op::Read => "GetMLModelTrainingJob",
            Op::Idempotent => "CancelMLModelTrainingJob",
            Op::Write => "StartMLModelTrainingJob",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Op::Read => "read",
            Op::Idempotent => "cancel",
            Op::Write => "write",
        })
    }
}

impl Row {
    pub(super) fn new(name: &'static str, what: &'static str, fault: &'static str) -> Row {
        Row {
            name,
            what,
            fault,
            before: Before::Nothing,
            attempt_timeout: None,
            timeout: None,
            ahead: 0,
            keys: Keys::Fixed,
            at_least: Duration::ZERO,
            peers: None,
            harmless: &[],
            empty: false,
            lies: false,
            cells: Vec::new(),
        }
    }

    /// The expected result of a call; `None` if the row has none.
    pub fn expected(&self, op: Op, driver: Driver) -> Option<&Seen> {
        let of = |which: Option<Driver>| {
            let mut cells = self.cells.iter();
            cells.find(|cell| cell.0 == op && cell.1 == which)
        };
        of(Some(driver)).or(of(None)).map(|(_, _, seen)| seen)
    }

    pub(super) fn before(mut self, before: Before) -> Row {
        self.before = before;
        self
    }

    pub(super) fn attempt_timeout(mut self, millis: u64) -> Row {
        self.attempt_timeout = Some(Duration::from_millis(millis));
        self
    }

    pub(super) fn timeout(mut self, millis: u64) -> Row {
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    pub(super) fn ahead(mut self, seconds: u64) -> Row {
        self.ahead = seconds;
        self
    }

    pub(super) fn keys(mut self, keys: Keys) -> Row {
        self.keys = keys;
        self
    }

    pub(super) fn at_least(mut self, millis: u64) -> Row {
        self.at_least = Duration::from_millis(millis);
        self
    }

    pub(super) fn harmless(self) -> Row {
        self.harmless_for(&Op::ALL)
    }

    pub(super) fn harmless_for(mut self, ops: &'static [Op]) -> Row {
        self.harmless = ops;
        self
    }

    pub(super) fn empty(mut self) -> Row {
        self.empty = true;
        self
    }

    pub(super) fn lies(mut self) -> Row {
        self.lies = true;
        self
    }

    pub(super) fn peers(mut self, sdk: Figure, standard: Figure, legacy: u32) -> Row {
        self.peers = Some(Peers {
            sdk,
            standard,
            legacy,
        });
        self
    }

    pub(super) fn read(self, seen: Seen) -> Row {
        self.cell(Op::Read, None, seen)
    }

    pub(super) fn cancel(self, seen: Seen) -> Row {
        self.cell(Op::Idempotent, None, seen)
    }

    pub(super) fn write(self, seen: Seen) -> Row {
        self.cell(Op::Write, None, seen)
    }

    /// Sets the same expected result for all three operations.
    pub(super) fn each(self, seen: Seen) -> Row {
        self.read(seen.clone()).cancel(seen.clone()).write(seen)
    }

    /// Every response is lost or an error, and the request may have been executed each time.
    pub(super) fn lost(self, kind: ErrorKind, text: &str) -> Row {
        self.read(failure(3, 3, 3, kind, true, gave_up(text)))
            .cancel(failure(3, 1, 3, kind, true, gave_up(text)))
            .write(failure(1, 1, 1, kind, true, not_again(text)))
    }

    /// The same for successes alone: the second cancel is refused, and its refusal arrives.
    pub(super) fn lost_successes(self, kind: ErrorKind, text: &str) -> Row {
        self.read(failure(3, 3, 3, kind, true, gave_up(text)))
            .cancel(cancelled_before())
            .write(failure(1, 1, 1, kind, true, not_again(text)))
    }

    /// The first request is executed, and its response is lost or an error.
    pub(super) fn lost_once(self, kind: ErrorKind, text: &str) -> Row {
        self.read(success(2, 2, 2))
            .cancel(cancelled_before())
            .write(failure(1, 1, 1, kind, true, not_again(text)))
    }

    /// The first request is not executed, which the client cannot know.
    pub(super) fn failed_once(self, kind: ErrorKind, text: &str) -> Row {
        self.read(success(2, 1, 2))
            .cancel(success(2, 1, 2))
            .write(failure(1, 0, 1, kind, true, not_again(text)))
    }

    /// The request is executed, and the call ends with its first attempt.
    pub(super) fn ends_call(self, kind: ErrorKind, text: &str) -> Row {
        let ended = failure(1, 1, 1, kind, true, format!("{text}; {MAY}"));
        self.read(ended.clone())
            .cancel(ended)
            .write(failure(1, 1, 1, kind, true, not_again(text)))
    }

    /// Sets the expected result of one operation or one client.
    pub(super) fn cell(mut self, op: Op, driver: Option<Driver>, seen: Seen) -> Row {
        self.cells.push((op, driver, seen));
        self
    }
}

/// The result of a successful call.
pub(super) fn success(received: usize, executed: usize, attempts: u32) -> Seen {
    Seen {
        received,
        executed,
        attempts,
        outcome: Ok(()),
    }
}

const MAY: &str = "the request may have been executed";

fn gave_up(text: &str) -> String {
    format!("{text} (gave up after 3 attempts); {MAY}")
}

fn not_again(text: &str) -> String {
    format!("{text}; {MAY} and was not sent again")
}

/// The result of a cancel whose first attempt was executed.
fn cancelled_before() -> Seen {
    let kind = ErrorKind::Service(ExceptionKind::InvalidParameterException);
    failure(
        2,
        1,
        2,
        kind,
        true,
        "InvalidParameterException (400): Failed to stop the job because it has already completed or failed. [request id ID] (attempt 2; an earlier attempt may have been executed and caused this)",
    )
}

/// The result of a failed call.
pub(super) fn failure(
    received: usize,
    executed: usize,
    attempts: u32,
    kind: ErrorKind,
    may_have_executed: bool,
    text: impl Into<Cow<'static, str>>,
) -> Seen {
    Seen {
        received,
        executed,
        attempts,
        outcome: Err(Failed {
            kind,
            may_have_executed,
            text: text.into(),
        }),
    }
}

pub(super) fn figure(received: u32, outcome: &'static str) -> Figure {
    Figure { received, outcome }
}

impl Seen {
    /// Whether this is the expected result.
    pub fn is(&self, expected: &Seen) -> bool {
        let counts = |seen: &Seen| (seen.received, seen.executed, seen.attempts);
        let outcome = match (&self.outcome, &expected.outcome) {
            (Ok(()), Ok(())) => true,
            (Err(seen), Err(expected)) => {
                seen.kind == expected.kind
                    && seen.may_have_executed == expected.may_have_executed
                    && match expected.text.split_once('…') {
                        Some((start, end)) => {
                            let rest = seen.text.strip_prefix(start);
                            rest.is_some_and(|rest| rest.ends_with(end))
                        }
                        None => seen.text == expected.text,
                    }
            }
            _ => false,
        };
        counts(self) == counts(expected) && outcome
    }
}

/// The format in reports.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "received {}, executed {}, attempts {}: ",
            self.received, self.executed, self.attempts
        )?;
        match &self.outcome {
            Ok(()) => f.write_str("success"),
            Err(failed) => write!(
                f,
                "{:?}, {}: {:?}",
                failed.kind,
                if failed.may_have_executed {
                    "may have executed"
                } else {
                    "not executed"
                },
                failed.text
            ),
        }
    }
}
