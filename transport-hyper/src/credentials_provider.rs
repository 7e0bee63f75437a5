//! Providers of credentials: closures of the caller, profiles and the AWS SDK.

#[cfg(feature = "aws-config")]
mod aws;
mod cached;

use std::{fs, future::Future, sync::Arc, thread};

use futures_util::{FutureExt, future::BoxFuture};
use neptunedata::{
    Credentials,
    credentials::{CredentialsError, profile::ProfileLookup},
};

pub(crate) use cached::CachedProvider;

type Outcome = Result<Credentials, CredentialsError>;

/// Fetches credentials. Its argument says whether to bypass caches.
#[derive(Clone)]
pub(crate) struct Provider(Arc<dyn Fn(bool) -> BoxFuture<'static, Outcome> + Send + Sync>);

impl Provider {
    pub(crate) fn new<F, A>(provider: F) -> Provider
    where
        F: Fn(bool) -> A + Send + Sync + 'static,
        A: Future<Output = Outcome> + Send + 'static,
    {
        Provider(Arc::new(move |refresh| provider(refresh).boxed()))
    }

    /// The credentials of a profile.
    pub(crate) fn profile(lookup: ProfileLookup) -> Provider {
        Provider::new(move |_| {
            let lookup = lookup.clone();
            run_on_thread(move || lookup.load(|path| fs::read_to_string(path), run_process))
        })
    }
}

/// Runs `work` on a separate thread, because it may block on files and processes.
pub(crate) async fn run_on_thread<F>(work: F) -> Result<Credentials, CredentialsError>
where
    F: FnOnce() -> Result<Credentials, CredentialsError> + Send + 'static,
{
    let result = Arc::new(async_lock::Mutex::new(None));
    // The thread holds the lock until it ends, also if it panics.
    if let Some(mut guard) = result.try_lock_arc() {
        let named = thread::Builder::new().name("neptune-credentials".to_owned());
        // If the thread cannot be started, the result stays empty.
        let _ = named.spawn(move || *guard = Some(work()));
    }
    let result = result.lock().await.take();
    result.unwrap_or_else(|| {
        let reason = "the credentials provider panicked, or its thread could not be started";
        Err(CredentialsError::new(reason))
    })
}

neptunedata::run_credential_process!();
