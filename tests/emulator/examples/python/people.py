"""The application: who knows whom, in Amazon Neptune."""

import json


def befriend(client, one, other):
    """Makes two people know each other, and creates them if they do not exist."""
    client.execute_open_cypher_query(
        openCypherQuery="""
            MERGE (a:Person {name: $one})
            MERGE (b:Person {name: $other})
            MERGE (a)-[:KNOWS]->(b)
            MERGE (b)-[:KNOWS]->(a)""",
        parameters=json.dumps({"one": one, "other": other}),
    )


def friends_of_friends(client, person):
    """The names of the people whom the friends of this person know, in alphabetical order."""
    response = client.execute_open_cypher_query(
        openCypherQuery="""
            MATCH (p:Person {name: $person})-[:KNOWS]->(:Person)-[:KNOWS]->(other:Person)
            WHERE other.name <> $person
            RETURN DISTINCT other.name AS name ORDER BY name""",
        parameters=json.dumps({"person": person}),
    )
    return [row["name"] for row in response["results"]]
