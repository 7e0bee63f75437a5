//! openCypher: <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher.html>.
//!
//! Types for the values in openCypher rows: [`Node`], [`Relationship`], [`Path`], and [`Value`] for a value of
//! any kind.
//!
//! Use these types for columns that contain nodes, relationships, paths or any value, and your own types for all
//! other columns. `Node`, `Relationship` and `Path` are generic over the type of the properties:
//!
//! ```
//! use neptunedata::opencypher::{ExecuteOpenCypherQuery, Node, Path, Relationship};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Airport<'a> {
//!     code: &'a str,
//! }
//! #[derive(Deserialize)]
//! struct Row<'a> {
//!     #[serde(borrow)]
//!     from: Node<Airport<'a>>,
//!     route: Relationship,
//!     way: Path,
//! }
//!
//! let body = r#"{"results":[{
//!     "from":{"~id":"1","~entityType":"node","~labels":["airport"],"~properties":{"code":"ATL"}},
//!     "route":{"~id":"4","~entityType":"relationship","~start":"1","~end":"2","~type":"route",
//!         "~properties":{"dist":809}},
//!     "way":[
//!         {"~id":"1","~entityType":"node","~labels":["airport"],"~properties":{"code":"ATL"}},
//!         {"~id":"4","~entityType":"relationship","~start":"1","~end":"2","~type":"route",
//!             "~properties":{"dist":809}},
//!         {"~id":"2","~entityType":"node","~labels":["airport"],"~properties":{"code":"AUS"}}]}]}"#;
//! let response = neptunedata::http::Response::new(body.into());
//! let output = neptunedata::response::<ExecuteOpenCypherQuery>(&response)?;
//! let rows: Vec<Row> = output.rows()?;
//! assert_eq!(rows[0].from.properties.code, "ATL");
//! assert_eq!(rows[0].route.properties["dist"].as_i64(), Some(809));
//! assert_eq!(rows[0].way.end().id, "2");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The JSON forms of these values:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html>.

mod cancel_open_cypher_query;
mod execute_open_cypher_explain_query;
mod execute_open_cypher_query;
mod get_open_cypher_query_status;
mod hint;
mod list_open_cypher_queries;
mod parameters;
mod values;

pub use cancel_open_cypher_query::{CancelOpenCypherQuery, CancelOpenCypherQueryOutput};
pub use execute_open_cypher_explain_query::{
    ExecuteOpenCypherExplainQuery, ExecuteOpenCypherExplainQueryOutput, OpenCypherExplainMode,
};
pub use execute_open_cypher_query::{ExecuteOpenCypherQuery, ExecuteOpenCypherQueryOutput};
pub use get_open_cypher_query_status::{GetOpenCypherQueryStatus, GetOpenCypherQueryStatusOutput};
pub use list_open_cypher_queries::{ListOpenCypherQueries, ListOpenCypherQueriesOutput};
pub use values::{Node, Path, Properties, Relationship, Value};

query_language_exceptions!(InvalidNumericDataException);
