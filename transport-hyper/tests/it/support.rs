//! Small servers that do exactly what a test says.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use hyper_util::rt::TokioIo;
use neptunedata_hyper::{
    Client, ClientBuilder, Credentials, Endpoint, Error, ErrorKind,
    engine::GetEngineStatus,
    http::Uri,
    ml::{DataProcessingJobId, StartMlModelTrainingJob},
    retry::RetryPolicy,
    transport::{ClientOptions, TransportErrorKind},
    types::S3Uri,
};

pub(crate) const ACCESS_KEY: &str = "AKIDEXAMPLE";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const REGION: &str = "us-east-1";

/// Longer than any test here takes.
pub(crate) const LONG: Duration = Duration::from_secs(20);
/// A time limit that a test lets expire.
pub(crate) const SHORT: Duration = Duration::from_millis(150);

pub(crate) const HEALTHY: &str = r#"{"status":"healthy"}"#;
pub(crate) const STARTED: &str = r#"{"id":"job","arn":"arn","creationTimeInMillis":1}"#;

/// A read.
pub(crate) fn status() -> GetEngineStatus {
    GetEngineStatus::new()
}

/// A write, identified by its id.
pub(crate) fn start(id: impl Into<String>) -> StartMlModelTrainingJob {
    StartMlModelTrainingJob::new(
        DataProcessingJobId::new("processed"),
        S3Uri::new("s3://bucket/models/"),
    )
    .id(id)
}

/// Retries without long waits.
pub(crate) fn quick() -> ClientOptions {
    let mut policy = RetryPolicy::default();
    policy.initial_backoff = Duration::from_millis(1);
    policy.throttled_backoff = Duration::from_millis(1);
    ClientOptions::new().retry_policy(policy)
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY)
}

pub(crate) fn endpoint(address: SocketAddr) -> Endpoint {
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    endpoint.with_region(REGION).unwrap()
}

pub(crate) fn builder(address: SocketAddr) -> ClientBuilder {
    Client::builder(endpoint(address))
        .unsigned()
        .options(quick())
}

pub(crate) fn client(address: SocketAddr) -> Client {
    builder(address).build().unwrap()
}

#[track_caller]
pub(crate) fn assert_kind(error: &Error, kind: TransportErrorKind) {
    assert_eq!(error.kind(), ErrorKind::Transport(kind), "{error:?}");
}

/// A server that hands each connection to a function, in a thread of its own.
pub(crate) struct Raw {
    pub(crate) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
}

impl Raw {
    /// The function is given the connection and its number, from 1.
    pub(crate) fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Raw {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream, number));
            }
        });
        Raw { address, accepted }
    }

    /// How many connections there were.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

/// A request: head and body as text. None at the end of the connection.
pub(crate) fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8(text).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

/// An answer that fits the request, over a connection that is kept.
pub(crate) fn answer_to(request: &str) -> Vec<u8> {
    answer(if request.starts_with("GET /status") {
        HEALTHY
    } else {
        STARTED
    })
}

pub(crate) fn answer(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// Answers every request of the connection.
pub(crate) fn serve_well(mut stream: TcpStream) {
    while let Some(request) = read_request(&mut stream) {
        if stream.write_all(&answer_to(&request)).is_err() {
            return;
        }
    }
}

/// A connector without the client's own probes.
pub(crate) async fn connect(uri: Uri) -> io::Result<TokioIo<tokio::net::TcpStream>> {
    let address = uri.authority().unwrap().to_string();
    let stream = tokio::net::TcpStream::connect(address).await?;
    Ok(TokioIo::new(stream))
}

/// Until the client closes.
pub(crate) fn until_closed(stream: &mut impl Read) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).is_ok_and(|length| length > 0) {}
}

/// Waits for something that happens soon.
pub(crate) async fn eventually(what: impl Fn() -> bool) {
    for _ in 0..2000 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not happen");
}
