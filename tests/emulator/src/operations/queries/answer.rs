//! Builds the response to a query that has ended.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::assembly::{Assembly, Frame};
use super::graphson::{Serializer, typed, untyped};
use super::queue::{Conclusion, Job};
use super::{empty_results, graph_binary, graph_text, reports, sparql_text};
use crate::failure::Failure;
use crate::query_script::{Broken, Chunking, QueryScript, Scripted};
use crate::replacement::trailers;
use crate::{
    Config, ConnectionEnd, Cut, Delivery, Generated, Language, QueryKind, QueryRequest, Response,
};

/// The size of the chunks of generated rows, in bytes.
const CHUNK: usize = 64 * 1024;
/// GraphBinary responses are built in memory, so the number of generated rows is limited.
const MAX_BINARY_ROWS: u64 = 65_536;
/// The first engine version whose openCypher responses report failures after the first bytes, in the body and in
/// trailers.
const REPORTS_FAILURES_SINCE: [u32; 4] = [1, 4, 5, 0];

/// The response to a request, and its delivery.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) response: Response,
    pub(crate) delivery: Delivery,
    /// Whether the operation was executed.
    pub(crate) executed: bool,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self {
            executed: response.status().is_success(),
            response,
            delivery: Delivery::default(),
        }
    }
}

/// The response to a query that has ended.
pub(crate) fn reply(
    config: &Config,
    job: &Job,
    conclusion: Conclusion,
    request_id: &str,
) -> Result<Reply, Failure> {
    if let Some(failure) = conclusion.failure() {
        return Err(failure);
    }
    match conclusion {
        #[cfg(feature = "engine")]
        Conclusion::Answered(response) if job.request.kind == QueryKind::GraphStore => {
            Ok((*response).into())
        }
        #[cfg(feature = "engine")]
        Conclusion::Answered(response) => {
            let chunked = HeaderValue::from_static("chunked");
            let response = response.header(header::TRANSFER_ENCODING, chunked);
            Ok(trailers::good(response).into())
        }
        Conclusion::Cancelled { .. } => Ok(Reply {
            executed: false,
            ..silent(config, job).into()
        }),
        Conclusion::Done | Conclusion::Failed(_) => match &job.script {
            None => unscripted(config, job),
            Some((_, script)) => match &script.reply {
                Scripted::Error(failure) => Err(failure.clone()),
                _ => Ok(success(config, job, script, request_id)),
            },
        },
    }
}

/// The response to a query that was cancelled silently.
fn silent(config: &Config, job: &Job) -> Response {
    let request = &*job.request;
    if request.language == Language::OpenCypher && !config.queries.silent_bindings {
        return buffered_response(OPEN_CYPHER, "{\"results\":[]}");
    }
    let scripted = job.script.as_ref().map(|(_, script)| vars(script));
    let vars = scripted
        .filter(|vars| !vars.is_empty())
        .unwrap_or_else(|| match request.language {
            Language::OpenCypher => graph_text::columns(&request.text),
            _ => sparql_text::returned(&request.text),
        });
    let media_type = match request.language {
        Language::OpenCypher => OPEN_CYPHER,
        _ => SPARQL,
    };
    let body = json!({ "head": { "vars": vars }, "results": { "bindings": [] } });
    buffered_response(media_type, body.to_string())
}

const OPEN_CYPHER: &str = "application/json;charset=UTF-8";
const SPARQL: &str = "application/sparql-results+json";

fn buffered_response(media_type: &str, body: impl Into<Bytes>) -> Response {
    Response::new(StatusCode::OK, body).header_if_valid(header::CONTENT_TYPE, media_type)
}

/// The response to a query without a script.
fn unscripted(config: &Config, job: &Job) -> Result<Reply, Failure> {
    let request = &*job.request;
    let script = match (request.language, request.kind) {
        (Language::Sparql, QueryKind::Update) => {
            QueryScript::sparql().body("application/json", update_events())
        }
        (_, QueryKind::Explain | QueryKind::Profile) => {
            let (media_type, report) = reports::report(request);
            QueryScript::sparql().body(media_type, report)
        }
        (_, QueryKind::GraphStore) => return Ok(graph_store(request)?.into()),
        (Language::Gremlin, _) => QueryScript::gremlin(),
        (Language::OpenCypher, _) => QueryScript::open_cypher(),
        (Language::Sparql, QueryKind::Query) => empty_results::query(request)?,
    };
    Ok(success(config, job, &script, ""))
}

