"""What boto3 is asked to do with the operations that are not those of model training."""

import json

REGION = "us-east-1"
STATUS, LIST = "GetEngineStatus", "ListMLModelTrainingJobs"
ROLE = {"neptuneIamRoleArn": "arn:aws:iam::123456789012:role/Neptune ML+1"}
ARN = "arn:aws:iam::123456789012:role/"
KEY = "arn:aws:kms:us-east-1:123456789012:key/"
# What a replica says.
REPLICA = "error; code=ReadOnlyViolationException"
LAST = object()  # the id that the last start was answered with
FIRST = object()  # the id of the first load


def call_all(caller):
    ml_jobs(caller)
    loader(caller)
    statistics(caller)
    streams(caller)
    storage(caller)
    queries(caller)
    reset(caller)


def ml_jobs(caller):
    """Data processing, transforms and endpoints; the verbs of all four kinds are alike."""
    required = {"inputDataS3Location": "s3://bucket/in", "processedDataS3Location": "s3://bucket/out"}
    start, name = "StartMLDataProcessingJob", "MLDataProcessingJob"
    everything = {
        **required,
        "id": "processing-1",
        "previousDataProcessingJobId": "processing-0",
        "sagemakerIamRoleArn": ARN + "SageMaker",
        "neptuneIamRoleArn": ARN + "Neptune",
        "processingInstanceType": "ml.r5.xlarge",
        "processingInstanceVolumeSizeInGB": 0,
        "processingTimeOutInSeconds": 86400,
        "modelType": "heterogeneous",
        "configFileName": "training-data-configuration.json",
        "subnets": ["subnet-1", "subnet-2"],
        "securityGroupIds": [],
        "volumeEncryptionKMSKey": KEY + "volume",
        "s3OutputEncryptionKMSKey": KEY + "output",
    }
    caller.step("processing, start", (start, required))
    caller.step("processing, start, all members", (start, everything))
    caller.step("processing, start, to fail", (start, {**required, "id": "processing-2"}))
    caller.step("processing, start, bad location", (start, {**required, "inputDataS3Location": "bucket"}))
    verbs(caller, "processing", f"List{name}s", f"Get{name}", f"Cancel{name}")

    required = {"modelTransformOutputS3Location": "s3://bucket/out"}
    start, name = "StartMLModelTransformJob", "MLModelTransformJob"
    of_training = {**required, "dataProcessingJobId": "processing-1", "mlModelTrainingJobId": "job-3"}
    everything = {
        **of_training,
        "id": "transform-1",
        "trainingJobName": "training-3",
        "sagemakerIamRoleArn": ARN + "SageMaker",
        "neptuneIamRoleArn": ARN + "Neptune",
        "customModelTransformParameters": {
            "sourceS3DirectoryPath": "s3://bucket/source",
            "transformEntryPointScript": "transform.py",
        },
        "baseProcessingInstanceType": "ml.r5.xlarge",
        "baseProcessingInstanceVolumeSizeInGB": 30,
        "subnets": ["subnet-1"],
        "securityGroupIds": ["sg-1", "sg-2"],
        "volumeEncryptionKMSKey": KEY + "volume",
        "s3OutputEncryptionKMSKey": KEY + "output",
    }
    caller.step("transform, start", (start, of_training))
    caller.step("transform, start, all members", (start, everything))
    caller.step("transform, start, of nothing", (start, required))
    verbs(caller, "transform", f"List{name}s", f"Get{name}", f"Cancel{name}")

    start, name = "CreateMLEndpoint", "MLEndpoint"
    everything = {
        "id": "endpoint-1",
        "mlModelTransformJobId": "transform-1",
        "update": False,
        "neptuneIamRoleArn": ARN + "Neptune",
        "modelName": "rgcn",
        "instanceType": "ml.m5.xlarge",
        "instanceCount": 2,
        "volumeEncryptionKMSKey": KEY + "volume",
    }
    of_training = {"mlModelTrainingJobId": "job-3"}
    caller.step("endpoint, start", (start, of_training))
    caller.step("endpoint, start, all members", (start, everything))
    caller.step("endpoint, start, update", (start, {**of_training, "id": "endpoint-1", "update": True}))
    caller.step("endpoint, start, of nothing", (start, {}))
    # Without an id each is one of its own.
    caller.step("endpoint, start, read-then-rst", (start, of_training, "read-then-rst; times=1"))
    verbs(caller, "endpoint", f"List{name}s", f"Get{name}", f"Delete{name}")


