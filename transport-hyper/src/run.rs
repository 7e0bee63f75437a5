//! The driver: it does what a machine asks for, and nothing else.

use std::{
    fmt,
    future::{Future, poll_fn},
    mem,
    net::SocketAddr,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::body::Incoming;
use neptunedata::{
    Credentials, Error, TransportError,
    credentials::CredentialsError,
    machine::{Input, Machine, Step, Transmit},
    transport::{Sent, TransportErrorKind},
};

use crate::{
    Client,
    cancellation::Path,
    clock::Alarm,
    connection::Piece,
    errors,
    pool::{Lease, Purpose},
    runtime_id::RuntimeId,
    trace::Trace,
};

/// A machine at work: [`Client::start`].
///
/// [`next_item`](Run::next_item) hands out its items, [`output`](Run::output) what it ends in.
/// Dropping it closes the connection that an answer is still pending on, and if that is wished for
/// [cancels the query](crate#queries-that-are-given-up); the future of `finish` owns it, and does the same.
///
/// The future of `next_item` can be dropped at any time, as `select!` and time-outs do, and nothing is lost by
/// that: what is under way, be it a connection, an answer or a pause, stays here with its place among the
/// connections, and the next call goes on with it.
///
/// Between an item or a dropped future and the next call of `next_item` nothing happens, and that time is the
/// caller's own: it does not count towards the time-outs of the call and of the attempt. Other time does not
/// stand still: that for making a connection, a pause before the next attempt, and what the machine itself
/// measures, as [`Wait`](neptunedata::wait::Wait) does with all of its waiting.
#[must_use]
pub struct Run<M: Machine> {
    client: Client,
    machine: M,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    /// When the call must be over; known when it begins.
    deadline: Option<Instant>,
    attempt_end: Option<Instant>,
    /// Since when nobody waits: an item was handed out, or the future dropped.
    paused: Option<Instant>,
    /// What the machine waits for.
    todo: Todo,
    alarm: Alarm,
    answer: Option<(Box<Lease>, Incoming)>,
    /// What the machine signs with.
    given: Option<Credentials>,
    path: Path,
    trace: Trace,
    outcome: Option<Result<M::Output, Error>>,
    /// There is or was an outcome.
    concluded: bool,
}

/// What is under way whoever waits for it.
type Pending<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

enum Todo {
    Begin,
    Next,
    Credentials {
        refresh: bool,
    },
    /// They are asked for.
    Asked(Pending<Credentials, CredentialsError>),
    Send(Box<Transmit>),
    /// A connection is got for it, in this runtime.
    Connect(Box<Transmit>, RuntimeId, Pending<Lease, TransportError>),
    /// The request may be out.
    Sent(Box<Lease>),
    Receive,
    Wait(Option<Instant>),
    Nothing,
}

impl<M: Machine> Run<M> {
    pub(crate) fn new(client: Client, machine: M, operation: &'static str) -> Self {
        let (own, options) = (machine.timeouts(), client.options());
        Run {
            timeout: own.total.or(options.timeout),
            attempt_timeout: own.attempt.or(options.attempt_timeout),
            client,
            machine,
            deadline: None,
            attempt_end: None,
            paused: None,
            todo: Todo::Begin,
            alarm: Alarm::default(),
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
        let mut running = Run::new(client, machine, "(cancel)");
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
        self.attempt_timeout = Some(timeout);
        self
    }

    /// The next item, or none at the end. Can be dropped and called again, and loses nothing.
    ///
    /// # Errors
    ///
    /// When the machine fails; from then on the same error each time.
    pub async fn next_item(&mut self) -> Result<Option<M::Item>, Error> {
        let waiting = Waiting(self);
        poll_fn(|cx| waiting.0.poll_advance(cx)).await
    }

    /// Runs it to its end; items are dropped.
    ///
    /// # Errors
    ///
    /// When the machine fails.
    pub async fn output(mut self) -> Result<M::Output, Error> {
        loop {
            if let Some(outcome) = self.outcome.take() {
                return outcome;
            }
            let input = poll_fn(|cx| self.poll_perform(cx)).await;
            drop(self.resume(input));
        }
    }

    /// The same, without [`Waiting`], which alone tells when nobody polls any more.
    pub(crate) fn poll_advance(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<M::Item>, Error>> {
        loop {
            match &self.outcome {
                Some(Ok(_)) => return Poll::Ready(Ok(None)),
                Some(Err(error)) => return Poll::Ready(Err(error.clone())),
                None => {}
            }
            let Poll::Ready(input) = self.poll_perform(cx) else {
                return Poll::Pending;
            };
            if let Some(item) = self.resume(input) {
                return Poll::Ready(Ok(Some(item)));
            }
        }
    }

    /// Gives the machine its answer, and notes what it asks for next.
    fn resume(&mut self, input: Input) -> Option<M::Item> {
        // Closes the connection that brought no answer.
        self.todo = Todo::Nothing;
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
                self.trace.attempt(transmit.attempt, transmit.reuse);
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

    /// Does what the machine waits for. All that takes more than one poll is kept in `todo`.
    fn poll_perform(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        self.end_pause();
        match self.todo {
            // Most items come out of what was received already.
            Todo::Next | Todo::Nothing => Poll::Ready(Input::Next),
            _ => pin!(self.perform()).poll(cx),
        }
    }

    /// Dropped midway it leaves `todo` as what there is to do then.
    async fn perform(&mut self) -> Input {
        match &mut self.todo {
            Todo::Begin => {
                let clock = self.client.clock();
                self.deadline = self.timeout.and_then(|time| clock.after(time));
                Input::Next
            }
            Todo::Credentials { .. } | Todo::Asked(_) => self.credentials().await,
            Todo::Send(_) | Todo::Connect(..) | Todo::Sent(_) => self.send().await,
            Todo::Receive => self.receive().await,
            Todo::Wait(until) => {
                let until = *until;
                self.wait(until).await
            }
            Todo::Next | Todo::Nothing => Input::Next,
        }
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

    async fn credentials(&mut self) -> Input {
        let clock = self.client.clock();
        if let Todo::Credentials { refresh } = self.todo {
            self.trace.credentials(refresh);
            if let Err(reason) = clock.check() {
                return Input::CredentialsFailed(CredentialsError::new(reason));
            }
            let (client, given) = (self.client.clone(), self.given.clone());
            self.todo = Todo::Asked(Box::pin(async move {
                let clock = client.clock();
                let (source, wall) = (client.source(), clock.now().wall);
                source.get(refresh, given.as_ref(), wall, clock).await
            }));
        }
        let Todo::Asked(credentials) = &mut self.todo else {
            return Input::Next;
        };
        let credentials = self.alarm.within(clock, self.deadline, credentials);
        match credentials.await {
            Some(Ok(credentials)) => {
                self.given = Some(credentials.clone());
                Input::Credentials(credentials)
            }
            Some(Err(error)) => Input::CredentialsFailed(error),
            None => self.broken(TransportError::new(TransportErrorKind::Deadline, Sent::No)),
        }
    }

    async fn send(&mut self) -> Input {
        let clock = self.client.clock();
        let (until, late) = self.limit();
        let is_late = || until.is_some_and(|until| until <= clock.instant());
        self.todo = match mem::replace(&mut self.todo, Todo::Nothing) {
            // What was begun in another runtime may never go on, and nothing was sent.
            Todo::Connect(transmit, home, _) if home != RuntimeId::here() => Todo::Send(transmit),
            todo => todo,
        };
        if let Todo::Send(_) = self.todo {
            if let Err(reason) = clock.check() {
                return self.broken(errors::not_sent(TransportErrorKind::Runtime, reason));
            }
            if is_late() {
                return self.broken(TransportError::new(late, Sent::No));
            }
            if let Todo::Send(transmit) = mem::replace(&mut self.todo, Todo::Nothing) {
                let (pool, purpose) = (self.client.pool().clone(), self.path.purpose);
                let which = transmit.reuse;
                let lease = Box::pin(async move { pool.lease(which, purpose).await });
                self.todo = Todo::Connect(transmit, RuntimeId::here(), lease);
            }
        }
        if let Todo::Connect(_, _, lease) = &mut self.todo {
            let mut lease = match self.alarm.within(clock, until, lease).await {
                Some(Ok(lease)) => lease,
                Some(Err(error)) => return self.broken(error),
                None => return self.broken(TransportError::new(late, Sent::No)),
            };
            // What is ready at once is taken whatever the time, but nothing begins when the time is over.
            if is_late() {
                return self.broken(TransportError::new(late, Sent::No));
            }
            if let Todo::Connect(transmit, ..) = mem::replace(&mut self.todo, Todo::Nothing) {
                self.path.took = Some(lease.peer());
                let mut request = transmit.request;
                request
                    .headers_mut()
                    .entry(http::header::USER_AGENT)
                    .or_insert_with(|| self.client.user_agent().clone());
                // From here on the request may get out.
                lease.send(request);
                self.todo = Todo::Sent(Box::new(lease));
            }
        }
        let Todo::Sent(lease) = &mut self.todo else {
            return Input::Next;
        };
        match self.alarm.within(clock, until, lease.head()).await {
            Some(Ok(response)) => {
                let (head, body) = response.into_parts();
                self.trace.answer(head.status);
                if let Todo::Sent(lease) = mem::replace(&mut self.todo, Todo::Nothing) {
                    self.answer = Some((lease, body));
                }
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
        let clock = self.client.clock();
        match self.alarm.within(clock, until, lease.receive(body)).await {
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
            return self.broken(errors::not_sent(TransportErrorKind::Runtime, reason));
        }
        let never = std::future::pending::<()>();
        self.alarm.within(clock, until, never).await;
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

/// Somebody waits. When they go, with an item or without, their own time begins.
pub(crate) struct Waiting<'a, M: Machine>(pub(crate) &'a mut Run<M>);

impl<M: Machine> Drop for Waiting<'_, M> {
    fn drop(&mut self) {
        let Run { paused, client, .. } = &mut *self.0;
        paused.get_or_insert_with(|| client.clock().instant());
    }
}

impl<M: Machine> Drop for Run<M> {
    fn drop(&mut self) {
        self.answer = None;
        // That of a request without an answer, too, and before its query is cancelled.
        self.todo = Todo::Nothing;
        if !self.concluded {
            self.path.ended(&self.client, &mut self.machine);
        }
    }
}

impl<M: Machine> fmt::Debug for Run<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("client", &self.client)
            .field("ended", &self.outcome.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use neptunedata::{CallOptions, Endpoint, engine::GetEngineStatus, machine::Exchange};
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
        assert!(running.next_item().await.unwrap().is_some());
        assert_eq!(running.path.took, Some(Some(server.address())));
    }
}
