//! Summaries of graphs.
//!
//! `GET /propertygraph/statistics/summary` (also `/pg/…`) and `/rdf/statistics/summary`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html)).

use serde_json::{Value, json};

use super::statistics::state::GraphKind;
use super::{Answer, Answered, Route, statistics};
use crate::clock::iso;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::Text;
use crate::input::{Inputs, Member};

pub(crate) const ROUTES: &[Route] = &[
    Route::get(
        "GetPropertygraphSummary",
        "/propertygraph/statistics/summary",
        |cluster, incoming| get(GraphKind::PropertyGraph, cluster, incoming),
    ),
    Route::get(
        "GetPropertygraphSummary",
        "/pg/statistics/summary",
        |cluster, incoming| get(GraphKind::PropertyGraph, cluster, incoming),
    ),
    Route::get(
        "GetRDFGraphSummary",
        "/rdf/statistics/summary",
        |cluster, incoming| get(GraphKind::Rdf, cluster, incoming),
    ),
];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    ("GetPropertygraphSummary", &[Member::query("mode", Text)]),
    ("GetRDFGraphSummary", &[Member::query("mode", Text)]),
];

/// The members that only a detailed summary has.
const DETAILS: [&str; 3] = ["nodeStructures", "edgeStructures", "subjectStructures"];

fn get(kind: GraphKind, cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    if cluster.config.is_older_than([1, 2, 1, 0]) {
        // The first version with summaries; older ones do not know the route.
        return Err(Failure::bad_request(format!(
            "Bad route: {}",
            incoming.path()
        )));
    }
    statistics::check_enabled(cluster)?;
    let mode = incoming.query("mode").unwrap_or("basic");
    let detailed = mode.eq_ignore_ascii_case("detailed");
    if !detailed && !mode.eq_ignore_ascii_case("basic") {
        return Err(Failure::invalid_parameter(
            "The value of mode must be one of basic, detailed.",
        ));
    }
    let (statistics, content) = statistics::current(kind, cluster, incoming.now)?;
    let Some(date) = statistics.date() else {
        // The guide has the name of the exception, but not its text.
        return Err(Failure::new(
            "StatisticsNotAvailableException",
            "Statistics are not available.",
        ));
    };
    let computed = statistics.summary().cloned();
    let given = cluster.statistics.summary(kind).cloned();
    let mut summary = given
        .map(Value::Object)
        .or(computed)
        .or(content.map(|content| content.summary))
        .unwrap_or_else(|| empty(kind));
    if let (false, Value::Object(members)) = (detailed, &mut summary) {
        members.retain(|name, _| !DETAILS.contains(&name.as_str()));
    }
    // The model has no status (M29).
    Ok(Answer::payload(json!({
        "version": "v1",
        "lastStatisticsComputationTime": iso(date),
        "graphSummary": summary,
    })))
}

/// The detailed summary of a graph without content.
fn empty(kind: GraphKind) -> Value {
    match kind {
        GraphKind::PropertyGraph => json!({
            "numNodes": 0, "numEdges": 0, "numNodeLabels": 0, "numEdgeLabels": 0,
            "numNodeProperties": 0, "numEdgeProperties": 0,
            "totalNodePropertyValues": 0, "totalEdgePropertyValues": 0,
            "nodeLabels": [], "edgeLabels": [], "nodeProperties": [], "edgeProperties": [],
            "nodeStructures": [], "edgeStructures": [],
        }),
        GraphKind::Rdf => json!({
            "numDistinctSubjects": 0, "numDistinctPredicates": 0, "numQuads": 0, "numClasses": 0,
            "classes": [], "predicates": [], "subjectStructures": [],
        }),
    }
}
