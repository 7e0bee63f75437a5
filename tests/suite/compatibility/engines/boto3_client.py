"""Calls the emulator with boto3: openCypher, its status operations, statistics, streams, loads and a fast reset."""

import json
import os
import threading
import time

import boto3
import botocore.config

config = botocore.config.Config(retries={"total_max_attempts": 1})
client = boto3.client("neptunedata", endpoint_url=os.environ["NEPTUNE_ENDPOINT"], config=config)


def run(text, /, **parameters):
    given = {"parameters": json.dumps(parameters)} if parameters else {}
    return client.execute_open_cypher_query(openCypherQuery=text, **given)["results"]


def fails(code, call, **members):
    try:
        call(**members)
    except client.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response["Error"]["Message"]
    raise AssertionError(f"{code} was expected")


def refused(code, text):
    return fails(code, client.execute_open_cypher_query, openCypherQuery=text)


def writes():
    assert client.get_engine_status()["status"] == "healthy"
    assert run("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]
    [row] = run("CREATE (p:Person {`~id`: 'ada', name: 'Ada', born: 1815, tall: 1.5, alive: false}) RETURN p")
    assert row["p"] == {
        "~id": "ada", "~entityType": "node", "~labels": ["Person"],
        "~properties": {"name": "Ada", "born": 1815, "tall": 1.5, "alive": False},
    }
    people = [{"id": "alan", "name": "Alan", "born": 1912}, {"id": "grace", "name": "Grace", "born": 1906}]
    merge = "UNWIND $people AS row MERGE (p:Person {`~id`: row.id}) SET p.name = row.name, p.born = row.born"
    assert run(merge + " RETURN count(p) AS n", people=people) == [{"n": 2}]
    assert run(merge, people=people) == []
    knows = [["ada", "alan", 1.0], ["alan", "grace", 0.5]]
    edges = """UNWIND $knows AS row MATCH (a {`~id`: row[0]}), (b {`~id`: row[1]})
        MERGE (a)-[k:KNOWS]->(b) ON CREATE SET k.weight = row[2] RETURN count(k) AS n"""
    assert run(edges, knows=knows) == [{"n": 2}]
    [row] = run("CREATE (t:Thing {name: 'Engine'}) RETURN id(t) AS id, t")
    assert row["id"] == row["t"]["~id"] and len(row["id"]) == 36
    made = "MATCH (a {`~id`: 'ada'}), (t:Thing) CREATE (a)-[m:MADE {since: datetime('1843-01-01T00:00:00Z')}]->(t) RETURN m"
    [row] = run(made)
    assert row["m"]["~entityType"] == "relationship" and row["m"]["~start"] == "ada", row


def reads():
    names = "MATCH (p:Person) WHERE p.born > $year RETURN p.name AS name ORDER BY name"
    assert run(names, year=1900) == [{"name": "Alan"}, {"name": "Grace"}]
    assert run("MATCH (p:Person) WHERE id(p) IN $ids RETURN id(p) AS id", ids=["ada", "none"]) == [{"id": "ada"}]
    assert run("RETURN $text AS text", text="Gr\u00fc\u00df \U0001f98e") == [{"text": "Gr\u00fc\u00df \U0001f98e"}]
    assert run("RETURN $map.a AS a, $list AS list, $none AS none", map={"a": 1}, list=[1, 2.5, "x"], none=None) == [
        {"a": 1, "list": [1, 2.5, "x"], "none": None}
    ]
    [row] = run("MATCH p = (:Person {name: 'Ada'})-[:KNOWS]->(:Person) RETURN p")
    assert [it["~entityType"] for it in row["p"]] == ["node", "relationship", "node"], row
    far = "MATCH (a {`~id`: 'ada'})-[:KNOWS*1..3]->(b) RETURN b.name AS name, id(b) AS id ORDER BY name"
    assert run(far) == [{"name": "Alan", "id": "alan"}, {"name": "Grace", "id": "grace"}]
    optional = "MATCH (p:Person) OPTIONAL MATCH (p)-[:MADE]->(t) RETURN p.name AS name, t.name AS made ORDER BY name"
    assert run(optional)[:2] == [{"name": "Ada", "made": "Engine"}, {"name": "Alan", "made": None}]
    total = "MATCH (p:Person) RETURN count(*) AS n, min(p.born) AS first, collect(p.name) AS names"
    assert run(total)[0]["n"] == 3
    assert run("MATCH (p:Person) RETURN p.name ORDER BY p.born DESC SKIP 1 LIMIT 1") == [{"p.name": "Grace"}]
    assert run("MATCH ()-[k:KNOWS]->() RETURN type(k) AS type, sum(k.weight) AS sum") == [{"type": "KNOWS", "sum": 1.5}]
    union = "MATCH (t:Thing) RETURN t.name AS name UNION MATCH (p:Person {name: 'Ada'}) RETURN p.name AS name"
    assert run(union) == [{"name": "Engine"}, {"name": "Ada"}]
    with_ = "MATCH (p:Person)-[k:KNOWS]->() WITH p, count(k) AS n WHERE n > 0 RETURN p.name AS name, n ORDER BY name"
    assert run(with_) == [{"name": "Ada", "n": 1}, {"name": "Alan", "n": 1}]
    case = "MATCH (p:Person) RETURN CASE WHEN p.born < 1900 THEN 'old' ELSE 'new' END AS age ORDER BY p.born"
    assert [row["age"] for row in run(case)] == ["old", "new", "new"]


def updates():
    assert run("MATCH (p {`~id`: 'ada'}) SET p.name = 'Ada L.', p += {field: 'maths'} RETURN p.field AS f") == [{"f": "maths"}]
    assert run("MATCH (p {`~id`: 'ada'}) REMOVE p.tall, p.alive RETURN keys(p) AS keys")[0]["keys"]
    assert run("MATCH (p {`~id`: 'ada'}) SET p:Author RETURN labels(p) AS labels") == [{"labels": ["Person", "Author"]}]
    assert run("MATCH ()-[k:KNOWS {weight: 0.5}]->() DELETE k") == []
    assert run("MATCH (p {`~id`: 'grace'}) DETACH DELETE p RETURN count(*) AS n") == [{"n": 1}]
    assert run("MATCH (p:Person) RETURN count(p) AS n") == [{"n": 2}]


def errors():
    print(refused("MalformedQueryException", "MATCH (n RETURN n"))
    print(refused("MalformedQueryException", "MATCH (n) RETURN m"))
    print(refused("MissingParameterException", "MATCH (n) WHERE n.name = $missing RETURN n"))
    print(refused("DuplicateDataException", "CREATE (:Person {`~id`: 'ada'})"))
    print(refused("BadRequestException", "MATCH (p {`~id`: 'ada'}) DELETE p"))
    print(refused("UnsupportedOperationException", "MATCH p = shortestPath((a)-[*]->(b)) RETURN p"))
    # A query that fails changes nothing.
    print(refused("DuplicateDataException", "CREATE (:Lost) WITH 1 AS one CREATE (:Lost {`~id`: 'ada'})"))
    assert run("MATCH (n:Lost) RETURN count(n) AS n") == [{"n": 0}]
    print(fails("InvalidParameterException", client.execute_open_cypher_query, openCypherQuery="RETURN 1", parameters="x"))


def explains():
    for mode in "static", "dynamic", "details":
        plan = client.execute_open_cypher_explain_query(openCypherQuery="MATCH (n) RETURN n", explainMode=mode)
        assert b"Operator" in plan["results"].read() or mode


def running():
    found = []
    slow = threading.Thread(target=lambda: found.append(refused("CancelledByUserException", "MATCH (slow) RETURN slow")))
    slow.start()
    time.sleep(1)
    listed = client.list_open_cypher_queries()
    assert listed["runningQueryCount"] == 1
    id = listed["queries"][0]["queryId"]
    assert client.get_open_cypher_query_status(queryId=id)["queryString"] == "MATCH (slow) RETURN slow"
    assert client.cancel_open_cypher_query(queryId=id)["status"] == "200 OK"
    slow.join()
    assert client.list_open_cypher_queries(includeWaiting=True)["acceptedQueryCount"] >= 0
    unknown = {"queryId": "00000000-0000-0000-0000-000000000000"}
    print(fails("InvalidParameterException", client.get_open_cypher_query_status, **unknown))
    print(fails("InvalidParameterException", client.cancel_open_cypher_query, **unknown))
    assert client.execute_gremlin_query(gremlinQuery="g.V().count()", serializer="application/vnd.gremlin-v3.0+json;types=false")


def contents():
    assert client.get_propertygraph_statistics()["payload"]["active"]
    assert client.manage_propertygraph_statistics(mode="disableAutoCompute")["status"] == "200 OK"
    assert client.manage_propertygraph_statistics(mode="enableAutoCompute")["status"] == "200 OK"
    summary = client.get_propertygraph_summary()["payload"]["graphSummary"]
    assert (summary["numNodes"], summary["numEdges"]) == (3, 2), summary
    assert summary["edgeLabels"] == ["KNOWS", "MADE"], summary
    assert client.get_propertygraph_summary(mode="detailed")["payload"]["graphSummary"]["nodeStructures"]
    assert client.get_rdf_graph_summary()["payload"]["graphSummary"]["numQuads"] == 0


def streams():
    first = client.get_propertygraph_stream(iteratorType="TRIM_HORIZON", limit=5)
    assert first["format"] == "PG_JSON" and first["totalRecords"] == 5
    record = first["records"][0]
    assert record["op"] == "ADD" and record["data"]["id"] == "ada", record
    last = first["lastEventId"]
    place = {"commitNum": int(last["commitNum"]), "opNum": int(last["opNum"])}
    after = client.get_propertygraph_stream(iteratorType="AFTER_SEQUENCE_NUMBER", limit=100, **place)
    assert {record["op"] for record in after["records"]} == {"ADD", "REMOVE"}
    client.get_propertygraph_stream(iteratorType="AT_SEQUENCE_NUMBER", limit=1, **place)
    client.get_propertygraph_stream(iteratorType="LATEST")
    place = {"commitNum": 1000, "opNum": 1}
    print(fails("StreamRecordsNotFoundException", client.get_propertygraph_stream, iteratorType="AT_SEQUENCE_NUMBER", **place))
    print(fails("StreamRecordsNotFoundException", client.get_sparql_stream, iteratorType="TRIM_HORIZON"))


def loads():
    given = {"s3BucketRegion": "us-east-1", "iamRoleArn": "arn:aws:iam::123456789012:role/Loader"}

    def load(source, format="csv", **more):
        return client.start_loader_job(source=source, format=format, **given, **more)["payload"]["loadId"]

    def status(id, **more):
        return client.get_loader_job_status(loadId=id, **more)["payload"]

    def wait(id):
        while status(id)["overallStatus"]["status"] in ("LOAD_IN_QUEUE", "LOAD_IN_PROGRESS"):
            time.sleep(1)
        return status(id, details=True, errors=True)

    tour = load("s3://tour/", updateSingleCardinalityProperties=True, queueRequest=True)
    songs = load("s3://data/opencypher/", "opencypher", queueRequest=True, dependencies=[tour])
    assert status(songs)["overallStatus"]["status"] == "LOAD_IN_QUEUE"
    assert wait(songs)["overallStatus"]["status"] == "LOAD_COMPLETED"
    assert status(tour)["overallStatus"]["status"] == "LOAD_COMPLETED"
    born = "MATCH (p:Person) WHERE p.born IS NOT NULL RETURN p.name AS name, p.born AS born ORDER BY name"
    assert run(born)[0] == {"name": "Ada", "born": 1815}, run(born)
    assert run("MATCH (a)-[b:BEFORE]->(c) RETURN a.title, c.title") == [{"a.title": "Help!", "c.title": "Yesterday"}]
    failed = wait(load("s3://data/broken/"))
    assert failed["overallStatus"]["status"] == "LOAD_FAILED", failed
    [entry] = failed["errors"]["errorLogs"]
    assert (entry["errorCode"], entry["recordNum"]) == ("PARSING_ERROR", 2), entry
    rest = wait(load("s3://data/broken/", failOnError=False))["overallStatus"]
    assert (rest["status"], rest["datatypeMismatchErrors"]) == ("LOAD_FAILED", 1), rest
    assert wait(load("s3://data/rdf/people.ttl", "turtle"))["overallStatus"]["totalRecords"] == 2
    nothing = wait(load("s3://data/none/"))
    assert nothing["overallStatus"]["status"].startswith("LOAD_"), nothing
    cancelled = load("s3://tour/")
    client.cancel_loader_job(loadId=cancelled)
    assert status(cancelled)["overallStatus"]["status"] == "LOAD_CANCELLED_BY_USER"
    assert client.list_loader_jobs()["payload"]["loadIds"][0] == cancelled
    print(fails("BulkLoadIdNotFoundException", client.cancel_loader_job, loadId="00000000-0000-0000-0000-000000000000"))


def reset():
    token = client.execute_fast_reset(action="initiateDatabaseReset")["payload"]["token"]
    assert client.execute_fast_reset(action="performDatabaseReset", token=token)["status"] == "200 OK"
    print(fails("ServerShutdownException", client.get_engine_status))
    time.sleep(5.5)
    assert run("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


for step in writes, reads, updates, errors, explains, running, contents, streams, loads, reset:
    step()