def verbs(caller, kind, list_all, get, cancel):
    caller.step(f"{kind}, list", (list_all, {}))
    caller.step(f"{kind}, list, all members", (list_all, {"maxItems": 1, **ROLE}))
    caller.step(f"{kind}, list, maxItems too large", (list_all, {"maxItems": 1025}))
    caller.step(f"{kind}, get", (get, {"id": f"{kind}-1", **ROLE}))
    caller.step(f"{kind}, get, unknown id", (get, {"id": "unknown"}))
    caller.step(f"{kind}, cancel", (cancel, {"id": f"{kind}-1", "clean": True, **ROLE}))
    caller.step(f"{kind}, cancel, unknown id", (cancel, {"id": "unknown"}))


def loader(caller):
    start, list_all, get, cancel = "StartLoaderJob", "ListLoaderJobs", "GetLoaderJobStatus", "CancelLoaderJob"
    required = {
        "source": "s3://bucket/data",
        "format": "csv",
        "s3BucketRegion": REGION,
        "iamRoleArn": ARN + "Loader",
    }
    caller.step("load, start", (start, required))
    # One after the other, so that the next waits for it.
    everything = {
        **required,
        "mode": "NEW",
        "failOnError": False,
        "parallelism": "OVERSUBSCRIBE",
        "parserConfiguration": {"allowEmptyStrings": "true"},
        "updateSingleCardinalityProperties": True,
        "queueRequest": True,
        "dependencies": [],
        "userProvidedEdgeIds": False,
        "edgeOnlyLoad": False,
    }
    caller.step("load, start, all members", (start, everything))
    caller.step("load, start, while one runs", (start, required))
    caller.step("load, start, wrong region", (start, {**required, "s3BucketRegion": "eu-west-1"}))
    caller.step("load, list", (list_all, {}))
    caller.step("load, list, all members", (list_all, {"limit": 1, "includeQueuedLoads": False}))
    caller.step("load, list, limit too large", (list_all, {"limit": 101}))
    caller.step("load, get", (get, {"loadId": LAST}))
    caller.step("load, cancel", (cancel, {"loadId": LAST}))
    caller.step("load, cancel again", (cancel, {"loadId": LAST}))
    everything = {"details": True, "errors": True, "page": 1, "errorsPerPage": 1}
    caller.step("load, start, read-then-fin", (start, required, "read-then-fin; times=1"))
    caller.step("load, get failed, all members", (get, {"loadId": FIRST, **everything}))
    caller.step("load, get, page", (get, {"loadId": FIRST, **everything, "page": 2}))
    caller.step("load, get, no id of a load", (get, {"loadId": "load-1"}))
    caller.step("load, get, unknown id", (get, {"loadId": "00000000-0000-4000-8000-000000000000"}))


def statistics(caller):
    for graph, kind in ("property graph", "Propertygraph"), ("RDF", "Sparql"):
        get, manage, delete = f"Get{kind}Statistics", f"Manage{kind}Statistics", f"Delete{kind}Statistics"
        summary = "GetPropertygraphSummary" if kind == "Propertygraph" else "GetRDFGraphSummary"
        caller.step(f"{graph}, statistics", (get, {}))
        caller.step(f"{graph}, statistics, unsigned", (get, {}), signed=False)
        caller.step(f"{graph}, summary, before", (summary, {}))
        caller.step(f"{graph}, summary, detailed, before", (summary, {"mode": "detailed"}))
        for mode in "disableAutoCompute", "enableAutoCompute", "refresh":
            caller.step(f"{graph}, statistics, {mode}", (manage, {"mode": mode}))
        caller.step(f"{graph}, statistics, wrong mode", (manage, {"mode": "recompute"}))
        caller.step(f"{graph}, statistics, no mode", (manage, {}))
        caller.step(f"{graph}, statistics, replica", (manage, {"mode": "refresh"}, REPLICA))
        caller.step(f"{graph}, statistics, waiting", *[(get, {})] * 10)
        caller.step(f"{graph}, summary", (summary, {"mode": "basic"}))
        caller.step(f"{graph}, summary, wrong mode", (summary, {"mode": "short"}))
        caller.step(f"{graph}, statistics, delete, replica", (delete, {}, REPLICA))
        caller.step(f"{graph}, statistics, delete", (delete, {}))
        # Nothing is left, which it says with 204.
        caller.step(f"{graph}, statistics, delete again", (delete, {}))


