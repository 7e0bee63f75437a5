//! The hosts that are reached without the proxy: `NO_PROXY`.

use std::net::{IpAddr, SocketAddr};

use crate::endpoint::Endpoint;

/// A list of exempt hosts, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NoProxy(Vec<String>);

impl NoProxy {
    /// Entries are separated by commas or blanks.
    pub(super) fn parse(list: &str) -> NoProxy {
        let entries = list.split(|c: char| c == ',' || c.is_ascii_whitespace());
        let entries = entries.filter(|entry| !entry.is_empty());
        NoProxy(entries.map(str::to_ascii_lowercase).collect())
    }

    /// Whether the list exempts the endpoint.
    pub(super) fn covers(&self, endpoint: &Endpoint) -> bool {
        let host = without_dot(endpoint.host());
        let port = endpoint.port();
        self.0.iter().any(|entry| match host.parse() {
            _ if entry == "*" => true,
            Ok(ip) => covers_address(entry, ip, port),
            Err(_) => covers_name(entry, host, port),
        })
    }
}

fn covers_address(entry: &str, ip: IpAddr, port: u16) -> bool {
    if let Some((network, length)) = entry.split_once('/') {
        return in_network(ip, network, length);
    }
    match entry.parse::<SocketAddr>() {
        Ok(address) => address.ip() == ip && address.port() == port,
        Err(_) => parse_address(entry) == Some(ip),
    }
}

