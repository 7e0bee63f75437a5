//! Credentials from a source that has to be asked: kept until shortly before they expire, and asked
//! for once however many calls want them.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use neptunedata::{Credentials, CredentialsError};

use crate::clock::Clock;

/// How long before they expire credentials are asked for anew, at most.
const AHEAD: Duration = Duration::from_secs(300);
/// Clients of one start do not all ask in the same second: up to so much earlier.
const SPREAD_SECONDS: u64 = 60;
/// How long a call that asks ahead of expiry waits before it goes on with those it has.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long to leave a source alone that failed while there are credentials that do.
const PAUSE: Duration = Duration::from_secs(10);

type Answer = Pin<Box<dyn Future<Output = Result<Credentials, CredentialsError>> + Send>>;
type Provider = Arc<dyn Fn(bool) -> Answer + Send + Sync>;

/// Where credentials come from, and those that came last.
#[derive(Default)]
pub(crate) struct Source {
    /// None where the session has credentials of its own, or needs none.
    provider: Option<Provider>,
    spread: Duration,
    cache: Mutex<Cache>,
    refreshing: async_lock::Mutex<()>,
}

#[derive(Default)]
struct Cache {
    held: Option<Held>,
    /// Which credentials these are, from 1.
    generation: u64,
    /// How often the source has failed, and how the last time.
    failures: u64,
    failure: Option<CredentialsError>,
}

#[derive(Clone)]
struct Held {
    credentials: Credentials,
    refresh_at: Option<SystemTime>,
}

/// Credentials, and which ones they are.
pub(crate) type Given = (Credentials, u64);

impl Source {
    pub(crate) fn new<F, A>(provider: F, seed: u64) -> Source
    where
        F: Fn(bool) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Credentials, CredentialsError>> + Send + 'static,
    {
        Source {
            provider: Some(Arc::new(move |refresh| Box::pin(provider(refresh)))),
            spread: Duration::from_secs(seed % SPREAD_SECONDS),
            ..Source::default()
        }
    }

    /// Credentials for one call. `given` are those it was given before, 0 for none; with `refresh`
    /// they were of no use, and others that came in meanwhile are.
    pub(crate) async fn get(
        &self,
        refresh: bool,
        given: u64,
        wall: SystemTime,
        clock: &Clock,
    ) -> Result<Given, CredentialsError> {
        let Some(provider) = &self.provider else {
            return Err(CredentialsError::new(
                "those of the client are not accepted any more, and it has no source of others",
            ));
        };
        let (held, failures) = {
            let cache = self.cache();
            (cache.usable(refresh, given, wall), cache.failures)
        };
        let (guard, fallback) = match held {
            Some((given, false)) => return Ok(given),
            // They do for now. One call asks for the next ones, the others go on.
            Some((given, true)) => match self.refreshing.try_lock() {
                Some(guard) => (guard, Some(given)),
                None => return Ok(given),
            },
            None => (self.refreshing.lock().await, None),
        };
        {
            // Somebody else may have asked while this call waited.
            let cache = self.cache();
            if let Some((given, false)) = cache.usable(refresh, given, wall) {
                return Ok(given);
            }
            if fallback.is_none()
                && cache.failures != failures
                && let Some(failure) = &cache.failure
            {
                return Err(failure.clone());
            }
        }
        let patience = fallback.as_ref().and_then(|_| clock.after(PATIENCE));
        let answer = clock.within(patience, provider(refresh)).await;
        let answer = answer.unwrap_or_else(|| Err(CredentialsError::new("their source is slow")));
        let mut cache = self.cache();
        let result = match answer {
            Ok(credentials) => {
                cache.generation = cache.generation.saturating_add(1);
                cache.failure = None;
                cache.held = Some(Held {
                    refresh_at: self.refresh_at(&credentials, wall),
                    credentials: credentials.clone(),
                });
                Ok((credentials, cache.generation))
            }
            Err(error) => {
                cache.failures = cache.failures.saturating_add(1);
                cache.failure = Some(error.clone());
                match (fallback, &mut cache.held) {
                    (Some(given), Some(held)) => {
                        held.refresh_at = wall.checked_add(PAUSE);
                        Ok(given)
                    }
                    _ => Err(error),
                }
            }
        };
        drop(cache);
        drop(guard);
        result
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Five minutes and a bit before they expire; short-lived ones in the last fifth of their time.
    fn refresh_at(&self, credentials: &Credentials, wall: SystemTime) -> Option<SystemTime> {
        let expiry = credentials.expires_at()?;
        let left = expiry.duration_since(wall).unwrap_or_default();
        let ahead = AHEAD.saturating_add(self.spread);
        let ahead = ahead.min(left.checked_div(5).unwrap_or_default());
        expiry.checked_sub(ahead)
    }
}

impl Cache {
    /// What is held, if a call can use it, and whether it is time to ask for others.
    fn usable(&self, refresh: bool, given: u64, wall: SystemTime) -> Option<(Given, bool)> {
        let held = self.held.as_ref()?;
        let refused = refresh && given == self.generation;
        if refused || held.credentials.is_expired_at(wall) {
            return None;
        }
        let due = held.refresh_at.is_some_and(|at| at <= wall);
        Some(((held.credentials.clone(), self.generation), due))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn clock() -> Clock {
        Clock::new(Arc::new(hyper_util::rt::TokioTimer::new()))
    }

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    fn at(seconds: u64) -> SystemTime {
        START + Duration::from_secs(seconds)
    }

    /// Gives keys that live for an hour, numbered; fails as often as it is told.
    fn source(failing: u32) -> (Source, Arc<AtomicU32>) {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let source = Source::new(
            move |_| {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                async move {
                    // Let the others come to the door.
                    tokio::task::yield_now().await;
                    if number <= failing {
                        return Err(CredentialsError::new("not now"));
                    }
                    Ok(Credentials::new(format!("key{number}"), "secret")
                        .with_expiry(at(3600 * u64::from(number))))
                }
            },
            7,
        );
        (source, asked)
    }

    fn key(given: &Result<Given, CredentialsError>) -> &str {
        given.as_ref().unwrap().0.access_key_id()
    }

    async fn together(
        source: &Arc<Source>,
        refresh: bool,
        given: u64,
        wall: SystemTime,
    ) -> Vec<Result<Given, CredentialsError>> {
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let source = Arc::clone(source);
                tokio::spawn(async move { source.get(refresh, given, wall, &clock()).await })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.unwrap());
        }
        all
    }

