//! One request and its answer, over one connection, through ureq.
//!
//! ureq reads the answer: length, chunks, end. Heads are read by [`head`](crate::response_head) and shown to it as far as
//! it needs them, and so are bodies in chunks, by [`chunks`](crate::chunks), which picks up the trailers. It is
//! given an agent of its own for each exchange, whose only connection is the one that was leased; see
//! [`wire`](crate::ureq_transport) for what it is told about the request.

use std::{
    fmt, io,
    io::Read,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Uri, header, response::Parts};
use neptunedata::{
    Endpoint, TransportError,
    machine::{Input, Reuse, Transmit},
    transport::{Route, Sent, TransportErrorKind},
};
use ureq::{
    Agent,
    config::Config,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{ConnectionDetails, Connector, NextTimeout},
    },
};

use crate::{
    BuildError,
    cancellation::Purpose,
    connect,
    deadlines::Limits,
    pool::{Lease, Pool},
    ureq_transport::{Progress, Request, UreqTransport},
};

/// The most that is handed on at once.
const PIECE: usize = 64 * 1024;

/// Where requests go, and how.
pub(crate) struct Exchanger {
    pool: Arc<Pool>,
    connector: connect::Connector,
    config: Config,
    /// The endpoint without a path.
    uri: Uri,
    user_agent: HeaderValue,
    max_head_bytes: usize,
}

