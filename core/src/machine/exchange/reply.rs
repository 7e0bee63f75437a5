//! The answer as it comes: head, body, end, or the break in it.

use std::mem;

use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use super::State;
use crate::machine::{BodyEvent, Exchange};
use crate::{
    error::{Cause, DecodeError, DecodeErrorKind, Sent, TransportError, TransportErrorKind},
    machine::{CallOutput, Now, ResponseMeta, Step},
    wire::{
        coding::{Coding, CodingError},
        outcome,
    },
};

/// Bodies of error answers are read up to this many bytes; the rest says nothing new.
const ERROR_BODY_LIMIT: usize = 1024 * 1024;

impl Exchange {
    pub(super) fn take_head(
        &mut self,
        mut head: http::response::Parts,
        now: Now,
    ) -> Step<BodyEvent, CallOutput<()>> {
        self.answered_at = now;
        self.coding = Coding::of(&mut head.headers);
        let streams = self.streaming && head.status.is_success();
        if streams {
            self.head = Some(head.clone());
            self.state = State::Item;
            return Step::Item(BodyEvent::Head(head));
        }
        self.head = Some(head);
        self.state = State::Receiving;
        Step::Receive
    }

    pub(super) fn take_chunk(&mut self, chunk: Bytes, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        match self.coding.feed(chunk) {
            Some(plain) => self.take_plain(plain, now),
            None => self.take_fed(now),
        }
    }

    /// The item is taken: the rest of its chunk, or the next one.
    pub(super) fn next_part(&mut self, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        self.state = State::Receiving;
        self.take_fed(now)
    }

    /// Takes what the coding makes of the chunks that it was fed, as far as the next item.
    fn take_fed(&mut self, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        loop {
            let step = match self.coding.next() {
                Ok(None) => return Step::Receive,
                Ok(Some(piece)) => self.take_plain(piece, now),
                Err(error) => self.take_corrupt(error, now),
            };
            if !matches!(step, Step::Receive) {
                return step;
            }
        }
    }

    /// The body is not in the coding that its head tells.
    fn take_corrupt(&mut self, error: CodingError, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        let came = mem::take(&mut self.coding).into_rest();
        let is_success = self.is_success();
        match (came, &mut self.head) {
            // It never was. What comes is taken as it is, and who decodes it sees the header.
            (Some((headers, rest)), Some(head)) if self.body.received() == 0 => {
                head.headers = headers;
                self.take_plain(rest, now)
            }
            // What else there is of an error answer is of no use.
            _ if !is_success => self.take_end(HeaderMap::new(), now),
            _ => {
                let body = self.body.take();
                let answer = self.head.take().map(|head| (head.status, head.headers));
                let error = error.of(self.info, body.clone());
                self.failed(Cause::Decode(error), answer, body, now)
            }
        }
    }

    fn is_success(&self) -> bool {
        let head = self.head.as_ref();
        head.is_some_and(|head| head.status.is_success())
    }

    fn take_plain(&mut self, chunk: Bytes, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        let success = self.is_success();
        if self.streaming && success {
            self.body.keep_tail(&chunk);
            self.state = State::Item;
            return Step::Item(BodyEvent::Chunk(chunk));
        }
        if !success {
            let room = ERROR_BODY_LIMIT.saturating_sub(self.body.len());
            if chunk.len() <= room {
                self.body.push(chunk);
                return Step::Receive;
            }
            // Cut at the same place, however the body comes.
            self.body.push(chunk.slice(..room));
            return self.take_end(HeaderMap::new(), now);
        }
        let length = self.body.len().saturating_add(chunk.len());
        self.body.push(chunk);
        if length <= self.max_body_bytes {
            return Step::Receive;
        }
        let body = self.body.take();
        let reason = format!(
            "it is longer than the limit of {} bytes",
            self.max_body_bytes
        );
        let error = DecodeError::new(
            self.info.name,
            DecodeErrorKind::TooLarge,
            "",
            reason,
            body.clone(),
        );
        let answer = self.head.take().map(|head| (head.status, head.headers));
        self.failed(Cause::Decode(error), answer, body, now)
    }

