"""Calls the emulator with graph-notebook's client: openCypher, SPARQL, their status operations, streams and loads."""

import os
import threading
import time
import urllib.parse

import boto3
from graph_notebook.neptune.client import Client

endpoint = urllib.parse.urlsplit(os.environ["NEPTUNE_ENDPOINT"])
# It sends openCypher to Neptune's path only if the host is in this list.
client = Client(endpoint.hostname, endpoint.port, ssl=False, region="us-east-1", session=boto3.Session(),
                sparql_path="sparql", neptune_hosts=["localhost"])  # fmt: skip
TURTLE = {"Accept": "text/turtle"}
NONE = "00000000-0000-0000-0000-000000000000"


def good(response):
    assert response.status_code == 200, response.text
    return response.json()


def fails(code, response):
    assert response.json()["code"] == code, response.text
    print(response.json()["detailedMessage"])


def cypher(text, **parameters):
    return good(client.opencypher_http(text, query_params=parameters or None))["results"]


def select(text):
    bindings = good(client.sparql(text))["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in bindings]


def property_graph():
    assert good(client.status())["status"] == "healthy"
    assert cypher("CREATE (a:Airport {`~id`: 'osl', code: 'OSL'}) RETURN a.code AS code") == [{"code": "OSL"}]
    airports = [{"id": "fco", "code": "FCO"}, {"id": "cgn", "code": "CGN"}]
    assert cypher("UNWIND $airports AS a MERGE (n:Airport {`~id`: a.id}) SET n += a RETURN count(n) AS n", airports=airports) == [{"n": 2}]
    routes = "MATCH (a {`~id`: 'osl'}), (b:Airport) WHERE id(b) <> 'osl' CREATE (a)-[r:ROUTE {km: 1000}]->(b) RETURN count(r) AS n"
    assert cypher(routes) == [{"n": 2}]
    paths = cypher("MATCH p = (:Airport {code: $code})-[:ROUTE]->(b) RETURN p ORDER BY b.code", code="OSL")
    assert [row["p"][2]["~id"] for row in paths] == ["cgn", "fco"]
    fails("MalformedQueryException", client.opencypher_http("MATCH (a"))
    explained = client.opencypher_http("MATCH (a) RETURN a", explain="static")
    assert explained.status_code == 200 and "<" in explained.text
    cached = client.opencypher_http("MATCH (a) RETURN count(a) AS n", plan_cache="enabled")
    assert good(cached)["results"] == [{"n": 3}]


def running():
    results = []
    slow = threading.Thread(target=lambda: results.append(client.opencypher_http("MATCH (slow) RETURN slow")))
    slow.start()
    time.sleep(1)
    [query] = good(client.opencypher_status())["queries"]
    good(client.opencypher_status(query["queryId"]))
    good(client.opencypher_status(include_waiting=True))
    good(client.opencypher_cancel(query["queryId"]))
    slow.join()
    fails("CancelledByUserException", results[0])
    fails("InvalidParameterException", client.opencypher_status(NONE))
    slow = threading.Thread(target=lambda: results.append(client.sparql("SELECT ?s WHERE { ?s <urn:slow> ?o }")))
    slow.start()
    time.sleep(1)
    [query] = good(client.sparql_status())["queries"]
    good(client.sparql_cancel(query["queryId"], silent=True))
    slow.join()
    assert good(results[1])["results"]["bindings"] == []


def rdf():
    insert = """PREFIX : <http://example.org/> INSERT DATA {
        :ada :name "Ada" ; :knows :alan . :alan :name "Alan"@en ; :born 1912 . GRAPH :more { :grace :name "Grace" } }"""
    good(client.sparql(insert))
    names = "PREFIX : <http://example.org/> SELECT ?name WHERE { ?p :name ?name } ORDER BY ?name"
    assert select(names) == [{"name": "Ada"}, {"name": "Alan"}, {"name": "Grace"}]
    assert select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?n")[0]["n"] == "1"
    assert good(client.sparql("ASK { ?s <http://example.org/born> 1912 }"))["boolean"]
    construct = "CONSTRUCT { ?a <urn:met> ?b } WHERE { ?a <http://example.org/knows> ?b }"
    assert "urn:met" in client.sparql(construct, headers=dict(TURTLE)).text
    assert "Alan" in client.sparql("DESCRIBE <http://example.org/alan>", headers=dict(TURTLE)).text
    delete = "PREFIX : <http://example.org/> DELETE { ?p :born ?b } INSERT { ?p :died 1954 } WHERE { ?p :born ?b }"
    good(client.sparql(delete))
    assert select("SELECT ?o WHERE { ?s <http://example.org/died> ?o }") == [{"o": "1954"}]
    fails("MalformedQueryException", client.sparql_query("SELECT ?s WHERE {"))
    assert client.sparql_explain("SELECT * { ?s ?p ?o }").status_code == 200
    good(client.sparql("CLEAR GRAPH <http://example.org/more>"))


def contents():
    assert good(client.statistics("propertygraph"))["payload"]["active"]
    good(client.statistics("sparql", mode="refresh"))
    summary = good(client.statistics("opencypher", summary=True))["payload"]["graphSummary"]
    assert (summary["numNodes"], summary["numEdges"]) == (3, 2), summary
    summary = good(client.statistics("rdf", summary=True, mode="detailed"))["payload"]["graphSummary"]
    assert summary["numQuads"] == 4, summary
    uri = client.get_uri()
    records = client.stream(f"{uri}/propertygraph/stream", iteratorType="TRIM_HORIZON", limit=10)
    assert records["records"][0]["data"]["id"] == "osl", records
    records = client.stream(f"{uri}/sparql/stream", iteratorType="TRIM_HORIZON", limit=50)
    assert {record["op"] for record in records["records"]} == {"ADD", "REMOVE"}
    counted = client.gremlin_http_query("g.V().count()")
    assert counted.status_code == 200


def loads():
    role = "arn:aws:iam::123456789012:role/Loader"
    load = good(client.load("s3://data/rdf/", "turtle", role, failOnError="TRUE", parallelism="HIGH"))["payload"]["loadId"]
    while (status := good(client.load_status(load, details="true"))["payload"]["overallStatus"])["status"] == "LOAD_IN_PROGRESS":
        time.sleep(1)
    assert status["status"] == "LOAD_COMPLETED", status
    assert select("SELECT ?born WHERE { ?p <http://example.org/name> 'Edsger' ; <http://example.org/born> ?born }") == [{"born": "1930"}]
    assert good(client.load_status())["payload"]["loadIds"] == [load]
    fails("BulkLoadIdNotFoundException", client.load_status(NONE))


for step in property_graph, rdf, running, contents, loads:
    step()
