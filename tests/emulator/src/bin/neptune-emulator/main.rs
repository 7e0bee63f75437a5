//! Serves Amazon Neptune's data API on a port of this machine.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use std::{env, io};

use neptunedata_emulator::{Emulator, Now, Server, ServerOptions};

use crate::flags::{Command, Flags};

mod changes;
mod files;
mod flags;
mod scripts;
mod stop;
mod summaries;

fn main() -> ExitCode {
    match flags::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => say(flags::HELP),
        Ok(Command::Version) => say(concat!(
            "neptune-emulator ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )),
        Ok(Command::Run(flags)) => match run(flags) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error.to_string(), ExitCode::FAILURE),
        },
        Err(error) => complain(&format!("{error}\nTry --help."), ExitCode::from(2)),
    }
}

fn run(flags: Box<Flags>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Before the endpoint is printed: a process that reads the endpoint may send a signal immediately.
        let stop = stop::Stop::listen()?;
        let server = start(*flags)?;
        say(&format!("{}\n", server.endpoint()));
        stop.wait().await
    })
}

fn start(mut flags: Flags) -> io::Result<Server> {
    let emulator = filled(&mut flags)?;
    let (host, port) = (flags.host, flags.port);
    let explain = |what: String| {
        move |error: io::Error| io::Error::new(error.kind(), format!("{what}: {error}"))
    };
    let cannot_listen = explain(format!("cannot listen on {host}:{port}"));
    let options = ServerOptions::new().address((host.as_str(), port));
    #[cfg(feature = "tls")]
    let options = options.map(|options| match flags.tls {
        Some(tls) => options.tls(tls),
        None => options,
    });
    let server = options
        .and_then(|options| options.start(emulator))
        .map_err(cannot_listen)?;
    // Before the endpoint is printed, so that the file exists when the endpoint is read.
    #[cfg(feature = "tls")]
    if let (Some(path), Some(pem)) = (flags.ca_out, server.ca_pem()) {
        let cannot_write = explain(format!("cannot write {}", path.display()));
        std::fs::write(path, pem).map_err(cannot_write)?;
    }
    Ok(server)
}

/// The emulator with the contents that the flags set. It takes their configuration.
fn filled(flags: &mut Flags) -> io::Result<Emulator> {
    let now = SystemTime::now();
    let mut emulator = Emulator::new(std::mem::take(&mut flags.config));
    for path in &flags.scripts {
        for script in scripts::read(path)? {
            emulator.script(script);
        }
    }
    for path in &flags.changes {
        for step in changes::read(path)? {
            step.take(&mut emulator, Now::new(now, Duration::ZERO));
        }
    }
    if flags.statistics {
        let given = match &flags.summaries {
            Some(path) => summaries::read(path)?,
            None => Vec::new(),
        };
        summaries::set(&mut emulator, given, now);
    }
    Ok(emulator)
}

/// Prints to the standard output. A closed output is not an error.
fn say(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    ExitCode::SUCCESS
}

fn complain(text: &str, code: ExitCode) -> ExitCode {
    let _ = writeln!(io::stderr(), "neptune-emulator: {text}");
    code
}
