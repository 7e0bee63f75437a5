//! Operations on the whole cluster: statistics, summaries, streams, storage, status, and the fast reset.

use neptunedata::serde_json::json;
use neptunedata_emulator::Role;
use serde_json::Value;

use crate::steps::{ANY, LAST, NEW, Step, call};

pub(crate) fn steps() -> Vec<Step> {
    let property_graph = statistics(
        "GetPropertygraphStatistics",
        "ManagePropertygraphStatistics",
        "DeletePropertygraphStatistics",
        "GetPropertygraphSummary",
        json!({
            "numNodes": 0,
            "numEdges": 0,
            "numNodeLabels": 0,
            "numEdgeLabels": 0,
            "nodeLabels": [],
            "edgeLabels": [],
            "numNodeProperties": 0,
            "numEdgeProperties": 0,
            "nodeProperties": [],
            "edgeProperties": [],
            "totalNodePropertyValues": 0,
            "totalEdgePropertyValues": 0,
        }),
    );
    let rdf = statistics(
        "GetSparqlStatistics",
        "ManageSparqlStatistics",
        "DeleteSparqlStatistics",
        "GetRDFGraphSummary",
        json!({
            "numDistinctSubjects": 0,
            "numDistinctPredicates": 0,
            "numQuads": 0,
            "numClasses": 0,
            "classes": [],
            "predicates": [],
        }),
    );
    [property_graph, rdf, streams(), storage(), reset()].concat()
}

fn statistics(
    get: &'static str,
    manage: &'static str,
    delete: &'static str,
    summary: &'static str,
    graph_summary: Value,
) -> Vec<Step> {
    let told = |payload| json!({ "status": "200 OK", "payload": payload });
    let none = told(json!({ "autoCompute": true, "active": false, "statisticsId": "-1" }));
    let some = told(json!({
        "autoCompute": true,
        "active": true,
        "statisticsId": LAST,
        "date": ANY,
        "signatureInfo": { "signatureCount": 0, "instanceCount": 0, "predicateCount": 0 },
    }));
    let started = told(json!({ "statisticsId": NEW }));
    let mut summed = told(json!({
        "version": "v1",
        "lastStatisticsComputationTime": ANY,
        "graphSummary": graph_summary,
    }));
    summed["statusCode"] = 200.into();
    let mut deleted = told(json!({ "active": false, "statisticsId": "-1" }));
    deleted["statusCode"] = 200.into();
    vec![
        call!(get {} => none),
        call!(summary {} => 400 StatisticsNotAvailableException),
        call!(manage { "mode": "refresh" } => started),
        Step::Wait(10),
        call!(get {} => some),
        call!(summary { "mode": "basic" } => summed),
        Step::Reconfigure(|config| config.role(Role::Reader)),
        call!(manage { "mode": "refresh" } => 400 ReadOnlyViolationException),
        call!(delete {} => 400 ReadOnlyViolationException),
        Step::Reconfigure(|config| config.role(Role::Writer).statistics_disabled(true)),
        call!(get {} => 400 BadRequestException),
        Step::Reconfigure(|config| config.statistics_disabled(false)),
        call!(delete {} => deleted),
        // Nothing is left, which is told with 204.
        call!(delete {} => { "statusCode": 204 }),
    ]
}

fn streams() -> Vec<Step> {
    let (graph, rdf) = ("GetPropertygraphStream", "GetSparqlStream");
    let first = json!({ "iteratorType": "AT_SEQUENCE_NUMBER", "commitNum": 1, "opNum": 1 });
    let beyond = json!({ "iteratorType": "AFTER_SEQUENCE_NUMBER", "commitNum": 7, "opNum": 1 });
    let record = |format: &str, data: Value| {
        let id = json!({ "commitNum": 1, "opNum": 1 });
        json!({
            "format": format,
            "lastEventId": id,
            "lastTrxTimestampInMillis": ANY,
            "totalRecords": 1,
            "records": [{
                "commitTimestampInMillis": ANY,
                "eventId": id,
                "op": "ADD",
                "isLastOp": true,
                "data": data,
            }],
        })
    };
    let label = json!({ "value": "person", "dataType": "String" });
    let label = json!({ "id": "v1", "type": "vl", "key": "label", "value": label });
    let labelled = record("PG_JSON", label);
    let statement = json!({ "stmt": "<http://s> <http://p> <http://o> .\n" });
    let stated = record("NQUADS", statement);
    vec![
        call!(graph { "iteratorType": "TRIM_HORIZON", "limit": 5 } => labelled),
        call!(graph beyond => 404 StreamRecordsNotFoundException),
        call!(rdf first => stated),
        call!(rdf beyond => 404 StreamRecordsNotFoundException),
    ]
}

