//! [`Call`]: an exchange that decodes the response of one operation.

use std::{convert::Infallible, marker::PhantomData, time::Duration};

use super::{
    AbandonedQuery, CallOptions, CallOutput, Exchange, Input, Io, Machine, Now, Step, judge::Decode,
};
use crate::{
    error::DecodeError, operation::Operation, session::Session, wire::response::RawResponse,
};

/// A call of one operation: sends the request, collects the response and decodes it.
///
/// A [`Machine`] without items. Give it [`Input::Next`] to begin.
///
/// ```
/// use std::time::SystemTime;
/// use neptunedata::{
///     Auth, Call, Endpoint, Session, machine::{Input, Io, Machine, Now, Step},
///     ml::CancelMlModelTrainingJob,
/// };
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let mut call = Call::new(&session, &CancelMlModelTrainingJob::new("job-1"), 42);
///
/// let now = Now::at(SystemTime::UNIX_EPOCH);
/// let Step::Io(Io::Send(transmit)) = call.resume(Input::Next, now) else { panic!() };
/// assert_eq!(transmit.request.method(), "DELETE");
///
/// // … send it, and resume with the response:
/// let answer = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
/// let Step::Done(Ok(answered)) = call.resume(Input::Response(answer, Default::default()), now) else { panic!() };
/// assert_eq!(answered.output.status.as_deref(), Some("200 OK"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Call<O> {
    exchange: Exchange,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Call<O> {
    /// A call of `operation`. The `seed` determines the retry jitter, the query id that a query is sent with if it can
    /// be cancelled, and the idempotency token of [`StartIndexRebuild`](crate::index_rebuild::StartIndexRebuild). Use a
    /// random number for each call, or [`Session::call`], which derives one from the session's seed.
    ///
    /// If the request is invalid, the first [`resume`](Machine::resume) returns the error, and nothing is sent.
    pub fn new(session: &Session, operation: &O, seed: u64) -> Self {
        Call::with_options(session, operation, &CallOptions::default(), seed)
    }

    /// A call with options.
    pub fn with_options(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        seed: u64,
    ) -> Self {
        Call {
            exchange: Exchange::collecting(session, operation, options, seed),
            operation: PhantomData,
        }
    }
}

impl<O: Operation> Machine for Call<O> {
    type Item = Infallible;
    type Output = CallOutput<O::Output>;

    fn resume(&mut self, input: Input, now: Now) -> Step<Infallible, CallOutput<O::Output>> {
        resume_decoding(&mut self.exchange, O::decode, input, now)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.exchange.wake_at()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        self.exchange.abandoned()
    }

    fn abandon(&mut self) {
        self.exchange.abandon();
    }
}

/// Resumes a collecting exchange; its response is a success if `decode` decodes it.
pub(crate) fn resume_decoding<T>(
    exchange: &mut Exchange,
    decode: fn(&RawResponse<'_>) -> Result<T, DecodeError>,
    input: Input,
    now: Now,
) -> Step<Infallible, CallOutput<T>> {
    let mut judge = Decode {
        decode,
        output: None,
    };
    match exchange.resume_with(input, now, &mut judge) {
        Step::Io(io) => Step::Io(io),
        Step::Misuse(misuse) => Step::Misuse(misuse),
        Step::Done(Err(error)) => Step::Done(Err(error)),
        Step::Done(Ok(CallOutput { meta, body, .. })) => match judge.output {
            Some(output) => Step::Done(Ok(CallOutput { output, meta, body })),
            // Not reached: the exchange accepts only what the judge has decoded.
            None => Step::Io(Io::Continue),
        },
        // Not reached: this judge holds no items.
        Step::Item(()) => Step::Io(Io::Continue),
    }
}
