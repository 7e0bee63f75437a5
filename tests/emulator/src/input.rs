//! What a request says, by the names of the service model.
//!
//! The tables in the families of [`operations`] are written from the model and share nothing with any client: what a client encodes and this
//! reads back the same has arrived where it belongs.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::LogEntry;
use crate::incoming::{decode_query, media_type};
use crate::{operations, percent};

mod members;

/// The input of an operation, as a request carried it: [`LogEntry::input`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Input {
    /// The members of the service model, by its names; for SPARQL, which the model lacks, by those of its parameters in
    /// camel case. Flags and numbers are such, also where they came as text. A body that is the member is text, or an
    /// object with its `base64` if it is not UTF-8.
    pub members: Map<String, Value>,
    /// What else was in the query or the body, by its name on the wire. What came more than once is a list.
    pub extra: Map<String, Value>,
}

/// An operation and the members of its requests.
pub(crate) type Inputs = (&'static str, &'static [Member]);

/// A member and where it travels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Its name in the model.
    name: &'static str,
    place: Place,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// The label of the path; of paths without one the query parameter of that name, which is the old form.
    Label,
    /// The query parameter of this name.
    Query(&'static str),
    /// This header.
    Header(&'static str),
    /// The member of this name in the body.
    Body(&'static str),
    /// The parameter of this name in the query or in a form: SPARQL takes both.
    Parameter(&'static str),
    /// The whole body.
    Whole,
    /// The parameter of this name says how the rest is meant, and is no member.
    Selector(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    /// True if it is there, whatever its value.
    Presence,
    /// Every value of that name, in order.
    Every,
    /// Lists, maps and structures: whatever is in the JSON.
    Any,
}

/// Reads a request; `None` if its operation is not known or it is not encoded as such a request is.
pub(crate) fn read(entry: &LogEntry) -> Option<Input> {
    let operation = entry.operation?;
    let members = operations::members(operation)?;
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
    let is_whole = members.iter().any(|it| matches!(it.place, Place::Whole));
    let mut body = if is_whole {
        Body::default()
    } else {
        Body::read(entry)?
    };
    let has_body = !entry.body.is_empty();

    let mut input = Input::default();
    for member in members {
        let kind = member.kind;
        let value = match member.place {
            Place::Label => match &label {
                Some(text) => Some(Value::from(text.as_str())),
                None => kind.take(&mut query, member.name),
            },
            Place::Query(name) => kind.take(&mut query, name),
            Place::Header(name) => text(&entry.headers, name)?.map(Value::from),
            // Loads can be started by the query alone.
            Place::Body(name) if !has_body && operation == "StartLoaderJob" => {
                kind.take(&mut query, name)
            }
            Place::Body(name) => {
                let value = body.members.remove(name).filter(|value| !value.is_null());
                value.or_else(|| kind.take(&mut body.form, name))
            }
            Place::Parameter(name) => {
                let value = kind.take(&mut query, name);
                value.or_else(|| kind.take(&mut body.form, name))
            }
            Place::Whole => Some(whole(&entry.body)),
            Place::Selector(name) => {
                query.retain(|(key, _)| key != name);
                body.form.retain(|(key, _)| key != name);
                None
            }
        };
        if let Some(value) = value {
            input
                .members
                .insert(member.name.to_owned(), kind.typed(value));
        }
    }
    input.extra = body.members;
    for (name, value) in body.form.into_iter().chain(query) {
        match input.extra.get_mut(&name) {
            None => drop(input.extra.insert(name, value.into())),
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = Value::Array(vec![first.take(), value.into()]),
        }
    }
    Some(input)
}

impl Kind {
    /// Takes the first parameter of this name, or every one.
    fn take(self, pairs: &mut Vec<(String, String)>, name: &str) -> Option<Value> {
        if let Self::Every = self {
            let values = pairs.extract_if(.., |(key, _)| key == name);
            let values: Vec<Value> = values.map(|(_, value)| value.into()).collect();
            return (!values.is_empty()).then(|| values.into());
        }
        let place = pairs.iter().position(|(key, _)| key == name)?;
        Some(pairs.remove(place).1.into())
    }

    /// The value in its type, or as it came if it is none of that.
    fn typed(self, value: Value) -> Value {
        let Value::String(text) = &value else {
            return value;
        };
        match self {
            Self::Presence => true.into(),
            Self::Flag if text.eq_ignore_ascii_case("true") => true.into(),
            Self::Flag if text.eq_ignore_ascii_case("false") => false.into(),
            Self::Number => text.parse::<i64>().map_or(value, Value::from),
            _ => value,
        }
    }
}

/// The text of a header, if there is one; `None` if it is no text.
fn text(headers: &HeaderMap, name: &str) -> Option<Option<String>> {
    match headers.get(name) {
        Some(value) => Some(Some(value.to_str().ok()?.to_owned())),
        None => Some(None),
    }
}

/// A body that has members.
#[derive(Default)]
struct Body {
    /// Those of JSON.
    members: Map<String, Value>,
    /// Those of a form.
    form: Vec<(String, String)>,
}

impl Body {
    /// Of a form if it says so, the text of SPARQL if it says that, else of JSON.
    fn read(entry: &LogEntry) -> Option<Self> {
        let mut body = Self::default();
        if entry.body.is_empty() {
            return Some(body);
        }
        let text = std::str::from_utf8(&entry.body).ok();
        match (media_type(&entry.headers).as_deref(), text) {
            (Some("application/x-www-form-urlencoded"), Some(text)) => {
                body.form = decode_query(text)?;
            }
            (Some("application/sparql-query"), Some(text)) => {
                body.form = vec![("query".to_owned(), text.to_owned())];
            }
            (Some("application/sparql-update"), Some(text)) => {
                body.form = vec![("update".to_owned(), text.to_owned())];
            }
            _ => match serde_json::from_slice(&entry.body) {
                Ok(Value::Object(members)) => body.members = members,
                _ => return None,
            },
        }
        Some(body)
    }
}

/// A body as a member.
fn whole(body: &[u8]) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => json!({"base64": BASE64_STANDARD.encode(body)}),
    }
}
