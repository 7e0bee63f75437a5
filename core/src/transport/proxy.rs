//! The HTTP proxy of a client: parsed here, used by the transports.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderValue, StatusCode};

use super::no_proxy::NoProxy;
use crate::{
    endpoint::{Endpoint, host_and_port},
    error::{Sent, TransportError, TransportErrorKind},
};

/// An HTTP proxy.
///
/// A proxy with an `https` URL is connected to over TLS, which trusts the client's
/// [root certificates](crate::transport::ClientOptions::root_certificates).
///
/// Connections to `https` endpoints are tunnels (method `CONNECT`) with TLS inside. Requests to `http` endpoints are
/// sent to the proxy, with the whole URL in the request line; but with
/// [`connect_to`](crate::transport::ClientOptions::connect_to), they are sent through a tunnel, because proxies would
/// replace the signed `host` header. User name and password are sent to the proxy only.
///
/// ```
/// use neptunedata::{Endpoint, transport::Proxy};
///
/// let proxy = Proxy::parse("http://user:secret@proxy.example.com:3128")?.no_proxy(".internal, 10.0.0.0/8");
/// assert_eq!(proxy.address(), "proxy.example.com:3128");
/// assert!(proxy.applies_to(&Endpoint::parse("https://db.example.com:8182").unwrap()));
/// assert!(!proxy.applies_to(&Endpoint::parse("https://db.internal:8182").unwrap()));
/// assert!(!proxy.applies_to(&Endpoint::parse("http://localhost:8182").unwrap()), "loopback never");
/// assert!(!format!("{proxy:?}").contains("secret"));
/// # Ok::<(), neptunedata::transport::ProxyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    secure: bool,
    host: String,
    port: u16,
    user: Option<(String, String)>,
    exceptions: NoProxy,
}

/// An invalid proxy URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The scheme is neither `http` nor `https`.
    #[error("invalid proxy URL: the scheme must be http or https")]
    Scheme,
    /// The host is missing or invalid, or the port is invalid.
    #[error("invalid proxy URL: invalid host or port")]
    Address,
    /// There is a path, query or fragment, other than a `/` at the end.
    #[error("invalid proxy URL: a path, query or fragment is not allowed")]
    Path,
}

