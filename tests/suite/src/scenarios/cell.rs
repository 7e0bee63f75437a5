//! Plays a row: one operation with one client against its own emulator.

use std::{
    collections::VecDeque,
    error::Error as StdError,
    fmt,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime},
};

use http::{HeaderName, HeaderValue};
use neptunedata::{
    CallOptions, CallOutput, Endpoint, Error, Operation,
    engine::GetEngineStatus,
    error::Cause,
    ml::{
        CancelMlModelTrainingJob, DataProcessingJobId, GetMlModelTrainingJob, MlJobStatus,
        StartMlModelTrainingJob,
    },
    transport::RootCertificates,
    types::S3Uri,
};
use neptunedata_emulator::{Config, Emulator, Identity, MlKind, Now, Server, ServerOptions, Tls};

use super::{Before, Failed, Op, REGION, Row, Seen, Setting};
use crate::client::{Client, Driver, quick};

const FAULT: HeaderName = HeaderName::from_static("x-neptune-fault");
const JOB: &str = "job-1";
/// The time limit for events that are expected soon.
const EVENT_TIMEOUT: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_secs(3600);

type Problem = Box<dyn StdError + Send + Sync>;

/// A row with one operation, client and transport.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The row.
    pub row: &'a Row,
    /// The operation.
    pub op: Op,
    /// The client.
    pub driver: Driver,
    /// Whether TLS is used.
    pub secure: bool,
}

/// The result of a cell.
#[derive(Clone, Debug)]
pub struct Played<'a> {
    /// The cell.
    pub cell: Cell<'a>,
    /// The result that is compared with the expected one.
    pub seen: Seen,
    /// How long the call took.
    pub elapsed: Duration,
    /// Violations of the rules that hold for all rows.
    pub breaches: Vec<&'static str>,
}

/// Plays rows with all operations, clients and transports, many in parallel: most of them are waiting most of the time.
///
/// # Errors
///
/// If a server or a client cannot be started.
pub fn run<'a>(
    rows: &'a [Row],
    ways: &[(Driver, bool)],
    threads: usize,
    setting: &Setting<'_>,
) -> Result<Vec<Played<'a>>, Problem> {
    let mut cells = VecDeque::new();
    for row in rows {
        for &(driver, secure) in ways {
            for op in Op::ALL {
                let cell = Cell {
                    row,
                    op,
                    driver,
                    secure,
                };
                cells.push_back((cells.len(), cell));
            }
        }
    }
    let cells = Mutex::new(cells);
    let next = || {
        let mut cells = cells.lock().unwrap_or_else(PoisonError::into_inner);
        cells.pop_front()
    };
    let played = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((number, cell)) = next() {
                    let result =
                        play(cell, setting).map_err(|problem| format!("{cell}: {problem}"));
                    let mut played = played.lock().unwrap_or_else(PoisonError::into_inner);
                    played.push((number, result));
                }
            });
        }
    });
    let mut played = played.into_inner().unwrap_or_else(PoisonError::into_inner);
    played.sort_by_key(|(number, _)| *number);
    let results = played.into_iter().map(|(_, result)| result);
    Ok(results.collect::<Result<_, String>>()?)
}

