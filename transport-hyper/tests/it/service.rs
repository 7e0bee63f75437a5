//! HTTP services as the transport: the emulator in process, hyper-util's client, layers of tower.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Future, pending, ready},
    io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime},
};

use hyper::body::{Body, Frame};
use hyper_util::{client::legacy, rt::TokioExecutor};
use neptunedata_emulator::{Config, Emulator, Now, PlannedFault, QueryScript, Server};
use neptunedata_hyper::{
    BuildError, Client, ClientBuilder, Endpoint, Error, ExceptionKind, RequestBody, TransportError,
    bytes::Bytes,
    gremlin::ExecuteGremlinQuery,
    http::{HeaderMap, HeaderValue, Request, Response, StatusCode},
    opencypher::ExecuteOpenCypherQuery,
    serde_json::{Value, json},
    transport::{ClientOptions, Proxy, RootCertificates, Sent, TransportErrorKind},
};
use tower::{ServiceBuilder, service_fn};
use tower_service::Service;

use crate::support::*;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A response body of these frames and errors. Counts the frames that were taken.
#[derive(Default)]
struct Frames {
    frames: VecDeque<Result<Frame<Bytes>, BoxError>>,
    taken: Arc<AtomicUsize>,
}

impl Frames {
    fn of<D: Into<Bytes>>(data: impl IntoIterator<Item = D>) -> Frames {
        let frames = data.into_iter().map(|data| Ok(Frame::data(data.into())));
        Frames {
            frames: frames.collect(),
            ..Frames::default()
        }
    }

    fn trailers(mut self, trailers: HeaderMap) -> Frames {
        self.frames.push_back(Ok(Frame::trailers(trailers)));
        self
    }

    fn error(mut self, error: impl Into<BoxError>) -> Frames {
        self.frames.push_back(Err(error.into()));
        self
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(self.frames.pop_front())
    }
}

fn healthy() -> Response<Frames> {
    Response::new(Frames::of([HEALTHY]))
}

/// The emulator in process.
#[derive(Clone, Default)]
struct InProcess(Arc<Mutex<Emulator>>);

impl InProcess {
    fn with<T>(&self, run: impl FnOnce(&mut Emulator) -> T) -> T {
        run(&mut self.0.lock().unwrap())
    }
}

impl Service<Request<RequestBody>> for InProcess {
    type Response = Response<Frames>;
    type Error = io::Error;
    type Future = BoxFuture<io::Result<Response<Frames>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        assert_eq!(request.uri().host(), Some("db.cluster.test"));
        let request = request.map(RequestBody::into_bytes);
        let now = Now::new(SystemTime::now(), Duration::ZERO);
        let outcome = self.with(|emulator| emulator.handle(request, now));
        let Some(response) = outcome.into_response() else {
            // A query that does not end, or a connection that is closed.
            return Box::pin(ready(Err(io::ErrorKind::ConnectionReset.into())));
        };
        let body = Frames::of(response.pieces()).trailers(response.trailers);
        let response = Response::from_parts(response.head, body);
        Box::pin(async move {
            // As from a network.
            tokio::task::yield_now().await;
            Ok(response)
        })
    }
}

fn cluster() -> ClientBuilder {
    let endpoint = Endpoint::parse("https://db.cluster.test:8182").unwrap();
    Client::builder(endpoint.with_region(REGION).unwrap())
        .unsigned()
        .options(quick())
}

/// A client of a service that counts its requests.
fn over<F>(serve: F) -> (Client, Arc<AtomicUsize>)
where
    F: Fn(usize) -> BoxFuture<Result<Response<Frames>, BoxError>> + Send + Sync + 'static,
{
    let (serve, requests) = (Arc::new(serve), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&requests);
    let service =
        service_fn(move |_: Request<RequestBody>| serve(count.fetch_add(1, Ordering::SeqCst) + 1));
    (cluster().service(service).build().unwrap(), requests)
}

fn responds(body: Frames) -> BoxFuture<Result<Response<Frames>, BoxError>> {
    Box::pin(ready(Ok(Response::new(body))))
}

fn fails(error: impl Into<BoxError>) -> BoxFuture<Result<Response<Frames>, BoxError>> {
    Box::pin(ready(Err(error.into())))
}

#[tokio::test]
async fn signed_calls_to_an_emulator_in_process() {
    let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    let service = InProcess(Arc::new(Mutex::new(Emulator::new(config))));
    let client = cluster()
        .credentials(credentials())
        .service(service.clone())
        .build()
        .unwrap();
    let status = client.send(&status()).await.unwrap();
    assert_eq!(status.status.as_deref(), Some("healthy"));
    client.send(&start("job")).await.unwrap();
    let error = client.send(&start("job")).await.unwrap_err();
    assert!(error.service().is_some(), "{error}");
    service.with(|emulator| {
        let headers = &emulator.log()[1].headers;
        assert_eq!(headers["host"], "db.cluster.test:8182");
        let agent = headers["user-agent"].to_str().unwrap();
        assert!(agent.starts_with("neptunedata-hyper/"), "{agent}");
        assert_eq!(emulator.executed("StartMLModelTrainingJob"), 1);
    });
    assert!(format!("{client:?}").contains("transport: Service"));
}

