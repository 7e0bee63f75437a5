//! Environment variables of the AWS tools: keys, region, profile, and the paths of the profile files.
//! A lookup returns the values: in production use `|name| std::env::var(name).ok()`.
//!
//! Variables that are empty or white space count as unset.
//!
//! AWS describes the variables in [its list of settings](https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings).

use std::path::PathBuf;

use super::keys;
use crate::{credentials::Credentials, error::CredentialsError};

/// Keys from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. If they are temporary, also the token, from the older
/// `AWS_SECURITY_TOKEN`, else from `AWS_SESSION_TOKEN`, and the time when they expire, from
/// `AWS_CREDENTIAL_EXPIRATION`. `None` if neither half of the key is set.
///
/// ```
/// use neptunedata::credentials::environment;
///
/// let lookup = |name: &str| match name {
///     "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
///     "AWS_SECRET_ACCESS_KEY" => Some("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
///     _ => None,
/// };
/// let credentials = environment::credentials(lookup)?.expect("they are set");
/// assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
/// assert!(environment::credentials(|_| None)?.is_none());
/// # Ok::<(), neptunedata::credentials::CredentialsError>(())
/// ```
///
/// # Errors
///
/// When only one half of the key is set, or when a value has a character that is invalid in keys: white space, quotes,
/// anything that is not visible ASCII. Also when the expiration is not an RFC 3339 time. The text names the variable
/// and shows no value.
pub fn credentials(
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<Option<Credentials>, CredentialsError> {
    const PLACE: &str = "the environment";
    const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
    let named = |name| (name, lookup(name).filter(|value| !value.trim().is_empty()));
    let older = Some(named("AWS_SECURITY_TOKEN")).filter(|(_, token)| token.is_some());
    let token = older.unwrap_or_else(|| named("AWS_SESSION_TOKEN"));
    let [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(named);
    let credentials = keys::credentials(
        PLACE,
        (id.0, id.1.as_deref()),
        (secret.0, secret.1.as_deref()),
        (token.0, token.1.as_deref()),
    )?;
    let expiration = first(&lookup, &[EXPIRATION]);
    credentials
        .map(|credentials| {
            keys::with_expiration(PLACE, credentials, (EXPIRATION, expiration.as_deref()))
        })
        .transpose()
}

/// The region in `AWS_REGION`, else in `AWS_DEFAULT_REGION`, without surrounding white space. It is not
/// [checked](crate::endpoint::is_valid_region).
///
/// ```
/// use neptunedata::credentials::environment;
///
/// let lookup = |name: &str| (name == "AWS_DEFAULT_REGION").then(|| "eu-west-1".to_owned());
/// assert_eq!(environment::region(lookup).as_deref(), Some("eu-west-1"));
/// ```
pub fn region(lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    first(&lookup, &["AWS_REGION", "AWS_DEFAULT_REGION"])
}

/// The name of the profile to use: `AWS_DEFAULT_PROFILE`, else `AWS_PROFILE`, else `default`, in the order of botocore.
///
/// ```
/// use neptunedata::credentials::environment;
///
/// assert_eq!(environment::profile_name(|_| None), "default");
/// let lookup = |name: &str| (name == "AWS_PROFILE").then(|| "reports".to_owned());
/// assert_eq!(environment::profile_name(lookup), "reports");
/// ```
pub fn profile_name(lookup: impl Fn(&str) -> Option<String>) -> String {
    first(&lookup, &["AWS_DEFAULT_PROFILE", "AWS_PROFILE"]).unwrap_or_else(|| "default".to_owned())
}

/// The path of the shared config file: `AWS_CONFIG_FILE`, else `.aws/config` in the home directory.
///
/// The home directory is `HOME`, else `USERPROFILE`, else `HOMEDRIVE` followed by `HOMEPATH`. It
/// also replaces a `~` at the start of `AWS_CONFIG_FILE`. `None` if none of these variables is set.
/// See [AWS on the location of the files](https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html).
///
/// ```
/// use std::path::PathBuf;
/// use neptunedata::credentials::environment;
///
/// let home = |name: &str| (name == "HOME").then(|| "/home/ann".to_owned());
/// assert_eq!(environment::config_path(home), Some(PathBuf::from("/home/ann/.aws/config")));
/// ```
pub fn config_path(lookup: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    path(&lookup, "AWS_CONFIG_FILE", "config")
}

/// The path of the shared credentials file: `AWS_SHARED_CREDENTIALS_FILE`, else `.aws/credentials` in
/// the home directory, by the rules of [`config_path`].
///
/// ```
/// use std::path::PathBuf;
/// use neptunedata::credentials::environment;
///
/// let lookup = |name: &str| match name {
///     "HOME" => Some("/home/ann".to_owned()),
///     "AWS_SHARED_CREDENTIALS_FILE" => Some("~/keys".to_owned()),
///     _ => None,
/// };
/// assert_eq!(environment::credentials_path(lookup), Some(PathBuf::from("/home/ann/keys")));
/// ```
pub fn credentials_path(lookup: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    path(&lookup, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

/// The first of these variables that is set, without surrounding white space.
fn first(lookup: &impl Fn(&str) -> Option<String>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let value = lookup(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    })
}

fn path(lookup: &impl Fn(&str) -> Option<String>, variable: &str, file: &str) -> Option<PathBuf> {
    let Some(path) = first(lookup, &[variable]) else {
        return home(lookup).map(|home| home.join(".aws").join(file));
    };
    let below_home = match path.strip_prefix('~') {
        Some("") => Some(""),
        // `~ann/…`, the home of another user, is not expanded.
        Some(below) => below.strip_prefix(['/', '\\']),
        None => None,
    };
    Some(match (below_home, home(lookup)) {
        (Some(below), Some(home)) => home.join(below.trim_start_matches(['/', '\\'])),
        _ => PathBuf::from(path),
    })
}

fn home(lookup: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let on_windows = || {
        let drive = first(lookup, &["HOMEDRIVE"])?;
        Some(drive + &first(lookup, &["HOMEPATH"])?)
    };
    first(lookup, &["HOME", "USERPROFILE"])
        .or_else(on_windows)
        .map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use proptest::prelude::*;

    use super::*;

    /// Variables, and what is read from them.
    type Case = (
        &'static [(&'static str, &'static str)],
        Option<&'static str>,
    );

    fn with(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn keys_are_read_whole_or_not_at_all() {
        let id = ("AWS_ACCESS_KEY_ID", "AKID");
        let secret = ("AWS_SECRET_ACCESS_KEY", "c4n4ry");
        let token = ("AWS_SESSION_TOKEN", "c4n4ry-token");
        let long_lived = Credentials::new("AKID", "c4n4ry");
        let temporary = long_lived.clone().with_session_token("c4n4ry-token");
        let read = |variables: &[(&str, &str)]| credentials(with(variables)).unwrap();
        assert_eq!(read(&[id, secret]), Some(long_lived.clone()));
        assert_eq!(read(&[id, secret, token]), Some(temporary));
        let older = ("AWS_SECURITY_TOKEN", "c4n4ry-older");
        assert_eq!(
            read(&[id, secret, token, older]),
            Some(long_lived.clone().with_session_token("c4n4ry-older"))
        );
        let expiration = ("AWS_CREDENTIAL_EXPIRATION", "2025-01-31T12:34:56+00:00");
        let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1_738_326_896);
        assert_eq!(
            read(&[id, secret, expiration]),
            Some(long_lived.clone().with_expiry(expiry))
        );
        let no_token = ("AWS_SESSION_TOKEN", "");
        assert_eq!(read(&[id, secret, no_token]), Some(long_lived));
        assert_eq!(read(&[token]), None);
        assert_eq!(read(&[(id.0, ""), (secret.0, "")]), None);

        let refused = |variables: &[(&str, &str)]| credentials(with(variables)).unwrap_err();
        assert_eq!(
            refused(&[id, token]).to_string(),
            "no usable credentials: in the environment, AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not"
        );
        assert_eq!(
            refused(&[id, secret, ("AWS_CREDENTIAL_EXPIRATION", "soon")]).to_string(),
            "no usable credentials: in the environment, AWS_CREDENTIAL_EXPIRATION is not a time such as \
             2025-01-31T12:34:56Z"
        );
        let error = refused(&[id, ("AWS_SECRET_ACCESS_KEY", "c4n4ry\n")]);
        assert!(!format!("{error} {error:?}").contains("c4n4ry"));
    }

    #[test]
    fn region_and_profile_by_precedence() {
        let cases: [Case; 5] = [
            (&[], None),
            (&[("AWS_REGION", " eu-west-1 ")], Some("eu-west-1")),
            (&[("AWS_DEFAULT_REGION", "us-east-1")], Some("us-east-1")),
            (
                &[("AWS_REGION", "a"), ("AWS_DEFAULT_REGION", "b")],
                Some("a"),
            ),
            (
                &[("AWS_REGION", " "), ("AWS_DEFAULT_REGION", "b")],
                Some("b"),
            ),
        ];
        for (variables, expected) in cases {
            let found = region(with(variables));
            assert_eq!(found.as_deref(), expected, "{variables:?}");
        }
        let both = [("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "b")];
        assert_eq!(profile_name(with(&both)), "b");
        assert_eq!(
            profile_name(with(&[both[0], ("AWS_DEFAULT_PROFILE", "")])),
            "a"
        );
        assert_eq!(profile_name(with(&[("AWS_PROFILE", "")])), "default");
    }

    #[test]
    fn paths_and_homes() {
        const FILE: &str = "AWS_CONFIG_FILE";
        const HOME: (&str, &str) = ("HOME", "/home/ann");
        let cases: [Case; 14] = [
            (&[], None),
            (&[HOME], Some("/home/ann/.aws/config")),
            (
                &[("USERPROFILE", "/users/ann")],
                Some("/users/ann/.aws/config"),
            ),
            (
                &[HOME, ("USERPROFILE", "/users/ann")],
                Some("/home/ann/.aws/config"),
            ),
            (
                &[("HOMEDRIVE", "/c"), ("HOMEPATH", "/ann")],
                Some("/c/ann/.aws/config"),
            ),
            (&[("HOMEPATH", "/ann")], None),
            (&[HOME, (FILE, "/etc/aws")], Some("/etc/aws")),
            (&[HOME, (FILE, "")], Some("/home/ann/.aws/config")),
            (&[HOME, (FILE, "~/aws")], Some("/home/ann/aws")),
            (&[HOME, (FILE, "~\\aws")], Some("/home/ann/aws")),
            (&[HOME, (FILE, "~bob/aws")], Some("~bob/aws")),
            (&[(FILE, "~/aws")], Some("~/aws")),
            (&[HOME, (FILE, "~")], Some("/home/ann")),
            // The path stays below the home directory.
            (&[HOME, (FILE, "~//etc/aws")], Some("/home/ann/etc/aws")),
        ];
        for (variables, expected) in cases {
            let expected = expected.map(PathBuf::from);
            assert_eq!(config_path(with(variables)), expected, "{variables:?}");
        }
        let both = [HOME, (FILE, "/etc/aws")];
        let expected = PathBuf::from("/home/ann/.aws/credentials");
        assert_eq!(credentials_path(with(&both)), Some(expected));
    }

    proptest! {
        #[test]
        fn no_text_panics_or_is_shown(id in "\\PC{0,4}|AKID", before in "[\0- \"']?", after in "\\PC?|[\0- \"']") {
            let secret = format!("{before}c4n4ry{after}");
            let variables = [
                ("AWS_ACCESS_KEY_ID", id.as_str()), ("AWS_SECRET_ACCESS_KEY", &secret), ("AWS_SESSION_TOKEN", &secret),
            ];
            let result = credentials(with(&variables));
            let text = result.as_ref().map_or_else(ToString::to_string, |_| String::new());
            let shown = format!("{text} {result:?}");
            prop_assert!(!shown.contains("c4n4ry"), "{}", shown);
            let lookup = |_: &str| Some(id.clone());
            config_path(lookup);
            region(lookup);
        }
    }
}
