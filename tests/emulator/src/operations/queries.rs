//! The life of a query, the same for all query languages: it is submitted, runs or waits, and is completed.

use std::sync::Arc;

use self::queue::{Conclusion, Job};
use super::{Answer, Answered};
#[cfg(feature = "graph")]
use crate::clock::unix_millis;
use crate::cluster::Cluster;
#[cfg(feature = "engine")]
use crate::engine::{Finished, Stop, Work};
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::{Language, Now, QueryRequest, Role};

mod accept;
pub(crate) mod answer;
mod assembly;
mod empty_results;
mod graph_binary;
mod graph_text;
mod graphson;
pub(crate) mod media_types;
pub(crate) mod parameters;
pub(crate) mod queue;
mod reports;
pub(crate) mod sparql_text;
pub(crate) mod status;

/// Submits a query. It starts to run, or waits; [`advance_to`] completes it.
pub(super) fn submit(
    cluster: &mut Cluster,
    incoming: &Incoming<'_>,
    mut request: QueryRequest,
) -> Answered {
    request.accept = incoming.list("accept");
    request.trailers = incoming.has_word("te", "trailers");
    cluster.queries.last_request = Some(request.clone());
    check(cluster, &request)?;
    // U06: whether openCypher has this member is not known.
    let takes_ids =
        request.language != Language::OpenCypher || cluster.config.queries.open_cypher_ids;
    let id = match request.query_id.as_deref().filter(|_| takes_ids) {
        Some(id) if cluster.queries.has(request.language, id) => {
            return Err(in_use(request.language, id));
        }
        Some(id) => id.to_owned(),
        None => cluster.ids.uuid(),
    };
    let script = cluster.queries.scripts.take(&request);
    cluster.queries.last_script = script.as_ref().map(|(id, _)| *id);
    let duration = script.as_ref().map(|(_, script)| script.duration);
    #[cfg_attr(not(all(feature = "engine", feature = "server")), allow(unused_mut))]
    let mut duration = duration.unwrap_or_default();
    #[cfg(all(feature = "engine", feature = "server"))]
    let detached = {
        let is_detached =
            cluster.queries.detaches && script.is_none() && is_for_engine(cluster, &request);
        is_detached.then(queue::Detached::default)
    };
    #[cfg(all(feature = "engine", feature = "server"))]
    if detached.is_some() {
        duration = cluster.config.queries.timeout;
    }
    let job = Job {
        id,
        duration,
        #[cfg(all(feature = "engine", feature = "server"))]
        detached,
        script,
        request: Arc::new(request),
        arrived: incoming.now.mono,
        started: None,
    };
    let ticket = cluster.queries.enqueue(job);
    advance_to(cluster, incoming.now);
    Ok(Answer::Query(ticket))
}

fn check(cluster: &Cluster, request: &QueryRequest) -> Result<(), Failure> {
    if request.text.contains('\0') {
        return Err(Failure::new(
            "MalformedQueryException",
            "Strings may not contain the character U+0000.",
        ));
    }
    let script = cluster.queries.scripts.peek(request);
    if cluster.config.role == Role::Reader
        && (request.is_update()
            || graph_text::writes(request)
            || script.is_some_and(|script| script.writes))
    {
        return Err(Failure::read_only());
    }
    let settings = &cluster.config.queries;
    if settings.strict && script.is_none() && !settings.has_engine(request.language) {
        return Err(unscripted(request));
    }
    if cluster.queries.is_full(settings.slots, settings.queue) {
        return Err(Failure::new(
            "ThrottlingException",
            format!(
                "Max number of request have breached, ConfiguredQueueCapacity={}",
                settings.queue
            ),
        ));
    }
    Ok(())
}

/// The error of [`Config::strict`](crate::Config::strict).
fn unscripted(request: &QueryRequest) -> Failure {
    let start: String = request.text.chars().take(200).collect();
    let language = match request.language {
        Language::Gremlin => "Gremlin",
        Language::OpenCypher => "openCypher",
        Language::Sparql => "SPARQL",
    };
    Failure::bad_request(format!(
        "No script of the emulator matches this {language} request ({:?}): {start}",
        request.kind
    ))
}

