//! TLS with generated or given certificates.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::server::Acceptor;
use rustls::{ServerConfig, version};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;

use self::certificate::{Ca, Certificates};
use super::gauge::{Gauge, Handshake};
use super::stream::{self, Stream};

mod certificate;

/// The TLS settings of a server. By default it supports versions 1.2 and 1.3 and has a certificate for `localhost`,
/// `127.0.0.1` and `::1` from a generated root.
#[derive(Clone, Debug)]
#[must_use]
pub struct Tls {
    names: Vec<String>,
    tls12_only: bool,
    fault: Option<TlsFault>,
    source: Source,
}

/// Where the certificate comes from.
#[derive(Clone)]
enum Source {
    /// From a root that is generated for this server.
    Generated,
    /// From a root that is kept in this folder.
    Kept(PathBuf),
    /// The certificate and its key, in PEM.
    Given { chain: String, key: String },
}

/// Hides the key.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generated => f.write_str("Generated"),
            Self::Kept(dir) => f.debug_tuple("Kept").field(dir).finish(),
            Self::Given { .. } => f.write_str("Given"),
        }
    }
}

/// A fault in the server's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsFault {
    /// The certificate is for another name, `wrong.name.invalid`.
    WrongName,
    /// The certificate has expired.
    Expired,
    /// The certificate was issued by another root than [`Server::ca_pem`](crate::Server::ca_pem).
    UnknownRoot,
    /// The connection is accepted, but the handshake is never answered.
    StalledHandshake,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            names: ["localhost", "127.0.0.1", "::1"].map(String::from).into(),
            tls12_only: false,
            fault: None,
            source: Source::Generated,
        }
    }
}

impl Tls {
    /// The default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name or IP address to the certificate, for example that of a cluster that is reached through a tunnel.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Uses this certificate and its private key, both in PEM; certificates of its issuers may follow it. The names and
    /// the faults of certificates have no effect then, and [`Server::ca_pem`](crate::Server::ca_pem) is `None`.
    ///
    /// [`ServerOptions::start`](crate::ServerOptions::start) reports invalid texts. The key must not be encrypted.
    pub fn certificate(mut self, chain: impl Into<String>, key: impl Into<String>) -> Self {
        self.source = Source::Given {
            chain: chain.into(),
            key: key.into(),
        };
        self
    }

    pub(super) fn ready(self) -> io::Result<Ready> {
        let certificates = match &self.source {
            Source::Generated => Certificates::generate(&self.names, self.fault),
            Source::Kept(dir) => Certificates::from_kept_root(dir, &self.names, self.fault),
            Source::Given { chain, key } => Certificates::read(chain, key),
        }?;
        let versions: &[_] = if self.tls12_only {
            &[&version::TLS12]
        } else {
            &[&version::TLS13, &version::TLS12]
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(certificates.chain, certificates.key)
            .map_err(|error| io::Error::other(format!("invalid certificate or key: {error}")))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Ready {
            config: Arc::new(config),
            stalls: self.fault == Some(TlsFault::StalledHandshake),
            ca: certificates.ca,
        })
    }
}

setters! {
    Tls;

    /// Makes the certificate valid for only these names and IP addresses.
    names(names: impl IntoIterator<Item = impl Into<String>>) => names = names.into_iter().map(Into::into).collect();

    /// Supports only version 1.2.
    tls12_only() => tls12_only = true;

    /// Keeps the root certificate in this folder, so that clients need to trust it only once: the first start writes
    /// `ca.pem`, the root for clients, and `ca-key.pem`, the root with its private key. Later starts use them. The
    /// folder is created if it does not exist. The root is valid for ten years.
    /// [`ServerOptions::start`](crate::ServerOptions::start) reports a folder that cannot be used.
    ca_dir(dir: impl Into<PathBuf>) => source = Source::Kept(dir.into());

    /// Adds a fault.
    fault(fault: TlsFault) => fault = Some(fault);
}

/// The TLS configuration with its certificates.
#[derive(Debug)]
pub(super) struct Ready {
    config: Arc<ServerConfig>,
    stalls: bool,
    /// The root, unless the certificate was given.
    pub(super) ca: Option<Ca>,
}

impl Ready {
    pub(super) async fn handshake(&self, mut tcp: TcpStream, gauge: &Gauge) -> Option<Stream> {
        if self.stalls {
            gauge.handshake(Handshake::default());
            stream::discard(&mut tcp).await;
            return None;
        }
        let start = match LazyConfigAcceptor::new(Acceptor::default(), tcp).await {
            Ok(start) => start,
            Err(error) => {
                gauge.handshake(Handshake {
                    failure: Some(error.to_string()),
                    ..Handshake::default()
                });
                return None;
            }
        };
        let hello = start.client_hello();
        let protocols = hello.alpn().into_iter().flatten();
        let index = gauge.handshake(Handshake {
            server_name: hello.server_name().map(str::to_owned),
            alpn: protocols
                .map(|protocol| String::from_utf8_lossy(protocol).into_owned())
                .collect(),
            ..Handshake::default()
        });
        match start.into_stream(Arc::clone(&self.config)).await {
            Ok(tls) => {
                let version = tls.get_ref().1.protocol_version();
                gauge.change_handshake(index, |handshake| {
                    handshake.version = version.and_then(|version| version.as_str()).map(|name| {
                        // rustls has an underscore instead of the dot.
                        name.replace('_', ".")
                    });
                });
                Some(Stream::Tls(Box::new(tls)))
            }
            Err(error) => {
                gauge.change_handshake(index, |handshake| {
                    handshake.failure = Some(error.to_string());
                });
                None
            }
        }
    }
}
