//! The structs, lists and maps of a request, value by value.

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::state::{Fault, Path, Place, State, place};
use super::{Problem, ProblemKind};
use crate::wire::lenient::elide;

/// A struct's members, in the order of its fields and not in that of the request: so are the
/// problems.
pub(super) struct Fields<'a, 'de> {
    state: &'a mut State,
    path: &'a Path<'a>,
    depth: usize,
    object: &'de Value,
    entries: &'de Map<String, Value>,
    fields: &'static [&'static str],
    rest: std::slice::Iter<'static, &'static str>,
    now: Option<Field<'de>>,
}

#[derive(Clone, Copy)]
enum Field<'de> {
    Given(&'static str, &'de Value),
    /// Found to be missing in an earlier round.
    Missing(Place),
}

impl<'a, 'de> Fields<'a, 'de> {
    pub(super) fn new(
        state: &'a mut State,
        path: &'a Path<'a>,
        depth: usize,
        (object, entries): (&'de Value, &'de Map<String, Value>),
        fields: &'static [&'static str],
    ) -> Self {
        Self {
            state,
            path,
            depth: depth.saturating_add(1),
            object,
            entries,
            fields,
            rest: fields.iter(),
            now: None,
        }
    }

    pub(super) fn read<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let value = visitor.visit_map(&mut self);
        let fault = match value {
            Err(Fault::Missing(field)) => self.missing(field),
            Err(fault) => fault,
            Ok(value) => {
                self.note_unknown();
                return Ok(value);
            }
        };
        self.note_unknown();
        Err(fault)
    }

    pub(super) fn note_unknown(&mut self) {
        for name in self.entries.keys() {
            if !self.fields.contains(&name.as_str()) {
                self.state.note(
                    &self.path.member(name),
                    ProblemKind::Unknown {
                        expected: self.fields,
                    },
                );
            }
        }
    }

    /// The derived code has seen all members before it says so: but for this one, this struct is
    /// known.
    fn missing(&mut self, field: &'static str) -> Fault {
        let place = self.absent(field);
        if self.entries.contains_key(field) || self.state.is_marked(place) {
            // It was left out because nothing will do for it, not even a stand-in.
            return Fault::Hopeless;
        }
        let problem = Problem {
            path: self.path.member(field).to_string(),
            kind: ProblemKind::Missing,
        };
        self.state.mark(place, vec![problem], false)
    }

    fn absent(&self, field: &'static str) -> Place {
        (place(self.object).0, field)
    }
}

impl<'de> MapAccess<'de> for &mut Fields<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        while let Some(name) = self.rest.next() {
            let (place, field) = match self.entries.get(*name) {
                Some(value) => (place(value), Field::Given(name, value)),
                None if !self.state.has_marks() => continue,
                None => (self.absent(name), Field::Missing(self.absent(name))),
            };
            match (self.state.replay(place), field) {
                (Some(true), _) | (None, Field::Missing(_)) => {}
                (Some(false), _) | (None, Field::Given(..)) => {
                    self.now = Some(field);
                    return seed
                        .deserialize(BorrowedStrDeserializer::new(name))
                        .map(Some);
                }
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.now.take() {
            Some(Field::Given(name, value)) => {
                self.state
                    .read(value, &self.path.member(name), self.depth, seed)
            }
            Some(Field::Missing(place)) => self.state.stand_in(place, seed),
            None => Err(Fault::Hopeless),
        }
    }
}

/// The elements of a list.
pub(super) struct Items<'a, 'de> {
    state: &'a mut State,
    path: &'a Path<'a>,
    depth: usize,
    rest: std::iter::Enumerate<std::slice::Iter<'de, Value>>,
}

impl<'a, 'de> Items<'a, 'de> {
    pub(super) fn new(
        state: &'a mut State,
        path: &'a Path<'a>,
        depth: usize,
        items: &'de [Value],
    ) -> Self {
        Self {
            state,
            path,
            depth: depth.saturating_add(1),
            rest: items.iter().enumerate(),
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        for (index, value) in self.rest.by_ref() {
            if self.state.replay(place(value)) != Some(true) {
                return self
                    .state
                    .read(value, &self.path.item(index), self.depth, seed)
                    .map(Some);
            }
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The entries of a map.
pub(super) struct Entries<'a, 'de> {
    state: &'a mut State,
    path: &'a Path<'a>,
    depth: usize,
    rest: serde_json::map::Iter<'de>,
    now: Option<(&'de str, &'de Value)>,
}

impl<'a, 'de> Entries<'a, 'de> {
    pub(super) fn new(
        state: &'a mut State,
        path: &'a Path<'a>,
        depth: usize,
        entries: &'de Map<String, Value>,
    ) -> Self {
        Self {
            state,
            path,
            depth: depth.saturating_add(1),
            rest: entries.iter(),
            now: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        for (key, value) in self.rest.by_ref() {
            if self.state.replay(place(value)) == Some(true) {
                continue;
            }
            self.now = Some((key, value));
            let text: StrDeserializer<'_, Fault> = key.as_str().into_deserializer();
            return seed.deserialize(text).map(Some).map_err(|fault| {
                // No stand-in: keys of one map would meet.
                let mut problems = Vec::new();
                if let Fault::Refused(reason) = fault {
                    let kind = ProblemKind::Invalid(elide(&reason));
                    problems.push(Problem {
                        path: self.path.member(key).to_string(),
                        kind,
                    });
                }
                self.state.mark(place(value), problems, true)
            });
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.now.take() {
            Some((key, value)) => self
                .state
                .read(value, &self.path.member(key), self.depth, seed),
            None => Err(Fault::Hopeless),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
