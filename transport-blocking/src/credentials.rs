//! Where a client's credentials come from: a value, or a function whose results are kept until shortly
//! before they expire.

use std::{
    fmt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use neptunedata::{Credentials, CredentialsError, TransportErrorKind};

use crate::limits::Limits;

/// How long before they expire credentials are renewed, unless their whole life is short.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// How long a renewal ahead of time that gave nothing new is not repeated: there still is time.
const PAUSE: Duration = Duration::from_secs(10);

type Function = dyn Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync;

pub(crate) enum Source {
    Unsigned,
    Value(Credentials),
    Function(Box<Function>),
}

/// The source, and what it gave last. Asked by one caller at a time.
pub(crate) struct Provider {
    source: Source,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    current: Option<Kept>,
    /// Somebody is asking the source.
    asking: bool,
    /// How often the source has answered, and its last answer if that was an error. Only those who
    /// were waiting for it look at it.
    answers: u64,
    failure: Option<CredentialsError>,
    /// Before this, there is no renewal ahead of time.
    paused_until: Option<Instant>,
}

struct Kept {
    credentials: Credentials,
    ahead: Duration,
}

/// Why there are none.
#[derive(Debug)]
pub(crate) enum Missing {
    Failed(CredentialsError),
    Late(TransportErrorKind),
}

impl Provider {
    pub(crate) fn new(source: Source) -> Self {
        Provider {
            source,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Credentials for a call. With `refresh` those that it has, `given`, were refused or have expired.
    pub(crate) fn get(
        &self,
        refresh: bool,
        given: Option<&Credentials>,
        limits: &Limits,
    ) -> Result<Credentials, Missing> {
        let function = match &self.source {
            // The core keeps the refusal that they met, so that the caller gets to see it.
            Source::Value(_) if refresh => {
                let error = CredentialsError::new(
                    "those of the client are not accepted any more, and it has no source of others",
                );
                return Err(Missing::Failed(error));
            }
            Source::Value(credentials) => return Ok(credentials.clone()),
            Source::Unsigned => {
                let error = CredentialsError::new("the client was built without any");
                return Err(Missing::Failed(error));
            }
            Source::Function(function) => function,
        };
        let mut state = self.state();
        let seen = state.answers;
        loop {
            let now = SystemTime::now();
            let good = state.current.as_ref().filter(|kept| {
                let refused = refresh && given == Some(&kept.credentials);
                !refused && !kept.credentials.is_expired_at(now)
            });
            if let Some(kept) = good {
                let paused = state
                    .paused_until
                    .is_some_and(|until| until > Instant::now());
                if state.asking || paused || !kept.ends_soon(now) {
                    return Ok(kept.credentials.clone());
                }
                break;
            }
            if state.answers != seen
                && let Some(error) = &state.failure
            {
                return Err(Missing::Failed(error.clone()));
            }
            if !state.asking {
                break;
            }
            state = match limits.left().map_err(Missing::Late)? {
                Some(left) => {
                    let woken = self.changed.wait_timeout(state, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = self.changed.wait(state);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
        // Whoever asks for other ones than those in use must not get them from a cache.
        let bypass = refresh || state.current.is_some();
        state.asking = true;
        drop(state);
        let asking = Asking(self);
        let answer = function(bypass);
        asking.answered(answer, refresh)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn new(credentials: Credentials, now: SystemTime) -> Self {
        let life = credentials
            .expires_at()
            .and_then(|end| end.duration_since(now).ok())
            .unwrap_or_default();
        Kept {
            credentials,
            ahead: AHEAD.min(life.checked_div(4).unwrap_or(life)),
        }
    }

    fn ends_soon(&self, now: SystemTime) -> bool {
        now.checked_add(self.ahead)
            .is_some_and(|soon| self.credentials.is_expired_at(soon))
    }
}

/// Lets others ask again, also when the function panics.
struct Asking<'a>(&'a Provider);

impl Asking<'_> {
    fn answered(
        &self,
        answer: Result<Credentials, CredentialsError>,
        refresh: bool,
    ) -> Result<Credentials, Missing> {
        let now = SystemTime::now();
        let mut state = self.0.state();
        state.answers = state.answers.wrapping_add(1);
        state.paused_until = Instant::now().checked_add(PAUSE);
        let error = match answer {
            Ok(credentials) => {
                let kept = Kept::new(credentials.clone(), now);
                let is_new = state
                    .current
                    .as_ref()
                    .is_none_or(|before| before.credentials != credentials);
                if is_new {
                    state.paused_until = None;
                    state.current = Some(kept);
                }
                state.failure = None;
                return Ok(credentials);
            }
            Err(error) => error,
        };
        state.failure = Some(error.clone());
        // Ahead of time, what there is still does.
        match &state.current {
            Some(kept) if !refresh && !kept.credentials.is_expired_at(now) => {
                Ok(kept.credentials.clone())
            }
            _ => Err(Missing::Failed(error)),
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.state().asking = false;
        self.0.changed.notify_all();
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.source {
            Source::Unsigned => "unsigned",
            Source::Value(_) => "a value",
            Source::Function(_) => "a function",
        })
    }
}