/// The error for an id that a running or waiting query has. The exception has a source only for openCypher; the same
/// refusal in the other languages is assumed.
fn in_use(language: Language, id: &str) -> Failure {
    let code = if language == Language::OpenCypher {
        "DuplicateDataException"
    } else {
        "InvalidParameterException"
    };
    Failure::new(code, format!("Query id {id} is in use."))
}

/// Advances the time: queries whose time is over are completed, in order, and waiting queries start in their place.
pub(crate) fn advance_to(cluster: &mut Cluster, now: Now) {
    let slots = cluster.config.queries.slots;
    while let Some((ticket, job)) = cluster.queries.next_ended(slots, now.mono) {
        if let Some((id, script)) = &job.script
            && script.succeeds()
        {
            cluster.queries.scripts.came_to_effect(*id);
        }
        let conclusion = done(cluster, &job, now);
        cluster.queries.conclude(ticket, job, conclusion);
    }
}

/// The end of a query that has ended: the result of an engine, if one executes it.
#[cfg(feature = "engine")]
fn done(cluster: &mut Cluster, job: &Job, now: Now) -> Conclusion {
    #[cfg(feature = "server")]
    if job.detached.is_some() {
        return Conclusion::Failed(Failure::new(
            "TimeLimitExceededException",
            "Operation terminated (deadline exceeded)",
        ));
    }
    if job.script.is_some() {
        return Conclusion::Done;
    }
    match work(cluster, &job.request, Stop::default(), now) {
        None => Conclusion::Done,
        Some(work) => {
            let result = work.and_then(|work| work.execute());
            finished(cluster, result, now)
        }
    }
}

#[cfg(not(feature = "engine"))]
fn done(_: &mut Cluster, _: &Job, _: Now) -> Conclusion {
    Conclusion::Done
}

/// The end of a query that an engine executed. Its changes become a commit of the change stream.
#[cfg(feature = "engine")]
pub(crate) fn finished(
    cluster: &mut Cluster,
    result: Result<Finished, Failure>,
    now: Now,
) -> Conclusion {
    match result {
        Ok(Finished { response, commit }) => {
            if let Some((stream, changes)) = commit
                && cluster.config.streams.enabled
            {
                cluster.streams.log_mut(stream).append(changes, now);
            }
            Conclusion::Answered(Box::new(response))
        }
        Err(failure) => Conclusion::Failed(failure),
    }
}

/// Whether an engine executes this request if it has no script.
#[cfg(feature = "engine")]
fn is_for_engine(cluster: &Cluster, request: &QueryRequest) -> bool {
    #[cfg(feature = "oxigraph")]
    if cluster.config.queries.rdf_engine && crate::rdf::executes(request) {
        return true;
    }
    #[cfg(feature = "graph")]
    if cluster.config.queries.graph_engine && crate::graph::executes(request) {
        return true;
    }
    false
}

/// The work of an engine for this request. `None` if no engine executes it.
#[cfg(feature = "engine")]
#[cfg_attr(not(feature = "graph"), allow(unused_variables))]
pub(crate) fn work(
    cluster: &mut Cluster,
    request: &Arc<QueryRequest>,
    stop: Stop,
    now: Now,
) -> Option<Result<Work, Failure>> {
    if !is_for_engine(cluster, request) {
        return None;
    }
    #[cfg(feature = "oxigraph")]
    if request.language == Language::Sparql {
        let prepared = cluster.rdf.prepare(request, &cluster.config, stop);
        return Some(prepared.map(Work::Rdf));
    }
    #[cfg(feature = "graph")]
    if request.language == Language::OpenCypher {
        let engine = cluster.graph.engine(cluster.config.seed);
        let work = |engine| {
            Work::Graph(crate::graph::Work {
                engine,
                request: Arc::clone(request),
                read_only: cluster.config.role == Role::Reader,
                max_time: cluster.config.queries.timeout,
                now: i64::try_from(unix_millis(now.wall)).unwrap_or(i64::MAX),
                stop,
            })
        };
        return Some(engine.map(work));
    }
    None
}
