//! The values in rows.

mod graphson;
mod literal;
mod value;

pub use graphson::GraphSonError;
pub use literal::{Literal, LiteralError, quote};
pub use value::{Edge, GremlinValue, Path, Property, Vertex, VertexProperty};

/// The labels that a label stands for. A vertex with several has them joined with `::`.
///
/// ```
/// let labels: Vec<_> = neptunedata::gremlin::labels("person::employee").collect();
/// assert_eq!(labels, ["person", "employee"]);
/// ```
pub fn labels(label: &str) -> impl Iterator<Item = &str> {
    label.split("::")
}
