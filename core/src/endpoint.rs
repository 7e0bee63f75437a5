//! The address of a cluster, checked completely when it is parsed.

mod check;
mod error;
mod region;

use std::{fmt, str::FromStr};

use http::{HeaderValue, uri::Authority};

use self::check::{check_host, check_path, check_service, region_of, split_port, without_fips};

pub use error::{EndpointError, EndpointErrorKind};
pub use region::is_valid_region;

/// Neptune's default port.
const NEPTUNE_PORT: u16 = 8182;

/// The longest endpoint that is accepted, in bytes.
const MAX_LENGTH: usize = 2048;

/// The address of a cluster: scheme, host, port, an optional base path, and the region for which requests are signed.
///
/// ```
/// use neptunedata::Endpoint;
///
/// // A bare Neptune host name means https and port 8182, and contains the region.
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
/// Kinds of endpoints: <https://docs.aws.amazon.com/neptune/latest/userguide/feature-overview-endpoints.html>.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Scheme, authority and path, without a trailing slash.
    url: String,
    /// Host without brackets, in lower case.
    host: String,
    host_header: HeaderValue,
    /// As in the URL, so that a request's URI need not parse it again.
    authority: Authority,
    /// The path of the URL.
    base_path: String,
    port: u16,
    secure: bool,
    region: Option<String>,
}

impl Endpoint {
    /// Parses `https://host[:port][/path]`, `http://…`, or a bare Neptune host name with or without port. White space
    /// around the text is ignored.
    ///
    /// A bare host name means `https`, and port 8182 if it has no port. A URL without a port has the default port of
    /// its scheme, 443 or 80, although clusters listen on 8182 unless configured otherwise. Host names are converted to
    /// lower case. The default port of the scheme is omitted from the URL and the `host` header, as signing requires.
    /// If the path ends with the path of an operation, such as `/gremlin` or `/sparql/gsp`, this part is dropped,
    /// because each operation appends its own.
    ///
    /// The region is read from Neptune host names of all AWS partitions, and from names of VPC endpoints.
    ///
    /// # Errors
    ///
    /// When the text is neither such a URL nor a Neptune host name, when it is an ARN or in quotes, and when the host
    /// belongs to another AWS service. The error says which part is wrong and what to write instead.
    pub fn parse(text: &str) -> Result<Endpoint, EndpointError> {
        // Texts from files and variables often end with a line break.
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return Err(EndpointError::too_long(text.len()));
        }
        Endpoint::read(text).map_err(|error| error.with_text(text))
    }

    fn read(text: &str) -> Result<Endpoint, EndpointError> {
        check_service(text)?;
        if let Some((_, fragment)) = text.split_once('#') {
            return Err(EndpointError::fragment(fragment));
        }
        if let Some((_, query)) = text.split_once('?') {
            return Err(EndpointError::query(query));
        }
        let (secure, rest, bare) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest, false),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest, false),
            Some((scheme, _)) => return Err(EndpointError::scheme(scheme)),
            None => (true, text, true),
        };
        // Checked before the text is split, so that errors do not show part of a password.
        if rest.contains('@') {
            return Err(EndpointError::user_info());
        }
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at_checked(slash).unwrap_or((rest, "")),
            None => (rest, ""),
        };
        if let ("http:" | "https:", true) = (authority, path.starts_with("//")) {
            return Err(EndpointError::second_scheme(
                authority.trim_end_matches(':'),
            ));
        }
        let name = authority.split(':').next().unwrap_or(authority);
        if bare && region_of(&name.to_ascii_lowercase()).is_none() {
            return Err(EndpointError::no_scheme(text, name));
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
        // Checked again with the port that was added to a bare name, so that the URL can be parsed again.
        if url.len() > MAX_LENGTH {
            return Err(EndpointError::too_long(url.len()));
        }
        let invalid =
            || EndpointError::host(&host, "has a character that is invalid in a host name");
        let authority = Authority::try_from(header.as_str()).map_err(|_| invalid())?;
        let host_header = HeaderValue::try_from(header).map_err(|_| invalid())?;
        Ok(Endpoint {
            url,
            host,
            host_header,
            authority,
            base_path: path.to_owned(),
            port,
            secure,
            region,
        })
    }

    /// Sets the region to sign for, in place of the one in the host name. `fips-eu-west-1` and
    /// `eu-west-1-fips` mean `eu-west-1`.
    ///
    /// # Errors
    ///
    /// When it is not a region name: 1 to 63 letters, digits and hyphens, with no hyphen at either
    /// end and not digits alone.
    pub fn with_region(mut self, region: &str) -> Result<Endpoint, EndpointError> {
        let bare = without_fips(region);
        if !is_valid_region(bare) {
            return Err(EndpointError::region(region));
        }
        self.region = Some(bare.to_owned());
        Ok(self)
    }

    /// The URL that operations' paths are appended to; it does not end with a slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port as in the URL.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The path of the URL; empty, or without a trailing slash.
    pub(crate) fn base_path(&self) -> &str {
        &self.base_path
    }

    /// The length of the URL without its path.
    pub(crate) fn origin_len(&self) -> usize {
        self.url.len().saturating_sub(self.base_path.len())
    }

    /// The host in lower case; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as `host:port`, also the default port; an IPv6 address in brackets.
    pub fn address(&self) -> String {
        host_and_port(&self.host, self.port)
    }

    /// Whether requests are sent over TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The region to sign for, if the host name contains it or it was set.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The value of the `host` header, without the port if it is the default port of the scheme.
    pub fn host_header(&self) -> &HeaderValue {
        &self.host_header
    }

    /// Whether the host is a loopback name or address: `localhost`, a name below it, `127.0.0.0/8` or
    /// `::1`. Host names are not resolved.
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
/// Host and port as in a URL.
pub(crate) fn host_and_port(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}
