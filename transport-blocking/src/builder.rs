//! The client builder.

use std::{
    fmt, fs,
    hash::{BuildHasher, Hasher, RandomState},
    path::Path,
    sync::Arc,
};

use neptunedata::{
    Credentials, Endpoint,
    credentials::CredentialsError,
    transport::{BuildError, ClientAuth, ClientSetup, CredentialsSource},
};

#[cfg(feature = "aws-config")]
use crate::aws;
use crate::{
    Client, credential_process,
    credentials_source::{Provider, Source},
    exchange::Exchanger,
};

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
    setup: ClientSetup<Source>,
    agent: Option<ureq::Agent>,
}

impl ClientBuilder {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        ClientBuilder {
            setup: ClientSetup::new(endpoint),
            agent: None,
        }
    }

    neptunedata::client_builder_methods!("neptunedata_blocking");

    /// Signs requests with the credentials that the closure returns. They are cached:
    /// [`credentials::cache`](neptunedata::credentials::cache) says when the closure is called, and with which argument.
    ///
    /// The closure runs on the thread of the call that needs the credentials. Time limits do not interrupt it. It
    /// must not make calls with this client: they would wait for the closure, so they fail on its thread and may
    /// deadlock on others.
    pub fn credentials_from(
        mut self,
        source: impl Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync + 'static,
    ) -> Self {
        self.setup.auth = Some(ClientAuth::Provider(Source::Function(Arc::new(source))));
        self
    }

    /// Sends the requests with this agent, with everything that ureq's users configure there: SOCKS proxies, other
    /// TLS libraries, client certificates, name resolvers.
    ///
    /// The client cannot observe the connections of the agent. Therefore:
    ///
    /// - after an error, the request [may have been executed](neptunedata::Error::may_have_executed), so that a write
    ///   is not sent again. The exceptions are failed name look-ups, refused connections and time-outs of connecting;
    /// - trailers are not seen, so that a failure which the server reports only there goes unnoticed;
    /// - a body without length and chunks counts as complete when the connection ends, also over TLS without
    ///   `close_notify`;
    /// - a [fresh](neptunedata::machine::Reuse::Fresh) connection is not opened after a failure, and a
    ///   [query is cancelled](crate#cancelling-abandoned-queries) at the address that the name resolves to;
    /// - the time between two rows counts towards the time limits;
    /// - ureq's logs contain signatures and session tokens at level `trace`.
    ///
    /// Redirects are not followed, and error statuses are responses, whatever the agent's configuration says. Of the
    /// options for connections, [`max_connections`](neptunedata::transport::ClientOptions::max_connections) and
    /// [`acquire_timeout`](neptunedata::transport::ClientOptions::acquire_timeout) apply.
    /// [`build`](ClientBuilder::build) fails if `connect_to`, `proxy` or `root_certificates` is set; the others are
    /// ignored.
    ///
    /// ```
    /// use neptunedata_blocking::{Client, Endpoint, engine::GetEngineStatus, ureq::Agent};
    /// # let server = neptunedata_emulator::Server::start(neptunedata_emulator::Emulator::default())?;
    /// # let cluster = server.endpoint();
    ///
    /// let agent: Agent = Agent::config_builder().no_delay(true).build().into();
    /// let client = Client::builder(Endpoint::parse(&cluster)?).unsigned().agent(agent).build()?;
    /// assert_eq!(client.send(GetEngineStatus::new())?.status.as_deref(), Some("healthy"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn agent(mut self, agent: ureq::Agent) -> Self {
        self.agent = Some(agent);
        self
    }

    /// Builds the client. Does not open a connection.
    ///
    /// # Errors
    ///
    /// When a setting is missing or invalid: see [`BuildError`].
    pub fn build(self) -> Result<Client, BuildError> {
        // Hashers of the standard library have random keys.
        let seed = RandomState::new().build_hasher().finish();
        let variable = |name: &str| std::env::var(name).ok();
        let read = |path: &Path| fs::read_to_string(path);
        let client = self.setup.prepare(variable, read, seed)?;
        let exchanger = match self.agent {
            Some(agent) => {
                client.check_unused_options()?;
                Exchanger::with_agent(agent, &client.options)
            }
            None => Exchanger::new(client.session.endpoint(), &client.route, &client.options)?,
        };
        let source = match client.source {
            CredentialsSource::Session => None,
            CredentialsSource::Provider(source) => Some(source),
            CredentialsSource::Profile(lookup) => Some(Source::OnThread(Arc::new(move |_| {
                let lookup = lookup.clone();
                lookup.load(read, credential_process::run)
            }))),
        };
        let provider = Provider::new(source);
        Ok(Client::from_parts(
            client.session,
            client.options,
            provider,
            exchanger,
        ))
    }
}

/// Shows the endpoint and the options, without credentials.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("setup", &self.setup)
            .finish_non_exhaustive()
    }
}
