//! Values that GraphSON writes as text with a type, such as `gx:Duration`.

use std::{
    net::IpAddr,
    time::{Duration, SystemTime},
};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::types::Timestamp;

/// The name of a type without its namespace: `gx:` in GraphSON 2 and 3, `g:` in later versions.
pub(super) fn base_name(type_name: &str) -> Option<&str> {
    let name = type_name.strip_prefix("gx:");
    name.or_else(|| type_name.strip_prefix("g:"))
}

/// A point in time, as Java writes it: the seconds can be missing, and a zone can follow the offset.
pub(super) fn system_time(type_name: &str, text: &str) -> Option<SystemTime> {
    let names = ["Instant", "OffsetDateTime", "ZonedDateTime", "DateTime"];
    if !names.contains(&base_name(type_name)?) {
        return None;
    }
    let time = text.split('[').next()?;
    Timestamp::from(time).system_time()
}

/// An ISO 8601 duration as Java writes it: hours, minutes and seconds.
pub(super) fn duration(type_name: &str, text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix("PT")?;
    if base_name(type_name)? != "Duration" || rest.is_empty() {
        return None;
    }
    let mut duration = Duration::ZERO;
    for (unit, seconds) in [('H', 3600), ('M', 60), ('S', 1)] {
        let Some((number, after)) = rest.split_once(unit) else {
            continue;
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_decimal = whole
            .bytes()
            .chain(fraction.bytes())
            .all(|byte| byte.is_ascii_digit());
        if !is_decimal || fraction.len() > 9 || (unit != 'S' && number.contains('.')) {
            return None;
        }
        let seconds = whole.parse::<u64>().ok()?.checked_mul(seconds)?;
        let nanoseconds = format!("{fraction:0<9}").parse().ok()?;
        duration = duration.checked_add(Duration::new(seconds, nanoseconds))?;
        rest = after;
    }
    rest.is_empty().then_some(duration)
}

pub(super) fn character(type_name: &str, text: &str) -> Option<char> {
    if base_name(type_name)? != "Char" {
        return None;
    }
    let mut characters = text.chars();
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

pub(super) fn bytes(type_name: &str, text: &str) -> Option<Vec<u8>> {
    let is_bytes = matches!(base_name(type_name)?, "ByteBuffer" | "Binary");
    is_bytes
        .then(|| BASE64_STANDARD.decode(text).ok())
        .flatten()
}

/// The address, without a host name or scope.
pub(super) fn ip_addr(type_name: &str, text: &str) -> Option<IpAddr> {
    let is_address = base_name(type_name)? == "InetAddress";
    is_address.then(|| text.parse().ok()).flatten()
}
