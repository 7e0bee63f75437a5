//! The driver: performs the I/O that a machine requests, on the calling thread.

use std::{fmt, thread, time::Duration};

use neptunedata::{
    Credentials, Error, TransportError,
    machine::{Input, Io, Machine, Step, Transmit},
    transport::{Purpose, Sent, Trace, TransportErrorKind},
};

use crate::{
    Client, cancellation::cancel_abandoned, credentials_provider::Missing, deadlines::Limits,
    ureq_transport::Response,
};

/// A running machine: see [`Client::start`].
///
/// [`next_item`](Run::next_item) returns the items of the machine, [`output`](Run::output) its output.
/// Dropping a `Run` before the end of a response closes the connection and, if this is enabled, [cancels the
/// query](crate#cancelling-abandoned-queries).
///
/// Nothing happens between an item and the next call of `next_item`. This time does not count towards the time
/// limits of calls and attempts, unless the client has an [agent](crate::ClientBuilder::agent) of the caller.
#[must_use]
pub struct Run<M: Machine> {
    pub(crate) machine: M,
    pub(crate) driver: Driver,
    pub(crate) outcome: Option<Result<M::Output, Error>>,
    /// The machine has ended; the outcome may have been taken.
    has_ended: bool,
}

impl<M: Machine> Run<M> {
    pub(crate) fn new(client: &Client, machine: M, operation: &'static str) -> Self {
        Run {
            machine,
            driver: Driver {
                client: client.clone(),
                trace: Trace::new(operation),
                limits: Limits::default(),
                response: None,
                given: None,
                purpose: Purpose::default(),
            },
            outcome: None,
            has_ended: false,
        }
    }

    /// The next item, or `None` at the end.
    ///
    /// # Errors
    ///
    /// When the machine has failed. Each further call returns the same error.
    pub fn next_item(&mut self) -> Result<Option<M::Item>, Error> {
        // Starts the machine, or continues it after an item.
        let mut input = Input::Next;
        while self.outcome.is_none() {
            // Kept, because a machine that ends in this step has no limits after it.
            let limits = self.driver.limits;
            let step = self.machine.resume(input, self.driver.client.now());
            let wake_at = self.machine.wake_at();
            self.driver.set_wake_at(wake_at);
            input = match step {
                Step::Io(Io::Credentials { refresh }) => self.driver.get_credentials(refresh),
                Step::Io(Io::Send(transmit)) => {
                    // Returns the permit of the previous attempt, which this attempt may need.
                    self.driver.response = None;
                    self.driver.trace.sending(transmit.attempt, transmit.reuse);
                    self.send(*transmit)
                }
                Step::Io(Io::Receive) => self.driver.receive(),
                Step::Io(Io::Wait) => {
                    self.driver.response = None;
                    self.driver.wait(self.machine.is_between_polls())
                }
                // A pause ended early, by less than the resolution of the system's timer.
                Step::Io(Io::Continue) => self.driver.wait(self.machine.is_between_polls()),
                Step::Item(item) => return Ok(Some(item)),
                Step::Misuse(misuse) => {
                    self.conclude(Err(misuse.into()), None);
                    break;
                }
                Step::Done(outcome) => {
                    // The cancellations after a success must not exceed the time limit of the call.
                    let within = match &outcome {
                        Ok(_) => limits.left().unwrap_or(Some(Duration::ZERO)),
                        Err(_) => None,
                    };
                    self.conclude(outcome, within);
                    break;
                }
            };
        }
        match &self.outcome {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(None),
        }
    }

    fn send(&mut self, transmit: Transmit) -> Input {
        let driver = &mut self.driver;
        let transport = &driver.client.0.transport;
        let (sending, result) = transport.send(transmit, driver.purpose, driver.limits);
        if let Some(sending) = sending {
            // This only notifies the machine, which still waits for the head.
            let _ = self.machine.resume(sending, driver.client.now());
        }
        match result {
            Ok((head, response)) => {
                driver.trace.response_started(head.status);
                driver.response = Some(response);
                Input::Head(head)
            }
            Err(error) => driver.fail(error),
        }
    }

    fn conclude(&mut self, outcome: Result<M::Output, Error>, within: Option<Duration>) {
        self.driver.response = None;
        self.driver.cancel_abandoned(&mut self.machine, within);
        self.has_ended = true;
        self.driver.trace.ended(&outcome);
        self.outcome = Some(outcome);
    }

