//! The response as it arrives: head, body, end, or a failure on the way.

// The large variant of `ReplyOrFlow` is its error, which is moved once for each step. Boxing would
// allocate for each item.
#![allow(clippy::result_large_err)]

use std::mem;

use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
    response::Parts,
};

use super::{AbandonedAttempt, Flow, Mode, Outgoing, State};
use crate::machine::Exchange;
use crate::{
    error::{Cause, DecodeError, DecodeErrorKind, Sent, TransportError, TransportErrorKind},
    machine::{
        CallOutput, Io, Judge, Now, ResponseMeta, Step, Verdict,
        body::Body,
        exchange::recover::{FailedAttempt, ReceivedHead},
    },
    wire::{
        coding::{Coding, CodingError},
        outcome,
        response::RawResponse,
    },
};

/// The maximum number of bytes read of an error response. An error object is much shorter.
const ERROR_BODY_LIMIT: usize = 1024 * 1024;

/// A response that is arriving.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) outgoing: Outgoing,
    head: Parts,
    /// When the head arrived.
    head_at: Now,
    coding: Coding,
    body: Body,
}

impl Reply {
    fn is_success(&self) -> bool {
        self.head.status.is_success()
    }

    /// Converts a response that failed into a failed attempt. `body` is the received part of the body.
    fn into_failed_attempt(self, body: Bytes) -> FailedAttempt {
        FailedAttempt {
            sent_at: self.outgoing.sent_at,
            received: Some(ReceivedHead {
                head_at: self.head_at,
                status: self.head.status,
                headers: self.head.headers,
            }),
            body,
        }
    }
}

/// `Ok` with the reply if more of it must be received; otherwise `Err` with the next step of the machine.
type ReplyOrFlow = Result<Reply, Flow>;

impl Exchange {
    fn streams(&self, reply: &Reply) -> bool {
        self.plan.mode == Mode::Stream && reply.is_success()
    }

    pub(super) fn take_head(
        &mut self,
        outgoing: Outgoing,
        head: Parts,
        now: Now,
        judge: &mut dyn Judge,
    ) -> Flow {
        let reply = self.begin_reply(outgoing, head, now, judge);
        self.receive(reply)
    }

    /// Head, body and end in one.
    pub(super) fn take_response(
        &mut self,
        outgoing: Outgoing,
        response: http::Response<Bytes>,
        trailers: HeaderMap,
        now: Now,
        judge: &mut dyn Judge,
    ) -> Flow {
        let (head, body) = response.into_parts();
        let reply = self
            .begin_reply(outgoing, head, now, judge)
            .and_then(|reply| {
                if body.is_empty() {
                    Ok(reply)
                } else {
                    self.decode_chunk(reply, body, now, judge)
                }
            });
        match reply {
            Ok(reply) => self.take_end(reply, trailers, now, judge),
            Err(flow) => flow,
        }
    }

    pub(super) fn take_chunk(
        &mut self,
        reply: Reply,
        chunk: Bytes,
        now: Now,
        judge: &mut dyn Judge,
    ) -> Flow {
        let reply = self.decode_chunk(reply, chunk, now, judge);
        self.receive(reply)
    }

    /// The caller took the item. The judge may have another item, and the decoder more of the chunk.
    pub(super) fn next_item(&mut self, reply: Reply, now: Now, judge: &mut dyn Judge) -> Flow {
        let verdict = judge.next();
        let reply = self
            .follow(verdict, reply, now)
            .and_then(|reply| self.drain_decoder(reply, now, judge));
        self.receive(reply)
    }

    fn receive(&mut self, reply: ReplyOrFlow) -> Flow {
        match reply {
            Ok(reply) => {
                self.state = State::Receiving(reply);
                Step::Io(Io::Receive)
            }
            Err(flow) => flow,
        }
    }

    fn begin_reply(
        &mut self,
        outgoing: Outgoing,
        mut head: Parts,
        now: Now,
        judge: &mut dyn Judge,
    ) -> ReplyOrFlow {
        let coding = Coding::of(&mut head.headers);
        let reply = Reply {
            outgoing,
            head,
            head_at: now,
            coding,
            body: Body::Empty,
        };
        if !self.streams(&reply) {
            return Ok(reply);
        }
        let verdict = judge.head(&reply.head);
        self.follow(verdict, reply, now)
    }

    /// Does what the judge says.
    fn follow(&mut self, verdict: Verdict, reply: Reply, now: Now) -> ReplyOrFlow {
        match verdict {
            Verdict::NeedMore => Ok(reply),
            Verdict::Item => {
                self.state = State::Item(reply, now.mono);
                Err(Step::Item(()))
            }
            Verdict::Reject(cause) => Err(self.break_off(*cause, reply, Bytes::new(), now)),
        }
    }

