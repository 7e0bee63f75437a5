//! Errors of connections and attempts.

use std::time::Duration;

use neptunedata::{
    TransportError,
    transport::{Sent, TransportErrorKind},
};

/// Every kind, without and with peer, time limit and hint.
#[test]
fn transport_errors_name_peer_and_time_limit() {
    use Sent::{Maybe, No};
    use TransportErrorKind::*;

    // One kind a line.
    #[rustfmt::skip]
    let rows = [
        (Dns, No, "cannot resolve the host name", "cannot resolve the host name of db:8182"),
        (Connect, No, "cannot connect", "cannot connect to db:8182"),
        (ConnectTimeout, No, "timed out connecting", "timed out after 5s connecting to db:8182"),
        (Tls, No, "TLS handshake failed", "TLS handshake with db:8182 failed"),
        (Closed, Maybe, "connection closed before the response was complete",
            "connection to db:8182 closed before the response was complete"),
        (Timeout, Maybe, "timed out waiting for the response", "timed out after 5s waiting for the response"),
        (Timeout, No, "attempt timed out before the request was sent",
            "attempt timed out after 5s before the request was sent"),
        (PoolLimit, No, "all connections are in use",
            "all connections are in use; none became free within 5s"),
        (Deadline, Maybe, "deadline exceeded", "deadline exceeded after 5s"),
        (Protocol, Maybe, "response is not valid HTTP", "response from db:8182 is not valid HTTP"),
        (HeadTooLarge, Maybe, "response head or trailers too large", "response head or trailers too large"),
        (Runtime, No, "no usable async runtime", "no usable async runtime"),
        (Other, Maybe, "transport error", "transport error"),
    ];
    for (kind, sent, bare, full) in rows {
        let error = TransportError::new(kind, sent);
        assert_eq!(error.to_string(), bare);
        let error = error
            .with_target("db:8182")
            .with_time_limit(Duration::from_secs(5));
        assert_eq!(error.to_string(), full);
        let error = error.with_target("proxy:3128");
        assert_eq!(error.target(), Some("db:8182"), "the first target is kept");
        assert_eq!(
            error.with_hint("try again").to_string(),
            format!("{full}; try again")
        );
    }
}

/// That permanent failures are not retried is tested in `scenario/classification.rs`.
#[test]
fn permanent_failures_are_marked() {
    let failure = || TransportError::new(TransportErrorKind::Connect, Sent::No);
    assert!(!failure().is_permanent());
    assert!(failure().permanent().is_permanent());
    assert_eq!(failure().permanent().to_string(), "cannot connect");
}
