//! What a request says, by the names of the service model.
//!
//! The table in [`members`] is written from the model and shares nothing with any client: what a client encodes and this
//! reads back the same has arrived where it belongs.

use http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::LogEntry;
use crate::incoming::decode_query;
use crate::{operations, percent};

mod members;

/// The input of an operation, as a request carried it: [`LogEntry::input`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Input {
    /// The members of the service model, by its names. Flags and numbers are such, also where they came as text.
    pub members: Map<String, Value>,
    /// What else was in the query or the body, by its name on the wire.
    pub extra: Map<String, Value>,
}

/// A member and where it travels.
#[derive(Clone, Copy, Debug)]
struct Member {
    /// Its name in the model.
    name: &'static str,
    place: Place,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// The label of the path; of paths without one the query parameter of that name, which is the old form.
    Label,
    /// The query parameter of its name.
    Query,
    /// This header.
    Header(&'static str),
    /// The member of this name in the body.
    Body(&'static str),
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Number,
    Flag,
    /// Lists, maps and structures: whatever is in the JSON.
    Any,
}

/// Reads a request; `None` if its operation is not known or it is not encoded as such a request is.
pub(crate) fn read(entry: &LogEntry) -> Option<Input> {
    let operation = entry.operation?;
    let known = members::OPERATIONS.iter();
    let (_, members) = known.copied().find(|(name, _)| *name == operation)?;
    let (path, raw_query) = match entry.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (entry.target.as_str(), None),
    };
    let (_, labels) = operations::find(&entry.method, path, raw_query).ok()?;
    let label = match labels.first() {
        Some(raw) => Some(percent::decode_text(raw)?),
        None => None,
    };
    let mut query = decode_query(raw_query.unwrap_or_default())?;
    let mut body = body(entry)?;
    let has_body = !entry.body.is_empty();

    let mut input = Input::default();
    for member in members {
        let value = match member.place {
            Place::Label => match &label {
                Some(text) => Some(Value::from(text.as_str())),
                None => take(&mut query, member.name),
            },
            Place::Query => take(&mut query, member.name),
            Place::Header(name) => Some(Value::from(text(&entry.headers, name)?)),
            // Loads can be started by the query alone.
            Place::Body(name) if !has_body && operation == "StartLoaderJob" => {
                take(&mut query, name)
            }
            Place::Body(name) => body.remove(name),
        };
        if let Some(value) = value.filter(|value| !value.is_null()) {
            input
                .members
                .insert(member.name.to_owned(), member.kind.typed(value));
        }
    }
    input.extra = body;
    for (name, value) in query {
        input.extra.entry(name).or_insert(value.into());
    }
    Some(input)
}

impl Kind {
    /// The value in its type, or as it came if it is none of that.
    fn typed(self, value: Value) -> Value {
        let Value::String(text) = &value else {
            return value;
        };
        match self {
            Self::Flag if text.eq_ignore_ascii_case("true") => true.into(),
            Self::Flag if text.eq_ignore_ascii_case("false") => false.into(),
            Self::Number => text.parse::<i64>().map_or(value, Value::from),
            _ => value,
        }
    }
}

/// Takes the first parameter of this name.
fn take(pairs: &mut Vec<(String, String)>, name: &str) -> Option<Value> {
    let place = pairs.iter().position(|(key, _)| key == name)?;
    Some(pairs.remove(place).1.into())
}

/// The text of a header, null if there is none; `None` if it is no text.
fn text(headers: &HeaderMap, name: &str) -> Option<Option<String>> {
    match headers.get(name) {
        Some(value) => Some(Some(value.to_str().ok()?.to_owned())),
        None => Some(None),
    }
}

/// The members of a body: of a form if it says so, else of JSON.
fn body(entry: &LogEntry) -> Option<Map<String, Value>> {
    if entry.body.is_empty() {
        return Some(Map::new());
    }
    let media_type = entry.headers.get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let is_form = media_type.is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
    if let (true, Ok(text)) = (is_form, std::str::from_utf8(&entry.body)) {
        let pairs = decode_query(text)?;
        let pairs = pairs.into_iter().rev();
        return Some(pairs.map(|(name, value)| (name, value.into())).collect());
    }
    match serde_json::from_slice(&entry.body) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}
