//! Converts errors of hyper, rustls and connectors into [`TransportError`].

use std::{error::Error as StdError, io, iter};

#[cfg(feature = "tls")]
use neptunedata::transport::tls_hint::Peer;
use neptunedata::{
    TransportError,
    transport::{Sent, TransportErrorKind},
};

#[cfg(feature = "tls")]
use rustls::InvalidMessage;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// A failure before a connection was open, so nothing was sent.
pub(crate) fn not_sent(kind: TransportErrorKind, source: impl Into<BoxError>) -> TransportError {
    TransportError::new(kind, Sent::No).with_source(source)
}

/// A failure while a connection is being opened: TLS failed, or the stream was closed.
#[cfg(feature = "tls")]
pub(crate) fn of_setting_up(error: io::Error, peer: Peer) -> TransportError {
    let reason = find::<rustls::Error>(&error);
    if let Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) = reason {
        return peer.not_tls();
    }
    let hint = reason.and_then(|error| tls_hint(error, peer));
    let kind = if is_tls(&error) {
        TransportErrorKind::Tls
    } else {
        TransportErrorKind::Connect
    };
    let error = not_sent(kind, error);
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// What to do about a failed handshake, if one cause is likely.
#[cfg(feature = "tls")]
fn tls_hint(error: &rustls::Error, peer: Peer) -> Option<&'static str> {
    use rustls::{CertificateError, Error};
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => Some(peer.unknown_issuer()),
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some(peer.other_name()),
        _ => None,
    }
}

/// A failure of a custom connector, which can return a [`TransportError`] to choose the kind.
pub(crate) fn of_connector(error: BoxError) -> TransportError {
    let error = match error.downcast::<TransportError>() {
        Ok(error) if error.sent() == Sent::No => return *error,
        // No request has been sent yet, even if the error says so.
        Ok(error) => return not_sent(error.kind(), error),
        Err(error) => error,
    };
    let kind = if is_tls(&*error) {
        TransportErrorKind::Tls
    } else {
        TransportErrorKind::Connect
    };
    not_sent(kind, error)
}

/// A failure of an established connection.
pub(crate) fn of_connection(error: hyper::Error, sent: Sent) -> TransportError {
    TransportError::new(kind_of(&error), sent).with_source(error)
}

fn kind_of(error: &hyper::Error) -> TransportErrorKind {
    if error.is_parse_too_large() {
        return TransportErrorKind::HeadTooLarge;
    }
    if error.is_parse() {
        return TransportErrorKind::Protocol;
    }
    match find::<io::Error>(error).map(|error| (error.kind(), error)) {
        // hyper reports trailers that are too large as invalid data.
        Some((io::ErrorKind::InvalidData, error))
            if error.to_string().contains("trailers") && !is_tls(error) =>
        {
            TransportErrorKind::HeadTooLarge
        }
        // An invalid chunk, length or trailer.
        Some((io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput, error))
            if !is_tls(error) =>
        {
            TransportErrorKind::Protocol
        }
        // With TLS 1.3, a server may reject the client only after the handshake.
        Some((_, error)) if is_alert(error) => TransportErrorKind::Tls,
        _ => TransportErrorKind::Closed,
    }
}

/// A failure of a service, which can return a [`TransportError`] to choose the kind and whether the request was sent.
pub(crate) fn of_service(error: BoxError, sent: Sent) -> TransportError {
    let error = match error.downcast::<TransportError>() {
        // Before the service was ready, nothing was sent, even if the error says so.
        Ok(error) if error.sent() != sent && sent == Sent::No => {
            return not_sent(error.kind(), error);
        }
        Ok(error) => return *error,
        Err(error) => error,
    };
    if let Some(hyper) = find::<hyper::Error>(&*error) {
        return TransportError::new(kind_of(hyper), sent).with_source(error);
    }
    let cause = chain(&*error).filter_map(|error| error.downcast_ref::<io::Error>());
    let (kind, sent) = match cause.last().map(io::Error::kind) {
        // Only opening a connection fails like this, so nothing was sent.
        Some(io::ErrorKind::ConnectionRefused) => (TransportErrorKind::Connect, Sent::No),
        Some(
            io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::UnexpectedEof,
        ) => (TransportErrorKind::Closed, sent),
        _ if is_tls(&*error) => (TransportErrorKind::Tls, sent),
        _ => (TransportErrorKind::Other, sent),
    };
    TransportError::new(kind, sent).with_source(error)
}

/// The methods of a round trip were not called in order.
pub(crate) fn out_of_order() -> TransportError {
    TransportError::new(TransportErrorKind::Other, Sent::Maybe)
        .with_source("the methods of the round trip were called out of order")
}

/// The first error of this type among an error and its sources.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// An error and its sources.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    iter::successors(Some(error), |&error| {
        // `io::Error::source` skips the error that it wraps.
        let io = error.downcast_ref::<io::Error>();
        match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as _),
            None => error.source(),
        }
    })
}

#[cfg(feature = "tls")]
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    find::<rustls::Error>(error).is_some()
}

#[cfg(feature = "tls")]
fn is_alert(error: &(dyn StdError + 'static)) -> bool {
    matches!(
        find::<rustls::Error>(error),
        Some(rustls::Error::AlertReceived(_))
    )
}

#[cfg(not(feature = "tls"))]
fn is_tls(_error: &(dyn StdError + 'static)) -> bool {
    false
}

#[cfg(not(feature = "tls"))]
fn is_alert(_error: &(dyn StdError + 'static)) -> bool {
    false
}