fn storage() -> Vec<Step> {
    let start = "StartIndexRebuild";
    let (get, cancel) = ("GetIndexRebuildStatus", "CancelIndexRebuild");
    let size = |count: u64, bytes: u64| json!({ "count": count, "sizeInBytes": bytes });
    let empty = || size(0, 16_384);
    let quads = || json!({ "SPOG": empty(), "POGS": empty(), "GPSO": empty(), "PZSOG": empty() });
    let info = json!({
        "totalStorageBytesUsed": 245_760,
        "quads": { "RDF": quads(), "PG": quads() },
        "dictionaries": { "total": size(24, 32_768), "blobs": empty() },
        "schema": size(2, 16_384),
        "streams": size(0, 0),
        "undoLogs": { "listSize": 0, "sizeInBytes": 16_384 },
        "internals": size(12, 16_384),
        "dfeStatistics": empty(),
    });
    let rebuild = |status: &str| {
        json!({
            "status": status,
            "scope": "QUADS",
            "concurrency": 2,
            "writeBufferSize": "LOW",
        })
    };
    let mut started = rebuild("PREPARING");
    started["rebuildId"] = NEW.into();
    let mut halfway = rebuild("REBUILDING");
    halfway["startTime"] = ANY.into();
    halfway["estimatedEndTime"] = ANY.into();
    halfway["progressPercentage"] = 50.into();
    let mut cancelling = rebuild("CANCELLING");
    cancelling.as_object_mut().unwrap().remove("scope");
    vec![
        call!("GetStorageInfo" {} => info),
        call!(start { "scope": "QUADS", "concurrency": 2 } => started),
        // Another token is another rebuild, and one is in progress.
        call!(start { "scope": "QUADS", "concurrency": 2 } => 500 ConcurrentModificationException),
        call!("ListIndexRebuilds" {} => { "rebuildIds": [LAST] }),
        Step::Wait(5),
        call!(get { "rebuildId": LAST } => halfway),
        call!(get { "rebuildId": "rebuild-1" } => 400 ValidationException),
        call!(cancel { "rebuildId": LAST } => cancelling),
        call!(cancel { "rebuildId": "rebuild-1" } => 400 ValidationException),
    ]
}

fn reset() -> Vec<Step> {
    let (status, reset) = ("GetEngineStatus", "ExecuteFastReset");
    let healthy = json!({
        "status": "healthy",
        "startTime": "Sun Aug 10 06:54:15 UTC 2025",
        "dbEngineVersion": "1.4.6.0.R1",
        "role": "writer",
        "dfeQueryEngine": "viaQueryHint",
        "gremlin": { "version": "tinkerpop-3.7.1" },
        "sparql": { "version": "sparql-1.1" },
        "opencypher": { "version": "Neptune-9.0.20190305-1.0" },
        "labMode": { "ObjectIndex": "disabled", "ReadWriteConflictDetection": "enabled" },
        "features": {
            "AuditLog": "disabled",
            "IAMAuthentication": "enabled",
            "ResultCache": { "status": "disabled" },
            "SlowQueryLogs": "disabled",
            "Streams": "enabled",
        },
        "settings": {
            "SlowQueryLogsThreshold": "5000",
            "StrictTimeoutValidation": "true",
            "clusterQueryTimeoutInMs": "120000",
        },
    });
    let id = "6a9d5a6e-0000-4000-8000-000000000001";
    vec![
        call!(status {} => healthy),
        call!(reset { "action": "initiateDatabaseReset" } => { "status": "200 OK", "payload": { "token": NEW } }),
        call!(reset { "action": "performDatabaseReset", "token": "token-1" } => 400 InvalidParameterException),
        call!(reset { "action": "performDatabaseReset", "token": LAST } => { "status": "200 OK" }),
        // Nothing is answered while the cluster restarts.
        call!(status {} => 500 ServerShutdownException),
        call!("GetStorageInfo" {} => 500 ServerShutdownException),
        call!("ListGremlinQueries" {} => 500 ServerShutdownException),
        call!("ListIndexRebuilds" {} => 500 ServerShutdownException),
        call!("ListLoaderJobs" {} => 500 ServerShutdownException),
        call!("ListOpenCypherQueries" {} => 500 ServerShutdownException),
        call!("ListSparqlQueries" {} => 500 ServerShutdownException),
        call!("GetSparqlQueryStatus" { "queryId": id } => 500 ServerShutdownException),
        Step::Wait(5),
        call!("ListMLEndpoints" {} => { "ids": [] }),
    ]
}
