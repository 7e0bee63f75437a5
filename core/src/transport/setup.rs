//! The part of the builders that all clients share. It reads variables and files with functions of the
//! caller, and opens no connection.

use std::{fmt, io, path::Path};

use crate::{
    credentials::{Credentials, environment, profile::ProfileLookup},
    endpoint::Endpoint,
    error::CredentialsError,
    session::{Auth, Session},
    transport::{BuildError, ClientOptions, RootCertificates, Route},
};

/// The settings that the builders of all clients share. `P` is the client's type of credentials providers.
pub struct ClientSetup<P> {
    /// The cluster.
    pub endpoint: Endpoint,
    /// How requests are authenticated. Required.
    pub auth: Option<ClientAuth<P>>,
    /// Whether to take the region from the environment if the endpoint has none. False by default.
    pub region_from_environment: bool,
    /// Whether to take the proxy from the environment if the options have none. False by default.
    pub proxy_from_environment: bool,
    /// All other options.
    pub options: ClientOptions,
}

/// How a client authenticates its requests.
pub enum ClientAuth<P> {
    /// Requests are not signed.
    Unsigned,
    /// With these credentials.
    Credentials(Credentials),
    /// With the credentials in the environment, read once.
    Environment,
    /// With the credentials of this profile, else of the profile that the environment names, else of `default`.
    Profile(Option<String>),
    /// With the credentials that a provider returns.
    Provider(P),
}

/// What a client needs to know before it opens connections: [`ClientSetup::prepare`].
#[non_exhaustive]
pub struct PreparedClient<P> {
    /// The session, whose endpoint has the region.
    pub session: Session,
    /// The options. They contain the proxy of the environment, if it is used.
    pub options: ClientOptions,
    /// Where to connect.
    pub route: Route,
    /// Where the client gets credentials when the session requests some.
    pub source: CredentialsSource<P>,
}

impl<P> PreparedClient<P> {
    /// Checks that no option is set that applies only to connections that the client opens itself. Use it for
    /// clients that send requests with the caller's own agent or service.
    ///
    /// # Errors
    ///
    /// [`BuildError::UnusedOption`] with `connect_to`, `proxy`, `tls_server_name` or `root_certificates`.
    pub fn check_unused_options(&self) -> Result<(), BuildError> {
        let ClientOptions {
            connect_to, proxy, ..
        } = &self.options;
        if connect_to.is_some() {
            return Err(BuildError::UnusedOption("connect_to"));
        }
        if proxy.is_some() {
            return Err(BuildError::UnusedOption("proxy"));
        }
        self.check_tls_options()
    }

    /// Checks the options of a client whose connector provides TLS: the options for the client's own TLS must not be
    /// set. It also rejects a proxy with an `https` endpoint, because TLS would have to run inside the proxy's tunnel.
    ///
    /// # Errors
    ///
    /// [`BuildError::UnusedOption`] with `tls_server_name`, `root_certificates` or `proxy`.
    pub fn check_tls_connector(&self) -> Result<(), BuildError> {
        if self.route.proxy.is_some() && self.session.endpoint().is_secure() {
            return Err(BuildError::UnusedOption("proxy"));
        }
        self.check_tls_options()
    }

    fn check_tls_options(&self) -> Result<(), BuildError> {
        if self.options.tls_server_name.is_some() {
            return Err(BuildError::UnusedOption("tls_server_name"));
        }
        match self.options.root_certificates {
            RootCertificates::WebPki => Ok(()),
            _ => Err(BuildError::UnusedOption("root_certificates")),
        }
    }
}

/// Where a client gets credentials.
pub enum CredentialsSource<P> {
    /// No source is needed: the session does not sign, or has static credentials.
    Session,
    /// From a profile. Clone and [load](ProfileLookup::load) it whenever credentials are needed.
    Profile(Box<ProfileLookup>),
    /// From a provider.
    Provider(P),
}

impl<P> CredentialsSource<P> {
    /// The credentials provider, or `None` if the session needs none. `of_profile` makes the provider of a profile.
    pub fn into_provider(self, of_profile: impl FnOnce(ProfileLookup) -> P) -> Option<P> {
        match self {
            CredentialsSource::Session => None,
            CredentialsSource::Profile(lookup) => Some(of_profile(*lookup)),
            CredentialsSource::Provider(provider) => Some(provider),
        }
    }
}

impl<P> ClientSetup<P> {
    /// The settings of a new builder.
    pub fn new(endpoint: Endpoint) -> Self {
        ClientSetup {
            endpoint,
            auth: None,
            region_from_environment: false,
            proxy_from_environment: false,
            options: ClientOptions::new(),
        }
    }

