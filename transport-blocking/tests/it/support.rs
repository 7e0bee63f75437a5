//! Servers that handle a connection as a test says.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use neptunedata_blocking::{
    Client, Endpoint,
    ml::{CancelMlModelTrainingJob, DataProcessingJobId, StartMlModelTrainingJob},
    retry::RetryPolicy,
    transport::ClientOptions,
    types::S3Uri,
};

pub(crate) const HEALTHY: &str = r#"{"status":"healthy"}"#;

/// A server on a free port. Each connection gets a thread that runs `serve`, which is told the number of
/// the connection, from 0.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
}

impl Peer {
    pub(crate) fn start<F>(serve: F) -> Peer
    where
        F: Fn(TcpStream, usize) + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let (serve, count) = (Arc::new(serve), Arc::clone(&accepted));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let nth = count.fetch_add(1, Ordering::SeqCst);
                let serve = Arc::clone(&serve);
                let stream = stream.unwrap();
                stream.set_nodelay(true).unwrap();
                thread::spawn(move || serve(stream, nth));
            }
        });
        Peer { address, accepted }
    }

    /// A server that reads a request and answers with these bytes, again and again.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Peer {
        let answer = answer.into();
        Peer::start(move |mut stream, _| {
            while request(&mut stream).is_some() {
                stream.write_all(&answer).unwrap();
            }
        })
    }

    /// How many connections it took.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&format!("http://{}", self.address)).unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        self.client_with(options())
    }

    pub(crate) fn client_with(&self, options: ClientOptions) -> Client {
        let builder = Client::builder(self.endpoint()).unsigned();
        builder.options(options).build().unwrap()
    }
}

/// No waits worth the name between attempts.
pub(crate) fn options() -> ClientOptions {
    let mut policy = RetryPolicy::default();
    policy.initial_backoff = Duration::from_millis(1);
    policy.throttled_backoff = Duration::from_millis(1);
    ClientOptions::new().retry_policy(policy)
}

/// Reads one request, head and body. None at the end of the connection.
pub(crate) fn request(stream: &mut impl Read) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8(text.clone()).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    text.extend_from_slice(&body);
    Some(String::from_utf8(text).unwrap())
}

/// An answer with a length, over a connection that may stay.
pub(crate) fn ok(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// A write whose executions can be told apart.
pub(crate) fn write(id: &str) -> StartMlModelTrainingJob {
    StartMlModelTrainingJob::new(DataProcessingJobId::new("data"), S3Uri::new("s3://bucket/"))
        .id(id)
}

/// An idempotent one.
pub(crate) fn cancel() -> CancelMlModelTrainingJob {
    CancelMlModelTrainingJob::new("job-1")
}
