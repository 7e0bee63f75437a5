//! Credentials from a provider: cached until shortly before they expire, and fetched once however many calls wait for
//! them.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::SystemTime,
};

use neptunedata::{
    Credentials,
    credentials::{
        CredentialsError,
        cache::{CredentialsCache, Decision, REFRESH_AHEAD},
    },
};

use super::Provider;
use crate::deadlines::Limits;

/// A provider, and the credentials that it returned last. One call fetches at a time.
pub(crate) struct CachedProvider {
    /// `None` if the session has static credentials or does not sign.
    provider: Option<Provider>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    cache: CredentialsCache,
    /// A fetch is running.
    is_fetching: bool,
    /// The thread of that fetch, once it is known.
    fetching_thread: Option<ThreadId>,
    /// The number of fetches that have ended.
    fetches: u64,
    /// The outcome of the last fetch. Only the calls that waited for it use it.
    last_outcome: Option<Result<Credentials, CredentialsError>>,
}

/// Why there are no credentials.
#[derive(Debug)]
pub(crate) enum Missing {
    Failed(CredentialsError),
    /// The time limit of the call is over.
    TimedOut,
}

impl CachedProvider {
    pub(crate) fn new(provider: Option<Provider>) -> Self {
        CachedProvider {
            provider,
            shared: Arc::default(),
        }
    }

    /// Returns credentials for one call. `refresh` says that the call's own credentials, `given`, were
    /// rejected or have expired; if the cache contains different credentials by now, they are returned.
    pub(crate) fn get(
        &self,
        refresh: bool,
        given: Option<&Credentials>,
        limits: &Limits,
    ) -> Result<Credentials, Missing> {
        let (function, on_thread) = match &self.provider {
            Some(Provider::Function(function)) => (function, false),
            Some(Provider::OnThread(function)) => (function, true),
            // With this error, the core returns the server's rejection to the caller.
            None => {
                let error = CredentialsError::without_provider();
                return Err(Missing::Failed(error));
            }
        };
        let rejected = given.filter(|_| refresh);
        let mut state = self.shared.state();
        let seen = state.fetches;
        loop {
            let valid = match state.cache.get(SystemTime::now(), REFRESH_AHEAD, rejected) {
                Decision::Use(credentials) => return Ok(credentials),
                Decision::UseAndRefresh(credentials) if state.is_fetching => {
                    return Ok(credentials);
                }
                Decision::UseAndRefresh(credentials) => Some(credentials),
                Decision::Fetch => {
                    // A fetch has ended since this call began to wait. Its outcome is used even if the cache does not
                    // return it: it failed, or the credentials have expired already.
                    if state.fetches != seen
                        && let Some(outcome) = &state.last_outcome
                    {
                        return outcome.clone().map_err(Missing::Failed);
                    }
                    if state.is_fetching && state.fetching_thread == Some(thread::current().id()) {
                        // It would wait for itself: a deadlock.
                        let reason = "the credentials provider called the client that waits for it";
                        return Err(Missing::Failed(CredentialsError::new(reason)));
                    }
                    if state.is_fetching {
                        state = self.shared.wait(state, limits)?;
                        continue;
                    }
                    None
                }
            };
            // The cached credentials are not good enough, so a cache of the provider's must not return them again.
            let bypass_cache = refresh || !state.cache.is_empty();
            state.is_fetching = true;
            // A separate thread stores its own id.
            state.fetching_thread = (!on_thread).then(|| thread::current().id());
            drop(state);
            let fetch = Fetch(Some(Arc::clone(&self.shared)));
            if on_thread {
                let function = Arc::clone(function);
                let work = move || {
                    fetch.set_thread();
                    fetch.finish(function(bypass_cache));
                };
                // If the thread cannot be started, dropping `fetch` reports that.
                let _ = thread::Builder::new()
                    .name("neptune-credentials".to_owned())
                    .spawn(work);
                if let Some(credentials) = valid {
                    return Ok(credentials);
                }
            } else {
                fetch.finish(function(bypass_cache));
            }
            state = self.shared.state();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a fetch has ended, or the time is over.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        limits: &Limits,
    ) -> Result<MutexGuard<'a, State>, Missing> {
        Ok(match limits.left().map_err(|_| Missing::TimedOut)? {
            Some(left) => {
                let woken = self.changed.wait_timeout(state, left);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let woken = self.changed.wait(state);
                woken.unwrap_or_else(PoisonError::into_inner)
            }
        })
    }

    fn finish(&self, outcome: Result<Credentials, CredentialsError>) {
        let now = SystemTime::now();
        let mut state = self.state();
        match &outcome {
            Ok(credentials) => state.cache.put(credentials.clone(), now),
            Err(_) => state.cache.failed(now),
        }
        state.fetches = state.fetches.wrapping_add(1);
        state.last_outcome = Some(outcome);
        state.is_fetching = false;
        state.fetching_thread = None;
        drop(state);
        self.changed.notify_all();
    }
}

/// A running fetch. If it is dropped without an outcome, as when the provider panics, this counts as an error.
struct Fetch(Option<Arc<Shared>>);

impl Fetch {
    /// The fetch runs on this thread.
    fn set_thread(&self) {
        if let Some(shared) = &self.0 {
            shared.state().fetching_thread = Some(thread::current().id());
        }
    }

    fn finish(mut self, outcome: Result<Credentials, CredentialsError>) {
        if let Some(shared) = self.0.take() {
            shared.finish(outcome);
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            let reason = "the credentials provider panicked, or its thread could not be started";
            shared.finish(Err(CredentialsError::new(reason)));
        }
    }
}
