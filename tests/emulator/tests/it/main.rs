//! The emulator through its public door.

mod engine;
mod fast_reset;
mod fault_header;
#[cfg(feature = "graph")]
mod graph;
#[cfg(feature = "graph")]
mod graph_random;
mod graph_store;
#[cfg(feature = "graph")]
mod graph_streams;
mod index_rebuild;
mod loader;
mod loader_errors;
#[cfg(feature = "graph")]
mod loader_files;
mod loader_queue;
#[cfg(feature = "oxigraph")]
mod loader_rdf;
mod ml;
mod plan;
mod queries;
mod query_scripts;
mod query_status;
#[cfg(feature = "oxigraph")]
mod rdf;
#[cfg(feature = "oxigraph")]
mod rdf_differences;
#[cfg(feature = "oxigraph")]
mod rdf_hints;
#[cfg(feature = "oxigraph")]
mod rdf_random;
#[cfg(feature = "oxigraph")]
mod rdf_statistics;
#[cfg(feature = "oxigraph")]
mod rdf_streams;
mod refusals;
mod robustness;
mod robustness_jobs;
mod robustness_queries;
mod routes;
mod signature;
mod signed;
mod statistics;
mod streams;
mod support;
mod training;
mod training_errors;
mod unscripted_sparql;

#[cfg(feature = "server")]
mod binary;
#[cfg(feature = "server")]
mod binary_control;
#[cfg(feature = "server")]
mod binary_files;
#[cfg(all(feature = "oxigraph", feature = "server"))]
mod binary_loads;
#[cfg(feature = "tls")]
mod binary_tls;
#[cfg(feature = "server")]
mod bodies;
#[cfg(feature = "server")]
mod connections;
#[cfg(all(feature = "oxigraph", feature = "server"))]
mod engine_queries;
#[cfg(feature = "server")]
mod faults;
#[cfg(all(feature = "graph", feature = "oxigraph", feature = "server"))]
mod graph_queries;
#[cfg(feature = "server")]
mod large_answers;
#[cfg(feature = "server")]
mod long_queries;
#[cfg(feature = "server")]
mod raw;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "tls")]
mod tls;
