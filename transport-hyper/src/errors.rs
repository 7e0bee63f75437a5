//! Converts errors of hyper, rustls and connectors into [`TransportError`].

use std::{error::Error as StdError, io};

use neptunedata::{
    TransportError,
    transport::{Sent, TransportErrorKind},
};

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// A failure before a connection was open, so nothing was sent.
pub(crate) fn not_sent(kind: TransportErrorKind, source: impl Into<BoxError>) -> TransportError {
    TransportError::new(kind, Sent::No).with_source(source)
}

/// A failure while a connection is being opened: TLS failed, or the stream was closed.
#[cfg(feature = "tls")]
pub(crate) fn of_setting_up(error: io::Error) -> TransportError {
    let hint = find::<rustls::Error>(&error).and_then(tls_hint);
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
fn tls_hint(error: &rustls::Error) -> Option<&'static str> {
    use rustls::{CertificateError, Error, InvalidMessage};
    match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            Some("the server may speak plain HTTP: check the port, or write http://")
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => Some(
            "the issuer is not among the trusted roots: set ClientOptions::root_certificates if the server has an issuer of its own",
        ),
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some(
            "the certificate is for another name: write the server's name in the endpoint, and set \
             ClientOptions::connect_to to connect elsewhere",
        ),
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
    let kind = if error.is_parse_too_large() {
        TransportErrorKind::HeadTooLarge
    } else if error.is_parse() {
        TransportErrorKind::Protocol
    } else {
        match find::<io::Error>(&error).map(|error| (error.kind(), error)) {
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
    };
    TransportError::new(kind, sent).with_source(error)
}

/// The first error of this type among an error and its sources.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut error = Some(error);
    while let Some(here) = error {
        if let Some(found) = here.downcast_ref() {
            return Some(found);
        }
        // `io::Error::source` skips the error that it wraps.
        error = match here
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner as _),
            None => here.source(),
        };
    }
    None
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
