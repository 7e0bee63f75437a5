//! Credentials from what the AWS SDK calls a provider. Both transport crates have this file, letter for
//! letter.

use std::error::Error;

use aws_config::{
    BehaviorVersion, Region, environment::region::EnvironmentVariableRegionProvider,
    meta::region::RegionProviderChain, profile::ProfileFileRegionProvider,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use neptunedata::{Credentials, credentials::CredentialsError};
use tokio::sync::OnceCell;

/// One of the SDK's providers.
pub(crate) enum SdkProvider {
    /// The default chain, which is set up when it is asked first. Services that it asks are those of
    /// the region that the environment or the profile names, else of this one.
    Chain {
        region: Option<String>,
        chain: OnceCell<Option<SharedCredentialsProvider>>,
    },
    Given(SharedCredentialsProvider),
}

impl SdkProvider {
    pub(crate) fn chain(region: Option<String>) -> SdkProvider {
        SdkProvider::Chain {
            region,
            chain: OnceCell::new(),
        }
    }

    pub(crate) fn given(provider: impl ProvideCredentials + 'static) -> SdkProvider {
        SdkProvider::Given(SharedCredentialsProvider::new(provider))
    }

    /// Asks it, within a tokio runtime.
    pub(crate) async fn load(&self) -> Result<Credentials, CredentialsError> {
        let provider = match self {
            SdkProvider::Given(provider) => Some(provider),
            SdkProvider::Chain { region, chain } => {
                let chain = chain.get_or_init(|| default_chain(region.clone())).await;
                chain.as_ref()
            }
        };
        let Some(provider) = provider else {
            return Err(CredentialsError::new("the AWS chain is empty"));
        };
        let given = provider.provide_credentials().await.map_err(explain)?;
        let mut credentials = Credentials::new(given.access_key_id(), given.secret_access_key());
        if let Some(token) = given.session_token() {
            credentials = credentials.with_session_token(token);
        }
        Ok(match given.expiry() {
            Some(expiry) => credentials.with_expiry(expiry),
            None => credentials,
        })
    }
}

async fn default_chain(region: Option<String>) -> Option<SharedCredentialsProvider> {
    let ring = tls::Provider::Rustls(CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(ring)
        .build_https();
    let regions = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
        .or_else(region.map(Region::new));
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(regions)
        .load()
        .await;
    config.credentials_provider()
}

/// Text alone: the SDK's errors hold whole answers. What a credential process printed is cut off.
fn explain(error: aws_credential_types::provider::error::CredentialsError) -> CredentialsError {
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
