//! The driver: performs the I/O that a machine requests.

use std::{
    fmt,
    future::{Future, poll_fn},
    mem,
    net::SocketAddr,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant},
};

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

/// A running machine: see [`Client::start`].
///
/// [`next_item`](Run::next_item) returns the items of the machine, [`output`](Run::output) its output. Dropping a
/// `Run` before the end of a response closes the connection and, if this is enabled, [cancels the
/// query](crate#cancelling-abandoned-queries). Dropping the future of `output` does the same.
///
/// The future of `next_item` can be dropped at any time, as `select!` and time-outs do, without losing anything.
/// A connection that is being opened, a response or a pause stays in the `Run`, with its place in the connection
/// pool, and the next call continues it.
///
/// Nothing happens between an item, or a dropped future, and the next call of `next_item`. This time does not
/// count towards the time limits of calls and attempts. It counts towards the time limit for opening a
/// connection, a pause before the next attempt, and after an item, the time limit of a
/// [`Wait`](neptunedata::wait::Wait).
#[must_use]
pub struct Run<M: Machine> {
    client: Client,
    machine: M,
    /// Since when there has been no future of `next_item`, and for how long in total before. The machine's
    /// monotonic clock is slower than ours by this total.
    paused: Option<Instant>,
    total_paused: Duration,
    /// What the machine waits for.
    pending: Pending,
    alarm: Alarm,
    response: Option<Box<Lease>>,
    /// The credentials that the machine signs with.
    given: Option<Credentials>,
    purpose: Purpose,
    trace: Trace,
    outcome: Option<Result<M::Output, Error>>,
    /// The machine has ended; the outcome may have been taken.
    concluded: bool,
}

/// Work that continues in the next future of `next_item` if one is dropped.
type Work<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// What the machine waits for, and the work in progress for it.
enum Pending {
    Start,
    /// The caller has the last item.
    NextItem,
    Credentials {
        refresh: bool,
    },
    FetchingCredentials(Work<Credentials, CredentialsError>),
    Send(Box<Transmit>),
    /// A connection for the request is taken from the pool or opened, in this runtime.
    Connecting(Box<Transmit>, RuntimeId, Work<Lease, TransportError>),
    /// The request may have been sent.
    AwaitingHead(Box<Lease>),
    Receive,
    Wait,
    /// The machine is being resumed, or has ended.
    Ended,
}

impl<M: Machine> Run<M> {
    pub(crate) fn new(client: Client, machine: M, operation: &'static str) -> Self {
        Run {
            client,
            machine,
            paused: None,
            total_paused: Duration::ZERO,
            pending: Pending::Start,
            alarm: Alarm::default(),
            response: None,
            given: None,
            trace: Trace::new(operation),
            purpose: Purpose::default(),
            outcome: None,
            concluded: false,
        }
    }

    /// Runs a machine that cancels a query, at this address if it is known.
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

    /// The next item, or `None` at the end. The future can be dropped without losing an item; the next call
    /// continues.
    ///
    /// # Errors
    ///
    /// When the machine has failed. Each further call returns the same error.
    pub async fn next_item(&mut self) -> Result<Option<M::Item>, Error> {
        let this = PauseOnDrop(self);
        poll_fn(|cx| this.0.poll_next_item(cx)).await
    }

    /// Runs the machine to its end and returns its output. Items are discarded.
    ///
    /// # Errors
    ///
    /// When the machine fails or has failed.
    pub async fn output(mut self) -> Result<M::Output, Error> {
        loop {
            if let Some(outcome) = self.outcome.take() {
                return outcome;
            }
            let input = poll_fn(|cx| self.poll_perform(cx)).await;
            drop(self.resume(input));
        }
    }

    /// Like [`next_item`](Run::next_item), without [`PauseOnDrop`]: it is unknown when the caller stops polling.
    pub(crate) fn poll_next_item(
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
        now.mono = now.mono.saturating_sub(self.total_paused);
        now
    }

    /// When the machine wants to be woken.
    fn wake_at(&self) -> Option<Instant> {
        let wake_at = self.machine.wake_at()?;
        self.client
            .clock()
            .at(wake_at.checked_add(self.total_paused)?)
    }

