//! The examples, run as a newcomer runs them: as programs of their own.

use std::process::{Command, Output};

use neptunedata_emulator::{Config, Emulator, Server, Signature};

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "eu-west-1";

/// The example as cargo built it beside this test, without the caller's AWS variables.
fn example(name: &str) -> Command {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(path);
    for variable in [
        "NEPTUNE_ENDPOINT",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        command.env_remove(variable);
    }
    command
}

fn against(server: &Server, secret: &str) -> Command {
    let mut command = example("cancel_training_job_by_hand");
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
fn the_job_is_started_watched_and_cancelled_by_hand() {
    let server = emulator();
    let stdout = succeed(against(&server, SECRET_KEY));
    assert!(stdout.contains("=> Stopped"), "{stdout}");

    server.with(|emulator| {
        assert_eq!(emulator.executed("StartMLModelTrainingJob"), 1);
        assert!(emulator.executed("GetMLModelTrainingJob") >= 2);
        assert_eq!(emulator.executed("CancelMLModelTrainingJob"), 1);
        let verified = Signature::Verified {
            access_key: ACCESS_KEY.to_owned(),
        };
        for entry in emulator.log() {
            assert_eq!(entry.signature, verified, "{entry:?}");
        }
        let [job] = emulator.training_jobs() else {
            panic!("one job was started")
        };
        assert!(job.artefacts_removed());
    });
}

#[test]
fn the_example_by_hand_brings_its_own_emulator() {
    let stdout = succeed(example("cancel_training_job_by_hand"));
    for expected in [
        "=> InProgress",
        "=> 200 OK",
        "=> Stopped",
        "InvalidParameterException (400): Failed to stop the job",
        "CancelMLModelTrainingJob -> 200 OK, signed by AKIDEXAMPLE",
    ] {
        assert!(
            stdout.contains(expected),
            "{expected:?} is missing in\n{stdout}"
        );
    }
}

#[test]
fn a_wrong_secret_ends_in_the_servers_words_and_starts_nothing() {
    let server = emulator();
    let output = against(&server, "another").output().unwrap();
    assert!(!output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("AccessDeniedException"), "{stderr}");
    server.with(|emulator| assert_eq!(emulator.executed("StartMLModelTrainingJob"), 0));
}
