//! No secret is logged, printed or formatted, also when calls fail in every way that the tests know. Each test runs
//! itself in a child process with loggers of its own, and searches the output of that process.

#![allow(missing_docs)]

#[path = "credentials_canary/calls.rs"]
mod calls;
#[path = "credentials_canary/plants.rs"]
mod plants;
#[path = "credentials_canary/search.rs"]
mod search;
#[path = "credentials_canary/spies.rs"]
mod spies;
#[path = "credentials_canary/table.rs"]
mod table;

use std::process::Command;

use plants::{PLANTS, Plant};
use search::{Found, Made, search};

const REGION: &str = "eu-west-1";
/// Part of each secret, repeated so often that half of a secret contains it, too. No output may contain it.
const CANARY: &str = "c4n4ry";
/// How both secrets begin: long enough that no certificate has it in its base64 by chance.
const START: &str = "c4n4ry/s3";
const SECRET: &str = "c4n4ry/s3cr3t+c4n4ry/k3y+c4n4ry";
const TOKEN: &str = "c4n4ry/s3ss10n+c4n4ry/t0k3n+c4n4ry==";
/// For all to see in `Debug`, as it is in every signed request, but not in logs.
const ACCESS_KEY: &str = "AKIDEXAMPLE";

/// What a child has printed, and what was made of its secrets.
struct Printed {
    stdout: String,
    all: String,
    made: Made,
}

impl Printed {
    fn rows(&self) -> Vec<&str> {
        let lines = self.stdout.lines();
        lines.filter_map(|line| line.strip_prefix("ROW ")).collect()
    }

    fn found(&self) -> Vec<Found> {
        search(&self.all, &self.made)
    }

    /// What was listened to is what there is.
    fn assert_heard(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.stdout.contains(part), "nothing from {part}");
        }
    }

    /// What happens to calls and attempts is logged. Both clients report the same events.
    fn assert_attempts_are_logged(&self) {
        let span = "span neptune_call operation=\"GetEngineStatus\"";
        assert!(self.stdout.contains(span), "{span}");
        let events = self.stdout.lines();
        let events = events.filter(|line| line.starts_with("event DEBUG neptunedata "));
        let events: Vec<_> = events.collect();
        for fields in [
            &["status=200"][..],
            &["status=400"],
            &["attempt=1"],
            &["attempt=2"],
            &["kind=Closed", "sent=Maybe"],
            &["kind=Service(", "attempts=1", "may_have_executed=false"],
        ] {
            let is_it = |event: &&str| fields.iter().all(|field| event.contains(field));
            assert!(events.iter().any(is_it), "no event with {fields:?}");
        }
    }

    fn assert_logs_without_id(&self) {
        let is_log = |line: &&str| {
            let starts = ["log ", "event ", "span ", "record "];
            starts.iter().any(|start| line.starts_with(start))
        };
        let mut logs = self.all.lines().filter(is_log);
        assert_eq!(logs.find(|line| line.contains(ACCESS_KEY)), None);
    }
}

/// Runs a test of this file once more, as a child.
fn child(test: &str, role: &str) -> Printed {
    let made =
        std::env::temp_dir().join(format!("neptunedata-canary-{}-{role}", std::process::id()));
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env("CANARY_CHILD", role)
        .env("CANARY_MADE", &made)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{role}: {stderr}");
    let written = std::fs::read_to_string(&made).unwrap_or_default();
    let _ = std::fs::remove_file(made);
    Printed {
        all: format!("{stdout}\n{stderr}"),
        stdout,
        made: table::taken_over(&written),
    }
}

/// What this process is to do, if it is a child.
fn role() -> Option<String> {
    let role = std::env::var("CANARY_CHILD").ok()?;
    spies::listen();
    Some(role)
}

#[test]
fn no_secret_is_ever_shown() {
    if role().is_some() {
        return calls::make();
    }
    let printed = child("no_secret_is_ever_shown", "calls");
    assert_eq!(printed.found(), []);
    printed.assert_logs_without_id();
    printed.assert_attempts_are_logged();
    assert_eq!(printed.rows(), [calls::ROWS, calls::ROWS].concat());
    printed.assert_heard(&[
        "event DEBUG neptunedata ",
        "span neptune_call",
        "log TRACE ureq",
        "log DEBUG ureq",
    ]);
}

#[test]
fn no_secret_is_shown_by_the_whole_table() {
    if role().is_some() {
        return table::play();
    }
    let printed = child("no_secret_is_shown_by_the_whole_table", "table");
    assert_eq!(printed.found(), []);
    printed.assert_logs_without_id();
    let rows = printed.rows();
    let otherwise: Vec<_> = rows
        .iter()
        .filter(|row| !row.starts_with("as expected: "))
        .collect();
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    assert_eq!(rows.len(), table::cells());
    // Nearly every cell has signed at least one request, no two alike.
    assert!(printed.made.signatures.len() > table::cells() / 2);
    assert!(!printed.made.keys.is_empty());
    printed.assert_heard(&[
        "event DEBUG neptunedata ",
        "log TRACE ureq",
        "log DEBUG rustls",
        // Values, of both clients and by hand.
        "ClientBuilder {",
        "CallBuilder {",
        "CallOptions {",
        "ClientOptions {",
        "Session(",
        "Client {",
        "CallOutput {",
        "Send(Transmit {",
        "Credentials(Credentials {",
        "Error {",
        "Misuse",
    ]);
}

/// What finds nothing above finds what is there.
#[test]
fn a_secret_that_is_shown_is_found() {
    if let Some(role) = role() {
        let plant = (role != "none").then(|| Plant::from_name(&role));
        return table::play_one(plant);
    }
    let test = "a_secret_that_is_shown_is_found";
    let printed = child(test, "none");
    assert_eq!(printed.found(), []);
    assert!(!printed.made.signatures.is_empty() && !printed.made.keys.is_empty());
    for (plant, expected) in PLANTS {
        let found = child(test, &format!("{plant:?}")).found();
        let whats: Vec<_> = found.iter().map(|found| found.what).collect();
        assert!(
            whats.contains(&expected),
            "{plant:?} was not found: {whats:?}"
        );
    }
}