/// Plays one cell.
///
/// # Errors
///
/// If the server or the client cannot be started, or the state before the call cannot be set up.
pub fn play<'a>(cell: Cell<'a>, setting: &Setting<'_>) -> Result<Played<'a>, Problem> {
    let Cell { row, op, .. } = cell;
    let witness = setting.witness;
    let server = server(row, cell.secure, setting)?;
    let mut options = quick();
    if let Some(root) = server.ca_pem() {
        options = options.root_certificates(RootCertificates::Pem(root.to_owned()));
    }
    let client = setting.client(cell.driver, &server.endpoint(), options, row.keys)?;
    if op != Op::Write {
        start_job(&server, setting)?;
    }
    prepare(row.before, &client, &server)?;

    let mut options = CallOptions::new();
    if let Some(timeout) = row.attempt_timeout {
        options = options.attempt_timeout(timeout);
    }
    if let Some(timeout) = row.timeout {
        options = options.timeout(timeout);
    }
    if !row.fault.is_empty() {
        options = options.header(FAULT, HeaderValue::from_static(row.fault));
    }
    let received = |server: &Server| server.with(|it| it.received(op.operation()));
    let executed = |server: &Server| server.with(|it| it.executed(op.operation()));
    let before = (received(&server), executed(&server));
    let started = Instant::now();
    let answer = call(op, &client, options.clone(), setting);
    let elapsed = started.elapsed();
    by_hand(op, &client, &options, setting);
    witness.value(&client);
    witness.value(client.session());
    witness.value(client.options());
    server.with(|emulator| witness.server(emulator));

    let seen = Seen {
        received: received(&server) - before.0,
        executed: executed(&server) - before.1,
        attempts: answer
            .as_ref()
            .map_or_else(|error| error.attempts(), |right| right.attempts),
        outcome: answer.as_ref().map(drop).map_err(failed),
    };
    let breaches = breaches(
        cell,
        &seen,
        &server,
        answer.is_ok_and(|success| success.complete),
        elapsed,
    );
    Ok(Played {
        cell,
        seen,
        elapsed,
        breaches,
    })
}

fn server(row: &Row, secure: bool, setting: &Setting<'_>) -> Result<Server, Problem> {
    let credentials = &setting.credentials;
    let mut identity = Identity::new(credentials.access_key_id(), credentials.secret_access_key());
    if let Some(token) = credentials.session_token() {
        identity = identity.session_token(token);
    }
    let config = Config::default()
        .identity(identity)
        .region(REGION)
        .fault_header(true)
        .ml_duration(MlKind::ModelTraining, HOUR);
    let mut options = ServerOptions::new();
    if secure {
        options = options.tls(Tls::default());
    }
    if row.ahead > 0 {
        let ahead = Duration::from_secs(row.ahead);
        let start = Instant::now();
        options = options.clock(move || Now::new(SystemTime::now() + ahead, start.elapsed()));
    }
    Ok(options.start(Emulator::new(config))?)
}

/// Starts a job without a client.
fn start_job(server: &Server, setting: &Setting<'_>) -> Result<(), Problem> {
    let endpoint = Endpoint::parse("http://localhost:8182")?.with_region(REGION)?;
    let mut request = neptunedata::request(&start().id(JOB), &endpoint)?;
    let now = server.now();
    neptunedata::sign(&mut request, &setting.credentials, REGION, now.wall)?;
    server.with(|emulator| drop(emulator.handle(request, now)));
    if server.with(|emulator| emulator.ml_job(MlKind::ModelTraining, JOB).is_none()) {
        return Err("the job was not started".into());
    }
    Ok(())
}

fn prepare(before: Before, client: &Client, server: &Server) -> Result<(), Problem> {
    let options = match before {
        Before::Nothing => return Ok(()),
        Before::Call | Before::Idle => CallOptions::new(),
        Before::Closed(fault) => CallOptions::new().header(FAULT, HeaderValue::from_static(fault)),
    };
    client.call(&GetEngineStatus::new(), options)?;
    if before == Before::Idle {
        server.close_idle();
    }
    let open = usize::from(before == Before::Call);
    if !server.wait_until(EVENT_TIMEOUT, || server.connections().open == open) {
        return Err("unexpected number of open connections".into());
    }
    Ok(())
}

fn start() -> StartMlModelTrainingJob {
    StartMlModelTrainingJob::new(
        DataProcessingJobId::new("processed"),
        S3Uri::new("s3://bucket/models/"),
    )
}

/// A successful response.
struct Success {
    attempts: u32,
    /// Whether the output has the expected values.
    complete: bool,
}

