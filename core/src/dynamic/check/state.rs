//! What is known of a request's problems, and how one round of reading goes on after another.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error};
use serde_json::Value;

use super::checker::Checker;
use super::stand_in::StandIn;
use super::{MAX_MARKS, MAX_PROBLEMS, Problem, ProblemKind};
use crate::wire::lenient::elide;

/// What the rounds share.
#[derive(Default)]
pub(super) struct State {
    /// Those met in this round.
    pub(super) problems: Vec<Problem>,
    /// What earlier rounds could not get past.
    marks: BTreeMap<Place, Mark>,
    /// How often something was given or left out in this round that the request does not have so.
    /// An error after that may be owed to it, and is not reported.
    pretended: usize,
    /// There is a new mark, or one given up on: the next round will get further.
    pub(super) again: bool,
}

/// A value by its address, which it keeps as long as the request is borrowed, and for a missing
/// member the struct's with its name. Paths would not do: a map may have the key `a.b`.
pub(super) type Place = (usize, &'static str);

pub(super) fn place(value: &Value) -> Place {
    (std::ptr::from_ref(value).addr(), "")
}

struct Mark {
    /// So many marks are older. Addresses have no order that would be the same tomorrow.
    age: usize,
    problems: Vec<Problem>,
    /// Even a stand-in was refused, or would be of no use.
    leave_out: bool,
}

impl State {
    pub(super) fn begin(&mut self) {
        self.problems.clear();
        self.pretended = 0;
        self.again = false;
    }

    pub(super) fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS || self.marks.len() >= MAX_MARKS
    }

    pub(super) fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    pub(super) fn is_marked(&self, place: Place) -> bool {
        self.marks.contains_key(&place)
    }

    /// Notes a problem whose value gets a stand-in.
    pub(super) fn pretend(&mut self, path: &Path<'_>, kind: ProblemKind) -> StandIn {
        self.note(path, kind);
        self.pretended = self.pretended.saturating_add(1);
        StandIn::new()
    }

    pub(super) fn note(&mut self, path: &Path<'_>, kind: ProblemKind) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem {
                path: path.to_string(),
                kind,
            });
        }
    }

    /// Notes the problems of a marked place again, and says whether to leave it out.
    pub(super) fn replay(&mut self, place: Place) -> Option<bool> {
        let mark = self.marks.get(&place)?;
        let room = MAX_PROBLEMS.saturating_sub(self.problems.len());
        self.problems
            .extend(mark.problems.iter().take(room).cloned());
        self.pretended = self.pretended.saturating_add(1);
        Some(mark.leave_out)
    }

    /// Reads a value that is inside another.
    pub(super) fn read<'de, S: DeserializeSeed<'de>>(
        &mut self,
        value: &'de Value,
        path: &Path<'_>,
        depth: usize,
        seed: S,
    ) -> Result<S::Value, Fault> {
        if self.is_marked(place(value)) {
            return self.stand_in(place(value), seed);
        }

        let (met, pretended) = (self.problems.len(), self.pretended);
        let fault = match seed.deserialize(Checker {
            state: &mut *self,
            value,
            path,
            depth,
        }) {
            Ok(value) => return Ok(value),
            // Whatever hand-written code has made of it.
            Err(_) if self.again => return Err(Fault::Again),
            Err(fault) => fault,
        };
        if self.pretended == pretended {
            self.note_fault(path, fault);
        }
        let problems = self.problems.split_off(met.min(self.problems.len()));
        Err(self.mark(place(value), problems, false))
    }

    pub(super) fn mark(&mut self, place: Place, problems: Vec<Problem>, leave_out: bool) -> Fault {
        let age = self.marks.len();
        self.marks.insert(
            place,
            Mark {
                age,
                problems,
                leave_out,
            },
        );
        self.again = true;
        Fault::Again
    }

    /// Builds a value for a marked place, whose problems have been noted.
    pub(super) fn stand_in<'de, S: DeserializeSeed<'de>>(
        &mut self,
        place: Place,
        seed: S,
    ) -> Result<S::Value, Fault> {
        seed.deserialize(StandIn::new()).map_err(|_| {
            if let Some(mark) = self.marks.get_mut(&place) {
                mark.leave_out = true;
            }
            self.again = true;
            Fault::Again
        })
    }

    fn note_fault(&mut self, path: &Path<'_>, fault: Fault) {
        match fault {
            Fault::Missing(field) => self.note(&path.member(field), ProblemKind::Missing),
            Fault::Refused(reason) => self.note(path, ProblemKind::Invalid(elide(&reason))),
            Fault::Again | Fault::Hopeless => {}
        }
    }

    pub(super) fn finish(mut self, fault: Fault) -> Vec<Problem> {
        if self.pretended == 0 {
            self.note_fault(&Path::Top, fault);
        }
        // There are too many problems, or hand-written code stopped at one: this round may not have
        // reached what was marked before.
        let mut marks: Vec<Mark> = self.marks.into_values().collect();
        marks.sort_by_key(|mark| mark.age);
        for problem in marks.into_iter().flat_map(|mark| mark.problems) {
            if self.problems.len() < MAX_PROBLEMS && !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        if self.problems.is_empty() {
            let kind = ProblemKind::Invalid("cannot be read".to_owned());
            self.problems.push(Problem {
                path: String::new(),
                kind,
            });
        }
        self.problems
    }
}

/// Where a value stands. Written out only for a problem.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Top,
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    pub(super) fn member(&'p self, name: &'p str) -> Self {
        Self::Member(self, name)
    }

    pub(super) fn item(&'p self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Member(Path::Top, name) => f.write_str(&elide(name)),
            Self::Member(parent, name) => write!(f, "{parent}.{}", elide(name)),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// What ends a round early.
#[derive(Debug)]
pub(super) enum Fault {
    /// Derived code says that this member of the struct just read is missing.
    Missing(&'static str),
    /// A type refuses its value.
    Refused(String),
    /// It has been noted what to do here, so that the next round gets further.
    Again,
    /// All is known about this struct, but there is no way to build it.
    Hopeless,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "missing field `{field}`"),
            Self::Refused(reason) => f.write_str(reason),
            Self::Again | Self::Hopeless => f.write_str("there are problems"),
        }
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::Refused(reason.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}
