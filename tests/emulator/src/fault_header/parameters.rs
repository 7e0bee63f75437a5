//! Parses `name; key=value; key="any, value"`.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use http::StatusCode;

use super::ParseFaultError;

/// The most bytes that a fault may generate.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most seconds by which a clock may be wrong, about 31 years: a date of today then stays in the range of
/// `Calendar`, 1970 to 9999.
const MAX_SECONDS: i64 = 1_000_000_000;

/// One fault as text, with parameters that are not interpreted yet.
#[derive(Debug)]
pub(super) struct Parameters {
    pub(super) name: String,
    left: Vec<(String, String)>,
}

impl Parameters {
    /// Parses a name and its parameters. A name that looks like a parameter is a parameter of the fault `error`.
    pub(super) fn parse(element: &str) -> Result<Self, ParseFaultError> {
        let mut segments = split(element, ';')?.into_iter();
        let first = segments.next().unwrap_or_default().trim();
        let mut parameters = Self {
            name: first.to_ascii_lowercase(),
            left: Vec::new(),
        };
        if first.contains('=') {
            parameters.name = "error".to_owned();
            parameters.add(first)?;
        }
        for segment in segments
            .map(str::trim)
            .filter(|segment| !segment.is_empty())
        {
            parameters.add(segment)?;
        }
        Ok(parameters)
    }

    fn add(&mut self, segment: &str) -> Result<(), ParseFaultError> {
        let (key, value) = segment.split_once('=').unwrap_or((segment, "true"));
        let key = key.trim().to_ascii_lowercase();
        // `header` may be repeated.
        if key != "header" && self.left.iter().any(|(other, _)| *other == key) {
            return Err(ParseFaultError::new(format!("{key} is given twice.")));
        }
        self.left.push((key, unquoted(value.trim())));
        Ok(())
    }

    /// The text of a parameter.
    pub(super) fn take(&mut self, key: &str) -> Option<String> {
        let index = self.left.iter().position(|(other, _)| other == key)?;
        Some(self.left.remove(index).1)
    }

    /// A parameter of type `T`.
    pub(super) fn parsed<T: FromStr<Err: Display>>(
        &mut self,
        key: &str,
    ) -> Result<Option<T>, ParseFaultError> {
        let Some(text) = self.take(key) else {
            return Ok(None);
        };
        let parsed = text.parse().map_err(|error| invalid(key, &text, error));
        parsed.map(Some)
    }

    pub(super) fn flag(&mut self, key: &str) -> Result<bool, ParseFaultError> {
        Ok(self.parsed(key)?.unwrap_or(false))
    }

    pub(super) fn millis(&mut self, key: &str) -> Result<Option<Duration>, ParseFaultError> {
        Ok(self.parsed(key)?.map(Duration::from_millis))
    }

    pub(super) fn bytes(&mut self, key: &str) -> Result<Option<usize>, ParseFaultError> {
        match self.parsed(key)? {
            Some(bytes) if bytes > MAX_BYTES => {
                Err(invalid(key, bytes, format!("must be at most {MAX_BYTES}")))
            }
            bytes => Ok(bytes),
        }
    }

    /// A number of bytes, at least one.
    pub(super) fn some_bytes(&mut self, key: &str) -> Result<Option<usize>, ParseFaultError> {
        match self.bytes(key)? {
            Some(0) => Err(invalid(key, 0, "must be at least 1")),
            bytes => Ok(bytes),
        }
    }

    /// The seconds by which a clock is wrong.
    pub(super) fn skew(&mut self, key: &str) -> Result<Option<i64>, ParseFaultError> {
        match self.parsed::<i64>(key)? {
            Some(seconds) if seconds.unsigned_abs() > MAX_SECONDS.unsigned_abs() => {
                let bound = format!("must be from -{MAX_SECONDS} to {MAX_SECONDS}");
                Err(invalid(key, seconds, bound))
            }
            seconds => Ok(seconds),
        }
    }

    /// A status of at least 200: lower ones are not final responses.
    pub(super) fn status(&mut self, key: &str) -> Result<Option<StatusCode>, ParseFaultError> {
        match self.parsed::<StatusCode>(key)? {
            Some(status) if status.is_informational() => Err(invalid(
                key,
                status.as_u16(),
                "must be a final status, 200 or higher",
            )),
            status => Ok(status),
        }
    }

    /// One of several words.
    pub(super) fn one_of<T: Clone>(
        &mut self,
        key: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, ParseFaultError> {
        let Some(text) = self.take(key) else {
            return Ok(None);
        };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(Some(value.clone())),
            None => {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let expected = format!("expected one of {}", known.join(", "));
                Err(invalid(key, text, expected))
            }
        }
    }

    /// Returns an error for parameters that have not been taken.
    pub(super) fn finish(self) -> Result<(), ParseFaultError> {
        match self.left.first() {
            None => Ok(()),
            Some((key, _)) => {
                let text = format!("The fault {} has no parameter {key}.", self.name);
                Err(ParseFaultError::new(text))
            }
        }
    }
}

/// The error for a value that a parameter cannot have.
pub(super) fn invalid(key: &str, value: impl Display, why: impl Display) -> ParseFaultError {
    ParseFaultError::new(format!("{key}={value}: {why}"))
}

/// Splits at each `separator` outside of quotation marks.
pub(super) fn split(text: &str, separator: char) -> Result<Vec<&str>, ParseFaultError> {
    let mut parts = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = text;
    loop {
        let end = rest.char_indices().find(|&(_, character)| {
            let was_escaped = std::mem::take(&mut escaped);
            match character {
                '\\' if quoted && !was_escaped => escaped = true,
                '"' if !was_escaped => quoted = !quoted,
                _ => {}
            }
            character == separator && !quoted
        });
        let Some((end, _)) = end else { break };
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after.strip_prefix(separator).unwrap_or(after);
    }
    if quoted {
        return Err(ParseFaultError::new("A quotation mark is not closed."));
    }
    parts.push(rest);
    Ok(parts)
}

/// The text between quotation marks, in which a backslash escapes the next character. Without the marks, the text
/// itself.
fn unquoted(text: &str) -> String {
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let Some(inner) = inner else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        plain.extend(match character {
            '\\' => characters.next(),
            other => Some(other),
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_protect() {
        let mut parameters = Parameters::parse(r#" Error ; message="a; b, \"c\" \\" ;code= X;"#)
            .expect("parameters");
        assert_eq!(parameters.name, "error");
        assert_eq!(
            parameters.take("message").as_deref(),
            Some(r#"a; b, "c" \"#)
        );
        assert_eq!(parameters.take("code").as_deref(), Some("X"));
        assert_eq!(parameters.finish(), Ok(()));
        assert_eq!(split(r#"a="x,y",b,"#, ','), Ok(vec![r#"a="x,y""#, "b", ""]));
        assert!(split("a=\"x", ',').is_err());
    }

    #[test]
    fn what_is_left_is_refused() {
        let parameters = Parameters::parse("status=503; colour=red").expect("parameters");
        assert_eq!(parameters.name, "error");
        let mut parameters = parameters;
        assert_eq!(
            parameters.status("status"),
            Ok(Some(StatusCode::SERVICE_UNAVAILABLE))
        );
        assert_eq!(
            parameters.finish(),
            Err(ParseFaultError::new(
                "The fault error has no parameter colour."
            ))
        );
        assert!(Parameters::parse("error; a=1; a=2").is_err());
    }
}
