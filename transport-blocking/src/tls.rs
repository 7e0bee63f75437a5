//! The TLS settings of the client. TLS 1.2 and 1.3, and HTTP/1.1 only: no protocol is offered by ALPN.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use neptunedata::{
    TransportError,
    transport::{RootCertificates, TransportErrorKind, tls_hint::Peer},
};
use rustls::{
    CertificateError, Error, InvalidMessage, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use ureq::{
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
    unversioned::transport::RustlsConnector,
};

use crate::{BuildError, tcp::not_sent};

/// The TLS of all clients: those with the same roots share it. They also share TLS sessions, which rustls keeps by the
/// name of the server: only a server with that name, verified by the same roots, can have issued them.
static KNOWN: Mutex<Vec<Weak<Tls>>> = Mutex::new(Vec::new());

/// TLS with certain roots, to any server.
pub(crate) struct Tls {
    config: TlsConfig,
    /// For the first connection, it makes the configuration of rustls from `config`, and keeps it.
    pub(crate) connector: RustlsConnector,
}

impl Tls {
    /// The TLS of another client with these roots, if there is one. The Mozilla roots take 14 KB.
    pub(crate) fn shared(roots: &RootCertificates) -> Result<Arc<Tls>, BuildError> {
        let config = config(roots)?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|tls| tls.strong_count() > 0);
        let mut same = known.iter().filter_map(Weak::upgrade);
        let roots = config.root_certs();
        if let Some(same) = same.find(|known| are_same(known.config.root_certs(), roots)) {
            return Ok(same);
        }
        let connector = RustlsConnector::default();
        let tls = Arc::new(Tls { config, connector });
        known.push(Arc::downgrade(&tls));
        Ok(tls)
    }

    pub(crate) fn config(&self) -> TlsConfig {
        self.config.clone()
    }
}

fn are_same(one: &RootCerts, other: &RootCerts) -> bool {
    match (one, other) {
        (RootCerts::WebPki, RootCerts::WebPki) => true,
        (RootCerts::Specific(one), RootCerts::Specific(other)) => {
            let other = other.iter().map(Certificate::der);
            one.iter().map(Certificate::der).eq(other)
        }
        _ => false,
    }
}

/// The configuration depends on nothing but the roots.
fn config(roots: &RootCertificates) -> Result<TlsConfig, BuildError> {
    let roots = match roots {
        RootCertificates::WebPki => RootCerts::WebPki,
        RootCertificates::Pem(text) => from_pem(text)?,
        #[cfg(feature = "native-roots")]
        RootCertificates::Native => native()?,
        _ => {
            let reason = "the feature native-roots is not enabled";
            return Err(BuildError::Roots(reason.to_owned()));
        }
    };
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build())
}

/// Whether a certificate can match the host.
pub(crate) fn check_name(host: &str) -> Result<(), BuildError> {
    match ServerName::try_from(host) {
        Ok(_) => Ok(()),
        Err(_) => Err(BuildError::TlsName(host.to_owned())),
    }
}

/// Requires that all certificates are valid: ureq would ignore invalid ones, and report later that the server
/// is not trusted.
fn from_pem(text: &str) -> Result<RootCerts, BuildError> {
    let invalid = |reason: &str| BuildError::Roots(reason.to_owned());
    let mut store = RootCertStore::empty();
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
        let certificate = certificate.map_err(|_| invalid("the text is not valid PEM"))?;
        certificates.push(Certificate::from_der(&certificate).to_owned());
        store
            .add(certificate)
            .map_err(|error| invalid(&error.to_string()))?;
    }
    if certificates.is_empty() {
        return Err(invalid("the PEM text contains no certificate"));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// The certificates of the operating system. Some of them are often invalid; one that is valid is enough.
#[cfg(feature = "native-roots")]
fn native() -> Result<RootCerts, BuildError> {
    let found = rustls_native_certs::load_native_certs();
    let certificates: Vec<_> = found
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    let (valid, _) = RootCertStore::empty().add_parsable_certificates(found.certs);
    if valid == 0 {
        let reason = found.errors.first().map_or_else(
            || "the operating system has no root certificates".to_owned(),
            ToString::to_string,
        );
        return Err(BuildError::Roots(reason));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// The error of a failed handshake: a TLS error, with a hint if one cause is likely, or a connection error.
pub(crate) fn failure(error: ureq::Error, peer: Peer) -> TransportError {
    let error = match error {
        ureq::Error::Rustls(error) => io::Error::other(error),
        error => error.into_io(),
    };
    let reason = error.get_ref();
    let Some(reason) = reason.and_then(|reason| reason.downcast_ref::<Error>()) else {
        return not_sent(TransportErrorKind::Connect, error);
    };
    if let Error::InvalidMessage(InvalidMessage::InvalidContentType) = reason {
        return peer.not_tls();
    }
    let hint = hint(reason, peer);
    let failure = not_sent(TransportErrorKind::Tls, error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// What to do about a failed handshake, where one cause is likely.
fn hint(error: &Error, peer: Peer) -> Option<&'static str> {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => Some(peer.unknown_issuer()),
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some(peer.other_name()),
        _ => None,
    }
}
