//! The operations, with one file per family, and the table that routes requests to them.

use std::cell::LazyCell;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

use crate::Response;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::{self, Incoming};
use crate::input::{Inputs, Member};

pub(crate) mod engine;
pub(crate) mod fast_reset;
pub(crate) mod graph_store;
pub(crate) mod gremlin;
pub(crate) mod index_rebuild;
pub(crate) mod loader;
pub(crate) mod ml;
pub(crate) mod open_cypher;
pub(crate) mod queries;
pub(crate) mod sparql;
pub(crate) mod statistics;
pub(crate) mod storage;
pub(crate) mod streams;
pub(crate) mod summary;

/// All routes, and the members of the requests. A family of operations is a file with both and a line here.
const FAMILIES: &[(&[&[Route]], &[Inputs])] = &[
    (&[engine::ROUTES], engine::INPUTS),
    (&[gremlin::ROUTES], gremlin::INPUTS),
    (&[open_cypher::ROUTES], open_cypher::INPUTS),
    (&[sparql::ROUTES], sparql::INPUTS),
    (&[graph_store::ROUTES], graph_store::INPUTS),
    (&[streams::ROUTES], streams::INPUTS),
    (&[fast_reset::ROUTES], fast_reset::INPUTS),
    (&[loader::ROUTES], loader::INPUTS),
    (
        &[statistics::PROPERTY_GRAPH, statistics::RDF],
        statistics::INPUTS,
    ),
    (&[summary::ROUTES], summary::INPUTS),
    (&[storage::ROUTES], storage::INPUTS),
    (&[index_rebuild::ROUTES], index_rebuild::INPUTS),
    (
        &[
            ml::DATA_PROCESSING,
            ml::MODEL_TRAINING,
            ml::MODEL_TRANSFORM,
            ml::ENDPOINT,
        ],
        ml::INPUTS,
    ),
];

/// The names of all operations, as [`PlannedFault::on`](crate::PlannedFault::on) takes them and the log has them.
///
/// ```
/// assert!(neptunedata_emulator::operation_names().any(|name| name == "ExecuteOpenCypherQuery"));
/// ```
pub fn operation_names() -> impl Iterator<Item = &'static str> {
    let inputs = FAMILIES.iter().flat_map(|(_, inputs)| inputs.iter());
    inputs.map(|(operation, _)| *operation)
}

/// An operation and its route.
#[derive(Debug)]
pub(crate) struct Route {
    /// The name in the service model.
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// The path. A segment in braces matches any non-empty segment. A question mark is followed by a query parameter
    /// that must be present; such a route comes before the route for the path alone.
    pub(crate) path: &'static str,
    pub(crate) run: Run,
}

type Run = fn(&mut Cluster, &Incoming<'_>) -> Answered;

/// The result of an operation, or its error.
pub(crate) type Answered = Result<Answer, Failure>;

impl Route {
    const fn get(operation: &'static str, path: &'static str, run: Run) -> Self {
        Self::new(operation, Method::GET, path, run)
    }

    const fn post(operation: &'static str, path: &'static str, run: Run) -> Self {
        Self::new(operation, Method::POST, path, run)
    }

    const fn delete(operation: &'static str, path: &'static str, run: Run) -> Self {
        Self::new(operation, Method::DELETE, path, run)
    }

    const fn new(operation: &'static str, method: Method, path: &'static str, run: Run) -> Self {
        Self {
            operation,
            method,
            path,
            run,
        }
    }

    /// The raw text of the path's labels. `None` if path and query do not match.
    fn labels<'a>(&self, path: &'a str, query: Option<&str>) -> Option<Vec<&'a str>> {
        match self.path.split_once('?') {
            Some((_, name)) if !has_parameter(query, name) => None,
            Some((template, _)) => labels(template, path),
            None => labels(self.path, path),
        }
    }
}

/// The result of an executed operation.
#[derive(Debug)]
// The value lives for one call, so its size does not matter.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Answer {
    /// 200 and a JSON document.
    Json(Value),
    /// 200 and no body.
    Empty,
    /// 204 and no body.
    NoContent,
    /// Anything else: text, other media types, pieces, trailers.
    Response(Response),
    /// A running query, with its ticket; [`queries::advance_to`] completes it.
    Query(u64),
}

impl Answer {
    /// 200 and this payload, in the form of most operations.
    fn payload(payload: impl Into<Value>) -> Self {
        Self::Json(json!({ "status": "200 OK", "payload": payload.into() }))
    }

    /// 200 and these members; members that are null are absent.
    fn members(members: Value) -> Self {
        Self::Json(without_nulls(members))
    }

    /// 200 and the status that many operations have as their whole response.
    fn ok() -> Self {
        Self::Json(json!({ "status": "200 OK" }))
    }

    /// The response, or the ticket of a running query.
    pub(crate) fn into_response(self) -> Result<Response, u64> {
        match self {
            Self::Json(body) => Ok(Response::json(StatusCode::OK, &body)),
            Self::Empty => Ok(Response::new(StatusCode::OK, "")),
            Self::NoContent => Ok(Response::new(StatusCode::NO_CONTENT, "")),
            Self::Response(response) => Ok(response),
            Self::Query(ticket) => Err(ticket),
        }
    }
}

