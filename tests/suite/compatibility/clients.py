"""Calls the emulator with the Python clients of docs/compatibility.md, curl and the AWS CLI; README.md says how."""

import argparse
import contextlib
import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
REGION = "us-east-1"
ROOT = pathlib.Path(tempfile.mkdtemp()) / "root.pem"
MODES = ["http", "https", "http+iam", "https+iam"]
warnings.simplefilter("ignore")
os.environ.update(AWS_ACCESS_KEY_ID=KEYS[0], AWS_SECRET_ACCESS_KEY=KEYS[1], AWS_DEFAULT_REGION=REGION)
os.environ.update(AWS_EC2_METADATA_DISABLED="true")

CYPHER = "MATCH (n) RETURN n.name AS name"
INSERT = "INSERT DATA { <urn:s> <urn:p> 1 }"
SELECT = "SELECT ?s ?o WHERE { ?s <urn:p> ?o }"
ROLE = "arn:aws:iam::123456789012:role/Loader"
LOAD = {"source": "s3://bucket/data", "format": "csv", "s3BucketRegion": REGION, "iamRoleArn": ROLE}


class Emulator:
    def __init__(self, binary, mode):
        self.mode, self.tls, self.signed = mode, "https" in mode, "iam" in mode
        options = ["--port", "0", "--rdf-engine", "--statistics", "--scripts", HERE / "clients-scripts.jsonl"]
        options += ["--iam", ":".join(KEYS)] if self.signed else []
        options += ["--ca-out", ROOT] if self.tls else []
        self.process = subprocess.Popen([binary, *options], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.port = int(self.url.rsplit(":", 1)[1])

    def say(self, client, call, result):
        text = re.sub(r"\s+", " ", result).replace(f":{self.port}", ":PORT").replace(f", {self.port}", ", PORT")[:200]
        print(f"{client} | {self.mode} | {call} | {text}", flush=True)

    @contextlib.contextmanager
    def call(self, client, call):
        result = []
        try:
            yield result.append
            self.say(client, call, "works: " + str(result[0]))
        except Exception as error:
            self.say(client, call, f"fails: {type(error).__name__}: {error}")

    def command(self, client, call, command):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60)
        good = done.returncode == 0
        self.say(client, call, ("works: " + done.stdout) if good else f"fails: {done.stderr or done.stdout}")


def boto3(emulator):
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    config = None if emulator.signed else Config(signature_version=UNSIGNED)
    given = {"endpoint_url": emulator.url, "config": config, "verify": str(ROOT) if emulator.tls else None}
    client = boto3.client("neptunedata", **given)
    calls = {
        "get_engine_status": ({}, "status"),
        "execute_open_cypher_query": ({"openCypherQuery": CYPHER}, "results"),
        "execute_gremlin_query": ({"gremlinQuery": "g.V().valueMap()"}, "result"),
        "execute_open_cypher_explain_query": ({"openCypherQuery": CYPHER, "explainMode": "static"}, "results"),
        "manage_propertygraph_statistics": ({"mode": "refresh"}, "status"),
        "get_sparql_statistics": ({}, "status"),
        "start_loader_job": (LOAD, "status"),
        "list_ml_model_training_jobs": ({}, "ids"),
        "execute_fast_reset": ({"action": "initiateDatabaseReset"}, "status"),
    }
    for name, (members, shown) in calls.items():
        with emulator.call("boto3", name) as done:
            answer = getattr(client, name)(**members)[shown]
            done(answer.read() if hasattr(answer, "read") else answer)
    return client


def aws_cli(emulator):
    base = [pathlib.Path(sys.executable).parent / "aws", "neptunedata", "--endpoint-url", emulator.url]
    base += [] if emulator.signed else ["--no-sign-request"]
    base += ["--ca-bundle", ROOT] if emulator.tls else []
    for call in (
        ["get-engine-status", "--query", "status"],
        ["execute-open-cypher-query", "--open-cypher-query", CYPHER],
        ["manage-propertygraph-statistics", "--mode", "refresh", "--query", "status"],
        ["list-loader-jobs", "--query", "status"],
        ["list-ml-endpoints", "--max-items", "5"],
    ):
        emulator.command("AWS CLI", call[0], base + call)