    /// Discards the remaining items, and returns the output of the machine.
    ///
    /// # Errors
    ///
    /// When the machine fails or has failed.
    pub fn output(mut self) -> Result<M::Output, Error> {
        loop {
            if let Some(outcome) = self.outcome.take() {
                return outcome;
            }
            // An error is also in `outcome`.
            let _ = self.next_item();
        }
    }
}

impl<M: Machine> Drop for Run<M> {
    fn drop(&mut self) {
        self.driver.response = None;
        // Cancelling may block for seconds, so not during a panic.
        if !self.has_ended && !thread::panicking() {
            self.driver.cancel_abandoned(&mut self.machine, None);
        }
    }
}

impl<M: Machine> fmt::Debug for Run<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("operation", &self.driver.trace.operation())
            .field("ended", &self.outcome.is_some())
            .finish_non_exhaustive()
    }
}

/// The part of a [`Run`] that does not depend on the machine's type.
pub(crate) struct Driver {
    client: Client,
    trace: Trace,
    /// When the machine must be woken.
    limits: Limits,
    response: Option<Response>,
    /// The credentials that the machine signs with.
    given: Option<Credentials>,
    pub(crate) purpose: Purpose,
}

impl Driver {
    /// Sets the time limit of the next step.
    fn set_wake_at(&mut self, wake_at: Option<Duration>) {
        let limits = Limits::until(wake_at.and_then(|mono| self.client.at(mono)));
        if limits == self.limits {
            return;
        }
        self.limits = limits;
        if let Some(response) = &self.response {
            response.set_limits(limits);
        }
    }

    fn get_credentials(&mut self, refresh: bool) -> Input {
        self.trace.credentials_requested(refresh);
        self.response = None;
        let provider = &self.client.0.provider;
        match provider.get(refresh, self.given.as_ref(), &self.limits) {
            // The provider may have exceeded the time limit. No request is sent then.
            Ok(_) if self.limits.left().is_err() => Input::Wake(Sent::No),
            Ok(credentials) => {
                self.given = Some(credentials.clone());
                Input::Credentials(credentials)
            }
            Err(Missing::Failed(error)) => Input::CredentialsFailed(error),
            Err(Missing::TimedOut) => Input::Wake(Sent::No),
        }
    }

    fn receive(&mut self) -> Input {
        let input = match &mut self.response {
            Some(response) => response.receive(),
            // Machines do not read past the end of a response.
            None => Input::End(http::HeaderMap::new()),
        };
        if !matches!(input, Input::Chunk(_)) {
            // The response has ended or failed.
            self.response = None;
        }
        match input {
            Input::Failure(error) => self.fail(error),
            input => input,
        }
    }

    /// Ends an attempt. At the machine's own time limit, the machine is only woken: it knows whether the limit is that
    /// of the attempt or of the call. An agent of the caller may have shorter limits, which the machine does not know.
    fn fail(&self, error: TransportError) -> Input {
        self.trace.attempt_failed(&error);
        match error.kind() {
            TransportErrorKind::Timeout if self.limits.left().is_err() => Input::Wake(error.sent()),
            _ => Input::Failure(error),
        }
    }

    fn wait(&self, is_between_polls: bool) -> Input {
        let left = match self.limits.left() {
            // `None`: the end is too far in the future to be an `Instant`.
            Ok(left) => left.unwrap_or(Duration::MAX),
            Err(_) => Duration::ZERO,
        };
        self.trace.waiting(left, is_between_polls);
        thread::sleep(left);
        Input::Wake(Sent::No)
    }

    fn cancel_abandoned(&mut self, machine: &mut impl Machine, within: Option<Duration>) {
        machine.abandon();
        cancel_abandoned(&self.client, machine, within);
    }
}

#[cfg(test)]
mod tests {
    use neptunedata::{CallOptions, Endpoint, gremlin::ExecuteGremlinQuery, machine::Exchange};
    use neptunedata_emulator::{Emulator, Server};

    use super::*;

    #[test]
    fn the_run_knows_which_address_took_a_request() {
        let server = Server::start(Emulator::default()).unwrap();
        let client = Client::unsigned(Endpoint::parse(&server.endpoint()).unwrap()).unwrap();
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = CallOptions::new().cancel_on_abandon(true);
        let exchange = Exchange::streaming(client.session(), &query, &options, 42);
        let mut run = client.start(exchange);
        assert!(run.machine.abandoned().is_none());
        assert!(run.next_item().unwrap().is_some());
        run.machine.abandon();
        let abandoned = run.machine.abandoned().unwrap();
        assert_eq!(abandoned.peer, Some(server.address()));
    }
}
