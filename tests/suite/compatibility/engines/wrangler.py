"""Calls the emulator with awswrangler, which always uses TLS."""

import os
import time
import urllib.parse

import certifi

# It has no setting for root certificates, so this comes before it is imported.
certifi.where = lambda: os.environ["SSL_CERT_FILE"]

import awswrangler
import pandas

neptune = awswrangler.neptune
endpoint = urllib.parse.urlsplit(os.environ["NEPTUNE_ENDPOINT"])
client = neptune.connect(endpoint.hostname, endpoint.port, iam_enabled=True)


def cypher(text):
    return neptune.execute_opencypher(client, text).to_dict("records")


def fails(code, call, text):
    try:
        call(client, text)
    except awswrangler.exceptions.QueryFailed as error:
        assert code in str(error), error
        return print(error)
    raise AssertionError(f"{code} was expected")


assert client.status()["status"] == "healthy"
create = "UNWIND range(1, 5) AS n CREATE (i:Item {`~id`: 'i' + toString(n), price: n * 1.5}) RETURN count(i) AS n"
assert cypher(create) == [{"n": 5}]
cypher("MATCH (a:Item), (b:Item) WHERE b.price = a.price + 1.5 MERGE (a)-[:NEXT]->(b)")
frame = neptune.execute_opencypher(client, "MATCH (i:Item) RETURN id(i) AS id, i.price AS price ORDER BY price")
assert list(frame["price"]) == [1.5, 3.0, 4.5, 6.0, 7.5]
assert cypher("MATCH (:Item {`~id`: 'i1'})-[:NEXT*3]->(b) RETURN id(b) AS id") == [{"id": "i4"}]
nodes = neptune.execute_opencypher(client, "MATCH (i:Item) RETURN i ORDER BY i.price LIMIT 2")
flat = neptune.flatten_nested_df(nodes)
assert list(flat["i_~id"]) == ["i1", "i2"], flat
assert cypher("MATCH (i:Item) WHERE i.price > 5 SET i.dear = true RETURN count(i) AS n") == [{"n": 2}]
assert cypher("MATCH (i:Item {dear: true}) DETACH DELETE i") == []
assert cypher("MATCH (i:Item)-[n:NEXT]->() RETURN count(n) AS n") == [{"n": 2}]
fails("MalformedQueryException", neptune.execute_opencypher, "MATCH (i RETURN i")
fails("UnsupportedOperationException", neptune.execute_opencypher, "MATCH (i) WHERE i.name =~ '[xy]+' RETURN i")

triples = pandas.DataFrame([{"s": "http://example.org/ada", "p": "http://example.org/name", "o": "http://example.org/Ada"}])
assert neptune.to_rdf_graph(client, triples)
quads = triples.assign(g="http://example.org/graph", o="http://example.org/Other")
assert neptune.to_rdf_graph(client, quads, graph_column="g")
frame = neptune.execute_sparql(client, "SELECT ?s ?o WHERE { ?s <http://example.org/name> ?o } ORDER BY ?o")
assert list(frame["o"]) == ["http://example.org/Ada", "http://example.org/Other"]
frame = neptune.execute_sparql(client, "SELECT (COUNT(*) AS ?n) FROM <http://example.org/graph> WHERE { ?s ?p ?o }")
assert list(frame["n"]) == ["1"]
fails("MalformedQueryException", neptune.execute_sparql, "SELECT ?s WHERE { ?s")

role = "arn:aws:iam::123456789012:role/Loader"
for source, format in ("s3://tour/", "csv"), ("s3://data/rdf/", "turtle"):
    load = client.load(source, role, format=format)
    while (status := client.load_status(load)["payload"]["overallStatus"]["status"]) == "LOAD_IN_PROGRESS":
        time.sleep(1)
    assert status == "LOAD_COMPLETED", status
assert cypher("MATCH (p:Person) RETURN count(p) AS n") == [{"n": 3}]
assert list(neptune.execute_sparql(client, "SELECT ?n { ?p <http://example.org/born> 1930 ; ?name ?n } ORDER BY ?n")["n"])