    pub(super) fn take_end(
        &mut self,
        trailers: HeaderMap,
        now: Now,
    ) -> Step<BodyEvent, CallOutput<()>> {
        let Some(head) = self.head.take() else {
            return self.misuse("End");
        };
        self.pending = false;
        let received = self.body.received();
        let body = self.body.take();
        let (status, headers) = (head.status, head.headers);
        // Of a stream only the end is here.
        let whole = if self.streaming && status.is_success() {
            Bytes::new()
        } else {
            body.clone()
        };
        let mut verdict = outcome::gate(status, &headers, &trailers, &whole);
        // Who decodes looks at the tail when that fails; without decoding it is all there is to see.
        if verdict.is_ok()
            && !self.judged_outside
            && let Some(error) = outcome::from_tail(status, &headers, &body)
        {
            verdict = Err(error);
        }
        if let Err(error) = verdict {
            return self.failed(Cause::Service(error), Some((status, headers)), body, now);
        }
        let cut = if is_short(&headers, received) {
            let error = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
            let error = error.with_source("the body is shorter than its content-length");
            Some(Cause::Transport(error))
        } else {
            let finished = mem::take(&mut self.coding).finish();
            finished
                .err()
                .map(|error| Cause::Decode(error.of(self.info, body.clone())))
        };
        if let Some(cut) = cut {
            let tail = outcome::from_tail(status, &headers, &body);
            let cause = tail.map_or(cut, Cause::Service);
            return self.failed(cause, Some((status, headers)), body, now);
        }
        if !self.judged_outside {
            self.accept();
        }
        self.state = State::Done;
        self.succeeded = true;
        let meta = ResponseMeta {
            status,
            headers,
            attempts: self.attempts,
            earlier_may_have_executed: self.lost,
        };
        // Who judges a stream finds an error at its end.
        let body = if self.streaming && !self.judged_outside {
            Bytes::new()
        } else {
            body
        };
        Step::Done(Ok(CallOutput {
            output: (),
            meta,
            body,
        }))
    }

    /// The driver could not go on.
    pub(super) fn take_failure(
        &mut self,
        failure: TransportError,
        now: Now,
    ) -> Step<BodyEvent, CallOutput<()>> {
        if self.is_out() {
            let reached = failure.sent() == Sent::Maybe || self.head.is_some();
            // Who was cut off has not given up. Drivers made by hand may say no more than `Other`.
            let given_up = matches!(
                failure.kind(),
                TransportErrorKind::Deadline
                    | TransportErrorKind::Timeout
                    | TransportErrorKind::Other
            );
            if reached && given_up {
                self.given_up.extend(self.query.clone());
            }
            self.pending = false;
        }
        let body = self.body.take();
        let Some(head) = self.head.take() else {
            return self.failed(Cause::Transport(failure), None, body, now);
        };
        let (status, headers) = (head.status, head.headers);
        // What arrived may already say how it ended.
        let cause = if failure.kind() == TransportErrorKind::Deadline {
            None
        } else if status.is_success() {
            outcome::from_tail(status, &headers, &body)
        } else {
            Some(outcome::service_error(status, &headers, &body))
                .filter(|error| error.code.is_some())
        };
        let cause = match cause {
            Some(error) => Cause::Service(error),
            // With a head the request has been received, whatever the driver thinks.
            None => Cause::Transport(failure.received()),
        };
        self.failed(cause, Some((status, headers)), body, now)
    }
}

/// Whether fewer bytes came than were announced.
fn is_short(headers: &HeaderMap, received: u64) -> bool {
    if headers.contains_key(CONTENT_ENCODING) {
        return false;
    }
    headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.trim().parse::<u64>().ok())
        .is_some_and(|length| received < length)
}
