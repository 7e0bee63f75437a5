//! Why a client cannot be made.

use neptunedata::{EndpointError, SessionError};

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
    /// The option `resolve_to` is not `host:port`.
    #[error("resolve_to is {0:?} and should be host:port")]
    ResolveTo(String),
    /// The roots that TLS shall trust cannot be read.
    #[error("the root certificates cannot be used: {0}")]
    Roots(String),
    /// TLS cannot be set up for the endpoint.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// A variable of the environment is set to something that is no proxy.
    #[cfg(feature = "proxy")]
    #[error("the proxy in the environment cannot be used: {0}")]
    Proxy(#[from] neptunedata::ProxyError),
    /// No connection is allowed.
    #[error("max_connections is 0, so that no call could ever be made")]
    NoConnections,
    /// An option needs a feature of this crate that is not enabled.
    #[error("{option} needs the feature {feature:?} of neptunedata-blocking")]
    Feature {
        /// The option.
        option: &'static str,
        /// The feature.
        feature: &'static str,
    },
}
