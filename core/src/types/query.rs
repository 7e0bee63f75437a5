//! Types of the operations on running queries, shared by all query languages.

use serde_json::Value;

structure! {
    /// A running or waiting query. The service model calls it `GremlinQueryStatus` for every language.
    pub struct QueryStatus {
        /// The id of the query, chosen by the caller or by the service.
        pub query_id: Option<String>,
        /// The text of the query; for Gremlin and openCypher only the first 1024 characters.
        pub query_string: Option<String>,
        /// The progress of the query.
        pub query_eval_stats: Option<QueryEvalStats>,
    }

    /// The progress of a query.
    pub struct QueryEvalStats {
        /// How long the query waited, in milliseconds. Absent for SPARQL.
        pub waited: Option<i64>,
        /// How long the query has run, in milliseconds.
        pub elapsed: Option<i64>,
        /// Whether the query was cancelled.
        pub cancelled: Option<bool>,
        /// The number of subqueries, for SPARQL only. In the service model it may be any JSON value.
        pub subqueries: Option<Value>,
    }
}
