//! The whole scenario table, signed with secrets that the search recognizes.

use std::{
    error::Error,
    fmt::Debug,
    io::Write as _,
    sync::{Mutex, PoisonError},
};

use neptunedata::Credentials;
use neptunedata_emulator::Emulator;
use neptunedata_tests::client::Driver;
use neptunedata_tests::scenarios::{self, Cell, Op, Setting, Witness, rows, run};

use crate::{
    SECRET, TOKEN,
    plants::Plant,
    search::{Made, hex, signing_key},
    spies::{show, show_error},
};

/// Most of them wait most of the time.
const THREADS: usize = 24;
const WAYS: [(Driver, bool); 4] = [
    (Driver::Hyper, false),
    (Driver::Hyper, true),
    (Driver::Blocking, false),
    (Driver::Blocking, true),
];

/// How many cells there are.
pub(crate) fn cells() -> usize {
    rows().len() * Op::ALL.len() * WAYS.len()
}

/// Prints what it sees, and keeps what was made of the secrets.
#[derive(Default)]
struct Printer {
    plant: Option<Plant>,
    made: Mutex<Made>,
}

impl Witness for Printer {
    fn value(&self, value: &dyn Debug) {
        show(value);
    }

    fn error(&self, error: &(dyn Error + 'static)) {
        show_error(error);
    }

    fn server(&self, emulator: &Emulator) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in emulator.log() {
            let Some(header) = entry.headers.get(http::header::AUTHORIZATION) else {
                continue;
            };
            let header = header.to_str().unwrap();
            let (_, signature) = header.rsplit_once("Signature=").unwrap();
            made.signatures.insert(signature.to_owned());
            let (_, scope) = header.split_once("Credential=").unwrap();
            let mut scope = scope.split('/').skip(1);
            let mut part = || scope.next().unwrap();
            made.keys
                .insert(signing_key(SECRET, part(), part(), part()));
            if let Some(plant) = self.plant {
                plant.leak_what_is_sent(header, signature, made.keys.iter().next().unwrap());
            }
        }
    }
}

fn setting(printer: &Printer) -> Setting<'_> {
    Setting {
        credentials: Credentials::new("AKIDEXAMPLE", SECRET).with_session_token(TOKEN),
        witness: printer,
    }
}

/// Plays the whole table and prints each result.
pub(crate) fn play() {
    let printer = Printer::default();
    let rows = rows();
    for played in run(&rows, &WAYS, THREADS, &setting(&printer)).unwrap() {
        let cell = played.cell;
        let expected = cell.row.expected(cell.op, cell.driver).unwrap();
        if played.seen.is(expected) && played.breaches.is_empty() {
            println!("ROW as expected: {cell}")
        } else {
            println!("ROW otherwise: {cell}: {expected}, but {}", played.seen)
        }
    }
    hand_over(&printer);
}

/// Runs one cell of the table. `plant` leaks a secret on purpose.
pub(crate) fn play_one(plant: Option<Plant>) {
    let printer = Printer {
        plant,
        ..Printer::default()
    };
    let rows = rows();
    let cell = Cell {
        row: rows.iter().find(|row| row.name == "x38").unwrap(),
        op: Op::Read,
        driver: Driver::Hyper,
        secure: false,
    };
    let played = scenarios::play(cell, &setting(&printer)).unwrap();
    assert_eq!(played.seen.outcome, Ok(()));
    if let Some(plant) = plant {
        plant.leak_secrets();
    }
    hand_over(&printer);
}

/// To the parent, by a file: what is printed is searched for these.
fn hand_over(printer: &Printer) {
    let made = printer.made.lock().unwrap_or_else(PoisonError::into_inner);
    let mut file = std::fs::File::create(std::env::var_os("CANARY_MADE").unwrap()).unwrap();
    for signature in &made.signatures {
        writeln!(file, "signature {signature}").unwrap();
    }
    for key in &made.keys {
        writeln!(file, "key {}", hex(key)).unwrap();
    }
}

pub(crate) fn taken_over(text: &str) -> Made {
    let mut made = Made::default();
    for line in text.lines() {
        match line.split_once(' ').unwrap() {
            ("signature", signature) => drop(made.signatures.insert(signature.to_owned())),
            (_, key) => {
                let byte = |at: usize| u8::from_str_radix(&key[at * 2..at * 2 + 2], 16).unwrap();
                made.keys.insert(std::array::from_fn(byte));
            }
        }
    }
    made
}
