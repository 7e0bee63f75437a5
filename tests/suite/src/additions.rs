//! What this client has beyond the service model: one list, by operation and member.

/// Members of requests that the service takes and the model does not know.
pub const INPUTS: &[(&str, &str, &str)] = &[];

/// Members of answers that the service sends and the model does not know.
pub const OUTPUTS: &[(&str, &str)] = &[
    ("GetEngineStatus", "serverlessConfiguration"),
    ("GetPropertygraphSummary", "status"),
    ("GetRDFGraphSummary", "status"),
];
