//! Any HTTP service as the transport.

use std::{
    convert::Infallible,
    fmt,
    future::poll_fn,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use futures_util::future::BoxFuture;
use http::{HeaderMap, Request, Response, response};
use hyper::body::{Body, Frame, SizeHint};
use neptunedata::{
    TransportError,
    transport::{Sent, TransportErrorKind},
};
use tower_service::Service;

use crate::{
    errors::{self, BoxError},
    round_trip::{BodyPart, RoundTrip},
};

/// The complete body of a request, in one frame. `RequestBody` is not `Clone`, so that layers of a
/// [service](crate::ClientBuilder::service) cannot send a request twice.
#[derive(Default)]
pub struct RequestBody(Option<Bytes>);

impl RequestBody {
    pub(crate) fn new(bytes: Bytes) -> RequestBody {
        RequestBody(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    /// The bytes of the body, without copying them.
    pub fn into_bytes(self) -> Bytes {
        self.0.unwrap_or_default()
    }

    fn len(&self) -> usize {
        self.0.as_ref().map_or(0, Bytes::len)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.take().map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.len()).unwrap_or(u64::MAX))
    }
}

impl From<RequestBody> for Bytes {
    fn from(body: RequestBody) -> Bytes {
        body.into_bytes()
    }
}

/// Shows only the length: bodies contain queries.
impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestBody({} bytes)", self.len())
    }
}

/// Prepares a round trip when the service is ready for its request, each over a clone of the service.
pub(crate) type HttpService =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Box<dyn RoundTrip>, TransportError>> + Send + Sync>;

pub(crate) fn http_service<S, B>(service: S) -> HttpService
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    Arc::new(move || {
        let mut service = service.clone();
        Box::pin(async move {
            let ready = poll_fn(|cx| service.poll_ready(cx)).await;
            ready.map_err(|error| errors::of_service(error.into(), Sent::No))?;
            Ok(Box::new(ServiceRoundTrip::Ready(service)) as Box<dyn RoundTrip>)
        })
    })
}

/// A request to a service, and its response.
enum ServiceRoundTrip<S: Service<Request<RequestBody>>, B> {
    Ready(S),
    Head(Pin<Box<S::Future>>),
    Body(Pin<Box<B>>),
}

impl<S, B> RoundTrip for ServiceRoundTrip<S, B>
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Send,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send,
    B::Error: Into<BoxError>,
{
    fn peer(&self) -> Option<SocketAddr> {
        None
    }

    fn send(&mut self, request: Request<Bytes>) {
        if let ServiceRoundTrip::Ready(service) = self {
            let head = service.call(request.map(RequestBody::new));
            *self = ServiceRoundTrip::Head(Box::pin(head));
        }
    }

    fn sent(&self) -> Sent {
        match self {
            ServiceRoundTrip::Ready(_) => Sent::No,
            ServiceRoundTrip::Head(_) | ServiceRoundTrip::Body(_) => Sent::Maybe,
        }
    }

    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<response::Parts, TransportError>> {
        let ServiceRoundTrip::Head(head) = self else {
            return Poll::Ready(Err(errors::out_of_order()));
        };
        Poll::Ready(match ready!(head.as_mut().poll(cx)) {
            Ok(response) => {
                let (head, body) = response.into_parts();
                *self = ServiceRoundTrip::Body(Box::pin(body));
                Ok(head)
            }
            Err(error) => Err(errors::of_service(error.into(), Sent::Maybe)),
        })
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<BodyPart, TransportError>> {
        let ServiceRoundTrip::Body(body) = self else {
            return Poll::Ready(Err(errors::out_of_order()));
        };
        Poll::Ready(match ready!(body.as_mut().poll_frame(cx)) {
            None => Ok(BodyPart::End(HeaderMap::new())),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(mut data) => Ok(BodyPart::Chunk(data.copy_to_bytes(data.remaining()))),
                Err(frame) => match frame.into_trailers() {
                    Ok(trailers) => Ok(BodyPart::End(trailers)),
                    Err(_) => {
                        let error = TransportError::new(TransportErrorKind::Protocol, Sent::Maybe);
                        Err(error.with_source("a frame that is neither data nor trailers"))
                    }
                },
            },
            Some(Err(error)) => Err(errors::of_service(error.into(), Sent::Maybe)),
        })
    }

    fn finish(self: Box<Self>, _cx: &mut Context<'_>) {}
}
