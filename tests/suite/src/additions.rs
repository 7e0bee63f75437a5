//! What this client has beyond the service model: one list, by operation and member.

/// Members of requests that the service takes and the model does not know.
pub const INPUTS: &[(&str, &str, &str)] = &[(
    "ExecuteGremlinQuery",
    "queryId",
    "the id under which the query is found and cancelled (M13)",
)];

/// Members of answers that the service sends and the model does not know.
pub const OUTPUTS: &[(&str, &str)] = &[
    ("GetEngineStatus", "serverlessConfiguration"),
    ("GetPropertygraphSummary", "status"),
    ("GetRDFGraphSummary", "status"),
];
