//! The shared `config` and `credentials` files of the AWS tools.
//!
//! AWS describes them in [shared config and credentials files](https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html).
//! In short:
//!
//! - `[profile NAME]` begins a profile in the config file, `[NAME]` in the credentials file. The
//!   config file writes the default profile as `[default]` too, which counts for nothing if there is a
//!   `[profile default]`. A name with spaces stands in double quotes there. All other sections
//!   (`sso-session`, `services`, names with other characters) are skipped.
//! - `name = value` is a setting. Capitals in names make no difference, the last value counts, and
//!   sections of the same name are one. Nothing is inherited from the default profile.
//! - A line that begins with `#` or `;` is a comment, indented or not. Within a line they begin one
//!   after a space, or anywhere after a section's `]`.
//! - A line that is indented deeper than the setting above it continues its value. If that is empty,
//!   the lines below it are settings of their own, as in `s3 =`.
//! - Quotes belong to the value.
//! - Where both files have a setting, that of the credentials file counts. Keys are never mixed: id,
//!   secret and token come from the same file.

mod command_line;
mod read;

use std::{collections::BTreeMap, fmt};

pub use command_line::CommandLine;

use self::read::{Settings, read};
use super::keys;
use crate::{credentials::Credentials, error::CredentialsError};

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
    config: BTreeMap<String, Settings>,
    credentials: BTreeMap<String, Settings>,
}

/// One profile, as both files together describe it.
#[derive(Clone, Copy)]
pub struct Profile<'a> {
    name: &'a str,
    config: Option<&'a Settings>,
    credentials: Option<&'a Settings>,
}

/// Where the credentials of a profile come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The files themselves.
    Static(Credentials),
    /// The output of this command, which [`process::parse_output`](super::process::parse_output)
    /// reads.
    Process(CommandLine),
}

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileFile {
    /// `~/.aws/config` or the like.
    Config,
    /// `~/.aws/credentials` or the like.
    Credentials,
}

/// A line of a profile file that cannot be read. It is not shown, as it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the AWS {file} file {reason}")]
pub struct ProfileError {
    file: ProfileFile,
    line: usize,
    reason: &'static str,
}

impl Profiles {
    /// Reads the texts of both files. That of a file that does not exist is empty.
    ///
    /// # Errors
    ///
    /// At the first line that is neither section, setting, continuation nor comment, in whichever
    /// section it is, and at a setting before any section.
    pub fn parse(config: &str, credentials: &str) -> Result<Profiles, ProfileError> {
        Ok(Profiles {
            config: read(ProfileFile::Config, config)?,
            credentials: read(ProfileFile::Credentials, credentials)?,
        })
    }

    /// The profile of that name. Capitals make a difference.
    pub fn get(&self, name: &str) -> Option<Profile<'_>> {
        let config = self.config.get_key_value(name);
        let credentials = self.credentials.get_key_value(name);
        let (name, _) = credentials.or(config)?;
        Some(Profile {
            name,
            config: config.map(|(_, settings)| settings),
            credentials: credentials.map(|(_, settings)| settings),
        })
    }

    /// Where the credentials of the profile of that name come from.
    ///
    /// # Errors
    ///
    /// When there is no such profile; else those of [`Profile::source`].
    pub fn source(&self, name: &str) -> Result<Source, CredentialsError> {
        match self.get(name) {
            Some(profile) => profile.source(),
            None => Err(CredentialsError::new(format!(
                "there is no profile \"{name}\": neither [profile {name}] in the AWS config file nor [{name}] in the \
                 credentials file",
                name = name.escape_debug()
            ))),
        }
    }
}

impl<'a> Profile<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Its region. Whether it can be one is for [`is_valid_region`](crate::endpoint::is_valid_region) to say.
    pub fn region(&self) -> Option<&'a str> {
        self.setting("region")
    }

    /// Where its credentials come from. Where a profile names several sources, the first of these
    /// counts, as for the AWS CLI: a role, a web identity, single sign-on, keys in the credentials
    /// file, a login session, `credential_process`, keys in the config file.
    ///
    /// # Errors
    ///
    /// When the profile has no credentials, only half of a key, or a key or command that cannot be
    /// one; when its credentials come from a source that needs the AWS chain. The text shows names
    /// of settings and no values.
    pub fn source(&self) -> Result<Source, CredentialsError> {
        const FIRST: [&str; 4] = [
            "role_arn",
            "web_identity_token_file",
            "sso_account_id",
            "sso_role_name",
        ];
        // Settings that are of no use without those above, and say what was meant.
        const LAST: [&str; 4] = [
            "source_profile",
            "credential_source",
            "sso_session",
            "sso_start_url",
        ];
        self.refuse(&FIRST)?;
        if let Some(credentials) = self.keys(ProfileFile::Credentials)? {
            return Ok(Source::Static(credentials));
        }
        self.refuse(&["login_session"])?;
        if let Some(command) = self.setting("credential_process") {
            return CommandLine::parse(command).map(Source::Process);
        }
        if let Some(credentials) = self.keys(ProfileFile::Config)? {
            return Ok(Source::Static(credentials));
        }
        self.refuse(&LAST)?;
        Err(CredentialsError::new(format!(
            "profile {:?} has neither keys nor a credential_process",
            self.name
        )))
    }

    /// Fails if one of these settings is there, as only the AWS chain can do with it.
    fn refuse(&self, settings: &[&str]) -> Result<(), CredentialsError> {
        match settings.iter().find(|name| self.setting(name).is_some()) {
            Some(setting) => Err(CredentialsError::new(format!(
                "profile {:?} has {setting}, which needs the AWS chain: the feature aws-config of the transport crates",
                self.name
            ))),
            None => Ok(()),
        }
    }

    fn keys(&self, file: ProfileFile) -> Result<Option<Credentials>, CredentialsError> {
        let settings = match file {
            ProfileFile::Config => self.config,
            ProfileFile::Credentials => self.credentials,
        };
        let named = |name| (name, value(settings, name));
        keys::credentials(
            &format!("profile {:?} of the AWS {file} file", self.name),
            named("aws_access_key_id"),
            named("aws_secret_access_key"),
            named("aws_session_token"),
        )
    }

    fn setting(&self, name: &str) -> Option<&'a str> {
        value(self.credentials, name).or_else(|| value(self.config, name))
    }
}

/// The value of a setting, unless it is empty.
fn value<'a>(settings: Option<&'a Settings>, name: &str) -> Option<&'a str> {
    let value = settings?.get(name)?.as_str();
    (!value.is_empty()).then_some(value)
}

/// Shows the names of the profiles alone.
impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles")
            .field("config", &self.config.keys())
            .field("credentials", &self.credentials.keys())
            .finish()
    }
}

/// Shows the name alone.
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
