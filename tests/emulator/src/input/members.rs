//! Where each member of each operation travels, by hand.

use super::Kind::{Any, Every, Flag, Number, Presence, Text};
use super::Place::{Body, Header, Label, Parameter, Query, Selector, Whole};
use super::{Kind, Member};

const fn label(name: &'static str) -> Member {
    Member {
        name,
        place: Label,
        kind: Text,
    }
}

const fn query(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        place: Query(name),
        kind,
    }
}

const fn parameter(name: &'static str, wire_name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        place: Parameter(wire_name),
        kind,
    }
}

const fn selector(name: &'static str) -> Member {
    Member {
        name,
        place: Selector(name),
        kind: Any,
    }
}

const fn header(name: &'static str, header: &'static str) -> Member {
    Member {
        name,
        place: Header(header),
        kind: Text,
    }
}

const fn body(name: &'static str, kind: Kind) -> Member {
    body_as(name, name, kind)
}

const fn body_as(name: &'static str, wire_name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        place: Body(wire_name),
        kind,
    }
}

const ML_LIST: &[Member] = &[query("maxItems", Number), query("neptuneIamRoleArn", Text)];

const ML_GET: &[Member] = &[label("id"), query("neptuneIamRoleArn", Text)];

const ML_CANCEL: &[Member] = &[
    label("id"),
    query("neptuneIamRoleArn", Text),
    query("clean", Flag),
];

const DEFAULT_GRAPHS: Member = parameter("defaultGraphUri", "default-graph-uri", Every);

const NAMED_GRAPHS: Member = parameter("namedGraphUri", "named-graph-uri", Every);

const QUERY_ID: Member = parameter("queryId", "queryId", Text);

const DEFAULT: Member = query("default", Presence);

const GRAPH: Member = query("graph", Text);

const BODY: Member = Member {
    name: "body",
    place: Whole,
    kind: Text,
};

