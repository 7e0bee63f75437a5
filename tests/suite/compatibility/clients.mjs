// Calls the emulator with the Node clients of docs/compatibility.md; README.md says how.

import { ExecuteGremlinQueryCommand, ExecuteOpenCypherQueryCommand, GetEngineStatusCommand, ListMLEndpointsCommand,
  ManagePropertygraphStatisticsCommand, NeptunedataClient } from "@aws-sdk/client-neptunedata";
import gremlin from "gremlin";
import neo4j from "neo4j-driver";

const url = process.argv[2];
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const client = new NeptunedataClient({ endpoint: url, region: "us-east-1", credentials });

async function call(name, work) {
  const result = await work().then((it) => `works: ${JSON.stringify(it)}`, (it) => `fails: ${it.name}: ${it.message}`);
  console.log(`${name} | ${result}`.replace(/\s+/g, " ").slice(0, 300));
}

await call("client-neptunedata GetEngineStatus", async () =>
  (await client.send(new GetEngineStatusCommand({}))).status);
await call("client-neptunedata ExecuteOpenCypherQuery", async () =>
  (await client.send(new ExecuteOpenCypherQueryCommand({ openCypherQuery: "MATCH (n) RETURN n.name AS name" }))).results);
await call("client-neptunedata ExecuteGremlinQuery", async () =>
  (await client.send(new ExecuteGremlinQueryCommand({ gremlinQuery: "g.V().valueMap()" }))).result);
await call("client-neptunedata ManagePropertygraphStatistics", async () =>
  (await client.send(new ManagePropertygraphStatisticsCommand({ mode: "refresh" }))).status);
await call("client-neptunedata ListMLEndpoints", async () => (await client.send(new ListMLEndpointsCommand({}))).ids);
await call("gremlin", async () => {
  const connection = new gremlin.driver.DriverRemoteConnection(url.replace("http", "ws") + "/gremlin", {});
  const g = gremlin.process.AnonymousTraversalSource.traversal().withRemote(connection);
  return g.V().limit(1).toList().finally(() => connection.close());
});
await call("neo4j-driver", async () => {
  const driver = neo4j.driver(url.replace(/https?/, url.startsWith("https") ? "bolt+s" : "bolt"));
  return driver.verifyConnectivity().finally(() => driver.close());
});
process.exit();