def curl(emulator):
    base = ["curl", "-sS", "--fail-with-body"]
    base += ["--cacert", ROOT] if emulator.tls else []
    base += ["--aws-sigv4", f"aws:amz:{REGION}:neptune-db", "--user", ":".join(KEYS)] if emulator.signed else []
    json = ["-H", "content-type: application/json"]
    for name, rest in {
        "GET /status": ["/status", "-o", "/dev/null", "-w", "%{http_code}"],
        "POST /openCypher": ["/openCypher", "--data-urlencode", f"query={CYPHER}"],
        "POST /gremlin": ["/gremlin", "-d", '{"gremlin": "g.V().valueMap()"}'],
        "POST /sparql": ["/sparql", "--data-urlencode", f"query={SELECT}"],
        "POST /pg/statistics, no content type": ["/pg/statistics", "-d", '{"mode": "refresh"}', "-H", "content-type:"],
        "POST /pg/statistics, JSON": ["/pg/statistics", "-d", '{"mode": "refresh"}', *json],
        "WebSocket handshake": ["/gremlin", "-H", "connection: Upgrade", "-H", "upgrade: websocket"],
    }.items():
        emulator.command("curl", name, [*base, emulator.url + rest[0], *rest[1:]])


def awswrangler(emulator):
    import awswrangler
    import pandas

    neptune = awswrangler.neptune
    client = neptune.connect("localhost", emulator.port, iam_enabled=emulator.signed)
    with emulator.call("awswrangler", "status") as done:
        done(client.status()["status"])
    with emulator.call("awswrangler", "execute_opencypher") as done:
        done(neptune.execute_opencypher(client, CYPHER).to_dict("list"))
    with emulator.call("awswrangler", "to_rdf_graph") as done:
        done(neptune.to_rdf_graph(client, pandas.DataFrame([{"s": "urn:s", "p": "urn:p", "o": "urn:o"}])))
    with emulator.call("awswrangler", "execute_sparql") as done:
        done(neptune.execute_sparql(client, SELECT).to_dict("list"))
    with emulator.call("awswrangler", "bulk load (client.load)") as done:
        done(client.load("s3://bucket/data", ROLE))
    with emulator.call("awswrangler", "execute_gremlin") as done:
        done(neptune.execute_gremlin(client, "g.V().valueMap()").to_dict("list"))
    with emulator.call("awswrangler", "to_property_graph") as done:
        done(neptune.to_property_graph(client, pandas.DataFrame([{"~id": "1", "~label": "person", "name": "Ada"}])))


def gremlinpython(emulator):
    import ssl

    from gremlin_python.driver.driver_remote_connection import DriverRemoteConnection
    from gremlin_python.process.anonymous_traversal import traversal

    more = {"ssl_options": ssl.create_default_context(cafile=ROOT)} if emulator.tls else {}
    url = emulator.url.replace("http", "ws").replace("127.0.0.1", "localhost") + "/gremlin"
    with emulator.call("gremlinpython", "g.V().limit(1)") as done:
        connection = DriverRemoteConnection(url, "g", **more)
        done(traversal().with_remote(connection).V().limit(1).to_list())


def neo4j(emulator):
    import neo4j

    scheme = "bolt+ssc" if emulator.tls else "bolt"
    with emulator.call("neo4j", "verify_connectivity") as done:
        with neo4j.GraphDatabase.driver(f"{scheme}://localhost:{emulator.port}", auth=("x", "x")) as driver:
            done(driver.verify_connectivity())


