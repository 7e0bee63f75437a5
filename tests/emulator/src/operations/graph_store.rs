//! The Graph Store Protocol.
//!
//! `GET`, `PUT`, `POST` and `DELETE /sparql/gsp/?default` and `/sparql/gsp/?graph=…`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/sparql-graph-store-protocol.html)). The guide shows
//! neither the statuses nor whether the slash is optional (U10). Here it is optional, and the statuses are those of the
//! W3C recommendation.

use http::Method;

use super::queries::submit;
use super::{Answered, Route};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::{Presence, Text};
use crate::input::{Inputs, Member};
use crate::{Language, QueryKind, QueryRequest};

macro_rules! both {
    ($($operation:literal, $method:ident, $run:expr;)*) => {
        &[$(
            Route::new($operation, Method::$method, "/sparql/gsp/", $run),
            Route::new($operation, Method::$method, "/sparql/gsp", $run),
        )*]
    };
}

pub(crate) const ROUTES: &[Route] = both! {
    "GetGraph", GET, |cluster, incoming| take(cluster, incoming, "GET");
    "PutGraph", PUT, |cluster, incoming| take(cluster, incoming, "PUT");
    "PostGraph", POST, |cluster, incoming| take(cluster, incoming, "POST");
    "DeleteGraph", DELETE, |cluster, incoming| take(cluster, incoming, "DELETE");
};

const DEFAULT: Member = Member::query("default", Presence);

const GRAPH: Member = Member::query("graph", Text);

const CONTENT_TYPE: Member = Member::header("contentType", "content-type");

const BODY: Member = Member::whole("body");

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    (
        "GetGraph",
        &[GRAPH, DEFAULT, Member::header("accept", "accept")],
    ),
    ("PutGraph", &[GRAPH, DEFAULT, CONTENT_TYPE, BODY]),
    ("PostGraph", &[GRAPH, DEFAULT, CONTENT_TYPE, BODY]),
    ("DeleteGraph", &[GRAPH, DEFAULT]),
];

fn take(cluster: &mut Cluster, incoming: &Incoming<'_>, method: &'static str) -> Answered {
    let mut graphs = incoming
        .query_pairs()
        .filter(|(name, _)| matches!(*name, "default" | "graph"));
    let graph = match (graphs.next(), graphs.next()) {
        (Some(("default", _)), None) => "default",
        (Some((_, graph)), None) if !graph.is_empty() => graph,
        (None, _) => {
            return Err(Failure::missing_parameter(
                "One of the parameters default and graph is required.",
            ));
        }
        _ => {
            return Err(Failure::bad_request(
                "Only one graph can be specified in the URL.",
            ));
        }
    };
    let text = format!("{method} {graph}");
    let mut request = QueryRequest::new(Language::Sparql, QueryKind::GraphStore, text);
    if matches!(method, "PUT" | "POST") {
        request.payload = incoming.body().clone();
        request.payload_type = incoming.header("content-type").map(str::to_owned);
        if request.payload_type.is_none() {
            return Err(Failure::missing_parameter(
                "Content-type header not specified.",
            ));
        }
    }
    submit(cluster, incoming, request)
}
