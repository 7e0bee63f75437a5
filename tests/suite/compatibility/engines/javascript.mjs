// Calls the emulator with @aws-sdk/client-neptunedata.

import assert from "node:assert";
import * as neptune from "@aws-sdk/client-neptunedata";

const client = new neptune.NeptunedataClient({ endpoint: process.env.NEPTUNE_ENDPOINT, region: "us-east-1", maxAttempts: 1 });
const send = (name, input = {}) => client.send(new neptune[`${name}Command`](input));

async function run(openCypherQuery, parameters) {
  const given = parameters ? { parameters: JSON.stringify(parameters) } : {};
  return (await send("ExecuteOpenCypherQuery", { openCypherQuery, ...given })).results;
}

async function fails(name, work) {
  const error = await work().then(() => assert.fail(`${name} was expected`), (error) => error);
  assert.equal(error.name, name, `${error.name}: ${error.message}`);
  console.log(error.message);
}

assert.equal((await send("GetEngineStatus")).status, "healthy");
const cities = [{ id: "oslo", name: "Oslo" }, { id: "rome", name: "Rome" }, { id: "bonn", name: "Bonn" }];
const merge = "UNWIND $cities AS city MERGE (c:City {`~id`: city.id}) SET c.name = city.name RETURN count(c) AS n";
assert.deepEqual(await run(merge, { cities }), [{ n: 3 }]);
assert.deepEqual(await run(merge, { cities }), [{ n: 3 }]);
const roads = "UNWIND $roads AS r MATCH (a:City {`~id`: r[0]}), (b:City {`~id`: r[1]}) CREATE (a)-[:ROAD {km: r[2]}]->(b)";
assert.deepEqual(await run(roads, { roads: [["oslo", "bonn", 1400], ["bonn", "rome", 1500]] }), []);
const [{ c }] = await run("MATCH (c:City {`~id`: 'oslo'}) RETURN c");
assert.deepEqual(c, { "~id": "oslo", "~entityType": "node", "~labels": ["City"], "~properties": { name: "Oslo" } });
assert.deepEqual(await run("MATCH (c:City) WHERE c.name STARTS WITH $start RETURN c.name", { start: "R" }), [{ "c.name": "Rome" }]);
const far = "MATCH p = (:City {name: 'Oslo'})-[:ROAD*2]->(c) RETURN c.name AS name, length(p) AS steps";
assert.deepEqual(await run(far), [{ name: "Rome", steps: 2 }]);
const [{ r }] = await run("MATCH (:City {name: 'Oslo'})-[r]->() RETURN r");
assert.equal(r["~end"], "bonn");
assert.deepEqual(await run("MATCH ()-[r:ROAD]->() RETURN sum(r.km) AS km"), [{ km: 2900 }]);
assert.deepEqual(await run("MATCH (c:City {name: 'Bonn'}) SET c.capital = false RETURN c.capital AS it"), [{ it: false }]);
assert.deepEqual(await run("MATCH (c:City {name: 'Bonn'}) REMOVE c.capital RETURN c.capital AS it"), [{ it: null }]);
assert.deepEqual(await run("MATCH (:City {name: 'Bonn'})-[r]->() DELETE r"), []);
await fails("MalformedQueryException", () => run("MATCH (c RETURN c"));
await fails("DuplicateDataException", () => run("CREATE (:City {`~id`: 'oslo'})"));
await fails("UnsupportedOperationException", () => run("MATCH (c) WHERE c.name =~ '[OR].*' RETURN c"));
const explained = await send("ExecuteOpenCypherExplainQuery", { openCypherQuery: "MATCH (n) RETURN n", explainMode: "static" });
assert(explained.results.length > 0);

const slow = fails("CancelledByUserException", () => run("MATCH (slow) RETURN slow"));
await new Promise((resolve) => setTimeout(resolve, 1000));
const { queries } = await send("ListOpenCypherQueries");
assert.equal(queries.length, 1);
await send("GetOpenCypherQueryStatus", { queryId: queries[0].queryId });
await send("CancelOpenCypherQuery", { queryId: queries[0].queryId });
await slow;

assert.equal((await send("GetPropertygraphStatistics")).payload.active, true);
const { payload } = await send("GetPropertygraphSummary", { mode: "detailed" });
assert.equal(payload.graphSummary.numNodes, 3);
assert.deepEqual(payload.graphSummary.nodeLabels, ["City"]);
const stream = await send("GetPropertygraphStream", { iteratorType: "TRIM_HORIZON", limit: 4 });
assert.equal(stream.records[0].data.id, "oslo");
const { commitNum, opNum } = stream.lastEventId;
const after = { iteratorType: "AFTER_SEQUENCE_NUMBER", commitNum: Number(commitNum), opNum: Number(opNum) };
assert((await send("GetPropertygraphStream", after)).totalRecords > 0);
await fails("StreamRecordsNotFoundException", () => send("GetSparqlStream", { iteratorType: "TRIM_HORIZON" }));
await fails("InvalidParameterException", () => send("CancelOpenCypherQuery", { queryId: "00000000-0000-0000-0000-000000000000" }));

const source = { source: "s3://data/opencypher/", format: "opencypher", s3BucketRegion: "us-east-1" };
const started = await send("StartLoaderJob", { ...source, iamRoleArn: "arn:aws:iam::123456789012:role/Loader" });
const loadId = started.payload.loadId;
let status;
do {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  status = (await send("GetLoaderJobStatus", { loadId, details: true })).payload.overallStatus;
} while (status.status === "LOAD_IN_PROGRESS");
assert.equal(status.status, "LOAD_COMPLETED");
assert.deepEqual((await send("ListLoaderJobs")).payload.loadIds, [loadId]);
assert.deepEqual(await run("MATCH (s:Song) RETURN sum(s.seconds) AS length"), [{ length: 266 }]);
