//! Starts, watches and cancels a model-training job with nothing but std, httparse and the core.
//!
//! ```text
//! cargo run --example cancel_training_job_by_hand
//! ```
//!
//! Without further ado it starts the emulator and talks to that. With `NEPTUNE_ENDPOINT` set (to an
//! `http://` address: there is no TLS here) it talks to that endpoint, with the credentials in
//! `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` and the region in
//! `AWS_REGION`.

use std::{
    env,
    error::Error,
    io::{self, Read, Write},
    net::TcpStream,
    process::ExitCode,
    thread,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use neptunedata::{
    Auth, Call, CallOptions, CallOutput, Credentials, Endpoint, Operation, Session, TransportError,
    credentials::{CredentialsError, environment},
    machine::{Input, Io, Machine, Now, Step, Transmit},
    ml::{
        CancelMlModelTrainingJob, DataProcessingJobId, GetMlModelTrainingJob, MlJobStatus,
        StartMlModelTrainingJob,
    },
    transport::{Sent, TransportErrorKind},
    types::S3Uri,
};
use neptunedata_emulator::{Config, Emulator, Server, Signature};

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "us-east-1";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            let mut source = error.source();
            while let Some(error) = source {
                eprintln!("  because: {error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (session, emulator) = match env::var("NEPTUNE_ENDPOINT") {
        Ok(endpoint) => (session_from_environment(&endpoint)?, None),
        Err(_) => {
            let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
            let server = Server::start(Emulator::new(config))?;
            println!(
                "The emulator listens on {} and verifies signatures.",
                server.endpoint()
            );
            let endpoint = Endpoint::parse(&server.endpoint())?.with_region(REGION)?;
            let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY);
            (
                Session::new(endpoint, Auth::credentials(credentials))?,
                Some(server),
            )
        }
    };
    let driver = Driver {
        session,
        start: Instant::now(),
    };

    println!("\n1. Start a job");
    let start = StartMlModelTrainingJob::new(
        DataProcessingJobId::new("processed-movies"),
        S3Uri::new("s3://my-bucket/models/"),
    )
    .max_hpo_number_of_training_jobs(2);
    let started = driver.call(&start)?.output;
    let id = started.id.ok_or("the answer has no id")?;
    println!("   => job {id}");

    println!("\n2. Watch it");
    for _ in 0..2 {
        let answered = driver.call(&GetMlModelTrainingJob::new(&id))?;
        let status = answered.output.status.ok_or("the answer has no status")?;
        println!("   => {status}");
        if status.is_terminal() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }

    println!("\n3. Cancel it, and delete what it left in S3");
    let cancelled = driver.call(&CancelMlModelTrainingJob::new(&id).clean(true))?;
    println!(
        "   => {}",
        cancelled
            .output
            .status
            .as_deref()
            .unwrap_or("(an empty success)")
    );

    println!("\n4. Look once more");
    let status = driver.call(&GetMlModelTrainingJob::new(&id))?.output.status;
    println!(
        "   => {}",
        status.as_ref().map_or("(no status)", MlJobStatus::as_str)
    );

    println!("\n5. Look for a job that does not exist: an error, typed");
    match driver.call(&GetMlModelTrainingJob::new("no-such-job")) {
        Ok(_) => println!("   => it exists"),
        Err(error) => println!("   => {error}"),
    }

    if let Some(server) = emulator {
        println!("\nWhat the emulator saw:");
        server.with(|emulator| {
            for entry in emulator.log() {
                let status = entry
                    .status
                    .map_or("no answer".to_owned(), |status| status.to_string());
                let signature = match &entry.signature {
                    Signature::Verified { access_key } => format!("signed by {access_key}"),
                    other => format!("{other:?}"),
                };
                println!(
                    "   {} -> {status}, {signature}",
                    entry.operation.unwrap_or("?")
                );
            }
        });
    }
    Ok(())
}

fn session_from_environment(endpoint: &str) -> Result<Session, Box<dyn Error>> {
    let lookup = |name: &str| env::var(name).ok();
    let mut endpoint = Endpoint::parse(endpoint)?;
    // What the host name tells comes first.
    if endpoint.region().is_none()
        && let Some(region) = environment::region(lookup)
    {
        endpoint = endpoint.with_region(&region)?;
    }
    let auth = match environment::credentials(lookup)? {
        Some(credentials) => Auth::credentials(credentials),
        None => Auth::unsigned(),
    };
    Ok(Session::new(endpoint, auth)?)
}