/// The members of each operation of the service model, and of those of SPARQL.
pub(super) const OPERATIONS: &[(&str, &[Member])] = &[
    // Engine.
    ("GetEngineStatus", &[]),
    (
        "ExecuteFastReset",
        &[body("action", Text), body("token", Text)],
    ),
    // Gremlin.
    (
        "ExecuteGremlinQuery",
        &[
            body_as("gremlinQuery", "gremlin", Text),
            header("serializer", "accept"),
            body("queryId", Text),
        ],
    ),
    (
        "ExecuteGremlinExplainQuery",
        &[body_as("gremlinQuery", "gremlin", Text)],
    ),
    (
        "ExecuteGremlinProfileQuery",
        &[
            body_as("gremlinQuery", "gremlin", Text),
            body_as("results", "profile.results", Flag),
            body_as("chop", "profile.chop", Number),
            body_as("serializer", "profile.serializer", Text),
            body_as("indexOps", "profile.indexOps", Flag),
        ],
    ),
    ("ListGremlinQueries", &[query("includeWaiting", Flag)]),
    ("GetGremlinQueryStatus", &[label("queryId")]),
    ("CancelGremlinQuery", &[label("queryId")]),
    // openCypher.
    (
        "ExecuteOpenCypherQuery",
        &[
            body_as("openCypherQuery", "query", Text),
            body("parameters", Text),
        ],
    ),
    (
        "ExecuteOpenCypherExplainQuery",
        &[
            body_as("openCypherQuery", "query", Text),
            body("parameters", Text),
            body_as("explainMode", "explain", Text),
        ],
    ),
    ("ListOpenCypherQueries", &[query("includeWaiting", Flag)]),
    ("GetOpenCypherQueryStatus", &[label("queryId")]),
    (
        "CancelOpenCypherQuery",
        &[label("queryId"), query("silent", Flag)],
    ),
    // Streams.
    (
        "GetPropertygraphStream",
        &[
            query("limit", Number),
            query("iteratorType", Text),
            query("commitNum", Number),
            query("opNum", Number),
            header("encoding", "accept-encoding"),
        ],
    ),
    (
        "GetSparqlStream",
        &[
            query("limit", Number),
            query("iteratorType", Text),
            query("commitNum", Number),
            query("opNum", Number),
            header("encoding", "accept-encoding"),
        ],
    ),
    // Bulk loader.
    (
        "StartLoaderJob",
        &[
            body("source", Text),
            body("format", Text),
            body_as("s3BucketRegion", "region", Text),
            body("iamRoleArn", Text),
            body("mode", Text),
            body("failOnError", Flag),
            body("parallelism", Text),
            body("parserConfiguration", Any),
            body("updateSingleCardinalityProperties", Flag),
            body("queueRequest", Flag),
            body("dependencies", Any),
            body("userProvidedEdgeIds", Flag),
            body("edgeOnlyLoad", Flag),
        ],
    ),
    (
        "ListLoaderJobs",
        &[query("limit", Number), query("includeQueuedLoads", Flag)],
    ),
    (
        "GetLoaderJobStatus",
        &[
            label("loadId"),
            query("details", Flag),
            query("errors", Flag),
            query("page", Number),
            query("errorsPerPage", Number),
        ],
    ),
    ("CancelLoaderJob", &[label("loadId")]),
    // Statistics and summaries.
    ("GetPropertygraphStatistics", &[]),
    ("ManagePropertygraphStatistics", &[body("mode", Text)]),
    ("DeletePropertygraphStatistics", &[]),
    ("GetSparqlStatistics", &[]),
    ("ManageSparqlStatistics", &[body("mode", Text)]),
    ("DeleteSparqlStatistics", &[]),
    ("GetPropertygraphSummary", &[query("mode", Text)]),
    ("GetRDFGraphSummary", &[query("mode", Text)]),
    // Storage.
    ("GetStorageInfo", &[]),
    (
        "StartIndexRebuild",
        &[
            query("scope", Text),
            query("concurrency", Number),
            query("writeBufferSize", Text),
            body("clientToken", Text),
        ],
    ),
    ("ListIndexRebuilds", &[]),
    ("GetIndexRebuildStatus", &[label("rebuildId")]),
    ("CancelIndexRebuild", &[label("rebuildId")]),
    // Neptune ML.
    (
        "StartMLDataProcessingJob",
        &[
            body("id", Text),
            body("previousDataProcessingJobId", Text),
            body("inputDataS3Location", Text),
            body("processedDataS3Location", Text),
            body("sagemakerIamRoleArn", Text),
            body("neptuneIamRoleArn", Text),
            body("processingInstanceType", Text),
            body("processingInstanceVolumeSizeInGB", Number),
            body("processingTimeOutInSeconds", Number),
            body("modelType", Text),
            body("configFileName", Text),
            body("subnets", Any),
            body("securityGroupIds", Any),
            body("volumeEncryptionKMSKey", Text),
            body("s3OutputEncryptionKMSKey", Text),
        ],
    ),
    ("ListMLDataProcessingJobs", ML_LIST),
    ("GetMLDataProcessingJob", ML_GET),
    ("CancelMLDataProcessingJob", ML_CANCEL),
    (
        "StartMLModelTrainingJob",
        &[
            body("id", Text),
            body("previousModelTrainingJobId", Text),
            body("dataProcessingJobId", Text),
            body("trainModelS3Location", Text),
            body("sagemakerIamRoleArn", Text),
            body("neptuneIamRoleArn", Text),
            body("baseProcessingInstanceType", Text),
            body("trainingInstanceType", Text),
            body("trainingInstanceVolumeSizeInGB", Number),
            body("trainingTimeOutInSeconds", Number),
            body("maxHPONumberOfTrainingJobs", Number),
            body("maxHPOParallelTrainingJobs", Number),
            body("subnets", Any),
            body("securityGroupIds", Any),
            body("volumeEncryptionKMSKey", Text),
            body("s3OutputEncryptionKMSKey", Text),
            body("enableManagedSpotTraining", Flag),
            body("customModelTrainingParameters", Any),
        ],
    ),
    ("ListMLModelTrainingJobs", ML_LIST),
    ("GetMLModelTrainingJob", ML_GET),
    ("CancelMLModelTrainingJob", ML_CANCEL),
    (
        "StartMLModelTransformJob",
        &[
            body("id", Text),
            body("dataProcessingJobId", Text),
            body("mlModelTrainingJobId", Text),
            body("trainingJobName", Text),
            body("modelTransformOutputS3Location", Text),
            body("sagemakerIamRoleArn", Text),
            body("neptuneIamRoleArn", Text),
            body("customModelTransformParameters", Any),
            body("baseProcessingInstanceType", Text),
            body("baseProcessingInstanceVolumeSizeInGB", Number),
            body("subnets", Any),
            body("securityGroupIds", Any),
            body("volumeEncryptionKMSKey", Text),
            body("s3OutputEncryptionKMSKey", Text),
        ],
    ),
    ("ListMLModelTransformJobs", ML_LIST),
    ("GetMLModelTransformJob", ML_GET),
    ("CancelMLModelTransformJob", ML_CANCEL),
    (
        "CreateMLEndpoint",
        &[
            body("id", Text),
            body("mlModelTrainingJobId", Text),
            body("mlModelTransformJobId", Text),
            body("update", Flag),
            body("neptuneIamRoleArn", Text),
            body("modelName", Text),
            body("instanceType", Text),
            body("instanceCount", Number),
            body("volumeEncryptionKMSKey", Text),
        ],
    ),
    ("ListMLEndpoints", ML_LIST),
    ("GetMLEndpoint", ML_GET),
    ("DeleteMLEndpoint", ML_CANCEL),
    // SPARQL.
    (
        "ExecuteSparqlQuery",
        &[
            parameter("query", "query", Text),
            header("accept", "accept"),
            QUERY_ID,
            DEFAULT_GRAPHS,
            NAMED_GRAPHS,
        ],
    ),
    (
        "ExecuteSparqlExplainQuery",
        &[
            parameter("query", "query", Text),
            parameter("explain", "explain", Text),
            header("accept", "accept"),
            QUERY_ID,
            DEFAULT_GRAPHS,
            NAMED_GRAPHS,
        ],
    ),
    (
        "ExecuteSparqlUpdate",
        &[
            parameter("update", "update", Text),
            QUERY_ID,
            parameter("usingGraphUri", "using-graph-uri", Every),
            parameter("usingNamedGraphUri", "using-named-graph-uri", Every),
        ],
    ),
    ("ListSparqlQueries", &[]),
    ("GetSparqlQueryStatus", &[QUERY_ID]),
    (
        "CancelSparqlQuery",
        &[
            selector("cancelQuery"),
            QUERY_ID,
            parameter("silent", "silent", Flag),
        ],
    ),
    ("GetGraph", &[GRAPH, DEFAULT, header("accept", "accept")]),
    (
        "PutGraph",
        &[GRAPH, DEFAULT, header("contentType", "content-type"), BODY],
    ),
    (
        "PostGraph",
        &[GRAPH, DEFAULT, header("contentType", "content-type"), BODY],
    ),
    ("DeleteGraph", &[GRAPH, DEFAULT]),
];
