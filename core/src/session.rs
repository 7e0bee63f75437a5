//! The state that all calls to one cluster share, such as the retry quota and the clock skew. [`Session::call`]
//! creates calls.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use crate::{
    credentials::Credentials,
    endpoint::Endpoint,
    machine::{Call, Quota, Random, Skew, Timeouts},
    operation::Operation,
    retry::RetryPolicy,
    signing::SignError,
};

/// The longest body that is collected by default: 256 MiB.
pub(crate) const DEFAULT_BODY_LIMIT: usize = 256 * 1024 * 1024;
const DEFAULT_POLL_TIMEOUT: Duration = Duration::from_secs(60);

/// The state that calls to one cluster share: endpoint, authentication, retry policy and quota, the measured clock
/// skew, and the derived signing key, which changes daily. Clones are cheap and share this state.
///
/// ```
/// # #[cfg(feature = "sigv4")] {
/// use neptunedata::{Auth, Credentials, Endpoint, Session};
///
/// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let session = Session::new(endpoint, Auth::credentials(credentials))?;
/// assert_eq!(session.endpoint().region(), Some("eu-west-1"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Session(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    auth: Auth,
    policy: RetryPolicy,
    max_body_bytes: usize,
    timeouts: Timeouts,
    poll_timeout: Duration,
    cancel_on_abandon: bool,
    seed: u64,
    /// The number of seeds that were returned.
    seeds: AtomicU64,
    /// The credentials that replaced those of `auth` after they had expired.
    renewed: Mutex<Option<Credentials>>,
    quota: Quota,
    skew: Skew,
    #[cfg(feature = "sigv4")]
    key: crate::signing::key_cache::KeyCache,
}

/// How requests are authenticated.
#[derive(Debug, Clone, PartialEq)]
pub struct Auth(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Unsigned,
    #[cfg(feature = "sigv4")]
    Signed(Option<Credentials>),
}

impl Auth {
    /// Requests are not signed: for clusters without IAM authentication.
    pub fn unsigned() -> Self {
        Auth(Kind::Unsigned)
    }

    /// Requests are signed with these credentials. If they have expired, or the server rejects them as expired or
    /// invalid, machines request new ones from their driver, and the session uses the new ones from then on. For
    /// temporary credentials use [`from_driver`](Auth::from_driver). Needs the feature `sigv4`.
    #[cfg(feature = "sigv4")]
    pub fn credentials(credentials: Credentials) -> Self {
        Auth(Kind::Signed(Some(credentials)))
    }

    /// Requests are signed, and every call requests the credentials from its driver, which should cache
    /// them. Needs the feature `sigv4`.
    #[cfg(feature = "sigv4")]
    pub fn from_driver() -> Self {
        Auth(Kind::Signed(None))
    }

    fn is_signed(&self) -> bool {
        self.0 != Kind::Unsigned
    }
}

/// Why a session cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// Signing needs a region, and the host name does not contain one.
    #[error(
        "missing region for signing: the host name {host:?} does not contain one; set it with \
         Endpoint::with_region"
    )]
    RegionMissing {
        /// The endpoint's host.
        host: String,
    },
    /// Signed requests over plain HTTP to another machine can be read and replayed by others.
    /// [`SessionBuilder::allow_plain_http`] allows them.
    #[error(
        "signed requests to {host:?} would be sent over plain http; use https, or allow it with the option \
         allow_plain_http"
    )]
    PlainHttp {
        /// The endpoint's host.
        host: String,
    },
}

impl Session {
    /// A session with the default settings.
    ///
    /// # Errors
    ///
    /// [`SessionError::RegionMissing`] if signed requests have no region; [`SessionError::PlainHttp`] if signed
    /// requests would go over `http` to a host that is not loopback.
    pub fn new(endpoint: Endpoint, auth: Auth) -> Result<Session, SessionError> {
        Session::builder(endpoint, auth).build()
    }

    /// A session with other settings.
    pub fn builder(endpoint: Endpoint, auth: Auth) -> SessionBuilder {
        SessionBuilder {
            endpoint,
            auth,
            policy: RetryPolicy::default(),
            max_body_bytes: DEFAULT_BODY_LIMIT,
            timeouts: Timeouts::default(),
            poll_timeout: None,
            cancel_on_abandon: false,
            seed: 0,
            plain_http: false,
        }
    }

    /// The endpoint that requests are sent to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// How failed requests are retried.
    pub fn retry_policy(&self) -> &RetryPolicy {
        &self.0.policy
    }

    /// The maximum size of a collected response body in bytes.
    pub fn max_body_bytes(&self) -> usize {
        self.0.max_body_bytes
    }

    /// Whether abandoned queries are cancelled on the server.
    pub fn cancels_on_abandon(&self) -> bool {
        self.0.cancel_on_abandon
    }

    /// Whether requests are signed.
    pub fn is_signed(&self) -> bool {
        self.0.auth.is_signed()
    }

    /// The number of retry tokens left; `None` if there is no [limit](field@RetryPolicy::quota).
    pub fn retry_quota(&self) -> Option<u32> {
        self.0.quota.left()
    }

    /// The time limits of calls that set no time limits themselves.
    pub fn timeouts(&self) -> Timeouts {
        self.0.timeouts
    }

    /// The time limit of each attempt of a poll, for waiters and change streams whose options set no time limit.
    pub fn poll_timeout(&self) -> Duration {
        self.0.poll_timeout
    }

    /// A call of `operation`, with the next [seed](Session::next_seed).
    pub fn call<O: Operation>(&self, operation: &O) -> Call<O> {
        Call::new(self, operation, self.next_seed())
    }

