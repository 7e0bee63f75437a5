//! A session for tests without a network, and the steps that a test expects of a machine.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use neptunedata::{
    Auth, Endpoint, Error, Session,
    machine::{Input, Io, Machine, Misuse, Now, Step, Transmit},
};

pub(crate) const NOW: Now = Now {
    wall: SystemTime::UNIX_EPOCH,
    mono: Duration::ZERO,
};

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::parse("http://localhost:8182").expect("an endpoint")
}

pub(crate) fn session() -> Session {
    Session::new(endpoint(), Auth::unsigned()).expect("a session")
}

/// Each method resumes the machine, and panics at any step but its own.
pub(crate) trait Steps: Machine {
    #[track_caller]
    fn sends(&mut self, input: Input, now: Now) -> Transmit {
        match self.resume(input, now) {
            Step::Io(Io::Send(transmit)) => *transmit,
            step => unexpected(step),
        }
    }

    #[track_caller]
    fn receives(&mut self, input: Input, now: Now) {
        match self.resume(input, now) {
            Step::Io(Io::Receive) => {}
            step => unexpected(step),
        }
    }

    #[track_caller]
    fn waits(&mut self, input: Input, now: Now) {
        match self.resume(input, now) {
            Step::Io(Io::Wait) => {}
            step => unexpected(step),
        }
    }

    /// The machine still wants what it wanted before.
    #[track_caller]
    fn continues(&mut self, input: Input, now: Now) {
        match self.resume(input, now) {
            Step::Io(Io::Continue) => {}
            step => unexpected(step),
        }
    }

    #[track_caller]
    fn asks_for_credentials(&mut self, input: Input, now: Now, refreshed: bool) {
        match self.resume(input, now) {
            Step::Io(Io::Credentials { refresh }) if refresh == refreshed => {}
            step => unexpected(step),
        }
    }

    #[track_caller]
    fn yields(&mut self, input: Input, now: Now) -> Self::Item {
        match self.resume(input, now) {
            Step::Item(item) => item,
            step => unexpected(step),
        }
    }

    #[track_caller]
    fn succeeds(&mut self, input: Input, now: Now) -> Self::Output {
        match self.resume(input, now) {
            Step::Done(Ok(output)) => output,
            step => unexpected(step),
        }
    }

    #[track_caller]
    fn fails(&mut self, input: Input, now: Now) -> Error {
        match self.resume(input, now) {
            Step::Done(Err(error)) => error,
            step => unexpected(step),
        }
    }

    #[track_caller]
    fn misuses(&mut self, input: Input, now: Now) -> Misuse {
        match self.resume(input, now) {
            Step::Misuse(misuse) => misuse,
            step => unexpected(step),
        }
    }
}

impl<M: Machine + ?Sized> Steps for M {}

/// Sends a request and receives this answer, with a body in chunks of `size` bytes: the items, and the end.
pub(crate) fn answered<M: Machine>(
    mut machine: M,
    answer: http::Response<Bytes>,
    size: usize,
) -> (Vec<M::Item>, Result<M::Output, Error>) {
    machine.sends(Input::Next, NOW);
    let (head, body) = answer.into_parts();
    let mut chunks = body.chunks(size);
    let mut items = Vec::new();
    let mut input = Input::Head(head);
    loop {
        input = match machine.resume(input, NOW) {
            Step::Io(Io::Receive) => match chunks.next() {
                Some(chunk) => Input::Chunk(Bytes::copy_from_slice(chunk)),
                None => Input::End(HeaderMap::new()),
            },
            Step::Item(item) => {
                items.push(item);
                Input::Next
            }
            Step::Done(result) => return (items, result),
            step => unexpected(step),
        };
    }
}

#[track_caller]
fn unexpected<I, T>(step: Step<I, T>) -> ! {
    match step {
        Step::Io(io) => panic!("unexpected {io:?}"),
        Step::Item(_) => panic!("an unexpected item"),
        Step::Misuse(misuse) => panic!("unexpected: {misuse}"),
        Step::Done(Ok(_)) => panic!("an unexpected success"),
        Step::Done(Err(error)) => panic!("unexpected: {error}"),
    }
}
