//! The differences between this client and the service model: one list, by operation and member.

use neptunedata::http::{HeaderName, header};

/// Request members that the service accepts but the model lacks.
pub const INPUTS: &[(&str, &str, &str)] = &[(
    "ExecuteGremlinQuery",
    "queryId",
    "the id for the status and the cancellation of the query (M13)",
)];

/// Settings of requests that are not members, but change what is sent: operation, setting, a value, and the reason.
pub const SETTINGS: &[(&str, &str, &str, &str)] = &[
    (
        "StartLoaderJob",
        "flagsAsText",
        "true",
        "older engines accept flags only as text",
    ),
    (
        "ExecuteOpenCypherQuery",
        "timeoutHint",
        "1500",
        "a hint in the text of the query, in milliseconds (M20)",
    ),
    (
        "ExecuteOpenCypherExplainQuery",
        "timeoutHint",
        "1500",
        "a hint in the text of the query, in milliseconds (M20)",
    ),
];

/// Fields of outputs that are not serialized: operation, field, and the reason.
pub const SKIPPED: &[(&str, &str, &str)] = &[(
    "ExecuteOpenCypherExplainQuery",
    "media_type",
    "a header of the response; the model has only the body",
)];

/// Response members that the service sends but the model lacks.
pub const OUTPUTS: &[(&str, &str)] = &[
    // The body of a binary serializer. Its bytes contain all other members.
    ("ExecuteGremlinQuery", "binary"),
    ("GetEngineStatus", "serverlessConfiguration"),
    ("GetPropertygraphSummary", "status"),
    ("GetRDFGraphSummary", "status"),
];

/// A header that this client sends, always with this value. botocore sends no such header, or one with the same value.
pub struct OwnHeader {
    /// The name of the header.
    pub name: HeaderName,
    /// The value of the header.
    pub value: &'static str,
    /// Why it is sent.
    pub reason: &'static str,
    /// The operations whose requests have it; `None` for all.
    pub operations: Option<&'static [&'static str]>,
    /// Whether the header is signed.
    pub is_signed: bool,
}

/// All headers that botocore does not send.
pub const HEADERS: &[OwnHeader] = &[
    OwnHeader {
        name: header::TE,
        value: "trailers",
        reason: "an operation may fail after status 200, and the trailers have the error (U28)",
        operations: None,
        is_signed: false,
    },
    OwnHeader {
        name: header::ACCEPT,
        value: "application/vnd.gremlin-v3.0+json;types=false",
        reason: "the form of results is not clear without it (M15)",
        operations: Some(&["ExecuteGremlinQuery"]),
        is_signed: true,
    },
];
