//! Where a client connects to, and whether it uses a proxy. Decided here, so that all transports behave the same.

use std::net::Ipv6Addr;

use crate::{
    endpoint::{Endpoint, EndpointError},
    transport::{ClientOptions, Proxy, ProxyError, tls_hint::Peer},
};

/// The route of a client's connections: [`ClientOptions::route`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The address to connect to: the endpoint, or [`connect_to`](ClientOptions::connect_to) in its place. In
    /// both cases the `host` header and the signature are those of the endpoint.
    pub to: Endpoint,
    /// The name for TLS: the endpoint's host, or [`tls_server_name`](ClientOptions::tls_server_name) in its place.
    /// Without brackets, and without a `.` at the end.
    pub tls_name: String,
    /// The proxy through which to connect; `None` for a direct connection.
    pub proxy: Option<Proxy>,
    /// Whether the proxy forwards the requests: they are sent to it with their whole URL in the request line. If false,
    /// a tunnel through the proxy is opened (`CONNECT`). Always false without a proxy.
    pub forwarded: bool,
}

/// Why the route of a client is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// [`connect_to`](ClientOptions::connect_to) is not `host:port`.
    #[error("invalid connect_to: {0}")]
    ConnectTo(EndpointError),
    /// [`connect_to`](ClientOptions::connect_to) is a URL.
    #[error(
        "invalid connect_to: write host:port without a scheme; the scheme of the endpoint decides whether TLS is used"
    )]
    ConnectToUrl,
    /// [`tls_server_name`](ClientOptions::tls_server_name) is neither a host name nor an IP address.
    #[error("invalid tls_server_name {0:?}: write a host name or an IP address, without a port")]
    TlsServerName(String),
    /// An environment variable is not a valid proxy URL.
    #[error(
        "environment variable HTTPS_PROXY, https_proxy, http_proxy, ALL_PROXY or all_proxy: {0}"
    )]
    Proxy(ProxyError),
}

impl Route {
    /// The other end of a connection without TLS, to which the requests are sent; `None` with TLS.
    pub fn plain_peer(&self) -> Option<Peer> {
        match &self.proxy {
            Some(proxy) if self.forwarded => (!proxy.is_secure()).then_some(Peer::Proxy),
            _ => (!self.to.is_secure()).then_some(Peer::Server),
        }
    }
}

impl ClientOptions {
    /// The route of connections to the endpoint, which transports must follow.
    ///
    /// [`connect_to`](ClientOptions::connect_to) replaces the endpoint's address. The proxy is the one in the
    /// [options](ClientOptions::proxy), else the one in the `environment`, as [`Proxy::from_environment`]
    /// reads it. No proxy is used if the endpoint or `connect_to` is a loopback address or
    /// [exempt](Proxy::no_proxy); the environment variable with the proxy's URL is then not checked.
    ///
    /// ```
    /// use neptunedata::{Endpoint, transport::ClientOptions};
    ///
    /// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
    /// let environment = |name: &str| match name {
    ///     "HTTPS_PROXY" => Some("http://proxy.example.com:3128".to_owned()),
    ///     "NO_PROXY" => Some(".internal".to_owned()),
    ///     _ => None,
    /// };
    ///
    /// let route = ClientOptions::new().route(&endpoint, environment)?;
    /// assert_eq!(route.proxy.unwrap().address(), "proxy.example.com:3128");
    ///
    /// let route = ClientOptions::new().connect_to("bastion.internal:8182").route(&endpoint, environment)?;
    /// assert_eq!((route.to.host(), route.proxy), ("bastion.internal", None));
    ///
    /// // Without the environment.
    /// assert_eq!(ClientOptions::new().route(&endpoint, |_| None)?.proxy, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When `connect_to` is not `host:port`, `tls_server_name` is neither a host name nor an IP address, or the
    /// environment variable that applies is not a valid proxy URL.
    pub fn route(
        &self,
        endpoint: &Endpoint,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Route, RouteError> {
        let to = match &self.connect_to {
            Some(text) if text.contains("://") => return Err(RouteError::ConnectToUrl),
            Some(text) => {
                parse_host_and_port(text, endpoint.is_secure()).map_err(RouteError::ConnectTo)?
            }
            None => endpoint.clone(),
        };
        let proxy = match &self.proxy {
            Some(proxy) => Some(proxy.clone()).filter(|proxy| {
                [endpoint, &to]
                    .iter()
                    .all(|endpoint| proxy.applies_to(endpoint))
            }),
            None => Proxy::for_all_of(&[endpoint, &to], environment).map_err(RouteError::Proxy)?,
        };
        let tls_name = match &self.tls_server_name {
            Some(name) => {
                parse_host(name).ok_or_else(|| RouteError::TlsServerName(name.clone()))?
            }
            None => endpoint.host().to_owned(),
        };
        let tls_name = tls_name.strip_suffix('.').unwrap_or(&tls_name).to_owned();
        Ok(Route {
            tls_name,
            // RFC 9112, 3.2.2: a proxy that forwards a request replaces its `host` header with the host of the URL.
            forwarded: proxy.is_some() && !endpoint.is_secure() && self.connect_to.is_none(),
            to,
            proxy,
        })
    }
}

/// Parses `host:port` by the rules of endpoints. The port is required, because a tunnel has its own port.
fn parse_host_and_port(text: &str, secure: bool) -> Result<Endpoint, EndpointError> {
    if text.contains('/') {
        return Err(EndpointError::not_host_and_port(text));
    }
    if !text.contains(':') || text.ends_with(']') {
        return Err(EndpointError::port_missing());
    }
    let scheme = if secure { "https" } else { "http" };
    Endpoint::parse(&format!("{scheme}://{text}")).map_err(|error| error.with_text(text))
}

/// Parses a host by the rules of endpoints. IPv6 addresses may be without brackets.
fn parse_host(text: &str) -> Option<String> {
    let bracketed = match text.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => text.to_owned(),
    };
    let endpoint = Endpoint::parse(&format!("https://{bracketed}")).ok()?;
    let host = endpoint.url().strip_prefix("https://")?;
    host.eq_ignore_ascii_case(&bracketed)
        .then(|| endpoint.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLUSTER: &str = "https://db.example.com:8182";

    fn route(
        options: &ClientOptions,
        url: &str,
        variables: &'static [(&str, &str)],
    ) -> Result<(String, Option<String>), RouteError> {
        let endpoint = Endpoint::parse(url).unwrap();
        let route = options.route(&endpoint, |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })?;
        let to = format!("{}:{}", route.to.host(), route.to.port());
        Ok((to, route.proxy.map(|proxy| proxy.address())))
    }

