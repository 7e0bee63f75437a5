//! The core's rules for dependencies: few, and none that does I/O.

#![allow(clippy::disallowed_types, reason = "asks cargo, which is a process")]

use std::{collections::BTreeSet, process::Command};

/// Crates named by `cargo tree`, the crate itself included.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    lines(arguments)
        .iter()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

fn lines(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args("tree -p neptunedata -e normal --prefix none --no-dedupe".split(' '))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_core_has_few_dependencies_and_these_only() {
    let allowed = [
        "neptunedata",
        // Types of HTTP, and buffers.
        "http",
        "bytes",
        // JSON.
        "serde",
        "serde_core",
        "serde_json",
        "serde_path_to_error",
        "itoa",
        "memchr",
        "zmij",
        // Bytes in JSON.
        "base64",
        // Dates in `Retry-After` and `Date`.
        "httpdate",
        // Derive macros, at build time.
        "serde_derive",
        "thiserror",
        "thiserror-impl",
        "proc-macro2",
        "quote",
        "syn",
        "unicode-ident",
    ];
    let tree = tree(&["--no-default-features"]);
    let others: Vec<_> = tree
        .iter()
        .filter(|name| !allowed.contains(&name.as_str()))
        .collect();
    assert!(others.is_empty(), "new dependencies: {others:?}");
    assert!(tree.len() <= 20, "{} crates", tree.len());
}

#[test]
fn direct_dependencies_are_a_decision() {
    let direct = |arguments: &[&str]| {
        let mut names = tree(&[&["--depth", "1"], arguments].concat());
        names.remove("neptunedata");
        names.into_iter().collect::<Vec<_>>()
    };
    let pure = "base64 bytes http httpdate serde serde_json serde_path_to_error thiserror";
    let pure: Vec<&str> = pure.split(' ').collect();
    assert_eq!(direct(&["--no-default-features"]), pure);
    let mut signing = [&pure[..], &["aws-sigv4", "sha2", "time"]].concat();
    signing.sort();
    assert_eq!(direct(&[]), signing);
}

/// Features of serde_json apply to every crate in a user's build. `raw_value` only adds a type; the others change how
/// numbers and maps are read.
#[test]
fn no_feature_changes_how_serde_json_reads() {
    let lines = lines(&["--all-features", "-f", "{p} {f}"]);
    let of_json: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("serde_json ")?.split_once(' '))
        .map(|(_version, features)| features.trim_end_matches(" (*)"))
        .collect();
    assert_eq!(of_json, BTreeSet::from(["default,raw_value,std"]));
}

/// Nothing that calls are made with; what makes up values for tests may draw lots.
#[test]
fn no_feature_brings_a_transport_tls_or_randomness() {
    let (_, features) = include_str!("../Cargo.toml")
        .split_once("\n[features]\n")
        .unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let names = features
        .lines()
        .filter_map(|line| Some(line.split_once(" = ")?.0));
    let names: Vec<_> = names.filter(|name| *name != "proptest").collect();
    assert!(names.contains(&"sigv4"), "{names:?}");
    let lean = tree(&["--features", &names.join(",")]);
    for name in ["rand", "getrandom", "fastrand"] {
        assert!(!lean.contains(name), "{name} is a dependency of the core");
    }

    let tree = tree(&["--all-features"]);
    let others = "hyper hyper-util ureq reqwest h2 mio socket2 rustls native-tls openssl ring \
        aws-lc-rs async-std smol";
    for name in others.split_whitespace() {
        assert!(!tree.contains(name), "{name} is a dependency of the core");
    }
}
