//! Values in rows.

mod row;
mod term;

pub use row::SparqlRow;
pub use term::{RdfTerm, RdfTriple};
