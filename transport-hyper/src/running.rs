//! The driver: it does what a machine asks for, and nothing else.

use std::{
    fmt, mem,
    net::SocketAddr,
    time::{Duration, Instant},
};

use hyper::body::Incoming;
use neptunedata::{
    Credentials, CredentialsError, Error, Input, Machine, Sent, Step, Transmit, TransportError,
    TransportErrorKind,
};

use crate::{
    Client,
    abandon::Path,
    connection::Piece,
    fault,
    pool::{Lease, Purpose},
    trace::Trace,
};

/// A machine at work: [`Client::start`].
///
/// [`advance`](Running::advance) hands out its items, [`finish`](Running::finish) what it ends in.
/// Dropping it closes the connection that an answer is still pending on, and if that is wished for
/// [cancels the query](crate#queries-that-are-given-up). Nothing happens between an
/// item and the next call of `advance`, and that time is the caller's own: it does not count towards
/// time-outs.
///
/// Both futures can be dropped at any time, and `advance` called again after that. An answer that
/// was waited for at that moment is lost then, which the machine is told; one that was being read
/// goes on.
#[must_use]
pub struct Running<M: Machine> {
    client: Client,
    machine: M,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    /// When the call must be over; known when it begins.
    deadline: Option<Instant>,
    attempt_end: Option<Instant>,
    /// When the last item was handed out.
    paused: Option<Instant>,
    /// What the machine waits for.
    todo: Todo,
    answer: Option<(Lease, Incoming)>,
    /// What the machine signs with.
    given: Option<Credentials>,
    path: Path,
    trace: Trace,
    outcome: Option<Result<M::Output, Error>>,
    /// There is or was an outcome.
    concluded: bool,
}

enum Todo {
    Begin,
    Next,
    Credentials {
        refresh: bool,
    },
    Send(Box<Transmit>),
    /// The request is out; found again only if the future that waited for the answer was dropped.
    Sent,
    Receive,
    Wait(Option<Instant>),
    Nothing,
}

impl<M: Machine> Running<M> {
    pub(crate) fn new(client: Client, machine: M, operation: &'static str) -> Self {
        let (own, options) = (machine.timeouts(), client.options());
        Running {
            timeout: own.total.or(options.timeout),
            attempt_timeout: own.attempt.or(options.attempt_timeout),
            client,
            machine,
            deadline: None,
            attempt_end: None,
            paused: None,
            todo: Todo::Begin,
            answer: None,
            given: None,
            trace: Trace::new(operation),
            path: Path::default(),
            outcome: None,
            concluded: false,
        }
    }

    /// One that cancels a query, with requests going to this address alone if there is one.
    pub(crate) fn cancelling(client: Client, machine: M, at: Option<SocketAddr>) -> Self {
        let mut running = Running::new(client, machine, "(cancel)");
        running.path.purpose = Purpose::Cancel(at);
        running
    }

    /// How long an attempt may take if the machine does not say it: it makes many calls, and none of
    /// them is long.
    pub(crate) fn polling(mut self) -> Self {
        if self.machine.timeouts().attempt.is_none() {
            self.attempt_timeout = Some(self.client.options().poll_timeout());
        }
        self
    }

    pub(crate) fn machine(&self) -> &M {
        &self.machine
    }

    pub(crate) fn outcome(&self) -> Option<&Result<M::Output, Error>> {
        self.outcome.as_ref()
    }

    /// How long all of it may take from the first [`advance`](Running::advance) on, in place of what
    /// the machine [says](Machine::timeouts) or the client's
    /// [`timeout`](neptunedata::ClientOptions::timeout). Says nothing once it has begun.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long each attempt may take from the next one on, in place of what the machine
    /// [says](Machine::timeouts) or the client's
    /// [`attempt_timeout`](neptunedata::ClientOptions::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// The next item, or none at the end.
    ///
    /// # Errors
    ///
    /// When the machine fails; from then on the same error each time.
    pub async fn advance(&mut self) -> Result<Option<M::Item>, Error> {
        loop {
            match &self.outcome {
                Some(Ok(_)) => return Ok(None),
                Some(Err(error)) => return Err(error.clone()),
                None => {}
            }
            let input = self.perform().await;
            if let Some(item) = self.resume(input) {
                return Ok(Some(item));
            }
        }
    }