/// The response to an update. One article shows such an array; the guide does not (U09).
pub(crate) fn update_events() -> String {
    let events = json!([
        { "type": "UpdateEvent", "totalElapsedMillis": 0, "elapsedMillis": 0, "connFlush": 0, "batchResolve": 0,
          "whereClause": 0, "deleteClause": 0, "insertClause": 0 },
        { "type": "Commit", "totalElapsedMillis": 0 },
    ]);
    events.to_string()
}

/// The response to a Graph Store Protocol request on an empty store (U10).
fn graph_store(request: &QueryRequest) -> Result<Response, Failure> {
    Ok(match request.text.split_once(' ') {
        Some(("GET", _)) => {
            let (media_type, body) = empty_results::graph(request.accept.as_deref())?;
            buffered_response(media_type, body)
        }
        Some(("PUT", _)) => Response::new(StatusCode::CREATED, ""),
        _ => Response::new(StatusCode::NO_CONTENT, ""),
    })
}

fn success(config: &Config, job: &Job, script: &QueryScript, request_id: &str) -> Reply {
    let request = &*job.request;
    let broken = script.broken.as_ref().map(|broken| {
        // `true`: here the object always has the text as `message` too, whatever [`Config::message_member`] says.
        let error = broken.error.clone().into_response(request_id, true);
        (broken, error.body())
    });
    let reports_failures =
        request.language != Language::OpenCypher || !config.is_older_than(REPORTS_FAILURES_SINCE);
    let appended = script.appended.unwrap_or(reports_failures);
    let end = broken.as_ref().map(|(broken, error)| End {
        broken,
        error: if appended {
            error.clone()
        } else {
            Bytes::new()
        },
    });
    let mut response = body(config, job, script, end);

    // Gremlin responses are chunked, and have trailers for clients that request them.
    let streams = match (request.language, request.kind) {
        (_, QueryKind::Explain | QueryKind::Profile | QueryKind::GraphStore) => false,
        (Language::Gremlin, _) => request.trailers || response.generated.is_some(),
        _ => true,
    };
    let several = response.chunks.len() > 1;
    if streams || several || !script.last_chunk {
        let chunked = HeaderValue::from_static("chunked");
        response = response.header(header::TRANSFER_ENCODING, chunked);
    }
    if script.trailers.unwrap_or(streams && reports_failures) {
        response = match &broken {
            None => trailers::good(response),
            Some((broken, error)) => trailers::bad(response, &broken.error, error),
        };
    }
    let mut delivery = Delivery::default();
    if !script.last_chunk {
        delivery.cut = Some(Cut::at(usize::MAX));
        delivery.ending = Some(ConnectionEnd::Fin);
    }
    Reply {
        executed: broken.is_none(),
        response,
        delivery,
    }
}

/// The end of a truncated body.
struct End<'a> {
    broken: &'a Broken,
    error: Bytes,
}

fn body(config: &Config, job: &Job, script: &QueryScript, end: Option<End<'_>>) -> Response {
    let request = &*job.request;
    match &script.reply {
        Scripted::Body(media_type, body) => {
            let response = buffered_response(media_type, body.clone());
            match script.chunking {
                Some(Chunking::Bytes(bytes)) => {
                    let starts = (0..body.len()).step_by(bytes);
                    let pieces = starts.map(|start| {
                        let end = start.saturating_add(bytes).min(body.len());
                        body.slice(start..end)
                    });
                    response.chunks(pieces)
                }
                _ => response,
            }
        }
        // Scripted errors return before this point.
        Scripted::Error(_) => buffered_response(SPARQL, Bytes::new()),
        Scripted::Rows(_) | Scripted::Repeated(..) | Scripted::Made(..) | Scripted::Raw(..) => {
            match request.language {
                Language::OpenCypher => {
                    let frame = ("{\"results\":[".to_owned(), "]}".to_owned());
                    rows(script, OPEN_CYPHER, frame, Arc::new(Value::to_string), end)
                }
                Language::Sparql => {
                    let vars = Value::from(vars(script));
                    let head =
                        format!("{{\"head\":{{\"vars\":{vars}}},\"results\":{{\"bindings\":[");
                    let frame = (head, "]}}".to_owned());
                    rows(script, SPARQL, frame, Arc::new(Value::to_string), end)
                }
                Language::Gremlin => gremlin(config, job, script, end),
            }
        }
    }
}