    #[tokio::test]
    async fn many_ask_once() {
        let (source, asked) = source(0);
        let source = Arc::new(source);
        for given in together(&source, false, 0, at(0)).await {
            assert_eq!(key(&given), "key1");
        }
        // Refused: again one question, though all demand others.
        for given in together(&source, true, 1, at(0)).await {
            assert_eq!(key(&given), "key2");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        // A call that was given the first ones finds the second ones.
        assert_eq!(key(&source.get(true, 1, at(0), &clock()).await), "key2");
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn ahead_of_expiry_one_asks_and_the_others_go_on() {
        let (source, asked) = source(0);
        let source = Arc::new(source);
        source.get(false, 0, at(0), &clock()).await.unwrap();
        assert_eq!(key(&source.get(false, 0, at(3290), &clock()).await), "key1");
        let given = together(&source, false, 0, at(3294)).await;
        assert!(given.iter().any(|given| key(given) == "key1"));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        assert_eq!(key(&source.get(false, 0, at(3294), &clock()).await), "key2");
    }

    #[tokio::test]
    async fn failures_are_told_to_who_waited_and_not_remembered() {
        let (source, asked) = source(2);
        let source = Arc::new(source);
        for round in 1..=2 {
            for given in together(&source, false, 0, at(0)).await {
                assert!(given.is_err());
            }
            assert_eq!(asked.load(Ordering::SeqCst), round);
        }
        assert_eq!(key(&source.get(false, 0, at(0), &clock()).await), "key3");
    }

    #[tokio::test]
    async fn a_failure_ahead_of_expiry_leaves_the_old_ones() {
        let asked = AtomicU32::new(0);
        let asked = Arc::new(asked);
        let count = Arc::clone(&asked);
        let source = Source::new(
            move |_| {
                let number = count.fetch_add(1, Ordering::SeqCst);
                async move {
                    if number == 1 {
                        return Err(CredentialsError::new("not now"));
                    }
                    Ok(Credentials::new("key", "secret").with_expiry(at(3600)))
                }
            },
            0,
        );
        source.get(false, 0, at(0), &clock()).await.unwrap();
        assert_eq!(key(&source.get(false, 0, at(3400), &clock()).await), "key");
        assert_eq!(key(&source.get(false, 0, at(3401), &clock()).await), "key");
        assert_eq!(asked.load(Ordering::SeqCst), 2, "left alone for a moment");
        assert_eq!(key(&source.get(false, 0, at(3411), &clock()).await), "key");
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn an_abandoned_question_is_asked_by_the_next() {
        let (source, asked) = source(0);
        let source = Arc::new(source);
        let first = Arc::clone(&source);
        let task = tokio::spawn(async move { first.get(false, 0, at(0), &clock()).await });
        while asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        assert_eq!(key(&source.get(false, 0, at(0), &clock()).await), "key2");
    }
}
