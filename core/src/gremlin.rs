//! Gremlin: <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-gremlin.html>.
//!
//! Besides the operations: literals for query texts, and the values of typed GraphSON.
//!
//! Neptune does not accept parameters for Gremlin over HTTP, so values must be written into the text of the
//! query. [`quote`] and [`Literal`] escape them, so that no value is read as a part of the query.
//!
//! ```
//! use neptunedata::gremlin::{ExecuteGremlinQuery, Literal, quote};
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

#[macro_use]
mod report;
mod cancel_gremlin_query;
mod execute_gremlin_explain_query;
mod execute_gremlin_profile_query;
mod execute_gremlin_query;
mod get_gremlin_query_status;
mod list_gremlin_queries;
mod serializer;
mod values;

pub use cancel_gremlin_query::{CancelGremlinQuery, CancelGremlinQueryOutput};
pub use execute_gremlin_explain_query::{
    ExecuteGremlinExplainQuery, ExecuteGremlinExplainQueryOutput,
};
pub use execute_gremlin_profile_query::{
    ExecuteGremlinProfileQuery, ExecuteGremlinProfileQueryOutput,
};
pub use execute_gremlin_query::{
    BinaryBody, ExecuteGremlinQuery, ExecuteGremlinQueryOutput, GremlinQueryStatusAttributes,
};
pub use get_gremlin_query_status::{GetGremlinQueryStatus, GetGremlinQueryStatusOutput};
pub use list_gremlin_queries::{ListGremlinQueries, ListGremlinQueriesOutput};
pub use serializer::GremlinSerializer;
pub use values::{
    Edge, GraphSonError, GremlinValue, Literal, LiteralError, Path, Property, Vertex,
    VertexProperty, labels, quote,
};

query_language_exceptions!();
