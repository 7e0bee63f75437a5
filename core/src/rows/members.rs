//! What an answer has beside its rows.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// So much is kept, names and values together.
const LIMIT: usize = 256 * 1024;

/// The members of an answer beside its rows, as they arrived: before and behind the rows, and in the
/// objects around them.
///
/// They are named by their path, such as `requestId`, `head` or `result.meta`. At most 256 KiB are
/// kept; what goes beyond is left out, and [`is_complete`](Members::is_complete) says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    members: Vec<(String, Bytes)>,
    size: usize,
    incomplete: bool,
}

impl Members {
    /// The JSON text of a member, the first of that name.
    pub fn get(&self, path: &str) -> Option<&Bytes> {
        self.iter()
            .find(|(name, _)| *name == path)
            .map(|(_, value)| value)
    }

    /// A member, decoded; None if it is not there or is something else.
    pub fn json<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        serde_json::from_slice(self.get(path)?).ok()
    }

    /// The variables of a SPARQL answer, `head.vars`.
    pub fn vars(&self) -> Option<Vec<String>> {
        let head: Value = self.json("head")?;
        let vars = head.get("vars")?.as_array()?;
        vars.iter()
            .map(|var| var.as_str().map(str::to_owned))
            .collect()
    }

    /// The answer to a SPARQL question, `boolean`.
    pub fn boolean(&self) -> Option<bool> {
        self.json("boolean")
    }

    /// All members in the order of their arrival.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.members
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Whether nothing was left out for its size.
    pub fn is_complete(&self) -> bool {
        !self.incomplete
    }

    pub(super) fn keep(&mut self, name: String, value: &[u8]) {
        let size = self
            .size
            .saturating_add(name.len())
            .saturating_add(value.len());
        if size > LIMIT {
            self.incomplete = true;
            return;
        }
        self.size = size;
        self.members.push((name, Bytes::copy_from_slice(value)));
    }

    /// The members of the answer itself as the object that they were.
    pub(super) fn object(&self) -> Bytes {
        let mut object = Vec::with_capacity(self.size);
        object.push(b'{');
        for (name, value) in self.iter().filter(|(name, _)| !name.contains('.')) {
            if object.len() > 1 {
                object.push(b',');
            }
            object.extend(Value::from(name).to_string().bytes());
            object.push(b':');
            object.extend_from_slice(value);
        }
        object.push(b'}');
        object.into()
    }
}
