//! Sources of credentials, with both clients.

#![allow(missing_docs)]

// Commands are split by other rules on Windows.
#[cfg(unix)]
#[path = "credentials/botocore.rs"]
mod botocore;
#[path = "credentials/support.rs"]
mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use neptunedata::{Credentials, ErrorKind, credentials::CredentialsError, engine::GetEngineStatus};
use neptunedata_emulator::Server;
use neptunedata_tests::client::{ClientBuilder, Driver};

use crate::support::*;

fn builder(driver: Driver, server: &Server) -> ClientBuilder {
    driver.builder(endpoint(server))
}

fn key(number: u32) -> Credentials {
    Credentials::new(format!("ASIA{number}"), SECRET).with_session_token(token(number))
}

fn ending(number: u32, life: Duration) -> Credentials {
    key(number).with_expiry(SystemTime::now() + life)
}

fn from_variables(builder: ClientBuilder) -> ClientBuilder {
    let source = std::env::var("CHILD_SOURCE").unwrap();
    match source.split_once(' ').unwrap_or((&source, "")) {
        ("environment", _) => builder.credentials_from_environment(),
        ("profile", "") => builder.credentials_from_profile(None),
        ("profile", name) => builder.credentials_from_profile(Some(name)),
        (other, _) => panic!("{other}"),
    }
}

// Run by other tests, in a process with an environment of its own.
#[test]
#[ignore = "run by other tests"]
fn child_process() {
    let (driver, endpoint) = child();
    let mut builder = driver.builder(endpoint);
    if std::env::var("CHILD_REGION").is_ok() {
        builder = builder.region_from_environment();
    }
    let client = match from_variables(builder).build() {
        Ok(client) => client,
        Err(error) => {
            println!("SAYS not built: {error}\n{}", everything(&*error));
            return;
        }
    };
    println!("{client:?} {client:#?}");
    println!(
        "SAYS region {}",
        client.session().endpoint().region().unwrap_or("none")
    );
    let calls = std::env::var("CHILD_CALLS").map_or(1, |calls| calls.parse().unwrap());
    for nth in 0..calls {
        if nth > 0 {
            // The parent changes what there is meanwhile, and says when it is done.
            let changed = std::path::PathBuf::from(std::env::var("HOME").unwrap()).join("changed");
            while !changed.exists() {
                thread::sleep(Duration::from_millis(5));
            }
        }
        match client.send(&GetEngineStatus::new()) {
            Ok(_) => println!("SAYS ok"),
            Err(error) => println!("SAYS failed: {error}\n{}", everything(&error)),
        }
    }
}

#[test]
fn the_environment_is_read_when_the_client_is_built() {
    for driver in Driver::ALL {
        let (server, home) = (cluster(), Files::new());
        let run = |more: &[(&str, &str)]| {
            let mut variables = vec![
                ("CHILD_SOURCE", "environment"),
                ("CHILD_REGION", "1"),
                ("AWS_REGION", REGION),
            ];
            variables.extend(more);
            said(this_program(driver, &server, &home, &variables))
        };
        let (id, secret) = (
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        );
        assert_eq!(run(&[id, secret]), "region eu-west-1\nok");
        let temporary = [
            ("AWS_ACCESS_KEY_ID", "ASIA1"),
            secret,
            ("AWS_SESSION_TOKEN", "c4n4ry-token1"),
        ];
        assert_eq!(run(&temporary), "region eu-west-1\nok");
        let wrong = run(&[
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "c4n4ry-wrong"),
        ]);
        assert!(
            wrong.starts_with(
                "region eu-west-1\nfailed: GetEngineStatus: AccessDeniedException (403)"
            ),
            "{wrong}"
        );
        let missing = run(&[]);
        let no_credentials = "not built: no usable credentials: neither AWS_ACCESS_KEY_ID nor ";
        assert!(missing.starts_with(no_credentials), "{missing}");

        let nowhere = run(&[id, secret, ("AWS_REGION", "")]);
        assert!(
            nowhere.starts_with("not built: missing region for signing"),
            "{nowhere}"
        );
        let strange = run(&[id, secret, ("AWS_REGION", "a b")]);
        assert!(
            strange.starts_with("not built: invalid region in the environment or profile"),
            "{strange}"
        );
    }
}