    /// Runs it to its end; items are dropped.
    ///
    /// # Errors
    ///
    /// When the machine fails.
    pub async fn finish(mut self) -> Result<M::Output, Error> {
        loop {
            if let Some(outcome) = self.outcome.take() {
                return outcome;
            }
            let input = self.perform().await;
            drop(self.resume(input));
        }
    }

    /// Gives the machine its answer, and notes what it asks for next.
    pub(crate) fn resume(&mut self, input: Input) -> Option<M::Item> {
        let step = self.machine.resume(input, self.client.clock().now());
        if !matches!(step, Step::Receive | Step::Item(_)) {
            // Closes the connection, unless the answer was read to its end.
            self.answer = None;
        }
        self.todo = match step {
            Step::Item(item) => {
                self.paused = Some(self.client.clock().instant());
                self.todo = Todo::Next;
                return Some(item);
            }
            Step::Credentials { refresh } => Todo::Credentials { refresh },
            Step::Send(transmit) => {
                self.path.took = None;
                self.trace.attempt(transmit.attempt, transmit.connection);
                let clock = self.client.clock();
                let times = [self.attempt_timeout, transmit.within];
                let shortest = times.into_iter().flatten().min();
                self.attempt_end = shortest.and_then(|time| clock.after(time));
                Todo::Send(transmit)
            }
            Step::Receive => Todo::Receive,
            Step::Wait(time) => {
                self.path.given_up(&self.client, &mut self.machine);
                self.trace.wait(time);
                Todo::Wait(self.client.clock().after(time))
            }
            Step::Done(outcome) => {
                match &outcome {
                    Ok(_) => self.trace.done(),
                    Err(error) => self.trace.failed(error),
                }
                self.path.ended(&self.client, &mut self.machine);
                self.concluded = true;
                self.outcome = Some(outcome);
                Todo::Nothing
            }
        };
        None
    }

    /// Does what the machine waits for. Dropped midway it leaves `todo` as what there is to do then.
    pub(crate) async fn perform(&mut self) -> Input {
        self.end_pause();
        match &mut self.todo {
            Todo::Begin => {
                let clock = self.client.clock();
                self.deadline = self.timeout.and_then(|time| clock.after(time));
                Input::Next
            }
            Todo::Credentials { refresh } => {
                let refresh = *refresh;
                self.credentials(refresh).await
            }
            Todo::Send(_) => self.send().await,
            Todo::Sent => {
                let source = "the future that waited for the answer was dropped";
                self.broken(
                    TransportError::new(TransportErrorKind::Other, Sent::Maybe).with_source(source),
                )
            }
            Todo::Receive => self.receive().await,
            Todo::Wait(until) => {
                let until = *until;
                self.wait(until).await
            }
            Todo::Next | Todo::Nothing => Input::Next,
        }
    }

    /// The machine's answer, if nothing needs to be waited for.
    pub(crate) fn at_once(&mut self) -> Option<Input> {
        let is_next = matches!(self.todo, Todo::Next);
        is_next.then(|| {
            self.end_pause();
            Input::Next
        })
    }

    fn end_pause(&mut self) {
        if let Some(since) = self.paused.take() {
            let now = self.client.clock().instant();
            let pause = now.saturating_duration_since(since);
            for end in [&mut self.deadline, &mut self.attempt_end] {
                *end = end.and_then(|end| end.checked_add(pause));
            }
        }
    }

    async fn credentials(&mut self, refresh: bool) -> Input {
        self.trace.credentials(refresh);
        let clock = self.client.clock();
        if let Err(reason) = clock.check() {
            return Input::CredentialsFailed(CredentialsError::new(reason));
        }
        let get = self
            .client
            .source()
            .get(refresh, self.given.as_ref(), clock.now().wall, clock);
        match clock.within(self.deadline, get).await {
            Some(Ok(credentials)) => {
                self.given = Some(credentials.clone());
                Input::Credentials(credentials)
            }
            Some(Err(error)) => Input::CredentialsFailed(error),
            None => self.broken(TransportError::new(TransportErrorKind::Deadline, Sent::No)),
        }
    }

