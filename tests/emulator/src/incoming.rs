//! A request, decoded for its operation.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, header};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::{Now, percent};

/// A request whose route is known.
#[derive(Debug)]
pub(crate) struct Incoming<'a> {
    path: &'a str,
    labels: Vec<String>,
    query: Vec<(String, String)>,
    headers: &'a HeaderMap,
    body: &'a Bytes,
    pub(crate) now: Now,
}

impl<'a> Incoming<'a> {
    /// Decodes path labels and query. The body is decoded when an operation needs it.
    pub(crate) fn decode(
        raw_labels: &[&str],
        request: &'a http::Request<Bytes>,
        now: Now,
    ) -> Result<Self, Failure> {
        let labels = raw_labels
            .iter()
            .map(|raw| percent::decode_text(raw))
            .collect::<Option<_>>();
        let labels = labels.ok_or_else(|| {
            Failure::bad_request("The path is not correctly percent-encoded UTF-8.")
        })?;
        let query = decode_query(request.uri().query().unwrap_or_default());
        let query = query.ok_or_else(|| {
            Failure::bad_request("The query is not correctly percent-encoded UTF-8.")
        })?;
        Ok(Self {
            path: request.uri().path(),
            labels,
            query,
            headers: request.headers(),
            body: request.body(),
            now,
        })
    }

    /// The path as it was sent.
    pub(crate) fn path(&self) -> &str {
        self.path
    }

    /// The only label of the path, decoded.
    pub(crate) fn label(&self) -> &str {
        self.labels.first().map_or("", String::as_str)
    }

    /// The first value of a header, if it is text.
    pub(crate) fn header(&self, name: &'static str) -> Option<&str> {
        let name = HeaderName::from_static(name);
        self.headers.get(name)?.to_str().ok()
    }

    /// The list in a header, which may be divided into several lines.
    pub(crate) fn list(&self, name: &'static str) -> Option<String> {
        let lines = self.headers.get_all(HeaderName::from_static(name)).iter();
        let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    /// Whether a header of the request is a list that contains this word, in any case.
    pub(crate) fn has_word(&self, name: &'static str, word: &str) -> bool {
        has_word(self.headers, HeaderName::from_static(name), word)
    }

    /// The media type of the body without parameters, in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        media_type(self.headers)
    }

    /// The body as the text of a query.
    pub(crate) fn query_text(&self) -> Result<String, Failure> {
        let text = std::str::from_utf8(self.body).map(str::to_owned);
        text.map_err(|_| Failure::new("MalformedQueryException", "The query text is not UTF-8."))
    }

    /// The body as it was received.
    pub(crate) fn body(&self) -> &Bytes {
        self.body
    }

    /// The first query parameter of this name.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All query parameters, in order.
    pub(crate) fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.query.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn has_body(&self) -> bool {
        !self.body.is_empty()
    }

    /// A boolean query parameter, in any case: SDKs send `true`, graph-notebook `TRUE` and `True`.
    pub(crate) fn query_flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        self.query_members().flag(name)
    }

    /// An integer query parameter within these bounds.
    pub(crate) fn query_integer(
        &self,
        name: &str,
        least: i64,
        most: i64,
    ) -> Result<Option<i64>, Failure> {
        let Some(text) = self.query(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(value) if (least..=most).contains(&value) => Ok(Some(value)),
            _ => Err(Failure::invalid_parameter(format!(
                "The value of {name} must be between {least} and {most}."
            ))),
        }
    }

    /// The members of a JSON body.
    pub(crate) fn json(&self) -> Result<Members, Failure> {
        if self.required_type()? != "application/json" {
            return Err(unsupported(&self.required_type()?));
        }
        self.json_of_any_type()
    }

    /// The members of a JSON body, or of a form.
    pub(crate) fn json_or_form(&self) -> Result<Members, Failure> {
        let media_type = self.required_type()?;
        if media_type == "application/json" {
            return self.json_of_any_type();
        }
        if media_type != "application/x-www-form-urlencoded" {
            return Err(unsupported(&media_type));
        }
        self.form()
    }

    /// The members of a form.
    pub(crate) fn form(&self) -> Result<Members, Failure> {
        let text = std::str::from_utf8(self.body).ok();
        let pairs = text.and_then(decode_query);
        let pairs = pairs.ok_or_else(|| {
            Failure::bad_request("The form is not correctly percent-encoded UTF-8.")
        })?;
        Ok(Members::of(pairs))
    }

    /// The query parameters as members.
    pub(crate) fn query_members(&self) -> Members {
        Members::of(self.query.clone())
    }

    /// The media type of the body without parameters, in lower case.
    fn required_type(&self) -> Result<String, Failure> {
        self.media_type()
            .ok_or_else(|| Failure::missing_parameter("Content-type header not specified."))
    }

    /// The members of a JSON body, with any media type.
    pub(crate) fn json_of_any_type(&self) -> Result<Members, Failure> {
        match serde_json::from_slice(self.body) {
            Ok(Value::Object(members)) => Ok(Members::of(members)),
            Ok(_) => Err(Failure::bad_request(
                "The request body must be a JSON object.",
            )),
            Err(error) => Err(Failure::bad_request(format!(
                "The request body is not JSON: {error}"
            ))),
        }
    }
}

