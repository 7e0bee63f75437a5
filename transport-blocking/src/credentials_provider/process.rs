//! Runs the `credential_process` of a profile.

neptunedata::run_credential_process!();

#[cfg(all(test, unix))]
mod tests {
    use std::{
        io,
        time::{Duration, Instant},
    };

    use neptunedata::credentials::profile::{LookupStep, Process, ProfileLookup};

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
        let output = run_process(&process("echo a '$HOME'")).unwrap();
        assert!(output.status.success());
        assert_eq!(output.stdout, b"a $HOME\n");
        assert!(!run_process(&process("false")).unwrap().status.success());
        run_process(&process("/no/such/program")).unwrap_err();
    }

    #[test]
    fn time_and_output_are_limited() {
        let mut late = process("sleep 30");
        late.time_limit = Duration::from_millis(50);
        let start = Instant::now();
        let error = run_process(&late).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(20));
        // Killed by the pipe that is not read any more.
        let flood = process("yes");
        let output = run_process(&flood).unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout.len() as u64, flood.output_limit);
    }
}
