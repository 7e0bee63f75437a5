//! Looks up the credentials of a profile; the driver reads the files and runs the process.

use std::{
    io,
    path::{Path, PathBuf},
    process::Output,
};

use super::{FileText, Process, ProfileFile, Profiles, Source};
use crate::{
    credentials::{Credentials, environment, process},
    error::CredentialsError,
};

/// Looks up the credentials of a profile in the shared config and credentials files, as a state machine.
///
/// [`step`](ProfileLookup::step) says which file to read or which process to run, and
/// [`file_read`](ProfileLookup::file_read) and [`process_ended`](ProfileLookup::process_ended) take the result. If
/// your code may block, call [`load`](ProfileLookup::load), which does all steps. A lookup can be used only once.
/// To look up the credentials again later, clone it before the first use.
///
/// ```
/// use std::{io, path::Path};
/// use neptunedata::credentials::profile::{LookupStep, ProfileLookup};
///
/// // In production: std::env::var(name).ok(), and std::fs::read_to_string or its async counterpart.
/// let environment = |name: &str| (name == "HOME").then(|| "/home/ann".to_owned());
/// let read = |path: &Path| match path.to_str() {
///     Some("/home/ann/.aws/credentials") => Ok("[default]\naws_access_key_id = AKIDEXAMPLE\n\
///         aws_secret_access_key = wJalrXUtn".to_owned()),
///     _ => Err(io::Error::from(io::ErrorKind::NotFound)),
/// };
///
/// let mut lookup = ProfileLookup::new(None, environment);
/// let credentials = loop {
///     match lookup.step() {
///         LookupStep::ReadFile(path) => lookup.file_read(read(&path)),
///         LookupStep::RunProcess(process) => panic!("there is no process: {process:?}"),
///         LookupStep::Done(result) => break result?,
///     }
/// };
/// assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), neptunedata::credentials::CredentialsError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ProfileLookup {
    name: String,
    unread: Vec<(ProfileFile, PathBuf)>,
    config: FileText<'static>,
    credentials: FileText<'static>,
    region: Option<String>,
    /// The step after the files.
    found: Option<LookupStep>,
}

/// What the driver of a [`ProfileLookup`] does next.
#[derive(Debug, Clone)]
pub enum LookupStep {
    /// Read this file, and pass its text to [`ProfileLookup::file_read`].
    ReadFile(PathBuf),
    /// Run this process, and pass its output to [`ProfileLookup::process_ended`].
    RunProcess(Process),
    /// The lookup has ended.
    Done(Result<Credentials, CredentialsError>),
}

impl ProfileLookup {
    /// Looks up the profile `name`, else the profile that the environment names, else `default`. The files are
    /// those that the environment names, else those in `.aws` in the home directory. `environment` returns the
    /// values of [variables](environment).
    pub fn new(name: Option<&str>, environment: impl Fn(&str) -> Option<String>) -> Self {
        let name = name.map(str::to_owned);
        let credentials = environment::credentials_path(&environment);
        let config = environment::config_path(&environment);
        // The last one is read first.
        let unread = [
            credentials.map(|path| (ProfileFile::Credentials, path)),
            config.map(|path| (ProfileFile::Config, path)),
        ];
        ProfileLookup {
            name: name.unwrap_or_else(|| environment::profile_name(&environment)),
            unread: unread.into_iter().flatten().collect(),
            config: FileText::from(""),
            credentials: FileText::from(""),
            region: None,
            found: None,
        }
    }

    /// What to do next. Returns the same step until the driver passes its result.
    pub fn step(&mut self) -> LookupStep {
        if let Some((_, path)) = self.unread.last() {
            return LookupStep::ReadFile(path.clone());
        }
        let found = self.found.take().unwrap_or_else(|| self.find());
        self.found.insert(found).clone()
    }

    /// Takes the text of the file that [`step`](ProfileLookup::step) named, or why it cannot be read. A file that
    /// does [not exist](io::ErrorKind::NotFound) counts as empty.
    pub fn file_read(&mut self, text: io::Result<String>) {
        let Some((file, path)) = self.unread.pop() else {
            return;
        };
        let text = match text {
            Ok(text) => FileText::read_from(text, &path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => FileText::missing(&path),
            Err(error) => {
                self.unread.clear();
                let reason = format!("cannot read {}: {error}", path.display());
                return self.end(Err(CredentialsError::new(reason)));
            }
        };
        match file {
            ProfileFile::Config => self.config = text,
            ProfileFile::Credentials => self.credentials = text,
        }
    }

    /// Takes the output of the process that [`step`](ProfileLookup::step) named, or why there is none:
    /// [`TimedOut`](io::ErrorKind::TimedOut) if it was killed because its time limit passed. If the process failed or
    /// its output is invalid, the error shows the last 512 bytes of its standard error, unless they may contain keys.
    pub fn process_ended(&mut self, output: io::Result<Output>) {
        let Some(LookupStep::RunProcess(process)) = &self.found else {
            return;
        };
        let failed = |what| {
            Err(CredentialsError::new(format!(
                "the credential process {what}"
            )))
        };
        self.end(match output {
            Ok(output) => if output.status.success() {
                process::parse_output(&output.stdout)
            } else {
                failed(format!("failed: {}", output.status))
            }
            .map_err(|error| error.with_standard_error(&output.stderr)),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                failed(format!("timed out after {:?}", process.time_limit))
            }
            Err(error) => {
                let program = process.command.program();
                failed(format!("{program:?} could not be run: {error}"))
            }
        });
    }

