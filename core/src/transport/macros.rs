//! The methods that both clients have, with their documentation. Both crates invoke these macros, so that methods and
//! texts stay the same and the links lead to the crate's own types.

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

/// The methods of a `ClientBuilder` whose field `setup` is a [`ClientSetup`](crate::transport::ClientSetup). With
/// `aws-config` they need a module `aws`.
#[doc(hidden)]
#[macro_export]
macro_rules! client_builder_methods {
    ($crate_name:literal) => {
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
        /// credentials, `AWS_SESSION_TOKEN`. [`build`](ClientBuilder::build) reads the variables once, and fails if
        /// they are not set.
        pub fn credentials_from_environment(mut self) -> Self {
            self.setup.auth = Some($crate::transport::ClientAuth::Environment);
            self
        }

        /// Signs requests with the credentials of a profile in the shared AWS config and credentials files: the
        /// profile `name`, else the profile that `AWS_PROFILE` names, else `default`. The files are those that
        /// `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, else those in `.aws` in the home directory.
        ///
        /// [`build`](ClientBuilder::build) reads the variables and the files, and fails if the profile has neither an
        /// access key nor a `credential_process`. The files are read again when the credentials have expired or were rejected.
        ///
        /// `build` does not run the `credential_process`. It runs when credentials are needed, and again before they
        /// expire, without a shell and for at most a minute. Its standard error is discarded.
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
        /// The chain is not used before the first call. It runs [in a tokio runtime](crate#credentials), and calls AWS
        /// services in the region that the environment or the profile names, else in the region of the endpoint.
        ///
        /// The SDK writes logs of its own. At level `trace` (targets that begin with `aws_`) they contain the session
        /// token of the instance metadata service: do not enable this level where logs are kept.
        #[cfg(feature = "aws-config")]
        pub fn credentials_from_aws(mut self) -> Self {
            let region = self.setup.endpoint.region().map(str::to_owned);
            let chain = aws::chain(region);
            self.setup.auth = Some($crate::transport::ClientAuth::Provider(chain));
            self
        }

        /// Signs requests with the credentials of a provider of the AWS SDK, which runs [in a tokio
        /// runtime](crate#credentials).
        #[cfg(feature = "aws-config")]
        pub fn credentials_from_provider(
            mut self,
            provider: impl aws_credential_types::provider::ProvideCredentials + 'static,
        ) -> Self {
            let provider = aws::provider(provider);
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
    };
}

/// The methods of a `Client` that are functions of its `ClientBuilder` and its fields `session` and `options`.
#[doc(hidden)]
#[macro_export]
macro_rules! client_methods {
    () => {
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

        /// A call with its own options; the request is given by value or by reference. Its result is the output with
        /// status, headers and body: see [`CallBuilder::send`].
        pub fn call<O: $crate::Operation>(&self, operation: O) -> CallBuilder<O> {
            CallBuilder::new(self, operation)
        }

        /// A builder, to set options or other credentials.
        pub fn builder(endpoint: $crate::Endpoint) -> ClientBuilder {
            ClientBuilder::new(endpoint)
        }

        /// What all calls share: endpoint, authentication, retry policy and retry quota.
        /// [`Machine`](neptunedata::machine::Machine)s are created with it.
        pub fn session(&self) -> &$crate::Session {
            &self.0.session
        }

        /// The options of the client. If the proxy of the environment is used, they contain it.
        pub fn options(&self) -> &$crate::transport::ClientOptions {
            &self.0.options
        }

        /// A random seed for a machine: [`Session::next_seed`](neptunedata::Session::next_seed).
        pub fn seed(&self) -> u64 {
            self.0.session.next_seed()
        }
    };
}

/// The type `CallBuilder`, without the methods that send.
#[doc(hidden)]
#[macro_export]
macro_rules! call_builder {
    () => {
        /// A call that has not started: see [`Client::call`].
        #[must_use = "nothing is sent before `send`"]
        pub struct CallBuilder<O> {
            client: Client,
            operation: O,
            options: $crate::CallOptions,
        }

        /// Shows only the operation: request and options may contain private data.
        impl<O: $crate::Operation> std::fmt::Debug for CallBuilder<O> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("CallBuilder")
                    .field("operation", &O::INFO.name)
                    .finish_non_exhaustive()
            }
        }

        impl<O: $crate::Operation> CallBuilder<O> {
            pub(crate) fn new(client: &Client, operation: O) -> Self {
                CallBuilder {
                    client: client.clone(),
                    operation,
                    options: $crate::CallOptions::new(),
                }
            }

            /// Sets all options. Replaces options set before.
            pub fn options(mut self, options: $crate::CallOptions) -> Self {
                self.options = options;
                self
            }

            /// The time limit of the whole call, with all attempts and pauses. Default: that of the client.
            pub fn timeout(self, timeout: std::time::Duration) -> Self {
                self.with(|options| options.timeout(timeout))
            }

            /// The time limit of each attempt. Default: that of the client.
            pub fn attempt_timeout(self, timeout: std::time::Duration) -> Self {
                self.with(|options| options.attempt_timeout(timeout))
            }

            /// The effect of executing the request twice, in place of the operation's own: see
            /// [`CallOptions::effect`](neptunedata::CallOptions::effect).
            pub fn effect(self, effect: $crate::Effect) -> Self {
                self.with(|options| options.effect(effect))
            }

            /// The maximum number of attempts, at least 1: see
            /// [`CallOptions::max_attempts`](neptunedata::CallOptions::max_attempts).
            pub fn max_attempts(self, attempts: u32) -> Self {
                self.with(|options| options.max_attempts(attempts))
            }

            /// The maximum size of a collected response body in bytes. Default: that of the client.
            pub fn max_body_bytes(self, bytes: usize) -> Self {
                self.with(|options| options.max_body_bytes(bytes))
            }

            /// The maximum size in bytes of one row of [`rows`](CallBuilder::rows): see
            /// [`CallOptions::max_row_bytes`](neptunedata::CallOptions::max_row_bytes). Default: 64 MiB.
            pub fn max_row_bytes(self, bytes: usize) -> Self {
                self.with(|options| options.max_row_bytes(bytes))
            }

            /// Whether to [cancel the query](crate#cancelling-abandoned-queries) on the server when the call times out or
            /// is dropped. Default: that of the client.
            pub fn cancel_on_abandon(self, cancel: bool) -> Self {
                self.with(|options| options.cancel_on_abandon(cancel))
            }

            /// Adds a member that the service knows and the request struct has no field for: see
            /// [`CallOptions::extra`](neptunedata::CallOptions::extra).
            pub fn extra(
                self,
                name: impl Into<String>,
                value: impl Into<$crate::serde_json::Value>,
            ) -> Self {
                self.with(|options| options.extra(name, value))
            }

            /// Adds a parameter to the query string: see
            /// [`CallOptions::extra_query`](neptunedata::CallOptions::extra_query).
            pub fn extra_query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.with(|options| options.extra_query(name, value))
            }

            /// Adds a header. It is signed unless signing has to leave it out: see
            /// [`CallOptions::header`](neptunedata::CallOptions::header).
            pub fn header(
                self,
                name: $crate::http::HeaderName,
                value: $crate::http::HeaderValue,
            ) -> Self {
                self.with(|options| options.header(name, value))
            }

            fn with(
                mut self,
                change: impl FnOnce($crate::CallOptions) -> $crate::CallOptions,
            ) -> Self {
                self.options = change(self.options);
                self
            }
        }
    };
}