    /// A seed for one machine, derived from the session's [seed](SessionBuilder::seed) and the number of earlier
    /// seeds. The session of a client of a transport crate has a random seed.
    pub fn next_seed(&self) -> u64 {
        let count = self.0.seeds.fetch_add(1, Ordering::Relaxed);
        // Without the rotation, sessions with small seeds would share values: 0 ^ 1 == 1 ^ 0.
        Random::new(self.0.seed ^ count.rotate_left(32)).next()
    }

    /// The credentials that new calls use.
    pub(crate) fn credentials(&self) -> Option<Credentials> {
        match &self.0.auth.0 {
            Kind::Unsigned => None,
            #[cfg(feature = "sigv4")]
            Kind::Signed(credentials) => {
                let renewed = self
                    .0
                    .renewed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                renewed.as_ref().or(credentials.as_ref()).cloned()
            }
        }
    }

    /// Keeps the credentials that replaced the session's own. A session without own credentials requests
    /// them for every call.
    pub(crate) fn renew(&self, credentials: &Credentials) {
        if self.credentials().is_some() {
            let mut renewed = self
                .0
                .renewed
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *renewed = Some(credentials.clone());
        }
    }

    pub(crate) fn quota(&self) -> &Quota {
        &self.0.quota
    }

    pub(crate) fn skew(&self) -> &Skew {
        &self.0.skew
    }

    #[cfg(feature = "sigv4")]
    pub(crate) fn sign(
        &self,
        request: &mut http::Request<Bytes>,
        credentials: &Credentials,
        wall: SystemTime,
    ) -> Result<(), SignError> {
        let region = self.0.endpoint.region().unwrap_or_default();
        crate::signing::sign::sign_with(request, credentials, region, wall, &self.0.key)
    }

    #[cfg(not(feature = "sigv4"))]
    pub(crate) fn sign(
        &self,
        _request: &mut http::Request<Bytes>,
        _credentials: &Credentials,
        _wall: SystemTime,
    ) -> Result<(), SignError> {
        // Without the feature no `Auth` signs.
        Ok(())
    }
}

/// Settings of a [`Session`].
#[derive(Debug, Clone)]
#[must_use]
pub struct SessionBuilder {
    endpoint: Endpoint,
    auth: Auth,
    policy: RetryPolicy,
    max_body_bytes: usize,
    timeouts: Timeouts,
    poll_timeout: Option<Duration>,
    cancel_on_abandon: bool,
    seed: u64,
    plain_http: bool,
}

impl SessionBuilder {
    /// How failed requests are retried; [`RetryPolicy::default`] by default.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The maximum size of a collected response body in bytes; 256 MiB by default.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// The time limit of a call with all attempts and pauses, unless the call sets a limit itself. `None`, the
    /// default, means no limit.
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeouts.total = timeout;
        self
    }

    /// The time limit of one attempt, unless the call sets a limit itself. `None`, the default, means no limit.
    pub fn attempt_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeouts.attempt = timeout;
        self
    }

    /// The time limit of each attempt of a poll, for waiters and change streams whose options set no time limit.
    /// Default: [`attempt_timeout`](Self::attempt_timeout), or else [`timeout`](Self::timeout), or else 60 s.
    /// These calls are short, and a call that hangs must not stop the polling.
    pub fn poll_timeout(mut self, timeout: Duration) -> Self {
        self.poll_timeout = Some(timeout);
        self
    }

    /// The seed from which the session derives the seeds of its calls ([`Session::call`]); 0 by default, for
    /// reproducible tests. **Set a random number in production**: retry jitter, idempotency tokens and query ids are
    /// derived from it. Two processes with the same seed send the same ids, and can cancel each other's queries.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether abandoned queries are cancelled on the server; false by default.
    /// See [`CallOptions::cancel_on_abandon`](crate::machine::CallOptions::cancel_on_abandon).
    pub fn cancel_on_abandon(mut self, cancel: bool) -> Self {
        self.cancel_on_abandon = cancel;
        self
    }

    /// Allows signed requests over plain HTTP to hosts that are not loopback. Use it only in a network that
    /// protects the traffic in another way.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Builds the session.
    ///
    /// # Errors
    ///
    /// The errors of [`Session::new`].
    pub fn build(self) -> Result<Session, SessionError> {
        let SessionBuilder {
            endpoint,
            auth,
            policy,
            max_body_bytes,
            timeouts,
            poll_timeout,
            cancel_on_abandon,
            seed,
            plain_http,
        } = self;
        if auth.is_signed() {
            let host = || endpoint.host().to_owned();
            if endpoint.region().is_none() {
                return Err(SessionError::RegionMissing { host: host() });
            }
            if !endpoint.is_secure() && !endpoint.is_loopback() && !plain_http {
                return Err(SessionError::PlainHttp { host: host() });
            }
        }
        Ok(Session(Arc::new(Inner {
            endpoint,
            auth,
            quota: Quota::new(policy.quota),
            policy,
            max_body_bytes,
            poll_timeout: poll_timeout
                .or(timeouts.attempt)
                .or(timeouts.total)
                .unwrap_or(DEFAULT_POLL_TIMEOUT),
            timeouts,
            cancel_on_abandon,
            seed,
            seeds: AtomicU64::new(0),
            renewed: Mutex::new(None),
            skew: Skew::default(),
            #[cfg(feature = "sigv4")]
            key: crate::signing::key_cache::KeyCache::default(),
        })))
    }
}
