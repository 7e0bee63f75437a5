//! Tests of the command line.

use super::*;

fn parse(args: &[&str]) -> Result<Command, String> {
    super::parse(args.iter().map(OsString::from)).map_err(|error| error.to_string())
}

/// The flags of a command line that runs the server.
fn run(line: &str) -> Box<Flags> {
    let args: Vec<&str> = line.split_whitespace().collect();
    match parse(&args) {
        Ok(Command::Run(flags)) => flags,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn flags_are_read() {
    let flags = run("--port=0 --host ::1 --iam A:S:T --region eu-west-1");
    assert_eq!((flags.host.as_str(), flags.port), ("::1", 0));
    let config = format!("{:?}", flags.config);
    assert!(
        config.contains("eu-west-1") && config.contains("temporary: true"),
        "{config}"
    );
    assert_eq!(run("").port, 8182);
    let flags = run(
        "--role=reader --engine-version 1.2.0.2.R6 --serverless=1.0:8.0 --seed=7 --ml-seconds=61 \
        --training-seconds=62 --load-seconds=63 --statistics-seconds=64 --rebuild-seconds=65 \
        --restart-seconds=66",
    );
    let config = format!("{:?}", flags.config);
    for part in [
        "Reader",
        "1.2.0.2.R6",
        "(\"1.0\", \"8.0\")",
        "seed: 7",
        "Endpoint: 61s",
        "ModelTraining: 62s",
        "load_duration: 63s",
        "statistics_duration: 64s",
        "rebuild_duration: 65s",
        "restart_duration: 66s",
    ] {
        assert!(config.contains(part), "{part}: {config}");
    }
    assert!(matches!(parse(&["--help"]), Ok(Command::Help)));
    assert!(matches!(parse(&["--version"]), Ok(Command::Version)));
}

#[test]
fn flags_about_content() {
    let flags = run("--scripts=a --scripts b --changes c --summaries d");
    assert_eq!(flags.scripts, ["a", "b"].map(PathBuf::from));
    assert_eq!(flags.changes, ["c"].map(PathBuf::from));
    assert_eq!(flags.summaries, Some("d".into()));
    assert!(flags.statistics);
    assert!(format!("{:?}", flags.config).contains("enabled: true"));
    let flags = run("--statistics --streams");
    assert!(flags.statistics && flags.summaries.is_none());
}

#[test]
fn the_engine_has_to_be_built_in() {
    let parsed = parse(&["--rdf-engine"]);
    if cfg!(feature = "oxigraph") {
        assert!(parsed.is_ok_and(|command| format!("{command:?}").contains("rdf_engine: true")));
    } else {
        assert!(parsed.is_err_and(|error| error.contains("built without the feature oxigraph")));
    }
}

#[cfg(feature = "tls")]
#[test]
fn flags_about_tls_ask_for_it() {
    for line in ["--tls", "--tls-name db.example", "--ca-out ca.pem"] {
        assert!(run(line).tls.is_some(), "{line}");
    }
    assert!(run("").tls.is_none());
}

#[test]
fn bad_flags_are_named() {
    for (args, named) in [
        (["--port", "eighty"], "--port"),
        (["--port", "65536"], "--port"),
        (["--training-seconds", "-1"], "--training-seconds"),
        (["--ml-seconds", "soon"], "--ml-seconds"),
        (["--load-seconds", ""], "--load-seconds"),
        (["--statistics-seconds", "1.5"], "--statistics-seconds"),
        (["--rebuild-seconds", "x"], "--rebuild-seconds"),
        (["--restart-seconds", "x"], "--restart-seconds"),
        (["--role", "replica"], "--role"),
        (["--serverless", "1.0"], "--serverless"),
        (["--seed", "x"], "--seed"),
        (["--iam", "very:"], "--iam"),
        (["--iam", "a:b:c:d"], "--iam"),
        (["--nonsense", "1"], "--nonsense"),
        (["stray", "1"], "stray"),
    ] {
        let message = parse(&args).expect_err("accepted");
        assert!(message.contains(named), "{message}");
    }
    assert!(parse(&["--port"]).is_err_and(|message| message.contains("--port")));
}
