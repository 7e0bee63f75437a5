//! Child processes, which run this binary with a hidden command: servers on their own core, and clients whose memory is
//! measured.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    rc::Rc,
    thread,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Either, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use neptunedata_emulator::{Emulator, Server as EmulatorServer};
use tokio::net::TcpListener;

use crate::{cores, large, measure, requests};

/// A server in a process of its own. It ends when it is dropped.
pub(crate) struct Server {
    /// Such as `http://127.0.0.1:40001`.
    pub(crate) endpoint: String,
    /// The process ends when its standard input is closed.
    _input: ChildStdin,
    process: Child,
}

impl Server {
    /// hyper's server. It responds with about `megabytes` of rows to `/opencypher`, and with a constant body to other
    /// paths.
    pub(crate) fn hyper(megabytes: usize) -> Rc<Self> {
        Self::start(&["serve-hyper", &megabytes.to_string()])
    }

    pub(crate) fn emulator() -> Rc<Self> {
        Self::start(&["serve-emulator"])
    }

    fn start(arguments: &[&str]) -> Rc<Self> {
        let mut process = this_binary(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server process");
        let mut endpoint = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut endpoint)
            .unwrap();
        assert!(endpoint.starts_with("http://"), "the server did not start");
        Rc::new(Server {
            endpoint: endpoint.trim().to_owned(),
            _input: process.stdin.take().unwrap(),
            process,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a client in a process of its own. Returns the figure that it prints.
pub(crate) fn figure(arguments: &[&str]) -> f64 {
    let output = this_binary(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("a client process");
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .unwrap()
}

fn this_binary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(arguments);
    cores::pass_to(&mut command);
    command
}

/// Runs the hidden command of the command line. Returns false if the command line has no hidden command.
pub(crate) fn run_hidden() -> bool {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve-hyper", megabytes] => {
            cores::pin(cores::Side::Server);
            serve_hyper(megabytes.parse().unwrap());
        }
        ["serve-emulator"] => {
            cores::pin(cores::Side::Server);
            let server = EmulatorServer::start(Emulator::default()).unwrap();
            announce(&server.endpoint());
            wait_for_end_of_input();
        }
        ["peak-memory", client, endpoint] => {
            cores::pin(cores::Side::Client);
            large::read_rows(client, endpoint);
            println!("{}", measure::peak_megabytes());
        }
        _ => return false,
    }
    true
}

/// Prints the endpoint, for the process that started this one.
fn announce(endpoint: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{endpoint}")
        .and_then(|()| output.flush())
        .unwrap();
}

fn wait_for_end_of_input() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Runs hyper's server on one thread, until the end of the standard input.
fn serve_hyper(megabytes: usize) {
    let large = large::Body::new(megabytes);
    thread::spawn(move || requests::runtime().block_on(accept(large)));
    wait_for_end_of_input();
}

async fn accept(large: large::Body) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    announce(&format!("http://{}", listener.local_addr().unwrap()));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let large = large.clone();
        let service = service_fn(move |request| respond(request, large.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn respond(
    request: Request<Incoming>,
    large: large::Body,
) -> hyper::Result<Response<Either<large::Body, Full<Bytes>>>> {
    let is_large = request.uri().path() == "/opencypher";
    request.into_body().collect().await?;
    let body = if is_large {
        Either::Left(large)
    } else {
        Either::Right(Full::new(Bytes::from_static(requests::STATUS.as_bytes())))
    };
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
