//! Why a client cannot be made.

use neptunedata::{endpoint::EndpointError, session::SessionError, transport::RouteError};

/// A client that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nobody said whether and with what to sign.
    #[error(
        "say how requests are authenticated: ClientBuilder::credentials or one of the credentials_from… for clusters with IAM authentication, ClientBuilder::unsigned for others"
    )]
    NoAuthentication,
    /// The environment or the profile files give no credentials. The text shows no values.
    #[error("{0}")]
    Credentials(String),
    /// The region of the environment or of the profile cannot be one.
    #[error("the region of the environment or profile cannot be used: {0}")]
    Region(EndpointError),
    /// The session cannot work.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There are no usable root certificates.
    #[error("the root certificates cannot be used: {0}")]
    Roots(String),
    /// The endpoint's host is no name that a certificate can have.
    #[error("{0:?} is not a name that a certificate can be checked against")]
    TlsName(String),
    /// The endpoint is `https`, and nothing speaks TLS.
    #[error(
        "https endpoints need the feature `tls`, or a connector given with ClientBuilder::tls_connector"
    )]
    NoTls,
    /// Nothing makes connections.
    #[error("without the feature `tokio` the builder needs a connector")]
    NoConnector,
    /// Nothing measures time.
    #[error("without the feature `tokio` the builder needs a timer")]
    NoTimer,
    /// `connect_to` is no `host:port`, or a variable of the environment is set to something that is no
    /// proxy.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// A proxy is set, and nothing speaks to it.
    #[error("proxies need the feature `proxy`")]
    ProxyUnavailable,
    /// No connection is allowed.
    #[error("max_connections is 0, so that no call could ever be made")]
    NoConnections,
}