#[tokio::test]
async fn an_exception_and_a_lost_response() {
    let service = InProcess::default();
    let client = cluster().service(service.clone()).build().unwrap();
    let too_many = || PlannedFault::error("TooManyRequestsException", "later").times(1);
    service.with(|emulator| emulator.fail_next(too_many()));
    assert_eq!(attempts(client.call(&start("a")).send().await), 2);

    // A read is sent again, a write is not.
    service.with(|emulator| emulator.fail_next(PlannedFault::executed_but_closed().times(1)));
    assert_eq!(attempts(client.call(&status()).send().await), 2);
    service.with(|emulator| emulator.fail_next(PlannedFault::executed_but_closed().times(1)));
    let error = client.send(&start("b")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Closed);
    assert!(error.may_have_executed());
    assert_eq!(error.attempts(), 1);
    service.with(|emulator| assert_eq!(emulator.executed("StartMLModelTrainingJob"), 2));
}

fn attempts<T>(result: Result<neptunedata_hyper::CallOutput<T>, Error>) -> u32 {
    result.unwrap().meta.attempts
}

/// A query that fails in the middle of its rows.
fn failing_query() -> QueryScript {
    let query = QueryScript::open_cypher().rows([json!({"n": 1}), json!({"n": 2})]);
    query.fail_after(1, "TimeLimitExceededException", "too long")
}

#[track_caller]
fn assert_timed_out(error: &Error) {
    let is_timeout = error.is_exception(ExceptionKind::TimeLimitExceededException);
    assert!(is_timeout, "{error:?}");
}