    fn decode_chunk(
        &mut self,
        mut reply: Reply,
        chunk: Bytes,
        now: Now,
        judge: &mut dyn Judge,
    ) -> ReplyOrFlow {
        match reply.coding.feed(chunk) {
            Some(plain) => self.take_plain(reply, plain, now, judge),
            None => self.drain_decoder(reply, now, judge),
        }
    }

    /// Takes the decompressed parts of the chunks so far.
    fn drain_decoder(&mut self, mut reply: Reply, now: Now, judge: &mut dyn Judge) -> ReplyOrFlow {
        loop {
            reply = match reply.coding.next() {
                Ok(None) => return Ok(reply),
                Ok(Some(piece)) => self.take_plain(reply, piece, now, judge)?,
                Err(error) => return self.take_corrupt(reply, error, now, judge),
            };
        }
    }

    /// The body cannot be decompressed as the head says.
    fn take_corrupt(
        &mut self,
        mut reply: Reply,
        error: CodingError,
        now: Now,
        judge: &mut dyn Judge,
    ) -> ReplyOrFlow {
        match mem::take(&mut reply.coding).into_rest() {
            // The body is not compressed: some servers label plain bodies as gzip. An error is read from it all the
            // same; with the restored headers, a success is rejected.
            Some((headers, rest)) if reply.body.received() == 0 => {
                reply.head.headers = headers;
                self.take_plain(reply, rest, now, judge)
            }
            // The decoded part of an error response is enough to identify the error.
            _ if !reply.is_success() => Err(self.take_end(reply, HeaderMap::new(), now, judge)),
            _ => {
                let body = reply.body.take();
                let error = error.of(self.plan.info, body.clone());
                Err(self.break_off(error.into(), reply, body, now))
            }
        }
    }

    /// Fails before the body has ended. The server may still run the query, so the query is recorded for cancellation.
    fn break_off(&mut self, cause: Cause, mut reply: Reply, body: Bytes, now: Now) -> Flow {
        self.record_abandoned(&mut reply.outgoing);
        self.failed(cause, reply.into_failed_attempt(body), now)
    }

    fn take_plain(
        &mut self,
        mut reply: Reply,
        chunk: Bytes,
        now: Now,
        judge: &mut dyn Judge,
    ) -> ReplyOrFlow {
        if self.streams(&reply) {
            reply.body.keep_tail(&chunk);
            let verdict = judge.chunk(chunk);
            return self.follow(verdict, reply, now);
        }
        if !reply.is_success() {
            let room = ERROR_BODY_LIMIT.saturating_sub(reply.body.len());
            if chunk.len() <= room {
                reply.body.push(chunk);
                return Ok(reply);
            }
            // Cut at the same byte, however the body is split into chunks.
            reply.body.push(chunk.slice(..room));
            return Err(self.take_end(reply, HeaderMap::new(), now, judge));
        }
        let limit = self.plan.max_body_bytes;
        reply.body.push(chunk);
        if reply.body.len() <= limit {
            return Ok(reply);
        }
        let body = reply.body.take();
        let reason = format!("longer than max_body_bytes ({limit} bytes)");
        let kind = DecodeErrorKind::TooLarge;
        let error = DecodeError::new(self.plan.info.name, kind, "", reason, body.clone());
        Err(self.break_off(error.into(), reply, body, now))
    }

    pub(super) fn take_end(
        &mut self,
        mut reply: Reply,
        trailers: HeaderMap,
        now: Now,
        judge: &mut dyn Judge,
    ) -> Flow {
        let streams = self.streams(&reply);
        let received = reply.body.received();
        // If the body was streamed, this is only its end.
        let body = reply.body.take();
        let decoded = mem::take(&mut reply.coding).finish();
        let whole = if streams { Bytes::new() } else { body.clone() };
        let (info, status, headers) = (self.plan.info, reply.head.status, &reply.head.headers);
        let response = RawResponse {
            info,
            status,
            headers,
            body: &body,
        };
        let checked = match outcome::check_outcome(info, status, headers, &trailers, &whole) {
            Err(error) => Err(Cause::Service(error)),
            Ok(()) => match self.truncation(headers, received, decoded, &body) {
                // An error object at the end says more than that the body was cut.
                Some(truncation) => {
                    Err(outcome::from_tail(&response).map_or(truncation, Cause::Service))
                }
                None => judge.end(&response),
            },
        };
        if let Err(cause) = checked {
            let attempt = reply.into_failed_attempt(body);
            return self.failed(cause, attempt, now);
        }
        if self.retry.attempts == 1 {
            self.plan.session.quota().reward();
        }
        self.state = State::Done;
        let meta = ResponseMeta {
            status,
            headers: reply.head.headers,
            attempts: self.retry.attempts,
            earlier_may_have_executed: self.retry.may_have_executed,
        };
        // Only a `Misuse` after the end reads this.
        self.retry.may_have_executed = true;
        Step::Done(Ok(CallOutput {
            output: (),
            meta,
            body: whole,
        }))
    }

