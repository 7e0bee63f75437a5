//! The signing key of the day, kept.
//!
//! Deriving it takes five rounds of HMAC over values that change once a day; the signature itself takes one.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use aws_sigv4::sign::v4::generate_signing_key;

use super::credentials::Credentials;
use super::sign::SERVICE;

/// Holds the last signing key used, by key id, secret, date and region.
///
/// One is enough: a session signs for one region, and its credentials and the date seldom change.
#[derive(Default)]
pub(crate) struct KeyCache(Mutex<Option<Entry>>);

struct Entry {
    credentials: Credentials,
    date: [u8; 8],
    region: Box<str>,
    key: [u8; 32],
}

impl KeyCache {
    /// The key for that day. `date` is `YYYYMMDD` of `now`, and `now` must be in the years 1970 to 9999.
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
        // The lock is not held here: two threads may derive the same key at once, and neither waits for the other.
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

    /// A value of this type is replaced whole, so that a panic elsewhere cannot have left half of one.
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
