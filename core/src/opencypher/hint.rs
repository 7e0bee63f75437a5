//! The time limit of one query: a hint in its text, because the request has no member for it.

use std::{borrow::Cow, time::Duration};

use crate::{error::FieldErrorKind, wire::request::RequestWriter};

/// The service's longest time limit, in milliseconds.
const MAX: u128 = i32::MAX as u128;

/// The text to send, with the hint before it unless there is no time limit or the text has its own hints.
pub(super) fn with_timeout(query: &str, timeout: Option<Duration>) -> Cow<'_, str> {
    match timeout {
        Some(timeout) if !begins_with_hints(query) => {
            let milliseconds = timeout.as_millis();
            format!("USING QUERY:TIMEOUTMILLISECONDS {milliseconds} {query}").into()
        }
        _ => query.into(),
    }
}

/// Reports a time limit that the hint cannot express.
pub(super) fn check_timeout(request: &mut RequestWriter<'_>, timeout: Option<Duration>) {
    if timeout.is_some_and(|timeout| !(1..=MAX).contains(&timeout.as_millis())) {
        let (min, max) = (1, i32::MAX.into());
        request.reject("timeoutHint", FieldErrorKind::OutOfRange { min, max });
    }
}

/// The serde form of a time limit: whole milliseconds.
pub(super) mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};

    pub(in super::super) fn serialize<S: Serializer>(
        timeout: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let milliseconds = timeout.map(|timeout| u64::try_from(timeout.as_millis()));
        let milliseconds = milliseconds.transpose();
        let milliseconds = milliseconds.map_err(|_| S::Error::custom("timeoutHint: too long"))?;
        milliseconds.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let milliseconds = Option::<u64>::deserialize(deserializer)?;
        Ok(milliseconds.map(Duration::from_millis))
    }
}

/// Whether the first word after white space and comments is `USING`, in any case.
fn begins_with_hints(query: &str) -> bool {
    let mut rest = query.trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("//") {
            comment.split_once(['\n', '\r'])
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/")
        } else {
            break;
        };
        rest = after.map_or("", |(_, rest)| rest.trim_start());
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let word = rest.split(|c| !is_name(c)).next();
    word.is_some_and(|word| word.eq_ignore_ascii_case("using"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_found_after_white_space_and_comments() {
        for text in [
            "USING QUERY:PLANCACHE \"enabled\" MATCH (n) RETURN n",
            "using query:plancache 'x' RETURN 1",
            "  \t\r\n Using\nQUERY:X 1 RETURN 1",
            "\u{a0}\u{3000}USING QUERY:X 1 RETURN 1",
            "// why\nUSING QUERY:X 1 RETURN 1",
            "//\r//\nUSING QUERY:X 1 RETURN 1",
            "/* a // b */USING QUERY:X 1 RETURN 1",
            "/**//***/ // x */\n /* \n */ uSiNg QUERY:X 1 RETURN 1",
            "USING/**/QUERY:X 1 RETURN 1",
            "USING",
        ] {
            assert!(begins_with_hints(text), "{text}");
        }
        for text in [
            "",
            " ",
            "MATCH (n) RETURN n",
            "MATCH (n) USING INDEX n:L(p) RETURN n",
            "USINGS RETURN 1",
            "USING_ RETURN 1",
            "USING1",
            "USINGÉ",
            "`USING`",
            "// USING QUERY:X 1",
            "// USING QUERY:X 1\nRETURN 1",
            "/* USING QUERY:X 1 */ RETURN 1",
            "/* USING QUERY:X 1",
            "/USING",
            "/ /\nUSING",
            "/*/ USING QUERY:X 1",
        ] {
            assert!(!begins_with_hints(text), "{text}");
        }
    }

    #[test]
    fn the_hint_goes_before_the_text() {
        let text = "// all\nMATCH (n) RETURN n";
        assert_eq!(with_timeout(text, None), text);
        assert_eq!(
            with_timeout(text, Some(Duration::from_micros(1_999))),
            "USING QUERY:TIMEOUTMILLISECONDS 1 // all\nMATCH (n) RETURN n"
        );
        let own = "USING QUERY:PLANCACHE \"enabled\" MATCH (n) RETURN n";
        assert_eq!(with_timeout(own, Some(Duration::from_secs(1))), own);
    }
}