fn gremlin(config: &Config, job: &Job, script: &QueryScript, end: Option<End<'_>>) -> Response {
    let accept = job.request.accept.as_deref();
    match Serializer::accepted(accept, config.queries.plain_json_typed) {
        Serializer::Binary {
            strings,
            media_type,
        } => {
            let rows: Vec<Value> = match &script.reply {
                Scripted::Rows(rows) => rows.to_vec(),
                Scripted::Repeated(row, times) => (0..(*times).min(MAX_BINARY_ROWS))
                    .map(|_| row.clone())
                    .collect(),
                Scripted::Made(count, make) => (0..(*count).min(MAX_BINARY_ROWS))
                    .map(|number| make(number))
                    .collect(),
                _ => Vec::new(),
            };
            buffered_response(media_type, graph_binary::answer(&job.id, &rows, strings))
        }
        Serializer::Json {
            version,
            typed: with_types,
            media_type,
        } => {
            let id = Value::from(job.id.as_str());
            let map = "{\"@type\":\"g:Map\",\"@value\":[]}";
            let (map, list, tail) = match (with_types, version) {
                (true, super::graphson::Version::V3) => {
                    (map, "{\"@type\":\"g:List\",\"@value\":[", "]}")
                }
                // U03: the form of untyped attributes is not known.
                _ => ("{}", "[", "]"),
            };
            let head = format!(
                "{{\"requestId\":{id},\"status\":{{\"message\":\"\",\"code\":200,\"attributes\":{map}}},\
                 \"result\":{{\"data\":{list}"
            );
            let tail = format!("{tail},\"meta\":{map}}}}}");
            let write: Write = if with_types {
                Arc::new(move |row| typed(row, version).to_string())
            } else {
                Arc::new(|row| untyped(row).to_string())
            };
            rows(script, media_type, (head, tail), write, end)
        }
    }
}

type Write = Arc<dyn Fn(&Value) -> String + Send + Sync>;

/// The rows of a script, encoded, between a head and a tail.
fn rows(
    script: &QueryScript,
    media_type: &str,
    (head, tail): (String, String),
    write: Write,
    end: Option<End<'_>>,
) -> Response {
    let most = end.as_ref().map_or(u64::MAX, |end| end.broken.rows);
    let frame = Frame {
        head: head.into(),
        tail: end.map_or(tail.into(), |end| end.error),
        repeated: script.several_documents,
    };
    let response = buffered_response(media_type, Bytes::new());
    let (count, row): (u64, Arc<dyn Fn(u64) -> Bytes + Send + Sync>) = match &script.reply {
        Scripted::Rows(rows) => {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            let rows = rows.iter().take(most).map(|row| write(row).into());
            let chunking = script.chunking.unwrap_or(Chunking::Whole);
            return response.chunks(Assembly::new(rows, frame, chunking));
        }
        Scripted::Repeated(row, times) => {
            let row = Bytes::from(write(row));
            (*times, Arc::new(move |_| row.clone()))
        }
        Scripted::Made(count, make) => {
            let make = Arc::clone(make);
            (*count, Arc::new(move |number| write(&make(number)).into()))
        }
        Scripted::Raw(count, make) => (*count, Arc::clone(make)),
        Scripted::Body(..) | Scripted::Error(_) => return response,
    };
    let chunking = script.chunking.unwrap_or(Chunking::Bytes(CHUNK));
    response.generated(Generated::new(move || {
        let row = Arc::clone(&row);
        let rows = (0..count.min(most)).map(move |number| row(number));
        Assembly::new(rows, frame.clone(), chunking)
    }))
}

/// The variables of a SPARQL response.
fn vars(script: &QueryScript) -> Vec<String> {
    if let Some(vars) = &script.vars {
        return vars.clone();
    }
    let first = match &script.reply {
        Scripted::Rows(rows) => rows.first().cloned(),
        Scripted::Repeated(row, _) => Some(row.clone()),
        Scripted::Made(1.., make) => Some(make(0)),
        _ => None,
    };
    let members = first.as_ref().and_then(Value::as_object);
    members.map_or_else(Vec::new, |members| members.keys().cloned().collect())
}
