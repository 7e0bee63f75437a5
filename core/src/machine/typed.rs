//! A call of one operation: the exchange with a type on top.

use std::{convert::Infallible, marker::PhantomData};

use super::{
    AbandonedQuery, CallOptions, CallOutput, Exchange, Input, Machine, Now, Step, Timeouts,
};
use crate::{
    error::DecodeError,
    operation::{Operation, OperationInfo},
    session::Session,
    wire::response::RawResponse,
};

/// A call: sends a request, collects the answer, decodes it.
///
/// A [`Machine`] without items. Give it [`Input::Next`] to begin.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use neptunedata::{
///     Auth, Call, Endpoint, Session, machine::{Input, Machine, Now, Step},
///     ml::CancelMlModelTrainingJob,
/// };
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let mut call = Call::new(&session, &CancelMlModelTrainingJob::new("job-1"), 42);
///
/// let now = Now { wall: SystemTime::UNIX_EPOCH, mono: Duration::ZERO };
/// let Step::Send(transmit) = call.resume(Input::Next, now) else { panic!() };
/// assert_eq!(transmit.request.method(), "DELETE");
///
/// // … send it, and give the answer back:
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
    /// A call of `operation`. The `seed` decides the jitter of waits and the token by which the service
    /// knows the attempts of a [`StartIndexRebuild`](crate::index_rebuild::StartIndexRebuild) for one; take a random
    /// number for each call.
    ///
    /// A request that cannot be right is reported by the first [`resume`](Machine::resume), before
    /// any other step.
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
            exchange: Exchange::collecting(session, operation, options, seed).judged_outside(),
            operation: PhantomData,
        }
    }
}

impl<O: Operation> Machine for Call<O> {
    type Item = Infallible;
    type Output = CallOutput<O::Output>;

    fn resume(&mut self, input: Input, now: Now) -> Step<Infallible, CallOutput<O::Output>> {
        resume_decoding(&mut self.exchange, O::INFO, O::decode, input, now)
    }

    fn timeouts(&self) -> Timeouts {
        self.exchange.timeouts()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        self.exchange.abandoned()
    }
}

/// Resumes an exchange that leaves it to `decode` to judge what looks like a success.
pub(crate) fn resume_decoding<T>(
    exchange: &mut Exchange,
    info: &'static OperationInfo,
    decode: fn(&RawResponse<'_>) -> Result<T, DecodeError>,
    input: Input,
    now: Now,
) -> Step<Infallible, CallOutput<T>> {
    let step = match exchange.resume(input, now) {
        Step::Done(Ok(answer)) => {
            let response = RawResponse {
                info,
                status: answer.meta.status,
                headers: &answer.meta.headers,
                body: &answer.body,
            };
            let decoded = decode(&response);
            let CallOutput { meta, body, .. } = answer;
            match decoded {
                Ok(output) => {
                    exchange.accept();
                    return Step::Done(Ok(CallOutput { output, meta, body }));
                }
                Err(error) => exchange.reject(error, meta.status, meta.headers, body, now),
            }
        }
        step => step,
    };
    match step {
        Step::Credentials { refresh } => Step::Credentials { refresh },
        Step::Send(transmit) => Step::Send(transmit),
        // A collecting exchange hands out no parts, and a rejected answer is no success.
        Step::Receive | Step::Item(_) | Step::Done(Ok(_)) => Step::Receive,
        Step::Wait(time) => Step::Wait(time),
        Step::Done(Err(error)) => Step::Done(Err(error)),
    }
}