fn covers_name(entry: &str, host: &str, port: u16) -> bool {
    let name = match entry.rsplit_once(':') {
        Some((name, entry_port)) if entry_port.parse() == Ok(port) => name,
        Some(_) => return false,
        None => entry,
    };
    let name = name.strip_prefix("*.").unwrap_or(name);
    let name = without_dot(name.trim_start_matches('.'));
    !name.is_empty()
        && host
            .strip_suffix(name)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Without the dot at the end of an absolute name.
fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// An address. IPv6 may be in brackets.
fn parse_address(text: &str) -> Option<IpAddr> {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match inner {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

fn in_network(ip: IpAddr, network: &str, length: &str) -> bool {
    let (Some(network), Ok(length)) = (parse_address(network), length.parse::<u32>()) else {
        return false;
    };
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) if length <= 32 => {
            let shift = 32_u32.saturating_sub(length);
            ip.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) if length <= 128 => {
            let shift = 128_u32.saturating_sub(length);
            ip.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "https://db.example.com:8182";
    const V4: &str = "https://10.1.2.3:8182";
    const V6: &str = "https://[fd00::1]:8182";

    const CURL: u8 = 1;
    const URLLIB: u8 = 2;
    const REQUESTS: u8 = 4;
    const PYTHON: u8 = URLLIB | REQUESTS;
    const ALL: u8 = CURL | PYTHON;

    const YES: bool = true;
    const NO: bool = false;

    const DOTS: &str = "the dot of an absolute name does not matter";
    const STAR: &str = "the usual way to write subdomains, which Go also reads";
    const ONE_STAR: &str = "the entry has no other meaning, and Go also reads it";
    const BLANKS: &str = "names contain no blanks";
    const PORT: &str = "an entry with a port is for this port";
    const NOT_NAME: &str = "an address is not a name with subdomains";
    const NETWORK: &str = "a network of this length";
    const NO_NETWORK: &str = "not a network";
    const SPELLING: &str = "IPv6 addresses have several spellings";

    /// The list, the URL, who connects directly, what this crate does, and why it differs from one of them. Tried
    /// with curl 7.88 (`--noproxy`; IPv6 networks by the manual of curl 8), urllib of Python 3.11
    /// (`proxy_bypass_environment`, which botocore uses) and requests 2.34 (`should_bypass_proxies`).
    #[rustfmt::skip]
    const TABLE: &[(&str, &str, u8, bool, &str)] = &[
        // Names.
        ("example.com", NAME, ALL, YES, ""),
        ("db.example.com", NAME, ALL, YES, ""),
        ("DB.Example.COM", NAME, ALL, YES, ""),
        (".example.com", NAME, ALL, YES, ""),
        (".db.example.com", NAME, ALL, YES, ""),
        ("..example.com", NAME, PYTHON, YES, "leading dots do not matter"),
        ("com", NAME, ALL, YES, ""),
        ("b.example.com", NAME, 0, NO, ""),
        ("ample.com", NAME, 0, NO, ""),
        (".", NAME, 0, NO, ""),
        ("example.com.", NAME, CURL, YES, DOTS),
        ("example.com", "https://db.example.com.:8182", CURL, YES, DOTS),
        ("https://db.example.com:8182", NAME, 0, NO, ""),
        ("0.0.0.0/8", NAME, 0, NO, ""),
        // Stars.
        ("*", NAME, ALL, YES, ""),
        ("*", V4, ALL, YES, ""),
        ("*", V6, ALL, YES, ""),
        ("*.example.com", NAME, 0, YES, STAR),
        ("*example.com", NAME, 0, NO, ""),
        ("db.*.com", NAME, 0, NO, ""),
        ("a.test,*", NAME, 0, YES, ONE_STAR),
        (" * ", V4, 0, YES, ONE_STAR),
        ("10.*", V4, 0, NO, ""),
        // Lists.
        ("a.test,example.com", NAME, ALL, YES, ""),
        ("a.test, example.com", NAME, ALL, YES, ""),
        ("a.test example.com", NAME, CURL, YES, BLANKS),
        ("a.test\texample.com", NAME, CURL, YES, BLANKS),
        ("a.test;example.com", NAME, 0, NO, ""),
        (" , ,", NAME, 0, NO, ""),
        ("", NAME, 0, NO, ""),
        // Names with ports.
        ("db.example.com:8182", NAME, PYTHON, YES, PORT),
        (".example.com:8182", NAME, PYTHON, YES, PORT),
        ("db.example.com:443", "https://db.example.com", 0, YES, PORT),
        ("db.example.com:443", NAME, 0, NO, ""),
        ("db.example.com:*", NAME, 0, NO, ""),
        // IPv4.
        ("10.1.2.3", V4, ALL, YES, ""),
        ("10.1.2.3:8182", V4, URLLIB, YES, PORT),
        ("10.1.2.3:443", V4, 0, NO, ""),
        ("010.001.002.003", V4, 0, NO, ""),
        ("[10.1.2.3]", V4, 0, NO, ""),
        ("::ffff:10.1.2.3", V4, 0, NO, ""),
        ("10.", V4, 0, NO, ""),
        ("2.3", V4, PYTHON, NO, NOT_NAME),
        (".2.3", V4, PYTHON, NO, NOT_NAME),
        // IPv4 networks.
        ("10.0.0.0/8", V4, CURL | REQUESTS, YES, NETWORK),
        ("10.9.9.9/8", V4, CURL | REQUESTS, YES, NETWORK),
        ("10.1.2.3/32", V4, CURL | REQUESTS, YES, NETWORK),
        ("10.1.3.0/24", V4, 0, NO, ""),
        ("0.0.0.0/0", V4, 0, YES, NETWORK),
        ("10.1.2.3/33", V4, 0, NO, ""),
        ("10.1.2.3/", V4, CURL, NO, NO_NETWORK),
        ("10.1.2.3/x", V4, CURL, NO, NO_NETWORK),
        ("10.0.0.0/8:8182", V4, CURL, NO, NO_NETWORK),
        ("10.0.0.0/255.0.0.0", V4, 0, NO, ""),
        ("10/8", V4, 0, NO, ""),
        ("10.0.0.0/8", V6, 0, NO, ""),
        // IPv6.
        ("fd00::1", V6, CURL | REQUESTS, YES, SPELLING),
        ("FD00::1", V6, CURL | REQUESTS, YES, SPELLING),
        ("[fd00::1]", V6, URLLIB, YES, SPELLING),
        ("fd00:0:0::1", V6, 0, YES, SPELLING),
        ("[fd00:0:0::1]", V6, 0, YES, SPELLING),
        ("[fd00::1]:8182", V6, URLLIB, YES, PORT),
        ("[fd00::1]:443", V6, 0, NO, ""),
        ("fd00::1:8182", V6, REQUESTS, NO, "another address"),
        ("::1", V6, 0, NO, ""),
        ("0:1", V6, 0, NO, ""),
        // IPv6 networks.
        ("fd00::/8", V6, CURL, YES, NETWORK),
        ("[fd00::]/8", V6, 0, YES, SPELLING),
        ("[fd00::/8]", V6, 0, NO, ""),
        ("fd00::1/128", V6, CURL, YES, NETWORK),
        ("::/0", V6, 0, YES, NETWORK),
        ("fe00::/8", V6, 0, NO, ""),
        ("fd00::/129", V6, 0, NO, ""),
        ("fd00::/8", V4, 0, NO, ""),
    ];

    #[test]
    fn exempt_hosts_as_in_curl_and_python() {
        for &(list, url, others, expected, reason) in TABLE {
            let endpoint = Endpoint::parse(url).unwrap();
            let covered = NoProxy::parse(list).covers(&endpoint);
            assert_eq!(covered, expected, "{list:?} {url}");
            let alike = others == if expected { ALL } else { 0 };
            assert_eq!(alike, reason.is_empty(), "{list:?} {url}: the reason");
        }
    }
}