impl Proxy {
    /// Parses `http://[user[:password]@]host[:port]`, with or without the scheme, and with or without a `/` at the end,
    /// or the same with `https`. The default port is 80, with `https` 443. User and password may be percent-encoded;
    /// the characters `/?#` in them must be.
    ///
    /// # Errors
    ///
    /// When the text is not such a URL.
    pub fn parse(url: &str) -> Result<Proxy, ProxyError> {
        let (scheme, rest) = url.trim().split_once("://").unwrap_or(("http", url.trim()));
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(&*scheme, "http" | "https") {
            return Err(ProxyError::Scheme);
        }
        let (authority, path) = match rest.find(['/', '?', '#']) {
            Some(end) => rest.split_at(end),
            None => (rest, ""),
        };
        // The character is part of a password. Without this check, an error could show a part of the
        // password as the host.
        if path.contains('@') {
            return Err(ProxyError::Address);
        }
        if !matches!(path, "" | "/") {
            return Err(ProxyError::Path);
        }
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        // Hosts and ports follow the same rules as in endpoints.
        let address =
            Endpoint::parse(&format!("{scheme}://{address}")).map_err(|_| ProxyError::Address)?;
        let user = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (percent_decode(name), percent_decode(password))
        });
        Ok(Proxy {
            secure: address.is_secure(),
            host: address.host().to_owned(),
            port: address.port(),
            user,
            exceptions: NoProxy::default(),
        })
    }

    /// Reads the proxy from environment variables, whose values `lookup` returns: `HTTPS_PROXY` or `https_proxy` for
    /// endpoints with TLS, `http_proxy` for other endpoints (`HTTP_PROXY` is ignored, because a web server may have set
    /// it from a request), and `ALL_PROXY` or `all_proxy` for an endpoint whose own variable is not set. An empty
    /// variable counts as not set. `NO_PROXY` or `no_proxy` lists the exempt hosts. `None` if no proxy is set, or if it
    /// does not [apply](Proxy::applies_to) to this endpoint.
    ///
    /// # Errors
    ///
    /// When the variable that applies to this endpoint is not a valid proxy URL.
    pub fn from_environment(
        endpoint: &Endpoint,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Proxy>, ProxyError> {
        Proxy::for_all_of(&[endpoint], lookup)
    }

    /// The same for several endpoints with one scheme; the proxy must apply to all of them.
    pub(crate) fn for_all_of(
        endpoints: &[&Endpoint],
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Proxy>, ProxyError> {
        let first = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| lookup(name).filter(|value| !value.trim().is_empty()))
        };
        let names: &[&str] = if endpoints.iter().any(|endpoint| endpoint.is_secure()) {
            &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        } else {
            &["http_proxy", "ALL_PROXY", "all_proxy"]
        };
        let Some(url) = first(names) else {
            return Ok(None);
        };
        let exceptions = NoProxy::parse(&first(&["NO_PROXY", "no_proxy"]).unwrap_or_default());
        // Checked before parsing: an invalid URL does not matter for an exempt endpoint.
        if !endpoints
            .iter()
            .all(|endpoint| applies(&exceptions, endpoint))
        {
            return Ok(None);
        }
        let proxy = Proxy::parse(&url)?;
        Ok(Some(Proxy {
            exceptions,
            ..proxy
        }))
    }

    /// Sets the exempt hosts, which are connected to directly: a list separated by commas or blanks. An entry is
    ///
    /// - a host name, which includes its subdomains, with or without `.` or `*.` in front;
    /// - an IP address; IPv6 with or without brackets;
    /// - one of these with a port, such as `db.example.com:8182` or `[fd00::1]:8182`, which exempts only this port;
    /// - a network, such as `10.0.0.0/8` or `fd00::/8`;
    /// - `*` for all hosts.
    ///
    /// Other entries are ignored.
    #[must_use]
    pub fn no_proxy(mut self, list: &str) -> Self {
        self.exceptions = NoProxy::parse(list);
        self
    }

    /// Whether connections to the endpoint use the proxy. Loopback endpoints never do.
    pub fn applies_to(&self, endpoint: &Endpoint) -> bool {
        applies(&self.exceptions, endpoint)
    }

    /// The host; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port to connect to, as `host:port`; an IPv6 address in brackets.
    pub fn address(&self) -> String {
        host_and_port(&self.host, self.port)
    }

    /// Whether the connection to the proxy uses TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The value of the `proxy-authorization` header, if there is a user name: basic authentication. It is a secret.
    pub fn authorization(&self) -> Option<HeaderValue> {
        let (name, password) = self.user()?;
        let credentials = BASE64_STANDARD.encode(format!("{name}:{password}"));
        let mut value = HeaderValue::try_from(format!("Basic {credentials}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// User name and password for basic authentication, if given. The password is a secret.
    pub fn user(&self) -> Option<(&str, &str)> {
        self.user
            .as_ref()
            .map(|(name, password)| (name.as_str(), password.as_str()))
    }
}

/// The error of a request or tunnel that the proxy refused with this status: nothing was sent to the server.
pub fn proxy_refused(status: StatusCode) -> TransportError {
    let error = TransportError::new(TransportErrorKind::Connect, Sent::No);
    let error = error.with_source(format!(
        "the proxy responded with status {}",
        status.as_str()
    ));
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        // The proxy requires a password, or another one.
        error.permanent()
    } else {
        error
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("secure", &self.secure)
            .field("address", &self.address())
            .field("user", &self.user.as_ref().map(|_| "present"))
            .field("exceptions", &self.exceptions)
            .finish()
    }
}

fn percent_decode(text: &str) -> String {
    // The form decoder turns a plus into a space. In user names a plus is literal.
    crate::wire::percent::decode_form(text.replace('+', "%2B").as_bytes())
}

fn applies(exceptions: &NoProxy, endpoint: &Endpoint) -> bool {
    !endpoint.is_loopback() && !exceptions.covers(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::parse(url).unwrap()
    }

    #[test]
    fn addresses_users_and_invalid_urls() {
        let proxy = Proxy::parse("http://us%40er:p%2Bw+d@[::1]:3128/").unwrap();
        assert_eq!(proxy.address(), "[::1]:3128");
        assert_eq!(proxy.user(), Some(("us@er", "p+w+d")));
        assert_eq!(
            Proxy::parse("proxy.example.com").unwrap().address(),
            "proxy.example.com:80"
        );
        let secure = Proxy::parse("HTTPS://proxy.example.com").unwrap();
        assert_eq!(secure.address(), "proxy.example.com:443");
        assert!(secure.is_secure() && !proxy.is_secure());
        assert_eq!(
            Proxy::parse("socks5://proxy.example.com"),
            Err(ProxyError::Scheme)
        );
        for path in ["/path", "//", "?query", "/?query", "#fragment"] {
            let url = format!("http://proxy:3128{path}");
            assert_eq!(Proxy::parse(&url), Err(ProxyError::Path), "{url}");
        }
        for wrong in [
            "",
            "http://",
            "http://a b",
            "http://proxy:99999",
            "http://:3128",
            "http://u:80#secret@h:1",
            "http://u:80/secret@h:1",
            "u:80?secret@h:1",
            "http://u:80#sec:ret@@h",
        ] {
            assert_eq!(Proxy::parse(wrong), Err(ProxyError::Address), "{wrong}");
        }
    }

    #[test]
    fn the_environment_is_read_by_scheme() {
        let with = |variables: &'static [(&str, &str)]| {
            move |name: &str| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).to_owned())
            }
        };
        let address = |url: &str, variables| {
            Proxy::from_environment(&endpoint(url), with(variables))
                .map(|proxy| proxy.map(|proxy| proxy.address()))
        };
        let both = &[("HTTPS_PROXY", "http://s:1"), ("http_proxy", "http://p:2")];
        assert_eq!(
            address("https://db.example.com", both),
            Ok(Some("s:1".into()))
        );
        assert_eq!(
            address("http://db.example.com", both),
            Ok(Some("p:2".into()))
        );
        assert_eq!(
            address("http://db.example.com", &[("HTTP_PROXY", "http://x:1")]),
            Ok(None)
        );
        assert_eq!(
            address("http://db.example.com", &[("ALL_PROXY", "a:3")]),
            Ok(Some("a:3".into()))
        );
        assert_eq!(
            address("https://db.example.com", &[("HTTPS_PROXY", " ")]),
            Ok(None)
        );
        assert_eq!(
            address("https://db.example.com", &[("HTTPS_PROXY", "ftp://x")]),
            Err(ProxyError::Scheme)
        );
        let except = &[("HTTPS_PROXY", "http://s:1"), ("NO_PROXY", "example.com")];
        assert_eq!(address("https://db.example.com", except), Ok(None));
        assert_eq!(
            address("https://db.example.org", except),
            Ok(Some("s:1".into()))
        );
        let kept = Proxy::from_environment(&endpoint("https://db.example.org"), with(except));
        assert!(
            !kept
                .unwrap()
                .unwrap()
                .applies_to(&endpoint("https://db.example.com"))
        );
        let broken = &[("HTTPS_PROXY", "ftp://x"), ("NO_PROXY", "example.com")];
        for excepted in ["https://localhost", "https://[::1]", "https://example.com"] {
            assert_eq!(address(excepted, broken), Ok(None));
        }
        assert_eq!(
            address("https://example.org", broken),
            Err(ProxyError::Scheme)
        );
    }
}
