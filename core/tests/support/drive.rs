//! A driver without sockets and with a clock that only the test moves.

use std::time::{Duration, SystemTime};

use neptunedata::{
    Call, CallOptions, Credentials, Effect, Endpoint, Error, Operation, Session,
    machine::{Input, Io, Machine, Now, ResponseMeta, Reuse, Step, Transmit},
    transport::{Sent, TransportErrorKind},
};

use super::script::{Event, failure};

/// 2023-11-14T22:13:20Z, a Tuesday.
pub(crate) const START: u64 = 1_700_000_000;

#[derive(Debug, Clone)]
pub(crate) struct Clock {
    now: Now,
    /// From a request to its whole answer.
    pub(crate) round_trip: Duration,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Clock {
            now: Now {
                wall: SystemTime::UNIX_EPOCH + Duration::from_secs(START),
                mono: Duration::from_secs(7),
            },
            round_trip: Duration::from_millis(10),
        }
    }

    pub(crate) fn now(&self) -> Now {
        self.now
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now.wall += time;
        self.now.mono += time;
    }

    /// Passes the time until the machine wants to be woken, and says how long that was.
    pub(crate) fn pass_until_wake(&mut self, machine: &impl Machine) -> Duration {
        let until = machine.wake_at().expect("a time to wake at");
        let time = until.saturating_sub(self.now.mono);
        self.pass(time);
        time
    }
}

/// One thing that the machine asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Send(Reuse),
    Wait(Duration),
    Credentials { refresh: bool },
}

/// What a machine asked for and yielded, and its end.
#[derive(Debug)]
pub(crate) struct Played<I, T> {
    pub(crate) asked: Vec<Asked>,
    pub(crate) sent: Vec<Transmit>,
    /// The time of each request, since the start.
    pub(crate) sent_at: Vec<Duration>,
    pub(crate) items: Vec<I>,
    pub(crate) result: Result<T, Error>,
}

/// The same of a call.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) asked: Vec<Asked>,
    pub(crate) sent: Vec<Transmit>,
    pub(crate) result: Result<ResponseMeta, Error>,
}

/// How the driver drives the machine; no setting may change the result.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) seed: u64,
    /// Hands over whole answers, or else in chunks of this many bytes.
    pub(crate) chunks: Option<usize>,
}

impl Style {
    pub(crate) const WHOLE: Style = Style {
        seed: 1,
        chunks: None,
    };

    pub(crate) fn of(seed: u64) -> Self {
        Style {
            seed,
            chunks: [None, Some(1), Some(7)][usize::try_from(seed % 3).expect("small")],
        }
    }
}

/// Runs a machine to its end against a script. The last event of the script is repeated.
pub(crate) fn play<M: Machine>(
    machine: &mut M,
    script: &[Event],
    style: Style,
    clock: &mut Clock,
    mut on_item: impl FnMut(&mut M, &M::Item),
) -> Played<M::Item, M::Output> {
    let began = clock.now().mono;
    let (mut asked, mut sent, mut sent_at, mut items) = (vec![], vec![], vec![], vec![]);
    let mut responses = Vec::new().into_iter();
    let mut input = Input::Next;
    for _ in 0..1_000_000 {
        input = match machine.resume(input, clock.now()) {
            Step::Io(Io::Send(transmit)) => {
                asked.push(Asked::Send(transmit.reuse));
                let event = script.get(sent.len()).or(script.last());
                sent.push(*transmit);
                sent_at.push(clock.now().mono - began);
                clock.pass(clock.round_trip);
                responses = inputs(event.expect("a script"), style).into_iter();
                responses.next().expect("an input")
            }
            Step::Io(Io::Receive) => responses.next().expect("more of the body"),
            Step::Io(Io::Wait) => {
                asked.push(Asked::Wait(clock.pass_until_wake(machine)));
                Input::Wake(Sent::No)
            }
            Step::Io(Io::Credentials { refresh }) => {
                asked.push(Asked::Credentials { refresh });
                Input::Credentials(Credentials::new("AKIDOTHER", "other"))
            }
            Step::Item(item) => {
                on_item(machine, &item);
                items.push(item);
                Input::Next
            }
            Step::Done(result) => {
                return Played {
                    asked,
                    sent,
                    sent_at,
                    items,
                    result,
                };
            }
            Step::Io(Io::Continue) => panic!("a wake-up at the requested time changed nothing"),
            Step::Misuse(misuse) => panic!("{misuse}"),
        };
    }
    panic!("the machine does not end: {asked:?}");
}