    /// Why the body is incomplete although HTTP reported its end.
    fn truncation(
        &self,
        headers: &HeaderMap,
        received: u64,
        decoded: Result<(), CodingError>,
        body: &Bytes,
    ) -> Option<Cause> {
        if is_short(headers, received) {
            let error = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
            let error = error.with_source("the body is shorter than its content-length");
            return Some(error.into());
        }
        let error = decoded.err()?;
        Some(error.of(self.plan.info, body.clone()).into())
    }

    /// The exchange broke before a head arrived.
    pub(super) fn fail_sent(
        &mut self,
        mut outgoing: Outgoing,
        failure: TransportError,
        now: Now,
    ) -> Flow {
        let failure = self.with_target(failure);
        let sent_at = outgoing.sent_at;
        if failure.sent() == Sent::Maybe && may_continue_after(&failure) {
            self.record_abandoned(&mut outgoing);
        }
        let attempt = FailedAttempt {
            sent_at,
            received: None,
            body: Bytes::new(),
        };
        self.failed(failure.into(), attempt, now)
    }

    /// The exchange broke in the middle of a response.
    pub(super) fn fail_reply(
        &mut self,
        mut reply: Reply,
        failure: TransportError,
        now: Now,
    ) -> Flow {
        let failure = self.with_target(failure);
        let body = reply.body.take();
        let (status, headers) = (reply.head.status, &reply.head.headers);
        // The received part may already contain the error. At the call's deadline the caller gets the timeout in any
        // case.
        let error = if failure.kind() == TransportErrorKind::Deadline {
            None
        } else if status.is_success() {
            outcome::from_tail(&RawResponse {
                info: self.plan.info,
                status,
                headers,
                body: &body,
            })
        } else {
            // Without a code, the received part does not identify the error, so the failure is the cause.
            Some(outcome::service_error(status, headers, &body))
                .filter(|error| error.code.is_some())
        };
        if may_continue_after(&failure) {
            self.record_abandoned(&mut reply.outgoing);
        }
        let cause = match error {
            Some(error) => Cause::Service(error),
            // A response proves that the server received the request, whatever the driver reported.
            None => Cause::Transport(failure.received()),
        };
        self.failed(cause, reply.into_failed_attempt(body), now)
    }

    /// Status and headers of the response while the caller has an item of it.
    pub(crate) fn response_meta(&self) -> Option<ResponseMeta> {
        let State::Item(reply, _) = &self.state else {
            return None;
        };
        Some(ResponseMeta {
            status: reply.head.status,
            headers: reply.head.headers.clone(),
            attempts: self.retry.attempts,
            earlier_may_have_executed: self.retry.may_have_executed,
        })
    }

    /// Names the peer, unless the driver has.
    fn with_target(&self, failure: TransportError) -> TransportError {
        let endpoint = self.plan.session.endpoint();
        failure.with_target(&endpoint.address())
    }

    /// Records the query of this attempt for cancellation.
    pub(super) fn record_abandoned(&mut self, outgoing: &mut Outgoing) {
        if let Some(query) = outgoing.query.take() {
            let peer = outgoing.peer.address();
            self.retry.abandoned.push(AbandonedAttempt { query, peer });
        }
    }
}

/// Whether the server may continue the query after this failure. After the other failures the connection is closed,
/// which the server notices by itself. `Other` counts too, because a simple driver may report every failure that way.
fn may_continue_after(failure: &TransportError) -> bool {
    matches!(
        failure.kind(),
        TransportErrorKind::Deadline | TransportErrorKind::Timeout | TransportErrorKind::Other
    )
}

/// Whether fewer bytes arrived than `content-length` announced.
fn is_short(headers: &HeaderMap, received: u64) -> bool {
    // `content-length` counts the encoded bytes, and the driver may have decoded the body.
    if headers.contains_key(CONTENT_ENCODING) {
        return false;
    }
    headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.trim().parse::<u64>().ok())
        .is_some_and(|length| received < length)
}
