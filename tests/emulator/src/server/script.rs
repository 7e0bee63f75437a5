//! Converts an outcome into the bytes and pauses that perform it, without I/O.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::Close;
use super::frames::{Frame, Frames};
use crate::{ConnectionEnd, Cut, Delivery, Fault, Framing, Outcome, Part, Response};

/// The usual size of a response with its body, in bytes.
const USUAL: usize = 1024;

/// The properties of a request that its response depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    /// Whether the method is HEAD.
    pub(super) head_only: bool,
    /// Whether the client sent `te: trailers`.
    pub(super) trailers: bool,
    /// Whether the version is HTTP/1.0, which has no chunks.
    pub(super) old: bool,
    /// Whether the client allows the connection to be reused.
    pub(super) keep_alive: bool,
}

/// What the server does on the socket, in order.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) steps: Vec<Step>,
    pub(super) then: Then,
}

#[derive(Debug)]
pub(super) enum Step {
    Wait(Duration),
    Send(Bytes),
    /// This many bytes at a time, with a pause before each further piece.
    Trickle(Bytes, usize, Duration),
    /// A body that is generated while it is sent.
    Generate(Frames),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Next,
    End(ConnectionEnd),
    /// Ends the connection unless a request begins within this time.
    EndIdle(Duration, ConnectionEnd),
}

pub(super) fn script(outcome: Outcome, asker: Asker, close: Close) -> Script {
    match outcome {
        Outcome::Response(response) => delivered(response, &Delivery::default(), asker, close),
        Outcome::Fault(Fault::Delivered { response, delivery }) => {
            delivered(*response, &delivery, asker, close)
        }
        Outcome::Fault(Fault::CutBody { response, after }) => {
            delivered(*response, &Delivery::cut(Cut::at(after)), asker, close)
        }
        // The server has waited for pending queries; if this one is pending, its outcome was dropped.
        Outcome::Fault(Fault::CloseWithoutResponse) | Outcome::Pending(_) => {
            ended(Vec::new(), ConnectionEnd::Fin)
        }
        Outcome::Fault(Fault::BeforeReading(ending)) => ended(Vec::new(), ending),
        Outcome::Fault(Fault::NoResponse { delay, ending }) => {
            ended(vec![Step::Wait(delay)], ending)
        }
        Outcome::Fault(Fault::NotHttp { delay, bytes }) => ended(
            vec![Step::Wait(delay), Step::Send(bytes)],
            ConnectionEnd::Fin,
        ),
    }
}

fn ended(steps: Vec<Step>, ending: ConnectionEnd) -> Script {
    Script {
        steps,
        then: Then::End(ending),
    }
}

fn delivered(mut response: Response, delivery: &Delivery, asker: Asker, close: Close) -> Script {
    let bodiless = matches!(
        response.status(),
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    );
    let framing = framing(&response, delivery, asker);
    let has_body = !bodiless && !asker.head_only;
    if response.generated.is_some() && has_body && !Frames::can(framing, delivery) {
        // A response with a pause or a length must be generated before it is sent.
        response.chunks = response.pieces().collect();
        response.generated = None;
    }
    let trailers_wanted =
        (asker.trailers || delivery.force_trailers) && !delivery.withhold_trailers;
    let trailers = if framing == Framing::Chunked && trailers_wanted {
        std::mem::take(&mut response.trailers)
    } else {
        HeaderMap::new()
    };
    let then = then(&response, delivery, framing, asker, close);

    let headers = &mut response.head.headers;
    if framing != Framing::Chunked {
        headers.remove(header::TRANSFER_ENCODING);
    }
    match framing {
        _ if bodiless => {}
        Framing::Chunked => {
            set(headers, header::TRANSFER_ENCODING, "chunked");
        }
        Framing::CloseDelimited => {}
        Framing::Length | Framing::Auto => {
            let length: usize = response.chunks.iter().map(Bytes::len).sum();
            let announced = length.saturating_add(delivery.missing);
            headers
                .entry(header::CONTENT_LENGTH)
                .or_insert(announced.into());
        }
    }
    if !trailers.is_empty() {
        let names: Vec<&str> = trailers.keys().map(http::HeaderName::as_str).collect();
        set(headers, header::TRAILER, &names.join(", "));
    }
    if announces(delivery, framing, asker, close) {
        set(headers, header::CONNECTION, "close");
    } else if asker.old && then == Then::Next {
        set(headers, header::CONNECTION, "keep-alive");
    }

    let mut head = head(&response);
    // Nearly all responses need no frames, for which the body would be copied several times.
    if framing == Framing::Length && *delivery == Delivery::default() {
        let body = response.chunks.iter().filter(|_| has_body);
        body.for_each(|chunk| head.extend_from_slice(chunk));
        let steps = vec![Step::Send(head.into())];
        return Script { steps, then };
    }
    let frames = has_body.then(|| Frames::new(&response, framing, delivery, &trailers));
    match frames {
        None => travel(head, Body::default(), delivery, then),
        Some(frames) if response.generated.is_some() => {
            let mut script = travel(head, Body::default(), delivery, then);
            script.steps.push(Step::Generate(frames));
            script
        }
        Some(frames) => travel(head, Body::of(frames, delivery), delivery, then),
    }
}

