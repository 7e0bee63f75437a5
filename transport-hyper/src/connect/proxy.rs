//! Connections through an HTTP proxy, by `CONNECT`.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use http::{
    HeaderValue, Method, Request, Response,
    header::{HOST, PROXY_AUTHORIZATION},
};
use hyper::{body::Incoming, client::conn::http1};
use neptunedata::{
    TransportError,
    transport::{Proxy, TransportErrorKind, not_http, proxy_refused, tls_hint::Peer},
};

use crate::{
    RequestBody,
    errors::{self, BoxError},
    io::{BoxedIo, Observed, Stream, Traffic},
};

/// The maximum size of the head of a proxy's response. Longer ones are not from a proxy.
const MAX_HEAD_BYTES: usize = 16 * 1024;

const CLOSED: &str = "the proxy closed the connection";

/// How to open a tunnel through a proxy.
#[derive(Clone)]
pub(crate) struct Tunnel {
    /// The host and port at its end.
    pub(super) authority: String,
    authorization: Option<HeaderValue>,
    /// The connection to the proxy has no TLS.
    is_plain: bool,
}

impl Tunnel {
    /// A tunnel to `authority`, a host with its port.
    pub(crate) fn new(proxy: &Proxy, authority: &str) -> Tunnel {
        Tunnel {
            authority: authority.to_owned(),
            authorization: proxy.authorization(),
            is_plain: !proxy.is_secure(),
        }
    }

    /// Opens the tunnel over a connection to the proxy.
    pub(crate) async fn open(&self, stream: Stream) -> Result<Stream, TransportError> {
        let traffic = Arc::<Traffic>::default();
        let io = Observed {
            io: stream.io,
            traffic: Arc::clone(&traffic),
        };
        let (response, io) = self.connect(io).await.map_err(|error| {
            let error = errors::not_sent(TransportErrorKind::Connect, error);
            let peer = Some(Peer::Proxy).filter(|_| self.is_plain);
            not_http(error, &traffic.start(), peer).with_target(&self.authority)
        })?;
        let status = response.status();
        if status.is_success() {
            return Ok(Stream {
                io,
                // The address of the proxy is not that of the server.
                peer: None,
                probe: stream.probe,
            });
        }
        Err(proxy_refused(status).with_target(&self.authority))
    }

    /// Sends the request to the proxy, and returns its response and the connection.
    async fn connect(&self, io: Observed) -> Result<(Response<Incoming>, BoxedIo), BoxError> {
        let mut request = Request::builder()
            .method(Method::CONNECT)
            .uri(&self.authority)
            .header(HOST, &self.authority);
        if let Some(authorization) = &self.authorization {
            request = request.header(PROXY_AUTHORIZATION, authorization);
        }
        let (mut sender, mut connection) = http1::Builder::new()
            .max_header_size(MAX_HEAD_BYTES)
            .handshake(io)
            .await
            .map_err(failure)?;
        let mut response = pin!(sender.send_request(request.body(RequestBody::default())?));
        let response = poll_fn(|cx| {
            let has_ended = connection.poll_without_shutdown(cx).is_ready();
            match response.as_mut().poll(cx) {
                Poll::Pending if has_ended => Poll::Ready(None),
                response => response.map(Some),
            }
        });
        let response = response.await.ok_or(CLOSED)?.map_err(failure)?;
        let parts = connection.into_parts();
        if !parts.read_buf.is_empty() && response.status().is_success() {
            // Servers wait for the client, in TLS as in HTTP.
            return Err("the proxy sent data after its response".into());
        }
        Ok((response, parts.io.io))
    }
}

/// Says that a failure is the proxy's.
fn failure(error: hyper::Error) -> BoxError {
    if error.is_parse_too_large() {
        "the proxy's response is too long".into()
    } else if error.is_parse() {
        "the proxy's response is not valid HTTP".into()
    } else if error.is_incomplete_message() {
        CLOSED.into()
    } else {
        error.into()
    }
}
