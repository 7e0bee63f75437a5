//! TLS by rustls, over any stream.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use hyper_util::rt::TokioIo;
use neptunedata::{
    TransportError,
    transport::{RootCertificates, tls_hint::Peer},
};
use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{BuildError, errors, io::Stream};

/// How many TLS sessions can be resumed. rustls keeps eight for each server, and each configuration has one server.
const SESSIONS: usize = 8;

/// The root certificates of all clients: those with the same roots share them. They do not share TLS sessions, so that
/// each client verifies its server itself.
static ROOTS: Mutex<Vec<Weak<RootCertStore>>> = Mutex::new(Vec::new());

/// TLS to one server, or to the proxy.
#[derive(Clone)]
pub(crate) struct Tls {
    peer: Peer,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// TLS 1.2 or 1.3 to the server of this name, at any address. Without ALPN, so that HTTP/2 is not negotiated.
    pub(crate) fn new(peer: Peer, host: &str, roots: &RootCertificates) -> Result<Tls, BuildError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| BuildError::TlsName(host.to_owned()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| BuildError::Roots(error.to_string()))?
            .with_root_certificates(shared(store(roots)?))
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(Tls {
            peer,
            config: Arc::new(config),
            name,
        })
    }

    pub(crate) async fn secure(&self, stream: Stream) -> Result<Stream, TransportError> {
        let Stream { io, peer, probe } = stream;
        let io = TlsConnector::from(Arc::clone(&self.config))
            .connect(self.name.clone(), TokioIo::new(io))
            .await
            .map_err(|error| errors::of_setting_up(error, self.peer))?;
        Ok(Stream {
            // Reports a connection that ends without `close_notify` as an error: anybody on the way may have closed
            // it, in the middle of a response without length and chunks. Other responses are not affected.
            io: Box::new(TokioIo::new(io)),
            peer,
            probe,
        })
    }
}

/// The store of another client with these roots, if there is one. The Mozilla roots take 14 KB.
fn shared(store: RootCertStore) -> Arc<RootCertStore> {
    let mut known = ROOTS.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|store| store.strong_count() > 0);
    let mut same = known.iter().filter_map(Weak::upgrade);
    if let Some(same) = same.find(|known| known.roots == store.roots) {
        return same;
    }
    let store = Arc::new(store);
    known.push(Arc::downgrade(&store));
    store
}

fn store(roots: &RootCertificates) -> Result<RootCertStore, BuildError> {
    let invalid = |reason: &dyn std::fmt::Display| BuildError::Roots(reason.to_string());
    let mut store = RootCertStore::empty();
    match roots {
        RootCertificates::WebPki => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        RootCertificates::Pem(text) => {
            for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                let certificate = certificate.map_err(|error| invalid(&error))?;
                store.add(certificate).map_err(|error| invalid(&error))?;
            }
            if store.is_empty() {
                return Err(invalid(&"the PEM text contains no certificate"));
            }
        }
        #[cfg(feature = "native-roots")]
        RootCertificates::Native => {
            // Systems contain a few certificates that rustls does not accept.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return Err(invalid(&"the operating system has no root certificates"));
            }
        }
        _ => return Err(invalid(&"the feature native-roots is not enabled")),
    }
    Ok(store)
}
