//! Credentials from providers of the AWS SDK, on a private tokio runtime.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{
    BehaviorVersion, Region, environment::region::EnvironmentVariableRegionProvider,
    meta::region::RegionProviderChain, profile::ProfileFileRegionProvider,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use neptunedata::{Credentials, credentials::CredentialsError};
use tokio::runtime::{Builder, Runtime};

use super::Provider;

struct SdkProvider {
    /// The default chain is set up when credentials are first needed.
    provider: Option<SharedCredentialsProvider>,
    region: Option<String>,
    /// Started at first use.
    runtime: Option<Runtime>,
}

impl Provider {
    pub(crate) fn aws_chain(region: Option<String>) -> Provider {
        Provider::sdk(None, region)
    }

    pub(crate) fn aws(provider: impl ProvideCredentials + 'static) -> Provider {
        Provider::sdk(Some(SharedCredentialsProvider::new(provider)), None)
    }

    fn sdk(provider: Option<SharedCredentialsProvider>, region: Option<String>) -> Provider {
        // One thread fetches at a time.
        let sdk = Mutex::new(SdkProvider {
            provider,
            region,
            runtime: None,
        });
        Provider::OnThread(Arc::new(move |_| {
            sdk.lock().unwrap_or_else(PoisonError::into_inner).load()
        }))
    }
}

impl SdkProvider {
    fn load(&mut self) -> Result<Credentials, CredentialsError> {
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| {
                    let reason = format!("cannot start the tokio runtime for the AWS SDK: {error}");
                    CredentialsError::new(reason)
                })?,
        };
        let runtime = self.runtime.insert(runtime);
        let (provider, region) = (&mut self.provider, &self.region);
        runtime.block_on(async {
            let provider = match provider {
                Some(provider) => provider,
                None => provider.insert(default_chain(region.clone()).await?),
            };
            Ok(provider.provide_credentials().await?.into())
        })
    }
}

impl Drop for SdkProvider {
    /// Dropping a runtime waits for its threads, which panics within another runtime.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
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