    /// Gives the machine an input, and stores what it waits for next.
    fn resume(&mut self, input: Input) -> Option<M::Item> {
        if !matches!(input, Input::Wake(_)) {
            // Closes the connection if it has returned no response.
            self.pending = Pending::Ended;
        }
        let now = self.now();
        let step = self.machine.resume(input, now);
        if matches!(step, Step::Io(Io::Continue)) {
            return None;
        }
        if !matches!(step, Step::Io(Io::Receive) | Step::Item(_)) {
            // Closes the connection, unless the response was read to its end.
            self.response = None;
        }
        self.pending = match step {
            Step::Item(item) => {
                self.pending = Pending::NextItem;
                return Some(item);
            }
            Step::Io(Io::Credentials { refresh }) => Pending::Credentials { refresh },
            Step::Io(Io::Send(transmit)) => {
                self.trace.attempt(transmit.attempt, transmit.reuse);
                Pending::Send(transmit)
            }
            Step::Io(Io::Receive) => Pending::Receive,
            Step::Io(Io::Wait | Io::Continue) => {
                cancel_abandoned(&self.client, &mut self.machine);
                let until = self.machine.wake_at().unwrap_or_default();
                self.trace.wait(until.saturating_sub(now.mono));
                Pending::Wait
            }
            Step::Misuse(misuse) => {
                self.conclude(Err(misuse.into()));
                Pending::Ended
            }
            Step::Done(outcome) => {
                self.conclude(outcome);
                Pending::Ended
            }
        };
        None
    }

    fn conclude(&mut self, outcome: Result<M::Output, Error>) {
        match &outcome {
            Ok(_) => self.trace.done(),
            Err(error) => self.trace.failed(error),
        }
        // A misused machine has not ended yet; any other has.
        self.machine.abandon();
        cancel_abandoned(&self.client, &mut self.machine);
        self.concluded = true;
        self.outcome = Some(outcome);
    }

    /// Performs the I/O that the machine waits for. Work that takes more than one poll is kept in `pending`.
    fn poll_perform(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        self.end_pause();
        match self.pending {
            // No I/O: most items are decoded from data that was already received.
            Pending::Start | Pending::NextItem | Pending::Ended => Poll::Ready(Input::Next),
            _ => pin!(self.perform()).poll(cx),
        }
    }

    /// If the future is dropped early, `pending` says what is left to do.
    async fn perform(&mut self) -> Input {
        match &mut self.pending {
            Pending::Credentials { .. } | Pending::FetchingCredentials(_) => {
                self.credentials().await
            }
            Pending::Send(_) | Pending::Connecting(..) | Pending::AwaitingHead(_) => {
                self.send().await
            }
            Pending::Receive => self.receive().await,
            Pending::Wait => self.wait().await,
            Pending::Start | Pending::NextItem | Pending::Ended => Input::Next,
        }
    }

    fn end_pause(&mut self) {
        if let Some(since) = self.paused.take() {
            let now = self.client.clock().instant();
            let pause = now.saturating_duration_since(since);
            self.total_paused = self.total_paused.saturating_add(pause);
        }
    }

