//! Errors of the clients' builders.

use crate::{endpoint::EndpointError, session::SessionError, transport::RouteError};

/// Why a client cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Neither credentials nor `ClientBuilder::unsigned` was set.
    #[error(
        "no authentication is configured: call ClientBuilder::credentials or one of credentials_from_… \
         for clusters with IAM authentication, ClientBuilder::unsigned for others"
    )]
    NoAuthentication,
    /// The environment or the profile files have no usable credentials. The text shows no values.
    #[error("{0}")]
    Credentials(String),
    /// The region of the environment or of the profile is invalid.
    #[error("invalid region in the environment or profile: {0}")]
    Region(EndpointError),
    /// Signed requests are not possible with this endpoint: the region is missing, or the endpoint uses plain HTTP.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The root certificates are invalid, or there are none.
    #[error("invalid root certificates: {0}")]
    Roots(String),
    /// The host of the endpoint or of the proxy, or `tls_server_name`, is not a valid TLS server name, so no
    /// certificate can match it.
    #[error("host {0:?} is not a valid TLS server name")]
    TlsName(String),
    /// `connect_to` is not `host:port`, `tls_server_name` is not a host, or an environment variable is not the URL of a
    /// proxy.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// A proxy is set, and the feature `proxy` of the client is not enabled.
    #[error(
        "a proxy is set in the options or the environment, but the feature `proxy` is not enabled"
    )]
    ProxyUnavailable,
    /// This option has no effect, because the caller's own agent, service or TLS connector is used instead.
    #[error(
        "{0} has no effect: configure it on the agent, service or TLS connector given to the builder"
    )]
    UnusedOption(&'static str),
    /// `max_connections` is 0.
    #[error("max_connections must be at least 1")]
    NoConnections,
    /// Async client only: the endpoint or the proxy is `https`, and TLS is not available.
    #[error("https endpoints and proxies need the feature `tls`, or ClientBuilder::tls_connector")]
    NoTls,
    /// Async client only: no connector is set, and the feature `tokio` is not enabled.
    #[error(
        "no connector is configured: call ClientBuilder::connector, or enable the feature `tokio`"
    )]
    NoConnector,
    /// Async client only: no timer is set, and the feature `tokio` is not enabled.
    #[error("no timer is configured: call ClientBuilder::timer, or enable the feature `tokio`")]
    NoTimer,
}
