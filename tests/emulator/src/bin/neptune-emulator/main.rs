//! Serves Amazon Neptune's data API on a port of this machine.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io::Write as _;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};
use std::{env, io};

#[cfg(feature = "engine")]
use neptunedata_emulator::Files;
use neptunedata_emulator::{Emulator, Now, Server, ServerOptions};

use crate::control::Control;
use crate::flags::{Command, Flags};
use crate::log::ScriptNames;
use crate::ready::ReadyFile;

mod changes;
mod control;
mod files;
mod flags;
mod log;
mod options;
mod ready;
mod scripts;
mod stop;
mod summaries;

fn main() -> ExitCode {
    match flags::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => say(&options::help()),
        Ok(Command::Version) => say(concat!(
            "neptune-emulator ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )),
        Ok(Command::Run(flags)) => match run(flags) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error.to_string(), code(&error)),
        },
        Err(error) => complain(&format!("{error}\nTry --help."), ExitCode::from(2)),
    }
}

fn run(flags: Box<Flags>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let stopped = runtime.block_on(async {
        // Before the endpoint is printed: a process that reads the endpoint may send a signal immediately.
        let mut stop = stop::Stop::listen()?;
        let ready = flags.ready_file.clone();
        let ready = ready.map(ReadyFile::prepare).transpose()?;
        let server = start(*flags)?;
        let endpoint = server.endpoint();
        if let Some(file) = &ready {
            file.write(&endpoint)?;
        }
        say(&format!("{endpoint}\n"));
        stop.wait().await?;
        drop(ready);
        // Responses in progress get a second. Another signal ends the process at once.
        let mut closed = pin!(tokio::task::spawn_blocking(move || drop(server)));
        let mut again = pin!(stop.wait());
        poll_fn(|cx| match closed.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(Ok(())),
            Poll::Pending => again.as_mut().poll(cx),
        })
        .await
    });
    runtime.shutdown_background();
    stopped
}

fn start(flags: Flags) -> io::Result<Server> {
    let address = (flags.host.as_str(), flags.port);
    let options = ServerOptions::new().address(address).map_err(|error| {
        let text = format!("--host: cannot find the address of {}: {error}", flags.host);
        io::Error::new(error.kind(), text)
    })?;
    #[cfg(feature = "tls")]
    let options = match &flags.tls {
        Some(tls) => options.tls(with_tls(tls)?),
        None => options,
    };
    #[cfg(feature = "tls")]
    let ca_out = flags.tls.as_ref().and_then(|tls| tls.ca_out.clone());
    let flags = Arc::new(flags);
    let names = ScriptNames::default();
    let emulator = fresh(&flags, &names)?;
    let options = if flags.control {
        let control = Control {
            names: names.clone(),
            fresh: Box::new(move || fresh(&flags, &names)),
        };
        options.control(move |server, request| control.answer(server, &request))
    } else {
        options
    };
    let server = options.start(emulator)?;
    // Before the endpoint is printed, so that the file exists when the endpoint is read.
    #[cfg(feature = "tls")]
    if let (Some(path), Some(pem)) = (ca_out, server.ca_pem()) {
        std::fs::write(&path, pem).map_err(|error| {
            let text = format!("cannot write {}: {error}", path.display());
            io::Error::new(error.kind(), text)
        })?;
    }
    Ok(server)
}

#[cfg(feature = "tls")]
fn with_tls(flags: &flags::TlsFlags) -> io::Result<neptunedata_emulator::Tls> {
    let mut tls = neptunedata_emulator::Tls::new();
    for name in &flags.names {
        tls = tls.name(name);
    }
    if let Some(dir) = &flags.ca_dir {
        tls = tls.ca_dir(dir);
    }
    if let Some((certificate, key)) = &flags.certificate {
        tls = tls.certificate(files::text(certificate)?, files::text(key)?);
    }
    Ok(tls)
}

/// The emulator with the contents that the flags set. Also sets the names of its scripts.
fn fresh(flags: &Flags, script_names: &ScriptNames) -> io::Result<Emulator> {
    let now = SystemTime::now();
    let mut emulator = Emulator::new(flags.config.clone());
    let mut names = HashMap::new();
    for path in &flags.scripts {
        for (line, script) in scripts::read(path)? {
            let name = format!("{}:{line}", path.display());
            names.insert(emulator.script(script), name);
        }
    }
    #[cfg(feature = "engine")]
    for folder in &flags.data {
        emulator
            .load_files(&Files::folder(folder), Now::new(now, Duration::ZERO))
            .map_err(io::Error::other)?;
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
    if flags.log {
        log::start(&mut emulator, script_names.clone());
    }
    // At the end, because a failed reset keeps the emulator and its scripts.
    script_names.set(names);
    Ok(emulator)
}

/// The exit code of an error.
fn code(error: &io::Error) -> ExitCode {
    match error.kind() {
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable => ExitCode::from(3),
        _ => ExitCode::FAILURE,
    }
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
