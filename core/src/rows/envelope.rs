//! The members of a response body around its rows.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The maximum size of all members that are kept: paths, values and [`OVERHEAD`].
const LIMIT: usize = 256 * 1024;
/// The approximate memory of a member in addition to its path and value.
const OVERHEAD: usize = 128;

/// The members of a response body other than the rows: those before and after the rows, and those in
/// the objects around the rows.
///
/// Members are named by their path, such as `requestId`, `head` or `result.meta`. At most 256 KiB are kept, where the
/// size of a member is that of its path and its value plus 128 bytes. Members beyond this limit are dropped, and
/// [`is_complete`](Envelope::is_complete) returns false. Clones share the members until more members are added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope(Option<Arc<Kept>>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kept {
    members: Vec<(String, Bytes)>,
    size: usize,
    incomplete: bool,
}

impl Envelope {
    /// The JSON text of a member; the first one if the path occurs several times.
    pub fn get(&self, path: &str) -> Option<&Bytes> {
        self.iter()
            .find(|(name, _)| *name == path)
            .map(|(_, value)| value)
    }

    /// A member, decoded; `None` if it is absent or not a `T`.
    pub fn json<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        serde_json::from_slice(self.get(path)?).ok()
    }

    /// The variables of SPARQL results, `head.vars`.
    pub fn vars(&self) -> Option<Vec<String>> {
        let head: Value = self.json("head")?;
        let vars = head.get("vars")?.as_array()?;
        vars.iter()
            .map(|var| var.as_str().map(str::to_owned))
            .collect()
    }

    /// The result of a SPARQL `ASK` query, `boolean`.
    pub fn boolean(&self) -> Option<bool> {
        self.json("boolean")
    }

    /// All members in the order in which they arrived.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        let members = self.0.as_ref().map(|kept| kept.members.as_slice());
        members
            .unwrap_or_default()
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Whether all members that arrived were kept. False if some were dropped because of the limit of 256 KiB.
    pub fn is_complete(&self) -> bool {
        self.0.as_ref().is_none_or(|kept| !kept.incomplete)
    }

    /// Adds a member, if it fits. The existing members are copied only if a clone shares them.
    pub(super) fn keep(&mut self, name: String, value: &[u8]) {
        let kept = Arc::make_mut(self.0.get_or_insert_default());
        let size = kept
            .size
            .saturating_add(OVERHEAD)
            .saturating_add(name.len())
            .saturating_add(value.len());
        // Leave out only this member: smaller members that arrive later may still fit.
        if size > LIMIT {
            kept.incomplete = true;
            return;
        }
        kept.size = size;
        kept.members.push((name, Bytes::copy_from_slice(value)));
    }

    /// The top-level members as a JSON object, so that an error object can be read from them.
    pub(super) fn object(&self) -> Bytes {
        let mut object = Vec::with_capacity(self.0.as_ref().map_or(0, |kept| kept.size));
        object.push(b'{');
        // A dot means a member of an inner object. A top-level member whose name contains a dot is left out too;
        // error objects have no such member.
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