#[tokio::test]
async fn trailers_are_read() {
    let service = InProcess::default();
    service.with(|emulator| {
        emulator.script(failing_query().appended(false).trailers(true));
    });
    let client = cluster().service(service).build().unwrap();
    let query = ExecuteOpenCypherQuery::new("MATCH (n) RETURN n");
    let error = client.call(&query).max_attempts(1).send().await;
    let error = error.unwrap_err();
    assert_timed_out(&error);

    // Also after a body that looks complete.
    let (client, _) = over(|_| {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-neptune-status", HeaderValue::from_static("500"));
        responds(Frames::of([r#"{"results":[]}"#]).trailers(trailers))
    });
    let error = client.call(&query).max_attempts(1).send().await;
    let error = error.unwrap_err();
    let status = error.service().unwrap().status;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn what_errors_say_about_the_request() {
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let not_sent = || TransportError::new(TransportErrorKind::Dns, Sent::No);
    let (lost, never) = ((1, true), (3, false));
    for (case, expected, kind) in [
        (0, lost, TransportErrorKind::Closed),
        (1, lost, TransportErrorKind::Other),
        (2, never, TransportErrorKind::Connect),
        (3, never, TransportErrorKind::Dns),
    ] {
        let (client, requests) = over(move |_| match case {
            0 => fails(reset()),
            1 => fails("something else"),
            2 => fails(io::Error::other(refused())),
            _ => fails(not_sent()),
        });
        let error = client.send(&start("a")).await.unwrap_err();
        assert_kind(&error, kind);
        let seen = (error.attempts(), error.may_have_executed());
        assert_eq!(seen, expected, "{error:?}");
        let requests = requests.load(Ordering::SeqCst);
        assert_eq!(requests, usize::try_from(expected.0).unwrap());
    }

    // A response that breaks off was an answer to a request.
    let (client, _) = over(move |_| responds(Frames::of(["{"]).error(refused())));
    let error = client.send(&start("a")).await.unwrap_err();
    assert_eq!((error.attempts(), error.may_have_executed()), lost);
}

/// Becomes ready at this time, if ever, or fails.
#[derive(Clone)]
struct Readiness(Option<io::ErrorKind>);

impl Service<Request<RequestBody>> for Readiness {
    type Response = Response<Frames>;
    type Error = io::Error;
    type Future = BoxFuture<io::Result<Response<Frames>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {
            Some(kind) => Poll::Ready(Err(kind.into())),
            None => Poll::Pending,
        }
    }

    fn call(&mut self, _: Request<RequestBody>) -> Self::Future {
        panic!("the service is not ready")
    }
}

#[tokio::test]
async fn a_service_that_does_not_become_ready() {
    let options = || quick().attempt_timeout(SHORT);
    let never = cluster().service(Readiness(None)).options(options());
    let error = never.build().unwrap().send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Timeout);
    assert_eq!((error.attempts(), error.may_have_executed()), (3, false));

    let broken = cluster().service(Readiness(Some(io::ErrorKind::BrokenPipe)));
    let error = broken.build().unwrap().send(&start("a")).await.unwrap_err();
    assert_eq!((error.attempts(), error.may_have_executed()), (3, false));
}

#[tokio::test]
async fn time_limits() {
    let (client, requests) = over(|_| Box::pin(pending()));
    let begun = Instant::now();
    let call = client.call(&status()).attempt_timeout(SHORT).send().await;
    let error = call.unwrap_err();
    assert_kind(&error, TransportErrorKind::Timeout);
    assert_eq!((error.attempts(), requests.load(Ordering::SeqCst)), (3, 3));
    let call = client.call(&start("a")).timeout(SHORT).send().await;
    let error = call.unwrap_err();
    assert_kind(&error, TransportErrorKind::Deadline);
    assert!(error.may_have_executed());
    assert!(begun.elapsed() >= SHORT * 4 && begun.elapsed() < LONG);
}

#[tokio::test]
async fn a_dropped_future_drops_that_of_the_service() {
    let futures = Arc::new(());
    let shared = Arc::clone(&futures);
    let (client, requests) = over(move |number| {
        let future = Arc::clone(&shared);
        Box::pin(async move {
            let _future = future;
            if number == 1 {
                pending::<()>().await;
            }
            Ok(healthy())
        })
    });
    let status = status();
    let brief = tokio::time::timeout(SHORT, client.send(&status));
    assert!(brief.await.is_err());
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    // Those of the test and of the service.
    assert_eq!(Arc::strong_count(&futures), 2);
    client.send(&status).await.unwrap();
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_abandoned_query_is_cancelled() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&seen);
    let service = service_fn(move |request: Request<RequestBody>| {
        let is_query = request.uri().path() == "/gremlin";
        paths.lock().unwrap().push(request.uri().path().to_owned());
        async move {
            if is_query {
                pending::<()>().await;
            }
            Ok::<_, Infallible>(Response::new(Frames::of([r#"{"status":"200 OK"}"#])))
        }
    });
    let client = cluster().service(service).build().unwrap();
    let query = ExecuteGremlinQuery::new("g.V().count()");
    let call = client.call(&query).cancel_on_abandon(true).send();
    assert!(tokio::time::timeout(SHORT, call).await.is_err());
    client.flush_cancellations().await;
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[1].starts_with("/gremlin/status"), "{seen:?}");
}

#[tokio::test]
async fn rows_are_streamed() {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let (client, _) = over(move |_| {
        let mut body = Frames::of([r#"{"results":[1"#, ",2,3", ",4", "]}"]);
        body.taken = Arc::clone(&count);
        responds(body)
    });
    let query = ExecuteOpenCypherQuery::new("RETURN 1");
    let mut rows = client.rows::<Value>(&query);
    let mut read = Vec::new();
    while let Some(row) = rows.next().await {
        read.push(row.unwrap());
        if read.len() == 1 {
            // No more frames than the first row needs.
            assert!(taken.load(Ordering::SeqCst) <= 2);
        }
    }
    assert_eq!(read, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_limit_of_concurrency() {
    let (active, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (here, max) = (Arc::clone(&active), Arc::clone(&most));
    let service = service_fn(move |_: Request<RequestBody>| {
        let (here, max) = (Arc::clone(&here), Arc::clone(&max));
        async move {
            let now = here.fetch_add(1, Ordering::SeqCst) + 1;
            max.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            here.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, Infallible>(healthy())
        }
    });
    let service = ServiceBuilder::new().concurrency_limit(2).service(service);
    let client = cluster().service(service).build().unwrap();
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&status()).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
    assert_eq!(active.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_client_of_hyper_util() {
    let server = Server::start(Emulator::default()).unwrap();
    let http = || legacy::Client::builder(TokioExecutor::new()).build_http::<RequestBody>();
    let client = builder(server.address()).service(http()).build().unwrap();
    client.send(&start("a")).await.unwrap();
    server.with(|emulator| emulator.script(failing_query()));
    let query = ExecuteOpenCypherQuery::new("MATCH (n) RETURN n");
    let error = client.send(&query).await.unwrap_err();
    assert_timed_out(&error);

    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = unused.local_addr().unwrap();
    drop(unused);
    let client = builder(nowhere).service(http()).build().unwrap();
    let error = client.send(&start("a")).await.unwrap_err();
    assert_kind(&error, TransportErrorKind::Connect);
    assert_eq!((error.attempts(), error.may_have_executed()), (3, false));
}

#[tokio::test]
async fn options_that_a_service_cannot_follow() {
    let options = ClientOptions::new;
    let roots = RootCertificates::Pem(String::new());
    let proxy = Proxy::parse("http://127.0.0.1:1").unwrap();
    for (options, name) in [
        (options().connect_to("localhost:1"), "connect_to"),
        (options().root_certificates(roots), "root_certificates"),
        (options().proxy(proxy), "proxy"),
    ] {
        let builder = cluster().service(InProcess::default()).options(options);
        let error = builder.build().unwrap_err();
        assert_eq!(error, BuildError::UnusedOption(name));
    }

    // The last call counts.
    let server = Server::start(Emulator::default()).unwrap();
    let builder = builder(server.address()).service(Readiness(None));
    let client = builder.connector(service_fn(connect)).build().unwrap();
    client.send(&status()).await.unwrap();
}
