//! Operations on the whole cluster: statistics, summaries, streams, storage, status, and the fast reset.

use neptunedata::{ExceptionKind, serde_json::json};
use neptunedata_emulator::Role;

use crate::steps::{ANY, LAST, NEW, Step, bad, good};

pub(crate) fn steps() -> Vec<Step> {
    let mut steps = statistics(
        [
            "GetPropertygraphStatistics",
            "ManagePropertygraphStatistics",
            "DeletePropertygraphStatistics",
        ],
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
    steps.extend(statistics(
        [
            "GetSparqlStatistics",
            "ManageSparqlStatistics",
            "DeleteSparqlStatistics",
        ],
        "GetRDFGraphSummary",
        json!({
            "numDistinctSubjects": 0,
            "numDistinctPredicates": 0,
            "numQuads": 0,
            "numClasses": 0,
            "classes": [],
            "predicates": [],
        }),
    ));
    steps.extend(streams());
    steps.extend(storage());
    steps.extend(reset());
    steps
}

fn statistics(
    [get, manage, delete]: [&'static str; 3],
    summary: &'static str,
    summed: serde_json::Value,
) -> Vec<Step> {
    let read_only = ExceptionKind::ReadOnlyViolationException;
    let refresh = json!({ "mode": "refresh" });
    let told = |payload| json!({ "status": "200 OK", "payload": payload });
    let none = json!({ "autoCompute": true, "active": false, "statisticsId": "-1" });
    let counts = json!({ "signatureCount": 0, "instanceCount": 0, "predicateCount": 0 });
    let some = json!({
        "autoCompute": true,
        "active": true,
        "statisticsId": LAST,
        "date": ANY,
        "signatureInfo": counts,
    });
    let mut summed = told(json!({
        "version": "v1",
        "lastStatisticsComputationTime": ANY,
        "graphSummary": summed,
    }));
    summed["statusCode"] = 200.into();
    let mut deleted = told(json!({ "active": false, "statisticsId": "-1" }));
    deleted["statusCode"] = 200.into();
    vec![
        good(get, json!({}), told(none)),
        bad(
            summary,
            json!({}),
            400,
            ExceptionKind::StatisticsNotAvailableException,
        ),
        good(
            manage,
            refresh.clone(),
            told(json!({ "statisticsId": NEW })),
        ),
        Step::Wait(10),
        good(get, json!({}), told(some)),
        good(summary, json!({ "mode": "basic" }), summed),
        Step::Reconfigure(|config| config.role(Role::Reader)),
        bad(manage, refresh, 400, read_only),
        bad(delete, json!({}), 400, read_only),
        Step::Reconfigure(|config| config.role(Role::Writer).statistics_disabled(true)),
        bad(get, json!({}), 400, ExceptionKind::BadRequestException),
        Step::Reconfigure(|config| config.statistics_disabled(false)),
        good(delete, json!({}), deleted),
        // Nothing is left, which is told with 204.
        good(delete, json!({}), json!({ "statusCode": 204 })),
    ]
}

fn streams() -> Vec<Step> {
    let (graph, rdf) = ("GetPropertygraphStream", "GetSparqlStream");
    let first = json!({ "iteratorType": "AT_SEQUENCE_NUMBER", "commitNum": 1, "opNum": 1 });
    let beyond = json!({ "iteratorType": "AFTER_SEQUENCE_NUMBER", "commitNum": 7, "opNum": 1 });
    let missing = ExceptionKind::StreamRecordsNotFoundException;
    let record = |format: &str, data: serde_json::Value| {
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
    let statement = json!({ "stmt": "<http://s> <http://p> <http://o> .\n" });
    vec![
        good(
            graph,
            json!({ "iteratorType": "TRIM_HORIZON", "limit": 5 }),
            record("PG_JSON", label),
        ),
        bad(graph, beyond.clone(), 404, missing),
        good(rdf, first, record("NQUADS", statement)),
        bad(rdf, beyond, 404, missing),
    ]
}

fn storage() -> Vec<Step> {
    let start = "StartIndexRebuild";
    let (get, cancel) = ("GetIndexRebuildStatus", "CancelIndexRebuild");
    let id = || json!({ "rebuildId": LAST });
    let unknown = || json!({ "rebuildId": "rebuild-1" });
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
        good("GetStorageInfo", json!({}), info),
        good(
            start,
            json!({ "scope": "QUADS", "concurrency": 2 }),
            started,
        ),
        // Another token is another rebuild, and one is in progress.
        bad(
            start,
            json!({ "scope": "QUADS", "concurrency": 2 }),
            500,
            ExceptionKind::ConcurrentModificationException,
        ),
        good(
            "ListIndexRebuilds",
            json!({}),
            json!({ "rebuildIds": [LAST] }),
        ),
        Step::Wait(5),
        good(get, id(), halfway),
        bad(get, unknown(), 400, ExceptionKind::ValidationException),
        good(cancel, id(), cancelling),
        bad(cancel, unknown(), 400, ExceptionKind::ValidationException),
    ]
}

fn reset() -> Vec<Step> {
    let (status, reset) = ("GetEngineStatus", "ExecuteFastReset");
    let perform = |token: &str| json!({ "action": "performDatabaseReset", "token": token });
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
    let mut steps = vec![
        good(status, json!({}), healthy),
        good(
            reset,
            json!({ "action": "initiateDatabaseReset" }),
            json!({ "status": "200 OK", "payload": { "token": NEW } }),
        ),
        bad(
            reset,
            perform("token-1"),
            400,
            ExceptionKind::InvalidParameterException,
        ),
        good(reset, perform(LAST), json!({ "status": "200 OK" })),
    ];
    // Nothing is answered while the cluster restarts.
    let restarting = [
        status,
        "GetStorageInfo",
        "ListGremlinQueries",
        "ListIndexRebuilds",
        "ListLoaderJobs",
        "ListOpenCypherQueries",
        "ListSparqlQueries",
    ];
    let restarting =
        restarting.map(|name| bad(name, json!({}), 500, ExceptionKind::ServerShutdownException));
    steps.extend(restarting);
    let id = json!({ "queryId": "6a9d5a6e-0000-4000-8000-000000000001" });
    steps.push(bad(
        "GetSparqlQueryStatus",
        id,
        500,
        ExceptionKind::ServerShutdownException,
    ));
    steps.push(Step::Wait(5));
    steps.push(good("ListMLEndpoints", json!({}), json!({ "ids": [] })));
    steps
}
