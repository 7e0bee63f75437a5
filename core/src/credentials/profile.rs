//! The shared `config` and `credentials` files of the AWS tools, described in [shared config and credentials
//! files](https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html). In short:
//!
//! - `[profile NAME]` begins a profile in the config file, `[NAME]` in the credentials file. In the config file, names
//!   with spaces are in quotes, and the default profile may also be written as `[default]`. All other sections of the
//!   config file, such as `sso-session` and `services`, are skipped. Anything may follow the `]`.
//! - `name = value` or `name: value` is a setting. Names are case-insensitive, the last value counts, and sections
//!   of the same name are merged. If two names mean the same profile, such as `[default]` and `[profile default]`, the
//!   later one counts. Nothing is inherited from the default profile, but a section `[DEFAULT]` has settings of all
//!   profiles of its file.
//! - A line that begins with `#` or `;` is a comment, indented or not. Within a line, `#` or `;` begins a
//!   comment only after white space.
//! - A line that is indented deeper than the setting above it continues that setting's value. If the value
//!   is empty, the deeper lines are nested settings, as in `s3 =`.
//! - Quotes are part of the value.
//! - If both files have a setting, the credentials file wins. Keys are never mixed: id, secret and
//!   token come from the same file.

mod command_line;
mod lookup;
mod process;
mod read;

use std::{borrow::Cow, fmt, path::Path};

pub use command_line::CommandLine;
pub use lookup::{LookupStep, ProfileLookup};
pub use process::Process;

use self::read::{Sections, Settings, read};
use super::keys;
use crate::{
    credentials::Credentials,
    error::{CredentialsError, bounded_start},
};

/// The profiles of both files.
///
/// ```
/// use neptunedata::credentials::profile::{Profiles, Source};
///
/// let config = "\
/// [default]
/// region = eu-west-1
///
/// [profile reports]
/// credential_process = /opt/bin/keys --for \"the reports\"
/// ";
/// let credentials = "\
/// [default]
/// aws_access_key_id = AKIDEXAMPLE
/// aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
/// ";
/// let profiles = Profiles::parse(config, credentials)?;
/// assert_eq!(profiles.get("default").and_then(|profile| profile.region()), Some("eu-west-1"));
/// assert!(matches!(profiles.source("default")?, Source::Static(_)));
/// let Source::Process(command) = profiles.source("reports")? else { panic!() };
/// assert_eq!(command.program(), "/opt/bin/keys");
/// assert_eq!(command.arguments(), ["--for", "the reports"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Profiles {
    config: Sections,
    credentials: Sections,
    config_name: FileName,
    credentials_name: FileName,
}

/// The text of a profile file, and its path for error texts.
#[derive(Clone)]
pub struct FileText<'a> {
    text: Cow<'a, str>,
    name: FileName,
}

/// The name of a file in error texts; `None` if its path was not given.
type FileName = Option<String>;

/// One profile, merged from both files.
#[derive(Clone, Copy)]
pub struct Profile<'a> {
    name: &'a str,
    config: Option<&'a Settings>,
    credentials: Option<&'a Settings>,
    profiles: &'a Profiles,
}

/// The source of a profile's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The files themselves.
    Static(Credentials),
    /// The output of this command, which [`process::parse_output`](super::process::parse_output) reads.
    Process(CommandLine),
}

/// The config file or the credentials file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileFile {
    /// `~/.aws/config` or the like.
    Config,
    /// `~/.aws/credentials` or the like.
    Credentials,
}

/// A line of a profile file that cannot be parsed. The line is not shown, as it may contain a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileError {
    file: ProfileFile,
    name: FileName,
    line: usize,
    reason: &'static str,
}

impl<'a> FileText<'a> {
    /// The text that was read from the file at `path`.
    ///
    /// ```
    /// use neptunedata::credentials::profile::{FileText, Profiles};
    ///
    /// let config = FileText::read_from("[default", "/home/ann/.aws/config".as_ref());
    /// let error = Profiles::parse(config, "").unwrap_err();
    /// assert_eq!(error.to_string(), "/home/ann/.aws/config, line 1: section name without a closing ]");
    /// ```
    pub fn read_from(text: impl Into<Cow<'a, str>>, path: &Path) -> Self {
        FileText {
            text: text.into(),
            name: Some(path.display().to_string()),
        }
    }