    /// The region of the profile, which is not [checked](crate::endpoint::is_valid_region). `None` if the profile
    /// has none, and until [`step`](ProfileLookup::step) has returned another step than [`LookupStep::ReadFile`].
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Looks up the credentials with functions that block, such as `std::fs::read_to_string`.
    ///
    /// # Errors
    ///
    /// When the profile does not exist or has no usable credentials, when a file cannot be read, or when the
    /// process fails. The text shows no values.
    pub fn load(
        mut self,
        read_file: impl Fn(&Path) -> io::Result<String>,
        run_process: impl FnOnce(&Process) -> io::Result<Output>,
    ) -> Result<Credentials, CredentialsError> {
        self.read_files(read_file);
        if let LookupStep::RunProcess(process) = self.step() {
            self.process_ended(run_process(&process));
        }
        match self.step() {
            LookupStep::Done(result) => result,
            step => Err(CredentialsError::new(format!(
                "the profile lookup did not finish: it stopped at {step:?}"
            ))),
        }
    }

    /// Checks that the profile has credentials, without running a process, and returns its region.
    ///
    /// # Errors
    ///
    /// The errors of [`load`](ProfileLookup::load), except for errors of the process.
    pub fn check(
        mut self,
        read_file: impl Fn(&Path) -> io::Result<String>,
    ) -> Result<Option<String>, CredentialsError> {
        self.read_files(read_file);
        match self.step() {
            LookupStep::Done(Err(error)) => Err(error),
            _ => Ok(self.region),
        }
    }

    fn read_files(&mut self, read_file: impl Fn(&Path) -> io::Result<String>) {
        while let LookupStep::ReadFile(path) = self.step() {
            self.file_read(read_file(&path));
        }
    }

    /// Finds the profile in the files.
    fn find(&mut self) -> LookupStep {
        match self.source() {
            Ok(Source::Static(credentials)) => LookupStep::Done(Ok(credentials)),
            Ok(Source::Process(command)) => LookupStep::RunProcess(Process::new(command)),
            Err(error) => LookupStep::Done(Err(error)),
        }
    }

    fn source(&mut self) -> Result<Source, CredentialsError> {
        let profiles = Profiles::parse(self.config.clone(), self.credentials.clone())?;
        let profile = profiles.get(&self.name);
        self.region = profile.and_then(|profile| profile.region().map(str::to_owned));
        profiles.source(&self.name)
    }

