//! No secret is shown, whatever is logged, printed or formatted. One test, in a process whose loggers and
//! output it owns.

#![allow(missing_docs)]

use std::{
    error::Error as _,
    fmt::{self, Debug, Write as _},
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use neptunedata::{ClientOptions, Credentials, CredentialsError, Endpoint, Error, RetryPolicy};
use neptunedata_emulator::{Config, Emulator, Identity, Mishap, Planned, Server};

const REGION: &str = "eu-west-1";
const SECRET: &str = "c4n4ry/secret+key";
const TOKEN: &str = "c4n4ry/token+";
/// Nor the query, nor what is made of the secrets.
const HIDDEN: [&str; 3] = ["c4n4ry", "AWS4-HMAC-SHA256", "Signature="];

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note(line: String) {
    let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.push(line);
}

struct Logs;

impl log::Log for Logs {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        note(format!(
            "log {} {} {}",
            record.level(),
            record.target(),
            record.args()
        ));
    }

    fn flush(&self) {}
}

/// Takes every span and event, with all fields.
struct Spans(AtomicU64);

struct Fields(String);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl tracing::Subscriber for Spans {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut fields = Fields(format!("span {}", span.metadata().name()));
        span.record(&mut fields);
        note(fields.0);
        tracing::span::Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        let mut fields = Fields("record".to_owned());
        values.record(&mut fields);
        note(fields.0);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(format!("event {}", event.metadata().target()));
        event.record(&mut fields);
        note(fields.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

fn show(value: &dyn Debug) {
    println!("{value:?}\n{value:#?}");
}

fn show_error(error: &Error) {
    println!("{error}");
    show(error);
    let mut source = error.source();
    while let Some(cause) = source {
        println!("{cause}\n{cause:?}");
        source = cause.source();
    }
}

fn shown<T: Debug>(row: impl fmt::Display, result: Result<T, Error>) {
    println!("ROW {row} {}", if result.is_ok() { "ok" } else { "failed" });
    match result {
        Ok(value) => show(&value),
        Err(error) => show_error(&error),
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).with_session_token(TOKEN)
}

fn server() -> Server {
    let identity = Identity::new("AKIDEXAMPLE", SECRET).session_token(TOKEN);
    Server::start(Emulator::new(
        Config::default().identity(identity).region(REGION),
    ))
    .unwrap()
}

fn options() -> ClientOptions {
    let mut policy = RetryPolicy::default();
    policy.base = Duration::from_millis(1);
    policy.throttled_base = Duration::from_millis(1);
    ClientOptions::new().retry_policy(policy)
}

fn endpoint(server: &Server) -> Endpoint {
    Endpoint::parse(&server.endpoint())
        .unwrap()
        .with_region(REGION)
        .unwrap()
}

/// What goes wrong in each row, if anything does.
fn mishaps() -> Vec<(&'static str, Option<Planned>)> {
    vec![
        ("well", None),
        ("closed", Some(Planned::close().times(9))),
        ("lost", Some(Planned::executed_but_closed().times(9))),
        ("cut", Some(Planned::executed_but_cut(10).times(9))),
        (
            "throttled",
            Some(Planned::error("ThrottlingException", "Rate exceeded").times(9)),
        ),
        (
            "internal",
            Some(Planned::error("InternalFailureException", "no").times(9)),
        ),
        (
            "garbage",
            Some(Planned::new(Mishap::Html(http::StatusCode::OK)).times(9)),
        ),
        ("late", Some(Planned::late(Duration::from_millis(400)))),
    ]
}

macro_rules! rows {
    ($driver:ident, $wait:ident, $source:ident) => {{
        use $driver::{CancelMlModelTrainingJob, Client, GetEngineStatus};
        for (name, planned) in mishaps() {
            let server = server();
            if let Some(planned) = planned {
                server.with(|emulator| emulator.fail_next(planned));
            }
            let builder = Client::builder(endpoint(&server))
                .credentials(credentials())
                .options(options());
            show(&builder);
            let client = builder.build().unwrap();
            show(&client);
            show(client.session());
            let request = CancelMlModelTrainingJob::new("job-1");
            let call = client
                .call(&request)
                .extra_query("query", "c4n4ry-query")
                .timeout(Duration::from_millis(250));
            show(&call);
            shown(name, $wait!(call.send()));
            show(&client.start(neptunedata::Call::new(
                client.session(),
                &request,
                client.seed(),
            )));
        }
        // Refused, once as a value and once from a source that has others.
        let server = server();
        let value = Client::new(endpoint(&server), credentials()).unwrap();
        let source =
            Client::builder(endpoint(&server)).credentials_from($source!(|refresh: bool| {
                match refresh {
                    false => Ok(credentials()),
                    true => Err(CredentialsError::new("the source is away")),
                }
            }));
        show(&source);
        let source = source.build().unwrap();
        shown("source", $wait!(source.send(&GetEngineStatus::new())));
        server.with(|emulator| emulator.expire_token(TOKEN));
        shown("value-refused", $wait!(value.send(&GetEngineStatus::new())));
        shown(
            "source-refused",
            $wait!(source.send(&GetEngineStatus::new())),
        );
        show(&value);
        show(&source);
        // Nobody there; a secret that no header could carry; nobody who is let in.
        let address = server.endpoint();
        drop(server);
        let nobody = Endpoint::parse(&address)
            .unwrap()
            .with_region(REGION)
            .unwrap();
        let client = Client::builder(nobody.clone())
            .credentials(credentials())
            .options(options())
            .build()
            .unwrap();
        shown("nobody", $wait!(client.send(&GetEngineStatus::new())));
        let odd = Credentials::new("AKIDEXAMPLE", SECRET).with_session_token("c4n4ry\n");
        let client = Client::new(nobody, odd).unwrap();
        shown("odd", $wait!(client.send(&GetEngineStatus::new())));
    }};
}

macro_rules! awaited {
    ($future:expr) => {
        $future.await
    };
}

macro_rules! plain {
    ($value:expr) => {
        $value
    };
}

macro_rules! asynchronous {
    ($function:expr) => {
        |refresh| {
            let answer = ($function)(refresh);
            async move { answer }
        }
    };
}

/// Makes the calls, and prints all there is to see.
fn see() {
    log::set_logger(&Logs).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing::subscriber::set_global_default(Spans(AtomicU64::new(0))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { rows!(neptunedata_hyper, awaited, asynchronous) });
    rows!(neptunedata_blocking, plain, plain);
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    println!("{}", lines.join("\n"));
}

/// Rows of hexadecimal digits, as ureq dumps bytes, put together.
fn dumped(text: &str) -> String {
    let is_dump = |line: &&str| {
        line.len() > 1
            && line
                .chars()
                .all(|c| c.is_ascii_hexdigit() || " :".contains(c))
    };
    let digits: Vec<_> = text
        .lines()
        .filter(is_dump)
        .flat_map(|line| line.bytes().filter(u8::is_ascii_hexdigit))
        .collect();
    let pairs = digits
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok());
    let bytes: Vec<_> = pairs
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_secret_is_ever_shown() {
    if std::env::var_os("CANARY_CHILD").is_some() {
        return see();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["no_secret_is_ever_shown", "--exact", "--nocapture"])
        .env("CANARY_CHILD", "1")
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{stderr}");
    let text = format!("{stdout}\n{stderr}");
    let all = format!("{text}\n{}", dumped(&text));
    for hidden in HIDDEN {
        let found = all.lines().find(|line| line.contains(hidden));
        assert_eq!(found, None, "{hidden} is shown");
    }
    // What was looked at is what there is.
    let rows: Vec<_> = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("ROW "))
        .collect();
    let expected = [
        "well failed",
        "closed failed",
        "lost failed",
        "cut failed",
        "throttled failed",
        "internal failed",
        "garbage failed",
        "late failed",
        "source ok",
        "value-refused failed",
        "source-refused failed",
        "nobody failed",
        "odd failed",
    ];
    assert_eq!(rows, [expected, expected].concat());
    for part in [
        "event neptunedata_hyper",
        "span neptune_call",
        "event neptunedata_blocking",
        "log TRACE ureq",
        "log DEBUG ureq",
    ] {
        assert!(stdout.contains(part), "nothing from {part}");
    }
}