fn call(
    op: Op,
    client: &Client,
    options: CallOptions,
    setting: &Setting<'_>,
) -> Result<Success, Error> {
    Ok(match op {
        Op::Read => {
            let read = GetMlModelTrainingJob::new(JOB);
            let returned = watched(client, &read, options, setting)?;
            Success {
                attempts: returned.meta.attempts,
                complete: returned.output.id.as_deref() == Some(JOB)
                    && returned.output.status == Some(MlJobStatus::InProgress),
            }
        }
        Op::Idempotent => {
            let cancel = CancelMlModelTrainingJob::new(JOB);
            let returned = watched(client, &cancel, options, setting)?;
            Success {
                attempts: returned.meta.attempts,
                complete: returned.output.status.as_deref() == Some("200 OK"),
            }
        }
        Op::Write => {
            let returned = watched(client, &start(), options, setting)?;
            Success {
                attempts: returned.meta.attempts,
                complete: returned.output.id.is_some() && returned.output.arn.is_some(),
            }
        }
    })
}

fn watched<O>(
    client: &Client,
    operation: &O,
    options: CallOptions,
    setting: &Setting<'_>,
) -> Result<CallOutput<O::Output>, Error>
where
    O: Operation + fmt::Debug,
    O::Output: fmt::Debug,
{
    setting.witness.value(operation);
    setting.witness.value(&options);
    let answer = client.call_watched(operation, options, |call| setting.witness.value(call));
    setting.answer(&answer);
    answer
}

fn by_hand(op: Op, client: &Client, options: &CallOptions, setting: &Setting<'_>) {
    let session = client.session();
    match op {
        Op::Read => setting.by_hand(session, &GetMlModelTrainingJob::new(JOB), options),
        Op::Idempotent => setting.by_hand(session, &CancelMlModelTrainingJob::new(JOB), options),
        Op::Write => setting.by_hand(session, &start(), options),
    }
}

fn failed(error: &Error) -> Failed {
    let name = match error.subject() {
        Some(subject) => format!("{} {subject}: ", error.operation()),
        None => format!("{}: ", error.operation()),
    };
    let text = error.to_string();
    let mut text = match text.strip_prefix(&name) {
        Some(text) => text.to_owned(),
        None => format!("no name: {text}"),
    };
    let id = error.service().and_then(|error| error.request_id.clone());
    if let Some(id) = id {
        text = text.replace(&id, "ID");
    }
    // The port differs from run to run.
    if let Cause::Transport(error) = error.cause()
        && let Some(target) = error.target()
    {
        text = text.replace(target, "HOST");
    }
    Failed {
        kind: error.kind(),
        may_have_executed: error.may_have_executed(),
        text: text.into(),
    }
}

fn breaches(
    cell: Cell<'_>,
    seen: &Seen,
    server: &Server,
    complete: bool,
    elapsed: Duration,
) -> Vec<&'static str> {
    let Cell { row, op, .. } = cell;
    let harmless = row.harmless.contains(&op);
    let jobs = server.with(|emulator| emulator.ml_jobs(MlKind::ModelTraining).len());
    let fault_applied = server.with(|emulator| {
        let mut log = emulator.log().iter().rev();
        log.find(|entry| entry.operation == Some(op.operation()))
            .is_some_and(|entry| entry.fault_applied)
    });
    let mut breaches = Vec::new();
    let mut never = |what, is: bool| breaches.extend(is.then_some(what));
    never(
        "a write was executed twice",
        op == Op::Write && (seen.executed > 1 || jobs > 1),
    );
    never(
        "there were more than three attempts",
        seen.attempts > 3 || seen.received > 3,
    );
    never(
        "more requests were received than attempts were counted",
        seen.received > seen.attempts as usize,
    );
    never(
        "the wait was shorter than requested",
        elapsed < row.at_least,
    );
    match &seen.outcome {
        Ok(()) => {
            never(
                "a damaged response counts as a success",
                fault_applied && !harmless,
            );
            never("a success lacks required values", !complete && !row.empty);
            never("a success was not executed", seen.executed == 0);
        }
        Err(failed) => never(
            "the error says not executed, but it was",
            seen.executed > 0 && !failed.may_have_executed && !row.lies,
        ),
    }
    breaches
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wire = if self.secure { "TLS" } else { "plain" };
        write!(
            f,
            "{} ({}), {}, {}, {wire}",
            self.row.name, self.row.what, self.op, self.driver
        )
    }
}