/// The type `WaitBuilder` without the methods that wait, and `Client::wait`.
#[doc(hidden)]
#[macro_export]
macro_rules! wait_builder {
    () => {
        /// A wait that has not started: see [`Client::wait`].
        #[must_use = "nothing happens before `run`"]
        pub struct WaitBuilder<'a, W> {
            client: &'a Client,
            waiter: W,
            options: $crate::wait::WaitOptions,
        }

        impl<W: $crate::wait::Waiter> std::fmt::Debug for WaitBuilder<'_, W> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let operation = <W::Request as $crate::Operation>::INFO.name;
                f.debug_struct("WaitBuilder")
                    .field("operation", &operation)
                    .finish_non_exhaustive()
            }
        }

        impl Client {
            /// Waits for a long-running operation, such as a bulk load. Nothing happens before
            /// [`run`](WaitBuilder::run), [`run_with`](WaitBuilder::run_with) or [`start`](WaitBuilder::start).
            ///
            /// The waiters are in the module [`waiters`](neptunedata::wait::waiters); any other
            /// [`Waiter`](neptunedata::wait::Waiter) works too.
            pub fn wait<W: $crate::wait::Waiter>(&self, waiter: W) -> WaitBuilder<'_, W> {
                WaitBuilder {
                    client: self,
                    waiter,
                    options: $crate::wait::WaitOptions::new(),
                }
            }
        }

        impl<W: $crate::wait::Waiter> WaitBuilder<'_, W> {
            fn into_machine(self) -> $crate::wait::Wait<W> {
                let (session, seed) = (self.client.session(), self.client.seed());
                $crate::wait::Wait::with_options(session, self.waiter, self.options, seed)
            }

            /// Sets all options. Replaces options set before.
            pub fn options(mut self, options: $crate::wait::WaitOptions) -> Self {
                self.options = options;
                self
            }

            /// The maximum time to wait in all: see
            /// [`WaitOptions::timeout`](neptunedata::wait::WaitOptions::timeout). Default: that of the waiter. The client's
            /// [`timeout`](neptunedata::transport::ClientOptions::timeout) does not apply.
            pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
                self.options = self.options.timeout(timeout);
                self
            }

            /// The interval between the first and the second poll: see
            /// [`WaitOptions::interval`](neptunedata::wait::WaitOptions::interval). Default: that of the waiter.
            pub fn interval(mut self, interval: std::time::Duration) -> Self {
                self.options = self.options.interval(interval);
                self
            }

            /// The maximum interval between two polls: see
            /// [`WaitOptions::max_interval`](neptunedata::wait::WaitOptions::max_interval). Default: that of the waiter.
            pub fn max_interval(mut self, interval: std::time::Duration) -> Self {
                self.options = self.options.max_interval(interval);
                self
            }
        }
    };
}
