//! openCypher on the emulator's real engine, feature `graph`: typical statements, the openCypher TCK, and statements
//! that are broken or too large.
//!
//! `OPENCYPHER_STATEMENTS=FILE` runs other statements in the same form, with `fixture.json` in the folder of the file or
//! `OPENCYPHER_FIXTURE=FILE`. `OPENCYPHER_TCK=DIRECTORY` runs the TCK in that folder. Run with `--nocapture` to see
//! the counts.

#[path = "open_cypher/gherkin.rs"]
mod gherkin;
#[path = "open_cypher/graph.rs"]
mod graph;
#[path = "open_cypher/list.rs"]
mod list;
#[path = "open_cypher/mutated.rs"]
mod mutated;
#[path = "open_cypher/runaways.rs"]
mod runaways;
#[path = "open_cypher/scenario.rs"]
mod scenario;
#[path = "open_cypher/statements.rs"]
mod statements;
#[path = "open_cypher/tck.rs"]
mod tck;
#[path = "open_cypher/value.rs"]
mod value;
