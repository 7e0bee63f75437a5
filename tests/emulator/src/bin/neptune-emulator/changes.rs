//! `--changes`: the initial contents of the change streams, one commit per line.

use std::path::Path;

use neptunedata_emulator::{Change, ChangeStream, Emulator, EventId, Now};
use serde_json::Value;

use crate::files::{self, Members, required};

/// An operation on a stream.
#[derive(Debug)]
pub(crate) struct Step {
    stream: ChangeStream,
    what: What,
}

#[derive(Debug)]
enum What {
    Commit(Vec<Change>),
    Skip(u64),
    TrimBefore(EventId),
}

impl Step {
    pub(crate) fn take(self, emulator: &mut Emulator, now: Now) {
        match self.what {
            What::Commit(changes) => {
                emulator.append_commit(self.stream, changes, now);
            }
            What::Skip(commits) => emulator.skip_commits(self.stream, commits),
            What::TrimBefore(event) => emulator.trim_before(self.stream, event),
        }
    }
}

/// Reads a file of steps.
pub(crate) fn read(path: &Path) -> std::io::Result<Vec<Step>> {
    let steps = files::named(path, files::lines(&files::text(path)?, step))?;
    Ok(steps.into_iter().map(|(_, step)| step).collect())
}

fn step(members: &mut Members) -> Result<Step, String> {
    let stream = members.take("stream", "propertygraph or sparql", |value| {
        match value.as_str()? {
            "propertygraph" => Some(ChangeStream::PropertyGraph),
            "sparql" => Some(ChangeStream::Sparql),
            _ => None,
        }
    })?;
    let stream = required("stream", stream)?;
    let changes = members.list("changes")?;
    let skip = members.positive("skip")?;
    let trim = members.nested("trim_before", |members| {
        let commit = required("commitNum", members.number("commitNum")?)?;
        Ok(EventId::new(
            commit,
            required("opNum", members.number("opNum")?)?,
        ))
    })?;
    let what = match (changes, skip, trim) {
        (Some(changes), None, None) if changes.is_empty() => {
            return Err("a commit must have changes".to_owned());
        }
        (Some(changes), None, None) => {
            What::Commit(changes.into_iter().map(change).collect::<Result<_, _>>()?)
        }
        (None, Some(commits), None) => What::Skip(commits),
        (None, None, Some(event)) => What::TrimBefore(event),
        _ => return Err("expected one of changes, skip and trim_before".to_owned()),
    };
    Ok(Step { stream, what })
}

fn change(value: Value) -> Result<Change, String> {
    let Value::Object(members) = value else {
        return Err("a change must be an object".to_owned());
    };
    let mut members = Members::new(members);
    type Make = fn(Value) -> Change;
    let make = members.take("op", "ADD or REMOVE", |value| match value.as_str()? {
        "ADD" => Some(Change::add as Make),
        "REMOVE" => Some(Change::remove as Make),
        _ => None,
    })?;
    let make = required("op", make)?;
    let data = required("data", members.map("data")?)?;
    members.finish()?;
    Ok(make(Value::Object(data)))
}
