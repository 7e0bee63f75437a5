//! Prints how both clients handle server faults, next to the figures of the AWS SDK for Rust and boto3.
//!
//! ```text
//! cargo run --example scenario_table
//! cargo run --example scenario_table -- --tls
//! cargo run --example scenario_table -- a a3 g3
//! ```
//!
//! Runs all rows, or the rows named, with the async and the blocking client, each against its own emulator. A cell has
//! one result if both clients agree, and both results otherwise. `3/3 Closed?` means: executed three times, in three
//! attempts; the call failed because the connection was closed, and the error says that the request may have been
//! executed. Without the question mark, the error says that it was not executed.
//!
//! The peers are aws-sdk-neptunedata 1.122.0 and boto3 1.44.5 in its retry modes `standard` (the default) and `legacy`,
//! measured with a write and their defaults. `n` is how often the server received the one call.

use std::{error::Error, process::ExitCode};

use neptunedata::{ErrorKind, ExceptionKind};
use neptunedata_tests::{
    client::Driver,
    scenarios::{Op, Played, Row, Seen, Setting, rows, run},
};

const THREADS: usize = 16;

fn main() -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let mut names: Vec<_> = std::env::args().skip(1).collect();
    let secure = names.iter().any(|name| name == "--tls");
    names.retain(|name| name != "--tls");
    let mut rows = rows();
    for name in &names {
        if !rows.iter().any(|row| row.name == name) {
            return Err(format!("unknown row {name}").into());
        }
    }
    rows.retain(|row| names.is_empty() || names.iter().any(|name| name == row.name));
    let ways = Driver::ALL.map(|driver| (driver, secure));
    let played = run(&rows, &ways, THREADS, &Setting::default())?;

    let mut table = vec![
        [
            "row",
            "what the server does",
            "read",
            "cancel",
            "write",
            "SDK: n",
            "boto3 standard: n",
            "legacy: n",
        ]
        .map(str::to_owned),
    ];
    for row in &rows {
        let of = |op| outcome(&played, row, op);
        let (mut sdk, mut standard, mut legacy) = Default::default();
        if let Some(peers) = row.peers {
            sdk = format!("{} {}", peers.sdk.received, peers.sdk.outcome);
            standard = format!("{} {}", peers.standard.received, peers.standard.outcome);
            legacy = peers.legacy.to_string();
        }
        let (read, cancel, write) = (of(Op::Read), of(Op::Idempotent), of(Op::Write));
        table.push([
            row.name.to_owned(),
            row.what.to_owned(),
            read,
            cancel,
            write,
            sdk,
            standard,
            legacy,
        ]);
    }
    print(&table);

    println!();
    let unexpected: Vec<_> = played.iter().filter(|one| is_unexpected(one)).collect();
    for one in &unexpected {
        println!("unexpected: {}: {} {:?}", one.cell, one.seen, one.breaches);
    }
    let twice = |one: &&Played<'_>| one.cell.op == Op::Write && one.seen.executed > 1;
    println!(
        "{} calls; writes executed twice: {}; unexpected: {}",
        played.len(),
        played.iter().filter(twice).count(),
        unexpected.len()
    );
    Ok(if unexpected.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn is_unexpected(one: &Played<'_>) -> bool {
    let expected = one.cell.row.expected(one.cell.op, one.cell.driver);
    expected.is_none_or(|expected| !one.seen.is(expected)) || !one.breaches.is_empty()
}

/// The result of a row with this operation: one if both clients agree, else both.
fn outcome(played: &[Played<'_>], row: &Row, op: Op) -> String {
    let of = |driver| {
        let mut played = played.iter().map(|one| (one.cell, &one.seen));
        let cell = played
            .find(|(cell, _)| (cell.row.name, cell.op, cell.driver) == (row.name, op, driver));
        cell.map_or_else(String::new, |(_, seen)| short(seen))
    };
    let (hyper, blocking) = (of(Driver::Hyper), of(Driver::Blocking));
    if hyper == blocking {
        hyper
    } else {
        format!("hyper {hyper}, blocking {blocking}")
    }
}

/// Prints the table in aligned columns, with a line after the header.
fn print(table: &[[String; 8]]) {
    let width = |column: usize| {
        let widths = table.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: [usize; 8] = std::array::from_fn(width);
    for (number, line) in table.iter().enumerate() {
        let cells = line.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        println!("{}", cells.join("  ").trim_end());
        if number == 0 {
            println!("{}", "-".repeat(widths.iter().sum::<usize>() + 14));
        }
    }
}

/// Executions, attempts and the result in one word.
fn short(seen: &Seen) -> String {
    let outcome = match &seen.outcome {
        Ok(()) => "Ok".to_owned(),
        Err(failed) => {
            let kind = match failed.kind {
                ErrorKind::Transport(kind) => format!("{kind:?}"),
                ErrorKind::Service(ExceptionKind::Unknown) => "error response".to_owned(),
                ErrorKind::Service(kind) => kind.name().to_owned(),
                kind => format!("{kind:?}"),
            };
            let doubt = if failed.may_have_executed { "?" } else { "" };
            kind + doubt
        }
    };
    format!("{}/{} {outcome}", seen.executed, seen.attempts)
}