def sparqlwrapper(emulator):
    import SPARQLWrapper

    def asked(text, format=SPARQLWrapper.JSON, method=SPARQLWrapper.GET):
        wrapper = SPARQLWrapper.SPARQLWrapper(url)
        wrapper.setQuery(text)
        wrapper.setReturnFormat(format)
        wrapper.setMethod(method)
        return wrapper.query() if text == INSERT else wrapper.queryAndConvert()

    url = emulator.url.replace("127.0.0.1", "localhost") + "/sparql"
    with emulator.call("SPARQLWrapper", "INSERT DATA, POST") as done:
        done(asked(INSERT, method=SPARQLWrapper.POST).response.status)
    for format in SPARQLWrapper.JSON, SPARQLWrapper.XML, SPARQLWrapper.CSV, SPARQLWrapper.TSV:
        for method in SPARQLWrapper.GET, SPARQLWrapper.POST:
            with emulator.call("SPARQLWrapper", f"SELECT, {format}, {method}") as done:
                answer = asked(SELECT, format, method)
                done(answer if isinstance(answer, (dict, bytes)) else answer.toxml())
    with emulator.call("SPARQLWrapper", "ASK") as done:
        done(asked("ASK { ?s ?p ?o }"))
    for format in SPARQLWrapper.TURTLE, SPARQLWrapper.N3, SPARQLWrapper.RDFXML, SPARQLWrapper.JSONLD:
        with emulator.call("SPARQLWrapper", f"CONSTRUCT, {format}") as done:
            answer = asked("CONSTRUCT WHERE { ?s ?p ?o }", format)
            done(f"{len(answer)} triples" if hasattr(answer, "triples") else answer)


def rdflib(emulator):
    import rdflib
    from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

    url = emulator.url + "/sparql"
    triple = tuple(rdflib.URIRef(name) for name in ("urn:s", "urn:p", "urn:o"))
    with emulator.call("rdflib SPARQLUpdateStore", "add, commit") as done:
        graph = rdflib.Graph(SPARQLUpdateStore(url, url, autocommit=False), identifier=rdflib.URIRef("urn:g"))
        graph.add(triple)
        graph.commit()
        done(triple in graph)
    for format in "xml", "json":
        for method in "GET", "POST", "POST_FORM":
            with emulator.call("rdflib SPARQLStore", f"query, {format}, {method}") as done:
                graph = rdflib.Graph(SPARQLStore(url, returnFormat=format, method=method))
                done([str(row.o) for row in graph.query(SELECT)])
    with emulator.call("rdflib SPARQLStore", "triples, len") as done:
        graph = rdflib.Graph(SPARQLStore(url))
        done(len(graph))
    with emulator.call("rdflib SPARQLStore", "CONSTRUCT") as done:
        done(len(rdflib.Graph(SPARQLStore(url)).query("CONSTRUCT WHERE { ?s ?p ?o }").graph))


def langchain(emulator, client):
    from langchain_aws.graphs import NeptuneGraph, NeptuneRdfGraph

    with emulator.call("langchain-aws NeptuneGraph", "NeptuneGraph(...), get_schema") as done:
        graph = NeptuneGraph("localhost", emulator.port, client=client)
        done(graph.get_schema)
    with emulator.call("langchain-aws NeptuneGraph", "query") as done:
        done(graph.query(CYPHER))
    if emulator.tls:
        with emulator.call("langchain-aws NeptuneRdfGraph", "NeptuneRdfGraph(...), query") as done:
            graph = NeptuneRdfGraph("localhost", emulator.port, use_iam_auth=emulator.signed, region_name=REGION)
            done(graph.query(SELECT))


def run(binary, mode):
    emulator = Emulator(binary, mode)
    if emulator.tls:
        # awswrangler knows none of these settings: it uses certifi's file.
        os.environ.update(SSL_CERT_FILE=str(ROOT), REQUESTS_CA_BUNDLE=str(ROOT), AWS_CA_BUNDLE=str(ROOT))
        import certifi

        certifi.where = lambda: str(ROOT)
    try:
        client = boto3(emulator)
        aws_cli(emulator)
        curl(emulator)
        langchain(emulator, client)
        gremlinpython(emulator)
        neo4j(emulator)
        if emulator.tls:
            awswrangler(emulator)
        # They have no signature version 4.
        if not emulator.signed:
            sparqlwrapper(emulator)
            rdflib(emulator)
    finally:
        emulator.process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("emulator", help="the binary, with the features oxigraph and tls")
    parser.add_argument("--mode", choices=MODES, help="by default, each mode runs in a process of its own")
    args = parser.parse_args()
    if args.mode:
        return run(args.emulator, args.mode)
    for name in (line.split("==")[0].split("[")[0] for line in open(HERE / "clients-requirements.txt")):
        print(name, importlib.metadata.version(name))
    print(subprocess.run(["curl", "--version"], capture_output=True, text=True).stdout.split(" (")[0], flush=True)
    for mode in MODES:
        subprocess.run([sys.executable, __file__, args.emulator, "--mode", mode], check=True)


main()
