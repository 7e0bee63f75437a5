//! Providers of credentials: closures of the caller, profiles and the AWS SDK.

#[cfg(feature = "aws-config")]
mod aws;
mod cached;
mod process;

use std::{fs, sync::Arc};

use neptunedata::{
    Credentials,
    credentials::{CredentialsError, profile::ProfileLookup},
};

pub(crate) use cached::{CachedProvider, Missing};

type Function = dyn Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync;

/// Fetches credentials. Its argument says whether to bypass caches.
pub(crate) enum Provider {
    /// Called on the thread of the call.
    Function(Arc<Function>),
    /// Called on its own thread, so that a call can stop waiting for it.
    OnThread(Arc<Function>),
}

impl Provider {
    /// The credentials of a profile.
    pub(crate) fn profile(lookup: ProfileLookup) -> Provider {
        Provider::OnThread(Arc::new(move |_| {
            let lookup = lookup.clone();
            lookup.load(|path| fs::read_to_string(path), process::run_process)
        }))
    }
}
