//! How a client is made.

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

/// Settings of a [`Client`]. [`unsigned`](ClientBuilder::unsigned) or one that begins with `credentials`
/// has to be among them; the last one of those counts.
///
/// ```
/// use neptunedata_blocking::{Client, Credentials, Endpoint, transport::ClientOptions};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// let client = Client::builder(endpoint)
///     .credentials_from(|_refresh| {
///         // … from wherever they come; asked again shortly before they expire.
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

    /// Requests are not signed: for clusters without IAM authentication.
    pub fn unsigned(mut self) -> Self {
        self.signing = Some(Signing::Source(Source::Unsigned));
        self
    }

    /// Requests are signed with these credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.signing = Some(Signing::Source(Source::Value(credentials)));
        self
    }

    /// Requests are signed with the credentials that the function returns.
    ///
    /// It is asked when there is need, once for however many calls wait, and again some five minutes
    /// before the credentials expire (at half of a life that is shorter than ten), while other calls go on
    /// with the old ones. It is given `true` when a cache of its own must not answer: those that it gave
    /// before end soon or were refused. A failure ends the calls that waited for it, and is not remembered;
    /// ahead of time it ends none, and the function is left alone for ten seconds.
    ///
    /// The function runs on the thread of the call that needs it, whose time-outs cannot interrupt it. It cannot make
    /// calls over this client: they would wait for it, and fail for want of credentials instead.
    pub fn credentials_from(
        mut self,
        source: impl Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync + 'static,
    ) -> Self {
        self.signing = Some(Signing::Source(Source::Function(Arc::new(source))));
        self
    }

    /// Requests are signed with the key in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if it is a
    /// temporary one, `AWS_SESSION_TOKEN`. [`build`](ClientBuilder::build) reads them, once, and fails if they
    /// are not there.
    pub fn credentials_from_environment(mut self) -> Self {
        self.signing = Some(Signing::Environment);
        self
    }

    /// Requests are signed with the credentials of a profile of the shared AWS config and credentials
    /// files: this one, else that of `AWS_PROFILE`, else `default`. The files are where `AWS_CONFIG_FILE` and
    /// `AWS_SHARED_CREDENTIALS_FILE` say, else in `.aws` of the home directory.
    ///
    /// [`build`](ClientBuilder::build) reads variables and files, and fails if the profile has no
    /// credentials that can be had this way. The files are read again whenever credentials are needed.
    /// A `credential_process` is run then, not by `build`, without a shell, for a minute at most, and
    /// again when what it gave is about to expire; what it prints on its standard error is dropped. The
    /// profile's `region` is used if nothing else says one.
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

    /// Requests are signed with what the default chain of the AWS SDK finds: environment, profiles with
    /// roles and single sign-on, web identities, containers, instance metadata.
    ///
    /// Nothing is looked for before the first call. The chain then runs on a thread and a tokio runtime of
    /// its own; calls that wait for it keep their time-outs. The services that it asks are those of the region
    /// that the environment or the profile names, else of the endpoint's.
    ///
    /// The SDK has logs of its own. At level `trace` (targets that begin with `aws_`) they show the session token
    /// of the instance metadata service; leave that level out where logs are kept.
    #[cfg(feature = "aws-config")]
    pub fn credentials_from_aws(mut self) -> Self {
        self.signing = Some(Signing::Chain);
        self
    }

    /// Requests are signed with what a provider of the AWS SDK gives, on a thread and a tokio runtime of
    /// its own, which begin with the first call.
    #[cfg(feature = "aws-config")]
    pub fn credentials_from_provider(
        mut self,
        provider: impl aws_credential_types::provider::ProvideCredentials + 'static,
    ) -> Self {
        self.signing = Some(Signing::Source(in_runtime(SdkProvider::given(provider))));
        self
    }

    /// Takes the region from `AWS_REGION`, else `AWS_DEFAULT_REGION`, if neither the endpoint's host name
    /// nor [`Endpoint::with_region`](neptunedata::Endpoint::with_region) tells it. Without this call the
    /// variables are not looked at.
    pub fn region_from_environment(mut self) -> Self {
        self.region = true;
        self
    }

    /// Sets all options.
    pub fn options(mut self, options: ClientOptions) -> Self {
        self.options = options;
        self
    }

    /// Takes the proxy from the environment, unless the options name one: `HTTPS_PROXY`, `ALL_PROXY`,
    /// `NO_PROXY` and their kin, as [`Proxy::from_environment`](neptunedata::transport::Proxy::from_environment) reads
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
            Source::Function(_) | Source::Apart(_) => Auth::from_driver(),
        };
        let exchanger = Exchanger::new(&endpoint, route, &options)?;
        // Hashers of the standard library have random keys.
        let seed = RandomState::new().build_hasher().finish();
        let session = options.session_builder(endpoint, auth).seed(seed).build()?;
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
