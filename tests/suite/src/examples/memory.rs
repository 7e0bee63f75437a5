//! For the examples that read a large response in little memory.

use std::{
    error::Error,
    io::{self, Write},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use neptunedata_emulator::{Emulator, Generated, PlannedFault, QueryScript, Response, Server};

use crate::resident;

/// By how many bytes the memory may grow.
const MAX_GROWTH: u64 = 16 * 1024 * 1024;

/// Starts an emulator that responds with this many MiB of people.
///
/// # Errors
///
/// If it cannot listen.
pub fn large_response(size: u64) -> Result<Server, Box<dyn Error>> {
    let row = |n| {
        let name = format!("{n:x}-").repeat(12);
        Bytes::from(format!(r#"{{"id":{n},"name":"{name:0<200}"}}"#))
    };
    let length = u64::try_from(row(1).len())? + 1;
    let count = (size << 20) / length;
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::open_cypher().generate_raw(count, row));
    Ok(Server::start(emulator)?)
}

/// Starts an emulator whose first graph has this many MiB. It generates the graph while it sends it.
///
/// # Errors
///
/// If it cannot listen.
pub fn large_graph(size: u64) -> Result<Server, Box<dyn Error>> {
    // Of 1 KiB each.
    let triple = |n: u64| format!("<urn:person:{n:020}> <urn:name> \"{:x<974}\" .\n", "");
    let piece = move |n: u64| (n * 64..(n + 1) * 64).map(triple).collect::<String>();
    let graph = Generated::new(move || (0..size * 16).map(move |n| Bytes::from(piece(n))));
    let response = Response::new(StatusCode::OK, "").generated(graph);
    let media_type = HeaderValue::from_static("application/n-triples");
    let response = response.header(CONTENT_TYPE, media_type);
    let mut emulator = Emulator::default();
    emulator.fail_next(PlannedFault::instead(response).on("GetGraph"));
    Ok(Server::start(emulator)?)
}

/// The time and the memory that reading takes.
pub struct Memory {
    begun: Instant,
    before: Option<u64>,
    most: Option<u64>,
}

impl Memory {
    /// Begins to measure.
    pub fn start() -> Memory {
        let before = resident::now();
        Memory {
            begun: Instant::now(),
            before,
            most: before,
        }
    }

    /// Measures the memory use.
    pub fn sample(&mut self) {
        self.most = self.most.max(resident::now());
    }

    /// Measures the memory use whenever something is written.
    pub fn sampling<W: Write>(&mut self, to: W) -> impl Write {
        Sampling { memory: self, to }
    }

    /// Prints the speed and the memory use. `unit` is what was counted.
    ///
    /// # Errors
    ///
    /// If the memory has grown too much.
    pub fn report(mut self, count: u64, unit: &str, server: &Server) -> Result<(), Box<dyn Error>> {
        self.sample();
        let time = self.begun.elapsed().as_secs_f64();
        let mib = server.connections().bytes_written >> 20;
        println!("{count} {unit}, {mib} MiB");
        println!(
            "{:.0} {unit}/s, {:.0} MiB/s",
            count as f64 / time,
            mib as f64 / time
        );
        let Some((before, most)) = self.before.zip(self.most) else {
            println!("this system does not report memory use");
            return Ok(());
        };
        let grown = most.saturating_sub(before);
        let peak = resident::peak().unwrap_or(most) >> 10;
        println!("memory: grew by {} KiB, peak {peak} KiB", grown >> 10);
        if grown > MAX_GROWTH {
            return Err(format!("memory grew by more than {} KiB", MAX_GROWTH >> 10).into());
        }
        Ok(())
    }
}

struct Sampling<'a, W> {
    memory: &'a mut Memory,
    to: W,
}

impl<W: Write> Write for Sampling<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.memory.sample();
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
