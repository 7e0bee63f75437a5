//! What the operations on running queries share, in all query languages.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A query that runs or waits. The service model calls it `GremlinQueryStatus` for every language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QueryStatus {
    /// Its id: the caller's own, or the one that the service gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_id: Option<String>,
    /// Its text. Gremlin and openCypher show no more than the first 1024 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string: Option<String>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_eval_stats: Option<QueryEvalStats>,
}

arbitrary!(QueryStatus => query_id, query_string, query_eval_stats);

/// How far a query is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QueryEvalStats {
    /// How long it waited, in milliseconds. SPARQL does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited: Option<i64>,
    /// How long it has run, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<i64>,
    /// Whether somebody cancelled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<bool>,
    /// How many subqueries it has. A number, of SPARQL only, which the service model allows to be
    /// anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subqueries: Option<Value>,
}

arbitrary!(QueryEvalStats => waited, elapsed, cancelled, subqueries);
