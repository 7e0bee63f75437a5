//! Why a client cannot be made.

use neptunedata::{endpoint::EndpointError, session::SessionError, transport::RouteError};

/// A client that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nothing was said about how requests are authenticated.
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
    /// The endpoint does not go with the kind of authentication.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There are no usable root certificates.
    #[error("the root certificates cannot be used: {0}")]
    Roots(String),
    /// The endpoint's host is no name that a certificate can have.
    #[error("{0:?} is not a name that a certificate can be checked against")]
    TlsName(String),
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
