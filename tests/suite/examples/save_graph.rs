//! Writes a graph to a file as it arrives, with the async client.
//!
//! ```text
//! cargo run --release --example save_graph
//! cargo run --release --example save_graph -- 64
//! cargo run --release --example save_graph -- 64 graph.nt
//! ```
//!
//! The arguments are the size of the graph in MiB, 300 by default, and the file, by default in the directory for
//! temporary files. The emulator generates the graph in the same process, so the memory printed includes both. The exit
//! code is not zero if the memory grew by more than 16 MiB.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::Write,
    path::PathBuf,
};

use neptunedata_hyper::{Client, Endpoint, sparql::GetGraph};
use neptunedata_tests::examples::{Memory, large_graph};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let size = env::args().nth(1).map_or(Ok(300), |size| size.parse())?;
    let path = env::args().nth(2).map(PathBuf::from);
    let path = path.unwrap_or_else(|| env::temp_dir().join("graph.nt"));
    let server = large_graph(size)?;

    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    let mut memory = Memory::start();
    // The file gets its name when it is complete: a query can fail after the first part of its response.
    let part = path.with_extension("part");
    let (mut file, mut length) = (File::create(&part)?, 0);
    let mut graph = client.bytes(GetGraph::default_graph());
    while let Some(chunk) = graph.next().await {
        let chunk = chunk?;
        // Blocks the thread. In a program with other tasks, use `tokio::fs` or a thread.
        file.write_all(&chunk)?;
        length += chunk.len() as u64;
        memory.sample();
    }
    fs::rename(part, &path)?;

    let content_type = graph.meta().and_then(|meta| meta.content_type());
    println!("{}: {}", path.display(), content_type.unwrap_or("unknown"));
    memory.report(length, "bytes", &server)
}
