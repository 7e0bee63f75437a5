//! The operations, a file each, in the families of the service's documentation.
//!
//! To add one, follow the checklist in `CONTRIBUTING.md`.

#[macro_use]
mod macros;
mod engine;
mod gremlin;
mod index_rebuild;
mod loader;
mod ml;
mod opencypher;
mod sparql;
mod statistics;
mod storage;
mod stream;
mod summary;

pub use engine::*;
pub use gremlin::*;
pub use index_rebuild::*;
pub use loader::*;
pub use ml::*;
pub use opencypher::*;
pub use sparql::*;
pub use statistics::*;
pub use storage::*;
pub use stream::*;
pub use summary::*;
