//! openCypher over HTTP, with both spellings of its path.
//!
//! `POST` and `GET /openCypher`, `POST /openCypher/explain`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html)). A query is sent
//! in a form, in a JSON object, or as a body of type `application/opencypher` with its `parameters` in the URL.

use http::Method;
use serde_json::Value;

use super::queries::parameters::{self, Reading};
use super::queries::{status, submit};
use super::{Answered, Route};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::{Flag, Text};
use crate::input::{Inputs, Member};
use crate::{Language, QueryKind, QueryRequest};

pub(super) const QUERY: &str = "ExecuteOpenCypherQuery";
pub(super) const EXPLAIN: &str = "ExecuteOpenCypherExplainQuery";

macro_rules! both {
    ($($operation:expr, $method:ident, $path:literal, $run:expr;)*) => {
        &[$(
            Route::new($operation, Method::$method, concat!("/opencypher", $path), $run),
            Route::new($operation, Method::$method, concat!("/openCypher", $path), $run),
        )*]
    };
}

pub(crate) const ROUTES: &[Route] = both! {
    QUERY, POST, "", query;
    QUERY, GET, "", query;
    EXPLAIN, POST, "/explain", explain;
    "ListOpenCypherQueries", GET, "/status", any_status;
    "ListOpenCypherQueries", POST, "/status", any_status;
    "CancelOpenCypherQuery", DELETE, "/status", cancel;
    "GetOpenCypherQueryStatus", GET, "/status/{queryId}",
        |cluster, incoming| status::get(cluster, incoming, Language::OpenCypher);
    "CancelOpenCypherQuery", DELETE, "/status/{queryId}", cancel;
};

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    (
        "ExecuteOpenCypherQuery",
        &[
            Member::body_as("openCypherQuery", "query", Text),
            Member::body("parameters", Text),
        ],
    ),
    (
        "ExecuteOpenCypherExplainQuery",
        &[
            Member::body_as("openCypherQuery", "query", Text),
            Member::body("parameters", Text),
            Member::body_as("explainMode", "explain", Text),
        ],
    ),
    (
        "ListOpenCypherQueries",
        &[Member::query("includeWaiting", Flag)],
    ),
    ("GetOpenCypherQueryStatus", &[Member::label("queryId")]),
    (
        "CancelOpenCypherQuery",
        &[Member::label("queryId"), Member::query("silent", Flag)],
    ),
];

fn any_status(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    status::any(cluster, incoming, Language::OpenCypher)
}

fn cancel(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    status::cancel(cluster, incoming, Language::OpenCypher)
}

fn query(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    take(cluster, incoming, QueryKind::Query)
}

fn explain(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    take(cluster, incoming, QueryKind::Explain)
}

fn take(cluster: &mut Cluster, incoming: &Incoming<'_>, kind: QueryKind) -> Answered {
    let as_body = incoming.media_type().as_deref() == Some("application/opencypher");
    let (parameters, text) = if as_body {
        (incoming.query_members(), incoming.query_text()?)
    } else {
        let parameters = parameters::read(incoming, Reading::ByType)?;
        let text = parameters.required_string("query")?.to_owned();
        (parameters, text)
    };
    let explains = parameters::explains(&parameters)?;
    if kind == QueryKind::Explain && !explains {
        return Err(Failure::missing_parameter(
            "The required parameter explain is missing.",
        ));
    }
    let kind = if explains { QueryKind::Explain } else { kind };
    let mut request = QueryRequest::new(Language::OpenCypher, kind, text);
    // U05: an object instead of a string is refused, because no page shows one.
    if let Some(text) = parameters.string("parameters")? {
        if !matches!(serde_json::from_str(text), Ok(Value::Object(_))) {
            return Err(Failure::invalid_parameter(
                "The value of parameters must be a JSON object.",
            ));
        }
        request.parameters = Some(text.to_owned());
    }
    request.query_id = parameters.string("queryId")?.map(str::to_owned);
    request.options = parameters.others(&["query", "parameters", "queryId"]);
    submit(cluster, incoming, request)
}
