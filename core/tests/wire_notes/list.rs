//! The page lists every fact, and the tests and the code are what it says they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const PAGE: &str = include_str!("../../docs/wire.md");

/// Facts of a kind by number, with the last column of their line.
fn listed(kind: char) -> BTreeMap<u32, &'static str> {
    let mut facts = BTreeMap::new();
    for line in PAGE.lines() {
        let Some(cells) = line.strip_prefix("| ").and_then(|it| it.strip_suffix(" |")) else {
            continue;
        };
        let cells: Vec<_> = cells.split(" | ").collect();
        // The first cell is an anchor for links, and the number: `<a id="m01"></a>M01`.
        let code = cells[0].rsplit('>').next().unwrap_or_default();
        let number = code.strip_prefix(kind).and_then(|it| it.parse().ok());
        let Some(number) = number else { continue };
        let anchor = format!("<a id=\"{}\"></a>{code}", code.to_lowercase());
        assert_eq!(cells[0], anchor);
        assert!(
            cells.iter().all(|cell| !cell.trim().is_empty()),
            "an empty cell: {line}"
        );
        let source = cells[2];
        assert!(
            source == "no source" || source.contains("](https://"),
            "{line}"
        );
        let before = facts.insert(number, cells[cells.len() - 1]);
        assert!(before.is_none(), "{kind}{number:02} is there twice");
    }
    facts
}

#[test]
fn the_page_has_every_number() {
    // M02 was never given.
    let mismatches: Vec<_> = (1..=47).filter(|number| *number != 2).collect();
    assert_eq!(listed('M').into_keys().collect::<Vec<_>>(), mismatches);
    let unconfirmed: Vec<_> = (1..=28).collect();
    assert_eq!(listed('U').into_keys().collect::<Vec<_>>(), unconfirmed);
}

#[test]
fn mismatches_have_a_test_or_a_reason() {
    let mut tested = BTreeSet::new();
    // That the emulator does something says nothing about the client.
    for source in sources(&[
        "core",
        "transport-blocking",
        "transport-hyper",
        "tests/suite",
    ]) {
        let tests = source.split("#[test]\n").skip(1);
        let names = tests.filter_map(|rest| rest.trim_start().strip_prefix("fn m"));
        tested.extend(names.filter_map(|name| {
            let (number, rest) = name.split_at_checked(2)?;
            rest.starts_with('_').then(|| number.parse::<u32>().ok())?
        }));
    }
    for (number, test) in listed('M') {
        let reason = test.strip_prefix("none: ");
        assert!(test == "tested" || reason.is_some(), "M{number:02}: {test}");
        assert_eq!(
            test == "tested",
            tested.contains(&number),
            "M{number:02}: {test}, but the tests say otherwise"
        );
        tested.remove(&number);
    }
    assert!(
        tested.is_empty(),
        "tests of facts that the page lacks: {tested:?}"
    );
}

#[test]
fn what_is_unconfirmed_is_named_where_it_is_relied_on() {
    let sources = sources(&["core/src", "transport-blocking/src", "transport-hyper/src"]);
    for number in listed('U').into_keys() {
        let cited = format!("U{number:02}");
        let somewhere = sources.iter().any(|source| is_cited(source, &cited));
        assert!(somewhere, "{cited} is named nowhere");
    }
}

/// Whether a comment has the number as a word. Code has types of such names.
fn is_cited(source: &str, cited: &str) -> bool {
    let comments = source.lines().filter_map(|line| line.split_once("//"));
    let mut words = comments.flat_map(|(_, comment)| {
        comment.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
    });
    words.any(|word| word.trim_end_matches(':') == cited)
}

#[test]
fn types_of_code_are_no_citations() {
    for citing in [
        "/// It may (`U16`).",
        "x; // U16: perhaps",
        "//! (U16, U17)",
    ] {
        assert!(is_cited(citing, "U16"), "{citing}");
    }
    for other in [
        "Hint::U16 => 1,",
        "// `Hint::U16`",
        "/// `U160`",
        "// aU16",
        "U16,",
    ] {
        assert!(!is_cited(other, "U16"), "{other}");
    }
}

#[test]
fn numbers_in_sources_are_on_the_page() {
    let (mismatches, unconfirmed) = (listed('M'), listed('U'));
    for source in sources(&["core", "transport-blocking", "transport-hyper", "tests"]) {
        // In code quotes, or in brackets as the text of a link.
        for cited in source.split(['`', '[', ']']).skip(1) {
            let Some((kind, number)) = cited.split_at_checked(1) else {
                continue;
            };
            if number.len() != 2 {
                continue;
            }
            let Ok(number) = number.parse::<u32>() else {
                continue;
            };
            match kind {
                "M" => assert!(mismatches.contains_key(&number), "`M{number:02}` is cited"),
                "U" => assert!(unconfirmed.contains_key(&number), "`U{number:02}` is cited"),
                _ => {}
            }
        }
    }
}

/// The project's sources in these folders; only those of this crate if the rest of the workspace is missing.
fn sources(folders: &[&str]) -> Vec<String> {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = core.join("..");
    let mut sources = Vec::new();
    for folder in folders {
        // The crate may lie in a folder of another name.
        let folder = match folder.strip_prefix("core") {
            Some(inner) => core.join(inner.trim_start_matches('/')),
            None => project.join(folder),
        };
        collect(&folder, &mut sources);
    }
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

// The crate itself must not read files; a test of its sources has to.
#[allow(clippy::disallowed_methods)]
fn collect(folder: &PathBuf, sources: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(fs::read_to_string(&path).expect("a source"));
        }
    }
}
