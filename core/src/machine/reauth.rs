//! Authentication errors that another signature can fix: a wrong clock, expired credentials. The service
//! sends them as HTTP 403, before it executes anything.

use std::time::SystemTime;

use http::header::DATE;

use crate::{error::ServiceError, timestamp};

/// What to change before signing again after an authentication error: first the time, then the credentials.
#[derive(Debug, Default)]
pub(super) struct Remedies {
    /// The server's time, if the response contains it.
    pub(super) server_time: Option<SystemTime>,
    /// Whether fresh credentials can help.
    pub(super) refresh_credentials: bool,
}

impl Remedies {
    pub(super) fn of(error: &ServiceError, headers: &http::HeaderMap) -> Remedies {
        let code = error.code().unwrap_or_default();
        if error.status.as_u16() != 403 && !code.starts_with("ExpiredToken") {
            return Remedies::default();
        }
        let text = error.message.as_str();
        let server_time = headers
            .get(DATE)
            .and_then(|date| date.to_str().ok())
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .or_else(|| server_time_in(text));
        // The temporary credentials have expired, or the server finds the signature too old although it was just
        // made. Fresh credentials can fix both.
        let refresh_credentials = code.starts_with("ExpiredToken")
            || contains(text, "security token included in the request is expired")
            || contains(text, "security token included in the request is invalid")
            || contains(text, "Signature expired");
        Remedies {
            server_time,
            refresh_credentials,
        }
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// `Signature expired: A is now earlier than B (C - 5 min.)`: C is the server's time.
fn server_time_in(text: &str) -> Option<SystemTime> {
    if !contains(text, "Signature expired") && !contains(text, "Signature not yet current") {
        return None;
    }
    let (_, inner) = text.rsplit_once('(')?;
    basic_time(inner.split([' ', ')']).next()?)
}

/// Parses `20150830T123600Z`, after rewriting it as RFC 3339.
fn basic_time(text: &str) -> Option<SystemTime> {
    let (date, time) = text.split_once('T').filter(|_| text.len() == 16)?;
    let (year, date) = date.split_at_checked(4)?;
    let (month, day) = date.split_at_checked(2)?;
    let (hour, time) = time.split_at_checked(2)?;
    let (minute, second) = time.split_at_checked(2)?;
    timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_servers_time_is_read_from_the_refusal() {
        let time = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        for text in [
            "Signature expired: 20150830T122600Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)",
            "Signature not yet current: 20150830T125600Z is still later than 20150830T124100Z (20150830T123600Z + 5 min.)",
        ] {
            assert_eq!(server_time_in(text), Some(time));
        }
        for text in [
            "Signature expired",
            "Signature expired: (",
            "Signature expired (20150830T1236é0Z",
            "Signature expired (20151330T123600Z - 5 min.)",
            "something else (20150830T123600Z - 5 min.)",
        ] {
            assert_eq!(server_time_in(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn times_are_read_as_they_are_written(seconds in 0..253_402_300_800_u64) {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            // Another writer of dates: `Sun, 06 Nov 1994 08:49:37 GMT`.
            let date = httpdate::fmt_http_date(time);
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let month = months.iter().position(|month| *month == &date[8..11]).unwrap() + 1;
            let text = format!(
                "{}{month:02}{}T{}{}{}Z",
                &date[12..16], &date[5..7], &date[17..19], &date[20..22], &date[23..25],
            );
            prop_assert_eq!(basic_time(&text), Some(time));
        }

        #[test]
        fn any_text_is_taken(text in any::<String>()) {
            basic_time(&text);
            server_time_in(&text);
        }
    }
}