#[test]
fn profiles_are_read_from_the_files_that_the_environment_names() {
    for driver in Driver::ALL {
        let (server, home) = (cluster(), Files::new());
        let config = home.write(
            "config",
            "[default]\nregion = eu-west-1\n\
             [profile far]\nregion = us-east-1\n\
             [profile role]\nrole_arn = x\n",
        );
        let keys = home.write(
            "keys",
            "[default]\naws_access_key_id = AKID\naws_secret_access_key = c4n4ry-secret\n\
             [far]\naws_access_key_id = ASIA2\naws_secret_access_key = c4n4ry-secret\n\
             aws_session_token = c4n4ry-token2\n\
             [half]\naws_secret_access_key = c4n4ry-secret\n",
        );
        let run = |source: &str, more: &[(&str, &str)]| {
            let mut variables = vec![
                ("CHILD_SOURCE", source),
                ("AWS_CONFIG_FILE", config.to_str().unwrap()),
                ("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap()),
            ];
            variables.extend(more);
            said(this_program(driver, &server, &home, &variables))
        };
        assert_eq!(run("profile", &[]), "region eu-west-1\nok");
        // Another region, which the cluster is not in.
        let far = run("profile far", &[]);
        assert!(far.starts_with("region us-east-1\nfailed: "), "{far}");
        let variable = [("CHILD_REGION", "1"), ("AWS_REGION", "eu-west-1")];
        assert_eq!(
            run("profile far", &variable),
            "region eu-west-1\nok",
            "the variable comes first"
        );
        assert_eq!(
            run(
                "profile",
                &[variable[0], variable[1], ("AWS_PROFILE", "far")]
            ),
            "region eu-west-1\nok"
        );
        for (source, expected) in [
            ("profile half", keys.to_str().unwrap()),
            ("profile none", "profile \"none\" not found"),
            ("profile role", "with the feature aws-config"),
        ] {
            let text = run(source, &[]);
            assert!(
                text.starts_with("not built: ") && text.contains(expected),
                "{text}"
            );
        }
    }
}

#[test]
fn a_credential_process_runs_again_when_its_keys_are_rejected() {
    for driver in Driver::ALL {
        let (server, home) = (cluster(), Files::new());
        let keys = home.write("process output.json", &json(1, "SessionToken"));
        let config = format!(
            "[default]\nregion = eu-west-1\ncredential_process = cat \"{}\"\n",
            keys.display()
        );
        let config = home.write("config", &config);
        let variables = [
            ("CHILD_SOURCE", "profile"),
            ("CHILD_CALLS", "3"),
            ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ];
        let command = this_program(driver, &server, &home, &variables);
        let runs = thread::scope(|scope| {
            let runs = scope.spawn(|| said(command));
            assert!(server.wait_until(Duration::from_secs(20), || {
                server.with(|emulator| emulator.executed("GetEngineStatus")) == 1
            }));
            server.with(|emulator| emulator.expire_token("c4n4ry-token1"));
            home.write("process output.json", &json(2, "SessionToken"));
            home.write("changed", "");
            runs.join().unwrap()
        });
        assert_eq!(runs, "region eu-west-1\nok\nok\nok");
        let refused = server.with(|emulator| {
            emulator.received("GetEngineStatus") - emulator.executed("GetEngineStatus")
        });
        assert_eq!(refused, 1);
    }
}

#[test]
fn standard_error_of_a_failed_credential_process_is_shown_and_its_output_is_not() {
    const FAILED: &str = "the credential process failed: exit status: 1";
    const INVALID: &str =
        "in the output of the credential process, line 1, column 1 is not valid JSON";
    let cases = [
        (
            "echo c4n4ry; echo 'session has expired, run: login --profile a' >&2; exit 1",
            format!("{FAILED}; standard error: session has expired, run: login --profile a"),
        ),
        (
            "echo c4n4ry; echo 'log in first' >&2",
            format!("{INVALID}; standard error: log in first"),
        ),
        (
            r#"echo c4n4ry; echo '{"SecretAccessKey": "c4n4ry"}' >&2"#,
            format!("{INVALID}; standard error is not shown, because it may contain keys"),
        ),
        // More than a pipe holds, and a process in the background that keeps the pipe open.
        (
            "yes '' | head -c 200000 >&2; echo 'log in first' >&2; sleep 20 >/dev/null & exit 1",
            format!("{FAILED}; standard error: log in first"),
        ),
        // Standard input is not a terminal here, so it is empty.
        (
            r#"read code; echo "got ($code)" >&2; exit 1"#,
            format!("{FAILED}; standard error: got ()"),
        ),
    ];
    for driver in Driver::ALL {
        let server = cluster();
        for (script, expected) in &cases {
            let home = Files::new();
            let config = failing_process(&home, script);
            let variables = [("CHILD_SOURCE", "profile"), ("AWS_CONFIG_FILE", &config)];
            let text = said(this_program(driver, &server, &home, &variables));
            assert!(text.contains(expected), "{script}: {text}");
        }
    }
}

/// The program `script` runs the client at a terminal, and types a line.
#[cfg(target_os = "linux")]
#[test]
fn a_credential_process_can_ask_for_a_code_at_a_terminal() {
    for driver in Driver::ALL {
        let (server, home) = (cluster(), Files::new());
        let config = failing_process(&home, r#"read code; echo "got ($code)" >&2; exit 1"#);
        let variables = [("CHILD_SOURCE", "profile"), ("AWS_CONFIG_FILE", &config)];
        let text = said(at_terminal(
            &this_program(driver, &server, &home, &variables),
            "123456",
        ));
        assert!(text.contains("; standard error: got (123456)"), "{text}");
    }
}

/// The same command at a terminal, where someone types `line`.
#[cfg(target_os = "linux")]
fn at_terminal(command: &std::process::Command, line: &str) -> std::process::Command {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| format!("'{}'", word.display())).collect();
    let mut shell = std::process::Command::new("sh");
    let script = r#"echo "$2" | script --quiet --return --command "$1" /dev/null"#;
    shell.args(["-c", script, "sh", &words.join(" "), line]);
    shell.env_clear().env("SHELL", "/bin/sh");
    shell.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell
}

/// A config file whose default profile runs this script of a shell.
fn failing_process(home: &Files, script: &str) -> String {
    let script = home.write("script.sh", script);
    let config = format!(
        "[default]\nregion = eu-west-1\ncredential_process = sh \"{}\"\n",
        script.display()
    );
    home.write("config", &config).to_str().unwrap().to_owned()
}

#[test]
fn keys_that_expire_in_the_middle_of_a_run_are_replaced_once() {
    for driver in Driver::ALL {
        let server = cluster();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let client = builder(driver, &server)
            .credentials_from(move |refresh: bool| {
                let mut log = log.lock().unwrap();
                log.push(refresh);
                Ok(key(log.len() as u32))
            })
            .build()
            .unwrap();
        together(&client);
        server.with(|emulator| emulator.expire_token("c4n4ry-token1"));
        together(&client);
        assert_eq!(*asked.lock().unwrap(), [false, true]);
        assert_eq!(
            server.with(|emulator| emulator.executed("GetEngineStatus")),
            128
        );
    }
}

#[test]
fn short_lived_credentials_are_replaced_before_they_expire() {
    for driver in Driver::ALL {
        let server = cluster();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let client = builder(driver, &server)
            .credentials_from(move |_: bool| {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                Ok(ending(number, Duration::from_millis(700)))
            })
            .build()
            .unwrap();
        // 1.4 s: two lives, four halves.
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(1400) {
            client.send(&GetEngineStatus::new()).unwrap();
        }
        let asked = asked.load(Ordering::SeqCst);
        assert!((3..=5).contains(&asked), "{asked}");
        let calls = server.with(|emulator| {
            (
                emulator.received("GetEngineStatus"),
                emulator.executed("GetEngineStatus"),
            )
        });
        assert_eq!(calls.0, calls.1, "none was ever refused");
    }
}

#[test]
fn a_source_that_fails_twice_is_asked_a_third_time() {
    for driver in Driver::ALL {
        let server = cluster();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let client = builder(driver, &server)
            .credentials_from(move |refresh: bool| {
                assert!(!refresh, "there is nothing yet to refresh");
                match count.fetch_add(1, Ordering::SeqCst) {
                    0 | 1 => Err(CredentialsError::new("the source is away")),
                    _ => Ok(key(1)),
                }
            })
            .build()
            .unwrap();
        for _ in 0..2 {
            let error = client.send(&GetEngineStatus::new()).unwrap_err();
            assert_eq!(
                (error.kind(), error.attempts(), error.may_have_executed()),
                (ErrorKind::Credentials, 0, false)
            );
        }
        client.send(&GetEngineStatus::new()).unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }
}

#[test]
fn a_failed_early_refresh_fails_no_call_and_is_not_retried_at_once() {
    for driver in Driver::ALL {
        let server = cluster();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let client = builder(driver, &server)
            .credentials_from(move |refresh: bool| {
                let mut log = log.lock().unwrap();
                log.push(refresh);
                match log.len() {
                    1 => Ok(ending(1, Duration::from_secs(4))),
                    _ => Err(CredentialsError::new("the source is away")),
                }
            })
            .build()
            .unwrap();
        client.send(&GetEngineStatus::new()).unwrap();
        thread::sleep(Duration::from_millis(2100));
        for _ in 0..5 {
            client.send(&GetEngineStatus::new()).unwrap();
        }
        assert_eq!(*asked.lock().unwrap(), [false, true]);
    }
}
