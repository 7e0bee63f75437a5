//! The function of both clients that runs a `credential_process`. It is a macro, because the core itself does no I/O.

/// The function `run_process`.
#[doc(hidden)]
#[macro_export]
macro_rules! run_credential_process {
    () => {
        /// Runs the process, within its limits.
        pub(crate) fn run_process(
            process: &$crate::credentials::profile::Process,
        ) -> std::io::Result<std::process::Output> {
            let mut child = std::process::Command::new(process.command.program())
                .args(process.command.arguments())
                .stdin(std::process::Stdio::null())
                .stdout(std::process::Stdio::piped())
                // Standard error may contain secrets.
                .stderr(std::process::Stdio::null())
                .spawn()?;
            // A thread reads, because a process that prints nothing would block a read beyond the time limit.
            let (pipe, limits) = (child.stdout.take(), process.clone());
            let reader = std::thread::Builder::new().spawn(move || limits.read_output(pipe))?;
            let start = std::time::Instant::now();
            while start.elapsed() < process.time_limit {
                if reader.is_finished()
                    && let Some(status) = child.try_wait()?
                {
                    let stdout = reader
                        .join()
                        .unwrap_or(Err(std::io::ErrorKind::Other.into()))?;
                    return Ok($crate::credentials::profile::Process::output(
                        status, stdout,
                    ));
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            child.kill()?;
            child.wait()?;
            Err(std::io::ErrorKind::TimedOut.into())
        }
    };
}
