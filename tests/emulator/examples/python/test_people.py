"""Tests the application with boto3 against the emulator."""

import json
import os
import subprocess
import unittest
import urllib.request

import boto3

from people import befriend, friends_of_friends

KNOWN = [["ada", "grace"], ["grace", "alan"], ["alan", "edsger"]]


class PeopleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        binary = os.environ.get("NEPTUNE_EMULATOR", "neptune-emulator")
        cls.emulator = subprocess.Popen(
            [binary, "--port", "0", "--graph-engine", "--control"], stdout=subprocess.PIPE, text=True
        )
        cls.addClassCleanup(cls.stop)
        # The emulator prints its endpoint when it accepts connections.
        cls.endpoint = cls.emulator.stdout.readline().strip()
        cls.client = boto3.client(
            "neptunedata",
            endpoint_url=cls.endpoint,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )

    @classmethod
    def stop(cls):
        cls.emulator.terminate()
        cls.emulator.communicate()

    def setUp(self):
        self.control("POST", "reset")
        self.client.execute_open_cypher_query(
            openCypherQuery="""
                UNWIND $known AS pair
                MERGE (a:Person {name: pair[0]})
                MERGE (b:Person {name: pair[1]})
                MERGE (a)-[:KNOWS]->(b)""",
            parameters=json.dumps({"known": KNOWN}),
        )

    def control(self, method, route, body=None):
        """Calls a route of the emulator's own."""
        request = urllib.request.Request(
            f"{self.endpoint}/_emulator/{route}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def test_friends_of_friends(self):
        self.assertEqual(friends_of_friends(self.client, "ada"), ["alan"])
        self.assertEqual(friends_of_friends(self.client, "edsger"), [])

    def test_befriend(self):
        befriend(self.client, "edsger", "barbara")
        befriend(self.client, "edsger", "barbara")
        self.assertEqual(friends_of_friends(self.client, "alan"), ["barbara"])

    def test_a_throttled_query_is_sent_again(self):
        fault = {"fault": "error; code=ThrottlingException", "operation": "ExecuteOpenCypherQuery"}
        self.control("DELETE", "log")
        self.control("POST", "faults", fault)
        self.assertEqual(friends_of_friends(self.client, "ada"), ["alan"])
        log = self.control("GET", "log")["requests"]
        self.assertEqual([request["status"] for request in log], [500, 200])


if __name__ == "__main__":
    unittest.main()
