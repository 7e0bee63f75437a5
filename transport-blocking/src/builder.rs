//! How a client is made.

use std::fmt;

use neptunedata::{Auth, ClientOptions, Credentials, CredentialsError, Endpoint, SessionError};

use crate::{
    Client,
    credentials::{Provider, Source},
    exchange::Exchanger,
};

/// Settings of a [`Client`]. One of [`unsigned`](ClientBuilder::unsigned),
/// [`credentials`](ClientBuilder::credentials) and [`credentials_from`](ClientBuilder::credentials_from) has
/// to be among them; the last one counts.
///
/// ```
/// use neptunedata_blocking::{Client, ClientOptions, Credentials, Endpoint};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// let client = Client::builder(endpoint)
///     .credentials_from(|_refresh| {
///         // … from wherever they come; asked again shortly before they expire.
///         Ok(Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
///     })
///     .options(ClientOptions::new().resolve_to("localhost:8182").max_connections(8))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    endpoint: Endpoint,
    source: Option<Source>,
    options: ClientOptions,
    #[cfg(feature = "proxy")]
    environment: bool,
}

/// A client that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nothing was said about how requests are authenticated.
    #[error(
        "say how requests are authenticated: ClientBuilder::unsigned, ClientBuilder::credentials or ClientBuilder::credentials_from"
    )]
    Authentication,
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
    /// An option needs a feature of this crate that is not enabled.
    #[error("{option} needs the feature {feature:?} of neptunedata-blocking")]
    Feature {
        /// The option.
        option: &'static str,
        /// The feature.
        feature: &'static str,
    },
}

impl ClientBuilder {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        ClientBuilder {
            endpoint,
            source: None,
            options: ClientOptions::default(),
            #[cfg(feature = "proxy")]
            environment: false,
        }
    }

    /// Requests are not signed: for clusters without IAM authentication.
    pub fn unsigned(mut self) -> Self {
        self.source = Some(Source::Unsigned);
        self
    }

    /// Requests are signed with these credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.source = Some(Source::Value(credentials));
        self
    }

    /// Requests are signed with the credentials that the function returns.
    ///
    /// They are kept, and asked for anew from five minutes before they expire (or in the last quarter
    /// of a short life), or when the service refuses them. The function runs on the thread of the call that
    /// needs it, one call at a time; others go on with credentials that are still valid, or wait for
    /// its result. It is given `true` when it must not answer from a cache of its own. An error is not
    /// kept: the next call asks again.
    pub fn credentials_from(
        mut self,
        source: impl Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync + 'static,
    ) -> Self {
        self.source = Some(Source::Function(Box::new(source)));
        self
    }

    /// Sets all options.
    pub fn options(mut self, options: ClientOptions) -> Self {
        self.options = options;
        self
    }

    /// Takes the proxy from the environment, unless the options name one: `HTTPS_PROXY`, `ALL_PROXY`,
    /// `NO_PROXY` and their kin, as [`Proxy::from_environment`](neptunedata::Proxy::from_environment) reads
    /// them. Without this call the environment is not looked at.
    #[cfg(feature = "proxy")]
    pub fn proxy_from_environment(mut self) -> Self {
        self.environment = true;
        self
    }

    /// Makes the client. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// When something is missing or cannot be used; see [`BuildError`].
    pub fn build(self) -> Result<Client, BuildError> {
        #[cfg_attr(not(feature = "proxy"), allow(unused_mut))]
        let mut options = self.options;
        let source = self.source.ok_or(BuildError::Authentication)?;
        #[cfg(feature = "proxy")]
        if self.environment && options.proxy.is_none() {
            let lookup = |name: &str| std::env::var(name).ok();
            options.proxy = neptunedata::Proxy::from_environment(&self.endpoint, lookup)?;
        }
        let auth = match &source {
            Source::Unsigned => Auth::unsigned(),
            Source::Value(credentials) => Auth::credentials(credentials.clone()),
            Source::Function(_) => Auth::on_request(),
        };
        let exchanger = Exchanger::new(&self.endpoint, &options)?;
        let session = options.session(self.endpoint, auth).build()?;
        let provider = Provider::new(source);
        Ok(Client::from_parts(session, options, provider, exchanger))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
