//! The binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

#[cfg(all(feature = "oxigraph", target_os = "linux"))]
use crate::engine_queries;
#[cfg(all(feature = "oxigraph", target_os = "linux"))]
use crate::raw::WAIT_LIMIT;
use crate::raw::{LAST_STATUS, OK};
use crate::support::{assert_contains, assert_lacks, assert_starts};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_neptune-emulator"))
        .args(args)
        .output()
        .expect("an output")
}

/// What it says on the standard error output when it ends with this code. It prints nothing else.
#[track_caller]
pub(crate) fn complaint(args: &[&str], code: i32) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// Kills the process when the test ends, however it does.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it on a free port and reads its endpoint.
pub(crate) fn start(args: &[&str]) -> (Running, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neptune-emulator"));
    command
        .args(["--port", "0"])
        .args(args)
        .stdout(Stdio::piped());
    let mut running = Running(command.spawn().expect("a process"));
    let endpoint = endpoint(&mut running);
    (running, endpoint)
}

/// The same with `--log`.
pub(crate) fn start_logged(args: &[&str]) -> (Logging, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neptune-emulator"));
    command.args(["--port", "0", "--log"]).args(args);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().expect("a process"));
    let endpoint = endpoint(&mut running);
    (Logging(running), endpoint)
}

pub(crate) struct Logging(Running);

impl Logging {
    /// Ends the process and reads its log.
    pub(crate) fn log(mut self) -> Vec<Value> {
        let mut log = self.0.0.stderr.take().expect("an output");
        drop(self);
        let mut text = String::new();
        log.read_to_string(&mut text).expect("text");
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

fn endpoint(running: &mut Running) -> String {
    let mut endpoint = String::new();
    BufReader::new(running.0.stdout.take().expect("an output"))
        .read_line(&mut endpoint)
        .expect("a line");
    endpoint.trim_end().to_owned()
}

fn ask(endpoint: &str, headers: &str) -> String {
    exchange(
        endpoint,
        &LAST_STATUS.replace("\r\n\r\n", &format!("\r\n{headers}\r\n")),
    )
}

/// Sends a request that ends its connection, and reads all that comes.
pub(crate) fn exchange(endpoint: &str, request: &str) -> String {
    let address = endpoint.strip_prefix("http://").expect("an endpoint");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(request.as_bytes()).expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read");
    answer
}

#[test]
fn the_printed_address_accepts_connections() {
    let (_running, endpoint) = start(&["--iam", "AKID:secret"]);
    let answer = ask(&endpoint, "");
    assert_starts(&answer, "HTTP/1.1 403 Forbidden\r\n");
    assert_contains(&answer, "Missing Authentication Token");
}

#[test]
fn faults_must_be_enabled() {
    let header = "x-neptune-fault: status=503\r\n";
    let (_strict, endpoint) = start(&[]);
    assert_starts(&ask(&endpoint, header), OK);
    let (_obeying, endpoint) = start(&["--faults"]);
    assert_starts(
        &ask(&endpoint, header),
        "HTTP/1.1 503 Service Unavailable\r\n",
    );
}

#[test]
fn help_and_version() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).expect("text");
    // The lines are tested with the command line.
    let flags = "--host --port --iam --region --role --engine-version --serverless --seed \
        --ml-seconds --training-seconds --load-seconds --statistics-seconds \
        --rebuild-seconds --restart-seconds --query-timeout --scripts --rdf-engine --streams --changes \
        --statistics --require-content-type --summaries --faults --log --ready-file --control --strict --tls --tls-name --ca-out --ca-dir --tls-cert --tls-key \
        --help --version";
    for flag in flags.split_whitespace() {
        assert_contains(&text, &format!("\n  {flag}"));
    }
    assert!(!text.contains("\n--"), "{text}");
    assert_contains(&text, "no WebSockets and no Bolt");
    let version = run(&["--version"]);
    assert_eq!(
        version.stdout,
        concat!("neptune-emulator ", env!("CARGO_PKG_VERSION"), "\n").as_bytes()
    );
}

