//! Which credentials a client uses and when it refreshes them. The transports do the fetching.
//!
//! # When a client calls its credentials provider
//!
//! The credentials are cached. A client calls the provider when the first request needs credentials, again five
//! minutes before they expire (or, if their lifetime is less than ten minutes, at half of it), and when the server
//! has rejected them. If several requests wait for credentials, the client still makes only one call. While the
//! previous credentials have not expired and were not rejected, other requests use them. The async client makes
//! one call in each tokio runtime.
//!
//! The argument of the provider is `true` if the provider must bypass any cache of its own, because the credentials that
//! it returned before expire soon or were rejected.
//!
//! If the provider returns an error, the requests that wait for the credentials fail, and the error is not cached.
//! If the previous credentials have not expired and were not rejected, no request fails, and the client does not
//! call the provider again for ten seconds.

use std::time::{Duration, SystemTime};

use crate::credentials::Credentials;

/// Clients refresh credentials this long before they expire: 5 minutes.
pub const REFRESH_AHEAD: Duration = Duration::from_secs(5 * 60);

/// The pause after an early refresh that failed or returned the same credentials.
const PAUSE: Duration = Duration::from_secs(10);

/// Caches the latest credentials of a provider, and decides when to use and when to refresh them.
///
/// A transport protects the cache with a mutex and locks it only to call a method. Only one caller at a time fetches.
/// After the fetch it calls [`put`](CredentialsCache::put) or [`failed`](CredentialsCache::failed) with the time at
/// which the fetch ended. The callers that waited use the result of the fetch. They do not call `get` again, because
/// it returns [`Fetch`](Decision::Fetch) after a failure, and for credentials that expired before the fetch ended.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use neptunedata::credentials::cache::{CredentialsCache, Decision, REFRESH_AHEAD};
/// use neptunedata::Credentials;
///
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_936_000);
/// let minutes = |count: u64| Duration::from_secs(count * 60);
/// let hourly = Credentials::new("AKIDEXAMPLE", "wJalrXUtn").with_expiry(noon + minutes(60));
///
/// let mut cache = CredentialsCache::new();
/// assert_eq!(cache.get(noon, REFRESH_AHEAD, None), Decision::Fetch);
/// cache.put(hourly.clone(), noon);
/// let decide = |after| cache.get(noon + minutes(after), REFRESH_AHEAD, None);
/// assert_eq!(decide(54), Decision::Use(hourly.clone()));
/// assert_eq!(decide(55), Decision::UseAndRefresh(hourly.clone()));
/// assert_eq!(decide(60), Decision::Fetch);
/// assert_eq!(cache.get(noon, REFRESH_AHEAD, Some(&hourly)), Decision::Fetch, "the server rejected them");
/// ```
#[derive(Debug, Clone, Default)]
pub struct CredentialsCache {
    latest: Option<Held>,
    /// When a refresh failed or returned the same credentials.
    paused: Option<SystemTime>,
}

#[derive(Debug, Clone)]
struct Held {
    credentials: Credentials,
    since: SystemTime,
}

/// What a caller that needs credentials must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Use these.
    Use(Credentials),
    /// Use these credentials: they are still valid, but expire soon. One caller at a time also fetches new ones;
    /// if the fetch fails, that caller still uses these.
    UseAndRefresh(Credentials),
    /// There are no usable credentials: fetch new ones, or wait until another caller has fetched them.
    Fetch,
}

impl CredentialsCache {
    /// An empty cache.
    pub fn new() -> Self {
        CredentialsCache::default()
    }

    /// Stores fetched credentials in place of the previous ones. If they equal the previous ones, this counts
    /// as a [failure](CredentialsCache::failed), so that the provider is not called again immediately.
    pub fn put(&mut self, credentials: Credentials, now: SystemTime) {
        match &self.latest {
            Some(held) if held.credentials == credentials => self.failed(now),
            _ => {
                self.paused = None;
                let since = now;
                self.latest = Some(Held { credentials, since });
            }
        }
    }

    /// Notes that a fetch failed. While the stored credentials are valid, the provider is not called again for 10
    /// seconds; without stored credentials, it may be called immediately.
    pub fn failed(&mut self, now: SystemTime) {
        self.paused = Some(now);
    }

    /// Whether no credentials were ever stored. Otherwise a provider that is called again must bypass its own cache.
    pub fn is_empty(&self) -> bool {
        self.latest.is_none()
    }