    /// Checks the settings, reads what they need from the environment and from profile files, and makes the
    /// session. `seed` is a random number. A `credential_process` is not run.
    ///
    /// ```
    /// use neptunedata::{Endpoint, transport::{ClientAuth, ClientSetup}};
    ///
    /// let mut setup = ClientSetup::<()>::new(Endpoint::parse("https://db.example.com:8182")?);
    /// setup.auth = Some(ClientAuth::Environment);
    /// setup.region_from_environment = true;
    ///
    /// // In production: std::env::var(name).ok(), and std::fs::read_to_string.
    /// let environment = |name: &str| match name {
    ///     "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
    ///     "AWS_SECRET_ACCESS_KEY" => Some("wJalrXUtn".to_owned()),
    ///     "AWS_REGION" => Some("eu-west-1".to_owned()),
    ///     _ => None,
    /// };
    /// let client = setup.prepare(environment, |_| Err(std::io::ErrorKind::NotFound.into()), 42)?;
    /// assert_eq!(client.session.endpoint().region(), Some("eu-west-1"));
    /// assert!(client.session.is_signed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a setting is missing or invalid.
    pub fn prepare(
        self,
        environment: impl Fn(&str) -> Option<String>,
        read_file: impl Fn(&Path) -> io::Result<String>,
        seed: u64,
    ) -> Result<PreparedClient<P>, BuildError> {
        let mut options = self.options;
        if options.max_connections == 0 {
            return Err(BuildError::NoConnections);
        }
        let mut region = None;
        if self.region_from_environment {
            region = environment::region(&environment);
        }
        let (auth, source) = match self.auth.ok_or(BuildError::NoAuthentication)? {
            ClientAuth::Unsigned => (Auth::unsigned(), CredentialsSource::Session),
            ClientAuth::Credentials(credentials) => {
                (Auth::credentials(credentials), CredentialsSource::Session)
            }
            ClientAuth::Environment => {
                let credentials = from_environment(&environment).map_err(credentials_error)?;
                (Auth::credentials(credentials), CredentialsSource::Session)
            }
            ClientAuth::Profile(name) => {
                let lookup = ProfileLookup::new(name.as_deref(), &environment);
                let checked = lookup.clone().check(read_file);
                region = region.or(checked.map_err(credentials_error)?);
                (
                    Auth::from_driver(),
                    CredentialsSource::Profile(Box::new(lookup)),
                )
            }
            ClientAuth::Provider(provider) => {
                (Auth::from_driver(), CredentialsSource::Provider(provider))
            }
        };
        let endpoint = match region {
            Some(region) if self.endpoint.region().is_none() => {
                let endpoint = self.endpoint.with_region(&region);
                endpoint.map_err(BuildError::Region)?
            }
            _ => self.endpoint,
        };
        let proxy_variable = |name: &str| environment(name).filter(|_| self.proxy_from_environment);
        let route = options.route(&endpoint, proxy_variable)?;
        if options.proxy.is_none() {
            options.proxy.clone_from(&route.proxy);
        }
        let session = options.session_builder(endpoint, auth).seed(seed).build()?;
        Ok(PreparedClient {
            session,
            options,
            route,
            source,
        })
    }
}