/// A driver: it owns the clock and the sockets, and the machine owns everything else. What a product
/// has besides: TLS and a pool of connections.
struct Driver {
    session: Session,
    start: Instant,
}

impl Driver {
    fn call<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<CallOutput<O::Output>, neptunedata::Error> {
        let options = CallOptions::new().timeout(Duration::from_secs(30));
        let seed = self.session.next_seed();
        self.run(Call::with_options(&self.session, operation, &options, seed))
    }

    /// Runs any machine to its end.
    fn run<M: Machine>(&self, mut machine: M) -> Result<M::Output, neptunedata::Error> {
        let mut answer: Option<Answer> = None;
        let mut input = Input::Next;
        loop {
            let now = Now {
                wall: SystemTime::now(),
                mono: self.start.elapsed(),
            };
            let step = machine.resume(input, now);
            // The one timer: sockets give up, and pauses end, when the machine wants to be woken.
            let until = machine.wake_at().map(|mono| self.start + mono);
            input = match step {
                Step::Io(Io::Send(transmit)) => {
                    print_request(&transmit);
                    match Answer::begin(&self.session, &transmit.request, until) {
                        Ok((head, body)) => {
                            println!("   < {}", head.status);
                            answer = Some(body);
                            Input::Head(head)
                        }
                        Err(input) => *input,
                    }
                }
                Step::Io(Io::Receive) => {
                    match answer.as_mut().map(|answer| answer.receive(until)) {
                        Some(Ok(Piece::Chunk(chunk))) => {
                            println!("   < {}", short(&chunk));
                            Input::Chunk(chunk)
                        }
                        Some(Ok(Piece::End(trailers))) => Input::End(trailers),
                        Some(Err(error)) => lost(error),
                        None => Input::End(HeaderMap::new()),
                    }
                }
                Step::Io(Io::Wait | Io::Continue) => {
                    println!("   (waits)");
                    thread::sleep(left(until).unwrap_or(Duration::MAX));
                    Input::Wake(Sent::No)
                }
                Step::Io(Io::Credentials { .. }) => {
                    Input::CredentialsFailed(CredentialsError::new("this example has no others"))
                }
                Step::Item(_) => Input::Next,
                Step::Misuse(misuse) => return Err(misuse.into()),
                Step::Done(result) => return result,
            };
        }
    }
}

/// How long it is until then.
fn left(until: Option<Instant>) -> Option<Duration> {
    until.map(|until| until.saturating_duration_since(Instant::now()))
}

fn print_request(transmit: &Transmit) {
    let request = &transmit.request;
    println!(
        "   > {} {} (attempt {})",
        request.method(),
        request.uri(),
        transmit.attempt
    );
    if !request.body().is_empty() {
        println!("   > {}", short(request.body()));
    }
}

