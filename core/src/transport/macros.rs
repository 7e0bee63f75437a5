//! The methods that both clients have, with their documentation. Both crates invoke these macros, so that methods and
//! texts stay the same and the links lead to the crate's own types.

mod calls;
mod process;

/// The names of this crate that a client has, too.
#[doc(hidden)]
#[macro_export]
macro_rules! reexport_core {
    () => {
        #[doc(inline)]
        pub use $crate::transport::BuildError;
        #[doc(inline)]
        pub use $crate::{
            Auth, Call, CallOptions, CallOutput, Credentials, Effect, Endpoint, Error, ErrorKind,
            ExceptionKind, Operation, OperationInfo, ServiceError, Session, TransportError,
            request, response, sign,
        };
        #[doc(no_inline)]
        pub use $crate::{bytes, http, serde_json};
        #[doc(inline)]
        pub use $crate::{
            catalog, changes, coming_from_boto3, credentials, dynamic, endpoint, engine, error,
            gremlin, index_rebuild, loader, machine, ml, opencypher, operation, retry, rows,
            session, signing, sparql, statistics, storage, streams, summary, testing, transport,
            types, wait, wire_notes,
        };
        pub use $crate::{for_each_operation, for_each_sparql_operation};
    };
}

/// The type `ClientBuilder`, without the methods that only one client has. `TransportSettings` is a type of
/// the invoking crate with the settings that only its client has. Its method `into_client` builds the client
/// from the prepared setup.
#[doc(hidden)]
#[macro_export]
macro_rules! client_builder {
    ($crate_name:literal) => {
        /// Builds a [`Client`]: see [`Client::builder`].
        ///
        /// Authentication is required: call [`unsigned`](ClientBuilder::unsigned) or one of the methods whose name begins
        /// with `credentials`. If several are called, the last one applies.
        #[must_use]
        pub struct ClientBuilder {
            setup: $crate::transport::ClientSetup<Provider>,
            transport: TransportSettings,
        }

        /// Shows the endpoint and the options, without credentials.
        impl std::fmt::Debug for ClientBuilder {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("ClientBuilder")
                    .field("setup", &self.setup)
                    .finish_non_exhaustive()
            }
        }

        impl ClientBuilder {
            pub(crate) fn new(endpoint: $crate::Endpoint) -> Self {
                ClientBuilder {
                    setup: $crate::transport::ClientSetup::new(endpoint),
                    transport: TransportSettings::default(),
                }
            }

            /// Sends requests without a signature, for clusters without IAM authentication.
            pub fn unsigned(mut self) -> Self {
                self.setup.auth = Some($crate::transport::ClientAuth::Unsigned);
                self
            }

            /// Signs requests with these credentials.
            pub fn credentials(mut self, credentials: $crate::Credentials) -> Self {
                self.setup.auth = Some($crate::transport::ClientAuth::Credentials(credentials));
                self
            }

            /// Signs requests with the credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary
            /// credentials, `AWS_SESSION_TOKEN` and `AWS_CREDENTIAL_EXPIRATION`. [`build`](ClientBuilder::build) reads
            /// the variables once, and fails if they are not set.
            pub fn credentials_from_environment(mut self) -> Self {
                self.setup.auth = Some($crate::transport::ClientAuth::Environment);
                self
            }

            /// Signs requests with the credentials of a profile in the shared AWS config and credentials files: the
            /// profile `name`, else the profile that `AWS_DEFAULT_PROFILE` or `AWS_PROFILE` names, else `default`. The
            /// files are those that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, else those in `.aws` in
            /// the home directory.
            ///
            /// [`build`](ClientBuilder::build) reads the variables and the files, and fails if the profile
            /// has neither an access key nor a `credential_process`. For profiles with roles or single
            /// sign-on, enable the feature `aws-config` and call `credentials_from_aws`. The files are read
            /// again when the credentials have expired or were rejected.
            ///
            /// `build` does not run the `credential_process`. The process is run when credentials are needed, and again
            /// before they expire, without a shell and for at most a minute. If it fails, the error shows the end of
            /// its standard error. If the standard input is a terminal, the process can read from it, for example to
            /// ask for an MFA code.
            ///
            /// The `region` of the profile is used if the region is not known otherwise.
            ///
            /// ```
            #[doc = concat!("use ", $crate_name, "::{BuildError, Client, Endpoint};")]
            ///
            /// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
            /// let built = Client::builder(endpoint).credentials_from_profile(Some("no such profile")).build();
            /// assert!(matches!(built, Err(BuildError::Credentials(_))));
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn credentials_from_profile(mut self, name: Option<&str>) -> Self {
                let name = name.map(str::to_owned);
                self.setup.auth = Some($crate::transport::ClientAuth::Profile(name));
                self
            }

            /// Signs requests with the credentials of the default chain of the AWS SDK: environment, profiles with roles
            /// and single sign-on, web identities, containers, instance metadata.
            ///
            /// The chain is not used before the first call. It runs [in a tokio runtime](crate#credentials): the async
            /// client uses the runtime of the call, the blocking client a private one. The chain calls AWS services in
            /// the region that the environment or the profile names, else in the region of the endpoint.
            ///
            /// The SDK writes logs of its own. At level `trace` (targets that begin with `aws_`) they contain the session
            /// token of the instance metadata service: do not enable this level where logs are kept.
            #[cfg(feature = "aws-config")]
            pub fn credentials_from_aws(mut self) -> Self {
                let region = self.setup.endpoint.region().map(str::to_owned);
                let chain = Provider::aws_chain(region);
                self.setup.auth = Some($crate::transport::ClientAuth::Provider(chain));
                self
            }

            /// Signs requests with the credentials of this provider of the AWS SDK. The provider runs [in a
            /// tokio runtime](crate#credentials): the async client uses the runtime of the call, the blocking
            /// client a private one.
            #[cfg(feature = "aws-config")]
            pub fn credentials_from_provider(
                mut self,
                provider: impl aws_credential_types::provider::ProvideCredentials + 'static,
            ) -> Self {
                let provider = Provider::aws(provider);
                self.setup.auth = Some($crate::transport::ClientAuth::Provider(provider));
                self
            }

            /// Takes the region from `AWS_REGION`, else `AWS_DEFAULT_REGION`, if neither the endpoint's host name nor
            /// [`Endpoint::with_region`](neptunedata::Endpoint::with_region) determines it. Without this method, only
            /// the chain of the AWS SDK reads these variables.
            pub fn region_from_environment(mut self) -> Self {
                self.setup.region_from_environment = true;
                self
            }

            /// Uses the proxy that the environment names, unless the options set one: `HTTPS_PROXY`, `ALL_PROXY`,
            /// `NO_PROXY` and others, as described at
            /// [`Proxy::from_environment`](neptunedata::transport::Proxy::from_environment).
            /// [`build`](ClientBuilder::build) reads the variables. Without this method, they are not read.
            #[cfg(feature = "proxy")]
            pub fn proxy_from_environment(mut self) -> Self {
                self.setup.proxy_from_environment = true;
                self
            }

            /// Sets all options, such as time limits, connection limits and root certificates. Replaces options set
            /// before.
            pub fn options(mut self, options: $crate::transport::ClientOptions) -> Self {
                self.setup.options = options;
                self
            }

            /// Builds the client. Does not open a connection.
            ///
            /// # Errors
            ///
            /// When a setting is missing or invalid: see [`BuildError`].
            pub fn build(self) -> Result<Client, BuildError> {
                use std::hash::{BuildHasher, RandomState};

                // Hashers of the standard library have random keys.
                let seed = RandomState::new().hash_one(());
                let variable = |name: &str| std::env::var(name).ok();
                let read = |path: &std::path::Path| std::fs::read_to_string(path);
                let prepared = self.setup.prepare(variable, read, seed)?;
                self.transport.into_client(prepared)
            }
        }
    };
}