/// Checks that a value is one of several words.
fn one_of<'a>(
    name: &str,
    value: Option<&'a str>,
    words: &[&str],
) -> Result<Option<&'a str>, Failure> {
    match value {
        Some(value) if !words.contains(&value) => Err(Failure::invalid_parameter(format!(
            "The value of {name} must be one of {}.",
            words.join(", ")
        ))),
        value => Ok(value),
    }
}

/// The object without the members that are null. Neptune leaves out what is absent.
pub(crate) fn without_nulls(mut object: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.retain(|_, member| !member.is_null());
    }
    object
}

/// The operation of a request with a known route. The routes of queries and of their status serve several operations,
/// which are selected by parameters in the URL or the body. If only the head is known, only the URL is used.
pub(crate) fn of_request(
    route: &Route,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> &'static str {
    let one = route.operation;
    // Most routes serve one operation, so the body is seldom parsed.
    let names = LazyCell::new(|| parameter_names(uri, headers, body));
    let has = |name: &str| names.iter().any(|it| it == name);
    let (get, cancel) = match one {
        "ListGremlinQueries" => ("GetGremlinQueryStatus", "CancelGremlinQuery"),
        "ListOpenCypherQueries" => ("GetOpenCypherQueryStatus", "CancelOpenCypherQuery"),
        "ListSparqlQueries" => ("GetSparqlQueryStatus", "CancelSparqlQuery"),
        open_cypher::QUERY if has("explain") => return open_cypher::EXPLAIN,
        sparql::QUERY if has("explain") => return sparql::EXPLAIN,
        sparql::QUERY if has("update") => return sparql::UPDATE,
        sparql::QUERY
            if incoming::media_type(headers).as_deref() == Some("application/sparql-update") =>
        {
            return sparql::UPDATE;
        }
        _ => return one,
    };
    if has("cancelQuery") {
        cancel
    } else if has("queryId") {
        get
    } else {
        one
    }
}

fn parameter_names(uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Vec<String> {
    let names = |pairs: Option<Vec<(String, String)>>| {
        let pairs = pairs.unwrap_or_default().into_iter();
        pairs.map(|(name, _)| name).collect::<Vec<_>>()
    };
    let mut all = names(incoming::decode_query(uri.query().unwrap_or_default()));
    let media_type = incoming::media_type(headers);
    if body.trim_ascii_start().first() == Some(&b'{') {
        if let Ok(Value::Object(members)) = serde_json::from_slice(body) {
            all.extend(members.into_iter().map(|(name, _)| name));
        }
    } else if media_type.is_none_or(|it| it == "application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(body).ok();
        all.extend(names(text.and_then(incoming::decode_query)));
    }
    all
}

/// The route of a request, with the raw text of the path's labels.
///
/// An unknown path is a bad request, as on the statistics page of the guide. An unknown method on a known path is 405,
/// as in the table of errors (M06).
pub(crate) fn find<'a>(
    method: &Method,
    path: &'a str,
    query: Option<&str>,
) -> Result<(&'static Route, Vec<&'a str>), Failure> {
    let routes = || {
        let families = FAMILIES.iter();
        families.flat_map(|(routes, _)| routes.iter().copied().flatten())
    };
    for route in routes().filter(|route| route.method == *method) {
        if let Some(labels) = route.labels(path, query) {
            return Ok((route, labels));
        }
    }
    if routes().any(|route| route.labels(path, query).is_some()) {
        Err(Failure::new(
            "MethodNotAllowedException",
            format!("The method {method} is not allowed on {path}."),
        ))
    } else {
        Err(Failure::bad_request(format!("Bad route: {path}")))
    }
}

/// The members of an operation's requests; `None` for unknown operations.
pub(crate) fn members(operation: &str) -> Option<&'static [Member]> {
    let mut inputs = FAMILIES.iter().flat_map(|(_, inputs)| inputs.iter());
    inputs
        .find(|(name, _)| *name == operation)
        .map(|(_, members)| *members)
}

/// Names of parameters need no percent decoding.
fn has_parameter(query: Option<&str>, name: &str) -> bool {
    query
        .unwrap_or_default()
        .split('&')
        .any(|pair| pair.split('=').next() == Some(name))
}

fn labels<'a>(template: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let mut labels = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') && !segment.is_empty() {
            labels.push(segment);
        } else if expected != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        assert_eq!(
            labels("/ml/modeltraining/{id}", "/ml/modeltraining/a%2Fb"),
            Some(vec!["a%2Fb"])
        );
        assert_eq!(labels("/status", "/status"), Some(vec![]));
        for other in [
            "",
            "/",
            "status",
            "/status/",
            "//status",
            "/Status",
            "/statu",
            "/status/x",
        ] {
            assert_eq!(labels("/status", other), None, "{other}");
        }
        for other in ["", "/", "/a/b", "/a/"] {
            let path = format!("/ml/modeltraining{other}");
            assert_eq!(labels("/ml/modeltraining/{id}", &path), None, "{path}");
        }
    }
}