    async fn send(&mut self) -> Input {
        let Todo::Send(transmit) = &self.todo else {
            return Input::Next;
        };
        let clock = self.client.clock();
        if let Err(reason) = clock.check() {
            return self.broken(fault::not_sent(TransportErrorKind::Runtime, reason));
        }
        let (until, late) = self.limit();
        let is_late = || until.is_some_and(|until| until <= clock.instant());
        if is_late() {
            return self.broken(TransportError::new(late, Sent::No));
        }
        let pool = self.client.pool();
        let lease = pool
            .clock()
            .within(until, pool.lease(transmit.connection, self.path.purpose));
        let mut lease = match lease.await {
            Some(Ok(lease)) => lease,
            Some(Err(error)) => return self.broken(error),
            None => return self.broken(TransportError::new(late, Sent::No)),
        };
        // What is ready at once is taken whatever the time, but nothing begins when the time is over.
        if is_late() {
            return self.broken(TransportError::new(late, Sent::No));
        }
        // From here on the request may get out, and is not sent by this step again.
        let Todo::Send(transmit) = mem::replace(&mut self.todo, Todo::Sent) else {
            return Input::Next;
        };
        self.path.took = Some(lease.peer());
        let mut request = transmit.request;
        request
            .headers_mut()
            .entry(http::header::USER_AGENT)
            .or_insert_with(|| self.client.user_agent().clone());
        match clock.within(until, lease.send(request)).await {
            Some(Ok(response)) => {
                let (head, body) = response.into_parts();
                self.trace.answer(head.status);
                self.answer = Some((lease, body));
                Input::Head(head)
            }
            Some(Err(error)) => self.broken(error),
            None => {
                let sent = lease.sent();
                self.broken(TransportError::new(late, sent))
            }
        }
    }

    async fn receive(&mut self) -> Input {
        let (until, late) = self.limit();
        let Some((lease, body)) = &mut self.answer else {
            return Input::End(http::HeaderMap::new());
        };
        let piece = self.client.clock().within(until, lease.receive(body)).await;
        match piece {
            Some(Ok(Piece::Chunk(chunk))) => Input::Chunk(chunk),
            Some(Ok(Piece::End(trailers))) => {
                if let Some((lease, body)) = self.answer.take() {
                    lease.finish(body).await;
                }
                Input::End(trailers)
            }
            Some(Err(error)) => {
                self.answer = None;
                self.broken(error)
            }
            None => {
                self.answer = None;
                self.broken(TransportError::new(late, Sent::Maybe))
            }
        }
    }

    async fn wait(&mut self, until: Option<Instant>) -> Input {
        let too_late = match (until, self.deadline) {
            (Some(until), Some(deadline)) => deadline <= until,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if too_late {
            return self.broken(TransportError::new(TransportErrorKind::Deadline, Sent::No));
        }
        let clock = self.client.clock();
        if let Err(reason) = clock.check() {
            return self.broken(fault::not_sent(TransportErrorKind::Runtime, reason));
        }
        clock.within(until, std::future::pending::<()>()).await;
        Input::Woken
    }

    fn broken(&self, error: TransportError) -> Input {
        self.trace.broken(&error);
        Input::Failure(error)
    }

    /// When the step at hand must be over, and what it is if it is not.
    fn limit(&self) -> (Option<Instant>, TransportErrorKind) {
        match (self.deadline, self.attempt_end) {
            (Some(deadline), Some(end)) if end < deadline => {
                (Some(end), TransportErrorKind::Timeout)
            }
            (None, Some(end)) => (Some(end), TransportErrorKind::Timeout),
            (deadline, _) => (deadline, TransportErrorKind::Deadline),
        }
    }
}

impl<M: Machine> Drop for Running<M> {
    fn drop(&mut self) {
        self.answer = None;
        if !self.concluded {
            self.path.ended(&self.client, &mut self.machine);
        }
    }
}

impl<M: Machine> fmt::Debug for Running<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("client", &self.client)
            .field("ended", &self.outcome.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use neptunedata::{CallOptions, Endpoint, Exchange, GetEngineStatus};
    use neptunedata_emulator::{Emulator, Server};

    use super::*;

    #[tokio::test]
    async fn it_knows_which_address_took_a_request() {
        let server = Server::start(Emulator::default()).unwrap();
        let client = Client::unsigned(Endpoint::parse(&server.endpoint()).unwrap()).unwrap();
        let status = GetEngineStatus::new();
        let status = Exchange::streaming(client.session(), &status, &CallOptions::new(), 42);
        let mut running = client.start(status);
        assert_eq!(running.path.took, None);
        assert!(running.advance().await.unwrap().is_some());
        assert_eq!(running.path.took, Some(Some(server.address())));
    }
}