fn framing(response: &Response, delivery: &Delivery, asker: Asker) -> Framing {
    let several = response.chunks.len() > 1 || !response.trailers.is_empty();
    let says_chunked = response
        .head
        .headers
        .contains_key(header::TRANSFER_ENCODING);
    match delivery.framing {
        // The response has its own length, which is not corrected.
        _ if response.head.headers.contains_key(header::CONTENT_LENGTH) => Framing::Length,
        Framing::Auto if several || says_chunked || response.generated.is_some() => {
            Framing::Chunked
        }
        Framing::Auto => Framing::Length,
        given => given,
    }
    .for_asker(asker)
}

impl Framing {
    fn for_asker(self, asker: Asker) -> Self {
        if asker.old && self == Self::Chunked {
            Self::CloseDelimited
        } else {
            self
        }
    }
}

/// Whether the response has `connection: close`. A planned fault with an ending decides that itself.
fn announces(delivery: &Delivery, framing: Framing, asker: Asker, close: Close) -> bool {
    delivery.announce_close
        || delivery.ending.is_none()
            && delivery.is_whole()
            && (close == Close::WithHeader
                || !asker.keep_alive
                || framing == Framing::CloseDelimited)
}

fn then(
    response: &Response,
    delivery: &Delivery,
    framing: Framing,
    asker: Asker,
    close: Close,
) -> Then {
    let stuck = delivery.stall.is_some_and(|stall| stall.time.is_none());
    let last = !delivery.is_whole() || framing == Framing::CloseDelimited;
    let says_close = response.head.headers.get(header::CONNECTION);
    let says_close =
        says_close.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"));
    match delivery.ending {
        _ if stuck => Then::End(ConnectionEnd::Hang),
        Some(ending) if !last && !delivery.idle.is_zero() => Then::EndIdle(delivery.idle, ending),
        Some(ending) => Then::End(ending),
        None if last
            || says_close
            || delivery.announce_close
            || close != Close::Never
            || !asker.keep_alive =>
        {
            Then::End(ConnectionEnd::Fin)
        }
        None => Then::Next,
    }
}

/// Sets a header unless the response has it.
fn set(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.entry(name).or_insert(value);
    }
}

fn head(response: &Response) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or("Unknown");
    let mut head = Vec::with_capacity(USUAL);
    for part in ["HTTP/1.1 ", status.as_str(), " ", reason, "\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    write_headers(&mut head, &response.head.headers);
    head
}

/// The bytes after the last chunk's data.
pub(super) fn write_end(out: &mut Vec<u8>, trailers: &HeaderMap, delivery: &Delivery) {
    out.extend_from_slice(b"0\r\n");
    write_headers(out, trailers);
    if delivery.cut_trailers {
        out.truncate(out.len().saturating_sub(b"\r\n".len()));
    }
}

fn write_headers(out: &mut Vec<u8>, headers: &HeaderMap) {
    for (name, value) in headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

/// An encoded body, and the offset of its pause.
#[derive(Debug, Default)]
struct Body {
    bytes: Vec<u8>,
    stall: usize,
}

impl Body {
    fn of(mut frames: Frames, delivery: &Delivery) -> Self {
        let mut body = Self::default();
        let mut before_stall = delivery.stall.map_or(0, |stall| stall.after);
        while let Some(Frame { bytes, data }) = frames.next() {
            if before_stall > 0 && !data.is_empty() {
                body.stall = body.bytes.len() + data.start + before_stall.min(data.len());
                before_stall = before_stall.saturating_sub(data.len());
            }
            body.bytes.extend_from_slice(&bytes);
        }
        body
    }
}

fn travel(head: Vec<u8>, body: Body, delivery: &Delivery, then: Then) -> Script {
    let mut steps = Vec::new();
    if !delivery.delay.is_zero() {
        steps.push(Step::Wait(delivery.delay));
    }
    let mut bytes = Bytes::from(body.bytes);
    let rest = match delivery.stall {
        Some(_) => bytes.split_off(body.stall.min(bytes.len())),
        None => Bytes::new(),
    };
    let start = [(Part::Head, head.into()), (Part::Body, bytes)];
    send(&mut steps, &start, delivery);
    // A stall without a time is the end.
    if let Some(time) = delivery.stall.and_then(|stall| stall.time) {
        steps.push(Step::Wait(time));
        send(&mut steps, &[(Part::Body, rest)], delivery);
    }
    Script { steps, then }
}

/// Sends pieces, at once if they are not slow.
fn send(steps: &mut Vec<Step>, pieces: &[(Part, Bytes)], delivery: &Delivery) {
    let Some(throttle) = delivery.throttle else {
        let mut all = BytesMut::new();
        for (_, bytes) in pieces {
            all.extend_from_slice(bytes);
        }
        if !all.is_empty() {
            steps.push(Step::Send(all.freeze()));
        }
        return;
    };
    for (part, bytes) in pieces.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let slow = throttle.part == Part::All || throttle.part == *part;
        steps.push(if slow {
            Step::Trickle(bytes.clone(), throttle.bytes.max(1), throttle.every)
        } else {
            Step::Send(bytes.clone())
        });
    }
}
