//! A cache for the signing key of the day.
//!
//! Deriving the key takes five rounds of HMAC over values that change once a day; the signature itself takes one.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use aws_sigv4::sign::v4::generate_signing_key;

use super::sign::SERVICE;
use crate::credentials::Credentials;

/// Keeps the last signing key, with its access key id, secret, date and region.
///
/// One key is enough: a session signs for one region, and its credentials and the date rarely change.
#[derive(Default)]
pub(crate) struct KeyCache(Mutex<Option<Entry>>);

struct Entry {
    credentials: Credentials,
    date: [u8; 8],
    region: Box<str>,
    key: [u8; 32],
}

impl KeyCache {
    /// The key for a day. `date` is `YYYYMMDD` of `now`, and `now` must be in the years 1970 to 9999.
    pub(super) fn key(
        &self,
        credentials: &Credentials,
        date: [u8; 8],
        region: &str,
        now: SystemTime,
    ) -> [u8; 32] {
        if let Some(key) = self
            .lock()
            .as_ref()
            .filter(|entry| entry.is_for(credentials, date, region))
            .map(|entry| entry.key)
        {
            return key;
        }
        // Derive the key without the lock: two threads may derive the same key, but neither waits for the other.
        let derived = generate_signing_key(credentials.secret_access_key(), now, region, SERVICE);
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(derived.as_ref()) {
            *to = *from;
        }
        let entry = Entry {
            credentials: credentials.clone(),
            date,
            region: region.into(),
            key,
        };
        let old = self.lock().replace(entry);
        drop(old);
        key
    }

    /// Ignores poisoning: the value is always replaced as a whole, so a panic cannot leave it inconsistent.
    fn lock(&self) -> MutexGuard<'_, Option<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_for(&self, credentials: &Credentials, date: [u8; 8], region: &str) -> bool {
        self.date == date
            && *self.region == *region
            && self.credentials.access_key_id() == credentials.access_key_id()
            && self.credentials.secret_access_key() == credentials.secret_access_key()
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::Request;

    use super::super::{sign, sign::sign_with};
    use super::*;

    const DAY: u64 = 86_400;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn request() -> Request<Bytes> {
        Request::get("https://db.example.com:8182/status")
            .body(Bytes::new())
            .unwrap()
    }

    fn assert_same_as_without_cache(
        cache: &KeyCache,
        credentials: &Credentials,
        region: &str,
        now: SystemTime,
    ) {
        let [mut with, mut without] = [request(), request()];
        sign_with(&mut with, credentials, region, now, cache).unwrap();
        sign(&mut without, credentials, region, now).unwrap();
        assert_eq!(with.headers(), without.headers());
    }

    #[test]
    fn each_change_gets_its_own_key() {
        let cache = KeyCache::default();
        let first = Credentials::new("AKIDEXAMPLE", "secret");
        // Another id with the same secret, another secret with the same id, and the same key with a session token.
        let others = [
            Credentials::new("AKIDOTHER", "secret"),
            Credentials::new("AKIDEXAMPLE", "other"),
            Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token"),
        ];
        for credentials in [&first].into_iter().chain(&others).chain([&first]) {
            for region in ["us-east-1", "eu-west-1", "us-east-1"] {
                for now in [0, 1, DAY - 1, DAY, 2 * DAY, 0] {
                    assert_same_as_without_cache(&cache, credentials, region, at(now));
                }
            }
        }
    }

    #[test]
    fn the_key_is_kept_for_the_day() {
        let cache = KeyCache::default();
        let credentials = Credentials::new("AKIDEXAMPLE", "secret");
        let key = cache.key(&credentials, *b"20150830", "us-east-1", at(1_440_938_160));
        // With a time that belongs to another date, only a kept key can be the same.
        let kept = cache.key(&credentials.clone(), *b"20150830", "us-east-1", at(0));
        assert_eq!(key, kept);
    }

    #[test]
    fn a_poisoned_lock_is_used() {
        let cache = KeyCache::default();
        let panicked = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let _guard = cache.0.lock();
                panic!("on purpose");
            });
            thread.join().is_err()
        });
        assert!(panicked && cache.0.is_poisoned());
        assert_same_as_without_cache(
            &cache,
            &Credentials::new("id", "secret"),
            "us-east-1",
            at(0),
        );
    }

    #[test]
    fn debug_shows_no_key() {
        let cache = KeyCache::default();
        cache.key(
            &Credentials::new("id", "c4n4ry"),
            *b"19700101",
            "us-east-1",
            at(0),
        );
        assert_eq!(format!("{cache:?}"), "KeyCache { .. }");
    }
}