/// A body in short.
fn short(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut short: String = text.chars().take(120).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// An answer on its way in, over a connection of its own.
struct Answer {
    stream: TcpStream,
    /// What was read and not yet used.
    buffer: Vec<u8>,
    framing: Framing,
}

#[derive(Clone, Copy)]
enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

enum Piece {
    Chunk(Bytes),
    End(HeaderMap),
}

impl Answer {
    /// Connects, sends, and reads the head.
    fn begin(
        session: &Session,
        request: &http::Request<Bytes>,
        until: Option<Instant>,
    ) -> Result<(http::response::Parts, Answer), Box<Input>> {
        let endpoint = session.endpoint();
        if endpoint.is_secure() {
            let error = TransportError::new(TransportErrorKind::Tls, Sent::No);
            let error = error.with_source("this example has no TLS");
            return Err(Box::new(Input::Failure(error)));
        }
        let connected = TcpStream::connect((endpoint.host(), endpoint.port()));
        let mut stream = connected.map_err(|error| {
            let failure = TransportError::new(TransportErrorKind::Connect, Sent::No);
            Box::new(Input::Failure(failure.with_source(error)))
        })?;
        stream
            .write_all(&written(request))
            .map_err(|error| Box::new(lost(error)))?;
        let mut answer = Answer {
            stream,
            buffer: Vec::new(),
            framing: Framing::UntilClose,
        };
        loop {
            if let Some(head) = answer.parse_head().map_err(|error| Box::new(lost(error)))? {
                return Ok((head, answer));
            }
            answer
                .read_on(until)
                .map_err(|error| Box::new(lost(error)))?;
        }
    }

    fn parse_head(&mut self) -> io::Result<Option<http::response::Parts>> {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut fields);
        let httparse::Status::Complete(length) =
            head.parse(&self.buffer).map_err(io::Error::other)?
        else {
            return Ok(None);
        };
        let mut response = http::Response::new(());
        *response.status_mut() =
            StatusCode::from_u16(head.code.unwrap_or_default()).map_err(io::Error::other)?;
        *response.headers_mut() = headers(head.headers)?;
        let text = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        self.framing = if text(http::header::TRANSFER_ENCODING).is_some() {
            Framing::Chunked
        } else {
            let length = text(http::header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
            length.map_or(Framing::UntilClose, Framing::Length)
        };
        self.buffer.drain(..length);
        Ok(Some(response.into_parts().0))
    }

    /// The next piece of the body.
    fn receive(&mut self, until: Option<Instant>) -> io::Result<Piece> {
        match self.framing {
            Framing::Length(0) => Ok(Piece::End(HeaderMap::new())),
            Framing::Length(left) => {
                if self.buffer.is_empty() {
                    self.read_on(until)?;
                }
                let length = self
                    .buffer
                    .len()
                    .min(usize::try_from(left).unwrap_or(usize::MAX));
                self.framing = Framing::Length(left - length as u64);
                Ok(Piece::Chunk(self.buffer.drain(..length).collect()))
            }
            Framing::UntilClose => {
                if self.buffer.is_empty() && self.read(until)? == 0 {
                    return Ok(Piece::End(HeaderMap::new()));
                }
                Ok(Piece::Chunk(std::mem::take(&mut self.buffer).into()))
            }
            Framing::Chunked => loop {
                let size = httparse::parse_chunk_size(&self.buffer)
                    .map_err(|_| io::Error::other("this is no chunk"))?;
                if let httparse::Status::Complete((start, size)) = size {
                    if size == 0 {
                        return self.trailers(start, until);
                    }
                    let end = start + usize::try_from(size).map_err(io::Error::other)?;
                    if self.buffer.len() >= end + 2 {
                        let chunk = Bytes::copy_from_slice(&self.buffer[start..end]);
                        self.buffer.drain(..end + 2);
                        return Ok(Piece::Chunk(chunk));
                    }
                }
                self.read_on(until)?;
            },
        }
    }

    fn trailers(&mut self, start: usize, until: Option<Instant>) -> io::Result<Piece> {
        loop {
            let mut fields = [httparse::EMPTY_HEADER; 64];
            let parsed = httparse::parse_headers(&self.buffer[start..], &mut fields);
            if let httparse::Status::Complete((_, fields)) = parsed.map_err(io::Error::other)? {
                return Ok(Piece::End(headers(fields)?));
            }
            self.read_on(until)?;
        }
    }

    fn read(&mut self, until: Option<Instant>) -> io::Result<usize> {
        let left = left(until).map(|left| left.max(Duration::from_millis(1)));
        self.stream.set_read_timeout(left)?;
        let mut piece = [0; 8192];
        let length = self.stream.read(&mut piece)?;
        self.buffer.extend_from_slice(&piece[..length]);
        Ok(length)
    }

    /// Reads where an end would be too early.
    fn read_on(&mut self, until: Option<Instant>) -> io::Result<()> {
        match self.read(until)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// The request as HTTP/1.1 writes it; the core has set `host` and `content-length`.
fn written(request: &http::Request<Bytes>) -> Vec<u8> {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let mut bytes = format!("{} {target} HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"te: trailers\r\nconnection: close, te\r\n\r\n");
    bytes.extend_from_slice(request.body());
    bytes
}

fn headers(fields: &[httparse::Header<'_>]) -> io::Result<HeaderMap> {
    fields
        .iter()
        .map(|field| {
            let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(io::Error::other)?;
            let value = HeaderValue::from_bytes(field.value).map_err(io::Error::other)?;
            Ok((name, value))
        })
        .collect()
}

/// Something broke after bytes went out: the server may have executed the request. A read that took
/// until the machine wants to be woken is no failure: the machine decides.
fn lost(error: io::Error) -> Input {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Input::Wake(Sent::Maybe),
        _ => {
            let failure = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
            Input::Failure(failure.with_source(error))
        }
    }
}
