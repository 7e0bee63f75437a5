//! The checks of keys, the same for every source.

use crate::{credentials::Credentials, error::CredentialsError, timestamp};

/// The name of a value in its source, and the value.
pub(super) type Named<'a> = (&'a str, Option<&'a str>);

/// Credentials from an id, a secret and a token; `None` if neither id nor secret is set. Values of white
/// space count as unset.
///
/// `place` completes "in …" in error texts, such as "the environment".
pub(super) fn credentials(
    place: &str,
    id: Named<'_>,
    secret: Named<'_>,
    token: Named<'_>,
) -> Result<Option<Credentials>, CredentialsError> {
    let checked = |(name, value): Named<'_>| match value.filter(|value| !value.trim().is_empty()) {
        Some(value) => match fault(value) {
            Some(fault) => Err(CredentialsError::new(format!("in {place}, {name} {fault}"))),
            None => Ok(Some(value.to_owned())),
        },
        None => Ok(None),
    };
    let half = |set, missing| {
        let reason = format!("in {place}, {set} is set but {missing} is not");
        Err(CredentialsError::new(reason))
    };
    let credentials = match (checked(id)?, checked(secret)?) {
        (Some(id), Some(secret)) => Credentials::new(id, secret),
        (Some(_), None) => return half(id.0, secret.0),
        (None, Some(_)) => return half(secret.0, id.0),
        (None, None) => return Ok(None),
    };
    Ok(Some(match checked(token)? {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }))
}

/// Sets the time when the credentials expire, unless the value is missing or empty.
pub(super) fn with_expiration(
    place: &str,
    credentials: Credentials,
    (name, value): Named<'_>,
) -> Result<Credentials, CredentialsError> {
    match value.map(str::trim) {
        None | Some("") => Ok(credentials),
        Some(time) => match timestamp::parse(time) {
            Some(expiry) => Ok(credentials.with_expiry(expiry)),
            None => Err(CredentialsError::new(format!(
                "in {place}, {name} is not a time such as 2025-01-31T12:34:56Z"
            ))),
        },
    }
}

/// What is wrong with a key that cannot sign.
fn fault(value: &str) -> Option<&'static str> {
    if value.contains(char::is_whitespace) {
        Some("contains white space, perhaps a pasted line break")
    } else if value.starts_with(['"', '\'']) || value.ends_with(['"', '\'']) {
        Some("is in quotes: remove them")
    } else if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("contains a character that is not visible ASCII")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(id: &str, secret: &str, token: &str) -> String {
        let (id, secret, token) = (
            ("ID", Some(id)),
            ("SECRET", Some(secret)),
            ("TOKEN", Some(token)),
        );
        match credentials("a test", id, secret, token) {
            Ok(Some(credentials)) => format!("{credentials:?}"),
            Ok(None) => "none".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn incomplete_and_invalid_keys_are_named_and_not_shown() {
        const BLANK: &str = "contains white space, perhaps a pasted line break";
        const QUOTES: &str = "is in quotes: remove them";
        const OTHER: &str = "contains a character that is not visible ASCII";
        let cases = [
            ("AKID", "", "", "ID is set but SECRET is not"),
            ("AKID", " \t", "", "ID is set but SECRET is not"),
            ("AKID", "\r\n", "c4n4ry", "ID is set but SECRET is not"),
            ("", "c4n4ry", "", "SECRET is set but ID is not"),
            ("AKID\n", "c4n4ry", "", &format!("ID {BLANK}")),
            ("AKID", "c4n4ry\r\n", "", &format!("SECRET {BLANK}")),
            ("AKID", "c4n4ry c4n4ry", "", &format!("SECRET {BLANK}")),
            ("AKID", "c4n4ry\u{a0}", "", &format!("SECRET {BLANK}")),
            ("AKID", "c4n4ry", "c4n4ry\n", &format!("TOKEN {BLANK}")),
            ("\"AKID\"", "c4n4ry", "", &format!("ID {QUOTES}")),
            ("AKID", "'c4n4ry'", "", &format!("SECRET {QUOTES}")),
            ("AKID", "c4n4ry\u{200b}", "", &format!("SECRET {OTHER}")),
            ("AKID", "c4n4ry", "c4n4ry\u{7f}", &format!("TOKEN {OTHER}")),
        ];
        for (id, secret, token, expected) in cases {
            let expected = format!("no usable credentials: in a test, {expected}");
            assert_eq!(
                text(id, secret, token),
                expected,
                "{id:?} {secret:?} {token:?}"
            );
        }
        assert_eq!(
            text(" ", "", "c4n4ry"),
            "none",
            "a token alone is not a key"
        );
        let whole = text("AKID", "c4n4ry", "");
        assert!(whole.contains("AKID") && whole.contains("session_token: absent"));
        assert!(text("AKID", "c4n4ry", "c4n4ry").contains("session_token: present"));
    }
}
