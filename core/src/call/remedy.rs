//! Refusals that another signature can cure: `neptune-wire.md` calls them IAM failures, and all of
//! them come as HTTP 403 before anything is executed.

use std::time::SystemTime;

use http::header::DATE;

use crate::ServiceError;

/// What a refusal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Sign again with the server's time, which is this.
    ServerTime(SystemTime),
    /// Sign again with fresh credentials.
    FreshCredentials,
}

/// What the refusal says about clocks and credentials: first the cure by the clock, if the answer
/// tells the server's time, then the cure by credentials, if it is about those.
pub(super) fn remedies(
    error: &ServiceError,
    headers: &http::HeaderMap,
) -> (Option<Remedy>, Option<Remedy>) {
    let code = error.code().unwrap_or_default();
    if error.status.as_u16() != 403 && !code.starts_with("ExpiredToken") {
        return (None, None);
    }
    let text = error.message.as_str();
    let time = headers
        .get(DATE)
        .and_then(|date| date.to_str().ok())
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .or_else(|| server_time_in(text));
    // Temporary credentials that have run out, and a signature that is old although it was just
    // made: fresh credentials cure both, and where they do not, nothing does.
    let stale = code.starts_with("ExpiredToken")
        || contains(text, "security token included in the request is expired")
        || contains(text, "security token included in the request is invalid")
        || contains(text, "Signature expired");
    (
        time.map(Remedy::ServerTime),
        stale.then_some(Remedy::FreshCredentials),
    )
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

/// `20150830T123600Z`, by way of the form that has a parser.
fn basic_time(text: &str) -> Option<SystemTime> {
    if text.len() != 16 || !text.ends_with('Z') || text.get(8..9) != Some("T") {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        text.get(range)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = number(4..6)?.parse::<usize>().ok()?.checked_sub(1)?;
    let date = format!(
        "{} {} {:>2} {}:{}:{} {}",
        "Sun", // The day of the week is not checked.
        months.get(month)?,
        number(6..8)?.trim_start_matches('0'),
        number(9..11)?,
        number(11..13)?,
        number(13..15)?,
        number(0..4)?,
    );
    httpdate::parse_http_date(&date).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

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
}
