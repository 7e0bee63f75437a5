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
    machine::{Input, Io, Machine, Now, Step, Transmit},
    transport::{Sent, TransportErrorKind},
};

use crate::{
    Client,
    cancellation::cancel_abandoned,
    clock::Alarm,
    connection::BodyEvent,
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
/// Between an item or a dropped future and the next call of `next_item` nothing happens, and that time does
/// not count towards the time limits of calls and attempts. It does count towards making a connection, a
/// pause before the next attempt, and the time limit of a [`Wait`](neptunedata::wait::Wait) while its item is out.
#[must_use]
pub struct Run<M: Machine> {
    client: Client,
    machine: M,
    /// Since when the future of an item is gone, and how long there was none in all: so far the
    /// machine's monotonic clock is behind ours.
    paused: Option<Instant>,
    paused_in_all: Duration,
    /// What the machine waits for.
    todo: Todo,
    alarm: Alarm,
    answer: Option<(Box<Lease>, Incoming)>,
    /// What the machine signs with.
    given: Option<Credentials>,
    purpose: Purpose,
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
    Wait,
    Nothing,
}

impl<M: Machine> Run<M> {
    pub(crate) fn new(client: Client, machine: M, operation: &'static str) -> Self {
        Run {
            client,
            machine,
            paused: None,
            paused_in_all: Duration::ZERO,
            todo: Todo::Begin,
            alarm: Alarm::default(),
            answer: None,
            given: None,
            trace: Trace::new(operation),
            purpose: Purpose::default(),
            outcome: None,
            concluded: false,
        }
    }

    /// One that cancels a query, with requests going to this address alone if there is one.
    pub(crate) fn cancelling(client: Client, machine: M, at: Option<SocketAddr>) -> Self {
        let mut run = Run::new(client, machine, "(cancel)");
        run.purpose = Purpose::Cancel(at);
        run
    }

    pub(crate) fn machine(&self) -> &M {
        &self.machine
    }

    pub(crate) fn outcome(&self) -> Option<&Result<M::Output, Error>> {
        self.outcome.as_ref()
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

    /// The machine's time.
    fn now(&self) -> Now {
        let mut now = self.client.clock().now();
        now.mono = now.mono.saturating_sub(self.paused_in_all);
        now
    }

    /// When the machine wants to be woken.
    fn wake_at(&self) -> Option<Instant> {
        let wake_at = self.machine.wake_at()?;
        self.client
            .clock()
            .at(wake_at.checked_add(self.paused_in_all)?)
    }

    /// Gives the machine an input, and notes what it asks for next.
    fn resume(&mut self, input: Input) -> Option<M::Item> {
        if !matches!(input, Input::Wake(_)) {
            // Closes the connection that brought no answer.
            self.todo = Todo::Nothing;
        }
        let now = self.now();
        let step = self.machine.resume(input, now);
        if matches!(step, Step::Io(Io::Continue)) {
            return None;
        }
        if !matches!(step, Step::Io(Io::Receive) | Step::Item(_)) {
            // Closes the connection, unless the answer was read to its end.
            self.answer = None;
        }
        self.todo = match step {
            Step::Item(item) => {
                self.todo = Todo::Next;
                return Some(item);
            }
            Step::Io(Io::Credentials { refresh }) => Todo::Credentials { refresh },
            Step::Io(Io::Send(transmit)) => {
                self.trace.attempt(transmit.attempt, transmit.reuse);
                Todo::Send(transmit)
            }
            Step::Io(Io::Receive) => Todo::Receive,
            Step::Io(Io::Wait | Io::Continue) => {
                cancel_abandoned(&self.client, &mut self.machine);
                let until = self.machine.wake_at().unwrap_or_default();
                self.trace.wait(until.saturating_sub(now.mono));
                Todo::Wait
            }
            Step::Misuse(misuse) => {
                self.conclude(Err(misuse.into()));
                Todo::Nothing
            }
            Step::Done(outcome) => {
                self.conclude(outcome);
                Todo::Nothing
            }
        };
        None
    }

    fn conclude(&mut self, outcome: Result<M::Output, Error>) {
        match &outcome {
            Ok(_) => self.trace.done(),
            Err(error) => self.trace.failed(error),
        }
        // Ends a misused machine; any other has ended.
        self.machine.abandon();
        cancel_abandoned(&self.client, &mut self.machine);
        self.concluded = true;
        self.outcome = Some(outcome);
    }

    /// Does what the machine waits for. All that takes more than one poll is kept in `todo`.
    fn poll_perform(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        self.end_pause();
        match self.todo {
            // Most items come out of what was received already.
            Todo::Begin | Todo::Next | Todo::Nothing => Poll::Ready(Input::Next),
            _ => pin!(self.perform()).poll(cx),
        }
    }

    /// Dropped midway it leaves `todo` as what there is to do then.
    async fn perform(&mut self) -> Input {
        match &mut self.todo {
            Todo::Credentials { .. } | Todo::Asked(_) => self.credentials().await,
            Todo::Send(_) | Todo::Connect(..) | Todo::Sent(_) => self.send().await,
            Todo::Receive => self.receive().await,
            Todo::Wait => self.wait().await,
            Todo::Begin | Todo::Next | Todo::Nothing => Input::Next,
        }
    }

    fn end_pause(&mut self) {
        if let Some(since) = self.paused.take() {
            let now = self.client.clock().instant();
            let pause = now.saturating_duration_since(since);
            self.paused_in_all = self.paused_in_all.saturating_add(pause);
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
        let until = self.wake_at();
        let clock = self.client.clock();
        let Todo::Asked(credentials) = &mut self.todo else {
            return Input::Next;
        };
        let credentials = self.alarm.within(clock, until, credentials);
        match credentials.await {
            Some(Ok(credentials)) => {
                self.given = Some(credentials.clone());
                Input::Credentials(credentials)
            }
            Some(Err(error)) => Input::CredentialsFailed(error),
            None => Input::Wake(Sent::No),
        }
    }

    async fn send(&mut self) -> Input {
        let clock = self.client.clock();
        let until = self.wake_at();
        self.todo = match mem::replace(&mut self.todo, Todo::Nothing) {
            // What was begun in another runtime may never go on, and nothing was sent.
            Todo::Connect(transmit, home, _) if home != RuntimeId::here() => Todo::Send(transmit),
            todo => todo,
        };
        if let Todo::Send(_) = self.todo {
            if let Err(reason) = clock.check() {
                return self.broken(errors::not_sent(TransportErrorKind::Runtime, reason));
            }
            if let Todo::Send(transmit) = mem::replace(&mut self.todo, Todo::Nothing) {
                let (pool, purpose) = (self.client.pool().clone(), self.purpose);
                let which = transmit.reuse;
                let lease = Box::pin(async move { pool.lease(which, purpose).await });
                self.todo = Todo::Connect(transmit, RuntimeId::here(), lease);
            }
        }
        if let Todo::Connect(_, _, lease) = &mut self.todo {
            let mut lease = match self.alarm.within(clock, until, lease).await {
                Some(Ok(lease)) => lease,
                Some(Err(error)) => return self.broken(error),
                None => return Input::Wake(Sent::No),
            };
            // What is ready at once is taken whatever the time, but nothing begins when the time is over.
            if until.is_some_and(|until| until <= clock.instant()) {
                return Input::Wake(Sent::No);
            }
            if let Todo::Connect(transmit, ..) = mem::replace(&mut self.todo, Todo::Nothing) {
                let now = self.now();
                // A notice: the machine goes on to wait for the head.
                let _ = self.machine.resume(Input::Sending(lease.peer()), now);
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
            None => Input::Wake(lease.sent()),
        }
    }

    async fn receive(&mut self) -> Input {
        let until = self.wake_at();
        let Some((lease, body)) = &mut self.answer else {
            return Input::End(http::HeaderMap::new());
        };
        let clock = self.client.clock();
        match self.alarm.within(clock, until, lease.receive(body)).await {
            Some(Ok(BodyEvent::Chunk(chunk))) => Input::Chunk(chunk),
            Some(Ok(BodyEvent::End(trailers))) => {
                if let Some((lease, body)) = self.answer.take() {
                    lease.finish(body).await;
                }
                Input::End(trailers)
            }
            Some(Err(error)) => {
                self.answer = None;
                self.broken(error)
            }
            None => Input::Wake(Sent::Maybe),
        }
    }

    async fn wait(&mut self) -> Input {
        let clock = self.client.clock();
        if let Err(reason) = clock.check() {
            return self.broken(errors::not_sent(TransportErrorKind::Runtime, reason));
        }
        let until = self.wake_at();
        let never = std::future::pending::<()>();
        self.alarm.within(self.client.clock(), until, never).await;
        Input::Wake(Sent::No)
    }

    fn broken(&self, error: TransportError) -> Input {
        self.trace.broken(&error);
        Input::Failure(error)
    }
}

/// The future of an item. When it is dropped in the middle of something, the machine's clock stops:
/// unless an item is out, or a pause is being made, which both have their own end.
pub(crate) struct Waiting<'a, M: Machine>(pub(crate) &'a mut Run<M>);

impl<M: Machine> Drop for Waiting<'_, M> {
    fn drop(&mut self) {
        let Run {
            paused,
            client,
            todo,
            ..
        } = &mut *self.0;
        if !matches!(todo, Todo::Next | Todo::Wait | Todo::Nothing) {
            paused.get_or_insert_with(|| client.clock().instant());
        }
    }
}

impl<M: Machine> Drop for Run<M> {
    fn drop(&mut self) {
        self.answer = None;
        // That of a request without an answer, too, and before its query is cancelled.
        self.todo = Todo::Nothing;
        if !self.concluded {
            self.machine.abandon();
            cancel_abandoned(&self.client, &mut self.machine);
        }
    }
}

impl<M: Machine> fmt::Debug for Run<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("client", &self.client)
            .field("ended", &self.outcome.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use neptunedata::{CallOptions, Endpoint, gremlin::ExecuteGremlinQuery, machine::Exchange};
    use neptunedata_emulator::{Emulator, Server};

    use super::*;

    #[tokio::test]
    async fn it_knows_which_address_took_a_request() {
        let server = Server::start(Emulator::default()).unwrap();
        let client = Client::unsigned(Endpoint::parse(&server.endpoint()).unwrap()).unwrap();
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = CallOptions::new().cancel_on_abandon(true);
        let exchange = Exchange::streaming(client.session(), &query, &options, 42);
        let mut run = client.start(exchange);
        assert!(run.machine.abandoned().is_none());
        assert!(run.next_item().await.unwrap().is_some());
        run.machine.abandon();
        let abandoned = run.machine.abandoned().unwrap();
        assert_eq!(abandoned.peer, Some(server.address()));
    }
}
