//! Opens connections: to the endpoint or to `connect_to`, through a proxy, with TLS.

#[cfg(feature = "proxy")]
mod proxy;
#[cfg(feature = "tokio")]
mod tcp;
#[cfg(feature = "tls")]
pub(crate) mod tls;

use std::{future::poll_fn, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper::rt::{Read, Write};
use neptunedata::TransportError;
use tower_service::Service;

use crate::{
    clock::Clock,
    errors::{self, BoxError},
    io::{BoxedIo, Stream},
};

type Custom = Arc<dyn Fn(Uri) -> BoxFuture<'static, Result<BoxedIo, BoxError>> + Send + Sync>;

/// Opens connections.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) base: Base,
    /// The proxy if there is one.
    pub(crate) target: Target,
    #[cfg(feature = "proxy")]
    pub(crate) tunnel: Option<proxy::Tunnel>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<tls::Tls>,
}

/// An address to connect to.
#[derive(Clone)]
pub(crate) struct Target {
    /// A name or an address; IPv6 without brackets.
    #[cfg(feature = "tokio")]
    pub(crate) host: String,
    #[cfg(feature = "tokio")]
    pub(crate) port: u16,
    #[cfg(feature = "tokio")]
    pub(crate) tcp_receive_buffer: Option<usize>,
    /// `http://host:port` or `https://host:port`.
    pub(crate) uri: Uri,
}

impl Target {
    fn authority(&self) -> &str {
        self.uri
            .authority()
            .map_or("", |authority| authority.as_str())
    }
}

/// Opens connections without tunnel and TLS.
#[derive(Clone)]
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

    async fn connect(
        &self,
        target: &Target,
        to: Option<SocketAddr>,
        clock: &Clock,
    ) -> Result<Stream, TransportError> {
        match self {
            #[cfg(feature = "tokio")]
            Base::Tokio => tcp::connect(target, to, clock).await,
            Base::Custom(connect) => {
                // The addresses of custom connections are unknown.
                let _ = (clock, to);
                let io = connect(target.uri.clone())
                    .await
                    .map_err(errors::of_connector)?;
                Ok(Stream {
                    io,
                    peer: None,
                    probe: None,
                })
            }
        }
    }
}

impl Connector {
    /// Opens a connection that is ready for a request, to this address if one is given. The caller limits the time.
    pub(crate) async fn connect(
        &self,
        to: Option<SocketAddr>,
        clock: &Clock,
    ) -> Result<Stream, TransportError> {
        let of_target = |error: TransportError| error.with_target(self.target.authority());
        let stream = self.base.connect(&self.target, to, clock).await;
        let stream = stream.map_err(of_target)?;
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
        Ok(stream)
    }

    /// The host and port that connections lead to, through the proxy if there is one.
    pub(crate) fn peer(&self) -> &str {
        #[cfg(feature = "proxy")]
        if let Some(tunnel) = &self.tunnel {
            return tunnel.authority();
        }
        self.target.authority()
    }
}

#[cfg(feature = "proxy")]
pub(crate) use proxy::Tunnel;
