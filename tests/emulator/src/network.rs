//! Converts outcomes for the test network of the crate `neptunedata`. No other part of this crate uses a client.

use std::time::Duration;

use neptunedata::{testing::Served, transport::TransportErrorKind};

use crate::{ConnectionEnd, Delivery, Fault, Framing, Now, Outcome, Response};

impl From<neptunedata::machine::Now> for Now {
    fn from(now: neptunedata::machine::Now) -> Self {
        Self::new(now.wall, now.mono)
    }
}

/// The outcome, as a client that requests trailers sees it. Slow responses arrive late instead. A
/// [`Pending`](Outcome::Pending) query gets no response: convert what [`Emulator::resume`](crate::Emulator::resume)
/// returns.
impl From<Outcome> for Served {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Response(response) => delivered(response, &Delivery::default()),
            Outcome::Fault(Fault::Delivered { response, delivery }) => {
                delivered(*response, &delivery)
            }
            Outcome::Fault(Fault::CutBody { response, after }) => {
                delivered(*response, &Delivery::default()).cut_after(after)
            }
            Outcome::Fault(Fault::CloseWithoutResponse) => ended(ConnectionEnd::Fin),
            Outcome::Fault(Fault::BeforeReading(ending)) => ended(ending),
            Outcome::Fault(Fault::NoResponse { delay, ending }) => ended(ending).delay(delay),
            Outcome::Fault(Fault::NotHttp { delay, .. }) => {
                Served::failed(TransportErrorKind::Protocol).delay(delay)
            }
            Outcome::Pending(_) => Served::silent(),
        }
    }
}

fn ended(ending: ConnectionEnd) -> Served {
    match ending {
        ConnectionEnd::Fin | ConnectionEnd::Abrupt | ConnectionEnd::Rst => {
            Served::failed(TransportErrorKind::Closed)
        }
        ConnectionEnd::Hang => Served::silent(),
    }
}

fn delivered(mut response: Response, delivery: &Delivery) -> Served {
    let mut trailers = std::mem::take(&mut response.trailers);
    if delivery.withhold_trailers {
        trailers.clear();
    }
    // Only chunked bodies have trailers. A truncated body that ends with the connection looks complete.
    let announces_length = response
        .head
        .headers
        .contains_key(http::header::CONTENT_LENGTH);
    let is_chunked = matches!(delivery.framing, Framing::Auto | Framing::Chunked);
    let ends_with_connection = delivery.framing == Framing::CloseDelimited && !announces_length;

    let mut response = response.into_http();
    let length = response.body().len();
    let delay = delay(delivery, length);
    if let Some(stall) = delivery.stall.filter(|stall| stall.time.is_none()) {
        return Served::from(response).stall_after(stall.after).delay(delay);
    }
    let is_short = delivery.missing > 0 || delivery.cut_trailers;
    let cut = delivery.cut.map(|cut| cut.sent_length(length));
    let served = match cut.or(is_short.then_some(length)) {
        None if is_chunked && !announces_length => Served::from(response).trailers(trailers),
        None => Served::from(response),
        Some(after) if delivery.ending == Some(ConnectionEnd::Hang) => {
            Served::from(response).stall_after(after)
        }
        Some(after) if ends_with_connection => {
            response.body_mut().truncate(after);
            Served::from(response)
        }
        Some(after) => Served::from(response).cut_after(after),
    };
    served.delay(delay)
}

/// How long it takes until the whole response has arrived.
fn delay(delivery: &Delivery, length: usize) -> Duration {
    let stall = delivery.stall.and_then(|stall| stall.time);
    let pauses = delivery.throttle.map_or(Duration::ZERO, |throttle| {
        let pieces = length.div_ceil(throttle.bytes.max(1));
        let count = u32::try_from(pieces.saturating_sub(1)).unwrap_or(u32::MAX);
        throttle.every.saturating_mul(count)
    });
    delivery
        .delay
        .saturating_add(stall.unwrap_or_default())
        .saturating_add(pauses)
}