    /// What to do at the time `now`. `rejected` are credentials that the caller has used and the server
    /// has rejected: they are not returned again.
    ///
    /// Credentials are refreshed `refresh_ahead` before their expiry, or, if that is later, at half of the
    /// lifetime that they had when they were stored. Credentials without an expiry are kept.
    pub fn get(
        &self,
        now: SystemTime,
        refresh_ahead: Duration,
        rejected: Option<&Credentials>,
    ) -> Decision {
        let Some(held) = &self.latest else {
            return Decision::Fetch;
        };
        if rejected == Some(&held.credentials) || held.credentials.is_expired_at(now) {
            return Decision::Fetch;
        }
        let credentials = held.credentials.clone();
        let Some(expiry) = credentials.expires_at() else {
            return Decision::Use(credentials);
        };
        // The lifetime is zero if they had expired when they were stored and the clock was set back since.
        let left = expiry.duration_since(now).unwrap_or_default();
        let life = expiry.duration_since(held.since).unwrap_or_default();
        let is_due = left <= refresh_ahead.min(life.checked_div(2).unwrap_or_default());
        // The pause ends if the clock was set back since.
        let is_paused = self
            .paused
            .and_then(|paused| now.duration_since(paused).ok())
            .is_some_and(|since| since < PAUSE);
        if is_due && !is_paused {
            Decision::UseAndRefresh(credentials)
        } else {
            Decision::Use(credentials)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn ending(name: &str, expiry: u64) -> Credentials {
        Credentials::new(name, "c4n4ry").with_expiry(at(expiry))
    }

    #[test]
    fn short_lived_credentials_are_refreshed_at_half_of_their_lifetime() {
        let short = ending("short", 1060);
        let mut cache = CredentialsCache::new();
        cache.put(short.clone(), at(1000));
        let decide = |time| cache.get(at(time), REFRESH_AHEAD, None);
        assert_eq!(decide(1000), Decision::Use(short.clone()));
        assert_eq!(decide(1029), Decision::Use(short.clone()));
        assert_eq!(decide(1030), Decision::UseAndRefresh(short.clone()));
        assert_eq!(decide(1059), Decision::UseAndRefresh(short));
        assert_eq!(decide(1060), Decision::Fetch);
    }

    #[test]
    fn a_provider_that_returned_the_same_credentials_is_not_called_for_a_while() {
        let hourly = ending("hourly", 3600);
        let mut cache = CredentialsCache::new();
        cache.failed(at(0));
        assert!(cache.is_empty());
        cache.put(hourly.clone(), at(0));
        let decide = |cache: &CredentialsCache, time| cache.get(at(time), REFRESH_AHEAD, None);
        let (using, refreshing) = (
            Decision::Use(hourly.clone()),
            Decision::UseAndRefresh(hourly.clone()),
        );
        assert_eq!(decide(&cache, 3300), refreshing);
        cache.failed(at(3301));
        assert_eq!(decide(&cache, 3310), using);
        assert_eq!(decide(&cache, 3311), refreshing);
        assert_eq!(decide(&cache, 3300), refreshing, "the clock was set back");
        cache.put(hourly, at(3320));
        assert_eq!(decide(&cache, 3329), using);
        assert_eq!(
            decide(&cache, 3330),
            refreshing,
            "the lifetime counts from the first put"
        );
        cache.failed(at(3599));
        assert_eq!(decide(&cache, 3600), Decision::Fetch);
    }

    #[test]
    fn rejected_credentials_are_not_returned_again() {
        let (first, second) = (ending("first", 5000), ending("second", 5000));
        let mut cache = CredentialsCache::new();
        cache.put(first.clone(), at(0));
        assert_eq!(
            cache.get(at(1), REFRESH_AHEAD, Some(&first)),
            Decision::Fetch
        );
        cache.put(second.clone(), at(1));
        let decision = cache.get(at(1), REFRESH_AHEAD, Some(&first));
        assert_eq!(
            decision,
            Decision::Use(second),
            "another caller has fetched them since"
        );
    }

    #[test]
    fn nothing_shows_a_secret() {
        let mut cache = CredentialsCache::new();
        cache.put(ending("id", 5000), at(0));
        let decision = cache.get(at(4900), REFRESH_AHEAD, None);
        assert!(!format!("{cache:?} {decision:?}").contains("c4n4ry"));
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let far = Duration::from_secs(1 << 50);
        let mut cache = CredentialsCache::new();
        cache.put(
            Credentials::new("id", "secret").with_expiry(at(0) + far),
            at(0) - far,
        );
        for time in [at(0) - far, at(0), at(0) + far] {
            for ahead in [Duration::ZERO, Duration::MAX] {
                cache.get(time, ahead, None);
            }
        }
    }

    proptest! {
        /// Every put and lookup, in any order, with a clock that may go back.
        #[test]
        fn decisions_follow_from_the_last_put(
            steps in prop::collection::vec((0u64..2000, prop::option::of((0u8..4, prop::option::of(0u64..2000)))), 1..20),
            ahead in 0u64..1500,
            rejected in prop::option::of((0u8..4, prop::option::of(0u64..2000))),
        ) {
            let made = |(name, expiry): (u8, Option<u64>)| {
                let credentials = Credentials::new(name.to_string(), "secret");
                match expiry { Some(expiry) => credentials.with_expiry(at(expiry)), None => credentials }
            };
            let rejected = rejected.map(made);
            let mut cache = CredentialsCache::new();
            let mut last: Option<(Credentials, Option<u64>, u64)> = None;
            let mut unchanged = None;
            for (now, put) in steps {
                if let Some(put) = put {
                    cache.put(made(put), at(now));
                    if last.as_ref().is_some_and(|(before, ..)| *before == made(put)) {
                        unchanged = Some(now);
                    } else {
                        unchanged = None;
                        last = Some((made(put), put.1, now));
                    }
                }
                let expected = match &last {
                    None => Decision::Fetch,
                    Some((credentials, ..)) if rejected.as_ref() == Some(credentials) => Decision::Fetch,
                    Some((credentials, None, _)) => Decision::Use(credentials.clone()),
                    Some((_, Some(expiry), _)) if *expiry <= now => Decision::Fetch,
                    // Both sides doubled, because half of an odd number of seconds is not an integer.
                    Some((credentials, Some(expiry), since)) => {
                        let (left, life) = (expiry - now, expiry.saturating_sub(*since));
                        let paused = unchanged.is_some_and(|at| (at..at + 10).contains(&now));
                        if 2 * left <= (2 * ahead).min(life) && !paused {
                            Decision::UseAndRefresh(credentials.clone())
                        } else {
                            Decision::Use(credentials.clone())
                        }
                    }
                };
                prop_assert_eq!(cache.get(at(now), Duration::from_secs(ahead), rejected.as_ref()), expected);
            }
        }
    }
}
