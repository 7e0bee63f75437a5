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
            // At a terminal, the process may ask for a code.
            let stdin = if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
                std::process::Stdio::inherit()
            } else {
                std::process::Stdio::null()
            };
            let mut child = std::process::Command::new(process.command.program())
                .args(process.command.arguments())
                .stdin(stdin)
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()?;
            // Threads read, because a process that prints nothing would block a read beyond the time limit.
            let (pipe, limits) = (child.stdout.take(), process.clone());
            let reader = std::thread::Builder::new().spawn(move || limits.read_output(pipe))?;
            let (pipe, limits) = (child.stderr.take(), process.clone());
            let errors = std::sync::Arc::new(std::sync::Mutex::default());
            let kept = std::sync::Arc::clone(&errors);
            let (sender, ended) = std::sync::mpsc::channel();
            std::thread::Builder::new().spawn(move || {
                limits.read_errors(pipe, &kept);
                sender.send(())
            })?;
            let start = std::time::Instant::now();
            while start.elapsed() < process.time_limit {
                if reader.is_finished()
                    && let Some(status) = child.try_wait()?
                {
                    let stdout = reader
                        .join()
                        .unwrap_or(Err(std::io::ErrorKind::Other.into()))?;
                    // With a limit, because a process in the background may keep the pipe open.
                    let _ = ended.recv_timeout(std::time::Duration::from_secs(1));
                    let stderr = errors
                        .lock()
                        .map(|mut kept| std::mem::take(&mut *kept))
                        .unwrap_or_default();
                    return Ok(std::process::Output {
                        status,
                        stdout,
                        stderr: stderr.into(),
                    });
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            child.kill()?;
            child.wait()?;
            Err(std::io::ErrorKind::TimedOut.into())
        }
    };
}
