//! The parts of an endpoint: host, port, path, and the region in a host name.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::EndpointError;

/// Host and port of an authority.
pub(super) fn split_port(authority: &str) -> Result<(&str, Option<u16>), EndpointError> {
    let (host, port) = match authority.rfind(']') {
        Some(bracket) => {
            let (host, rest) = authority
                .split_at_checked(bracket.saturating_add(1))
                .unwrap_or((authority, ""));
            match rest.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if rest.is_empty() => (host, None),
                None => {
                    return Err(EndpointError::host(
                        authority,
                        "has characters between ']' and the port; write [address]:port",
                    ));
                }
            }
        }
        // An IPv6 address without brackets has several colons, and the last one does not start a port.
        None if authority.parse::<Ipv6Addr>().is_ok() => {
            return Err(EndpointError::host(
                authority,
                format!("is an IPv6 address without brackets; write [{authority}]"),
            ));
        }
        None if authority.starts_with('[') => {
            return Err(EndpointError::host(authority, "has no closing ']'"));
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    match port {
        Some(port) => Ok((host, Some(check_port(port)?))),
        None => Ok((host, None)),
    }
}

fn check_port(port: &str) -> Result<u16, EndpointError> {
    match port.parse::<u16>() {
        Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(EndpointError::port(port)),
    }
}

/// The host in lower case, without and with the brackets of an IPv6 address.
pub(super) fn check_host(host: &str) -> Result<(String, String), EndpointError> {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        if address.parse::<Ipv6Addr>().is_err() {
            return Err(EndpointError::host(host, "is not an IPv6 address"));
        }
        let address = address.to_ascii_lowercase();
        let bracketed = format!("[{address}]");
        return Ok((address, bracketed));
    }
    // A trailing dot makes a name absolute; the rest must be labels.
    let name = host.strip_suffix('.').unwrap_or(host);
    // A name of digits and dots only must be a valid IPv4 address.
    let is_numeric = name
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let wrong = if name.is_empty() {
        "is empty; write https://host:port".to_owned()
    } else if host.len() > 253 {
        "is longer than 253 characters".to_owned()
    } else if let Some(wrong) = name.chars().find(|found| !is_in_host(*found)) {
        format!("has the character {wrong:?}; a host name has letters, digits, '-', '_' and '.'")
    } else if let Some(wrong) = name.split('.').find_map(wrong_label) {
        wrong
    } else if is_numeric && name.parse::<Ipv4Addr>().is_err() {
        "is not an IPv4 address".to_owned()
    } else {
        let host = host.to_ascii_lowercase();
        return Ok((host.clone(), host));
    };
    Err(EndpointError::host(host, wrong))
}

fn is_in_host(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// What is wrong with one label of a host name.
fn wrong_label(label: &str) -> Option<String> {
    if label.is_empty() {
        Some("has an empty label; remove the extra '.'".to_owned())
    } else if label.len() > 63 {
        Some("has a label of more than 63 characters".to_owned())
    } else if label.starts_with('-') || label.ends_with('-') {
        Some(format!(
            "has the label {label:?}, which starts or ends with '-'"
        ))
    } else {
        None
    }
}

/// The path without a trailing slash.
pub(super) fn check_path(path: &str) -> Result<&str, EndpointError> {
    let path = path.strip_suffix('/').unwrap_or(path);
    // Proxies and clients rewrite such segments, and the signature would not match.
    for segment in path.split('/').skip(1) {
        if segment.is_empty() {
            return Err(EndpointError::path(path, "has an empty segment ('//')"));
        }
        if is_dots(segment) {
            return Err(EndpointError::path(
                path,
                format!("has the segment {segment:?}; write the path without it"),
            ));
        }
    }
    match first_not_of_path(path) {
        None => Ok(path),
        Some('%') => Err(EndpointError::path(
            path,
            "has a '%' without two hexadecimal digits; write a literal '%' as %25",
        )),
        Some(wrong) => Err(EndpointError::path(
            path,
            format!("has the character {wrong:?}; percent-encode it"),
        )),
    }
}

/// Whether a segment is, once decoded, `.` or `..`.
fn is_dots(segment: &str) -> bool {
    matches!(
        segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "." | ".."
    )
}

/// The first character that is invalid in a URI path, or a `%` without two hexadecimal digits.
fn first_not_of_path(path: &str) -> Option<char> {
    let mut rest = path;
    while let Some(character) = rest.chars().next() {
        let length = match (character, rest.as_bytes()) {
            ('%', [_, high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => 3,
            (other, _) if other.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(other) => {
                1
            }
            _ => return Some(character),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    None
}

/// The region in a Neptune host name: the label before `neptune`.
pub(super) fn region_of(host: &str) -> Option<&str> {
    const SUFFIXES: [&str; 7] = [
        ".neptune.amazonaws.com",
        ".neptune.amazonaws.com.cn",
        ".neptune.amazonaws.eu",
        ".neptune.c2s.ic.gov",
        ".neptune.sc2s.sgov.gov",
        ".neptune.cloud.adc-e.uk",
        ".neptune.csp.hci.ic.gov",
    ];
    let host = host.strip_suffix('.').unwrap_or(host);
    let before = SUFFIXES
        .iter()
        .find_map(|suffix| host.strip_suffix(suffix))?;
    let (_, region) = before.rsplit_once('.')?;
    super::is_valid_region(region).then_some(region)
}
