//! Performs the I/O that a machine requests.

use std::{
    mem,
    task::{Context, Poll, ready},
    time::{Instant, SystemTime},
};

use futures_util::future::BoxFuture;
use neptunedata::{
    Credentials, TransportError,
    credentials::CredentialsError,
    machine::{Input, Io, Transmit},
    transport::{Purpose, Sent, Trace, TransportErrorKind},
};

use crate::{
    Client,
    clock::Alarm,
    errors,
    round_trip::{BodyPart, RoundTrip},
    runtime_id::RuntimeId,
};

/// Performs one [`Io`] at a time. Work that takes more than one poll stays here, so it survives when the future
/// that polled it is dropped.
pub(crate) struct Driver {
    pub(crate) client: Client,
    pub(crate) purpose: Purpose,
    pub(crate) trace: Trace,
    /// The credentials that the machine signs with.
    given: Option<Credentials>,
    state: State,
    alarm: Alarm,
}

/// What the machine waits for, and the work in progress for it.
enum State {
    /// Nothing: the machine continues at once. If the caller has an item of a response, the response stays open.
    Idle(Option<Box<dyn RoundTrip>>),
    Credentials(BoxFuture<'static, Result<Credentials, CredentialsError>>),
    Connecting(Connecting),
    /// The request may have been sent.
    Head(Box<dyn RoundTrip>),
    Body(Box<dyn RoundTrip>),
    Pause,
}

impl Default for State {
    fn default() -> Self {
        State::Idle(None)
    }
}

impl Driver {
    pub(crate) fn new(client: Client, trace: Trace) -> Driver {
        Driver {
            client,
            purpose: Purpose::default(),
            trace,
            given: None,
            state: State::default(),
            alarm: Alarm::default(),
        }
    }

    /// Whether work for the machine is in progress. Pauses do not count.
    pub(crate) fn is_working(&self) -> bool {
        !matches!(self.state, State::Idle(_) | State::Pause)
    }

    /// Whether the caller has an item of a response that continues. The next step of the machine then needs no I/O.
    pub(crate) fn has_response(&self) -> bool {
        matches!(self.state, State::Idle(Some(_)))
    }

    /// Begins what the machine requests. Closes the connection of the previous request, unless its response continues.
    pub(crate) fn begin(&mut self, io: Io) {
        self.state = match io {
            Io::Credentials { refresh } => {
                self.trace.credentials_requested(refresh);
                let work = fetch_credentials(self.client.clone(), refresh, self.given.clone());
                State::Credentials(Box::pin(work))
            }
            Io::Send(transmit) => {
                self.trace.sending(transmit.attempt, transmit.reuse);
                State::Connecting(Connecting::new(&self.client, self.purpose, transmit))
            }
            Io::Receive => match self.take_response() {
                Some(response) => State::Body(response),
                None => State::default(),
            },
            Io::Wait => State::Pause,
            Io::Continue => return,
        };
    }

    /// Stops the work in progress while the caller has an item. A response stays open.
    pub(crate) fn hold(&mut self) {
        self.state = State::Idle(self.take_response());
        // A timer would keep and wake a task that waits for nothing.
        self.alarm = Alarm::default();
    }

    /// Closes the connection and stops all other work.
    pub(crate) fn stop(&mut self) {
        self.state = State::default();
    }

    fn take_response(&mut self) -> Option<Box<dyn RoundTrip>> {
        match mem::take(&mut self.state) {
            State::Idle(response) => response,
            State::Head(response) | State::Body(response) => Some(response),
            State::Credentials(_) | State::Connecting(_) | State::Pause => None,
        }
    }

