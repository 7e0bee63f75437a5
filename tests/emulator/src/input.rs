//! The input of a request, in the names of the service model.
//!
//! The tables in the families of [`operations`] are written from the model and share nothing with any client. If they
//! decode the same input that a client encoded, the client encoded it correctly.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::LogEntry;
use crate::incoming::{decode_query, media_type};
use crate::{operations, percent};

mod members;

/// The input of an operation, decoded from a request. See [`LogEntry::input`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Input {
    /// The members, by their names in the service model. SPARQL is not in the model; its members are its parameters in
    /// camel case. Flags and numbers have their JSON types even if they were sent as text. A body that is a member is a
    /// string, or an object with `base64` if it is not UTF-8.
    pub members: Map<String, Value>,
    /// Unknown parameters and members, by their names on the wire. Repeated ones are a list.
    pub extra: Map<String, Value>,
}

/// An operation and the members of its requests.
pub(crate) type Inputs = (&'static str, &'static [Member]);

/// A member and its location in the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Its name in the model.
    name: &'static str,
    place: Place,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// The label of the path; in paths without a label, the query parameter of that name, which is the old form.
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
    /// The parameter of this name, which selects the operation and is not a member.
    Selector(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    /// True if the parameter is present, with any value.
    Presence,
    /// All values of that name, in order.
    Every,
    /// Any JSON: lists, maps and structures.
    Any,
}

/// Decodes a request; `None` if its operation is not known or its encoding is not valid for the operation.
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
            // A load can be started with query parameters alone.
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
    /// Takes the first parameter of this name, or all of them.
    fn take(self, pairs: &mut Vec<(String, String)>, name: &str) -> Option<Value> {
        if let Self::Every = self {
            let values = pairs.extract_if(.., |(key, _)| key == name);
            let values: Vec<Value> = values.map(|(_, value)| value.into()).collect();
            return (!values.is_empty()).then(|| values.into());
        }
        let index = pairs.iter().position(|(key, _)| key == name)?;
        Some(pairs.remove(index).1.into())
    }

    /// The value in its type, or unchanged if it is not valid for the type.
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

/// The text of a header: `Some(None)` if the header is absent, `None` if it is not text.
fn text(headers: &HeaderMap, name: &str) -> Option<Option<String>> {
    match headers.get(name) {
        Some(value) => Some(Some(value.to_str().ok()?.to_owned())),
        None => Some(None),
    }
}

/// A body that has members.
#[derive(Default)]
struct Body {
    /// The members of a JSON body.
    members: Map<String, Value>,
    /// The parameters of a form.
    form: Vec<(String, String)>,
}

impl Body {
    /// Decodes the body by its media type: a form, the text of SPARQL, or else JSON.
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

/// A whole body as a member.
fn whole(body: &[u8]) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => json!({"base64": BASE64_STANDARD.encode(body)}),
    }
}
