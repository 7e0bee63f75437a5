//! Values in rows.

mod graphson;
mod literal;
mod typed_text;
mod value;

pub use graphson::GraphSonError;
pub(super) use graphson::GraphSonReader;
pub use literal::{Literal, LiteralError, quote};
pub use value::{Edge, GremlinValue, Path, Property, Vertex, VertexProperty};

/// Splits the label of a vertex into its labels: a vertex with several labels has them joined with `::`.
///
/// ```
/// let labels: Vec<_> = neptunedata::gremlin::labels("person::employee").collect();
/// assert_eq!(labels, ["person", "employee"]);
/// ```
pub fn labels(label: &str) -> impl Iterator<Item = &str> {
    label.split("::")
}
