//! One request and its response, by ureq.

use std::{
    io::{self, Read},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri,
    header::{AUTHORIZATION, CONNECTION, PROXY_AUTHORIZATION, TE, USER_AGENT},
    response::Parts,
};
use neptunedata::{
    Endpoint, TransportError,
    machine::{Input, Transmit},
    transport::{
        ClientOptions, Proxy, ProxyError, Purpose, Route, RouteError, Sent, TransportErrorKind,
        check_framing, proxy_refused,
    },
};
use ureq::{Agent, AsSendBody, config::Config};

use crate::{
    BuildError, connect,
    deadlines::Limits,
    observation::{Body, Observation},
    pool::{Permit, Pool},
    tls::{self, Tls},
};

/// The maximum size of a part of a body.
const MAX_PART: usize = 64 * 1024;
/// The maximum size of the first part. Most bodies are not longer, and a larger buffer takes longer to fill with zeros.
const MAX_FIRST_PART: usize = 4 * 1024;
/// The longest line in the head of a request, which ureq writes into its buffer as a whole. The core limits URLs to 64
/// KiB, to which method and version are added.
const MAX_LINE: usize = 72 * 1024;
/// ureq panics if a buffer grows beyond 100 MB.
const MAX_BUFFER: usize = 64 * 1024 * 1024;

/// Sends requests to one endpoint.
pub(crate) struct UreqTransport {
    agent: Agent,
    /// The agent's connections are [observed](crate::connection). Those of a caller's agent are not.
    is_observed: bool,
    /// The proxy, if it forwards the requests.
    forwarder: Option<Proxy>,
    pool: Arc<Pool>,
    user_agent: HeaderValue,
}

impl UreqTransport {
    /// Sends requests with an agent of its own.
    pub(crate) fn new(
        endpoint: &Endpoint,
        route: &Route,
        options: &ClientOptions,
    ) -> Result<Self, BuildError> {
        let max_head = options.get_max_head_bytes();
        let mut config = Config::builder()
            // By default, ureq reads the proxy from the environment.
            .proxy(proxy(route)?)
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .max_idle_connections(options.get_max_connections())
            .max_idle_connections_per_host(options.get_max_connections())
            .max_idle_age(options.get_idle_timeout())
            .max_response_header_size(max_head)
            // The longest head, and one byte more, which shows that a head is too long.
            .input_buffer_size(max_head.saturating_add(1).clamp(MAX_PART, MAX_BUFFER))
            .output_buffer_size(MAX_LINE)
            .user_agent("")
            .accept("")
            .accept_encoding("");
        let proxy = route.proxy.as_ref().filter(|proxy| proxy.is_secure());
        let names = [
            proxy.map(Proxy::host),
            Some(&*route.tls_name).filter(|_| endpoint.is_secure()),
        ];
        let mut tls = None;
        for name in names.into_iter().flatten() {
            tls::check_name(name)?;
            let shared = Tls::shared(options.get_root_certificates())?;
            config = config.tls_config(shared.config());
            tls = Some(shared);
        }
        let pool = Arc::new(Pool::new(options));
        let for_agent = Arc::clone(&pool);
        let agent = connect::agent(config.build(), for_agent, endpoint, route, tls, options)?;
        Ok(UreqTransport {
            agent,
            is_observed: true,
            forwarder: route.proxy.clone().filter(|_| route.forwarded),
            pool,
            user_agent: user_agent(options),
        })
    }

    /// Sends requests with this agent of the caller.
    pub(crate) fn with_agent(agent: Agent, options: &ClientOptions) -> Self {
        UreqTransport {
            agent,
            is_observed: false,
            forwarder: None,
            pool: Arc::new(Pool::new(options)),
            user_agent: user_agent(options),
        }
    }

    /// Sends a request and reads the head of its response. Also returns [`Input::Sending`] if the request was given to a
    /// connection.
    pub(crate) fn send(
        &self,
        transmit: Transmit,
        purpose: Purpose,
        limits: Limits,
    ) -> (Option<Input>, Result<(Parts, Response), TransportError>) {
        let observation = Observation::new(limits, purpose, transmit.reuse);
        let result = self.begin(transmit, &observation);
        let state = observation.state();
        (
            state.has_begun.then_some(Input::Sending(state.peer)),
            result,
        )
    }

