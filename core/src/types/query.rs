//! What the operations on running queries share, in all query languages.

use serde_json::Value;

structure! {
    /// A query that runs or waits. The service model calls it `GremlinQueryStatus` for every language.
    pub struct QueryStatus {
        /// Its id: the caller's own, or the one that the service gave it.
        pub query_id: Option<String>,
        /// Its text. Gremlin and openCypher show no more than the first 1024 characters.
        pub query_string: Option<String>,
        /// How far it is.
        pub query_eval_stats: Option<QueryEvalStats>,
    }

    /// How far a query is.
    pub struct QueryEvalStats {
        /// How long it waited, in milliseconds. SPARQL does not say.
        pub waited: Option<i64>,
        /// How long it has run, in milliseconds.
        pub elapsed: Option<i64>,
        /// Whether somebody cancelled it.
        pub cancelled: Option<bool>,
        /// How many subqueries it has. A number, of SPARQL only, which the service model allows to be
        /// anything.
        pub subqueries: Option<Value>,
    }
}
