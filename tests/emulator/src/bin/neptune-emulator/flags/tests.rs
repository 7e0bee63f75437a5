//! Tests of the command line.

use super::*;

fn parse(args: &[&str]) -> Result<Command, String> {
    super::parse(args.iter().map(OsString::from))
}

/// The flags of a command line that runs the server.
fn run(line: &str) -> Box<Flags> {
    let args: Vec<&str> = line.split_whitespace().collect();
    match parse(&args) {
        Ok(Command::Run(flags)) => flags,
        other => panic!("{line}: {other:?}"),
    }
}

/// The error of a command line.
#[track_caller]
fn error(args: &[&str]) -> String {
    parse(args).expect_err("accepted")
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
        "--role=reader --engine-version 1.2.0.2.R6 --serverless=1.0:8.0 --seed=7 --strict --faults \
        --training-seconds=62 --ml-seconds=0.5 --load-seconds=63 --statistics-seconds=64 --rebuild-seconds=65 \
        --restart-seconds=66 --query-timeout=67",
    );
    let config = format!("{:?}", flags.config);
    for part in [
        "Reader",
        "1.2.0.2.R6",
        "(\"1.0\", \"8.0\")",
        "seed: 7",
        "strict: true",
        "fault_header: true",
        "Endpoint: 500ms",
        "ModelTraining: 62s",
        "load_duration: 63s",
        "statistics_duration: 64s",
        "rebuild_duration: 65s",
        "restart_duration: 66s",
        "timeout: 67s",
    ] {
        assert!(config.contains(part), "{part}: {config}");
    }
    for args in [&["--help"][..], &["-h", "--log"], &["--port=x", "--help"]] {
        assert!(matches!(parse(args), Ok(Command::Help)));
    }
    assert!(matches!(parse(&["--version"]), Ok(Command::Version)));
}

#[test]
fn flags_about_content() {
    let flags = run("--scripts=a --scripts b --changes c --changes d --summaries e --log");
    assert_eq!(flags.scripts, ["a", "b"].map(PathBuf::from));
    assert_eq!(flags.changes, ["c", "d"].map(PathBuf::from));
    assert_eq!(flags.summaries, Some("e".into()));
    assert!(flags.statistics && flags.log);
    assert!(format!("{:?}", flags.config).contains("enabled: true"));
    let flags = run("--statistics --streams --require-content-type");
    assert!(flags.statistics && flags.summaries.is_none() && !flags.log);
    let config = format!("{:?}", flags.config);
    assert!(config.contains("statistics_need_content_type: true"));
}

#[test]
fn an_engine_has_to_be_built_in() {
    let engines = [
        (
            "--rdf-engine",
            "rdf_engine: true",
            "oxigraph",
            cfg!(feature = "oxigraph"),
        ),
        (
            "--graph-engine",
            "graph_engine: true",
            "graph",
            cfg!(feature = "graph"),
        ),
    ];
    for (flag, set, feature, is_built_in) in engines {
        let parsed = parse(&[flag]);
        if is_built_in {
            assert!(parsed.is_ok_and(|command| format!("{command:?}").contains(set)));
        } else {
            let text = format!("built without the feature {feature}");
            assert!(parsed.is_err_and(|error| error.contains(&text)));
        }
    }
}

