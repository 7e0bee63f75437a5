//! The error of credentials providers.

use std::{
    error::Error as StdError,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::Credentials;

/// There are no usable credentials.
#[derive(Debug, Clone)]
pub struct CredentialsError {
    reason: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl CredentialsError {
    /// An error with this text, which must not contain a secret.
    pub fn new(reason: impl Into<String>) -> Self {
        CredentialsError {
            reason: reason.into(),
            source: None,
        }
    }

    /// The error of a driver without a source of other credentials, when those that it has, `given`, are
    /// not accepted any more at the time `now`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use neptunedata::{Credentials, CredentialsError};
    ///
    /// let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    /// let given = Credentials::new("AKIDEXAMPLE", "wJalrXUtn").with_expiry(expiry);
    /// let error = CredentialsError::without_provider(Some(&given), expiry);
    /// assert_eq!(
    ///     error.to_string(),
    ///     "no usable credentials: credentials expired at Sun, 30 Aug 2015 12:36:00 GMT, and no credentials provider is configured",
    /// );
    /// ```
    pub fn without_provider(given: Option<&Credentials>, now: SystemTime) -> Self {
        let expired = given.filter(|given| given.is_expired_at(now));
        let what = match (given, expired.and_then(Credentials::expires_at)) {
            (_, Some(expiry)) => format!("credentials expired{}", at(expiry)),
            (Some(given), None) if lacks_token(given) => {
                "credentials rejected: temporary keys (ASIA…) need their session token".to_owned()
            }
            _ => "credentials rejected".to_owned(),
        };
        CredentialsError::new(format!("{what}, and no credentials provider is configured"))
    }

    /// The error when credentials have expired, and so have those that the provider gave instead.
    pub(crate) fn expired(credentials: &Credentials) -> Self {
        let expiry = credentials.expires_at().map(at).unwrap_or_default();
        CredentialsError::new(format!(
            "the credentials provider returned credentials that expired{expiry}"
        ))
    }

    /// Adds the underlying error, kept as [`source`](StdError::source).
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The text after `no usable credentials`.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

/// Keys that begin with `ASIA` are temporary, and the service knows them only with their token.
fn lacks_token(credentials: &Credentials) -> bool {
    credentials.access_key_id().starts_with("ASIA") && credentials.session_token().is_none()
}

/// ` at …`; nothing for a time outside of the years 1970 to 9999, which cannot be written.
fn at(time: SystemTime) -> String {
    const END_OF_9999: Duration = Duration::from_secs(253_402_300_800);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) if since < END_OF_9999 => format!(" at {}", httpdate::fmt_http_date(time)),
        _ => String::new(),
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no usable credentials: {}", self.reason)
    }
}

impl StdError for CredentialsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
