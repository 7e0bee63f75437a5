//! How a client signs: the builder's setting, and what is read for it when the client is built.

#[cfg(feature = "aws-config")]
use std::sync::Arc;

use neptunedata::{Auth, Endpoint, credentials::CredentialsError};

use super::BuildError;
#[cfg(feature = "aws-config")]
use crate::{aws::SdkProvider, tokio_runtime::check};
use crate::{
    credential_files,
    credentials_source::{self, Source},
};

/// How to authenticate requests, as set in the builder. Nothing has been read yet.
pub(super) enum Signing {
    Session(Auth),
    Source(Source),
    Environment,
    Profile(Option<String>),
    #[cfg(feature = "aws-config")]
    Chain,
}

/// Reads the credentials when a client is built, and the region if it is not known.
pub(super) fn resolve(
    signing: Signing,
    endpoint: Endpoint,
    region_from_environment: bool,
) -> Result<(Auth, Source, Endpoint), BuildError> {
    let credentials_error = |error: CredentialsError| BuildError::Credentials(error.to_string());
    let mut region = endpoint.region().map(str::to_owned);
    if region_from_environment {
        region = region.or_else(credential_files::region);
    }
    let (auth, source) = match signing {
        Signing::Session(auth) => (auth, Source::default()),
        Signing::Source(source) => (Auth::from_driver(), source),
        Signing::Environment => {
            let credentials = credential_files::environment().map_err(credentials_error)?;
            (Auth::credentials(credentials), Source::default())
        }
        Signing::Profile(name) => {
            let profile = credential_files::Profile::new(name);
            let profile_region = profile.check().map_err(credentials_error)?;
            region = region.or(profile_region);
            let source = Source::new(move |_| {
                let profile = profile.clone();
                credentials_source::run_on_thread(move || profile.load())
            });
            (Auth::from_driver(), source)
        }
        #[cfg(feature = "aws-config")]
        Signing::Chain => {
            let chain = SdkProvider::chain(region.clone());
            (Auth::from_driver(), in_runtime(chain))
        }
    };
    match region {
        Some(region) if endpoint.region().is_none() => {
            let endpoint = endpoint.with_region(&region);
            Ok((auth, source, endpoint.map_err(BuildError::Region)?))
        }
        _ => Ok((auth, source, endpoint)),
    }
}

#[cfg(feature = "aws-config")]
pub(super) fn in_runtime(provider: SdkProvider) -> Source {
    let provider = Arc::new(provider);
    Source::new(move |_| {
        let provider = Arc::clone(&provider);
        async move {
            // Without a runtime, the SDK would panic. The client has not checked for one if it has a custom
            // connector and timer.
            if let Err(reason) = check() {
                return Err(CredentialsError::new(format!(
                    "the AWS SDK requires a tokio runtime: {reason}"
                )));
            }
            provider.load().await
        }
    })
}