#[test]
fn buckets() {
    let folder = std::env::temp_dir();
    let flag = |uri: &str| format!("--s3={uri}={}", folder.display());
    if cfg!(not(feature = "engine")) {
        let error = error(&[&flag("s3://b")]);
        assert!(
            error.contains("built without the feature graph or oxigraph"),
            "{error}"
        );
        return;
    }
    let flags = parse(&[&flag("s3://b/tenant=a"), "--s3", "s3://c=."]);
    let shown = format!("{flags:?}");
    assert!(
        shown.contains("tenant=a/") && shown.contains("bucket: \"c\""),
        "{shown}"
    );
    for wrong in [
        "s3://b",
        "s3://b=/no/such/folder",
        "https://s3.amazonaws.com/b=.",
        "s3://=.",
        "s3:///a=.",
    ] {
        let error = error(&["--s3", wrong]);
        assert!(
            error.starts_with("--s3: expected s3://BUCKET/PREFIX=DIR"),
            "{error}"
        );
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn tls_has_to_be_built_in() {
    assert!(
        error(&["--ca-dir", "a"])
            .contains("--ca-dir: this program is built without the feature tls")
    );
}

#[cfg(feature = "tls")]
#[test]
fn flags_about_tls_ask_for_it() {
    for line in [
        "--tls",
        "--tls-name db.example --tls-name *.db.example --tls-name ::1",
        "--ca-out ca.pem",
        "--ca-dir a --ca-out b --tls-name c",
        "--tls-cert a --tls-key b",
    ] {
        assert!(run(line).tls.is_some(), "{line}");
    }
    assert!(run("").tls.is_none());
    for (args, message) in [
        (&["--tls-cert", "a"][..], "--tls-cert needs --tls-key"),
        (&["--tls-key", "a"], "--tls-key needs --tls-cert"),
        (
            &["--tls-cert", "a", "--tls-key", "b", "--ca-dir", "c"],
            "--ca-dir cannot be combined with --tls-cert",
        ),
    ] {
        assert_eq!(error(args), message);
    }
}

/// For each option with a value, values that are accepted and values that are not, all without blanks.
const VALUES: &[(&str, &str, &str)] = &[
    (
        "host",
        "127.0.0.1 ::1 [::1] [::] 0.0.0.0 localhost fe80::1%eth0 [fe80::1%eth0] b\u{fc}cher.example",
        "127.0.0.1:8182 [::1]:8182 [localhost] [127.0.0.1] [::1 ::1] http://localhost localhost:0 a/b 1::2::3",
    ),
    (
        "port",
        "0 1 65535 08182",
        "65536 -1 eighty 1.5 0x10 \u{663} 99999999999999999999",
    ),
    ("iam", "a:b a:b:c a+b/c=:d", "a a: :b a:b: a:b:c:d :"),
    (
        "region",
        "us-east-1 cn-north-1 eusc-de-east-1",
        "US-EAST-1 us_east_1 \u{fc}s-east-1",
    ),
    ("role", "writer reader", "replica Writer"),
    (
        "engine-version",
        "1.4.6.0 1.4.6.0.R1 1.0.1.0.200463.0 Patch-1.3.2.1.R4",
        "banana 1.4 1.4.6 1.4.6.R1 1.4.6.0. 1.4.6.0.R-1 -1.4.6.0 +1.4.6.0 v1.4.6.0 1.4.6.99999999999 \u{661}.4.6.0",
    ),
    (
        "serverless",
        "1.0:128.0 1:1 2.5:8",
        "1.0 1.0: :8 8:1 0:1 -1:8 a:b 1:2:3 nan:nan inf:inf",
    ),
    (
        "seed",
        "0 18446744073709551615",
        "18446744073709551616 -1 x 1.0",
    ),
    (
        "ml-seconds",
        "0 0.5 .5 10 0.001 86400000",
        "-1 -0.5 soon 1s 1,5 inf NaN 1e3 0x1 1..2 . 99999999999999999999",
    ),
    ("training-seconds", "0.5", "-1 x"),
    ("load-seconds", "0.5", "-1 x"),
    ("statistics-seconds", "0.5", "-1 x"),
    ("rebuild-seconds", "0.5", "-1 x"),
    ("restart-seconds", "0.5", "-1 x"),
    ("query-timeout", "0.5", "-1 x"),
    ("scripts", "a \u{fc}", ""),
    ("changes", "a \u{fc}", ""),
    ("summaries", "a \u{fc}", ""),
    ("ready-file", "a \u{fc}", ""),
    (
        "tls-name",
        "a.example 10.0.0.1 ::1 *.a.example",
        "b\u{fc}cher.example a..b *.*.a https://a a_b/c",
    ),
    ("ca-out", "a \u{fc}", ""),
    ("ca-dir", "a \u{fc}", ""),
];

#[test]
fn values_are_right_or_refused() {
    for (name, good, bad) in VALUES {
        if TLS.contains(name) && !cfg!(feature = "tls") {
            continue;
        }
        let option = format!("--{name}");
        for value in good.split_whitespace() {
            let parsed = parse(&[&option, value]);
            assert!(parsed.is_ok(), "{option} {value}: {parsed:?}");
        }
        for value in bad.split_whitespace() {
            let message = error(&[&option, value]);
            assert!(
                message.starts_with(&format!("{option}: expected ")),
                "{value}: {message}"
            );
            assert_eq!(
                message.contains(&format!("not {value:?}")),
                *name != "iam",
                "{message}"
            );
        }
        assert_eq!(
            error(&[&option, ""]),
            format!("{option}: the value is empty")
        );
        assert!(error(&[&option]).contains(&option));
        let value = good.split_whitespace().next().expect("a value");
        let twice = parse(&[&option, value, &option, value]);
        if ["iam", "scripts", "changes", "tls-name"].contains(name) {
            assert!(twice.is_ok(), "{twice:?}");
        } else {
            assert_eq!(
                twice.expect_err("accepted"),
                format!("{option} is given twice")
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn values_that_are_not_unicode() {
    use std::os::unix::ffi::OsStringExt as _;

    let bytes = OsString::from_vec(vec![b'a', 0xff]);
    for (name, _, bad) in VALUES.iter().filter(|(name, ..)| *name != "tls-name") {
        let args = [OsString::from(format!("--{name}")), bytes.clone()];
        // Only a file may have such a name.
        let is_file = bad.is_empty();
        if cfg!(feature = "tls") || !TLS.contains(name) {
            assert_eq!(super::parse(args).is_ok(), is_file, "{name}");
        }
    }
}

#[test]
fn unknown_arguments_are_named() {
    for (args, named) in [
        (["--nonsense", "1"], "--nonsense"),
        (["--por", "1"], "--por"),
        (["--PORT", "1"], "--PORT"),
        (["--strict=yes", "--log"], "--strict"),
        (["--seed", "--log"], "--seed"),
        (["stray", "--log"], "stray"),
        (["--", "stray"], "stray"),
        (["-x", "1"], "-x"),
        (["\u{fc}", "1"], "\u{fc}"),
        (["", "--log"], "\"\""),
    ] {
        let message = error(&args);
        assert!(message.contains(named), "{message}");
    }
    // Flags without a value may be repeated.
    assert!(parse(&["--log", "--log"]).is_ok());
    // The format of the log may be named.
    assert!(run("--log json --control").log && run("--log=json").log);
    assert!(error(&["--log", "text"]).contains("text"));
    assert_eq!(error(&["--log=text"]), "--log: expected json, not \"text\"");
}

#[test]
fn all_lines_of_the_help_are_aligned() {
    let help = crate::options::help();
    let (_, options) = help.split_once("[options]\n\n").expect("a usage");
    let (options, _) = options.split_once("\n\n").expect("an end");
    for line in options.lines() {
        let (name, text) = line.split_at_checked(33).expect("two columns");
        assert!(name.starts_with("  --") || name.trim().is_empty(), "{line}");
        assert!(name.ends_with("  ") && !text.starts_with(' '), "{line}");
    }
    assert!(help.lines().all(|line| line.len() <= 110), "{help}");
    for (name, ..) in VALUES {
        assert!(
            options.contains(&format!("\n  --{name} ")) || *name == "host",
            "{name}"
        );
    }
}
