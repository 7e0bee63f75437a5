//! Change streams.
//!
//! `GET /propertygraph/stream`, also as `/pg/stream` and `/gremlin/stream`, and `GET /sparql/stream`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/streams-using-api-call.html)). Texts are invented where
//! the guide shows none.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Answered, Route};
use crate::Response;
use crate::change_stream::{ChangeStream, EventId, EventIdForm, Record};
use crate::cluster::Cluster;
use crate::config::streams::StreamSettings;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::{Number, Text};
use crate::input::{Inputs, Member};

const PROPERTY_GRAPH: &str = "GetPropertygraphStream";

pub(crate) const ROUTES: &[Route] = &[
    Route::get(PROPERTY_GRAPH, "/propertygraph/stream", property_graph),
    Route::get(PROPERTY_GRAPH, "/pg/stream", property_graph),
    Route::get(PROPERTY_GRAPH, "/gremlin/stream", legacy),
    Route::get("GetSparqlStream", "/sparql/stream", sparql),
];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    ("GetPropertygraphStream", MEMBERS),
    ("GetSparqlStream", MEMBERS),
];

const MEMBERS: &[Member] = &[
    Member::query("limit", Number),
    Member::query("iteratorType", Text),
    Member::query("commitNum", Number),
    Member::query("opNum", Number),
    Member::header("encoding", "accept-encoding"),
];

fn property_graph(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    read(cluster, incoming, ChangeStream::PropertyGraph, "PG_JSON")
}

/// The deprecated path. It is assumed to use the deprecated name of the format.
fn legacy(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    read(
        cluster,
        incoming,
        ChangeStream::PropertyGraph,
        "GREMLIN_JSON",
    )
}

fn sparql(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    read(cluster, incoming, ChangeStream::Sparql, "NQUADS")
}

fn read(
    cluster: &Cluster,
    incoming: &Incoming<'_>,
    stream: ChangeStream,
    format: &str,
) -> Answered {
    let settings = &cluster.config.streams;
    if !settings.enabled {
        return Err(Failure::new(
            "UnsupportedOperationException",
            "Streams are not enabled on this cluster.",
        ));
    }
    let limit = incoming.query_integer("limit", 1, 100_000)?.unwrap_or(10);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let log = cluster.streams.log(stream);
    let (records, limit) = match incoming.query("iteratorType") {
        None | Some("AT_SEQUENCE_NUMBER") => (log.at(event(incoming)?), limit),
        Some("AFTER_SEQUENCE_NUMBER") => (log.after(event(incoming)?), limit),
        Some("TRIM_HORIZON") => (Some(log.oldest()), limit),
        Some("LATEST") => (Some(log.newest()), 1),
        Some(other) => {
            return Err(Failure::invalid_parameter(format!(
                "The value of iteratorType is not supported: {other}"
            )));
        }
    };
    if records.is_none() && !settings.expired_as_future {
        return Err(Failure::new(
            "ExpiredStreamException",
            "The requested event is older than the oldest record of the stream.",
        ));
    }
    let page = records.map(|records| page(records.take(limit), settings));
    let Some((records, Some(last))) = page else {
        let EventId { commit_num, op_num } = log.last();
        return Err(Failure::new(
            "StreamRecordsNotFoundException",
            format!(
                "Requested startEventId is from the future. Last valid eventId is [commitNum = {commit_num}, opNum = \
                 {op_num}]"
            ),
        ));
    };
    let body = json!({
        "lastEventId": event_id(last.id, settings.event_ids),
        "lastTrxTimestamp": last.committed,
        "format": format,
        "totalRecords": records.len(),
        "records": records,
    });
    Ok(Answer::Response(encoded(body.to_string(), incoming)))
}

/// The position in a request.
fn event(incoming: &Incoming<'_>) -> Result<EventId, Failure> {
    let number = |name| -> Result<Option<u64>, Failure> {
        let number = incoming.query_integer(name, 0, i64::MAX)?;
        Ok(number.and_then(|number| u64::try_from(number).ok()))
    };
    let Some(commit_num) = number("commitNum")? else {
        return Err(Failure::invalid_parameter(
            "The parameter commitNum is required for this iteratorType.",
        ));
    };
    Ok(EventId::new(commit_num, number("opNum")?.unwrap_or(1)))
}

/// The records that fit in a response, and the id of the last one.
fn page<'a>(
    records: impl Iterator<Item = &'a Record>,
    settings: &StreamSettings,
) -> (Vec<Value>, Option<&'a Record>) {
    let mut page = Vec::new();
    let mut last = None;
    let mut bytes: usize = 0;
    for record in records {
        let described = describe(record, settings);
        bytes = bytes.saturating_add(described.to_string().len());
        page.push(described);
        last = Some(record);
        if bytes > settings.cap {
            break;
        }
    }
    (page, last)
}

fn describe(record: &Record, settings: &StreamSettings) -> Value {
    let mut described = json!({
        "commitTimestamp": record.committed,
        "eventId": event_id(record.id, settings.event_ids),
        "data": record.change.data,
        "op": record.change.op,
    });
    if record.is_last {
        described["isLastOp"] = if settings.last_op_as_text {
            "true".into()
        } else {
            true.into()
        };
    }
    described
}

fn event_id(EventId { commit_num, op_num }: EventId, form: EventIdForm) -> Value {
    match form {
        EventIdForm::Numbers => json!({ "commitNum": commit_num, "opNum": op_num }),
        EventIdForm::Strings => {
            json!({ "commitNum": commit_num.to_string(), "opNum": op_num.to_string() })
        }
        EventIdForm::Joined => EventId::new(commit_num, op_num).to_string().into(),
    }
}

fn encoded(body: String, incoming: &Incoming<'_>) -> Response {
    let json =
        |body: Bytes| Response::typed(StatusCode::OK, "application/json; charset=UTF-8", body);
    #[cfg(feature = "gzip")]
    if takes_gzip(incoming)
        && let Some(compressed) = compressed(body.as_bytes())
    {
        let gzip = http::HeaderValue::from_static("gzip");
        return json(compressed.into()).header(http::header::CONTENT_ENCODING, gzip);
    }
    #[cfg(not(feature = "gzip"))]
    let _ = incoming;
    json(body.into())
}

/// Whether the client accepts gzip: it is listed, and its quality is not zero.
#[cfg(feature = "gzip")]
fn takes_gzip(incoming: &Incoming<'_>) -> bool {
    let accepted = incoming.header("accept-encoding").unwrap_or_default();
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.any(|part| {
            let quality = part.strip_prefix("q=").map(str::parse::<f32>);
            matches!(quality, Some(Ok(quality)) if quality <= 0.0)
        });
        is_gzip && !refused
    })
}

/// Compresses a body. The result is always the same: it has no timestamp.
#[cfg(feature = "gzip")]
fn compressed(body: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write as _;

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}
