//! Starts, watches and cancels a model-training job with the core and an HTTP library, without a client of
//! this project.
//!
//! ```text
//! cargo run --example cancel_training_job_by_hand
//! ```
//!
//! By default it starts the emulator and uses it. With `NEPTUNE_ENDPOINT` set (to an `http://` address: ureq is built
//! without TLS here) it uses that endpoint, with the credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
//! `AWS_SESSION_TOKEN` and the region in `AWS_REGION`.

use std::{
    env,
    error::Error,
    hash::{BuildHasher, Hasher, RandomState},
    io,
    process::ExitCode,
    thread,
    time::{Duration, Instant, SystemTime},
};

use neptunedata::{
    Auth, Call, CallOptions, CallOutput, Endpoint, Operation, Session, TransportError,
    credentials::{CredentialsError, environment},
    http::{HeaderMap, Request, Response},
    machine::{Input, Io, Machine, Now, Step, Transmit},
    ml::{
        CancelMlModelTrainingJob, DataProcessingJobId, GetMlModelTrainingJob,
        StartMlModelTrainingJob,
    },
    session::SessionError,
    transport::{Sent, TransportErrorKind},
    types::S3Uri,
};
use neptunedata_emulator::SignatureCheck;
use neptunedata_tests::examples::{exit_code, signing_client, signing_emulator, status_text};

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let emulator = signing_emulator()?;
    let session = match &emulator {
        Some(server) => {
            let (endpoint, credentials) = signing_client(server)?;
            session(endpoint, Auth::credentials(credentials))?
        }
        None => session_from_environment(&env::var("NEPTUNE_ENDPOINT")?)?,
    };
    let driver = Driver::new(session);

    println!("\n1. Start a job");
    let start = StartMlModelTrainingJob::new(
        DataProcessingJobId::new("processed-movies"),
        S3Uri::new("s3://my-bucket/models/"),
    )
    .max_hpo_number_of_training_jobs(2);
    let started = driver.call(&start)?.output;
    let id = started.id.ok_or("the response has no id")?;
    println!("   => job {id}");

    println!("\n2. Watch it");
    for _ in 0..2 {
        let answered = driver.call(&GetMlModelTrainingJob::new(&id))?;
        let status = answered.output.status.ok_or("the response has no status")?;
        println!("   => {status}");
        if status.is_terminal() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }

    println!("\n3. Cancel it, and delete its artifacts in S3");
    let cancelled = driver.call(&CancelMlModelTrainingJob::new(&id).clean(true))?;
    println!(
        "   => {}",
        cancelled
            .output
            .status
            .as_deref()
            .unwrap_or("(an empty success)")
    );

    println!("\n4. Check its status again");
    let status = driver.call(&GetMlModelTrainingJob::new(&id))?.output.status;
    println!("   => {}", status_text(&status));

    println!("\n5. Get a job that does not exist: a typed error");
    match driver.call(&GetMlModelTrainingJob::new("no-such-job")) {
        Ok(_) => println!("   => it exists"),
        Err(error) => println!("   => {error}"),
    }

    if let Some(server) = emulator {
        println!("\nThe log of the emulator:");
        server.with(|emulator| {
            for entry in emulator.log() {
                let status = entry
                    .status
                    .map_or("no response".to_owned(), |status| status.to_string());
                let signature = match &entry.signature {
                    SignatureCheck::Verified { access_key } => format!("signed by {access_key}"),
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
    // The region in the host name takes precedence.
    if endpoint.region().is_none()
        && let Some(region) = environment::region(lookup)
    {
        endpoint = endpoint.with_region(&region)?;
    }
    let auth = match environment::credentials(lookup)? {
        Some(credentials) => Auth::credentials(credentials),
        None => Auth::unsigned(),
    };
    Ok(session(endpoint, auth)?)
}

fn session(endpoint: Endpoint, auth: Auth) -> Result<Session, SessionError> {
    // Hashers of the standard library have random keys. Without a random seed, two processes would send the
    // same idempotency tokens.
    let seed = RandomState::new().build_hasher().finish();
    Session::builder(endpoint, auth).seed(seed).build()
}

/// A driver on ureq. It owns the clock and the connections; the machine makes all other decisions. It collects bodies,
/// so it can run calls, waiters and change streams, but cannot stream rows.
struct Driver {
    session: Session,
    agent: ureq::Agent,
    start: Instant,
}

impl Driver {
    fn new(session: Session) -> Driver {
        let config = ureq::Agent::config_builder()
            // The machine handles error statuses and redirects.
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(5)))
            .build();
        Driver {
            session,
            agent: config.into(),
            start: Instant::now(),
        }
    }

    fn call<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<CallOutput<O::Output>, neptunedata::Error> {
        let options = CallOptions::new().timeout(Duration::from_secs(30));
        let seed = self.session.next_seed();
        self.run(Call::with_options(&self.session, operation, &options, seed))
    }

    /// Runs a machine to its end.
    fn run<M: Machine>(&self, mut machine: M) -> Result<M::Output, neptunedata::Error> {
        let mut input = Input::Next;
        loop {
            let now = Now {
                wall: SystemTime::now(),
                mono: self.start.elapsed(),
            };
            let step = machine.resume(input, now);
            // The one timer: requests time out, and pauses end, when the machine wants to be woken.
            let wake_at = machine.wake_at();
            let left = wake_at.map(|at| at.saturating_sub(self.start.elapsed()));
            input = match step {
                Step::Io(Io::Send(transmit)) => self.send(*transmit, left),
                // `Continue` comes if a request timed out a moment too early: wake the machine again.
                // `Receive` does not come, because the whole response is given at once.
                Step::Io(Io::Wait | Io::Continue | Io::Receive) => {
                    println!("   (waits)");
                    thread::sleep(left.unwrap_or_default());
                    Input::Wake(Sent::Maybe)
                }
                Step::Io(Io::Credentials { .. }) => {
                    Input::CredentialsFailed(CredentialsError::without_provider())
                }
                Step::Item(_) => Input::Next,
                Step::Misuse(misuse) => return Err(misuse.into()),
                Step::Done(result) => return result,
            };
        }
    }

    /// Sends a request and collects the response.
    fn send(&self, transmit: Transmit, left: Option<Duration>) -> Input {
        print_request(&transmit);
        let (head, body) = transmit.request.into_parts();
        let request = Request::from_parts(head, body.to_vec());
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(left)
            .build();
        let result = if body.is_empty() {
            self.agent.run(request.map(|_| ()))
        } else {
            self.agent.run(request)
        };
        let response = match result {
            Ok(response) => response,
            Err(error) => return failure(error),
        };
        let (head, body) = response.into_parts();
        println!("   < {}", head.status);
        match body.into_with_config().limit(u64::MAX).read_to_vec() {
            Ok(body) => {
                println!("   < {}", short(&body));
                // ureq does not give trailers.
                Input::Response(Response::from_parts(head, body.into()), HeaderMap::new())
            }
            Err(error) => failure(error),
        }
    }
}

/// The input for a request that ureq could not send, or whose response it could not read.
fn failure(error: ureq::Error) -> Input {
    let (kind, sent) = match &error {
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            (TransportErrorKind::ConnectTimeout, Sent::No)
        }
        // The machine decides whether it was the time limit of the attempt or of the call.
        ureq::Error::Timeout(_) => return Input::Wake(Sent::Maybe),
        ureq::Error::HostNotFound => (TransportErrorKind::Dns, Sent::No),
        ureq::Error::ConnectionFailed => (TransportErrorKind::Connect, Sent::No),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            (TransportErrorKind::Connect, Sent::No)
        }
        // When in doubt, the server may have received the request.
        _ => (TransportErrorKind::Closed, Sent::Maybe),
    };
    Input::Failure(TransportError::new(kind, sent).with_source(error))
}

fn print_request(transmit: &Transmit) {
    let request = &transmit.request;
    let (method, uri, attempt) = (request.method(), request.uri(), transmit.attempt);
    println!("   > {method} {uri} (attempt {attempt})");
    if !request.body().is_empty() {
        println!("   > {}", short(request.body()));
    }
}

/// The first 120 characters of a body.
fn short(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut short: String = text.chars().take(120).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
