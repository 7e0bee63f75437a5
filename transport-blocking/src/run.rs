//! The driver: performs the steps of a machine, one after the other, on the calling thread.

use std::{
    fmt, mem,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    Credentials, Error, TransportError,
    machine::{Input, Machine, Step, Transmit},
    transport::{Sent, TransportErrorKind},
};

use crate::{
    Client,
    cancellation::{Path, Purpose},
    credentials_source::Missing,
    deadlines::Limits,
    exchange::Answer,
    trace,
};

/// A machine under way: [`Client::start`].
///
/// Nothing happens between two calls of [`next_item`](Run::next_item), and that time is the caller's own: it
/// does not count towards time-outs. Dropped before its end, it closes the connection whose answer is
/// still open, and if that is wished for [cancels the query](crate#queries-that-are-given-up).
#[must_use]
pub struct Run<M: Machine> {
    machine: M,
    driver: Driver,
    input: Input,
    /// When the last item was handed out.
    paused: Option<Instant>,
    /// How long it may take, once it has begun.
    timeout: Option<Duration>,
    begun: bool,
    outcome: Option<Result<M::Output, Error>>,
    /// There is or was an outcome.
    concluded: bool,
}

impl<M: Machine> Run<M> {
    pub(crate) fn new(client: &Client, machine: M, operation: &'static str) -> Self {
        let (own, options) = (machine.timeouts(), client.options());
        Run {
            timeout: own.total.or(options.timeout),
            begun: false,
            machine,
            driver: Driver {
                client: client.clone(),
                operation,
                attempt_timeout: own.attempt.or(options.attempt_timeout),
                limits: Limits::default(),
                answer: None,
                given: None,
                path: Path::default(),
            },
            input: Input::Next,
            paused: None,
            outcome: None,
            concluded: false,
        }
    }

    /// One that cancels a query, with requests going to this address alone if there is one.
    pub(crate) fn cancelling(client: &Client, machine: M, at: Option<SocketAddr>) -> Self {
        let mut running = Run::new(client, machine, "(cancel)");
        running.driver.path.purpose = Purpose::Cancel(at);
        running
    }

    /// How long an attempt may take if the machine does not say it: it makes many calls, and none of
    /// them is long.
    pub(crate) fn polling(mut self) -> Self {
        if self.machine.timeouts().attempt.is_none() {
            self.driver.attempt_timeout = Some(self.driver.client.options().poll_timeout());
        }
        self
    }

    pub(crate) fn machine(&self) -> &M {
        &self.machine
    }

    pub(crate) fn peek_output(&self) -> Option<&M::Output> {
        self.outcome.as_ref()?.as_ref().ok()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.outcome.is_some()
    }

    /// How long all of it may take from the first [`next_item`](Run::next_item) on, in place of what
    /// the machine [says](Machine::timeouts) or the client's
    /// [`timeout`](neptunedata::transport::ClientOptions::timeout). Says nothing once it has begun.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long each attempt may take from the next one on, in place of what the machine
    /// [says](Machine::timeouts) or the client's
    /// [`attempt_timeout`](neptunedata::transport::ClientOptions::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.driver.attempt_timeout = Some(timeout);
        self
    }

    /// Runs to the next item. None means that there are no more, and that
    /// [`output`](Run::output) has the output.
    ///
    /// # Errors
    ///
    /// When the machine failed; from then on it is always the same error.
    pub fn next_item(&mut self) -> Result<Option<M::Item>, Error> {
        if !mem::replace(&mut self.begun, true) {
            self.driver.limits = Limits::of_call(self.timeout);
        }
        if let Some(pause) = self.paused.take() {
            self.driver.postpone(pause.elapsed());
        }
        while self.outcome.is_none() {
            let input = mem::replace(&mut self.input, Input::Next);
            let driver = &mut self.driver;
            self.input = match self.machine.resume(input, driver.client.now()) {
                Step::Credentials { refresh } => driver.credentials(refresh),
                Step::Send(transmit) => driver.send(*transmit),
                Step::Receive => driver.receive(),
                Step::Wait(time) => {
                    driver.path.given_up(&mut self.machine);
                    driver.wait(time)
                }
                Step::Item(item) => {
                    self.paused = Some(Instant::now());
                    return Ok(Some(item));
                }
                Step::Done(outcome) => {
                    driver.answer = None;
                    // What has gone well is in time still when it gets to the caller.
                    let within = match (&outcome, driver.limits.without_attempt().left()) {
                        (Ok(_), left) => left.unwrap_or(Some(Duration::ZERO)),
                        (Err(_), _) => None,
                    };
                    driver.cancel_left(&mut self.machine, within);
                    self.concluded = true;
                    trace::ended(driver.operation, outcome.as_ref().err());
                    self.outcome = Some(outcome);
                    break;
                }
            };
        }
        match &self.outcome {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(None),
        }
    }

    /// Runs to its end and drops the items on the way.
    ///
    /// # Errors
    ///
    /// When the machine fails, or had failed.
    pub fn output(mut self) -> Result<M::Output, Error> {
        loop {
            if let Some(outcome) = self.outcome.take() {
                return outcome;
            }
            // An error is the outcome, too.
            let _ = self.next_item();
        }
    }
}

