//! A question to the source of credentials, and those who wait for the answer.
//!
//! Whoever waits drives it. If only the call did that asked, the others might wait forever: its owner can
//! have put its future aside, polled once in a `select!` and not again.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use neptunedata::{Credentials, credentials::CredentialsError};

use crate::runtime_id::RuntimeId;

/// How old a question may get that nobody waits for any more, and still be waited for again.
const STALE: Duration = Duration::from_secs(60);

type Outcome = Result<Credentials, CredentialsError>;
pub(super) type Answer = Pin<Box<dyn Future<Output = Outcome> + Send>>;

pub(super) struct Question {
    state: Mutex<State>,
    waiting: Arc<Waiting>,
    waiters: AtomicUsize,
    since: Instant,
    /// Where it was asked. It may wait for something that only moves there.
    home: RuntimeId,
}

enum State {
    Open(Answer),
    /// Somebody polls it at this moment. These came meanwhile.
    Polled(Vec<Waker>),
    Answered(Outcome),
    /// The source has panicked.
    Lost,
}

/// All who wait, to be woken when the source has got on.
#[derive(Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Question {
    pub(super) fn new(answer: Answer, since: Instant, home: RuntimeId) -> Question {
        Question {
            state: Mutex::new(State::Open(answer)),
            waiting: Arc::default(),
            waiters: AtomicUsize::new(0),
            since,
            home,
        }
    }

    /// Whether it makes sense to wait for it, here and now.
    pub(super) fn is_open(&self, home: RuntimeId, now: Instant) -> bool {
        self.home == home
            && (self.is_awaited() || now.saturating_duration_since(self.since) <= STALE)
            && !matches!(*self.state(), State::Lost)
    }

    /// Whether somebody waits for it.
    pub(super) fn is_awaited(&self) -> bool {
        self.waiters.load(Ordering::Relaxed) > 0
    }

    /// The answer. Can be dropped; the question stays as it is.
    pub(super) async fn answer(&self) -> Outcome {
        let _waiter = Waiter::new(&self.waiters);
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<Outcome> {
        // First, so that nothing is missed that happens from now on.
        self.waiting.add(cx.waker());
        let mut state = self.state();
        let mut answer = match mem::replace(&mut *state, State::Polled(Vec::new())) {
            State::Open(answer) => answer,
            State::Polled(mut others) => {
                others.push(cx.waker().clone());
                *state = State::Polled(others);
                return Poll::Pending;
            }
            State::Answered(outcome) => {
                *state = State::Answered(outcome.clone());
                return Poll::Ready(outcome);
            }
            State::Lost => {
                *state = State::Lost;
                let reason = "their source has panicked";
                return Poll::Ready(Err(CredentialsError::new(reason)));
            }
        };
        drop(state);
        // Not under the lock: the source may do what it likes.
        let mut turn = Turn {
            question: self,
            then: None,
        };
        let waker = Waker::from(Arc::clone(&self.waiting));
        let polled = answer.as_mut().poll(&mut Context::from_waker(&waker));
        turn.then = Some(match &polled {
            Poll::Ready(outcome) => State::Answered(outcome.clone()),
            Poll::Pending => State::Open(answer),
        });
        drop(turn);
        polled
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to poll.
struct Turn<'a> {
    question: &'a Question,
    /// None if the source has panicked.
    then: Option<State>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let then = self.then.take().unwrap_or(State::Lost);
        let is_over = !matches!(then, State::Open(_));
        let before = mem::replace(&mut *self.question.state(), then);
        if is_over {
            Arc::clone(&self.question.waiting).wake();
        } else if let State::Polled(others) = before {
            // What they were woken for may be theirs to do.
            others.into_iter().for_each(Waker::wake);
        }
    }
}

impl Waiting {
    fn add(&self, waker: &Waker) {
        let mut wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !wakers.iter().any(|known| known.will_wake(waker)) {
            wakers.push(waker.clone());
        }
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let wakers = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// One who waits.
struct Waiter<'a>(&'a AtomicUsize);

impl<'a> Waiter<'a> {
    fn new(waiters: &'a AtomicUsize) -> Self {
        waiters.fetch_add(1, Ordering::Relaxed);
        Waiter(waiters)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
