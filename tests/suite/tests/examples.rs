//! Runs the examples as separate programs, as a user does.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Mutex,
};

use neptunedata_emulator::{Config, Emulator, MlKind, Server, SignatureCheck};

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "eu-west-1";

const EXAMPLES: [&str; 3] = [
    "cancel_training_job",
    "cancel_training_job_blocking",
    "cancel_training_job_by_hand",
];

/// Builds the example like the README's command, so that no stale one is run.
fn built(name: &str) -> PathBuf {
    // One at a time: cargo would wait for its lock anyway.
    static LOCK: Mutex<()> = Mutex::new(());
    let _guard = LOCK.lock();
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--message-format=json",
            "--example",
            name,
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut artifacts = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == name && message["target"]["kind"][0] == "example";
        is_it.then(|| PathBuf::from(message["executable"].as_str().unwrap_or_default()))
    });
    artifacts.next_back().expect("cargo names the executable")
}

/// The example without the caller's variables.
fn example(name: &str) -> Command {
    let mut command = Command::new(built(name));
    for variable in [
        "NEPTUNE_ENDPOINT",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        command.env_remove(variable);
    }
    command
}

fn against(server: &Server, name: &str, secret: &str) -> Command {
    let mut command = example(name);
    command
        .env("NEPTUNE_ENDPOINT", server.endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", secret);
    command
}

fn succeed(mut command: Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(
        status.success(),
        "{stdout}\n{}",
        String::from_utf8_lossy(&stderr)
    );
    stdout
}

fn emulator() -> Server {
    let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    Server::start(Emulator::new(config)).unwrap()
}

#[test]
fn each_starts_watches_and_cancels_one_job() {
    for name in EXAMPLES {
        let server = emulator();
        let stdout = succeed(against(&server, name, SECRET_KEY));
        assert!(stdout.contains("Stopped"), "{name}: {stdout}");

        server.with(|emulator| {
            assert_eq!(emulator.received("StartMLModelTrainingJob"), 1, "{name}");
            assert_eq!(emulator.executed("StartMLModelTrainingJob"), 1, "{name}");
            assert!(emulator.executed("GetMLModelTrainingJob") >= 2, "{name}");
            assert_eq!(emulator.received("CancelMLModelTrainingJob"), 1, "{name}");
            assert_eq!(emulator.executed("CancelMLModelTrainingJob"), 1, "{name}");
            let verified = SignatureCheck::Verified {
                access_key: ACCESS_KEY.to_owned(),
            };
            for entry in emulator.log() {
                assert_eq!(entry.signature, verified, "{name}: {entry:?}");
            }
            let [job] = emulator.ml_jobs(MlKind::ModelTraining) else {
                panic!("{name}: one job was started");
            };
            assert!(job.artifacts_removed(), "{name}");
        });
    }
}

#[test]
fn each_brings_its_own_emulator() {
    let refusal = "InvalidParameterException (400): Invalid ID";
    for name in EXAMPLES {
        let stdout = succeed(example(name));
        for expected in ["InProgress", "200 OK", "Stopped", refusal] {
            assert!(
                stdout.contains(expected),
                "{name}: {expected:?} is missing in\n{stdout}"
            );
        }
    }
    let stdout = succeed(example("cancel_training_job_by_hand"));
    let expected = "CancelMLModelTrainingJob -> 200 OK, signed by AKIDEXAMPLE";
    assert!(stdout.contains(expected), "{stdout}");
}

#[test]
fn a_wrong_secret_prints_the_servers_error_and_starts_nothing() {
    for name in EXAMPLES {
        let server = emulator();
        let output = against(&server, name, "another").output().unwrap();
        assert!(!output.status.success(), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("AccessDeniedException"), "{name}: {stderr}");
        server.with(|emulator| assert_eq!(emulator.executed("StartMLModelTrainingJob"), 0));
    }
}

#[test]
fn the_scenario_table_has_the_peers_figures() {
    let mut command = example("scenario_table");
    command.args(["--tls", "a", "a3", "g3", "f2 once"]);
    let stdout = succeed(command);
    let mut lines = stdout.lines();
    let header = lines.next().unwrap();
    let columns: Vec<_> = header.split("  ").map(str::trim).collect();
    for column in ["read", "cancel", "write", "SDK: n", "boto3 standard: n"] {
        assert!(columns.contains(&column), "{stdout}");
    }
    let row = |name: &str| {
        let mut lines = stdout.lines();
        let line = lines.find(|line| line.split("  ").next() == Some(name));
        let cells = line
            .unwrap_or_else(|| panic!("{name}: {stdout}"))
            .split("  ");
        let cells = cells.map(str::trim).filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        row("a")[2..],
        [
            "3/3 Closed?",
            "1/3 Closed?",
            "1/1 Closed?",
            "3 DispatchFailure",
            "3 ConnectionClosedError",
            "5"
        ],
        "{stdout}"
    );
    // No peer was measured with this row.
    assert_eq!(
        row("f2 once")[2..],
        ["2/2 Ok", "1/2 InvalidParameterException?", "1/1 Closed?"],
        "{stdout}"
    );
    assert_eq!(
        row("a3")[2..],
        ["1/1 Ok", "1/1 Ok", "1/1 Ok", "1 Ok", "1 success", "1"],
        "{stdout}"
    );
    assert!(
        stdout.ends_with("24 calls; writes executed twice: 0; unexpected: 0\n"),
        "{stdout}"
    );

    let output = example("scenario_table").arg("zz").output().unwrap();
    assert!(!output.status.success());
}

#[test]
fn rows_are_read_in_little_memory() {
    for name in ["rows", "rows_blocking"] {
        let mut command = example(name);
        command.arg("48");
        let stdout = succeed(command);
        let (rows, _) = stdout.split_once(" rows, ").expect(name);
        assert!(rows.parse::<u64>().unwrap() > 200_000, "{name}: {stdout}");
        assert!(stdout.contains(" rows/s, "), "{name}: {stdout}");
        let has_memory = stdout.contains("memory: grew by ") || !cfg!(target_os = "linux");
        assert!(has_memory, "{name}: {stdout}");
    }
}

#[test]
fn a_graph_is_written_to_a_file_in_little_memory() {
    for name in ["save_graph", "save_graph_blocking"] {
        let directory = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("graph.nt");
        let mut command = example(name);
        command.arg("48").arg(&path);
        let stdout = succeed(command);
        let graph = std::fs::read_to_string(&path).unwrap();
        let files = std::fs::read_dir(&directory).unwrap().count();
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(files, 1, "{name}");
        assert_eq!(graph.len(), 48 << 20, "{name}");
        assert!(graph.starts_with("<urn:person:0000"), "{name}");
        assert!(graph.ends_with("\" .\n"), "{name}");
        let written = format!("graph.nt: application/n-triples\n{} bytes, ", graph.len());
        assert!(stdout.contains(&written), "{name}: {stdout}");
        let has_memory = stdout.contains("memory: grew by ") || !cfg!(target_os = "linux");
        assert!(has_memory, "{name}: {stdout}");
    }
}

/// The memory check of the examples can fail.
#[cfg(target_os = "linux")]
#[test]
fn keeping_all_rows_takes_too_much_memory() {
    for name in ["rows", "rows_blocking"] {
        let output = example(name).args(["48", "keep"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains("memory grew by more than 16384 KiB"),
            "{name}: {stderr}"
        );
    }
}

#[test]
fn a_load_is_waited_for() {
    for name in ["wait_for_load", "wait_for_load_blocking"] {
        let stdout = succeed(example(name));
        assert!(stdout.contains("loaded everything"), "{name}: {stdout}");
    }
}

#[test]
fn changes_are_followed_from_where_it_stopped() {
    for name in ["follow_changes", "follow_changes_blocking"] {
        let stdout = succeed(example(name));
        let transactions = stdout
            .lines()
            .filter(|line| line.starts_with("transaction"));
        let numbers: Vec<_> = transactions.collect();
        assert_eq!(numbers.len(), 6, "{name}: {stdout}");
        assert!(stdout.contains("stopped at 3:2"), "{name}: {stdout}");
        for person in ["Ann", "Bob", "Cid", "Dee", "Eve", "Fay"] {
            assert_eq!(stdout.matches(person).count(), 1, "{name}: {stdout}");
        }
    }
}

/// The figures are those in the comments of the same tour in Python.
#[test]
fn a_local_graph_is_created_loaded_and_read() {
    let stdout = succeed(example("local_graph"));
    for expected in [
        "loaded 13 records",
        "Londoners know Alan, born in 1912",
        "Londoners know Grace, born in 1906",
        "commit 2 of the stream has 13 records",
        "the graph has 5 nodes [\"Person\", \"Town\"] and 3 edges [\"KNOWS\", \"LIVES_IN\"]",
    ] {
        assert!(
            stdout.contains(expected),
            "{expected:?} is missing in\n{stdout}"
        );
    }
}

/// `tests/clients_engines.rs` replays what this script sends.
#[test]
fn the_readme_quotes_the_tour_in_python() {
    let readme = include_str!("../../../README.md");
    let (_, section) = readme.split_once("## A local Neptune\n").unwrap();
    let (_, block) = section.split_once("```python\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let mut script = include_str!("../../emulator/examples/python/tour.py").lines();
    for line in block.lines() {
        assert!(
            script.any(|it| it == line),
            "{line:?} is missing or in another place"
        );
    }
}

#[test]
fn the_first_command_of_the_readme_is_an_example() {
    let readme = include_str!("../../../README.md");
    let (_, block) = readme.split_once("```sh\n").unwrap();
    let (command, _) = block.split_once("\n```").unwrap();
    let name = command.strip_prefix("cargo run --example ");
    assert_eq!(name, Some(EXAMPLES[0]));
}

#[test]
fn the_property_test_finds_the_planted_bug_and_no_other() {
    let stdout = succeed(example("property_test"));
    let lines: Vec<_> = stdout.lines().collect();
    let [careless, careful] = lines[..] else {
        panic!("{stdout}");
    };
    assert_eq!(
        careless,
        "careless: 2 models were trained in this network: [Unanswered]"
    );
    assert!(
        careful.starts_with("careful: passed; one model was trained in "),
        "{stdout}"
    );
}
