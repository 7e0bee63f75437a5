//! One interface for all kinds of machines, and their steps in a form that can be compared.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use neptunedata::{
    Auth, Call, CallOptions, CallOutput, Effect, Endpoint, Error, ErrorKind, Session,
    machine::{BodyEvent, Exchange, Input, Io, Machine, Now, Reuse, Step},
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob, StartMlModelTrainingJob},
};
use proptest::{option, prelude::*, sample::select};

use super::inputs::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mode {
    Call,
    Collecting,
    Streaming,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    Unsigned,
    #[cfg(feature = "sigv4")]
    Signed,
    #[cfg(feature = "sigv4")]
    OnRequest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    Get,
    Cancel,
    Start,
}

/// What a machine is made of.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) mode: Mode,
    pub(crate) signing: Signing,
    pub(crate) request: Request,
    pub(crate) said: Option<Effect>,
    pub(crate) max_attempts: u32,
    pub(crate) max_body_bytes: usize,
    /// The time limits of the call and of its attempts.
    pub(crate) total: Option<Duration>,
    pub(crate) attempt: Option<Duration>,
    pub(crate) seed: u64,
}

pub(crate) fn plan(mode: Mode) -> impl Strategy<Value = Plan> {
    let signings = vec![
        Signing::Unsigned,
        #[cfg(feature = "sigv4")]
        Signing::Signed,
        #[cfg(feature = "sigv4")]
        Signing::OnRequest,
    ];
    let requests = select(vec![Request::Get, Request::Cancel, Request::Start]);
    let effects = select(vec![Effect::Read, Effect::Idempotent, Effect::Write]);
    let parts = (select(signings), requests, option::weighted(0.3, effects));
    let limit = prop_oneof![3 => Just(1_000_000_usize), 1 => 0_usize..60];
    (parts, 1_u32..6, limit, any::<u64>()).prop_map(
        move |((signing, request, said), max_attempts, max_body_bytes, seed)| Plan {
            signing,
            request,
            said,
            max_attempts,
            max_body_bytes,
            seed,
            ..Plan::unsigned(mode)
        },
    )
}

/// The same with time limits.
pub(crate) fn plan_with_limits(mode: Mode) -> impl Strategy<Value = Plan> {
    let limit = || option::weighted(0.7, (0_u64..300_000).prop_map(Duration::from_millis));
    (plan(mode), limit(), limit()).prop_map(|(plan, total, attempt)| Plan {
        total,
        attempt,
        ..plan
    })
}

impl Plan {
    /// A read with one attempt.
    pub(crate) fn unsigned(mode: Mode) -> Self {
        Plan {
            mode,
            signing: Signing::Unsigned,
            request: Request::Get,
            said: None,
            max_attempts: 1,
            max_body_bytes: 1_000_000,
            total: None,
            attempt: None,
            seed: 1,
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        self.said.unwrap_or(match self.request {
            Request::Get => Effect::Read,
            Request::Cancel => Effect::Idempotent,
            Request::Start => Effect::Write,
        })
    }

    pub(crate) fn session(&self) -> Session {
        let auth = match self.signing {
            Signing::Unsigned => Auth::unsigned(),
            #[cfg(feature = "sigv4")]
            Signing::Signed => {
                Auth::credentials(neptunedata::Credentials::new("AKIDEXAMPLE", "secret"))
            }
            #[cfg(feature = "sigv4")]
            Signing::OnRequest => Auth::from_driver(),
        };
        let host = "db.cluster-abc.eu-west-1.neptune.amazonaws.com";
        let endpoint = Endpoint::parse(host).expect("an endpoint");
        Session::new(endpoint, auth).expect("a session")
    }

    pub(crate) fn machine(&self) -> Subject {
        let session = self.session();
        let mut options = CallOptions::new()
            .max_attempts(self.max_attempts)
            .max_body_bytes(self.max_body_bytes);
        if let Some(effect) = self.said {
            options = options.effect(effect);
        }
        if let Some(limit) = self.total {
            options = options.timeout(limit);
        }
        if let Some(limit) = self.attempt {
            options = options.attempt_timeout(limit);
        }
        let get = GetMlModelTrainingJob::new("job-1");
        let cancel = CancelMlModelTrainingJob::new("job-1").clean(true);
        let start = StartMlModelTrainingJob::new("p-1".into(), "s3://bucket/".into());
        let (options, seed) = (&options, self.seed);
        macro_rules! exchange {
            ($make:ident) => {
                Subject::Exchange(match self.request {
                    Request::Get => Exchange::$make(&session, &get, options, seed),
                    Request::Cancel => Exchange::$make(&session, &cancel, options, seed),
                    Request::Start => Exchange::$make(&session, &start, options, seed),
                })
            };
        }
        match self.mode {
            Mode::Collecting => exchange!(collecting),
            Mode::Streaming => exchange!(streaming),
            Mode::Call => match self.request {
                Request::Get => Subject::Get(Call::with_options(&session, &get, options, seed)),
                Request::Cancel => {
                    Subject::Cancel(Call::with_options(&session, &cancel, options, seed))
                }
                Request::Start => {
                    Subject::Start(Call::with_options(&session, &start, options, seed))
                }
            },
        }
    }
}

#[derive(Debug)]
pub(crate) enum Subject {
    Exchange(Exchange),
    Get(Call<GetMlModelTrainingJob>),
    Cancel(Call<CancelMlModelTrainingJob>),
    Start(Call<StartMlModelTrainingJob>),
}

impl Subject {
    pub(crate) fn resume(&mut self, input: Input, now: Now) -> Seen {
        let seen = self.take(input, now);
        match (seen, self.wake_at()) {
            (Seen::Wait(_), Some(until)) => Seen::Wait(until.saturating_sub(now.mono)),
            (Seen::Wait(_), None) => panic!("it waits for ever"),
            (seen, _) => seen,
        }
    }

