//! Types for the values in openCypher rows: [`Node`], [`Relationship`], [`Path`], and [`Value`] for
//! what may be any of them.
//!
//! Use them where a row of yours has such a column, and types of your own for all others. They are
//! generic over what the properties are read as:
//!
//! ```
//! use neptunedata::{ExecuteOpenCypherQuery, cypher::{Node, Path, Relationship}};
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
//! let answer = neptunedata::http::Response::new(body.into());
//! let output = neptunedata::response::<ExecuteOpenCypherQuery>(&answer)?;
//! let rows: Vec<Row> = output.rows()?;
//! assert_eq!(rows[0].from.properties.code, "ATL");
//! assert_eq!(rows[0].route.properties["dist"].as_i64(), Some(809));
//! assert_eq!(rows[0].way.end().id, "2");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Forms: <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html>.

mod element;
mod path;
mod value;

pub use element::{Node, Properties, Relationship};
pub use path::Path;
pub use value::Value;
