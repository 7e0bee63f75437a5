//! What TLS trusts. TLS 1.2 and 1.3, HTTP/1.1 only: no protocol is offered by ALPN, so none can be chosen.

use std::sync::Arc;

use neptunedata::transport::RootCertificates;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::BuildError;

pub(crate) fn config(roots: &RootCertificates) -> Result<Arc<ClientConfig>, BuildError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| BuildError::Roots(error.to_string()))?
        .with_root_certificates(store(roots)?)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn store(roots: &RootCertificates) -> Result<RootCertStore, BuildError> {
    match roots {
        RootCertificates::WebPki => Ok(RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        }),
        RootCertificates::Pem(text) => given(text),
        #[cfg(feature = "native-roots")]
        RootCertificates::Native => native(),
        _ => Err(BuildError::Roots(
            "the feature native-roots is not enabled".to_owned(),
        )),
    }
}

/// The caller's own: all of them must be certificates, or a typing error would look like distrust.
fn given(text: &str) -> Result<RootCertStore, BuildError> {
    let wrong = |reason: &str| BuildError::Roots(reason.to_owned());
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
        let certificate = certificate.map_err(|_| wrong("the text is not valid PEM"))?;
        store
            .add(certificate)
            .map_err(|error| wrong(&error.to_string()))?;
    }
    if store.is_empty() {
        return Err(wrong("the PEM text contains no certificate"));
    }
    Ok(store)
}

/// The system's: some of them are often unreadable, and one that can be read is enough.
#[cfg(feature = "native-roots")]
fn native() -> Result<RootCertStore, BuildError> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        let reason = found.errors.first().map_or_else(
            || "the operating system has no root certificates".to_owned(),
            ToString::to_string,
        );
        return Err(BuildError::Roots(reason));
    }
    Ok(store)
}