/// Runs a call against a script. The last event of the script is repeated.
pub(crate) fn drive<O: Operation>(
    session: &Session,
    operation: &O,
    options: &CallOptions,
    script: &[Event],
    style: Style,
    clock: &mut Clock,
) -> Trace {
    let mut call = Call::with_options(session, operation, options, style.seed);
    let played = play(&mut call, script, style, clock, |_, _| {});
    Trace {
        asked: played.asked,
        sent: played.sent,
        result: played.result.map(|answered| answered.meta),
    }
}

/// The same with whole answers, by a clock of its own.
pub(crate) fn drive_whole<O: Operation>(
    session: &Session,
    operation: &O,
    options: &CallOptions,
    script: &[Event],
) -> Trace {
    let mut clock = Clock::new();
    drive(
        session,
        operation,
        options,
        script,
        Style::WHOLE,
        &mut clock,
    )
}

/// What the driver says to the machine about an event.
pub(crate) fn inputs(event: &Event, style: Style) -> Vec<Input> {
    let begun = |answer: &super::script::Answer, size: usize| {
        let mut inputs = vec![Input::Head(answer.parts())];
        let chunks = answer.body.chunks(size.max(1));
        inputs.extend(chunks.map(|chunk| Input::Chunk(chunk.to_vec().into())));
        inputs
    };
    match event {
        Event::Answer(answer) => match style.chunks {
            None => vec![Input::Response(answer.whole(), answer.trailers.clone())],
            Some(size) => {
                let mut inputs = begun(answer, size);
                inputs.push(Input::End(answer.trailers.clone()));
                inputs
            }
        },
        Event::Cut(answer, kind, sent) => {
            let mut inputs = begun(answer, style.chunks.unwrap_or(usize::MAX));
            inputs.push(Input::Failure(failure(*kind, *sent)));
            inputs
        }
        Event::Fails(kind, sent) => vec![Input::Failure(failure(*kind, *sent))],
        Event::Breaks(error) => vec![Input::Failure(error.clone())],
        Event::Stale => vec![Input::Failure(
            failure(TransportErrorKind::Closed, Sent::No).on_reused_connection(),
        )],
    }
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::parse("https://db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182")
        .expect("an endpoint")
}

pub(crate) fn unsigned() -> Session {
    Session::new(endpoint(), neptunedata::Auth::unsigned()).expect("a session")
}

#[cfg(feature = "sigv4")]
pub(crate) fn signed() -> Session {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    Session::new(endpoint(), neptunedata::Auth::credentials(credentials)).expect("a session")
}

/// Sessions in which nothing is refused for its signature behave the same.
pub(crate) fn sessions() -> Vec<fn() -> Session> {
    vec![
        unsigned,
        #[cfg(feature = "sigv4")]
        signed,
    ]
}

/// A call by each operation of an effect by nature, and by the others on demand.
pub(crate) fn drive_each(
    session: impl Fn() -> Session,
    effect: Effect,
    options: &CallOptions,
    script: &[Event],
    style: Style,
    mut check: impl FnMut(&str, Trace, Session),
) {
    use neptunedata::ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob};

    let said = options.clone().effect(effect);
    let by = |by_nature: Effect| {
        if by_nature == effect { options } else { &said }
    };
    let clock = Clock::new;

    let made = session();
    let get = GetMlModelTrainingJob::new("job-1");
    let trace = drive(&made, &get, by(Effect::Read), script, style, &mut clock());
    check("get", trace, made);

    let made = session();
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let options = by(Effect::Idempotent);
    let trace = drive(&made, &cancel, options, script, style, &mut clock());
    check("cancel", trace, made);

    let made = session();
    let options = by(Effect::Write);
    let trace = drive(&made, &start(), options, script, style, &mut clock());
    check("start", trace, made);
}

pub(crate) fn start() -> neptunedata::ml::StartMlModelTrainingJob {
    neptunedata::ml::StartMlModelTrainingJob::new(
        "processed-1".into(),
        "s3://bucket/models/".into(),
    )
}
