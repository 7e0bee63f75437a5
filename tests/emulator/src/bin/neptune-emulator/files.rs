//! Reads the JSON files given on the command line. Unknown members and members of a wrong type are errors.

use std::path::Path;
use std::time::Duration;
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

/// Reads JSON lines. Empty lines are skipped, but counted. Also returns the number of each line.
pub(crate) fn lines<T>(
    text: &str,
    read: impl Fn(&mut Members) -> Result<T, String>,
) -> Result<Vec<(u64, T)>, String> {
    let mut all = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let item = object(line, &read).map_err(|error| {
            // The parser saw only this line, so its line number is always 1.
            let error = error.replace(" at line 1 column ", " at column ");
            format!("line {number}: {error}")
        })?;
        all.push((number, item));
    }
    Ok(all)
}

/// Adds the name of the file to an error in its content.
pub(crate) fn named<T>(path: &Path, read: Result<T, String>) -> io::Result<T> {
    read.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

/// Reads an object. A member that `read` does not take is an error.
pub(crate) fn object<T>(
    text: &str,
    read: impl Fn(&mut Members) -> Result<T, String>,
) -> Result<T, String> {
    let value = serde_json::from_str(text).map_err(|error| format!("not valid JSON: {error}"))?;
    let Value::Object(members) = value else {
        return Err("expected an object".to_owned());
    };
    let mut members = Members(members);
    let item = read(&mut members)?;
    members.finish()?;
    Ok(item)
}

/// The members of an object that have not been taken yet.
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
            None => Err(format!("{name} must be {what}")),
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        self.take(name, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, String> {
        self.take(name, "a non-negative integer", |value| value.as_u64())
    }

    /// A number of at least one.
    pub(crate) fn positive(&mut self, name: &str) -> Result<Option<u64>, String> {
        self.take(name, "a positive integer", |value| {
            value.as_u64().filter(|number| *number > 0)
        })
    }

    pub(crate) fn seconds(&mut self, name: &str) -> Result<Option<Duration>, String> {
        self.take(name, "a number of seconds", |value| {
            Duration::try_from_secs_f64(value.as_f64()?).ok()
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

    /// An object whose members are read in the same way; an unknown member is an error.
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
            Some(name) => Err(format!("unknown or misplaced member {name}")),
        }
    }
}

/// Makes a missing member an error.
pub(crate) fn required<T>(name: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("{name} is missing"))
}
