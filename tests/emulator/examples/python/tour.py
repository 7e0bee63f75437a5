"""A tour of the emulator in two minutes; the README of the repository says how to start it."""

import json
import os
import time

import boto3

neptune = boto3.client(
    "neptunedata",
    endpoint_url=os.environ.get("NEPTUNE_ENDPOINT", "http://127.0.0.1:8182"),
    region_name="us-east-1",
    aws_access_key_id="any",
    aws_secret_access_key="any",
)


def run(query, **parameters):
    query = {"openCypherQuery": query, "parameters": json.dumps(parameters)}
    return neptune.execute_open_cypher_query(**query)["results"]


# Create. `~id` is the id of a node.
towns = [{"id": "london", "name": "London"}, {"id": "paris", "name": "Paris"}]
run("UNWIND $towns AS town MERGE (t:Town {`~id`: town.id}) SET t.name = town.name", towns=towns)

# Load the files in the folder of the bucket.
role = "arn:aws:iam::123456789012:role/any"
load = {"source": "s3://tour/", "format": "csv", "s3BucketRegion": "us-east-1", "iamRoleArn": role}
load_id = neptune.start_loader_job(**load)["payload"]["loadId"]
while True:
    status = neptune.get_loader_job_status(loadId=load_id)["payload"]["overallStatus"]
    if status["status"] != "LOAD_IN_PROGRESS":
        break
    time.sleep(1)
print(status["status"], status["totalRecords"])  # LOAD_COMPLETED 13

# Write, and query.
run("MATCH (p {`~id`: 'ada'}), (t {`~id`: 'london'}) CREATE (p)-[:LIVES_IN]->(t)")
friends = "MATCH (:Town {name: $town})<-[:LIVES_IN]-()-[:KNOWS*1..2]->(friend) RETURN friend.name AS name"
print([row["name"] for row in run(friends, town="London")])  # ['Alan', 'Grace']

# Follow the stream.
changes = neptune.get_propertygraph_stream(iteratorType="TRIM_HORIZON", limit=100)
last = changes["records"][-1]
print(changes["totalRecords"], last["op"], last["data"]["value"]["value"])  # 18 ADD LIVES_IN

# Read the summary.
summary = neptune.get_propertygraph_summary()["payload"]["graphSummary"]
print(summary["numNodes"], summary["nodeLabels"])  # 5 ['Person', 'Town']
print(summary["numEdges"], summary["edgeLabels"])  # 3 ['KNOWS', 'LIVES_IN']
