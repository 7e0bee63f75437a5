//! How a client signs: the builder's setting, and what is read for it when the client is built.

use std::sync::Arc;

use neptunedata::{Endpoint, credentials::CredentialsError};

use super::BuildError;
#[cfg(feature = "aws-config")]
use crate::{aws::SdkProvider, runtime::Asynchronous};
use crate::{credential_files, credentials_source::Source};

/// How to authenticate requests, as set in the builder. Nothing has been read yet.
pub(super) enum Signing {
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
) -> Result<(Source, Endpoint), BuildError> {
    let credentials_error = |error: CredentialsError| BuildError::Credentials(error.to_string());
    let mut region = endpoint.region().map(str::to_owned);
    if region_from_environment {
        region = region.or_else(credential_files::region);
    }
    let source = match signing {
        Signing::Source(source) => source,
        Signing::Environment => {
            Source::Value(credential_files::environment().map_err(credentials_error)?)
        }
        Signing::Profile(name) => {
            let profile = credential_files::Profile::new(name);
            let profile_region = profile.check().map_err(credentials_error)?;
            region = region.or(profile_region);
            Source::OnThread(Arc::new(move |_| profile.load()))
        }
        #[cfg(feature = "aws-config")]
        Signing::Chain => in_runtime(SdkProvider::chain(region.clone())),
    };
    match region {
        Some(region) if endpoint.region().is_none() => {
            let endpoint = endpoint.with_region(&region);
            Ok((source, endpoint.map_err(BuildError::Region)?))
        }
        _ => Ok((source, endpoint)),
    }
}

#[cfg(feature = "aws-config")]
pub(super) fn in_runtime(provider: SdkProvider) -> Source {
    let provider = Asynchronous::new(provider);
    Source::OnThread(Arc::new(move |_| provider.load()))
}
