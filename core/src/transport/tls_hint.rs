//! Hints about failed TLS handshakes, for [`TransportError::with_hint`].

use crate::error::{Sent, TransportError, TransportErrorKind};

/// The other end of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// The server: the endpoint, or what [`connect_to`](super::ClientOptions::connect_to) leads to.
    Server,
    /// The proxy.
    Proxy,
}

impl Peer {
    /// The hint if the peer responds to plain HTTP with a TLS alert.
    pub(super) fn expects_tls(self) -> &'static str {
        match self {
            Peer::Server => "the server speaks TLS on this port: write https://",
            Peer::Proxy => "the proxy speaks TLS on this port: write https:// in the proxy's URL",
        }
    }

    /// The error of a handshake in which the first bytes of the peer were not TLS.
    pub fn not_tls(self) -> TransportError {
        let hint = match self {
            Peer::Server => {
                "the server does not speak TLS on this port: check the port, or write http:// if it speaks plain HTTP"
            }
            Peer::Proxy => {
                "the proxy does not speak TLS on this port: check the port, or write http:// in the proxy's URL"
            }
        };
        TransportError::new(TransportErrorKind::Tls, Sent::No)
            .with_source("the response is not TLS")
            .with_hint(hint)
    }

    /// The hint if the issuer of the peer's certificate is unknown.
    pub fn unknown_issuer(self) -> &'static str {
        match self {
            Peer::Server => {
                "the issuer of the certificate is not trusted: set ClientOptions::root_certificates if the server's \
                 certificate is from a private CA"
            }
            Peer::Proxy => {
                "the issuer of the proxy's certificate is not trusted: add it to ClientOptions::root_certificates"
            }
        }
    }

    /// The hint if the peer's certificate is for another name.
    pub fn other_name(self) -> &'static str {
        match self {
            Peer::Server => {
                "the certificate is for another name: write that name in the endpoint, and set ClientOptions::connect_to \
                 to connect elsewhere; or set ClientOptions::tls_server_name to the name of a load balancer"
            }
            Peer::Proxy => {
                "the proxy's certificate is for another name: write that name in the proxy's URL"
            }
        }
    }
}
