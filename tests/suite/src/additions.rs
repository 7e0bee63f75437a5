//! What this client has beyond the service model: one list, by operation and member.

use neptunedata::http::{HeaderName, header};

/// Members of requests that the service takes and the model does not know.
pub const INPUTS: &[(&str, &str, &str)] = &[(
    "ExecuteGremlinQuery",
    "queryId",
    "the id under which the query is found and cancelled (M13)",
)];

/// Members of requests that are not sent as such, but change what is sent: operation, member, a value, and why.
pub const SETTINGS: &[(&str, &str, &str, &str)] = &[
    (
        "StartLoaderJob",
        "flagsAsText",
        "true",
        "older engines take flags as text alone",
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

/// Fields of outputs that have no serde form: operation, field, and why.
pub const SKIPPED: &[(&str, &str, &str)] = &[(
    "ExecuteOpenCypherExplainQuery",
    "media_type",
    "a header of the answer, while the model's only member is the body",
)];

/// Members of answers that the service sends and the model does not know.
pub const OUTPUTS: &[(&str, &str)] = &[
    // What a binary serializer wrote; all other members are in it.
    ("ExecuteGremlinQuery", "binary"),
    ("GetEngineStatus", "serverlessConfiguration"),
    ("GetPropertygraphSummary", "status"),
    ("GetRDFGraphSummary", "status"),
];

/// A header that requests of some operations have and botocore's lack. It has exactly this value, and
/// where botocore has the header too there is no difference.
pub struct OwnHeader {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: &'static str,
    /// Why it is sent.
    pub reason: &'static str,
    /// The operations whose requests have it.
    pub operations: &'static [&'static str],
    /// Whether it takes part in the signature.
    pub is_signed: bool,
}

/// All headers beyond those of botocore.
pub const HEADERS: &[OwnHeader] = &[
    OwnHeader {
        name: header::TE,
        value: "trailers",
        reason: "queries fail after their 200 too, and trailers say so (docs/wire.md, U04: the page on trailers)",
        operations: &[
            "ExecuteGremlinQuery",
            "ExecuteGremlinExplainQuery",
            "ExecuteGremlinProfileQuery",
            "ExecuteOpenCypherQuery",
            "ExecuteOpenCypherExplainQuery",
        ],
        is_signed: false,
    },
    OwnHeader {
        name: header::ACCEPT,
        value: "application/vnd.gremlin-v3.0+json;types=false",
        reason: "the form of results is not clear without it (M15)",
        operations: &["ExecuteGremlinQuery"],
        is_signed: true,
    },
];