/// The methods of a `Client` that are the same in both clients, and its `Debug`, which shows the field `$shown`.
#[doc(hidden)]
#[macro_export]
macro_rules! client {
    ($shown:ident) => {
        /// Shows the endpoint and the connections or options, without credentials.
        impl std::fmt::Debug for Client {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("Client")
                    .field("endpoint", self.0.session.endpoint())
                    .field("signed", &self.0.session.is_signed())
                    .field(stringify!($shown), &self.0.$shown)
                    .finish_non_exhaustive()
            }
        }

        impl Client {
            /// A client that does not sign requests, for clusters without IAM authentication.
            ///
            /// # Errors
            ///
            /// Like [`ClientBuilder::build`].
            pub fn unsigned(endpoint: $crate::Endpoint) -> Result<Client, BuildError> {
                Client::builder(endpoint).unsigned().build()
            }

            /// A client that signs requests with these credentials.
            ///
            /// # Errors
            ///
            /// Like [`ClientBuilder::build`].
            pub fn new(
                endpoint: $crate::Endpoint,
                credentials: $crate::Credentials,
            ) -> Result<Client, BuildError> {
                Client::builder(endpoint).credentials(credentials).build()
            }

            /// Prepares a call with its own options; the request is given by value or by reference. Nothing
            /// is sent before [`CallBuilder::send`], which returns the output with status, headers and body.
            pub fn call<O: $crate::Operation>(&self, operation: O) -> CallBuilder<O> {
                CallBuilder::new(self, operation)
            }

            /// Returns a builder, which sets options and sources of credentials.
            pub fn builder(endpoint: $crate::Endpoint) -> ClientBuilder {
                ClientBuilder::new(endpoint)
            }

            /// The session of the client, which all its calls share: endpoint, authentication, retry policy
            /// and retry quota. Use it to create a [`Machine`](neptunedata::machine::Machine).
            pub fn session(&self) -> &$crate::Session {
                &self.0.session
            }

            /// The options of the client, including a proxy that was taken from the environment.
            pub fn options(&self) -> &$crate::transport::ClientOptions {
                &self.0.options
            }

            /// Returns a new seed for a machine: see [`Session::next_seed`](neptunedata::Session::next_seed).
            pub fn seed(&self) -> u64 {
                self.0.session.next_seed()
            }
        }
    };
}
