//! With what a client signs, as the builder is told, and what is read for it when the client is built.

use std::sync::Arc;

use neptunedata::{Endpoint, credentials::CredentialsError};

use super::BuildError;
#[cfg(feature = "aws-config")]
use crate::{aws::SdkProvider, runtime::Asynchronous};
use crate::{credential_files, credentials_source::Source};

/// How requests are to be authenticated, before anything has been read.
pub(super) enum Signing {
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
) -> Result<(Source, Endpoint), BuildError> {
    let unusable = |error: CredentialsError| BuildError::Credentials(error.to_string());
    let mut region = endpoint.region().map(str::to_owned);
    if region_wanted {
        region = region.or_else(credential_files::region);
    }
    let source = match signing {
        Signing::Source(source) => source,
        Signing::Environment => Source::Value(credential_files::environment().map_err(unusable)?),
        Signing::Profile(name) => {
            let profile = credential_files::Profile::new(name);
            let own = profile.check().map_err(unusable)?;
            region = region.or(own);
            Source::Apart(Arc::new(move |_| profile.load()))
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
    Source::Apart(Arc::new(move |_| provider.load()))
}
