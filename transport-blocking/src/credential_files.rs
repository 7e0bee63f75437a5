//! What this crate reads from the process and its machine: variables, profile files, and the output of
//! a `credential_process`. Both transport crates have this file, letter for letter.

use std::{
    io::{ErrorKind, Read},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    Credentials,
    credentials::{
        CredentialsError, environment, process,
        profile::{CommandLine, Profiles, Source},
    },
};

/// How long a credential process may take. Some ask a person, through a window of their own.
const PROCESS_TIME: Duration = Duration::from_secs(60);
/// How much of its output is read.
const OUTPUT_LIMIT: u64 = 64 * 1024;

/// A variable; one that is not UTF-8 counts as unset.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The region that the environment names.
pub(crate) fn region() -> Option<String> {
    environment::region(variable)
}

/// The key that the environment holds.
pub(crate) fn environment() -> Result<Credentials, CredentialsError> {
    environment::credentials(variable)?.ok_or_else(|| {
        CredentialsError::new(
            "in the environment, neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set",
        )
    })
}

/// One profile of the files that the environment names. They are read each time.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    name: String,
    config: Option<PathBuf>,
    credentials: Option<PathBuf>,
}

impl Profile {
    /// That of the name, else the one that the environment names.
    pub(crate) fn new(name: Option<String>) -> Profile {
        Profile {
            name: name.unwrap_or_else(|| environment::profile_name(variable)),
            config: environment::config_path(variable),
            credentials: environment::credentials_path(variable),
        }
    }

    /// Its region, if it has credentials that can be had and a region.
    pub(crate) fn check(&self) -> Result<Option<String>, CredentialsError> {
        let profiles = self.read()?;
        profiles.source(&self.name)?;
        let profile = profiles.get(&self.name);
        Ok(profile.and_then(|profile| profile.region().map(str::to_owned)))
    }

    /// Its credentials; may run a process.
    pub(crate) fn load(&self) -> Result<Credentials, CredentialsError> {
        match self.read()?.source(&self.name)? {
            Source::Static(credentials) => Ok(credentials),
            Source::Process(command) => process::parse_output(&run(&command, PROCESS_TIME)?),
            other => Err(CredentialsError::new(format!(
                "profile {:?} has a source that this client does not know: {other:?}",
                self.name
            ))),
        }
    }

    fn read(&self) -> Result<Profiles, CredentialsError> {
        let config = text(self.config.as_ref(), "config")?;
        Ok(Profiles::parse(
            &config,
            &text(self.credentials.as_ref(), "credentials")?,
        )?)
    }
}

/// The text of a file, empty if there is none.
fn text(path: Option<&PathBuf>, file: &str) -> Result<String, CredentialsError> {
    let Some(path) = path else {
        return Ok(String::new());
    };
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            let reason = format!(
                "the AWS {file} file cannot be read: {}: {error}",
                path.display()
            );
            Err(CredentialsError::new(reason))
        }
        text => Ok(text.unwrap_or_default()),
    }
}

/// What the command prints. It is started without a shell, reads nothing, and what it says on its
/// standard error is not kept, as it may be secret.
fn run(command: &CommandLine, time: Duration) -> Result<Vec<u8>, CredentialsError> {
    let wrong = |what: String| CredentialsError::new(format!("the credential process {what}"));
    let until = Instant::now().checked_add(time);
    let mut child = Command::new(command.program())
        .args(command.arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            wrong(format!(
                "{:?} cannot be started: {error}",
                command.program()
            ))
        })?;
    let (sender, output) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        let read = move || {
            let mut bytes = Vec::new();
            let result = stdout.take(OUTPUT_LIMIT).read_to_end(&mut bytes);
            // Nobody waits any more if it took too long.
            let _ = sender.send(result.map(|_| bytes));
        };
        let named = thread::Builder::new().name("neptune-credential-process".to_owned());
        if let Err(error) = named.spawn(read) {
            stop(&mut child);
            return Err(wrong(format!("cannot be listened to: {error}")));
        }
    }
    let output = output.recv_timeout(time);
    let status = end_of(&mut child, until);
    match (status, output) {
        (Some(status), Ok(Ok(output))) if status.success() => Ok(output),
        (Some(status), Ok(Ok(_))) => Err(wrong(format!("failed: {status}"))),
        (_, Ok(Err(error))) => Err(wrong(format!("cannot be read from: {error}"))),
        (None, _) | (_, Err(_)) => Err(wrong(format!("was not done after {time:?}"))),
    }
}

/// How it ended; it is made to if the time is over.
fn end_of(child: &mut Child, until: Option<Instant>) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if until.is_none_or(|until| until <= Instant::now()) {
            stop(child);
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn stop(child: &mut Child) {
    // It may have ended by itself meanwhile.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn ran(command: &str, time: Duration) -> Result<Vec<u8>, String> {
        let command = CommandLine::parse(command).unwrap();
        run(&command, time).map_err(|error| error.to_string())
    }

    #[test]
    fn output_is_read_and_faults_are_told() {
        let long = Duration::from_secs(20);
        assert_eq!(ran("echo c4n4ry '$HOME'", long).unwrap(), b"c4n4ry $HOME\n");
        let failed = ran("false c4n4ry", long).unwrap_err();
        assert_eq!(
            failed,
            "no usable credentials: the credential process failed: exit status: 1"
        );
        let missing = ran("/no/such/program c4n4ry", long).unwrap_err();
        assert!(
            missing.contains("\"/no/such/program\" cannot be started: "),
            "{missing}"
        );
        assert!(!missing.contains("c4n4ry"));
        let start = Instant::now();
        let late = ran("sleep 30", Duration::from_millis(50)).unwrap_err();
        assert_eq!(
            late,
            "no usable credentials: the credential process was not done after 50ms"
        );
        assert!(start.elapsed() < long);
    }

    #[test]
    fn a_flood_is_cut() {
        // It is killed by the pipe that nobody reads any more.
        assert!(ran("yes", Duration::from_secs(20)).is_err());
    }
}