    fn end(&mut self, result: Result<Credentials, CredentialsError>) {
        self.found = Some(LookupStep::Done(result));
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    const HOME: &str = "/home/ann";
    const CONFIG: &str = "[default]\nregion = eu-west-1\ncredential_process = keys --for c4n4ry\n";
    const OUTPUT: &str = r#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"c4n4ry"}"#;

    fn lookup(name: Option<&str>) -> ProfileLookup {
        ProfileLookup::new(name, |name| (name == "HOME").then(|| HOME.to_owned()))
    }

    /// Only the config file exists.
    fn read(path: &Path) -> io::Result<String> {
        if path.ends_with("config") {
            Ok(CONFIG.to_owned())
        } else {
            Err(io::Error::from(io::ErrorKind::NotFound))
        }
    }

    fn success(stdout: &str) -> io::Result<Output> {
        Ok(Output {
            status: ExitStatus::default(),
            stdout: stdout.into(),
            stderr: Vec::new(),
        })
    }

    /// The text of the error, which shows no secret.
    fn error<T: std::fmt::Debug>(result: Result<T, CredentialsError>) -> String {
        let error = result.unwrap_err();
        let text = error.to_string();
        assert!(!format!("{text} {error:?}").contains("c4n4ry"), "{text}");
        text.strip_prefix("no usable credentials: ")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn files_then_the_process() {
        let mut lookup = lookup(None);
        for file in ["config", "credentials"] {
            let LookupStep::ReadFile(path) = lookup.step() else {
                panic!("{lookup:?}")
            };
            assert_eq!(path, Path::new(HOME).join(".aws").join(file));
            assert_eq!(lookup.region(), None);
            lookup.file_read(read(&path));
        }
        let LookupStep::RunProcess(process) = lookup.step() else {
            panic!("{lookup:?}")
        };
        assert_eq!(lookup.region(), Some("eu-west-1"));
        assert_eq!(process.command.program(), "keys");
        assert_eq!(process.command.arguments(), ["--for", "c4n4ry"]);
        assert!(!format!("{lookup:?}").contains("c4n4ry"));
        // Answers to other steps change nothing.
        lookup.file_read(Ok(String::new()));
        assert!(matches!(lookup.step(), LookupStep::RunProcess(_)));
        lookup.process_ended(success(OUTPUT));
        for _ in 0..2 {
            let LookupStep::Done(Ok(credentials)) = lookup.step() else {
                panic!("{lookup:?}")
            };
            assert_eq!(credentials.access_key_id(), "AKID");
            lookup.process_ended(success(""));
        }
    }

    #[test]
    fn a_check_runs_no_process() {
        assert_eq!(
            lookup(None).check(read).unwrap().as_deref(),
            Some("eu-west-1")
        );
        let missing = error(lookup(Some("other")).check(read));
        assert_eq!(
            missing,
            "profile \"other\" not found: it needs [profile other] in /home/ann/.aws/config, which has [default], or [other] \
             in /home/ann/.aws/credentials (file not found)"
        );
        // Without a home directory there are no files.
        let homeless = error(ProfileLookup::new(None, |_| None).check(|path| panic!("{path:?}")));
        assert!(
            homeless.contains("[default] in the AWS config file"),
            "{homeless}"
        );
    }

    #[test]
    fn files_that_cannot_be_read() {
        let denied = |_: &Path| Err(io::Error::other("denied"));
        let text = error(lookup(None).load(denied, |_| success(OUTPUT)));
        assert_eq!(text, "cannot read /home/ann/.aws/config: denied");
        let text = error(lookup(None).load(|_| Ok("[x".to_owned()), |_| success(OUTPUT)));
        assert!(
            text.ends_with("config, line 1: section name without a closing ]"),
            "{text}"
        );
    }

    const HIDDEN: &str = "; standard error is not shown, because it may contain keys";

    #[test]
    fn processes_that_fail() {
        let ran = |output: io::Result<Output>| error(lookup(None).load(read, |_| output));
        let late = ran(Err(io::Error::from(io::ErrorKind::TimedOut)));
        assert_eq!(late, "the credential process timed out after 60s");
        let missing = ran(Err(io::Error::other("no such file")));
        assert_eq!(
            missing,
            "the credential process \"keys\" could not be run: no such file"
        );
        assert_eq!(ran(success("")), "the credential process printed nothing");
        let odd = ran(success("c4n4ry"));
        assert!(odd.ends_with("line 1, column 1 is not valid JSON"), "{odd}");
        let warned = success("").map(|output| Output {
            stderr: b"log in".into(),
            ..output
        });
        assert_eq!(
            ran(warned),
            "the credential process printed nothing; standard error: log in"
        );
        #[cfg(unix)]
        {
            let status = std::os::unix::process::ExitStatusExt::from_raw(1 << 8);
            let fail = |stderr: &[u8]| {
                let stderr = stderr.to_owned();
                let output = success(OUTPUT);
                ran(output.map(|output| Output {
                    status,
                    stdout: output.stdout,
                    stderr,
                }))
            };
            const FAILED: &str = "the credential process failed: exit status: 1";
            let long = [&b"c4n4ry "[..], "\u{20ac}".repeat(200).as_bytes()].concat();
            let cases: [(&[u8], String); 6] = [
                (b" \r\n", String::new()),
                (
                    b"session has expired\n",
                    "; standard error: session has expired".to_owned(),
                ),
                (
                    b"two\nlines \x1b[1m\xff",
                    "; standard error: two\\nlines \\u{1b}[1m\u{fffd}".to_owned(),
                ),
                (
                    &long,
                    format!("; standard error: \u{2026}{}", "\u{20ac}".repeat(170)),
                ),
                (b"+ export AWS_SECRET_ACCESS_KEY=c4n4ry", HIDDEN.to_owned()),
                (b"got {\"SessionToken\": \"c4n4ry\"}", HIDDEN.to_owned()),
            ];
            for (stderr, shown) in cases {
                assert_eq!(fail(stderr), format!("{FAILED}{shown}"));
            }
        }
    }
}
