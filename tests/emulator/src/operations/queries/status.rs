//! Lists, shows and cancels running queries. Each language has its own forms.
//!
//! [Gremlin](https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-api-status.html),
//! [openCypher](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-status.html),
//! [SPARQL](https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status.html)

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::parameters::{self, Reading};
use super::queue::Job;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::operations::{Answer, Answered};
use crate::{Language, Response, ids};

/// The length at which the text of a query is cut, in characters, except for SPARQL.
const MAX_CHARACTERS: usize = 1024;

/// The form that selects by parameters: a list, one query, or a cancellation (M23: the guide's request for one query
/// does not name its parameter, so a request without one lists all). Any value of `cancelQuery` counts.
pub(crate) fn any(cluster: &mut Cluster, incoming: &Incoming<'_>, language: Language) -> Answered {
    let parameters = parameters::read(incoming, Reading::ByLook)?;
    let id = parameters.string("queryId")?;
    if parameters.has("cancelQuery") {
        let id = parameters.required_string("queryId")?;
        let silent = parameters.flag("silent")?.unwrap_or(false);
        return stop(cluster, incoming, language, id, silent);
    }
    match id {
        Some(id) => one(cluster, language, id, incoming.now.mono),
        None => {
            let waiting = parameters.flag("includeWaiting")?.unwrap_or(false);
            Ok(list(cluster, language, waiting, incoming.now.mono))
        }
    }
}

/// The status of the query in the path.
pub(crate) fn get(cluster: &mut Cluster, incoming: &Incoming<'_>, language: Language) -> Answered {
    one(cluster, language, incoming.label(), incoming.now.mono)
}

/// Cancels the query in the path or in the parameter `queryId`.
pub(crate) fn cancel(
    cluster: &mut Cluster,
    incoming: &Incoming<'_>,
    language: Language,
) -> Answered {
    let parameters = incoming.query_members();
    let id = match incoming.label() {
        "" => parameters.required_string("queryId")?,
        id => id,
    };
    let silent = parameters.flag("silent")?.unwrap_or(false);
    stop(cluster, incoming, language, id, silent)
}

fn one(cluster: &Cluster, language: Language, id: &str, now: Duration) -> Answered {
    let job = cluster.queries.find(language, id);
    match (language, job) {
        (Language::Sparql, None) => Ok(Answer::Empty),
        // It is assumed that one SPARQL query is returned as a list of one.
        (Language::Sparql, Some(job)) => {
            let one = vec![entry(job, now)];
            Ok(Answer::Json(listing(cluster, language, one)))
        }
        (_, None) => Err(unknown(id)),
        (_, Some(job)) => Ok(Answer::Json(entry(job, now))),
    }
}

fn list(cluster: &Cluster, language: Language, waiting: bool, now: Duration) -> Answer {
    let listed = cluster
        .queries
        .of(language)
        .filter(|job| waiting || job.started.is_some())
        .map(|job| entry(job, now))
        .collect();
    Answer::Json(listing(cluster, language, listed))
}

fn listing(cluster: &Cluster, language: Language, queries: Vec<Value>) -> Value {
    let running = cluster.queries.of(language);
    let running = running.filter(|job| job.started.is_some()).count();
    let accepted = match language {
        Language::Sparql => cluster.queries.sparql_accepted,
        Language::Gremlin | Language::OpenCypher => cluster.queries.of(language).count() as u64,
    };
    json!({ "acceptedQueryCount": accepted, "runningQueryCount": running, "queries": queries })
}

fn entry(job: &Job, now: Duration) -> Value {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let elapsed = millis(job.elapsed(now));
    let text = &job.request.text;
    if job.request.language == Language::Sparql {
        return json!({
            "queryId": job.id,
            "queryEvalStats": { "subqueries": 0, "elapsed": elapsed, "cancelled": false },
            "queryString": text,
        });
    }
    let cut: String = text.chars().take(MAX_CHARACTERS).collect();
    json!({
        "queryId": job.id,
        "queryEvalStats": { "waited": millis(job.waited(now)), "elapsed": elapsed, "cancelled": false },
        "queryString": cut,
    })
}

fn stop(
    cluster: &mut Cluster,
    incoming: &Incoming<'_>,
    language: Language,
    id: &str,
    silent: bool,
) -> Answered {
    // Gremlin has no silent cancellation.
    let silent = silent && language != Language::Gremlin;
    let was_there = cluster.queries.cancel(language, id, silent);
    match language {
        Language::Gremlin if was_there => Ok(Answer::ok()),
        Language::OpenCypher if was_there => Ok(Answer::payload(true)),
        Language::Gremlin | Language::OpenCypher => Err(unknown(id)),
        Language::Sparql if ids::is_uuid(id) => {
            // An unknown id that is a UUID is not an error: this is assumed.
            Ok(list(cluster, language, false, incoming.now.mono))
        }
        Language::Sparql => Ok(Answer::Response(not_a_uuid(id))),
    }
}

fn unknown(id: &str) -> Failure {
    Failure::invalid_parameter(format!("Supplied queryId {id} is invalid"))
}

/// SPARQL's error for an id that is not a UUID: plain text.
pub(crate) fn not_a_uuid(id: &str) -> Response {
    let text = format!("Invalid queryId (not a UUID): {id}");
    Response::typed(StatusCode::BAD_REQUEST, "text/plain;charset=UTF-8", text)
}