    fn begin(
        &self,
        transmit: Transmit,
        observation: &Arc<Observation>,
    ) -> Result<(Parts, Response), TransportError> {
        let (limits, purpose) = {
            let state = observation.state();
            (state.limits, state.purpose)
        };
        let permit = match purpose {
            Purpose::Call => Some(self.pool.acquire(&limits)?),
            Purpose::Cancel(_) => None,
        };
        self.pool.begin(transmit.reuse, purpose);
        let (mut head, body) = transmit.request.into_parts();
        head.headers
            .entry(USER_AGENT)
            .or_insert_with(|| self.user_agent.clone());
        if self.is_observed {
            let mut state = observation.state();
            state.has_body = !body.is_empty();
            if let Some(proxy) = &self.forwarder {
                state.origin = origin(&head.uri);
                let authorization = proxy.authorization();
                let field = authorization.map(|value| (PROXY_AUTHORIZATION, value));
                head.headers.extend(field);
            }
            state.secrets = take_secrets(&mut head.headers);
        } else {
            // Do not announce support for trailers: the client does not see those of an agent's responses.
            // Both headers are unsigned.
            head.headers.remove(TE);
            if head
                .headers
                .get(CONNECTION)
                .is_some_and(|value| value == "te")
            {
                head.headers.remove(CONNECTION);
            }
            let mut state = observation.state();
            state.has_begun = true;
            state.is_sent = true;
        }
        let result = if body.is_empty() {
            self.run(Request::from_parts(head, ()), observation)
        } else {
            self.run(Request::from_parts(head, body.as_ref()), observation)
        };
        let (mut parts, body) = result
            .map_err(|error| failure(observation, error))?
            .into_parts();
        if self.forwarder.is_some() && parts.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(proxy_refused(parts.status));
        }
        // ureq adds extensions of its own.
        parts.extensions.clear();
        if let Err(reason) = check_framing(&parts) {
            let error = observation.state().error(TransportErrorKind::Protocol);
            return Err(error.with_source(reason));
        }
        let length = body.content_length().unwrap_or(u64::MAX);
        let max_part = usize::try_from(length)
            .unwrap_or(MAX_PART)
            .clamp(1, MAX_PART);
        let response = Response {
            body: body.into_reader(),
            observation: Arc::clone(observation),
            buffer: vec![0; max_part.min(MAX_FIRST_PART)],
            max_part,
            _permit: permit,
        };
        Ok((parts, response))
    }

    fn run(
        &self,
        request: Request<impl AsSendBody>,
        observation: &Arc<Observation>,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        if self.is_observed {
            return observation.during(|| self.agent.run(request));
        }
        let limits = observation.state().limits;
        let left = limits.left().unwrap_or(Some(Duration::ZERO));
        let of_agent = self.agent.config().timeouts().global;
        let request = self.agent.configure_request(request);
        let request = request
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .accept("")
            .accept_encoding("")
            .timeout_global(left.into_iter().chain(of_agent).min())
            .build();
        self.agent.run(request)
    }
}

/// A response. Dropping it before the end of its body closes its connection.
pub(crate) struct Response {
    // Declared before the permit, so that the connection is closed, or idle, before another one is opened.
    body: ureq::BodyReader<'static>,
    observation: Arc<Observation>,
    buffer: Vec<u8>,
    /// The size to which the buffer grows, unless the parts are shorter.
    max_part: usize,
    _permit: Option<Permit>,
}

impl Response {
    /// The next part of the body.
    pub(crate) fn receive(&mut self) -> Input {
        let Response {
            body,
            observation,
            buffer,
            ..
        } = self;
        match observation.during(|| body.read(buffer)) {
            Ok(0) => self.end(),
            Ok(length) => {
                let part = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
                if length == buffer.len() {
                    let size = length.saturating_mul(4).min(self.max_part);
                    buffer.resize(size, 0);
                }
                Input::Chunk(part)
            }
            Err(error) => Input::Failure(failure(&self.observation, error.into())),
        }
    }