def streams(caller):
    for graph, kind, last in ("property graph", "Propertygraph", 2**53 + 1), ("RDF", "Sparql", 1):
        get = f"Get{kind}Stream"
        place = {"iteratorType": "AT_SEQUENCE_NUMBER", "commitNum": last, "opNum": 1}
        caller.step(f"{graph}, stream", (get, {"iteratorType": "TRIM_HORIZON"}))
        caller.step(f"{graph}, stream, latest", (get, {"iteratorType": "LATEST"}))
        caller.step(f"{graph}, stream, at", (get, {"limit": 1, **place}))
        beyond = {"iteratorType": "AFTER_SEQUENCE_NUMBER", "commitNum": 2**62, "opNum": 1}
        caller.step(f"{graph}, stream, after the end", (get, beyond))
        caller.step(f"{graph}, stream, no place", (get, {}))
        caller.step(f"{graph}, stream, limit too large", (get, {"iteratorType": "LATEST", "limit": 100001}))
        # It asks for compression, and does not undo it.
        caller.step(f"{graph}, stream, gzip", (get, {"iteratorType": "LATEST", "encoding": "gzip"}))
    trimmed = {"iteratorType": "AT_SEQUENCE_NUMBER", "commitNum": 1, "opNum": 1}
    caller.step("property graph, stream, trimmed", ("GetPropertygraphStream", trimmed))


def storage(caller):
    caller.step("storage", ("GetStorageInfo", {}))
    caller.step("storage, unsigned", ("GetStorageInfo", {}), signed=False)
    start, list_all = "StartIndexRebuild", "ListIndexRebuilds"
    get, cancel = "GetIndexRebuildStatus", "CancelIndexRebuild"
    everything = {"scope": "QUADS", "concurrency": 2, "writeBufferSize": "HIGH", "clientToken": "token-1"}
    caller.step("rebuild, start, all members", (start, everything))
    caller.step("rebuild, start, same token", (start, everything))
    caller.step("rebuild, start, same token, other scope", (start, {**everything, "scope": "ALL"}))
    caller.step("rebuild, get", (get, {"rebuildId": LAST}))
    caller.step("rebuild, cancel", (cancel, {"rebuildId": LAST}))
    caller.step("rebuild, cancel again", (get, {"rebuildId": LAST}), (cancel, {"rebuildId": LAST}))
    # boto3 makes a token, so that the second attempt finds what the first began.
    caller.step("rebuild, start, read-then-rst", (start, {}, "read-then-rst; times=1"))
    caller.step("rebuild, list", (list_all, {}))
    caller.step("rebuild, list, unsigned", (list_all, {}), signed=False)
    caller.step("rebuild, get, unknown id", (get, {"rebuildId": "unknown"}))
    caller.step("rebuild, get, waiting", *[(get, {"rebuildId": LAST})] * 10)