    /// The empty text of the file at `path`, which does not exist.
    pub fn missing(path: &Path) -> Self {
        FileText {
            text: Cow::Borrowed(""),
            name: Some(format!("{} (file not found)", path.display())),
        }
    }
}

impl<'a> From<&'a String> for FileText<'a> {
    fn from(text: &'a String) -> Self {
        FileText::from(text.as_str())
    }
}

impl<'a> From<&'a str> for FileText<'a> {
    fn from(text: &'a str) -> Self {
        FileText {
            text: Cow::Borrowed(text),
            name: None,
        }
    }
}

impl Profiles {
    /// Parses the texts of both files. A file that does not exist has an empty text. Errors name the
    /// files if their [paths](FileText::read_from) are given.
    ///
    /// # Errors
    ///
    /// At the first line that is neither section, setting, continuation nor comment, in any section, and at
    /// a setting before the first section.
    pub fn parse<'a>(
        config: impl Into<FileText<'a>>,
        credentials: impl Into<FileText<'a>>,
    ) -> Result<Profiles, ProfileError> {
        let (config, credentials) = (config.into(), credentials.into());
        let parse = |file, text: &FileText<'_>| {
            read(file, &text.text).map_err(|error| ProfileError {
                name: text.name.clone(),
                ..error
            })
        };
        Ok(Profiles {
            config: parse(ProfileFile::Config, &config)?,
            credentials: parse(ProfileFile::Credentials, &credentials)?,
            config_name: config.name,
            credentials_name: credentials.name,
        })
    }

    /// The name of the file in error texts.
    fn file_name(&self, file: ProfileFile) -> Cow<'_, str> {
        let name = match file {
            ProfileFile::Config => &self.config_name,
            ProfileFile::Credentials => &self.credentials_name,
        };
        file.or_name(name)
    }

    /// The profile with this name, which is case-sensitive.
    pub fn get(&self, name: &str) -> Option<Profile<'_>> {
        let config = self.config.profiles.get_key_value(name);
        let credentials = self.credentials.profiles.get_key_value(name);
        let (name, _) = credentials.or(config)?;
        Some(Profile {
            name,
            config: config.map(|(_, settings)| settings),
            credentials: credentials.map(|(_, settings)| settings),
            profiles: self,
        })
    }

    /// The source of the credentials of the profile with this name.
    ///
    /// # Errors
    ///
    /// When there is no such profile; else those of [`Profile::source`].
    pub fn source(&self, name: &str) -> Result<Source, CredentialsError> {
        match self.get(name) {
            Some(profile) => profile.source(),
            None => Err(CredentialsError::new(format!(
                "profile {name:?} not found: it needs [{}] in {}{}, or [{}] in {}{}",
                config_section(name),
                self.file_name(ProfileFile::Config),
                list(&self.config.names),
                name.escape_debug(),
                self.file_name(ProfileFile::Credentials),
                list(&self.credentials.names),
            ))),
        }
    }
}

