//! The parameters of a query, from the URL, a form, or a JSON object.

use serde_json::Value;

use crate::failure::Failure;
use crate::incoming::{Incoming, decode_query, flag, not_a_flag, unsupported};

/// Names and values, those of the URL first.
#[derive(Debug)]
pub(crate) struct Parameters {
    pairs: Vec<(String, Value)>,
}

/// How a body that is not the query itself is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// By its content type; without one, as a form.
    ByType,
    /// By its contents: a body that begins with a brace is JSON, any other a form. Neptune does not check the content
    /// type of Gremlin requests.
    ByLook,
}

impl Parameters {
    /// The parameters of the URL.
    pub(crate) fn of_url(incoming: &Incoming<'_>) -> Self {
        let pairs = incoming.query_pairs();
        Self {
            pairs: pairs
                .map(|(name, value)| (name.to_owned(), Value::from(value)))
                .collect(),
        }
    }

    /// The parameters of the URL and the body.
    pub(crate) fn of(incoming: &Incoming<'_>, reading: Reading) -> Result<Self, Failure> {
        let mut parameters = Self::of_url(incoming);
        let body = incoming.body();
        if body.is_empty() {
            return Ok(parameters);
        }
        let is_json = match reading {
            Reading::ByLook => body.trim_ascii_start().first() == Some(&b'{'),
            Reading::ByType => match incoming.media_type().as_deref() {
                Some("application/json") => true,
                Some("application/x-www-form-urlencoded") | None => false,
                Some(other) => return Err(unsupported(other)),
            },
        };
        if is_json {
            parameters.pairs.extend(incoming.json_of_any_type()?.0);
        } else {
            let pairs = std::str::from_utf8(body).ok().and_then(decode_query);
            let Some(pairs) = pairs else {
                return Err(Failure::bad_request(
                    "The request body is not a form of correctly percent-encoded UTF-8.",
                ));
            };
            let pairs = pairs.into_iter();
            parameters
                .pairs
                .extend(pairs.map(|(name, value)| (name, Value::from(value))));
        }
        Ok(parameters)
    }

    /// Whether the parameter is present.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// A string. A null counts as absent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self
            .pairs
            .iter()
            .find(|(key, value)| key == name && !value.is_null())
        {
            None => Ok(None),
            Some((_, Value::String(text))) => Ok(Some(text)),
            Some(_) => Err(Failure::invalid_parameter(format!(
                "The value of {name} must be a string."
            ))),
        }
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name)?.ok_or_else(|| {
            Failure::missing_parameter(format!("The required parameter {name} is missing."))
        })
    }

    /// A boolean, as text in any case or as JSON.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        let value = self.pairs.iter().find(|(key, _)| key == name);
        match value.map(|(_, value)| value) {
            None | Some(Value::Null) => Ok(false),
            Some(value) => flag(value).ok_or_else(|| not_a_flag(name)),
        }
    }

    /// Whether the plan of the query is requested.
    pub(crate) fn explains(&self) -> Result<bool, Failure> {
        match self.text("explain")? {
            None => Ok(false),
            Some("static" | "dynamic" | "details") => Ok(true),
            Some(_) => Err(Failure::invalid_parameter(
                "The value of explain must be static, dynamic or details.",
            )),
        }
    }

    /// All other parameters, as text.
    pub(crate) fn others(self, but: &[&str]) -> Vec<(String, String)> {
        let others = self
            .pairs
            .into_iter()
            .filter(|(name, _)| !but.contains(&name.as_str()));
        others
            .map(|(name, value)| match value {
                Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect()
    }
}