    #[test]
    fn connect_to_is_a_host_and_a_port() {
        let to = |text: &str| {
            let options = ClientOptions::new().connect_to(text);
            route(&options, CLUSTER, &[]).map(|(to, _)| to)
        };
        assert_eq!(to("localhost:8182").unwrap(), "localhost:8182");
        // Also the default port of the scheme.
        assert_eq!(to("10.0.0.1:443").unwrap(), "10.0.0.1:443");
        assert_eq!(to("[::1]:80").unwrap(), "::1:80");
        for wrong in [
            "",
            "localhost",
            "localhost:",
            ":80",
            "localhost:80/path",
            "localhost:80?query",
            "user@localhost:80",
            "a:b",
            "a b:80",
            "::1",
            "[::1]",
            "localhost:99999",
            "localhost:0",
        ] {
            let error = to(wrong).unwrap_err();
            assert!(matches!(error, RouteError::ConnectTo(_)), "{wrong}");
        }
        for url in ["http://localhost:1", "https://localhost:443/"] {
            let error = to(url).unwrap_err();
            assert_eq!(error, RouteError::ConnectToUrl);
            assert!(error.to_string().contains("without a scheme"), "{error}");
        }
    }

    #[test]
    fn tls_server_names_are_hosts_without_ports() {
        let name = |text: &str| {
            let options = ClientOptions::new().tls_server_name(text);
            let endpoint = Endpoint::parse("https://db.example.com.:8182").unwrap();
            options
                .route(&endpoint, |_| None)
                .map(|route| route.tls_name)
        };
        for (text, expected) in [
            ("LB.example.net", "lb.example.net"),
            ("lb.example.net.", "lb.example.net"),
            ("10.0.0.1", "10.0.0.1"),
            ("[fd00::1]", "fd00::1"),
            ("fd00:0::1", "fd00::1"),
        ] {
            assert_eq!(name(text).as_deref(), Ok(expected));
        }
        for wrong in [
            "",
            " ",
            "lb.example.net:443",
            "lb.example.net/",
            "https://lb.example.net",
            "user@lb.example.net",
            "*.example.net",
            "a b",
            "[fd00::1]:443",
        ] {
            assert_eq!(
                name(wrong),
                Err(RouteError::TlsServerName(wrong.to_owned()))
            );
        }
        let endpoint = Endpoint::parse("https://db.example.com.:8182").unwrap();
        let route = ClientOptions::new().route(&endpoint, |_| None).unwrap();
        assert_eq!(route.tls_name, "db.example.com");
    }

    #[test]
    fn loopback_and_exempt_hosts_use_no_proxy() {
        let proxy = || Proxy::parse("http://p:1").unwrap();
        let through = Some("p:1".to_owned());
        let far = || ClientOptions::new().connect_to("bastion.example.net:7000");
        let near = || ClientOptions::new().connect_to("localhost:7000");
        let cases = [
            (ClientOptions::new().proxy(proxy()), CLUSTER, &through),
            (ClientOptions::new().proxy(proxy()), "https://[::1]", &None),
            (far().proxy(proxy()), CLUSTER, &through),
            (near().proxy(proxy()), CLUSTER, &None),
            // An exception for either of the two.
            (far().proxy(proxy().no_proxy("example.com")), CLUSTER, &None),
            (far().proxy(proxy().no_proxy("example.net")), CLUSTER, &None),
            (
                far().proxy(proxy().no_proxy("example.org")),
                CLUSTER,
                &through,
            ),
        ];
        for (options, url, expected) in cases {
            let (_, found) = route(&options, url, &[]).unwrap();
            assert_eq!(&found, expected, "{options:?}");
        }
    }

    #[test]
    fn a_variable_that_does_not_apply_may_be_invalid() {
        let broken = &[("HTTPS_PROXY", "socks5://p:1"), ("NO_PROXY", "example.net")];
        let alone = ClientOptions::new();
        let error = route(&alone, CLUSTER, broken).unwrap_err();
        assert_eq!(error, RouteError::Proxy(ProxyError::Scheme));
        let tunnel = |to: &str| ClientOptions::new().connect_to(to);
        for (options, url) in [
            (&alone, "https://localhost:8182"),
            (&alone, "https://127.0.0.1:8182"),
            (&alone, "https://db.example.net:8182"),
            (&tunnel("localhost:7000"), CLUSTER),
            (&tunnel("bastion.example.net:7000"), CLUSTER),
            (
                &ClientOptions::new().proxy(Proxy::parse("http://p:1").unwrap()),
                CLUSTER,
            ),
        ] {
            assert!(route(options, url, broken).is_ok(), "{options:?} {url}");
        }
    }
}