impl Exchanger {
    pub(crate) fn new(
        endpoint: &Endpoint,
        route: Route,
        options: &neptunedata::transport::ClientOptions,
    ) -> Result<Self, BuildError> {
        let authority = endpoint.host_header().as_bytes();
        let uri = Uri::builder()
            .scheme(if endpoint.is_secure() {
                "https"
            } else {
                "http"
            })
            .authority(authority)
            .path_and_query("/")
            .build()
            .map_err(|error| BuildError::TlsName(error.to_string()))?;
        let agent = options.user_agent(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        // ureq reads the proxy from the environment by default.
        let config = Config::builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .max_response_header_size(options.get_max_head_bytes())
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .build();
        Ok(Exchanger {
            pool: Arc::new(Pool::new(options)),
            connector: connect::Connector::new(endpoint, route, options)?,
            config,
            uri,
            user_agent: HeaderValue::from_str(agent.trim())
                .unwrap_or(HeaderValue::from_static(env!("CARGO_PKG_NAME"))),
            max_head_bytes: options.get_max_head_bytes(),
        })
    }

    /// Sends the request over this connection and reads the head of the answer.
    pub(crate) fn begin(
        &self,
        transmit: Transmit,
        lease: Lease,
        limits: Limits,
    ) -> Result<(Parts, Answer), TransportError> {
        let progress = Progress::new(limits, lease.is_reused());
        let (head, body) = transmit.request.into_parts();
        let shadow = self.shadow(&head);
        let request = Request {
            head: self.written(&head),
            body,
            is_head: head.method == Method::HEAD,
        };
        let wire = UreqTransport::new(lease, Arc::clone(&progress), request, self.max_head_bytes);

        let once = Once(Mutex::new(Some(wire)));
        let agent = Agent::with_parts(self.config.clone(), once, NoResolver);
        match agent.run(shadow) {
            Ok(response) => {
                let (mut parts, body) = response.into_parts();
                // ureq's own notes, which are about its own request.
                parts.extensions.clear();
                parts.headers = progress.take_fields();
                let length = body.content_length().unwrap_or(u64::MAX);
                let piece = usize::try_from(length).unwrap_or(PIECE).clamp(1, PIECE);
                let answer = Answer {
                    body: body.into_reader(),
                    progress,
                    buffer: vec![0; piece],
                };
                Ok((parts, answer))
            }
            Err(error) => Err(broken(&progress, error)),
        }
    }

    /// A connection to send a request over.
    pub(crate) fn lease(
        &self,
        connection: Reuse,
        purpose: Purpose,
        limits: &Limits,
    ) -> Result<Lease, TransportError> {
        let (mut lease, to) = match purpose {
            Purpose::Call => (self.pool.lease(limits)?, None),
            Purpose::Cancel(to) => {
                let late = |kind| TransportError::new(kind, Sent::No);
                limits.left().map_err(late)?;
                (self.pool.lease_extra(), to)
            }
        };
        let fresh = connection == Reuse::Fresh;
        if !fresh && lease.reuse(to) {
            return Ok(lease);
        }
        lease.make_room(fresh && to.is_none());
        let generation = lease.generation();
        let socket = self.connector.connect(to, limits)?;
        lease.put(socket, generation);
        Ok(lease)
    }

    /// What ureq has to know of the request to read the answer: is there a body, may the connection
    /// stay.
    fn shadow(&self, head: &http::request::Parts) -> http::Request<()> {
        let mut shadow = http::Request::new(());
        if head.method == Method::HEAD {
            *shadow.method_mut() = Method::HEAD;
        }
        *shadow.uri_mut() = self.uri.clone();
        for value in head.headers.get_all(header::CONNECTION) {
            let connection = (header::CONNECTION, value.clone());
            shadow.headers_mut().append(connection.0, connection.1);
        }
        shadow
    }

    /// The head as HTTP/1.1 writes it. The core has set `host` and `content-length`.
    fn written(&self, head: &http::request::Parts) -> Vec<u8> {
        let target = head.uri.path_and_query();
        let target = target.map_or("/", |target| target.as_str());
        let mut text = Vec::with_capacity(target.len().saturating_add(1024));
        let mut put =
            |parts: [&[u8]; 4]| parts.iter().for_each(|part| text.extend_from_slice(part));
        let method = head.method.as_str().as_bytes();
        put([method, b" ", target.as_bytes(), b" HTTP/1.1\r\n"]);
        for (name, value) in &head.headers {
            put([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
        }
        if !head.headers.contains_key(header::USER_AGENT) {
            put([b"user-agent", b": ", self.user_agent.as_bytes(), b"\r\n"]);
        }
        text.extend_from_slice(b"\r\n");
        text
    }
}

/// An answer on its way in. Dropping it before its end closes its connection.
pub(crate) struct Answer {
    body: ureq::BodyReader<'static>,
    progress: Arc<Progress>,
    buffer: Vec<u8>,
}

impl Answer {
    /// The next piece of the body.
    pub(crate) fn receive(&mut self) -> Input {
        match self.body.read(&mut self.buffer) {
            Ok(0) => match self.progress.trailers() {
                Ok(trailers) => Input::End(trailers),
                Err(error) => Input::Failure(error),
            },
            Ok(length) => {
                let piece = self.buffer.get(..length).unwrap_or_default();
                Input::Chunk(Bytes::copy_from_slice(piece))
            }
            Err(error) => Input::Failure(broken(&self.progress, error.into())),
        }
    }

    pub(crate) fn set_limits(&self, limits: Limits) {
        self.progress.set_limits(limits);
    }
}

/// What we call an error of ureq's, unless it was us who caused it.
fn broken(progress: &Progress, error: ureq::Error) -> TransportError {
    if let Some(failure) = progress.failure() {
        return failure;
    }
    let kind = match &error {
        ureq::Error::Protocol(_) => TransportErrorKind::Protocol,
        // A head, a chunk or a length without its end.
        ureq::Error::BodyStalled => TransportErrorKind::Closed,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            TransportErrorKind::Closed
        }
        _ => TransportErrorKind::Other,
    };
    progress.error(kind).with_source(error.to_string())
}

/// Hands out the one connection there is.
struct Once(Mutex<Option<UreqTransport>>);

impl Connector for Once {
    type Out = UreqTransport;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<UreqTransport>, ureq::Error> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once")
    }
}

/// The connection is there, so there is nothing to resolve.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
