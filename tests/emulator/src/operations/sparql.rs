//! SPARQL queries and updates, which the AWS SDKs do not support.
//!
//! `POST` and `GET /sparql` ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-reference.html)).
//! The three forms of the protocol are accepted: the URL, a form, and the text as the body (U08 for updates). It is
//! assumed that an update by `GET` is refused, and with which error. The service model does not have these operations;
//! their names follow its style.

use super::queries::parameters::{self, Reading};
use super::queries::{status, submit};
use super::{Answer, Answered, Route};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::{Incoming, Members, unsupported};
use crate::input::Kind::{Every, Flag, Text};
use crate::input::{Inputs, Member};
use crate::{Language, QueryKind, QueryRequest, ids};

pub(super) const QUERY: &str = "ExecuteSparqlQuery";
pub(super) const UPDATE: &str = "ExecuteSparqlUpdate";
pub(super) const EXPLAIN: &str = "ExecuteSparqlExplainQuery";

pub(crate) const ROUTES: &[Route] = &[
    Route::post(QUERY, "/sparql", post),
    Route::get(QUERY, "/sparql", get),
    Route::get("ListSparqlQueries", "/sparql/status", any_status),
    Route::post("ListSparqlQueries", "/sparql/status", any_status),
];

const DEFAULT_GRAPHS: Member = Member::parameter("defaultGraphUri", "default-graph-uri", Every);

const NAMED_GRAPHS: Member = Member::parameter("namedGraphUri", "named-graph-uri", Every);

const QUERY_ID: Member = Member::parameter("queryId", "queryId", Text);

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    (
        "ExecuteSparqlQuery",
        &[
            Member::parameter("query", "query", Text),
            Member::header("accept", "accept"),
            QUERY_ID,
            DEFAULT_GRAPHS,
            NAMED_GRAPHS,
        ],
    ),
    (
        "ExecuteSparqlExplainQuery",
        &[
            Member::parameter("query", "query", Text),
            Member::parameter("explain", "explain", Text),
            Member::header("accept", "accept"),
            QUERY_ID,
            DEFAULT_GRAPHS,
            NAMED_GRAPHS,
        ],
    ),
    (
        "ExecuteSparqlUpdate",
        &[
            Member::parameter("update", "update", Text),
            QUERY_ID,
            Member::parameter("usingGraphUri", "using-graph-uri", Every),
            Member::parameter("usingNamedGraphUri", "using-named-graph-uri", Every),
        ],
    ),
    ("ListSparqlQueries", &[]),
    ("GetSparqlQueryStatus", &[QUERY_ID]),
    (
        "CancelSparqlQuery",
        &[
            Member::selector("cancelQuery"),
            QUERY_ID,
            Member::parameter("silent", "silent", Flag),
        ],
    ),
];

/// The namespace of query hints, one of which sets the id of a query.
pub(crate) const HINTS: &str = "http://aws.amazon.com/neptune/vocab/v01/QueryHints#";

fn any_status(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    status::any(cluster, incoming, Language::Sparql)
}

fn get(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let parameters = incoming.query_members();
    if parameters.has("update") {
        return Err(Failure::bad_request("An update has to be sent by POST."));
    }
    let text = parameters.required_string("query")?.to_owned();
    take(cluster, incoming, QueryKind::Query, text, parameters)
}

fn post(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let kind = match incoming.media_type().as_deref() {
        Some("application/sparql-query") => QueryKind::Query,
        Some("application/sparql-update") => QueryKind::Update,
        Some("application/json") => return Err(unsupported("application/json")),
        _ => {
            let parameters = parameters::read(incoming, Reading::ByType)?;
            let kind = match (parameters.has("query"), parameters.has("update")) {
                (true, true) => {
                    return Err(Failure::bad_request(
                        "Only one of query and update may be given.",
                    ));
                }
                (_, true) => QueryKind::Update,
                _ => QueryKind::Query,
            };
            let name = if kind == QueryKind::Update {
                "update"
            } else {
                "query"
            };
            let text = parameters.required_string(name)?.to_owned();
            return take(cluster, incoming, kind, text, parameters);
        }
    };
    let parameters = incoming.query_members();
    take(cluster, incoming, kind, incoming.query_text()?, parameters)
}

fn take(
    cluster: &mut Cluster,
    incoming: &Incoming<'_>,
    kind: QueryKind,
    text: String,
    parameters: Members,
) -> Answered {
    let kind = if parameters::explains(&parameters)? {
        QueryKind::Explain
    } else {
        kind
    };
    let id = match parameters.string("queryId")? {
        Some(id) => Some(id.to_owned()),
        None => hinted_id(&text),
    };
    if let Some(id) = &id
        && !ids::is_uuid(id)
    {
        return Ok(Answer::Response(status::not_a_uuid(id)));
    }
    let mut request = QueryRequest::new(Language::Sparql, kind, text);
    request.query_id = id;
    request.options = parameters.others(&["query", "update", "queryId"]);
    submit(cluster, incoming, request)
}

/// The id in a hint such as `hint:Query hint:queryId "…"`. Similar text is taken for a hint, too, for example in a
/// comment.
fn hinted_id(text: &str) -> Option<String> {
    if !text.contains(HINTS) {
        return None;
    }
    let (_, rest) = text.split_once("queryId")?;
    let rest = rest.trim_start_matches('>').trim_start();
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let (id, _) = rest.strip_prefix(quote)?.split_once(quote)?;
    Some(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_hints() {
        let prefix = format!("PREFIX hint: <{HINTS}>");
        let hinted = |hint: &str| hinted_id(&format!("{prefix} SELECT * {{ {hint} . ?s ?p ?o }}"));
        assert_eq!(
            hinted("hint:Query hint:queryId \"a-b\"").as_deref(),
            Some("a-b")
        );
        assert_eq!(
            hinted(&format!("<{HINTS}Query> <{HINTS}queryId> 'x'")).as_deref(),
            Some("x")
        );
        assert_eq!(hinted("hint:Query hint:queryId ?x"), None);
        assert_eq!(hinted_id("SELECT * { ?s ?queryId \"x\" }"), None);
    }
}