impl<'a> Profile<'a> {
    /// The name of the profile.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The region of the profile, which is not [checked](crate::endpoint::is_valid_region).
    pub fn region(&self) -> Option<&'a str> {
        self.setting("region")
    }

    /// The source of the profile's credentials. If a profile names several sources, the first of these
    /// applies, as in the AWS CLI: a role, a web identity, single sign-on, keys in the credentials file, a
    /// login session, `credential_process`, keys in the config file.
    ///
    /// # Errors
    ///
    /// When the profile has no credentials, only half of a key, or an invalid key or command; when its credentials come
    /// from a source that only the AWS SDK supports. The text names files and settings, and shows no values.
    pub fn source(&self) -> Result<Source, CredentialsError> {
        const BEFORE_KEYS: [&str; 4] = [
            "role_arn",
            "web_identity_token_file",
            "sso_account_id",
            "sso_role_name",
        ];
        // Settings that have no effect without those above, but show that another source was intended.
        const AFTER_KEYS: [&str; 4] = [
            "source_profile",
            "credential_source",
            "sso_session",
            "sso_start_url",
        ];
        self.reject(&BEFORE_KEYS)?;
        if let Some(credentials) = self.keys(ProfileFile::Credentials)? {
            return Ok(Source::Static(credentials));
        }
        self.reject(&["login_session"])?;
        if let Some(command) = self.setting("credential_process") {
            return CommandLine::parse(command).map(Source::Process);
        }
        if let Some(credentials) = self.keys(ProfileFile::Config)? {
            return Ok(Source::Static(credentials));
        }
        self.reject(&AFTER_KEYS)?;
        Err(CredentialsError::new(format!(
            "profile {:?} has neither keys nor a credential_process in {} or {}",
            self.name,
            self.profiles.file_name(ProfileFile::Config),
            self.profiles.file_name(ProfileFile::Credentials),
        )))
    }

    /// Fails if the profile has one of these settings, which only the AWS SDK supports.
    fn reject(&self, settings: &[&str]) -> Result<(), CredentialsError> {
        let Some(setting) = settings.iter().find(|name| self.setting(name).is_some()) else {
            return Ok(());
        };
        let file = if value(self.credentials, setting).is_some() {
            ProfileFile::Credentials
        } else {
            ProfileFile::Config
        };
        Err(CredentialsError::new(format!(
            "profile {:?} of {} has {setting}, which only the AWS SDK supports: use credentials_from_aws, with the feature \
             aws-config",
            self.name,
            self.profiles.file_name(file),
        )))
    }

    fn keys(&self, file: ProfileFile) -> Result<Option<Credentials>, CredentialsError> {
        let settings = match file {
            ProfileFile::Config => self.config,
            ProfileFile::Credentials => self.credentials,
        };
        let named = |name| (name, value(settings, name));
        // The older name of the token comes first, as in the AWS CLI.
        let token = Some(named("aws_security_token")).filter(|(_, token)| token.is_some());
        keys::credentials(
            &format!(
                "profile {:?} of {}",
                self.name,
                self.profiles.file_name(file)
            ),
            named("aws_access_key_id"),
            named("aws_secret_access_key"),
            token.unwrap_or_else(|| named("aws_session_token")),
        )
    }

    fn setting(&self, name: &str) -> Option<&'a str> {
        value(self.credentials, name).or_else(|| value(self.config, name))
    }
}

/// The name of the profile's section in the config file.
fn config_section(name: &str) -> String {
    if name == "default" {
        "default".to_owned()
    } else if name.is_empty() || name.contains([' ', '\t', '"', '\'', '\\']) {
        format!("profile {name:?}")
    } else {
        format!("profile {}", name.escape_debug())
    }
}

/// The sections that a file has, at most 512 bytes of them.
fn list(sections: &[String]) -> String {
    let sections = sections
        .iter()
        .map(|name| format!(" [{}]", name.escape_debug()));
    match &*sections.collect::<String>() {
        "" => String::new(),
        sections => format!(", which has{}", bounded_start(sections.as_bytes())),
    }
}

/// The value of a setting, unless it is empty.
fn value<'a>(settings: Option<&'a Settings>, name: &str) -> Option<&'a str> {
    let value = settings?.get(name)?.as_str();
    (!value.is_empty()).then_some(value)
}

/// Shows only the names of the profiles.
impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles")
            .field("config", &self.config.profiles.keys())
            .field("credentials", &self.credentials.profiles.keys())
            .finish()
    }
}

/// Shows only the length.
impl fmt::Debug for FileText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileText")
            .field("length", &self.text.len())
            .field("name", &self.name)
            .finish()
    }
}

/// Shows only the name.
impl fmt::Debug for Profile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProfileFile::Config => "config",
            ProfileFile::Credentials => "credentials",
        })
    }
}

impl ProfileFile {
    /// The given name, or a default such as `the AWS config file`.
    fn or_name(self, name: &FileName) -> Cow<'_, str> {
        match name {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("the AWS {self} file")),
        }
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.or_name(&self.name);
        write!(f, "{file}, line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for ProfileError {}

impl ProfileError {
    /// The file.
    pub fn file(&self) -> ProfileFile {
        self.file
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl From<ProfileError> for CredentialsError {
    fn from(error: ProfileError) -> Self {
        CredentialsError::new(error.to_string())
    }
}

#[cfg(test)]
mod tests;
