//! A network in memory, with a virtual clock.

use std::{
    collections::VecDeque,
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::Request;

use super::{NetworkOutcome, Served};
use crate::{
    credentials::Credentials,
    error::{CredentialsError, Error, Sent, TransportError, TransportErrorKind},
    machine::{Input, Io, Machine, Now, Step},
};

/// How many requests and pauses a machine may have before [`Network::run`] gives up.
const STEP_LIMIT: u32 = 10_000;

/// The time at which a network begins, after the Unix epoch: a realistic date, as a server's clock has.
const BEGINNING: Duration = Duration::from_secs(1_800_000_000);

/// The size of the chunks of a response for which there is no [`NetworkOutcome`].
const CHUNK_SIZE: usize = 1024;

/// A network in memory: it runs machines against a serving function, without a socket and without waiting.
///
/// Each request gets the next [`NetworkOutcome`]; after the last one, every request and response arrives. Time is
/// virtual: pauses, time limits and [delays](Served::delay) advance the clock without waiting, and nothing else
/// takes time. If nothing more arrives, the clock advances to the machine's time limit; without a time limit, the
/// connection closes.
///
/// ```
/// use neptunedata::{
///     Auth, Endpoint, Session, bytes::Bytes, engine::GetEngineStatus, http::{Request, Response},
///     machine::Now, testing::{Network, NetworkOutcome},
/// };
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let serve = |_: Request<Bytes>, _: Now| Response::new(Bytes::from_static(br#"{"status":"healthy"}"#));
/// let mut network = Network::new([NetworkOutcome::Unanswered], serve);
///
/// let response = network.run(session.call(&GetEngineStatus::new()))?;
/// assert_eq!(response.meta.attempts, 2);
/// assert_eq!(network.served(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Queries that are [abandoned](Machine::abandoned) are not cancelled.
pub struct Network<'a> {
    outcomes: Box<dyn Iterator<Item = NetworkOutcome> + 'a>,
    serve: Box<dyn FnMut(Request<Bytes>, Now) -> Served + 'a>,
    credentials: Option<Credentials>,
    now: Now,
    sent: u32,
    served: u32,
}

/// What a machine waits for.
enum Pending {
    /// The response in these inputs, which begins to arrive at this time.
    Reply(VecDeque<Input>, Duration),
    Credentials,
    Pause,
}

impl<'a> Network<'a> {
    /// A network with these outcomes, one for each request; the iterator may be infinite. Requests that arrive are
    /// passed to `serve`, with the network's time.
    pub fn new<S: Into<Served>>(
        outcomes: impl IntoIterator<Item = NetworkOutcome, IntoIter: 'a>,
        mut serve: impl FnMut(Request<Bytes>, Now) -> S + 'a,
    ) -> Self {
        let mut network = Network {
            outcomes: Box::new(outcomes.into_iter()),
            serve: Box::new(move |request, now| serve(request, now).into()),
            credentials: None,
            now: Now::at(SystemTime::UNIX_EPOCH),
            sent: 0,
            served: 0,
        };
        network.advance(BEGINNING);
        network
    }

    /// Gives these credentials to machines that request some. By default such a request fails.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The network's time, which begins 1,800,000,000 seconds after the Unix epoch.
    pub fn now(&self) -> Now {
        self.now
    }

    /// Lets time pass.
    pub fn advance(&mut self, by: Duration) {
        self.now.mono = self.now.mono.saturating_add(by);
        self.now.wall = self.now.wall.checked_add(by).unwrap_or(self.now.wall);
    }

    /// The number of requests that machines have sent.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// The number of requests that have reached the serving function.
    pub fn served(&self) -> u32 {
        self.served
    }

    /// Runs a machine until it ends, and drops its items.
    ///
    /// # Errors
    ///
    /// The machine's error, or [`TransportErrorKind::Other`] if it has not ended after 10,000 requests and pauses.
    pub fn run<M: Machine>(&mut self, machine: M) -> Result<M::Output, Error> {
        self.run_with(machine, drop)
    }

    /// Runs a machine to its end, and gives its items to `take`.
    ///
    /// # Errors
    ///
    /// As for [`run`](Network::run).
    pub fn run_with<M: Machine>(
        &mut self,
        mut machine: M,
        mut take: impl FnMut(M::Item),
    ) -> Result<M::Output, Error> {
        let mut pending = Pending::Pause;
        let mut input = Input::Next;
        let mut steps = 0_u32;
        loop {
            let io = match machine.resume(input, self.now) {
                Step::Io(io) => io,
                Step::Item(item) => {
                    take(item);
                    input = Input::Next;
                    continue;
                }
                Step::Misuse(misuse) => return Err(misuse.into()),
                Step::Done(result) => return result,
            };
            match io {
                Io::Send(transmit) => pending = self.send(transmit.request),
                Io::Credentials { .. } => pending = Pending::Credentials,
                Io::Wait => pending = Pending::Pause,
                Io::Receive | Io::Continue => {}
            }
            input = self.next_input(&mut pending, machine.wake_at());
            // The chunks of a body are finite, so they need no limit.
            if !matches!(input, Input::Chunk(_)) {
                steps = steps.saturating_add(1);
            }
            if steps > STEP_LIMIT {
                return Err(self.endless());
            }
        }
    }

    fn send(&mut self, request: Request<Bytes>) -> Pending {
        self.sent = self.sent.saturating_add(1);
        let arrives = NetworkOutcome::Arrives { piece: CHUNK_SIZE };
        let outcome = self.outcomes.next().unwrap_or(arrives);
        let served = outcome.carry(request, |request| {
            self.served = self.served.saturating_add(1);
            (self.serve)(request, self.now)
        });
        let at = self.now.mono.saturating_add(served.delayed_by());
        Pending::Reply(served.into_inputs(outcome.chunk_size()), at)
    }

    /// The next event: the one that the machine waits for, or the end of its wait.
    fn next_input(&mut self, pending: &mut Pending, wake_at: Option<Duration>) -> Input {
        let closed = Input::Failure(TransportError::new(TransportErrorKind::Closed, Sent::Maybe));
        match pending {
            Pending::Credentials => match &self.credentials {
                Some(credentials) => Input::Credentials(credentials.clone()),
                None => Input::CredentialsFailed(CredentialsError::new(
                    "the network has no credentials",
                )),
            },
            Pending::Reply(inputs, at) => {
                // The machine's time limit may pass before the response begins to arrive.
                let is_late = wake_at.is_some_and(|wake_at| wake_at < *at);
                if !is_late && let Some(input) = inputs.pop_front() {
                    self.pass_until(*at);
                    return input;
                }
                match wake_at {
                    Some(wake_at) => self.wake(wake_at, Sent::Maybe),
                    None => closed,
                }
            }
            Pending::Pause => match wake_at {
                Some(wake_at) => self.wake(wake_at, Sent::No),
                None => closed,
            },
        }
    }

    fn wake(&mut self, at: Duration, sent: Sent) -> Input {
        self.pass_until(at);
        Input::Wake(sent)
    }

    fn pass_until(&mut self, at: Duration) {
        self.advance(at.saturating_sub(self.now.mono));
    }

    fn endless(&self) -> Error {
        let reason = format!("the machine has not ended after {STEP_LIMIT} requests and pauses");
        let failure = TransportError::new(TransportErrorKind::Other, Sent::Maybe);
        Error::new("Network", failure.with_source(reason))
            .with_execution(self.served > 0, self.served > 0)
    }
}

impl fmt::Debug for Network<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("now", &self.now)
            .field("sent", &self.sent)
            .field("served", &self.served)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "network/tests.rs"]
mod tests;
