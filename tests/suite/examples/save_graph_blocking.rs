//! Writes a graph to a file as it arrives, with the blocking client.
//!
//! ```text
//! cargo run --release --example save_graph_blocking
//! cargo run --release --example save_graph_blocking -- 64
//! cargo run --release --example save_graph_blocking -- 64 graph.nt
//! ```
//!
//! The arguments are the size of the graph in MiB, 300 by default, and the file, by default in the directory for
//! temporary files. The emulator generates the graph in the same process, so the memory printed includes both. The exit
//! code is not zero if the memory grew by more than 16 MiB.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io,
    path::PathBuf,
};

use neptunedata_blocking::{Client, Endpoint, sparql::GetGraph};
use neptunedata_tests::examples::{Memory, large_graph};

fn main() -> Result<(), Box<dyn Error>> {
    let size = env::args().nth(1).map_or(Ok(300), |size| size.parse())?;
    let path = env::args().nth(2).map(PathBuf::from);
    let path = path.unwrap_or_else(|| env::temp_dir().join("graph.nt"));
    let server = large_graph(size)?;

    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    let mut memory = Memory::start();
    // The file gets its name when it is complete: a query can fail after the first part of its response.
    let part = path.with_extension("part");
    let mut graph = client.bytes(GetGraph::default_graph());
    let mut file = memory.sampling(File::create(&part)?);
    let length = io::copy(&mut graph, &mut file)?;
    drop(file);
    fs::rename(part, &path)?;

    let content_type = graph.meta().and_then(|meta| meta.content_type());
    println!("{}: {}", path.display(), content_type.unwrap_or("unknown"));
    memory.report(length, "bytes", &server)
}
