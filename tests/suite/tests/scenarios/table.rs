//! The table: the expected result of each cell, and what must never happen.

use std::fmt::Write as _;

use neptunedata_tests::client::Driver;
use neptunedata_tests::scenarios::{Before, Op, Row, Setting, rows, run};

/// Mostly they wait.
const THREADS: usize = 12;

fn compare(driver: Driver, secure: bool) {
    let rows = rows();
    let played = run(&rows, &[(driver, secure)], THREADS, &Setting::default()).unwrap();
    assert_eq!(played.len(), rows.len() * 3);
    let mut report = String::new();
    for one in &played {
        let expected = one.cell.row.expected(one.cell.op, driver);
        if expected.is_none_or(|expected| !one.seen.is(expected)) {
            let expected = expected.map_or("nothing".to_owned(), ToString::to_string);
            let (cell, seen) = (one.cell, &one.seen);
            writeln!(report, "{cell}\n  expected {expected}\n  seen     {seen}").unwrap();
        }
        for breach in &one.breaches {
            writeln!(
                report,
                "{}\n  never: {breach}\n  seen   {}",
                one.cell, one.seen
            )
            .unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn hyper_plain() {
    compare(Driver::Hyper, false);
}

#[test]
fn hyper_tls() {
    compare(Driver::Hyper, true);
}

#[test]
fn blocking_plain() {
    compare(Driver::Blocking, false);
}

#[test]
fn blocking_tls() {
    compare(Driver::Blocking, true);
}

#[test]
fn every_row_has_an_expected_result_for_every_operation() {
    let rows = rows();
    let mut names: Vec<_> = rows.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "two rows have the same name");
    let of_peers = [
        "a", "a'", "a2", "a3", "b", "b2", "b3", "b4", "b5", "c", "c2", "c3", "d", "d2", "d3", "e",
        "f", "f2", "g", "g2", "g3", "h", "h2", "h3", "h4", "h5", "i", "i3", "i5", "i6", "j", "j2",
        "j3", "j4", "j5", "k", "k2", "k3", "l", "m",
    ];
    // Those of an exception alone are from the paragraph below the peers' table.
    let with_figures = |row: &&Row| row.peers.is_some() && !row.name.starts_with('x');
    let mut found: Vec<_> = rows
        .iter()
        .filter(with_figures)
        .map(|row| row.name)
        .collect();
    found.sort_unstable();
    assert_eq!(found, of_peers);
}

#[test]
fn every_fault_that_the_server_knows_is_in_a_row() {
    let rows = rows();
    let variants = [
        "trailers; kind=good",
        "trailers; kind=failing",
        "trailers; kind=oversized",
        "cut-in-trailers; kind=good",
        "cut-in-trailers; kind=failing",
        "garbage; part=tail",
        "garbage; part=wire",
        "close-after-answer; announced",
    ];
    let names: Vec<&str> = neptunedata_emulator::fault_names().collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names.into_iter().chain(variants) {
        // The whole of a name, or what a variant begins with.
        let meets = |fault: &str| match fault.strip_prefix(name) {
            Some(rest) => rest.is_empty() || rest.starts_with(';'),
            None => false,
        };
        let is_in = |row: &Row| match row.before {
            Before::Closed(fault) => meets(row.fault) || meets(fault),
            _ => meets(row.fault),
        };
        assert!(rows.iter().any(is_in), "{name}");
    }
}

/// The end of an error text reports attempts and possible execution, so no expected text may end with an ellipsis.
#[test]
fn expected_texts_are_complete() {
    for row in rows() {
        for (op, driver) in Op::ALL
            .into_iter()
            .flat_map(|op| Driver::ALL.map(|driver| (op, driver)))
        {
            if let Some(Err(failed)) = row.expected(op, driver).map(|seen| &seen.outcome) {
                assert!(!failed.text.ends_with('…'), "{}, {op}", row.name);
            }
        }
    }
}

/// What the retry table promises to reads: one failure that may pass is not the end.
#[test]
fn reads_survive_whatever_happens_once() {
    let mut survived = 0;
    for row in rows() {
        if !row.name.ends_with(" once") {
            continue;
        }
        for driver in Driver::ALL {
            let read = row.expected(Op::Read, driver).unwrap();
            assert_eq!(read.outcome, Ok(()), "{}", row.name);
            assert_eq!(read.attempts, 2, "{}", row.name);
        }
        survived += 1;
    }
    assert_eq!(survived, 19);
}
