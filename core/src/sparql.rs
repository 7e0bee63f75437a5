//! What SPARQL results hold: [`RdfTerm`], and [`SparqlRow`] for rows of types of yours.
//!
//! <https://www.w3.org/TR/sparql11-results-json/>

mod row;
mod term;

pub use row::SparqlRow;
pub use term::{RdfTerm, RdfTriple};
