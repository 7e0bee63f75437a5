//! Opens connections: to the endpoint or to `connect_to`, through a proxy, with TLS.

#[cfg(feature = "proxy")]
pub(crate) mod proxy;
#[cfg(feature = "tokio")]
mod tcp;
#[cfg(feature = "tls")]
pub(crate) mod tls;

use std::{future::poll_fn, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use http::{HeaderValue, Uri};
use hyper::rt::{Read, Write};
use neptunedata::{TransportError, transport::tls_hint::Peer};
use tower_service::Service;

use crate::{
    clock::Clock,
    errors::{self, BoxError},
    io::{BoxedIo, Stream},
};

type Custom = Arc<dyn Fn(Uri) -> BoxFuture<'static, Result<BoxedIo, BoxError>> + Send + Sync>;

/// Opens connections.
pub(crate) struct Connector {
    pub(crate) base: Base,
    /// Where to connect, the proxy if there is one: `http://host:port` or `https://host:port`.
    pub(crate) uri: Uri,
    pub(crate) tcp_receive_buffer: Option<usize>,
    #[cfg(feature = "proxy")]
    pub(crate) tunnel: Option<proxy::Tunnel>,
    /// Set if the proxy forwards the requests.
    pub(crate) forwarding: Option<Forwarding>,
    /// The other end of connections without TLS.
    pub(crate) plain_peer: Option<Peer>,
    /// TLS to the proxy.
    #[cfg(feature = "tls")]
    pub(crate) proxy_tls: Option<tls::Tls>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<tls::Tls>,
}

/// What a proxy needs to forward requests, besides their whole URLs.
#[derive(Clone)]
pub(crate) struct Forwarding {
    pub(crate) authorization: Option<HeaderValue>,
}

/// Opens connections without tunnel and TLS.
pub(crate) enum Base {
    #[cfg(feature = "tokio")]
    Tokio,
    Custom(Custom),
}

impl Base {
    pub(crate) fn custom<S>(service: S) -> Base
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: Read + Write + Send + Unpin + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        Base::Custom(Arc::new(move |uri| {
            let mut service = service.clone();
            Box::pin(async move {
                poll_fn(|cx| service.poll_ready(cx))
                    .await
                    .map_err(Into::into)?;
                let io = service.call(uri).await.map_err(Into::into)?;
                Ok(Box::new(io) as BoxedIo)
            })
        }))
    }
}

impl Connector {
    /// Opens a connection that is ready for a request, to this address if one is given. The caller limits the time.
    pub(crate) async fn connect(
        &self,
        to: Option<SocketAddr>,
        clock: &Clock,
    ) -> Result<Stream, TransportError> {
        let stream = self.connect_base(to, clock).await;
        let stream = stream.map_err(|error| error.with_target(self.authority()))?;
        #[cfg(feature = "tls")]
        let stream = match &self.proxy_tls {
            Some(tls) => {
                let stream = tls.secure(stream).await;
                stream.map_err(|error| error.with_target(self.authority()))?
            }
            None => stream,
        };
        #[cfg(feature = "proxy")]
        let stream = match &self.tunnel {
            Some(tunnel) => tunnel.open(stream).await?,
            None => stream,
        };
        #[cfg(feature = "tls")]
        let stream = match &self.tls {
            Some(tls) => {
                let stream = tls.secure(stream).await;
                stream.map_err(|error| error.with_target(self.peer()))?
            }
            None => stream,
        };
        // The address of the proxy is not that of the server.
        let peer = stream.peer.filter(|_| self.forwarding.is_none());
        Ok(Stream { peer, ..stream })
    }

    async fn connect_base(
        &self,
        to: Option<SocketAddr>,
        clock: &Clock,
    ) -> Result<Stream, TransportError> {
        match &self.base {
            #[cfg(feature = "tokio")]
            Base::Tokio => tcp::connect(&self.uri, to, self.tcp_receive_buffer, clock).await,
            Base::Custom(connect) => {
                // These are for tokio's TCP. The addresses of custom connections are unknown.
                let _ = (clock, to, self.tcp_receive_buffer);
                let io = connect(self.uri.clone()).await;
                Ok(Stream {
                    io: io.map_err(errors::of_connector)?,
                    peer: None,
                    probe: None,
                })
            }
        }
    }

    fn authority(&self) -> &str {
        self.uri
            .authority()
            .map_or("", http::uri::Authority::as_str)
    }

    /// The host and port that connections lead to, through the proxy if there is one.
    pub(crate) fn peer(&self) -> &str {
        #[cfg(feature = "proxy")]
        if let Some(tunnel) = &self.tunnel {
            return &tunnel.authority;
        }
        self.authority()
    }
}
