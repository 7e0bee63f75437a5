//! The client builder.

use std::{sync::Arc, time::Instant};

use neptunedata::{
    Credentials,
    credentials::CredentialsError,
    transport::{BuildError, ClientAuth, ClientOptions, PreparedClient},
};

use super::{Client, Inner};
use crate::{
    credentials_provider::{CachedProvider, Provider},
    pool::Permits,
    ureq_transport::UreqTransport,
};

neptunedata::client_builder!("neptunedata_blocking");

/// The settings that only this client has.
#[derive(Default)]
struct TransportSettings {
    /// An agent of the caller.
    agent: Option<ureq::Agent>,
}

impl ClientBuilder {
    /// Signs requests with the credentials that the closure returns. They are cached:
    /// [`credentials::cache`](neptunedata::credentials::cache) says when the closure is called, and with which argument.
    ///
    /// The closure runs on the thread of the call that needs the credentials. Time limits do not interrupt
    /// it. It must not make calls with this client, because those calls would wait for the closure: on the
    /// thread of the closure they fail, and on another thread they may deadlock.
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
    pub fn credentials_from(
        mut self,
        provider: impl Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync + 'static,
    ) -> Self {
        let provider = Provider::Function(Arc::new(provider));
        self.setup.auth = Some(ClientAuth::Provider(provider));
        self
    }

    /// Sends the requests with this ureq agent, to use what only an agent can configure: SOCKS proxies, other
    /// TLS libraries, client certificates, name resolvers.
    ///
    /// The client cannot observe the connections of the agent. Therefore:
    ///
    /// - after an error, the request [may have been executed](neptunedata::Error::may_have_executed), so a write is not
    ///   sent again, except after a refused connection, a proxy that refused the tunnel or a time-out while connecting;
    /// - the client does not see trailers, so it does not detect a failure that the server reports only there;
    /// - a body without length and chunks counts as complete when the connection ends, also over TLS without
    ///   `close_notify`;
    /// - a [fresh](neptunedata::machine::Reuse::Fresh) connection is not opened after a failure, and a
    ///   [query is cancelled](crate#cancelling-abandoned-queries) at the address that the name resolves to;
    /// - a response that arrives before the request is written completely is read only after the request;
    /// - the time between two rows counts towards the time limits;
    /// - ureq's logs contain signatures and session tokens at level `trace`.
    ///
    /// Redirects are not followed, and error statuses are not turned into ureq errors, whatever the
    /// configuration of the agent. Of the options for connections,
    /// [`max_connections`](neptunedata::transport::ClientOptions::max_connections) and
    /// [`acquire_timeout`](neptunedata::transport::ClientOptions::acquire_timeout) apply.
    /// [`build`](ClientBuilder::build) fails if `connect_to`, `proxy`, `tls_server_name` or
    /// `root_certificates` is set; the others are ignored.
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
        self.transport.agent = Some(agent);
        self
    }
}

impl TransportSettings {
    fn into_client(self, prepared: PreparedClient<Provider>) -> Result<Client, BuildError> {
        let (session, options) = (&prepared.session, &prepared.options);
        let transport = match self.agent {
            Some(agent) => {
                prepared.check_unused_options()?;
                UreqTransport::with_agent(agent, options)
            }
            None => UreqTransport::new(session.endpoint(), &prepared.route, options)?,
        };
        let provider = prepared.source.into_provider(Provider::profile);
        Ok(Client(Arc::new(Inner {
            session: prepared.session,
            options: prepared.options,
            provider: CachedProvider::new(provider),
            transport,
            cancel_permits: Permits::new(ClientOptions::MAX_EXTRA_CONNECTIONS),
            start: Instant::now(),
        })))
    }
}
