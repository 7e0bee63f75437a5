//! Credentials and errors of the AWS SDK's providers.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError as SdkError;

use crate::{credentials::Credentials, error::CredentialsError};

/// Needs the feature `aws-credential-types`.
impl From<aws_credential_types::Credentials> for Credentials {
    fn from(credentials: aws_credential_types::Credentials) -> Self {
        let new = Credentials::new(credentials.access_key_id(), credentials.secret_access_key())
            .with_session_token(credentials.session_token().unwrap_or_default());
        match credentials.expiry() {
            Some(expiry) => new.with_expiry(expiry),
            None => new,
        }
    }
}

/// Keeps the texts of the error and its sources, without what a credential process wrote to its standard error. The
/// error itself is not kept, because it may hold whole responses. Needs the feature `aws-credential-types`.
impl From<SdkError> for CredentialsError {
    fn from(error: SdkError) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            let shown = match cause_text.split_once("Stderr:") {
                Some((before, _)) => before.trim_end(),
                None => &cause_text,
            };
            text.push_str(": ");
            text.push_str(shown);
            source = cause.source();
        }
        CredentialsError::new(text)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn credentials_keep_token_and_expiry() {
        let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        for (token, expiry) in [(None, None), (Some("token".to_owned()), Some(expiry))] {
            let sdk =
                aws_credential_types::Credentials::new("id", "secret", token, expiry, "a test");
            let credentials = Credentials::from(sdk.clone());
            assert_eq!(credentials.access_key_id(), "id");
            assert_eq!(credentials.secret_access_key(), "secret");
            assert_eq!(credentials.session_token(), sdk.session_token());
            assert_eq!(credentials.expires_at(), expiry);
        }
    }

    #[test]
    fn errors_show_their_sources_without_standard_error() {
        let error = SdkError::provider_error("exit status: 1. Stderr: c4n4ry");
        let error = CredentialsError::from(error);
        let text = error.to_string();
        assert!(text.ends_with(": exit status: 1."), "{text}");
        assert!(!format!("{error:?}").contains("c4n4ry"));
    }
}
