//! Credentials from providers of the AWS SDK, in the tokio runtime of the caller.

use std::sync::Arc;

use aws_config::{
    BehaviorVersion, Region, environment::region::EnvironmentVariableRegionProvider,
    meta::region::RegionProviderChain, profile::ProfileFileRegionProvider,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use neptunedata::credentials::CredentialsError;
use tokio::sync::OnceCell;

use super::Provider;
use crate::tokio_runtime::check;

impl Provider {
    /// The default chain, which is set up when credentials are first needed.
    pub(crate) fn aws_chain(region: Option<String>) -> Provider {
        Provider::sdk(OnceCell::new(), region)
    }

    pub(crate) fn aws(provider: impl ProvideCredentials + 'static) -> Provider {
        let provider = SharedCredentialsProvider::new(provider);
        Provider::sdk(OnceCell::new_with(Some(provider)), None)
    }

    fn sdk(provider: OnceCell<SharedCredentialsProvider>, region: Option<String>) -> Provider {
        let shared = Arc::new((provider, region));
        Provider::new(move |_| {
            let shared = Arc::clone(&shared);
            async move {
                // Without a runtime, the SDK would panic. The client has not checked for one if it has a custom
                // connector and timer.
                if let Err(reason) = check() {
                    return Err(CredentialsError::new(format!(
                        "the AWS SDK requires a tokio runtime: {reason}"
                    )));
                }
                let (provider, region) = &*shared;
                let default = || default_chain(region.clone());
                let provider = provider.get_or_try_init(default).await?;
                Ok(provider.provide_credentials().await?.into())
            }
        })
    }
}

/// The chain calls services in the region that the environment or the profile names, else in this one.
async fn default_chain(
    region: Option<String>,
) -> Result<SharedCredentialsProvider, CredentialsError> {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let regions = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
        .or_else(region.map(Region::new));
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(regions);
    let provider = config.load().await.credentials_provider();
    provider.ok_or_else(|| {
        CredentialsError::new("the AWS default credentials provider chain has no provider")
    })
}