impl<M: Machine> Drop for Run<M> {
    fn drop(&mut self) {
        self.driver.answer = None;
        // Nothing that may take long while a panic is under way.
        if !self.concluded && !thread::panicking() {
            self.driver.cancel_left(&mut self.machine, None);
        }
    }
}

impl<M: Machine> fmt::Debug for Run<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("operation", &self.driver.operation)
            .field("ended", &self.outcome.is_some())
            .finish_non_exhaustive()
    }
}

/// What is the same for all machines.
struct Driver {
    client: Client,
    operation: &'static str,
    attempt_timeout: Option<Duration>,
    limits: Limits,
    answer: Option<Answer>,
    /// What the machine signs with.
    given: Option<Credentials>,
    path: Path,
}

impl Driver {
    fn credentials(&mut self, refresh: bool) -> Input {
        self.answer = None;
        self.limits = self.limits.without_attempt();
        let given = self.given.as_ref();
        let provider = self.client.provider();
        let credentials = match provider.get(refresh, given, &self.limits) {
            Ok(credentials) => credentials,
            Err(Missing::Failed(error)) => return Input::CredentialsFailed(error),
            Err(Missing::Late(kind)) => return failure(kind),
        };
        // The source may have taken its time.
        if let Err(kind) = self.limits.left() {
            return failure(kind);
        }
        self.given = Some(credentials.clone());
        Input::Credentials(credentials)
    }

    fn send(&mut self, transmit: Transmit) -> Input {
        self.answer = None;
        let times = [self.attempt_timeout, transmit.within];
        self.limits = self.limits.with_attempt(times.into_iter().flatten().min());
        let attempt = transmit.attempt;
        match self
            .client
            .exchanger()
            .begin(transmit, &mut self.path, self.limits)
        {
            Ok((head, answer)) => {
                trace::answered(self.operation, attempt, head.status);
                self.answer = Some(answer);
                Input::Head(head)
            }
            Err(error) => {
                trace::broke(self.operation, attempt, &error);
                Input::Failure(error)
            }
        }
    }

    fn receive(&mut self) -> Input {
        let input = match &mut self.answer {
            Some(answer) => answer.receive(),
            // No machine asks for more than there is.
            None => Input::End(http::HeaderMap::new()),
        };
        if !matches!(input, Input::Chunk(_)) {
            // The end, one way or the other.
            self.answer = None;
        }
        input
    }

    /// A wait that would end after the deadline is not begun.
    fn wait(&mut self, time: Duration) -> Input {
        self.answer = None;
        self.limits = self.limits.without_attempt();
        match self.limits.left() {
            Ok(left) if left.is_none_or(|left| left > time) => {
                trace::waits(self.operation, time);
                thread::sleep(time);
                Input::Woken
            }
            Ok(_) => failure(TransportErrorKind::Deadline),
            Err(kind) => failure(kind),
        }
    }

    fn cancel_left(&mut self, machine: &mut impl Machine, within: Option<Duration>) {
        self.path.ended(&self.client, machine, within);
    }

    fn postpone(&mut self, by: Duration) {
        self.limits.postpone(by);
        if let Some(answer) = &self.answer {
            answer.set_limits(self.limits);
        }
    }
}

/// Nothing was under way.
fn failure(kind: TransportErrorKind) -> Input {
    Input::Failure(TransportError::new(kind, Sent::No))
}

#[cfg(test)]
mod tests {
    use neptunedata::{CallOptions, Endpoint, engine::GetEngineStatus, machine::Exchange};
    use neptunedata_emulator::{Emulator, Server};

    use super::*;

    #[test]
    fn it_knows_which_address_took_a_request() {
        let server = Server::start(Emulator::default()).unwrap();
        let client = Client::unsigned(Endpoint::parse(&server.endpoint()).unwrap()).unwrap();
        let status = GetEngineStatus::new();
        let status = Exchange::streaming(client.session(), &status, &CallOptions::new(), 42);
        let mut running = client.start(status);
        assert_eq!(running.driver.path.took, None);
        assert!(running.next_item().unwrap().is_some());
        assert_eq!(running.driver.path.took, Some(Some(server.address())));
    }
}
