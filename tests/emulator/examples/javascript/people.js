// The application: who knows whom, in Amazon Neptune.

import { ExecuteOpenCypherQueryCommand } from "@aws-sdk/client-neptunedata";

/** Runs an openCypher query, and returns its rows. */
export async function query(client, text, parameters) {
  const command = new ExecuteOpenCypherQueryCommand({
    openCypherQuery: text,
    parameters: JSON.stringify(parameters),
  });
  return (await client.send(command)).results;
}

/** Makes two people know each other, and creates them if they do not exist. */
export async function befriend(client, one, other) {
  await query(
    client,
    `MERGE (a:Person {name: $one})
     MERGE (b:Person {name: $other})
     MERGE (a)-[:KNOWS]->(b)
     MERGE (b)-[:KNOWS]->(a)`,
    { one, other },
  );
}

/** The names of the people whom the friends of this person know, in alphabetical order. */
export async function friendsOfFriends(client, person) {
  const rows = await query(
    client,
    `MATCH (p:Person {name: $person})-[:KNOWS]->(:Person)-[:KNOWS]->(other:Person)
     WHERE other.name <> $person
     RETURN DISTINCT other.name AS name ORDER BY name`,
    { person },
  );
  return rows.map((row) => row.name);
}
