//! What Gremlin over HTTP needs beyond its operations: literals for query texts, and the values of
//! typed GraphSON.
//!
//! Neptune takes no parameters for Gremlin over HTTP, so values get into a query by being written into
//! its text: with [`quote`] and [`Literal`] they stay values, whatever they hold.
//!
//! ```
//! use neptunedata::{ExecuteGremlinQuery, gremlin::{Literal, quote}};
//!
//! let name = "O'Hara').drop(); g.V('";
//! let text = format!(
//!     "g.V().has('person', 'name', {}).has('age', within({}))",
//!     quote(name)?,
//!     Literal::from_iter([29, 31]).to_text()?,
//! );
//! assert_eq!(
//!     text,
//!     r"g.V().has('person', 'name', 'O\'Hara\').drop(); g.V(\'').has('age', within([29,31]))",
//! );
//! let query = ExecuteGremlinQuery::new(text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
