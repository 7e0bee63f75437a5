//! Gremlin over HTTP.
//!
//! `POST` and `GET /gremlin`, `POST /`, `POST /gremlin/explain` and `/gremlin/profile`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-gremlin-rest.html)). A JSON body is
//! accepted with any content type and may have a `queryId`, which is not in the service model (M13, M42).

use super::queries::parameters::{self, Reading};
use super::queries::{status, submit};
use super::{Answered, Route};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::{Flag, Number, Text};
use crate::input::{Inputs, Member};
use crate::{Language, QueryKind, QueryRequest};

const QUERY: &str = "ExecuteGremlinQuery";

pub(crate) const ROUTES: &[Route] = &[
    Route::post(QUERY, "/gremlin", query),
    Route::get(QUERY, "/gremlin", query),
    Route::post(QUERY, "/", query),
    Route::post("ExecuteGremlinExplainQuery", "/gremlin/explain", explain),
    Route::post("ExecuteGremlinProfileQuery", "/gremlin/profile", profile),
    Route::get("ListGremlinQueries", "/gremlin/status", any_status),
    Route::post("ListGremlinQueries", "/gremlin/status", any_status),
    Route::get(
        "GetGremlinQueryStatus",
        "/gremlin/status/{queryId}",
        |cluster, incoming| status::get(cluster, incoming, Language::Gremlin),
    ),
    Route::delete(
        "CancelGremlinQuery",
        "/gremlin/status/{queryId}",
        |cluster, incoming| status::cancel(cluster, incoming, Language::Gremlin),
    ),
];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    (
        "ExecuteGremlinQuery",
        &[
            Member::body_as("gremlinQuery", "gremlin", Text),
            Member::header("serializer", "accept"),
            Member::body("queryId", Text),
        ],
    ),
    (
        "ExecuteGremlinExplainQuery",
        &[Member::body_as("gremlinQuery", "gremlin", Text)],
    ),
    (
        "ExecuteGremlinProfileQuery",
        &[
            Member::body_as("gremlinQuery", "gremlin", Text),
            Member::body_as("results", "profile.results", Flag),
            Member::body_as("chop", "profile.chop", Number),
            Member::body_as("serializer", "profile.serializer", Text),
            Member::body_as("indexOps", "profile.indexOps", Flag),
        ],
    ),
    (
        "ListGremlinQueries",
        &[Member::query("includeWaiting", Flag)],
    ),
    ("GetGremlinQueryStatus", &[Member::label("queryId")]),
    ("CancelGremlinQuery", &[Member::label("queryId")]),
];

fn any_status(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    status::any(cluster, incoming, Language::Gremlin)
}

fn query(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    take(cluster, incoming, QueryKind::Query)
}

fn explain(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    take(cluster, incoming, QueryKind::Explain)
}

fn profile(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    take(cluster, incoming, QueryKind::Profile)
}

fn take(cluster: &mut Cluster, incoming: &Incoming<'_>, kind: QueryKind) -> Answered {
    let parameters = parameters::read(incoming, Reading::ByLook)?;
    let mut request = QueryRequest::new(
        Language::Gremlin,
        kind,
        parameters.required_string("gremlin")?,
    );
    if kind == QueryKind::Profile {
        for name in ["profile.results", "profile.indexOps"] {
            parameters.flag(name)?;
        }
    }
    request.query_id = parameters.string("queryId")?.map(str::to_owned);
    request.options = parameters.others(&["gremlin", "queryId"]);
    if let Some(chop) = request.option("profile.chop")
        && chop.parse::<u32>().is_err()
    {
        return Err(Failure::invalid_parameter(
            "The value of profile.chop must be a number.",
        ));
    }
    submit(cluster, incoming, request)
}
