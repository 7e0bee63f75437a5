//! One request and its response, and what carries them: the connection pool or a service.

use std::{
    fmt,
    net::SocketAddr,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, response};
use neptunedata::{
    TransportError,
    machine::Reuse,
    transport::{Purpose, Sent},
};

use crate::{pool::Pool, service::HttpService};

/// What carries the requests of a client.
pub(crate) enum Transport {
    Pool(Pool),
    Service(HttpService),
}

impl Transport {
    /// Prepares for a request: a connection is open, or the service is ready. Nothing has been sent.
    pub(crate) async fn connect(
        &self,
        reuse: Reuse,
        purpose: Purpose,
    ) -> Result<Box<dyn RoundTrip>, TransportError> {
        match self {
            Transport::Pool(pool) => Ok(Box::new(pool.lease(reuse, purpose).await?)),
            // The service decides about connections.
            Transport::Service(service) => service().await,
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Transport::Pool(pool) => pool.fmt(f),
            Transport::Service(_) => f.write_str("Service"),
        }
    }
}

/// A part of a response body.
pub(crate) enum BodyPart {
    Chunk(Bytes),
    End(HeaderMap),
}

/// One request and its response. The methods are called in this order: `send`, `poll_head` until the head is
/// there, `poll_body` until the end, `finish`. Dropping it earlier closes its connection.
pub(crate) trait RoundTrip: Send {
    /// The address of the server, if it is known.
    fn peer(&self) -> Option<SocketAddr>;

    /// Takes a request. Polling for the head sends it.
    fn send(&mut self, request: Request<Bytes>);

    /// Whether the server can have received the whole request.
    fn sent(&self) -> Sent;

    /// The head of the response.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<response::Parts, TransportError>>;

    /// The next part of the response body.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<BodyPart, TransportError>>;

    /// Ends a round trip whose response was read to its end. The connection may serve another request.
    fn finish(self: Box<Self>, cx: &mut Context<'_>);
}
