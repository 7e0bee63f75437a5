//! The client builder.

mod error;
mod signing;

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
};

use neptunedata::{
    Auth, Credentials, Endpoint, credentials::CredentialsError, transport::ClientOptions,
};

#[cfg(feature = "aws-config")]
use crate::aws::SdkProvider;
use crate::{
    Client,
    credentials_source::{Provider, Source},
    exchange::Exchanger,
};

pub use error::BuildError;
#[cfg(feature = "aws-config")]
use signing::in_runtime;
use signing::{Signing, resolve};

/// Builds a [`Client`]: see [`Client::builder`].
///
/// Authentication is required: call [`unsigned`](ClientBuilder::unsigned) or one of the methods whose name begins
/// with `credentials`. If several are called, the last one applies.
///
/// ```
/// use neptunedata_blocking::{Client, Credentials, Endpoint, transport::ClientOptions};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// let client = Client::builder(endpoint)
///     .credentials_from(|_refresh| {
///         // … fetch them; called again before they expire.
///         Ok(Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
///     })
///     .options(ClientOptions::new().connect_to("localhost:8182").max_connections(8))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    endpoint: Endpoint,
    signing: Option<Signing>,
    region: bool,
    options: ClientOptions,
    #[cfg(feature = "proxy")]
    environment: bool,
}