    fn end(&self) -> Input {
        let state = self.observation.state();
        let Some(Body::Chunked(chunks)) = &state.body else {
            return Input::End(HeaderMap::new());
        };
        match chunks.trailers() {
            Ok(trailers) => Input::End(trailers),
            Err(error) => Input::Failure(state.error(error.kind()).with_source(error)),
        }
    }

    pub(crate) fn set_limits(&self, limits: Limits) {
        self.observation.state().limits = limits;
    }
}

/// The failure that the connection has noted, else what ureq reports.
fn failure(observation: &Observation, error: ureq::Error) -> TransportError {
    use ureq::{Error, Timeout};
    let mut state = observation.state();
    if let Some(failure) = state.take_failure() {
        return failure;
    }
    let kind = match &error {
        Error::LargeResponseHeader(..) => TransportErrorKind::HeadTooLarge,
        // If nothing was sent, this error means that ureq rejects the request: `Other`.
        Error::Protocol(_) if state.is_sent => TransportErrorKind::Protocol,
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => TransportErrorKind::ConnectTimeout,
        Error::Timeout(_) => TransportErrorKind::Timeout,
        Error::HostNotFound => TransportErrorKind::Dns,
        // The proxy refused the tunnel, so the request was not sent.
        Error::ConnectProxyFailed(_) => TransportErrorKind::Connect,
        Error::BodyStalled => TransportErrorKind::Closed,
        Error::Io(error) => match error.kind() {
            // Only opening a connection fails like this.
            io::ErrorKind::ConnectionRefused => TransportErrorKind::Connect,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => TransportErrorKind::Closed,
            _ => TransportErrorKind::Other,
        },
        _ => TransportErrorKind::Other,
    };
    let failure = match kind {
        TransportErrorKind::Connect
        | TransportErrorKind::ConnectTimeout
        | TransportErrorKind::Dns => TransportError::new(kind, Sent::No),
        _ => state.error(kind),
    };
    // A request that ureq rejects before it sends anything would be rejected in each attempt.
    let is_permanent = matches!(error, Error::Protocol(_)) && !state.is_sent;
    let failure = failure.with_source(error.to_string());
    if is_permanent {
        failure.permanent()
    } else {
        failure
    }
}

/// Scheme and authority of a URL.
fn origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{scheme}://{authority}")
}

/// The header fields that ureq must not log, as lines, taken out of the head.
fn take_secrets(headers: &mut HeaderMap) -> Vec<u8> {
    static TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
    let is_secret = |name: &HeaderName, value: &HeaderValue| {
        value.is_sensitive() || *name == AUTHORIZATION || *name == TOKEN
    };
    let mut lines = Vec::new();
    let mut names = Vec::new();
    for (name, value) in headers
        .iter()
        .filter(|(name, value)| is_secret(name, value))
    {
        let parts = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
        lines.reserve(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            lines.extend_from_slice(part);
        }
        names.push(name.clone());
    }
    for name in names {
        headers.remove(name);
    }
    lines
}

fn user_agent(options: &ClientOptions) -> HeaderValue {
    options.user_agent(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

/// The proxy through which ureq opens tunnels.
fn proxy(route: &Route) -> Result<Option<ureq::Proxy>, BuildError> {
    let Some(proxy) = &route.proxy else {
        return Ok(None);
    };
    if cfg!(not(feature = "proxy")) {
        return Err(BuildError::ProxyUnavailable);
    }
    if route.forwarded {
        return Ok(None);
    }
    let protocol = if proxy.is_secure() {
        ureq::ProxyProtocol::Https
    } else {
        ureq::ProxyProtocol::Http
    };
    let address = proxy.address();
    // An IPv6 address is in brackets.
    let host = address.rsplit_once(':').map_or(&*address, |(host, _)| host);
    let mut builder = ureq::Proxy::builder(protocol).host(host).port(proxy.port());
    if let Some((name, password)) = proxy.user() {
        builder = builder.username(name).password(password);
    }
    // The core has checked the host and port.
    builder
        .build()
        .map(Some)
        .map_err(|_| BuildError::Route(RouteError::Proxy(ProxyError::Address)))
}
