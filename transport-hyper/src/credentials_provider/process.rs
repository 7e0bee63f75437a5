//! Runs the `credential_process` of a profile.

use std::{
    io,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use neptunedata::credentials::profile::Process;

/// Runs the process, within its limits.
pub(crate) fn run(process: &Process) -> io::Result<Output> {
    let mut child = Command::new(process.command.program())
        .args(process.command.arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // It may contain secrets.
        .stderr(Stdio::null())
        .spawn()?;
    // A thread reads, because a process that prints nothing would block a read beyond the time limit.
    let (pipe, limits) = (child.stdout.take(), process.clone());
    let reader = thread::Builder::new().spawn(move || limits.read_output(pipe))?;
    let start = Instant::now();
    while start.elapsed() < process.time_limit {
        if reader.is_finished()
            && let Some(status) = child.try_wait()?
        {
            let stdout = reader.join().unwrap_or(Err(io::ErrorKind::Other.into()))?;
            return Ok(Process::output(status, stdout));
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    child.wait()?;
    Err(io::ErrorKind::TimedOut.into())
}

#[cfg(all(test, unix))]
mod tests {
    use neptunedata::credentials::profile::{LookupStep, ProfileLookup};

    use super::*;

    /// The process of a profile with this command.
    fn process(command: &str) -> Process {
        let mut lookup = ProfileLookup::new(None, |name| (name == "HOME").then(|| "/".to_owned()));
        loop {
            match lookup.step() {
                LookupStep::ReadFile(_) => {
                    lookup.file_read(Ok(format!("[default]\ncredential_process = {command}")));
                }
                LookupStep::RunProcess(process) => return process,
                LookupStep::Done(result) => panic!("{result:?}"),
            }
        }
    }

    #[test]
    fn output_is_read_without_a_shell() {
        let output = run(&process("echo a '$HOME'")).unwrap();
        assert!(output.status.success());
        assert_eq!(output.stdout, b"a $HOME\n");
        assert!(!run(&process("false")).unwrap().status.success());
        run(&process("/no/such/program")).unwrap_err();
    }

    #[test]
    fn time_and_output_are_limited() {
        let mut late = process("sleep 30");
        late.time_limit = Duration::from_millis(50);
        let start = Instant::now();
        let error = run(&late).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(20));
        // Killed by the pipe that is not read any more.
        let flood = process("yes");
        let output = run(&flood).unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout.len() as u64, flood.output_limit);
    }
}