impl ClientBuilder {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        ClientBuilder {
            endpoint,
            signing: None,
            region: false,
            options: ClientOptions::default(),
            #[cfg(feature = "proxy")]
            environment: false,
        }
    }

    /// Sends requests without a signature, for clusters without IAM authentication.
    pub fn unsigned(mut self) -> Self {
        self.signing = Some(Signing::Source(Source::Unsigned));
        self
    }

    /// Signs requests with these credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.signing = Some(Signing::Source(Source::Value(credentials)));
        self
    }

    /// Signs requests with the credentials that the closure returns.
    ///
    /// The credentials are cached. The closure is called when the first request needs them, again five minutes
    /// before they expire (at half of a lifetime of less than ten minutes), and when the server has rejected
    /// them. It is called once, however many calls wait for it. While the previous credentials are still valid,
    /// other calls use them.
    ///
    /// The argument is `true` if the closure must bypass any cache of its own, because the credentials that it
    /// returned before expire soon or were rejected.
    ///
    /// An error fails the calls that wait for the credentials, and is not cached. While the previous credentials
    /// are still valid, it fails no call, and the closure is not called again for ten seconds.
    ///
    /// The closure runs on the thread of the call that needs the credentials. Time limits do not interrupt it. It
    /// must not make calls with this client: they fail, because they would wait for the closure.
    pub fn credentials_from(
        mut self,
        source: impl Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync + 'static,
    ) -> Self {
        self.signing = Some(Signing::Source(Source::Function(Arc::new(source))));
        self
    }

    /// Signs requests with the credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary
    /// credentials, `AWS_SESSION_TOKEN`. [`build`](ClientBuilder::build) reads the variables once, and fails if
    /// they are not set.
    pub fn credentials_from_environment(mut self) -> Self {
        self.signing = Some(Signing::Environment);
        self
    }

    /// Signs requests with the credentials of a profile in the shared AWS config and credentials files: the
    /// profile `name`, else the profile that `AWS_PROFILE` names, else `default`. The files are those that
    /// `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, else those in `.aws` in the home directory.
    ///
    /// [`build`](ClientBuilder::build) reads the variables and the files, and fails if the profile has neither an
    /// access key nor a `credential_process`. The files are read again whenever credentials are needed.
    ///
    /// `build` does not run the `credential_process`. It runs when credentials are needed, and again before they
    /// expire, without a shell and for at most a minute. Its standard error is discarded.
    ///
    /// The `region` of the profile is used if the region is not known otherwise.
    ///
    /// ```
    /// use neptunedata_blocking::{BuildError, Client, Endpoint};
    ///
    /// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
    /// let built = Client::builder(endpoint).credentials_from_profile(Some("no such profile")).build();
    /// assert!(matches!(built, Err(BuildError::Credentials(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn credentials_from_profile(mut self, name: Option<&str>) -> Self {
        self.signing = Some(Signing::Profile(name.map(str::to_owned)));
        self
    }

    /// Signs requests with the credentials of the default chain of the AWS SDK: environment, profiles with roles
    /// and single sign-on, web identities, containers, instance metadata.
    ///
    /// The chain is not used before the first call. It runs on a thread and a tokio runtime of its own; the time
    /// limits of the calls that wait for it apply. The chain calls AWS services in the region that the
    /// environment or the profile names, else in the region of the endpoint.
    ///
    /// The SDK writes logs of its own. At level `trace` (targets that begin with `aws_`) they contain the session
    /// token of the instance metadata service: do not enable this level where logs are kept.
    #[cfg(feature = "aws-config")]
    pub fn credentials_from_aws(mut self) -> Self {
        self.signing = Some(Signing::Chain);
        self
    }

    /// Signs requests with the credentials of a provider of the AWS SDK. The provider runs on a thread and a
    /// tokio runtime of its own, which are started at first use.
    #[cfg(feature = "aws-config")]
    pub fn credentials_from_provider(
        mut self,
        provider: impl aws_credential_types::provider::ProvideCredentials + 'static,
    ) -> Self {
        self.signing = Some(Signing::Source(in_runtime(SdkProvider::given(provider))));
        self
    }

    /// Takes the region from `AWS_REGION`, else `AWS_DEFAULT_REGION`, if neither the endpoint's host name nor
    /// [`Endpoint::with_region`](neptunedata::Endpoint::with_region) determines it. Without this method, the
    /// client does not read these variables.
    pub fn region_from_environment(mut self) -> Self {
        self.region = true;
        self
    }

    /// Sets all options, such as time limits, connection limits and root certificates. Replaces options set
    /// before.
    pub fn options(mut self, options: ClientOptions) -> Self {
        self.options = options;
        self
    }

    /// Uses the proxy that the environment names, unless the options set one: `HTTPS_PROXY`, `ALL_PROXY`,
    /// `NO_PROXY` and others, as described at
    /// [`Proxy::from_environment`](neptunedata::transport::Proxy::from_environment).
    /// [`build`](ClientBuilder::build) reads the variables. Without this method, they are not read.
    #[cfg(feature = "proxy")]
    pub fn proxy_from_environment(mut self) -> Self {
        self.environment = true;
        self
    }

    /// Builds the client. Does not open a connection.
    ///
    /// # Errors
    ///
    /// When a setting is missing or invalid: see [`BuildError`].
    pub fn build(self) -> Result<Client, BuildError> {
        let signing = self.signing.ok_or(BuildError::NoAuthentication)?;
        let (source, endpoint) = resolve(signing, self.endpoint, self.region)?;
        let mut options = self.options;
        if options.get_max_connections() == 0 {
            return Err(BuildError::NoConnections);
        }
        #[cfg(feature = "proxy")]
        let environment = |name: &str| std::env::var(name).ok().filter(|_| self.environment);
        #[cfg(not(feature = "proxy"))]
        let environment = |_: &str| None;
        let route = options.route(&endpoint, environment)?;
        // `Client::options` shows the proxy of the environment, too.
        if let (None, Some(proxy)) = (options.get_proxy(), &route.proxy) {
            options = options.proxy(proxy.clone());
        }
        let auth = match &source {
            Source::Unsigned => Auth::unsigned(),
            Source::Value(credentials) => Auth::credentials(credentials.clone()),
            Source::Function(_) | Source::OnThread(_) => Auth::from_driver(),
        };
        let exchanger = Exchanger::new(&endpoint, &route, &options)?;
        // Hashers of the standard library have random keys.
        let seed = RandomState::new().build_hasher().finish();
        let session = options.session_builder(endpoint, auth).seed(seed).build()?;
        let provider = Provider::new(source);
        Ok(Client::from_parts(session, options, provider, exchanger))
    }
}

/// Shows the endpoint and the options, without credentials.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