fn from_environment(
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Credentials, CredentialsError> {
    environment::credentials(environment)?.ok_or_else(|| {
        CredentialsError::new(
            "neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set in the environment",
        )
    })
}

fn credentials_error(error: CredentialsError) -> BuildError {
    BuildError::Credentials(error.to_string())
}

/// Shows the endpoint and the options, without credentials.
impl<P> fmt::Debug for ClientSetup<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSetup")
            .field("endpoint", &self.endpoint)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SessionError;

    const CONFIG: &str = "[default]\nregion = eu-west-1\ncredential_process = keys\n\
                          [profile odd]\nregion = a b\ncredential_process = keys\n";

    fn setup(url: &str, auth: Option<ClientAuth<()>>) -> ClientSetup<()> {
        let mut setup = ClientSetup::new(Endpoint::parse(url).unwrap());
        setup.auth = auth;
        setup
    }

    fn prepare(
        setup: ClientSetup<()>,
        variables: &[(&str, &str)],
    ) -> Result<PreparedClient<()>, BuildError> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let read_file = |path: &Path| {
            if path.ends_with("config") {
                Ok(CONFIG.to_owned())
            } else {
                Err(io::ErrorKind::NotFound.into())
            }
        };
        setup.prepare(lookup, read_file, 1)
    }

    const CLUSTER: &str = "https://db.example.com:8182";
    const HOME: (&str, &str) = ("HOME", "/home/ann");
    const REGION: (&str, &str) = ("AWS_REGION", "us-east-1");
    const KEYS: [(&str, &str); 2] = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "c4n4ry"),
    ];

    fn error(setup: ClientSetup<()>, variables: &[(&str, &str)]) -> BuildError {
        match prepare(setup, variables) {
            Ok(_) => panic!("it was prepared"),
            Err(error) => error,
        }
    }

    #[test]
    fn regions_come_from_the_endpoint_then_the_environment_then_the_profile() {
        let region = |url: &str, from_environment: bool| {
            let mut setup = setup(url, Some(ClientAuth::Profile(None)));
            setup.region_from_environment = from_environment;
            let client = prepare(setup, &[HOME, REGION]).unwrap();
            assert!(matches!(client.source, CredentialsSource::Profile(_)));
            client.session.endpoint().region().map(str::to_owned)
        };
        assert_eq!(region(CLUSTER, false).as_deref(), Some("eu-west-1"));
        assert_eq!(region(CLUSTER, true).as_deref(), Some("us-east-1"));
        let known = "https://db.cluster-abc.eu-north-1.neptune.amazonaws.com:8182";
        assert_eq!(region(known, true).as_deref(), Some("eu-north-1"));
    }

    #[test]
    fn settings_that_are_missing_or_invalid() {
        assert_eq!(
            error(setup(CLUSTER, None), &[]),
            BuildError::NoAuthentication
        );
        let mut none = setup(CLUSTER, Some(ClientAuth::Unsigned));
        none.options = ClientOptions::new().max_connections(0);
        assert_eq!(error(none, &[]), BuildError::NoConnections);
        let environment = || setup(CLUSTER, Some(ClientAuth::Environment));
        let unset = error(environment(), &[]).to_string();
        assert!(unset.contains("neither AWS_ACCESS_KEY_ID nor"), "{unset}");
        assert!(matches!(
            error(environment(), &KEYS),
            BuildError::Session(SessionError::RegionMissing { .. })
        ));
        let odd = setup(CLUSTER, Some(ClientAuth::Profile(Some("odd".to_owned()))));
        assert!(matches!(error(odd, &[HOME]), BuildError::Region(_)));
    }

    #[test]
    fn the_proxy_of_the_environment_is_used_on_request() {
        let proxy = |on: bool| {
            let mut setup = setup(CLUSTER, Some(ClientAuth::Unsigned));
            setup.proxy_from_environment = on;
            let client = prepare(setup, &[("HTTPS_PROXY", "http://p:1")]).unwrap();
            assert_eq!(client.options.get_proxy(), client.route.proxy.as_ref());
            client.route.proxy.map(|proxy| proxy.address())
        };
        assert_eq!(proxy(false), None);
        assert_eq!(proxy(true).as_deref(), Some("p:1"));
    }

    #[test]
    fn connection_options_are_rejected_with_an_agent_or_service_of_the_caller() {
        let unused = |options: ClientOptions| {
            let mut setup = setup(CLUSTER, Some(ClientAuth::Unsigned));
            setup.options = options;
            prepare(setup, &[]).unwrap().check_unused_options()
        };
        let options = ClientOptions::new;
        let proxy = crate::transport::Proxy::parse("http://p:1").unwrap();
        let roots = RootCertificates::Pem(String::new());
        assert_eq!(unused(options().max_connections(3)), Ok(()));
        for (options, name) in [
            (options().connect_to("a:1"), "connect_to"),
            (options().proxy(proxy), "proxy"),
            (options().tls_server_name("a"), "tls_server_name"),
            (options().root_certificates(roots), "root_certificates"),
        ] {
            assert_eq!(unused(options), Err(BuildError::UnusedOption(name)));
        }
    }

    #[test]
    fn a_tls_connector_has_no_tunnel() {
        for (url, expected) in [
            (CLUSTER, Err(BuildError::UnusedOption("proxy"))),
            ("http://db.example.com:8182", Ok(())),
        ] {
            let mut setup = setup(url, Some(ClientAuth::Unsigned));
            let proxy = crate::transport::Proxy::parse("http://p:1").unwrap();
            setup.options = ClientOptions::new().proxy(proxy);
            let prepared = prepare(setup, &[]).unwrap();
            assert_eq!(prepared.check_tls_connector(), expected);
        }
    }

    #[test]
    fn no_credentials_are_shown() {
        let credentials = Credentials::new("AKID", "c4n4ry");
        let setup = setup(CLUSTER, Some(ClientAuth::Credentials(credentials)));
        assert!(!format!("{setup:?}").contains("c4n4ry"));
    }
}
