//! Where a client's credentials come from: a value, or a source whose answers are kept until shortly
//! before they expire.

use std::{
    fmt,
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

use crate::deadlines::Limits;

type Function = dyn Fn(bool) -> Result<Credentials, CredentialsError> + Send + Sync;

#[derive(Clone)]
pub(crate) enum Source {
    Unsigned,
    Value(Credentials),
    /// Asked on the thread of the call.
    Function(Arc<Function>),
    /// Asked on a thread of its own, so that a call can stop waiting for it.
    Apart(Arc<Function>),
}

/// The source, and what it gave last. Asked by one caller at a time.
pub(crate) struct Provider {
    source: Source,
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
    /// Somebody is asking the source.
    asking: bool,
    /// On this thread, once it is known.
    asker: Option<ThreadId>,
    /// How often the source has answered, and what the last time. Only those who were waiting for
    /// it look at it.
    answers: u64,
    last: Option<Result<Credentials, CredentialsError>>,
}

/// Why there are none.
#[derive(Debug)]
pub(crate) enum Missing {
    Failed(CredentialsError),
    /// Nobody waits for it any longer.
    Late,
}

impl Provider {
    pub(crate) fn new(source: Source) -> Self {
        Provider {
            source,
            shared: Arc::default(),
        }
    }

    /// Credentials for a call. With `refresh` those that it has, `given`, were refused or have expired.
    pub(crate) fn get(
        &self,
        refresh: bool,
        given: Option<&Credentials>,
        limits: &Limits,
    ) -> Result<Credentials, Missing> {
        let (function, apart) = match &self.source {
            Source::Function(function) => (function, false),
            Source::Apart(function) => (function, true),
            // The core keeps the refusal that they met, so that the caller gets to see it.
            Source::Value(_) | Source::Unsigned => {
                let error = CredentialsError::without_provider();
                return Err(Missing::Failed(error));
            }
        };
        let refused = given.filter(|_| refresh);
        let mut state = self.shared.state();
        let seen = state.answers;
        loop {
            let spare = match state.cache.get(SystemTime::now(), REFRESH_AHEAD, refused) {
                Decision::Use(credentials) => return Ok(credentials),
                Decision::UseAndRefresh(credentials) if state.asking => return Ok(credentials),
                Decision::UseAndRefresh(credentials) => Some(credentials),
                Decision::Fetch => {
                    if state.answers != seen
                        && let Some(last) = &state.last
                    {
                        return last.clone().map_err(Missing::Failed);
                    }
                    if state.asking && state.asker == Some(thread::current().id()) {
                        // It would wait for itself.
                        let reason = "the credentials provider called the client that waits for it";
                        return Err(Missing::Failed(CredentialsError::new(reason)));
                    }
                    if state.asking {
                        state = self.shared.wait(state, limits)?;
                        continue;
                    }
                    None
                }
            };
            // Whoever asks for other ones than those in use must not get them from a cache.
            let bypass = refresh || !state.cache.is_empty();
            state.asking = true;
            // A thread of its own says so itself; this one may wait for it.
            state.asker = (!apart).then(|| thread::current().id());
            drop(state);
            let asking = Asking(Some(Arc::clone(&self.shared)));
            if apart {
                let function = Arc::clone(function);
                let ask = move || {
                    asking.is_here();
                    asking.answered(function(bypass));
                };
                // If there is no thread to be had, the drop of `asking` says so.
                let _ = thread::Builder::new()
                    .name("neptune-credentials".to_owned())
                    .spawn(ask);
                if let Some(credentials) = spare {
                    return Ok(credentials);
                }
            } else {
                asking.answered(function(bypass));
            }
            state = self.shared.state();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something has changed, or it is too late.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        limits: &Limits,
    ) -> Result<MutexGuard<'a, State>, Missing> {
        Ok(match limits.left().map_err(|_| Missing::Late)? {
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

    fn answered(&self, answer: Result<Credentials, CredentialsError>) {
        let now = SystemTime::now();
        let mut state = self.state();
        match &answer {
            Ok(credentials) => state.cache.put(credentials.clone(), now),
            Err(_) => state.cache.failed(now),
        }
        state.answers = state.answers.wrapping_add(1);
        state.last = Some(answer);
        state.asking = false;
        state.asker = None;
        drop(state);
        self.changed.notify_all();
    }
}

/// The one who asks. Lets others ask again, also when the source panics.
struct Asking(Option<Arc<Shared>>);

impl Asking {
    /// It is this thread that asks.
    fn is_here(&self) {
        if let Some(shared) = &self.0 {
            shared.state().asker = Some(thread::current().id());
        }
    }

    fn answered(mut self, answer: Result<Credentials, CredentialsError>) {
        if let Some(shared) = self.0.take() {
            shared.answered(answer);
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            let reason = "the credentials provider panicked, or its thread could not be started";
            shared.answered(Err(CredentialsError::new(reason)));
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.source {
            Source::Unsigned => "unsigned",
            Source::Value(_) => "a value",
            Source::Function(_) | Source::Apart(_) => "a source",
        })
    }
}
