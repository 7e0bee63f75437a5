//! What an answer has beside its rows.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// So much is kept, names and values together and [`EACH`].
const LIMIT: usize = 256 * 1024;
/// What a member takes in memory besides its name and its value, about.
const EACH: usize = 128;

/// The members of an answer beside its rows, as they arrived: before and behind the rows, and in the
/// objects around them.
///
/// They are named by their path, such as `requestId`, `head` or `result.meta`. At most 256 KiB are
/// kept, counting 128 bytes for each beside its name and its value; what goes beyond is left out, and
/// [`is_complete`](Envelope::is_complete) says so. A clone shares them, and costs nothing until there
/// are more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope(Option<Arc<Kept>>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kept {
    members: Vec<(String, Bytes)>,
    size: usize,
    incomplete: bool,
}

impl Envelope {
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
        let members = self.0.as_ref().map(|kept| kept.members.as_slice());
        members
            .unwrap_or_default()
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Whether nothing was left out for its size.
    pub fn is_complete(&self) -> bool {
        self.0.as_ref().is_none_or(|kept| !kept.incomplete)
    }

    /// Keeps one more. Those that are there are copied only if somebody shares them.
    pub(super) fn keep(&mut self, name: String, value: &[u8]) {
        let kept = Arc::make_mut(self.0.get_or_insert_default());
        let size = kept
            .size
            .saturating_add(EACH)
            .saturating_add(name.len())
            .saturating_add(value.len());
        if size > LIMIT {
            kept.incomplete = true;
            return;
        }
        kept.size = size;
        kept.members.push((name, Bytes::copy_from_slice(value)));
    }

    /// The members of the answer itself as the object that they were.
    pub(super) fn object(&self) -> Bytes {
        let mut object = Vec::with_capacity(self.0.as_ref().map_or(0, |kept| kept.size));
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