def queries(caller):
    query, explain, profile = "ExecuteGremlinQuery", "ExecuteGremlinExplainQuery", "ExecuteGremlinProfileQuery"
    text = "g.V().valueMap('name', 'born')"
    typed = "application/vnd.gremlin-v3.0+json"
    caller.step("Gremlin", (query, {"gremlinQuery": text}))
    caller.step("Gremlin, all members", (query, {"gremlinQuery": text, "serializer": typed}))
    caller.step("Gremlin, wrong", (query, {"gremlinQuery": "g.wrong()"}))
    caller.step("Gremlin, explain", (explain, {"gremlinQuery": text}))
    caller.step("Gremlin, explain, wrong", (explain, {"gremlinQuery": "g.wrong()"}))
    everything = {"results": True, "chop": 100, "serializer": typed, "indexOps": False}
    caller.step("Gremlin, profile", (profile, {"gremlinQuery": text}))
    caller.step("Gremlin, profile, all members", (profile, {"gremlinQuery": text, **everything}))
    caller.step("Gremlin, profile, wrong", (profile, {"gremlinQuery": "g.wrong()"}))
    # A write whose answer is lost.
    caller.step("Gremlin, read-then-fin", (query, {"gremlinQuery": "g.addV('person')"}, "read-then-fin; times=1"))

    query, explain = "ExecuteOpenCypherQuery", "ExecuteOpenCypherExplainQuery"
    text = "MATCH (n {name: $name}) RETURN n.name AS name, n.born AS born"
    parameters = json.dumps({"name": "Gr\u00fcn", "born": 2**53 + 1}, ensure_ascii=False)
    caller.step("openCypher", (query, {"openCypherQuery": "MATCH (n) RETURN n.name AS name"}))
    caller.step("openCypher, all members", (query, {"openCypherQuery": text, "parameters": parameters}))
    caller.step("openCypher, wrong", (query, {"openCypherQuery": "wrong"}))
    for mode in "static", "dynamic", "details":
        everything = {"openCypherQuery": text, "parameters": parameters, "explainMode": mode}
        caller.step(f"openCypher, explain, {mode}", (explain, everything))
    caller.step("openCypher, explain, wrong", (explain, {"openCypherQuery": "wrong", "explainMode": "static"}))
    caller.step("openCypher, explain, wrong mode", (explain, {"openCypherQuery": text, "explainMode": "short"}))
    caller.step("openCypher, read-then-fin", (query, {"openCypherQuery": "CREATE (n)"}, "read-then-fin; times=1"))

    names = ("Gremlin", "gremlinQuery", "Gremlin"), ("openCypher", "openCypherQuery", "OpenCypher")
    for language, member, name in names:
        list_all = f"List{name}Queries"
        get, cancel = f"Get{name}QueryStatus", f"Cancel{name}Query"
        # boto3 loses its patience and asks again, while the query that nobody waits for goes on.
        slow = (f"Execute{name}Query", {member: "slow"})
        caller.step(f"{language}, slow", slow, retries="standard", patience=0.5)
        caller.step(f"{language}, list", (list_all, {}))
        caller.step(f"{language}, list, all members", (list_all, {"includeWaiting": True}))
        caller.step(f"{language}, list, unsigned", (list_all, {}), signed=False)
        caller.step(f"{language}, get", (get, {"queryId": LAST}))
        silent = {"silent": True} if name == "OpenCypher" else {}
        caller.step(f"{language}, cancel", (cancel, {"queryId": LAST, **silent}))
        caller.step(f"{language}, cancel again", (cancel, {"queryId": LAST}))
        caller.step(f"{language}, get, cancelled", (get, {"queryId": LAST}))


def reset(caller):
    name = "ExecuteFastReset"
    perform = {"action": "performDatabaseReset"}
    caller.step("reset, before there is a token", (name, {**perform, "token": "token-1"}))
    caller.step("reset, initiate", (name, {"action": "initiateDatabaseReset"}))
    caller.step("reset, wrong token", (name, {**perform, "token": "token-1"}))
    caller.step("reset, no token", (name, perform))
    caller.step("reset, wrong action", (name, {"action": "reset"}))
    # The answer is lost and the second attempt is too late: the cluster restarts, and has forgotten the token.
    caller.step("reset, perform, read-then-fin", (name, {**perform, "token": LAST}, "read-then-fin; times=1"))
    caller.step("reset, initiate again", (name, {"action": "initiateDatabaseReset"}))
    caller.step("reset, perform", (name, {**perform, "token": LAST}))
    caller.step("reset, status while it restarts", (STATUS, {}))
    caller.step("reset, list", (LIST, {}))
