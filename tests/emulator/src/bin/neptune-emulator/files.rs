//! What the files that flags name have in common: JSON whose members have to be known ones, of the right type.

use std::path::Path;
use std::{fs, io};

use serde_json::{Map, Value};

/// Reads a file.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let explain = |error: io::Error| {
        let text = format!("cannot read {}: {error}", path.display());
        io::Error::new(error.kind(), text)
    };
    fs::read_to_string(path).map_err(explain)
}

/// Reads a file of JSON lines. Lines without content count, and say nothing.
pub(crate) fn lines<T>(
    path: &Path,
    read: impl Fn(&mut Members) -> Result<T, String>,
) -> io::Result<Vec<T>> {
    let mut all = Vec::new();
    for (number, line) in (1..).zip(text(path)?.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let item = object(line, &read).map_err(|error| {
            // The only line that the parser has seen is not the first one of the file.
            let error = error.replace(" at line 1 column ", " at column ");
            io::Error::other(format!("{}: line {number}: {error}", path.display()))
        })?;
        all.push(item);
    }
    Ok(all)
}

/// Reads an object of which nothing may be left.
pub(crate) fn object<T>(
    text: &str,
    read: impl Fn(&mut Members) -> Result<T, String>,
) -> Result<T, String> {
    let value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    let Value::Object(members) = value else {
        return Err("expected an object".to_owned());
    };
    let mut members = Members(members);
    let item = read(&mut members)?;
    members.finish()?;
    Ok(item)
}

/// The members of an object that have not been asked for yet.
#[derive(Debug)]
pub(crate) struct Members(Map<String, Value>);

impl Members {
    pub(crate) fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    pub(crate) fn take<T>(
        &mut self,
        name: &str,
        what: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let Some(value) = self.0.remove(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(format!("{name} has to be {what}")),
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        self.take(name, "a text", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, String> {
        self.take(name, "a number from 0", |value| value.as_u64())
    }

    /// A number of what there has to be some of.
    pub(crate) fn positive(&mut self, name: &str) -> Result<Option<u64>, String> {
        self.take(name, "a number from 1", |value| {
            value.as_u64().filter(|number| *number > 0)
        })
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, String> {
        self.take(name, "true or false", |value| value.as_bool())
    }

    pub(crate) fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, String> {
        self.take(name, "a list", |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })
    }

    pub(crate) fn map(&mut self, name: &str) -> Result<Option<Map<String, Value>>, String> {
        self.take(name, "an object", |value| match value {
            Value::Object(members) => Some(members),
            _ => None,
        })
    }

    /// An object whose members are read, and have to be known, as well.
    pub(crate) fn nested<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Members) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        let Some(members) = self.map(name)? else {
            return Ok(None);
        };
        let mut members = Members(members);
        let item = read(&mut members).and_then(|item| members.finish().map(|()| item));
        item.map(Some).map_err(|error| format!("{name}: {error}"))
    }

    pub(crate) fn finish(&self) -> Result<(), String> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("unknown member {name}, or not in this place")),
        }
    }
}

/// What has to be there.
pub(crate) fn required<T>(name: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("{name} is missing"))
}
