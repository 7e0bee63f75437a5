"""Calls the emulator with langchain's NeptuneGraph, whose schema comes from the summary and from queries."""

import os

import boto3
from langchain_aws.graphs import NeptuneGraph

client = boto3.client("neptunedata", endpoint_url=os.environ["NEPTUNE_ENDPOINT"])
empty = NeptuneGraph("localhost", client=client)
assert "[]" in empty.get_schema
empty.query("""
    CREATE (ada:Person {`~id`: 'ada', name: 'Ada', born: 1815})
    CREATE (alan:Person {`~id`: 'alan', name: 'Alan', born: 1912, tags: 'logic'})
    CREATE (paper:Paper {`~id`: 'paper', title: 'Notes', rate: 4.5, open: true})
    CREATE (ada)-[:WROTE {year: 1843}]->(paper)
    CREATE (alan)-[:READ]->(paper)""")
graph = NeptuneGraph("localhost", client=client, property_descriptions={("Person", "born"): "the year"})
schema = graph.get_schema
for expected in (
    "{'property': 'name', 'type': 'STRING'}",
    "{'property': 'born', 'type': 'INTEGER', 'description': 'the year'}",
    "{'property': 'rate', 'type': 'DOUBLE'}",
    "{'property': 'open', 'type': 'BOOLEAN'}",
    "{'property': 'year', 'type': 'INTEGER'}",
    "(:`Person`)-[:`WROTE`]->(:`Paper`)",
    "(:`Person`)-[:`READ`]->(:`Paper`)",
):
    assert expected in schema, schema
# What a language model asks, and how its mistakes come back.
names = "MATCH (p:Person)-[:WROTE]->(:Paper {title: $title}) RETURN p.name"
assert graph.query(names, {"title": "Notes"}) == [{"p.name": "Ada"}]
born = "MATCH (p:Person) WHERE p.born > 1900 RETURN p.name AS name, p.born AS born ORDER BY born LIMIT 10"
assert graph.query(born) == [{"name": "Alan", "born": 1912}]
assert graph.query("MATCH (p:Person) WHERE toLower(p.name) CONTAINS 'al' RETURN count(DISTINCT p) AS n") == [{"n": 1}]
common = "MATCH (a:Person)-->(p)<--(b:Person) WHERE a.name < b.name RETURN a.name, b.name, p.title"
assert graph.query(common) == [{"a.name": "Ada", "b.name": "Alan", "p.title": "Notes"}]
try:
    graph.query("MATCH (p:Person RETURN p")
    raise AssertionError("an error was expected")
except Exception as error:
    assert "MalformedQueryException" in str(error.get_details()), error
