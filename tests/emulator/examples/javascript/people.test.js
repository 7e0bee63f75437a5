// Tests the application with the AWS SDK against the emulator.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, beforeEach, test } from "node:test";

import { NeptunedataClient } from "@aws-sdk/client-neptunedata";

import { befriend, friendsOfFriends, query } from "./people.js";

const KNOWN = [["ada", "grace"], ["grace", "alan"], ["alan", "edsger"]];

let emulator;
let endpoint;
let client;

before(async () => {
  const binary = process.env.NEPTUNE_EMULATOR ?? "neptune-emulator";
  emulator = spawn(binary, ["--port", "0", "--graph-engine", "--control"], { stdio: ["ignore", "pipe", "inherit"] });
  // The emulator prints its endpoint when it accepts connections.
  [endpoint] = await once(createInterface(emulator.stdout), "line");
  client = new NeptunedataClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
});

after(async () => {
  client.destroy();
  emulator.kill();
  await once(emulator, "exit");
});

/** Calls a route of the emulator's own. */
async function control(method, route, body) {
  const response = await fetch(`${endpoint}/_emulator/${route}`, { method, body: body && JSON.stringify(body) });
  const answer = await response.json();
  assert.ok(response.ok, answer.error);
  return answer;
}

beforeEach(async () => {
  await control("POST", "reset");
  await query(
    client,
    `UNWIND $known AS pair
     MERGE (a:Person {name: pair[0]})
     MERGE (b:Person {name: pair[1]})
     MERGE (a)-[:KNOWS]->(b)`,
    { known: KNOWN },
  );
});

test("friends of friends", async () => {
  assert.deepEqual(await friendsOfFriends(client, "ada"), ["alan"]);
  assert.deepEqual(await friendsOfFriends(client, "edsger"), []);
});

test("befriend", async () => {
  await befriend(client, "edsger", "barbara");
  await befriend(client, "edsger", "barbara");
  assert.deepEqual(await friendsOfFriends(client, "alan"), ["barbara"]);
});

test("a throttled query is sent again", async () => {
  await control("DELETE", "log");
  await control("POST", "faults", { fault: "error; code=ThrottlingException", operation: "ExecuteOpenCypherQuery" });
  assert.deepEqual(await friendsOfFriends(client, "ada"), ["alan"]);
  const { requests } = await control("GET", "log");
  assert.deepEqual(requests.map((request) => request.status), [500, 200]);
});
