//! Says what was received in place of an HTTP response.

use super::{TransportErrorKind, tls_hint::Peer};
use crate::error::TransportError;

/// How many of the first bytes of a response [`not_http`] needs.
pub const RESPONSE_START: usize = 16;

/// Completes the error of a response that is not HTTP at all: a [`Protocol`](TransportErrorKind::Protocol) error, or
/// the [`Connect`](TransportErrorKind::Connect) error of a tunnel. `start` is the first [`RESPONSE_START`] bytes of the
/// response, or fewer. `peer` is the other end of the connection; `None` if the connection uses TLS or has served other
/// requests.
///
/// A peer that responds to plain HTTP with a TLS alert has not read the request. Then the error is
/// [`Sent::No`](crate::transport::Sent::No) and permanent, and says to use `https://`.
pub fn not_http(error: TransportError, start: &[u8], peer: Option<Peer>) -> TransportError {
    let is_response_error = matches!(
        error.kind(),
        TransportErrorKind::Protocol | TransportErrorKind::Connect
    );
    if !is_response_error || start.is_empty() || start.starts_with(b"HTTP/") {
        return error;
    }
    match (start, peer) {
        // RFC 8446, 5.1: the type of the record, the version, the length, and the level.
        ([21, 3, 0..=4, 0, 2, 1 | 2, ..], Some(peer)) => error
            .not_executed()
            .permanent()
            .with_source("the response is a TLS alert")
            .with_hint(peer.expects_tls()),
        _ => {
            let start = start.get(..RESPONSE_START).unwrap_or(start);
            error.with_source(format!(
                "the response begins with \"{}\"",
                start.escape_ascii()
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Sent;

    #[test]
    fn only_an_alert_of_an_unused_plain_connection_says_that_nothing_was_executed() {
        let alert = b"\x15\x03\x01\x00\x02\x02\x46";
        let plain = Some(Peer::Server);
        for (start, peer, expected) in [
            (&alert[..], plain, true),
            (alert, Some(Peer::Proxy), true),
            (b"\x15\x03\x03\x00\x02\x01\x00", plain, true),
            // Over TLS, or not the first response of the connection.
            (alert, None, false),
            (&alert[..5], plain, false),
            (b"\x15", plain, false),
            (b"\x15\x03\x03\x00\x1a\x00\x00", plain, false),
            (b"\x16\x03\x01\x00\x02\x02\x46", plain, false),
            (b"SSH-2.0-OpenSSH_9.6\r\n", plain, false),
            (b"", plain, false),
            (b"HTTP/1.1 200 OK\r\n", plain, false),
        ] {
            let error = TransportError::new(TransportErrorKind::Protocol, Sent::Maybe);
            let error = not_http(error, start, peer);
            assert_eq!(error.sent() == Sent::No, expected, "{start:?}");
            assert_eq!(error.is_permanent(), expected, "{start:?}");
            let is_hinted = error.to_string().contains("https://");
            assert_eq!(is_hinted, expected, "{start:?}");
        }
        let closed = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
        assert_eq!(not_http(closed, alert, plain).sent(), Sent::Maybe);
    }
}