    async fn credentials(&mut self) -> Input {
        let clock = self.client.clock();
        if let Pending::Credentials { refresh } = self.pending {
            self.trace.credentials(refresh);
            if let Err(reason) = clock.check() {
                return Input::CredentialsFailed(CredentialsError::new(reason));
            }
            let (client, given) = (self.client.clone(), self.given.clone());
            self.pending = Pending::FetchingCredentials(Box::pin(async move {
                let clock = client.clock();
                let (source, wall) = (client.source(), clock.now().wall);
                source.get(refresh, given.as_ref(), wall, clock).await
            }));
        }
        let until = self.wake_at();
        let clock = self.client.clock();
        let Pending::FetchingCredentials(credentials) = &mut self.pending else {
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
        self.pending = match mem::replace(&mut self.pending, Pending::Ended) {
            // A connection that is being opened in another runtime may never make progress. Nothing has been
            // sent, so start again in this runtime.
            Pending::Connecting(transmit, runtime, _) if runtime != RuntimeId::here() => {
                Pending::Send(transmit)
            }
            pending => pending,
        };
        if let Pending::Send(_) = self.pending {
            if let Err(reason) = clock.check() {
                return self.broken(errors::not_sent(TransportErrorKind::Runtime, reason));
            }
            if let Pending::Send(transmit) = mem::replace(&mut self.pending, Pending::Ended) {
                let (pool, purpose) = (self.client.pool().clone(), self.purpose);
                let which = transmit.reuse;
                let lease = Box::pin(async move { pool.lease(which, purpose).await });
                self.pending = Pending::Connecting(transmit, RuntimeId::here(), lease);
            }
        }
        if let Pending::Connecting(_, _, lease) = &mut self.pending {
            let mut lease = match self.alarm.within(clock, until, lease).await {
                Some(Ok(lease)) => lease,
                Some(Err(error)) => return self.broken(error),
                None => return Input::Wake(Sent::No),
            };
            // `within` prefers a connection that is ready to the time limit, but no request is sent after it.
            if until.is_some_and(|until| until <= clock.instant()) {
                return Input::Wake(Sent::No);
            }
            if let Pending::Connecting(transmit, ..) =
                mem::replace(&mut self.pending, Pending::Ended)
            {
                let now = self.now();
                // This only notifies the machine, which still waits for the head.
                let _ = self.machine.resume(Input::Sending(lease.peer()), now);
                let mut request = transmit.request;
                request
                    .headers_mut()
                    .entry(http::header::USER_AGENT)
                    .or_insert_with(|| self.client.user_agent().clone());
                // From here on the request may have been sent.
                lease.send(request);
                self.pending = Pending::AwaitingHead(Box::new(lease));
            }
        }
        let Pending::AwaitingHead(lease) = &mut self.pending else {
            return Input::Next;
        };
        let head = poll_fn(|cx| lease.poll_head(cx));
        match self.alarm.within(clock, until, head).await {
            Some(Ok(head)) => {
                self.trace.answer(head.status);
                if let Pending::AwaitingHead(lease) =
                    mem::replace(&mut self.pending, Pending::Ended)
                {
                    self.response = Some(lease);
                }
                Input::Head(head)
            }
            Some(Err(error)) => self.broken(error),
            None => Input::Wake(lease.sent()),
        }
    }

    async fn receive(&mut self) -> Input {
        let until = self.wake_at();
        let Some(lease) = &mut self.response else {
            return Input::End(http::HeaderMap::new());
        };
        let clock = self.client.clock();
        let event = poll_fn(|cx| lease.poll_body(cx));
        match self.alarm.within(clock, until, event).await {
            Some(Ok(BodyEvent::Chunk(chunk))) => Input::Chunk(chunk),
            Some(Ok(BodyEvent::End(trailers))) => {
                let mut lease = self.response.take();
                poll_fn(|cx| Poll::Ready(lease.take().map(|lease| lease.finish(cx)))).await;
                Input::End(trailers)
            }
            Some(Err(error)) => {
                self.response = None;
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

/// Stops the machine's clock if a future of `next_item` is dropped before its end. The clock continues while the
/// caller has an item, and in pauses: both are measured by the machine.
pub(crate) struct PauseOnDrop<'a, M: Machine>(pub(crate) &'a mut Run<M>);

impl<M: Machine> Drop for PauseOnDrop<'_, M> {
    fn drop(&mut self) {
        let Run {
            paused,
            client,
            pending,
            ..
        } = &mut *self.0;
        if !matches!(pending, Pending::NextItem | Pending::Wait | Pending::Ended) {
            paused.get_or_insert_with(|| client.clock().instant());
        }
    }
}

impl<M: Machine> Drop for Run<M> {
    fn drop(&mut self) {
        self.response = None;
        // Closes the connection of a request without a response as well, before its query is cancelled.
        self.pending = Pending::Ended;
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
    async fn the_run_knows_which_address_took_a_request() {
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
