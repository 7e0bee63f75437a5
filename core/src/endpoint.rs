//! Where the cluster is: parsed once, so that nothing about it can fail later.

mod region;

use std::{fmt, net::Ipv6Addr, str::FromStr};

use http::HeaderValue;

pub use region::is_valid_region;

/// The port Neptune listens on unless the cluster says otherwise.
const NEPTUNE_PORT: u16 = 8182;

/// Longer endpoints are mistakes.
const MAX_LENGTH: usize = 2048;

/// The address of a cluster: scheme, host, port, an optional path before the operations' own, and
/// the region that requests are signed for.
///
/// ```
/// use neptunedata::Endpoint;
///
/// // A bare Neptune host name means https and port 8182, and tells the region.
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// assert_eq!(endpoint.url(), "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182");
/// assert_eq!(endpoint.region(), Some("eu-west-1"));
///
/// // Anything else is taken as written, and needs a region if requests are signed.
/// let endpoint = Endpoint::parse("http://localhost:8182/base/")?.with_region("us-east-1")?;
/// assert_eq!(endpoint.url(), "http://localhost:8182/base");
/// # Ok::<(), neptunedata::endpoint::EndpointError>(())
/// ```
///
/// Kinds of endpoints:
/// <https://docs.aws.amazon.com/neptune/latest/userguide/feature-overview-endpoints.html>.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Scheme, authority and path, without a trailing slash.
    url: String,
    /// Host without brackets, in lower case.
    host: String,
    host_header: HeaderValue,
    port: u16,
    secure: bool,
    region: Option<String>,
}

/// Text that is no [`Endpoint`], or no region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Only `https://` and `http://` lead to Neptune.
    #[error("the endpoint needs https:// or http:// in front, unless it is a Neptune host name")]
    Scheme,
    /// There is no host, or it is neither a host name nor an IP address.
    #[error("the endpoint's host {0:?} is neither a host name nor an IP address")]
    Host(String),
    /// The port is no number from 1 to 65535.
    #[error("the endpoint's port {0:?} is not a number from 1 to 65535")]
    Port(String),
    /// The path holds characters that a path cannot hold, or `.` or `..` as a segment, or `//`.
    #[error("the endpoint's path {0:?} is not one that can be signed and sent as it is")]
    Path(String),
    /// User names and passwords do not belong into the endpoint.
    #[error("the endpoint must not hold user name or password")]
    UserInfo,
    /// Operations bring their own query.
    #[error("the endpoint must not have a query")]
    Query,
    /// Fragments are never sent.
    #[error("the endpoint must not have a fragment")]
    Fragment,
    /// A region is 1 to 63 letters, digits and hyphens, with no hyphen at either end and not digits
    /// alone.
    #[error("{0:?} is not a region name")]
    Region(String),
    /// The URL is longer than 2,048 bytes.
    #[error("the endpoint is longer than 2048 bytes")]
    TooLong,
}

