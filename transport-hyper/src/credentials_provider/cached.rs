//! Credentials from a provider: cached until shortly before they expire, and fetched once however many
//! calls wait for them.

use std::{
    panic::AssertUnwindSafe,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use neptunedata::{
    Credentials,
    credentials::{
        CredentialsError,
        cache::{CredentialsCache, Decision, REFRESH_AHEAD},
    },
};

use super::{Outcome, Provider};
use crate::{clock::Clock, runtime_id::RuntimeId};

/// How long a call waits for an early refresh. After that it continues with the old credentials.
const EARLY_REFRESH_TIMEOUT: Duration = Duration::from_secs(3);

/// The maximum age of a fetch that no call waits for. The next call continues a younger fetch, and replaces
/// an older one.
const MAX_FETCH_AGE: Duration = Duration::from_secs(60);

/// A provider, and the credentials that it returned last.
pub(crate) struct CachedProvider {
    /// None if the session has static credentials or does not sign.
    provider: Option<Provider>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cache: CredentialsCache,
    fetch: Option<Fetch>,
}

/// A call of the provider that has not finished. All client calls that wait for it poll the same shared
/// future, because the client call that started it may never be polled again.
#[derive(Clone)]
struct Fetch {
    outcome: Shared<BoxFuture<'static, Outcome>>,
    since: Instant,
    /// The runtime in which the fetch began. Its I/O and timers may need this runtime.
    runtime: RuntimeId,
}

impl Fetch {
    fn new(provider: Provider, bypass_cache: bool, since: Instant, runtime: RuntimeId) -> Fetch {
        // The async block calls the provider when it is first polled, not here, where the lock is held. A
        // panic is caught, because `Shared` would pass it on to all calls that wait.
        let outcome = AssertUnwindSafe(async move { provider.0(bypass_cache).await })
            .catch_unwind()
            .map(|outcome| {
                let panicked = || CredentialsError::new("the credentials provider panicked");
                outcome.unwrap_or_else(|_| Err(panicked()))
            });
        Fetch {
            outcome: outcome.boxed().shared(),
            since,
            runtime,
        }
    }

    /// Whether a call in this runtime can wait for it.
    fn is_usable(&self, runtime: RuntimeId, now: Instant) -> bool {
        self.runtime == runtime
            && (self.is_awaited() || now.saturating_duration_since(self.since) <= MAX_FETCH_AGE)
    }

    /// Whether a call waits for it. One reference is that of [`State`].
    fn is_awaited(&self) -> bool {
        self.outcome.strong_count().is_some_and(|count| count > 1)
    }
}

impl CachedProvider {
    pub(crate) fn new(provider: Option<Provider>) -> CachedProvider {
        let state = Mutex::default();
        CachedProvider { provider, state }
    }

    /// Returns credentials for one call. `refresh` says that the call's own credentials, `given`, were rejected or have
    /// expired; if the cache contains different credentials by now, they are returned. `wall` returns the time of day.
    pub(crate) async fn get(
        &self,
        refresh: bool,
        given: Option<&Credentials>,
        wall: impl Fn() -> SystemTime,
        clock: &Clock,
    ) -> Outcome {
        let Some(provider) = &self.provider else {
            return Err(CredentialsError::without_provider());
        };
        let rejected = given.filter(|_| refresh);
        let (runtime, now) = (RuntimeId::here(), clock.instant());
        let (fetch, valid) = {
            let mut state = self.state();
            let valid = match state.cache.get(wall(), REFRESH_AHEAD, rejected) {
                Decision::Use(credentials) => return Ok(credentials),
                Decision::UseAndRefresh(credentials) => Some(credentials),
                Decision::Fetch => None,
            };
            let running = state.fetch.as_ref();
            match (running.filter(|fetch| fetch.is_usable(runtime, now)), valid) {
                // One call waits for the next credentials, the others use those that are still valid.
                (Some(fetch), Some(valid)) if fetch.is_awaited() => return Ok(valid),
                (Some(fetch), valid) => (fetch.clone(), valid),
                (None, valid) => {
                    // The cached credentials cannot be used any longer, so the provider must not return them
                    // again from a cache of its own.
                    let bypass_cache = refresh || !state.cache.is_empty();
                    let fetch = Fetch::new(provider.clone(), bypass_cache, now, runtime);
                    state.fetch = Some(fetch.clone());
                    (fetch, valid)
                }
            }
        };
        let outcome = match &valid {
            None => fetch.outcome.clone().await,
            Some(valid) => {
                let deadline = clock.after(EARLY_REFRESH_TIMEOUT);
                match clock.within(deadline, fetch.outcome.clone()).await {
                    Some(outcome) => outcome,
                    None => {
                        // This call goes on with the old credentials, and so do all others during the pause after a
                        // failure. The fetch is kept: the provider may be about to return, and the next call that needs
                        // credentials continues it.
                        self.state().cache.failed(wall());
                        return Ok(valid.clone());
                    }
                }
            }
        };
        let mut state = self.state();
        // The first call to get the outcome puts it into the cache.
        let is_this = |open: &Fetch| open.outcome.ptr_eq(&fetch.outcome);
        if state.fetch.as_ref().is_some_and(is_this) {
            state.fetch = None;
            match &outcome {
                Ok(credentials) => state.cache.put(credentials.clone(), wall()),
                Err(_) => state.cache.failed(wall()),
            }
        }
        // The old credentials are still valid, so no call fails because a refresh did.
        outcome.or_else(|error| valid.ok_or(error))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    };

    use super::*;
    use crate::credentials_provider::run_on_thread;

    fn cached<F, A>(provider: F) -> CachedProvider
    where
        F: Fn(bool) -> A + Send + Sync + 'static,
        A: Future<Output = Outcome> + Send + 'static,
    {
        CachedProvider::new(Some(Provider::new(provider)))
    }

    fn clock() -> Clock {
        Clock::new(Arc::new(hyper_util::rt::TokioTimer::new()), || Ok(()))
    }

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    fn at(seconds: u64) -> SystemTime {
        START + Duration::from_secs(seconds)
    }

    /// A provider of numbered keys that expire after an hour each. Its first `failing` fetches fail.
    fn numbered(failing: u32) -> (CachedProvider, Arc<AtomicU32>) {
        let fetches = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&fetches);
        let provider = cached(move |_| {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                // So that the others start to wait.
                tokio::time::sleep(Duration::from_millis(20)).await;
                if number <= failing {
                    return Err(CredentialsError::new("not now"));
                }
                Ok(Credentials::new(format!("key{number}"), "secret")
                    .with_expiry(at(3600 * u64::from(number))))
            }
        });
        (provider, fetches)
    }

    fn key(given: &Result<Credentials, CredentialsError>) -> &str {
        given.as_ref().unwrap().access_key_id()
    }

    async fn together(
        provider: &Arc<CachedProvider>,
        refresh: bool,
        given: Option<Credentials>,
        wall: SystemTime,
    ) -> Vec<Result<Credentials, CredentialsError>> {
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let (provider, given) = (Arc::clone(provider), given.clone());
                tokio::spawn(async move {
                    provider
                        .get(refresh, given.as_ref(), || wall, &clock())
                        .await
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.unwrap());
        }
        all
    }

    #[tokio::test]
    async fn many_calls_share_one_fetch() {
        let (provider, fetches) = numbered(0);
        let provider = Arc::new(provider);
        for given in together(&provider, false, None, at(0)).await {
            assert_eq!(key(&given), "key1");
        }
        // Rejected: again one fetch, although all calls want different credentials.
        let first = provider.get(false, None, || at(0), &clock()).await.unwrap();
        for given in together(&provider, true, Some(first.clone()), at(0)).await {
            assert_eq!(key(&given), "key2");
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
        // A call that has the first credentials gets the second ones from the cache.
        assert_eq!(
            key(&provider.get(true, Some(&first), || at(0), &clock()).await),
            "key2"
        );
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn before_expiry_one_call_fetches_and_the_others_continue() {
        let (provider, fetches) = numbered(0);
        let provider = Arc::new(provider);
        provider.get(false, None, || at(0), &clock()).await.unwrap();
        assert_eq!(
            key(&provider.get(false, None, || at(3299), &clock()).await),
            "key1"
        );
        let given = together(&provider, false, None, at(3300)).await;
        assert!(given.iter().any(|given| key(given) == "key1"));
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
        assert_eq!(
            key(&provider.get(false, None, || at(3300), &clock()).await),
            "key2"
        );
    }

    #[tokio::test]
    async fn the_lifetime_begins_when_the_fetch_ends() {
        let (time, fetches) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU32::new(0)));
        let (later, count) = (Arc::clone(&time), Arc::clone(&fetches));
        let provider = cached(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            // The fetch takes almost the whole hour.
            later.store(3400, Ordering::SeqCst);
            async { Ok(Credentials::new("key", "secret").with_expiry(at(3600))) }
        });
        let now = || at(time.load(Ordering::SeqCst));
        provider.get(false, None, now, &clock()).await.unwrap();
        // Less than half of the remaining lifetime has passed.
        time.store(3450, Ordering::SeqCst);
        provider.get(false, None, now, &clock()).await.unwrap();
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn failures_reach_the_waiting_calls_and_are_not_cached() {
        let (provider, fetches) = numbered(2);
        let provider = Arc::new(provider);
        for round in 1..=2 {
            for given in together(&provider, false, None, at(0)).await {
                assert!(given.is_err());
            }
            assert_eq!(fetches.load(Ordering::SeqCst), round);
        }
        assert_eq!(
            key(&provider.get(false, None, || at(0), &clock()).await),
            "key3"
        );
    }

    #[tokio::test]
    async fn a_failure_before_expiry_keeps_the_old_credentials() {
        let fetches = AtomicU32::new(0);
        let fetches = Arc::new(fetches);
        let count = Arc::clone(&fetches);
        let provider = cached(move |_| {
            let number = count.fetch_add(1, Ordering::SeqCst);
            async move {
                if number == 1 {
                    return Err(CredentialsError::new("not now"));
                }
                Ok(Credentials::new("key", "secret").with_expiry(at(3600)))
            }
        });
        provider.get(false, None, || at(0), &clock()).await.unwrap();
        assert_eq!(
            key(&provider.get(false, None, || at(3400), &clock()).await),
            "key"
        );
        assert_eq!(
            key(&provider.get(false, None, || at(3401), &clock()).await),
            "key"
        );
        assert_eq!(
            fetches.load(Ordering::SeqCst),
            2,
            "no fetch for ten seconds after a failure"
        );
        assert_eq!(
            key(&provider.get(false, None, || at(3411), &clock()).await),
            "key"
        );
        assert_eq!(fetches.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn an_abandoned_fetch_is_continued_by_the_next_call() {
        let (provider, fetches) = numbered(0);
        let provider = Arc::new(provider);
        let first = Arc::clone(&provider);
        let task = tokio::spawn(async move { first.get(false, None, || at(0), &clock()).await });
        while fetches.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        assert_eq!(
            key(&provider.get(false, None, || at(0), &clock()).await),
            "key1"
        );
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    /// The call that began the fetch still exists, but is not polled.
    #[tokio::test]
    async fn a_call_that_is_not_polled_does_not_block_others() {
        let (provider, fetches) = numbered(0);
        let clock = clock();
        let mut aside = Box::pin(provider.get(false, None, || at(0), &clock));
        let first = tokio::time::timeout(Duration::from_millis(1), &mut aside).await;
        assert!(first.is_err());
        let other = provider.get(false, None, || at(0), &clock);
        let other = tokio::time::timeout(Duration::from_secs(20), other).await;
        assert_eq!(key(&other.unwrap()), "key1");
        assert_eq!(key(&aside.await), "key1");
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    /// On several threads, with providers that are woken from other threads: every call is woken.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn all_waiting_calls_get_the_outcome() {
        for round in 0..200 {
            let fetches = Arc::new(AtomicU32::new(0));
            let count = Arc::clone(&fetches);
            let provider = Arc::new(cached(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
                async move {
                    for _ in 0..round % 20 {
                        let (done, wait) = tokio::sync::oneshot::channel();
                        std::thread::spawn(move || done.send(()));
                        wait.await.unwrap();
                    }
                    Ok(Credentials::new("key", "secret"))
                }
            }));
            let all = together(&provider, false, None, at(0));
            let all = tokio::time::timeout(Duration::from_secs(20), all).await;
            for given in all.unwrap() {
                assert_eq!(key(&given), "key");
            }
            assert_eq!(fetches.load(Ordering::SeqCst), 1);
        }
    }

    #[tokio::test]
    async fn a_provider_that_panics_does_not_block_others() {
        let count = AtomicU32::new(0);
        let provider = Arc::new(cached(move |_| {
            let first = count.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                tokio::task::yield_now().await;
                assert!(!first, "intended by the test");
                Ok(Credentials::new("key", "secret"))
            }
        }));
        let other = Arc::clone(&provider);
        let task = tokio::spawn(async move { other.get(false, None, || at(0), &clock()).await });
        let panicked = task.await.unwrap().unwrap_err();
        assert!(panicked.to_string().contains("panicked"), "{panicked}");
        assert_eq!(
            key(&provider.get(false, None, || at(0), &clock()).await),
            "key"
        );
        let lost = run_on_thread(|| panic!("intended by the test")).await;
        assert!(lost.unwrap_err().to_string().contains("panicked"));
    }
}
