use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// An AWS access key, with which requests are signed.
///
/// Clones are cheap: they share the strings. `Debug` shows the access key id, which is not a secret, and
/// hides the rest. The values are checked only when a request is signed: see
/// [`SignError`](crate::signing::SignError).
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use neptunedata::Credentials;
///
/// let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_940_000);
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
///     .with_session_token("AQoDYXdzEPT//////////wEXAMPLE")
///     .with_expiry(expiry);
///
/// assert!(credentials.is_expired_at(expiry));
/// assert!(!format!("{credentials:?}").contains("wJalr"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(Arc<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expires_at: Option<SystemTime>,
}

impl Credentials {
    /// A long-lived access key: an id such as `AKIAIOSFODNN7EXAMPLE` and its secret.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expires_at: None,
        }))
    }

    /// Adds the session token of a temporary key. It is sent and signed with each request.
    ///
    /// An empty token counts as absent: `AWS_SESSION_TOKEN=` clears it in an environment.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        Arc::make_mut(&mut self.0).session_token = (!token.is_empty()).then_some(token);
        self
    }

    /// Sets the time from which the service rejects a temporary key. Default: the key does not expire.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).expires_at = Some(expires_at);
        self
    }

    /// The public half of the key, sent as plain text with each signed request.
    pub fn access_key_id(&self) -> &str {
        &self.0.access_key_id
    }

    /// The secret half of the key. It never leaves the process.
    pub fn secret_access_key(&self) -> &str {
        &self.0.secret_access_key
    }

    /// The session token of a temporary key.
    pub fn session_token(&self) -> Option<&str> {
        self.0.session_token.as_deref()
    }

    /// The time at which a temporary key expires, if known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// Whether the key has expired at the wall-clock time `wall`, including the instant of expiry itself.
    /// A key without an expiry never expires.
    pub fn is_expired_at(&self, wall: SystemTime) -> bool {
        self.0.expires_at.is_some_and(|expiry| expiry <= wall)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = if self.0.session_token.is_some() {
            format_args!("present")
        } else {
            format_args!("absent")
        };
        f.debug_struct("Credentials")
            .field("access_key_id", &self.0.access_key_id)
            .field("session_token", &token)
            .field("expires_at", &self.0.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn debug_shows_only_the_id() {
        let long_lived = Credentials::new("AKIDEXAMPLE", "c4n4ry-secret");
        assert_eq!(
            format!("{long_lived:?}"),
            r#"Credentials { access_key_id: "AKIDEXAMPLE", session_token: absent, expires_at: None, .. }"#
        );
        let temporary = long_lived.with_session_token("c4n4ry-token");
        assert_eq!(
            format!("{temporary:?}"),
            r#"Credentials { access_key_id: "AKIDEXAMPLE", session_token: present, expires_at: None, .. }"#
        );
        assert!(!format!("{temporary:#?}").contains("c4n4ry"));
    }

    #[test]
    fn setters_do_not_change_earlier_clones() {
        let first = Credentials::new("id", "secret");
        let second = first.clone().with_session_token("token");
        assert_eq!(first.session_token(), None);
        assert_eq!(second.session_token(), Some("token"));
        assert_ne!(first, second);
        assert_eq!(first, second.with_session_token(""));
    }

    #[test]
    fn expiry_is_inclusive() {
        let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let credentials = Credentials::new("id", "secret");
        assert!(!credentials.is_expired_at(expiry));
        let credentials = credentials.with_expiry(expiry);
        assert!(!credentials.is_expired_at(expiry - Duration::from_nanos(1)));
        assert!(credentials.is_expired_at(expiry));
        assert_eq!(credentials.expires_at(), Some(expiry));
    }
}
