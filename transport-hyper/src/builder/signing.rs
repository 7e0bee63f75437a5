//! With what a client signs, as the builder is told, and what is read for it when the client is built.

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

/// How requests are to be authenticated, before anything has been read.
pub(super) enum Signing {
    Session(Auth),
    Source(Source),
    Environment,
    Profile(Option<String>),
    #[cfg(feature = "aws-config")]
    Chain,
}

/// Reads what is to be read when a client is built: credentials, and the region if need be.
pub(super) fn resolve(
    signing: Signing,
    endpoint: Endpoint,
    region_wanted: bool,
) -> Result<(Auth, Source, Endpoint), BuildError> {
    let unusable = |error: CredentialsError| BuildError::Credentials(error.to_string());
    let mut region = endpoint.region().map(str::to_owned);
    if region_wanted {
        region = region.or_else(credential_files::region);
    }
    let (auth, source) = match signing {
        Signing::Session(auth) => (auth, Source::default()),
        Signing::Source(source) => (Auth::from_driver(), source),
        Signing::Environment => {
            let credentials = credential_files::environment().map_err(unusable)?;
            (Auth::credentials(credentials), Source::default())
        }
        Signing::Profile(name) => {
            let profile = credential_files::Profile::new(name);
            let own = profile.check().map_err(unusable)?;
            region = region.or(own);
            let source = Source::new(move |_| {
                let profile = profile.clone();
                credentials_source::apart(move || profile.load())
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
            // The SDK would panic. With a connector and a timer of its own the client has not looked.
            if let Err(reason) = check() {
                return Err(CredentialsError::new(format!(
                    "the AWS SDK works within tokio alone: {reason}"
                )));
            }
            provider.load().await
        }
    })
}
