//! Prints the table of performance: each row is ours compared with a peer, and the figure to reach.
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

/// How much is measured.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Size {
    Full,
    /// Enough to see that each row still runs.
    Short,
}

impl Size {
    /// The least time of one measurement of CPU time.
    pub(crate) fn least(self) -> Duration {
        match self {
            Size::Full => Duration::from_millis(30),
            Size::Short => Duration::ZERO,
        }
    }
}

/// The table, in its order.
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
    rows.retain(|row| options.chooses(&row.name));
    if rows.is_empty() {
        eprintln!("the name of no row contains the text of --only");
        return ExitCode::FAILURE;
    }
    print::head(options, pinned);
    let mut short = Vec::new();
    for row in rows {
        let (name, unit) = (row.name.clone(), row.unit);
        let (reach, explained, peer) = (row.reach, row.explained, row.peer());
        let figures = row.measure(options.rounds);
        let mark = match options.size {
            Size::Full => reach.mark(figures.value.median, explained.is_some()),
            Size::Short => Mark::Information,
        };
        if mark == Mark::Short {
            short.push(name.clone());
        }
        let line = print::Line {
            name,
            unit,
            peer,
            reach,
            mark,
            explained,
            figures,
        };
        line.print(options.json);
    }
    if options.check && !short.is_empty() {
        eprintln!(
            "short of their figure and not explained: {}",
            short.join("; ")
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