    pub(crate) fn wake_at(&self) -> Option<Duration> {
        match self {
            Subject::Exchange(machine) => machine.wake_at(),
            Subject::Get(machine) => machine.wake_at(),
            Subject::Cancel(machine) => machine.wake_at(),
            Subject::Start(machine) => machine.wake_at(),
        }
    }

    pub(crate) fn is_due(&self, now: Now) -> bool {
        self.wake_at().is_some_and(|at| at <= now.mono)
    }

    fn take(&mut self, input: Input, now: Now) -> Seen {
        match self {
            Subject::Exchange(machine) => seen(machine.resume(input, now), |part| match part {
                BodyEvent::Head(head) => Seen::Head(head.status, head.headers),
                BodyEvent::Chunk(chunk) => Seen::Chunk(chunk),
            }),
            Subject::Get(machine) => seen(machine.resume(input, now), |never| match never {}),
            Subject::Cancel(machine) => seen(machine.resume(input, now), |never| match never {}),
            Subject::Start(machine) => seen(machine.resume(input, now), |never| match never {}),
        }
    }

    pub(crate) fn commit(&mut self) {
        if let Subject::Exchange(exchange) = self {
            exchange.commit();
        }
    }
}

/// A step, to compare.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    Credentials {
        refresh: bool,
    },
    Send {
        request: (Method, Uri, HeaderMap, Bytes),
        connection: Reuse,
        attempt: u32,
    },
    Receive,
    Wait(Duration),
    Continue,
    Head(StatusCode, HeaderMap),
    Chunk(Bytes),
    Ended {
        attempts: u32,
        earlier: bool,
        status: StatusCode,
        body: Bytes,
        output: String,
    },
    Failed {
        kind: ErrorKind,
        attempts: u32,
        executed: bool,
        retryable: bool,
        text: String,
        body: Bytes,
    },
}

fn seen<I, T: std::fmt::Debug>(step: Step<I, CallOutput<T>>, item: impl Fn(I) -> Seen) -> Seen {
    match step {
        Step::Io(Io::Credentials { refresh }) => Seen::Credentials { refresh },
        Step::Io(Io::Send(transmit)) => {
            let (parts, body) = transmit.request.into_parts();
            Seen::Send {
                request: (parts.method, parts.uri, parts.headers, body),
                connection: transmit.reuse,
                attempt: transmit.attempt,
            }
        }
        Step::Io(Io::Receive) => Seen::Receive,
        Step::Io(Io::Wait) => Seen::Wait(Duration::ZERO),
        Step::Io(Io::Continue) => Seen::Continue,
        Step::Misuse(misuse) => failed(&Error::from(misuse)),
        Step::Item(part) => item(part),
        Step::Done(Ok(answered)) => Seen::Ended {
            attempts: answered.meta.attempts,
            earlier: answered.meta.earlier_may_have_executed,
            status: answered.meta.status,
            output: format!("{:?}", answered.output),
            body: answered.body,
        },
        Step::Done(Err(error)) => {
            assert_ne!(error.kind(), ErrorKind::Misuse, "a misuse is not the end");
            failed(&error)
        }
    }
}

fn failed(error: &Error) -> Seen {
    Seen::Failed {
        kind: error.kind(),
        attempts: error.attempts(),
        executed: error.may_have_executed(),
        retryable: error.is_retryable(),
        text: error.to_string(),
        body: error.body().clone(),
    }
}

impl Seen {
    pub(crate) fn is_misuse(&self) -> bool {
        matches!(
            self,
            Seen::Failed {
                kind: ErrorKind::Misuse,
                ..
            }
        )
    }

    /// The state after this step, if it came from a right input.
    pub(crate) fn state(&self, before: State) -> State {
        match self {
            Seen::Continue => before,
            Seen::Credentials { .. } => State::Credentials,
            Seen::Send { .. } => State::Sent,
            Seen::Receive => State::Receiving,
            Seen::Wait(_) => State::Waiting,
            Seen::Head(..) | Seen::Chunk(_) => State::Item,
            Seen::Ended { .. } | Seen::Failed { .. } => State::Done,
        }
    }
}
