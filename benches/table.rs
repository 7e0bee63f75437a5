//! Prints the table of performance: each row compares ours with a peer, and has a target.
//!
//! ```text
//! cargo run -p neptunedata-benches --release --bin table
//! ```

mod call;
mod clients;
mod cores;
mod data;
mod decode;
mod emulator;
mod idle;
mod large;
mod load;
mod measure;
mod memory;
mod options;
mod print;
mod process;
mod raw;
mod requests;
mod row;
mod rows;
mod sdk;
mod statistics;
mod types;

use std::{process::ExitCode, time::Duration};

use options::Options;
use row::{Mark, Row};

/// How much work each measurement does.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Size {
    Full,
    /// Enough to see that each row still runs.
    Short,
}

impl Size {
    /// The minimum CPU time of one measurement.
    pub(crate) fn min_cpu_time(self) -> Duration {
        match self {
            Size::Full => Duration::from_millis(30),
            Size::Short => Duration::ZERO,
        }
    }
}

/// The rows, in the order of the table.
fn all_rows(size: Size) -> Vec<Row> {
    let mut rows = call::rows(size);
    rows.extend(memory::rows(size));
    rows.extend(load::rows(size));
    rows.extend(rows::rows(size));
    rows.extend(large::rows(size));
    rows.extend(decode::rows(size));
    rows.extend(idle::rows());
    rows.extend(emulator::rows(size));
    rows
}

fn main() -> ExitCode {
    if process::run_hidden() {
        return ExitCode::SUCCESS;
    }
    match Options::parse(lexopt::Parser::from_env()) {
        Ok(Some(options)) => table(&options),
        Ok(None) => {
            print!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}\n\n{}", options::HELP);
            ExitCode::FAILURE
        }
    }
}

fn table(options: &Options) -> ExitCode {
    let pinned = cores::pin(cores::Side::Client);
    let mut rows = all_rows(options.size);
    rows.retain(|row| options.selects(&row.name));
    if rows.is_empty() {
        eprintln!("no row has a name that contains the text of --only");
        return ExitCode::FAILURE;
    }
    print::heading(options, pinned);
    let mut missed = Vec::new();
    for row in rows {
        let (name, unit) = (row.name.clone(), row.unit);
        let (target, explained, peer) = (row.target, row.explained, row.peer());
        let figures = row.measure(options.rounds);
        let mark = match options.size {
            Size::Full => target.mark(figures.value.median, explained.is_some()),
            Size::Short => Mark::Information,
        };
        if mark == Mark::Missed {
            missed.push(name.clone());
        }
        let line = print::Line {
            name,
            unit,
            peer,
            target,
            mark,
            explained,
            figures,
        };
        line.print(options.json);
    }
    if options.check && !missed.is_empty() {
        eprintln!(
            "miss their target, without a profile: {}",
            missed.join("; ")
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
