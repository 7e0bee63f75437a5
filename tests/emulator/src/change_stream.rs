//! Change streams: the records that tests append, and their parts.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;
use std::fmt;

use serde_json::Value;

use crate::Now;
use crate::clock::unix_millis;

/// One of the two change streams of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeStream {
    /// The stream of the property graph.
    PropertyGraph,
    /// The stream of RDF.
    Sparql,
}

/// The position of a change in its stream: the number of the commit, and the number of the operation in the commit.
/// Both start at 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The number of the commit.
    pub commit_num: u64,
    /// The number of the operation in the commit.
    pub op_num: u64,
}

impl EventId {
    /// The id of this operation of this commit.
    #[must_use]
    pub fn new(commit_num: u64, op_num: u64) -> Self {
        Self { commit_num, op_num }
    }
}

/// Formats the id as `commit:operation`.
impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.commit_num, self.op_num)
    }
}

/// The format of the record ids in responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EventIdForm {
    /// `{"commitNum":1,"opNum":1}`, as clusters send it ([M35](crate::wire_notes#m35)).
    #[default]
    Numbers,
    /// `{"commitNum":"1","opNum":"1"}`, as in the service model ([M35](crate::wire_notes#m35)).
    Strings,
    /// `"1:1"`, as in one example of the guide ([M36](crate::wire_notes#m36)).
    Joined,
}

/// A change: data that was added or removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub(crate) op: &'static str,
    pub(crate) data: Value,
}

impl Change {
    /// Adds data: `{"id":"v1","type":"vl","key":"label","value":{"value":"person","dataType":"String"}}` in property
    /// graphs, `{"stmt":"<s> <p> <o> .\n"}` in RDF. The response contains the data unchanged.
    #[must_use]
    pub fn add(data: Value) -> Self {
        Self { op: "ADD", data }
    }

    /// Removes data, in the same form.
    #[must_use]
    pub fn remove(data: Value) -> Self {
        Self { op: "REMOVE", data }
    }
}

/// A record of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: EventId,
    pub(crate) committed: u64,
    pub(crate) change: Change,
    pub(crate) is_last: bool,
}

/// A stream, oldest record first.
#[derive(Debug, Default)]
pub(crate) struct Log {
    records: VecDeque<Record>,
    /// The id of the last record ever appended.
    last: EventId,
    /// The id of the last record that was trimmed.
    trimmed: Option<EventId>,
    skipped: u64,
}

impl Log {
    pub(crate) fn append(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
        now: Now,
    ) -> Option<EventId> {
        let before = self.last.commit_num.saturating_add(self.skipped);
        let commit_num = before.saturating_add(1);
        let committed = unix_millis(now.wall);
        let changes: Vec<Change> = changes.into_iter().collect();
        let count = changes.len() as u64;
        if count == 0 {
            return None;
        }
        self.skipped = 0;
        for (op_num, change) in (1..).zip(changes) {
            self.last = EventId::new(commit_num, op_num);
            self.records.push_back(Record {
                id: self.last,
                committed,
                change,
                is_last: op_num == count,
            });
        }
        Some(self.last)
    }

    pub(crate) fn skip(&mut self, commits: u64) {
        self.skipped = self.skipped.saturating_add(commits);
    }

    pub(crate) fn trim_before(&mut self, event: EventId) {
        while self.records.front().is_some_and(|record| record.id < event) {
            self.trimmed = self.records.pop_front().map(|record| record.id);
        }
    }

    /// The id of the last record ever appended.
    pub(crate) fn last(&self) -> EventId {
        self.last
    }

    /// The records from this id on; `None` if that record has been trimmed.
    pub(crate) fn at(&self, event: EventId) -> Option<Iter<'_, Record>> {
        let is_gone = self.trimmed.is_some_and(|trimmed| event <= trimmed);
        (!is_gone).then(|| self.from(|record| record.id >= event))
    }

    /// The records after this id; `None` if one of them has been trimmed. A reader that has read all trimmed records
    /// has lost nothing.
    pub(crate) fn after(&self, event: EventId) -> Option<Iter<'_, Record>> {
        let is_gone = self.trimmed.is_some_and(|trimmed| event < trimmed);
        (!is_gone).then(|| self.from(|record| record.id > event))
    }

    pub(crate) fn oldest(&self) -> Iter<'_, Record> {
        self.records.iter()
    }

    pub(crate) fn newest(&self) -> Iter<'_, Record> {
        self.from(|record| record.id == self.last)
    }

    fn from(&self, begins: impl Fn(&Record) -> bool) -> Iter<'_, Record> {
        let start = self.records.partition_point(|record| !begins(record));
        self.records.range(start..)
    }
}

/// Both streams.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    property_graph: Log,
    sparql: Log,
}

impl Streams {
    pub(crate) fn log(&self, stream: ChangeStream) -> &Log {
        match stream {
            ChangeStream::PropertyGraph => &self.property_graph,
            ChangeStream::Sparql => &self.sparql,
        }
    }

    pub(crate) fn log_mut(&mut self, stream: ChangeStream) -> &mut Log {
        match stream {
            ChangeStream::PropertyGraph => &mut self.property_graph,
            ChangeStream::Sparql => &mut self.sparql,
        }
    }
}
