//! Answers that are generated while they are sent.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use neptunedata_emulator::{Emulator, PlannedFault, QueryScript, Server};
use serde_json::json;
use socket2::SockRef;

use crate::raw::{Raw, WAIT_LIMIT};
use crate::support::{Ask, assert_contains, assert_ends, get};

const MIB: u64 = 1024 * 1024;
/// The padding of a row, so that the row and the comma after it have 1,024 bytes.
const PADDING: usize = 1015;

fn script(rows: u64) -> QueryScript {
    QueryScript::open_cypher().repeat(json!({ "n": "x".repeat(PADDING) }), rows)
}

fn ask(server: &Server) -> TcpStream {
    let request = "GET /openCypher?query=MATCH HTTP/1.1\r\nhost: neptune\r\nte: trailers\r\nconnection: close\r\n\r\n";
    Raw::ask(server, request).stream
}

fn server(script: QueryScript) -> Server {
    let mut emulator = Emulator::default();
    emulator.script(script);
    Server::start(emulator).expect("a server")
}

/// Reads so many bytes, or to the end, and gives back how many there were and the last of them.
fn read(stream: &mut TcpStream, most: u64) -> (u64, Vec<u8>) {
    let mut buffer = vec![0; 256 * 1024];
    let (mut all, mut last) = (0, Vec::new());
    while all < most {
        let many = stream.read(&mut buffer).expect("bytes");
        if many == 0 {
            break;
        }
        all += many as u64;
        last.extend_from_slice(&buffer[..many]);
        let too_many = last.len().saturating_sub(200);
        last.drain(..too_many);
    }
    (all, last)
}

/// The resident memory of this process, if the system reports it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[test]
fn a_gibibyte_takes_no_memory() {
    let rows = 1024 * MIB / 1024;
    let server = server(script(rows));
    let mut stream = ask(&server);
    read(&mut stream, MIB);
    let before = resident();
    let (all, last) = read(&mut stream, u64::MAX);
    assert!(all > 1022 * MIB, "{all}");
    let end = String::from_utf8_lossy(&last);
    let trailers = "\r\n0\r\nx-neptune-status: 200 OK\r\nx-neptune-detail: \r\n\r\n";
    assert_ends(&end, &format!("\"}}]}}{trailers}"));
    assert!(server.connections().bytes_written >= all);
    // Other tests run in this process at the same time, so there is room for theirs.
    if let (Some(before), Some(after)) = (before, resident()) {
        assert!(after.saturating_sub(before) < 128 * MIB, "{before} {after}");
    }
}

/// Waits until nothing is written any more, and gives back how much that was.
fn written(server: &Server) -> u64 {
    let mut written = server.connections().bytes_written;
    let pause = Duration::from_millis(300);
    while server.wait_until(pause, || server.connections().bytes_written > written) {
        written = server.connections().bytes_written;
    }
    written
}

#[test]
fn a_reader_that_stops_stops_the_server() {
    let server = server(script(u64::MAX));
    let mut stream = ask(&server);
    // This client reads only a few rows.
    let (first, _) = read(&mut stream, 1);
    let before = written(&server);
    assert!(before <= first + MIB, "{before} {first}");
    // Systems let the receive buffer of a connection grow that is read quickly, and what is in there cannot be told from
    // what was read. Where the client keeps that from happening, there is never more than a little on the way.
    SockRef::from(&stream)
        .set_recv_buffer_size(128 * 1024)
        .expect("a receive buffer");
    let mut all = first;
    for _ in 0..3 {
        all += read(&mut stream, 16 * MIB).0;
        let written = written(&server);
        assert!(written <= all + MIB, "{written} {all}");
    }
    drop(stream);
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
}

#[test]
fn a_quick_reader_that_stops_stops_the_server_too() {
    let server = server(script(u64::MAX));
    let mut stream = ask(&server);
    let (all, _) = read(&mut stream, 64 * MIB);
    let written = written(&server);
    assert!(written <= all + 16 * MIB, "{written} {all}");
}

#[test]
fn a_server_can_be_stopped_meanwhile() {
    let server = server(script(u64::MAX));
    let mut stream = ask(&server);
    read(&mut stream, MIB);
    drop(server);
}

#[test]
fn answers_end_at_the_planned_position() {
    let server = server(script(u64::MAX).fail_after(5000, "MemoryLimitExceededException", "Full."));
    let (all, last) = read(&mut ask(&server), u64::MAX);
    assert!((5000 * 1024..6 * MIB).contains(&all), "{all}");
    let end = String::from_utf8_lossy(&last);
    assert_contains(&end, "%22message%22%3A%22Full.%22%7D");

    server.with(|emulator| emulator.fail_next(PlannedFault::executed_but_cut(1_000_000)));
    let (all, last) = read(&mut ask(&server), u64::MAX);
    assert!((1_000_000..1_001_000).contains(&all), "{all}");
    assert!(last.ends_with(b"x\r\n"), "{last:?}");

    // What is slow is put together before.
    server.with(|emulator| {
        emulator.clear_scripts();
        emulator.script(script(2));
        emulator.fail_next("trickle; bytes=1000; every=1".parse().expect("a fault"));
    });
    let (_, last) = read(&mut ask(&server), u64::MAX);
    assert!(last.ends_with(b"x-neptune-detail: \r\n\r\n"), "{last:?}");
}

#[test]
fn a_handler_without_a_socket_can_be_read_slowly_too() {
    let mut neptune = Emulator::default();
    neptune.script(script(u64::MAX).chunk_rows(1));
    let answer = neptune.answer(get("/openCypher?query=MATCH"));
    let mut pieces = answer.pieces();
    assert_eq!(pieces.next().map(|piece| piece.len()), Some(12 + 1023));
    assert_eq!(pieces.nth(1000).map(|piece| piece.len()), Some(1024));
}
