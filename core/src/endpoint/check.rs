//! The parts of an endpoint: host, port, path, and the region in a host name.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::EndpointError;
use crate::catalog::OPERATIONS;

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
    } else if let Some(wrong) = wrong_character(name) {
        wrong
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

/// The reason that names the first character that is invalid in a host name. `None` if all are valid.
pub(super) fn wrong_character(name: &str) -> Option<String> {
    let is_in_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let wrong = name.chars().find(|found| !is_in_host(*found))?;
    Some(format!(
        "has the character {wrong:?}; a host name has letters, digits, '-', '_' and '.'"
    ))
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

/// The path without a trailing slash, and without the path of an operation at its end.
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
        None => match without_operation(path) {
            // The URL would be refused as a text in quotes.
            path if path.ends_with('\'') => Err(EndpointError::path(
                path,
                "ends with a quote; remove it, or write it as %27",
            )),
            path => Ok(path),
        },
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

/// The path without paths of operations at its end, which settings of other clients include.
fn without_operation(mut path: &str) -> &str {
    // SPARQL queries are not in the service model.
    const SPARQL: [&str; 2] = ["/sparql", "/sparql/gsp"];
    let cut = |path: &str, operation: &str| {
        let length = path.len().checked_sub(operation.len())?;
        let end = path.get(length..)?;
        end.eq_ignore_ascii_case(operation).then_some(length)
    };
    let operations = || OPERATIONS.iter().map(|operation| operation.path);
    while let Some(length) = operations().chain(SPARQL).find_map(|own| cut(path, own)) {
        path = path.get(..length).unwrap_or_default();
    }
    path
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

/// The DNS suffixes of the AWS partitions, of IPv4 and of dual-stack names.
const SUFFIXES: [&str; 14] = [
    ".amazonaws.com",
    ".api.aws",
    ".amazonaws.com.cn",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.eu",
    ".c2s.ic.gov",
    ".api.aws.ic.gov",
    ".sc2s.sgov.gov",
    ".api.aws.scloud",
    ".cloud.adc-e.uk",
    ".api.cloud-aws.adc-e.uk",
    ".csp.hci.ic.gov",
    ".api.aws.hci.ic.gov",
];

/// The labels of an AWS host name, without the suffix of its partition.
fn labels_of(host: &str) -> Option<&str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix))
}

/// The region in a Neptune host name: the label before `neptune`, or after it, as in China. In the name of a VPC
/// endpoint, the label before `vpce`.
pub(super) fn region_of(host: &str) -> Option<&str> {
    let mut labels = labels_of(host)?.rsplit('.');
    let (last, second) = (labels.next()?, labels.next()?);
    // The name of a cluster has more labels than region and service.
    labels.next()?;
    let is_service = |label: &str| {
        let label = label.strip_suffix("-fips").unwrap_or(label);
        matches!(label, "neptune" | "neptune-db")
    };
    let region = if is_service(last) || last == "vpce" {
        second
    } else if is_service(second) {
        last
    } else {
        return None;
    };
    let region = without_fips(region);
    // The label must look like a region: if the name has no region, the cluster's own label is in its place.
    let mut parts = region.rsplit('-');
    let is_numbered = parts
        .next()
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    (is_numbered && parts.count() >= 2 && super::is_valid_region(region)).then_some(region)
}

/// The region in a name such as `fips-us-east-1` or `us-east-1-fips`.
pub(super) fn without_fips(region: &str) -> &str {
    let region = region.strip_prefix("fips-").unwrap_or(region);
    region.strip_suffix("-fips").unwrap_or(region)
}

/// Refuses texts that people copy in place of a cluster's endpoint.
pub(super) fn check_service(text: &str) -> Result<(), EndpointError> {
    const QUOTES: [char; 7] = [
        '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}',
    ];
    const PAGES: [&str; 4] = [
        "console.aws.amazon.com",
        "console.amazonaws.cn",
        "console.amazonaws-us-gov.com",
        "sagemaker.aws",
    ];
    if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
        return Err(EndpointError::host(text, "is in quotes; remove them"));
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("arn:") {
        let reason = "is an ARN; write the endpoint of the cluster";
        return Err(EndpointError::host(text, reason));
    }
    let host = lower.split_once("://").map_or(&*lower, |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or(host);
    let has_label = |name: &str| {
        labels_of(host).is_some_and(|labels| labels.split('.').any(|label| label == name))
    };
    let reason = if has_label("neptune-graph") || has_label("neptune-graph-data") {
        "belongs to Neptune Analytics, which has another API; write the endpoint of a Neptune Database cluster"
    } else if has_label("rds") {
        "belongs to Amazon RDS, whose API also manages clusters; write the endpoint of the cluster"
    } else if PAGES.iter().any(|page| host.ends_with(page)) {
        "belongs to a web page; write the endpoint of the cluster"
    } else {
        return Ok(());
    };
    Err(EndpointError::host(host, reason))
}
