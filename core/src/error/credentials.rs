//! The error of credentials providers.

use std::{
    error::Error as StdError,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::one_line;
use crate::credentials::Credentials;

/// There are no usable credentials.
#[derive(Debug, Clone)]
pub struct CredentialsError {
    reason: String,
    lacks_provider: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl CredentialsError {
    /// An error with this text, which must not contain a secret.
    pub fn new(reason: impl Into<String>) -> Self {
        CredentialsError {
            reason: reason.into(),
            lacks_provider: false,
            source: None,
        }
    }

    /// The error of a driver without a credentials provider when a machine requests new credentials. The machine
    /// adds the time at which the current credentials expired.
    pub fn without_provider() -> Self {
        CredentialsError {
            lacks_provider: true,
            ..CredentialsError::new("no credentials provider is configured")
        }
    }

    /// Adds what is known about the credentials in use: the server has `rejected` them, or they have expired.
    pub(crate) fn in_place_of(self, given: Option<&Credentials>, rejected: bool) -> Self {
        let (true, Some(given)) = (self.lacks_provider, given) else {
            return self;
        };
        let what = if !rejected {
            let expiry = given.expires_at().map(at).unwrap_or_default();
            format!("credentials expired{expiry}")
        } else if lacks_token(given) {
            "credentials rejected: temporary keys (ASIA…) need their session token".to_owned()
        } else {
            "credentials rejected".to_owned()
        };
        let reason = format!("{what}, and no credentials provider is configured");
        CredentialsError { reason, ..self }
    }

    /// The error when the provider replaced expired credentials with credentials that have also expired.
    pub(crate) fn expired(credentials: &Credentials) -> Self {
        let expiry = credentials.expires_at().map(at).unwrap_or_default();
        CredentialsError::new(format!(
            "the credentials provider returned credentials that expired{expiry}"
        ))
    }

    /// Adds the last 512 bytes of what a credential process wrote to its standard error, on one line.
    pub(crate) fn with_standard_error(mut self, stderr: &[u8]) -> Self {
        const LIMIT: usize = 512;
        // Names of secrets without underscores, as in logged responses and in traces of a shell.
        const SECRETS: [&str; 3] = ["secretaccesskey", "sessiontoken", "securitytoken"];
        let text = String::from_utf8_lossy(stderr);
        let text = text.trim();
        let names = text.to_ascii_lowercase().replace('_', "");
        if SECRETS.iter().any(|secret| names.contains(secret)) {
            self.reason += "; standard error is not shown, because it may contain keys";
        } else if !text.is_empty() {
            let cut = text.ceil_char_boundary(text.len().saturating_sub(LIMIT));
            let end = text.get(cut..).unwrap_or_default();
            let mark = if cut > 0 { "\u{2026}" } else { "" };
            self.reason += &format!("; standard error: {mark}{}", one_line(end.as_bytes()));
        }
        self
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

/// Keys that begin with `ASIA` are temporary and valid only with their session token.
fn lacks_token(credentials: &Credentials) -> bool {
    credentials.access_key_id().starts_with("ASIA") && credentials.session_token().is_none()
}

/// ` at …`; empty for a time outside the years 1970 to 9999, which an HTTP date cannot express.
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
