//! Statistics of property graphs and of RDF.
//!
//! `GET`, `POST` and `DELETE` on `/propertygraph/statistics` (also `/pg/…` and, deprecated, `/gremlin/…`) and on
//! `/rdf/statistics` (also, deprecated, `/sparql/…`)
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html)).

use serde_json::json;

use self::content::Content;
use self::state::{GraphKind, Statistics};
use super::{Answer, Answered, Route};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::Text;
use crate::input::{Inputs, Member};
use crate::{Now, Role};

pub(crate) mod content;
pub(crate) mod state;
#[cfg(feature = "engine")]
pub(crate) mod tally;

/// The three routes of a path, for each path.
macro_rules! routes {
    ($kind:ident: $get:literal, $manage:literal, $delete:literal; $($path:literal),*) => {
        &[$(
            Route::get($get, $path, |cluster, incoming| get(GraphKind::$kind, cluster, incoming)),
            Route::post($manage, $path, |cluster, incoming| manage(GraphKind::$kind, cluster, incoming)),
            Route::delete($delete, $path, |cluster, incoming| delete(GraphKind::$kind, cluster, incoming)),
        )*]
    };
}

pub(crate) const PROPERTY_GRAPH: &[Route] = routes!(
    PropertyGraph: "GetPropertygraphStatistics", "ManagePropertygraphStatistics", "DeletePropertygraphStatistics";
    "/propertygraph/statistics", "/pg/statistics", "/gremlin/statistics"
);

// The model uses the path that the guide calls deprecated (M28).
pub(crate) const RDF: &[Route] = routes!(
    Rdf: "GetSparqlStatistics", "ManageSparqlStatistics", "DeleteSparqlStatistics";
    "/sparql/statistics", "/rdf/statistics"
);

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    ("GetPropertygraphStatistics", &[]),
    (
        "ManagePropertygraphStatistics",
        &[Member::body("mode", Text)],
    ),
    ("DeletePropertygraphStatistics", &[]),
    ("GetSparqlStatistics", &[]),
    ("ManageSparqlStatistics", &[Member::body("mode", Text)]),
    ("DeleteSparqlStatistics", &[]),
];

/// The statistics of a graph at this time, and what it contains if an engine stores it.
pub(super) fn current(
    kind: GraphKind,
    cluster: &mut Cluster,
    now: Now,
) -> Result<(&mut Statistics, Option<Content>), Failure> {
    let content = content(kind, cluster)?;
    let statistics = cluster.statistics.of(kind, content.as_ref(), now);
    Ok((statistics, content))
}

#[cfg_attr(
    not(feature = "engine"),
    allow(unused_variables, clippy::unnecessary_wraps)
)]
fn content(kind: GraphKind, cluster: &Cluster) -> Result<Option<Content>, Failure> {
    match kind {
        #[cfg(feature = "oxigraph")]
        GraphKind::Rdf if cluster.config.queries.rdf_engine => cluster.rdf.content().map(Some),
        #[cfg(feature = "graph")]
        GraphKind::PropertyGraph if cluster.config.queries.graph_engine => {
            Ok(Some(cluster.graph.content()))
        }
        _ => Ok(None),
    }
}

fn get(kind: GraphKind, cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    check_enabled(cluster)?;
    let old = cluster.config.is_older_than([1, 2, 1, 0]);
    let (statistics, _) = current(kind, cluster, incoming.now)?;
    Ok(Answer::payload(statistics.describe(old)))
}

fn manage(kind: GraphKind, cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    check_enabled(cluster)?;
    check_writer(cluster)?;
    let typed = incoming.media_type().is_some();
    let members = if typed || cluster.config.statistics_need_content_type {
        incoming.json()?
    } else {
        // M43: AWS's notebooks send none.
        incoming.json_of_any_type()?
    };
    let duration = cluster.config.statistics_duration;
    let (statistics, content) = current(kind, cluster, incoming.now)?;
    match members.required_string("mode")? {
        "enableAutoCompute" => statistics.set_auto_compute(true),
        "disableAutoCompute" => statistics.set_auto_compute(false),
        "refresh" => {
            let id = statistics.refresh(content, incoming.now, duration);
            return Ok(Answer::payload(json!({ "statisticsId": id })));
        }
        _ => {
            return Err(Failure::invalid_parameter(
                "The value of mode must be one of enableAutoCompute, disableAutoCompute, refresh.",
            ));
        }
    }
    Ok(Answer::ok())
}

fn delete(kind: GraphKind, cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    check_enabled(cluster)?;
    check_writer(cluster)?;
    let (statistics, _) = current(kind, cluster, incoming.now)?;
    if statistics.delete() {
        Ok(Answer::payload(
            json!({ "active": false, "statisticsId": -1 }),
        ))
    } else {
        Ok(Answer::NoContent)
    }
}

/// Small instances have no statistics. Notebooks look for the first three words of the text; the rest is invented.
pub(super) fn check_enabled(cluster: &Cluster) -> Result<(), Failure> {
    if cluster.config.statistics_disabled {
        return Err(Failure::bad_request(
            "Statistics is disabled for this instance type.",
        ));
    }
    Ok(())
}

pub(super) fn check_writer(cluster: &Cluster) -> Result<(), Failure> {
    if cluster.config.role == Role::Reader {
        return Err(Failure::read_only());
    }
    Ok(())
}
