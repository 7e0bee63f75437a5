//! Profile files, environments and outputs of credential processes, read as botocore reads them: the same credentials
//! from the same command, or both refuse. `tests/suite/boto3/profiles.py` generates the cases.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    os::unix::process::ExitStatusExt,
    process::{ExitStatus, Output},
    time::{Duration, SystemTime},
};

use flate2::read::GzDecoder;
use neptunedata::{
    Credentials,
    credentials::{CredentialsError, environment, profile::ProfileLookup},
};
use serde::Deserialize;

/// Where this project decided otherwise: the tag of the cases, and the reason.
const DIFFERENCES: [(&str, &str); 10] = [
    (
        "blanks",
        "blanks inside brackets are not part of a name, as in other AWS SDKs",
    ),
    (
        "byte order mark",
        "editors and tools on Windows write it; botocore fails",
    ),
    (
        "comment",
        "a comment may follow a value, as AWS documents; botocore makes it part of the value",
    ),
    (
        "duplicates",
        "sections are merged and the last value counts, as AWS documents; botocore rejects the file",
    ),
    (
        "empty",
        "an empty value counts as absent; botocore uses it or fails",
    ),
    (
        "half",
        "half of a key is an error; botocore ignores a secret without an id",
    ),
    (
        "invalid keys",
        "keys that cannot sign are errors here, and errors of the server in botocore",
    ),
    (
        "other times",
        "an expiration is an RFC 3339 time, as AWS documents; botocore reads many formats",
    ),
    (
        "other versions",
        "the version is the number 1, not 1.0 or true",
    ),
    (
        "unused files",
        "if the environment has keys, the files are not read; botocore fails if they are invalid",
    ),
];

#[derive(Deserialize)]
struct Case {
    config: Option<String>,
    credentials: Option<String>,
    environment: BTreeMap<String, String>,
    profile: Option<String>,
    output: String,
    exit: i32,
    tags: Vec<String>,
    found: Found,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum Found {
    Credentials {
        keys: (String, String, Option<String>),
        expires: Option<u64>,
        command: Option<Vec<String>>,
    },
    Error {
        error: String,
    },
}

#[test]
fn profiles_are_read_as_botocore_reads_them() {
    let mut text = String::new();
    let compressed = include_bytes!("../../boto3/profiles.jsonl.gz");
    let mut decoder = GzDecoder::new(&compressed[..]);
    decoder.read_to_string(&mut text).unwrap();
    let mut differing = BTreeSet::new();
    let mut found = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let mut case: Case = serde_json::from_str(line).unwrap();
        let (ours, command) = case.load();
        if ours
            .as_ref()
            .is_err_and(|error| error.to_string().contains(" is set but "))
        {
            case.tags.push("half".to_owned());
        }
        let is_same = match (&case.found, &ours) {
            (Found::Error { .. }, Err(_)) => true,
            (Found::Credentials { .. }, Ok(credentials)) => {
                found += 1;
                case.found == shown(credentials, command.clone())
            }
            _ => false,
        };
        if is_same {
            continue;
        }
        let reasons = DIFFERENCES.map(|(tag, _)| tag);
        let reasons = reasons
            .iter()
            .filter(|tag| case.tags.iter().any(|of| of == *tag));
        let reasons: Vec<_> = reasons.collect();
        assert!(
            !reasons.is_empty(),
            "line {number}: {line}\nours: {ours:?} {:?} {command:?}",
            ours.as_ref().map(|ours| shown(ours, command.clone()))
        );
        // A case with several differences does not show that each of them exists.
        if let [reason] = reasons[..] {
            differing.insert(*reason);
        }
    }
    assert!(found > 200, "{found} cases with credentials");
    assert_eq!(differing, DIFFERENCES.map(|(tag, _)| tag).into());
}

impl Case {
    /// The credentials, and the command that was run for them.
    fn load(&self) -> (Result<Credentials, CredentialsError>, Option<Vec<String>>) {
        let lookup = |name: &str| match name {
            "HOME" => Some("/home".to_owned()),
            name => self.environment.get(name).cloned(),
        };
        // A profile that the caller names comes before the environment.
        if self.profile.is_none() {
            match environment::credentials(lookup) {
                Ok(None) => {}
                found => return (found.map(Option::unwrap), None),
            }
        }
        let command = RefCell::new(None);
        let found = ProfileLookup::new(self.profile.as_deref(), lookup).load(
            |path| {
                let file = if path.ends_with("config") {
                    &self.config
                } else {
                    &self.credentials
                };
                file.clone().ok_or_else(|| io::ErrorKind::NotFound.into())
            },
            |process| {
                let program = process.command.program();
                if !["keys", "/opt/my tools/keys"].contains(&program) {
                    return Err(io::ErrorKind::NotFound.into());
                }
                let words = [&[program.to_owned()], process.command.arguments()].concat();
                *command.borrow_mut() = Some(words);
                Ok(Output {
                    status: ExitStatus::from_raw(self.exit << 8),
                    stdout: self.output.clone().into(),
                    stderr: Vec::new(),
                })
            },
        );
        (found, command.into_inner())
    }
}

fn shown(credentials: &Credentials, command: Option<Vec<String>>) -> Found {
    let since_1970 = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH);
    let expires = credentials
        .expires_at()
        .map(|time| since_1970(time).unwrap());
    Found::Credentials {
        keys: (
            credentials.access_key_id().to_owned(),
            credentials.secret_access_key().to_owned(),
            credentials.session_token().map(str::to_owned),
        ),
        expires: expires.as_ref().map(Duration::as_secs),
        command,
    }
}