/// Whether a header is a list that contains this word, in any case.
pub(crate) fn has_word(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let mut values = headers.get_all(name).into_iter();
    values.any(|value| {
        let text = value.to_str().unwrap_or_default();
        text.split(',')
            .any(|item| item.trim().eq_ignore_ascii_case(word))
    })
}

/// The media type of a body without parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let text = value.to_str().unwrap_or_default();
    let name = text.split(';').next().unwrap_or_default();
    Some(name.trim().to_ascii_lowercase())
}

pub(crate) fn unsupported(media_type: &str) -> Failure {
    Failure::bad_request(format!("Unsupported content type: {media_type}"))
}

/// Names and values of a query or a form; `None` if they are not percent-encoded UTF-8.
pub(crate) fn decode_query(raw: &str) -> Option<Vec<(String, String)>> {
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // A plus sign is a space, as in Java's servlets.
            let decode = |text: &str| percent::decode_text(&text.replace('+', " "));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Names and values, read by type: the members of a JSON object, or the parameters of a URL or a form. The first value
/// of a name is used. A null counts as absent.
#[derive(Clone, Debug)]
pub(crate) struct Members(Vec<(String, Value)>);

impl Members {
    fn of<V: Into<Value>>(pairs: impl IntoIterator<Item = (String, V)>) -> Self {
        let pairs = pairs.into_iter();
        Self(pairs.map(|(name, value)| (name, value.into())).collect())
    }

    /// Appends members.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(crate) fn into_map(self) -> Map<String, Value> {
        let mut map = Map::new();
        for (name, value) in self.0 {
            map.entry(name).or_insert(value);
        }
        map
    }

    /// All but these, as text.
    pub(crate) fn others(self, but: &[&str]) -> Vec<(String, String)> {
        let others = self.0.into_iter();
        let others = others.filter(|(name, _)| !but.contains(&name.as_str()));
        others
            .map(|(name, value)| match value {
                Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect()
    }

    /// Whether there is a value, even a null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let mut values = self.0.iter().filter(|(_, value)| !value.is_null());
        values.find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn typed<'a, T>(
        &'a self,
        name: &str,
        what: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let read = read(value).ok_or_else(|| {
            Failure::invalid_parameter(format!("The value of {name} must be {what}."))
        });
        read.map(Some)
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<&str>, Failure> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(crate) fn required_string(&self, name: &str) -> Result<&str, Failure> {
        self.string(name)?.ok_or_else(|| {
            Failure::missing_parameter(format!("The required parameter {name} is missing."))
        })
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        self.typed(name, "an integer", |value| {
            value
                .as_i64()
                .filter(|number| i32::try_from(*number).is_ok())
        })
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Failure> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    /// A boolean, or its text in any case: SDKs send a boolean, old engines and AWS's tools use text.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        self.typed(name, "true or false", |value| match value {
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            value => value.as_bool(),
        })
    }

    pub(crate) fn strings(&self, name: &str) -> Result<Option<Vec<&str>>, Failure> {
        self.typed(name, "a list of strings", |value| {
            value.as_array()?.iter().map(Value::as_str).collect()
        })
    }

    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>, Failure> {
        self.typed(name, "an object", |value| {
            value.as_object().cloned().map(Self::of)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_forms() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            decode_query("a=1&&b=x%2By+z&flag&c==%3D"),
            Some(vec![
                pair("a", "1"),
                pair("b", "x+y z"),
                pair("flag", ""),
                pair("c", "==")
            ])
        );
        assert_eq!(decode_query("a=%zz"), None);
        assert_eq!(decode_query("a=%FF"), None);
    }
}
