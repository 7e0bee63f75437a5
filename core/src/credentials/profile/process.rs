//! The process that prints the credentials of a profile.

use std::{
    collections::VecDeque,
    io::{self, BufReader, Read},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::CommandLine;

/// Some processes open a window and ask the user.
const TIME_LIMIT: Duration = Duration::from_secs(60);
const OUTPUT_LIMIT: u64 = 64 * 1024;

/// A `credential_process` to run, without a shell. If the standard input of the caller is a terminal, let the process
/// inherit it, because it may ask for a code; otherwise its standard input is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Process {
    /// The program and its arguments.
    pub command: CommandLine,
    /// How long the process may run. Kill it after this time. 60 s.
    pub time_limit: Duration,
    /// How many bytes of its standard output to read, and of its standard error to keep, at most. 64 KiB.
    pub output_limit: u64,
}

impl Process {
    pub(super) fn new(command: CommandLine) -> Self {
        Process {
            command,
            time_limit: TIME_LIMIT,
            output_limit: OUTPUT_LIMIT,
        }
    }

    /// Reads standard output to its end, or up to the limit. Then the pipe is closed, which ends a process
    /// that prints more.
    ///
    /// # Errors
    ///
    /// When `stdout` is `None`, or cannot be read.
    pub fn read_output(&self, stdout: Option<impl Read>) -> io::Result<Vec<u8>> {
        let stdout = stdout.ok_or(io::ErrorKind::BrokenPipe)?;
        let mut output = Vec::new();
        stdout.take(self.output_limit).read_to_end(&mut output)?;
        Ok(output)
    }

    /// Reads standard error until it ends or fails. Meanwhile `kept` has its last [`output_limit`](Process::output_limit)
    /// bytes: a process in the background may keep the pipe open after the process has ended.
    pub fn read_errors(&self, stderr: Option<impl Read>, kept: &Mutex<VecDeque<u8>>) {
        let bytes = stderr.map(|stderr| BufReader::new(stderr).bytes());
        for byte in bytes.into_iter().flatten().map_while(Result::ok) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() as u64 >= self.output_limit {
                kept.pop_front();
            }
            kept.push_back(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_standard_error_is_kept() {
        let mut process = Process::new(CommandLine::parse("keys").unwrap());
        process.output_limit = 3;
        for (stderr, expected) in [(Some(&b"abcde"[..]), "cde"), (None, "")] {
            let kept = Mutex::default();
            process.read_errors(stderr, &kept);
            assert_eq!(kept.into_inner().unwrap(), expected.as_bytes());
        }
    }
}