/// A process whose engine has some triples and executes this request.
#[cfg(all(feature = "oxigraph", target_os = "linux"))]
fn executing(request: &str) -> (Running, String, TcpStream) {
    let (running, endpoint) = start(&["--rdf-engine", "--control"]);
    let triples: String = (0..100)
        .map(|number| format!("<urn:s> <urn:p> {number} ."))
        .collect();
    let insert = engine_queries::request("update", &format!("INSERT DATA {{ {triples} }}"));
    assert_starts(&exchange(&endpoint, &insert), OK);
    let address = endpoint.strip_prefix("http://").expect("an endpoint");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(request.as_bytes()).expect("written");
    wait_for_threads(&running, &endpoint, 1);
    (running, endpoint, stream)
}

/// Waits until `count` threads of the process execute queries. Each check follows a request, which also shows that the
/// process responds.
#[cfg(all(feature = "oxigraph", target_os = "linux"))]
fn wait_for_threads(running: &Running, endpoint: &str, count: usize) {
    use std::fs::{read_dir, read_to_string};

    let started = std::time::Instant::now();
    loop {
        assert_starts(&ask(endpoint, ""), OK);
        let tasks = read_dir(format!("/proc/{}/task", running.0.id())).expect("tasks");
        let names = tasks.filter_map(|task| read_to_string(task.ok()?.path().join("comm")).ok());
        if names.filter(|name| name.trim() == "neptune-query").count() == count {
            break;
        }
        assert!(started.elapsed() < WAIT_LIMIT, "not {count} threads");
    }
}

#[cfg(all(feature = "oxigraph", target_os = "linux"))]
#[test]
fn threads_of_queries_that_are_not_needed_end() {
    for request in engine_queries::endless() {
        let (running, endpoint, stream) = executing(&request);
        let target = format!("/sparql/status?cancelQuery&queryId={}", engine_queries::ID);
        assert_starts(&exchange(&endpoint, &engine_queries::get_last(&target)), OK);
        // A stream that is not read waits for its client.
        drop(stream);
        wait_for_threads(&running, &endpoint, 0);
        let (running, endpoint, stream) = executing(&request);
        drop(stream);
        wait_for_threads(&running, &endpoint, 0);
        let (running, endpoint, _stream) = executing(&request);
        let reset = "POST /_emulator/reset HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n";
        assert_starts(&exchange(&endpoint, reset), OK);
        wait_for_threads(&running, &endpoint, 0);
    }
}

#[cfg(all(feature = "oxigraph", target_os = "linux"))]
#[test]
fn signals_end_a_process_that_executes_queries() {
    for signals in [&["TERM"][..], &["INT"], &["TERM", "INT"]] {
        for request in engine_queries::endless() {
            let (mut running, _, _stream) = executing(&request);
            for signal in signals {
                let id = running.0.id().to_string();
                let kill = Command::new("kill").args(["-s", signal, &id]).status();
                assert!(kill.is_ok(), "{kill:?}");
            }
            assert_eq!(running.0.wait().expect("ended").code(), Some(0));
        }
    }
}

#[test]
fn invalid_flags_exit_with_2() {
    let text = complaint(&["--iam", "very-secret"], 2);
    assert_contains(&text, "--iam");
    assert_lacks(&text, "very-secret");
}

#[test]
fn ipv6_addresses_may_be_in_brackets() {
    // Not every machine has IPv6 addresses.
    if TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    for host in ["[::1]", "::1"] {
        let (_running, endpoint) = start(&["--host", host]);
        assert_starts(&endpoint, "http://[::1]:");
        assert_starts(&ask(&endpoint, ""), OK);
    }
}

#[test]
fn addresses_that_do_not_exist_are_named() {
    let text = complaint(&["--host", "no.such.host.invalid"], 1);
    assert_contains(
        &text,
        "--host: cannot find the address of no.such.host.invalid: ",
    );
}

#[test]
fn addresses_that_cannot_be_used_exit_with_3() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let text = complaint(&["--port", &port], 3);
    assert_contains(&text, &format!("cannot listen on 127.0.0.1:{port}"));
    // An address of the documentation, which no machine has.
    let text = complaint(&["--host", "192.0.2.1"], 3);
    assert_contains(&text, "cannot listen on 192.0.2.1:8182");
}
