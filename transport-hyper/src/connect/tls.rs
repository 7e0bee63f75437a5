//! TLS by rustls, over whatever stream there is.

use std::sync::Arc;

use hyper_util::rt::TokioIo;
use neptunedata::{TransportError, transport::RootCertificates};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{BuildError, errors, io::Stream};

/// TLS to one server.
#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// TLS 1.2 or 1.3 to the server of this name, whatever address it is reached at. Of protocols
    /// inside nothing is said, so h2 is never offered.
    pub(crate) fn new(host: &str, roots: &RootCertificates) -> Result<Tls, BuildError> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| BuildError::TlsName(host.to_owned()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| BuildError::Roots(error.to_string()))?
            .with_root_certificates(store(roots)?)
            .with_no_client_auth();
        Ok(Tls {
            config: Arc::new(config),
            name,
        })
    }

    pub(crate) async fn secure(&self, stream: Stream) -> Result<Stream, TransportError> {
        let Stream { io, peer, probe } = stream;
        let io = TlsConnector::from(Arc::clone(&self.config))
            .connect(self.name.clone(), TokioIo::new(io))
            .await
            .map_err(errors::of_setting_up)?;
        Ok(Stream {
            // One that ends without saying so fails: anybody on the way may have ended it, in the middle of an
            // answer that has no length and no chunks. To others, and between answers, that is no matter.
            io: Box::new(TokioIo::new(io)),
            peer,
            probe,
        })
    }
}

fn store(roots: &RootCertificates) -> Result<RootCertStore, BuildError> {
    match roots {
        RootCertificates::WebPki => Ok(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()),
        RootCertificates::Pem(text) => {
            let wrong = |error: &dyn std::fmt::Display| BuildError::Roots(error.to_string());
            let mut store = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                let certificate = certificate.map_err(|error| wrong(&error))?;
                store.add(certificate).map_err(|error| wrong(&error))?;
            }
            full(store, "the PEM text contains no certificate")
        }
        #[cfg(feature = "native-roots")]
        RootCertificates::Native => {
            let mut store = RootCertStore::empty();
            // Some of what systems come with is of no use; the rest is.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            full(store, "the operating system has no root certificates")
        }
        _ => Err(BuildError::Roots(
            "the feature native-roots is not enabled".to_owned(),
        )),
    }
}

fn full(store: RootCertStore, otherwise: &str) -> Result<RootCertStore, BuildError> {
    if store.is_empty() {
        Err(BuildError::Roots(otherwise.to_owned()))
    } else {
        Ok(store)
    }
}
