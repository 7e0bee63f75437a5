//! The table: what is expected, cell by cell, and what must never be.

use std::fmt::Write as _;

use neptunedata_tests::scenarios::{Before, Driver, Op, Row, rows, run};

/// Mostly they wait.
const THREADS: usize = 8;

fn compare(driver: Driver, secure: bool) {
    let rows = rows();
    let played = run(&rows, &[(driver, secure)], THREADS).unwrap();
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
fn every_row_says_what_is_to_become_of_every_operation() {
    let rows = rows();
    let mut names: Vec<_> = rows.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "a name stands for one row");
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
    for name in [
        "close-before-reading",
        "read-then-fin",
        "read-then-rst",
        "stop-answering",
        "answer-late",
        "head-then-stall",
        "trickle",
        "truncated-body",
        "chunk-cut",
        "no-last-chunk",
        "trailers; kind=good",
        "trailers; kind=failing",
        "trailers; kind=oversized",
        "garbage",
        "garbage; part=tail",
        "garbage; part=wire",
        "html",
        "empty-200",
        "error-in-200",
        "error",
        "skewed-date",
        "close-after-answer",
        "close-after-answer; announced",
        "close-idle",
        "refuse-credentials",
        "expire-token",
        "signature-expired",
        "signature-not-yet-current",
        "redirect",
    ] {
        let is_in = |row: &Row| match row.before {
            Before::Closed(fault) => row.fault.starts_with(name) || fault.starts_with(name),
            _ => row.fault.starts_with(name),
        };
        assert!(rows.iter().any(is_in), "{name}");
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
    assert_eq!(survived, 18);
}