    /// The result of the work in progress, or [`Input::Wake`] at the deadline.
    pub(crate) fn poll(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<Input> {
        // A result that is there wins even after the deadline, and needs no timer.
        if let Poll::Ready(input) = self.poll_work(deadline, cx) {
            return Poll::Ready(input);
        }
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        ready!(self.alarm.poll(&self.client.0.clock, deadline, cx));
        Poll::Ready(Input::Wake(self.attempt().unwrap_or(Sent::No)))
    }

    /// Whether the server can have received the request of the attempt in progress, if there is one.
    fn attempt(&self) -> Option<Sent> {
        match &self.state {
            State::Connecting(_) => Some(Sent::No),
            State::Head(round_trip) | State::Body(round_trip) => Some(round_trip.sent()),
            State::Idle(_) | State::Credentials(_) | State::Pause => None,
        }
    }

    /// Notes that the machine has ended the attempt in progress, if there is one, because its time is over.
    pub(crate) fn time_out(&self) {
        if let Some(sent) = self.attempt() {
            let error = TransportError::new(TransportErrorKind::Timeout, sent);
            self.trace.attempt_failed(&error);
        }
    }

    fn poll_work(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<Input> {
        Poll::Ready(match &mut self.state {
            State::Idle(_) => Input::Next,
            State::Credentials(work) => match ready!(work.as_mut().poll(cx)) {
                Ok(credentials) => {
                    self.given = Some(credentials.clone());
                    Input::Credentials(credentials)
                }
                Err(error) => Input::CredentialsFailed(error),
            },
            State::Connecting(connecting) => {
                match ready!(connecting.poll(&self.client, self.purpose, cx)) {
                    // No request is sent after the deadline.
                    Ok(_) if deadline.is_some_and(|end| end <= self.client.0.clock.instant()) => {
                        Input::Wake(Sent::No)
                    }
                    Ok(mut round_trip) => {
                        let mut request = mem::take(&mut connecting.transmit.request);
                        // Signatures do not cover this header.
                        let agent = &self.client.0.user_agent;
                        let headers = request.headers_mut();
                        headers
                            .entry(http::header::USER_AGENT)
                            .or_insert_with(|| agent.clone());
                        round_trip.send(request);
                        let peer = round_trip.peer();
                        // The machine only takes note of the address and still waits for the head.
                        self.state = State::Head(round_trip);
                        Input::Sending(peer)
                    }
                    Err(error) => self.fail(error),
                }
            }
            State::Head(round_trip) => match ready!(round_trip.poll_head(cx)) {
                Ok(head) => {
                    self.trace.response_started(head.status);
                    Input::Head(head)
                }
                Err(error) => self.fail(error),
            },
            State::Body(round_trip) => match ready!(round_trip.poll_body(cx)) {
                Ok(BodyPart::Chunk(chunk)) => Input::Chunk(chunk),
                Ok(BodyPart::End(trailers)) => {
                    // Returns the connection to the pool before the caller sees the end, for the caller's next call.
                    if let Some(response) = self.take_response() {
                        response.finish(cx);
                    }
                    Input::End(trailers)
                }
                Err(error) => self.fail(error),
            },
            // Outside its runtime, the timer would end the pause at once.
            State::Pause => match self.client.0.clock.check() {
                Ok(()) => return Poll::Pending,
                Err(reason) => self.fail(no_runtime(reason)),
            },
        })
    }

    /// Closes the connection at once: the machine may return items before it requests anything else.
    fn fail(&mut self, error: TransportError) -> Input {
        self.stop();
        self.trace.attempt_failed(&error);
        Input::Failure(error)
    }
}

/// A connection for the request is taken from the pool or opened, or a service becomes ready.
struct Connecting {
    transmit: Box<Transmit>,
    runtime: RuntimeId,
    work: BoxFuture<'static, Result<Box<dyn RoundTrip>, TransportError>>,
}

impl Connecting {
    fn new(client: &Client, purpose: Purpose, transmit: Box<Transmit>) -> Connecting {
        let (client, reuse) = (client.clone(), transmit.reuse);
        Connecting {
            transmit,
            runtime: RuntimeId::here(),
            work: Box::pin(async move {
                client.0.clock.check().map_err(no_runtime)?;
                client.0.transport.connect(reuse, purpose).await
            }),
        }
    }

    fn poll(
        &mut self,
        client: &Client,
        purpose: Purpose,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Box<dyn RoundTrip>, TransportError>> {
        // A connection that is being opened in another runtime may never make progress. Nothing has been sent, so
        // start again in this runtime.
        if self.runtime != RuntimeId::here() {
            *self = Connecting::new(client, purpose, self.transmit.clone());
        }
        self.work.as_mut().poll(cx)
    }
}

async fn fetch_credentials(
    client: Client,
    refresh: bool,
    given: Option<Credentials>,
) -> Result<Credentials, CredentialsError> {
    let clock = &client.0.clock;
    clock.check().map_err(CredentialsError::new)?;
    let provider = &client.0.provider;
    provider
        .get(refresh, given.as_ref(), SystemTime::now, clock)
        .await
}

fn no_runtime(reason: &'static str) -> TransportError {
    errors::not_sent(TransportErrorKind::Runtime, reason)
}
