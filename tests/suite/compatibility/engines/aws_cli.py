"""Calls the emulator with the AWS CLI."""

import json
import os
import subprocess
import tempfile
import time

BASE = ["aws", "neptunedata", "--endpoint-url", os.environ["NEPTUNE_ENDPOINT"], "--output", "json"]
os.environ["AWS_MAX_ATTEMPTS"] = "1"


def call(*words):
    done = subprocess.run([*BASE, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")


def run(text, **parameters):
    given = ["--parameters", json.dumps(parameters)] if parameters else []
    return call("execute-open-cypher-query", "--open-cypher-query", text, *given)["results"]


def fails(code, *words):
    done = subprocess.run([*BASE, *words], capture_output=True, text=True)
    assert done.returncode > 0 and f"({code})" in done.stderr, done.stderr
    print(done.stderr.strip().splitlines()[-1])


assert call("get-engine-status")["status"] == "healthy"
books = [{"id": "b1", "title": "Emma"}, {"id": "b2", "title": "Ulysses"}]
merge = "UNWIND $books AS book MERGE (b:Book {`~id`: book.id}) SET b.title = book.title RETURN count(b) AS n"
assert run(merge, books=books) == [{"n": 2}]
assert run("MATCH (a:Book {`~id`: 'b1'}), (b:Book {`~id`: 'b2'}) CREATE (a)-[i:INSPIRED]->(b) RETURN type(i) AS t") == [{"t": "INSPIRED"}]
[row] = run("MATCH p = (a)-[:INSPIRED]->(b) RETURN p, b")
assert row["b"]["~properties"] == {"title": "Ulysses"} and len(row["p"]) == 3
assert run("MATCH (b:Book) WHERE b.title = $title RETURN id(b) AS id", title="Emma") == [{"id": "b1"}]
assert run("MATCH (b:Book {`~id`: 'b1'}) SET b.year = 1815 RETURN b.year AS year") == [{"year": 1815}]
assert run("MATCH (b:Book {`~id`: 'b2'}) DETACH DELETE b") == []
fails("MalformedQueryException", "execute-open-cypher-query", "--open-cypher-query", "MATCH (b RETURN b")
fails("DuplicateDataException", "execute-open-cypher-query", "--open-cypher-query", "CREATE (:Book {`~id`: 'b1'})")

with tempfile.NamedTemporaryFile() as plan:
    explain = ["--open-cypher-query", "MATCH (n) RETURN n", "--explain-mode", "static"]
    call("execute-open-cypher-explain-query", *explain, plan.name)
    assert plan.read()

slow = subprocess.Popen(
    [*BASE, "execute-open-cypher-query", "--open-cypher-query", "MATCH (slow) RETURN slow"],
    stderr=subprocess.PIPE, text=True,
)
while not (queries := call("list-open-cypher-queries")["queries"]):
    time.sleep(1)
call("get-open-cypher-query-status", "--query-id", queries[0]["queryId"])
call("cancel-open-cypher-query", "--query-id", queries[0]["queryId"])
assert "(CancelledByUserException)" in slow.communicate()[1]

assert call("get-propertygraph-statistics")["payload"]["active"]
summary = call("get-propertygraph-summary", "--mode", "detailed")["payload"]["graphSummary"]
assert summary["nodeLabels"] == ["Book"] and summary["numEdges"] == 0, summary
stream = call("get-propertygraph-stream", "--iterator-type", "TRIM_HORIZON", "--limit", "20")
assert {"vl", "vp", "e"} == {record["data"]["type"] for record in stream["records"]}

source = ["--source", "s3://tour/", "--format", "csv", "--s3-bucket-region", "us-east-1"]
load = call("start-loader-job", *source, "--iam-role-arn", "arn:aws:iam::123456789012:role/Loader")["payload"]["loadId"]
while (status := call("get-loader-job-status", "--load-id", load)["payload"]["overallStatus"]["status"]) == "LOAD_IN_PROGRESS":
    time.sleep(1)
assert status == "LOAD_COMPLETED", status
assert call("list-loader-jobs")["payload"]["loadIds"] == [load]
assert run("MATCH (p:Person)-[:KNOWS]->(q) RETURN p.name, q.name ORDER BY p.name")[0] == {"p.name": "Ada", "q.name": "Alan"}