impl Endpoint {
    /// Parses `https://host[:port][/path]`, `http://…`, or a bare Neptune host name with or without
    /// port.
    ///
    /// With a scheme and no port the port is the scheme's own, 443 or 80, as in every URL; clusters
    /// listen on 8182 unless set up otherwise. Host names are put in lower case. A port that is the scheme's own is left out of the URL and
    /// the `host` header, as signing demands.
    ///
    /// # Errors
    ///
    /// When the text is no such URL; see [`EndpointError`].
    pub fn parse(text: &str) -> Result<Endpoint, EndpointError> {
        if text.len() > MAX_LENGTH {
            return Err(EndpointError::TooLong);
        }
        if text.contains('#') {
            return Err(EndpointError::Fragment);
        }
        if text.contains('?') {
            return Err(EndpointError::Query);
        }
        let (secure, rest, bare) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest, false),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest, false),
            Some(_) => return Err(EndpointError::Scheme),
            None => (true, text, true),
        };
        // Before anything is cut, so that no part of a password is ever shown.
        if rest.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at_checked(slash).unwrap_or((rest, "")),
            None => (rest, ""),
        };
        let name = authority.split(':').next().unwrap_or(authority);
        if bare && region_of(&name.to_ascii_lowercase()).is_none() {
            return Err(EndpointError::Scheme);
        }
        let (host, port) = split_port(authority)?;
        let (host, bracketed) = check_host(host)?;
        let region = region_of(&host).map(str::to_owned);
        let scheme_port = if secure { 443 } else { 80 };
        let port = port.unwrap_or(if bare { NEPTUNE_PORT } else { scheme_port });
        let path = check_path(path)?;

        let mut header = bracketed;
        if port != scheme_port {
            header.push_str(&format!(":{port}"));
        }
        let url = format!("{}://{header}{path}", if secure { "https" } else { "http" });
        // With the port that a bare name gets, so that the URL is an endpoint again.
        if url.len() > MAX_LENGTH {
            return Err(EndpointError::TooLong);
        }
        let host_header =
            HeaderValue::try_from(header).map_err(|_| EndpointError::Host(host.clone()))?;
        Ok(Endpoint {
            url,
            host,
            host_header,
            port,
            secure,
            region,
        })
    }

    /// Sets the region to sign for, in place of the one that the host name tells. `fips-eu-west-1`
    /// and `eu-west-1-fips` stand for `eu-west-1`.
    ///
    /// # Errors
    ///
    /// When it is no region name.
    pub fn with_region(mut self, region: &str) -> Result<Endpoint, EndpointError> {
        let bare = region.strip_prefix("fips-").unwrap_or(region);
        let bare = bare.strip_suffix("-fips").unwrap_or(bare);
        if !is_valid_region(bare) {
            return Err(EndpointError::Region(region.to_owned()));
        }
        self.region = Some(bare.to_owned());
        Ok(self)
    }

    /// The URL that operations' paths are appended to; it does not end with a slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The host in lower case; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether requests travel over TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The region to sign for, if the host name tells it or it was set.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The value of the `host` header: with the port, unless it is the scheme's own.
    pub fn host_header(&self) -> &HeaderValue {
        &self.host_header
    }

    /// Whether the name is one of this machine: `localhost`, a name below it, `127.0.0.0/8` or
    /// `::1`. Judged by the name alone, whatever it resolves to.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.strip_suffix('.').unwrap_or(&self.host);
        let ip = host.parse::<std::net::IpAddr>();
        host == "localhost"
            || host.ends_with(".localhost")
            || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Endpoint::parse(text)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &self.url)
            .field("region", &self.region)
            .finish()
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), EndpointError> {
    let (host, port) = match authority.rfind(']') {
        Some(bracket) => {
            let (host, rest) = authority
                .split_at_checked(bracket.saturating_add(1))
                .unwrap_or((authority, ""));
            match rest.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if rest.is_empty() => (host, None),
                None => return Err(EndpointError::Host(authority.to_owned())),
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let Some(port) = port else {
        return Ok((host, None));
    };
    match port.parse::<u16>() {
        Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok((host, Some(number)))
        }
        _ => Err(EndpointError::Port(port.to_owned())),
    }
}

/// The host in lower case, as such and as it stands in an authority.
fn check_host(host: &str) -> Result<(String, String), EndpointError> {
    let wrong = || EndpointError::Host(host.to_owned());
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        address.parse::<Ipv6Addr>().map_err(|_| wrong())?;
        let address = address.to_ascii_lowercase();
        let bracketed = format!("[{address}]");
        return Ok((address, bracketed));
    }
    // A trailing dot makes a name absolute; the rest must be labels.
    let name = host.strip_suffix('.').unwrap_or(host);
    let labels_fit = name.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    });
    // Names of digits only are IPv4 addresses, and so must be right ones.
    let numeric = name
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !labels_fit || host.len() > 253 || (numeric && name.parse::<std::net::Ipv4Addr>().is_err()) {
        return Err(wrong());
    }
    let host = host.to_ascii_lowercase();
    Ok((host.clone(), host))
}

fn check_path(path: &str) -> Result<&str, EndpointError> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let fits =
        path.split('/').skip(1).all(|segment| !is_dots(segment)) && is_path_text(path.as_bytes());
    if fits {
        Ok(path)
    } else {
        Err(EndpointError::Path(path.to_owned()))
    }
}

/// Whether a segment is empty or, once decoded, `.` or `..`.
fn is_dots(segment: &str) -> bool {
    matches!(
        segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "" | "." | ".."
    )
}

/// Whether these are characters of a URI path, with whole percent sequences.
fn is_path_text(mut text: &[u8]) -> bool {
    loop {
        text = match text {
            [] => return true,
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest
            }
            [byte, rest @ ..]
                if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte) =>
            {
                rest
            }
            _ => return false,
        };
    }
}

/// The region in a Neptune host name: the label before `neptune`.
fn region_of(host: &str) -> Option<&str> {
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
    is_valid_region(region).then_some(region)
}
