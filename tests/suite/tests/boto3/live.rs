//! Records the transcript again if `NEPTUNEDATA_BOTO3=1` is set.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU64, Ordering},
};

use neptunedata_emulator::{LogEntry, ServerOptions};

use crate::{
    cluster,
    replay::replay,
    transcript::{self, Line, Verdict},
};

/// `1` asks for a run of boto3 itself. What that needs and is not there is a failure.
const ASKED: &str = "NEPTUNEDATA_BOTO3";
/// `1` lets the run replace the transcript.
const UPDATE: &str = "UPDATE_TRANSCRIPT";

#[test]
fn boto3_gives_the_recorded_transcript_again() {
    match env::var(ASKED).as_deref() {
        Err(env::VarError::NotPresent) | Ok("" | "0") => {
            replay(&transcript::committed());
        }
        Ok("1") => {
            let recorded = record();
            replay(&recorded);
            if env::var(UPDATE).is_ok_and(|update| update == "1") {
                // At once, since other tests are reading it.
                let new = transcript::path("transcript.jsonl.new");
                fs::write(&new, recorded).unwrap();
                fs::rename(new, transcript::path("transcript.jsonl")).unwrap();
            } else {
                compare(&transcript::committed(), &recorded);
            }
        }
        other => panic!("{ASKED} is 1 or not set, and not {other:?}"),
    }
}

/// Byte by byte: clock, ids and pauses do not differ from run to run.
fn compare(committed: &str, recorded: &str) {
    for (number, (was, is)) in committed.lines().zip(recorded.lines()).enumerate() {
        let same = was.bytes().zip(is.bytes()).take_while(|(a, b)| a == b);
        // The step's name, and where it begins to differ.
        let (at, number) = (same.count().saturating_sub(40), number + 1);
        let rest = |line: &str| String::from_utf8_lossy(&line.as_bytes()[at..]).into_owned();
        assert!(
            was == is,
            "line {number}: {was:.80}…\nwas …{:.200}\nis …{:.200}",
            rest(was),
            rest(is)
        );
    }
    let (was, is) = (committed.lines().count(), recorded.lines().count());
    assert_eq!(is, was, "lines of the transcript");
}

/// Runs the script against a server in this process, and adds to its lines what the server's log says.
fn record() -> String {
    let read_before = AtomicU64::new(0);
    let server = ServerOptions::new()
        // The clock is asked once for each request that is read, and once more for each that has to wait.
        .clock(move || cluster::now(read_before.fetch_add(1, Ordering::SeqCst)))
        .start(cluster::emulator())
        .unwrap();
    let folder = Folder::new();
    let printed = run(Command::new(install(&folder.0))
        .arg(transcript::path("transcript.py"))
        .arg(server.address().to_string())
        .args(["--time", cluster::DATE]));
    let (first, rest) = printed.split_once('\n').unwrap();
    let log = server.with(|emulator| emulator.log().to_vec());
    let mut log = log.iter().peekable();
    let mut recorded = format!("{first}\n");
    for line in rest.lines() {
        recorded += &with_verdict(line, &mut log);
        recorded.push('\n');
    }
    assert!(
        log.next().is_none(),
        "the server has read more than was sent"
    );
    recorded
}

fn with_verdict<'a>(
    line: &str,
    log: &mut std::iter::Peekable<impl Iterator<Item = &'a LogEntry>>,
) -> String {
    let parsed: Line = serde_json::from_str(line).unwrap();
    let Some(request) = parsed.request else {
        return line.to_owned();
    };
    // The two tell every attempt from every other.
    let is_this = |entry: &LogEntry| {
        ["amz-sdk-invocation-id", "amz-sdk-request"]
            .iter()
            .all(|name| {
                let logged = entry
                    .headers
                    .get(*name)
                    .map(|value| value.to_str().unwrap());
                request.header(name).is_some() && logged == request.header(name)
            })
    };
    let verdict = log.next_if(|entry| is_this(entry)).map(Verdict::of);
    let open = line.strip_suffix('}').unwrap();
    let verdict = serde_json::to_string(&verdict).unwrap();
    format!("{open},\"emulator\":{verdict}}}")
}

/// Makes a virtual environment with what `requirements.txt` names, and says where its Python is.
fn install(folder: &Path) -> PathBuf {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder));
    let python = if cfg!(windows) {
        folder.join("Scripts/python.exe")
    } else {
        folder.join("bin/python")
    };
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(transcript::path("requirements.txt")));
    python
}

/// What the command prints. Fails with all that it said if it fails, or is not there.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A folder for the virtual environment, removed again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = env::temp_dir().join(format!("neptunedata-boto3-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Files that cannot be removed do no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
