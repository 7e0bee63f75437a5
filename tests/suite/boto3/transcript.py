"""Lets boto3 call the emulator, and prints what went over the wire: a line of JSON for each HTTP exchange.

    transcript.py HOST:PORT [--time 20260101T000000Z]

HOST:PORT is where the emulator listens. It has to know the keys below and to obey `x-neptune-fault`. With --time boto3's
clock stands still at that time, and so has the emulator's to; without, both are the system's.

What varies from run to run and says nothing about boto3 is replaced, so that two runs give the same bytes: invocation
ids are counted, pauses between attempts are left out, and boto3 believes to talk to CLUSTER, whatever the address.
The user agent, which is not signed, is recorded without the parts that describe the machine.
"""

import argparse
import datetime
import io
import json
import os
import socket
import sys
import time
import uuid

# Nothing of the machine's own configuration takes part.
for name in list(os.environ):
    if name.startswith(("AWS_", "BOTO_")) or name.lower().endswith("_proxy"):
        del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

pause, time.sleep = time.sleep, lambda seconds: None

import boto3  # noqa: E402
import botocore  # noqa: E402
import botocore.auth  # noqa: E402
import botocore.endpoint  # noqa: E402
import botocore.exceptions  # noqa: E402
import urllib3.connection  # noqa: E402
from botocore import UNSIGNED, xform_name  # noqa: E402
from botocore.config import Config  # noqa: E402

sys.dont_write_bytecode = True

import families  # noqa: E402
from families import FIRST, LAST, LIST, REGION, ROLE, STATUS  # noqa: E402

CLUSTER = "http://my-db.cluster-abc.us-east-1.neptune.amazonaws.com:8182"
# The example keys of AWS's documentation; the emulator lets in the first two, knows the third as expired.
KEYS = {
    "long-term": ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None),
    "temporary": ("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLETEMP", "example/session+token=="),
    "expired": ("ASIAEXPIRED", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEPAST", "example-expired-token"),
    "wrong secret": ("AKIDEXAMPLE", "another", None),
    "unknown": ("AKIDUNKNOWN", "another", None),
}
OF_THE_MACHINE = ("os/", "md/arch#", "lang/", "md/pyimpl#", "md/awscrt#", "exec-env/")


# ---- The wire.


class Recorder:
    """Keeps the exchanges of the call that is under way."""

    def __init__(self):
        self.connections = 0
        self.exchanges = []

    def begin(self, connection):
        exchange = {"connection": connection, "sent": b"", "received": b"", "ending": "open"}
        self.exchanges.append(exchange)
        return exchange

    def take(self):
        exchanges, self.exchanges = self.exchanges, []
        return exchanges


class Tap:
    """A socket that writes down what passes."""

    def __init__(self, sock, recorder):
        recorder.connections += 1
        self.sock, self.recorder, self.number = sock, recorder, recorder.connections
        self.exchange, self.answering = None, True

    def __getattr__(self, name):
        return getattr(self.sock, name)

    def sendall(self, data):
        if self.answering:
            self.exchange, self.answering = self.recorder.begin(self.number), False
        self.exchange["sent"] += bytes(data)
        try:
            return self.sock.sendall(data)
        except ConnectionError:
            self.exchange["ending"] = "rst"
            raise

    def makefile(self, *_, **__):
        return io.BufferedReader(TappedReader(self.sock.makefile("rb", buffering=0), self))


class TappedReader(io.RawIOBase):
    def __init__(self, raw, tap):
        self.raw, self.tap = raw, tap

    def readable(self):
        return True

    def readinto(self, buffer):
        tap = self.tap
        tap.answering = True
        try:
            many = self.raw.readinto(buffer)
        except TimeoutError:
            tap.exchange["ending"] = "timeout"
            raise
        except ConnectionError:
            tap.exchange["ending"] = "rst"
            raise
        tap.exchange["received"] += bytes(buffer[:many])
        if many == 0:
            tap.exchange["ending"] = "fin"
        return many

    def close(self):
        self.raw.close()
        super().close()


def text(data):
    """Text where it is UTF-8, hexadecimal digits otherwise."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"hex": data.hex()}


def headers(lines):
    pairs = []
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        value = value.strip()
        pairs.append([name, user_agent(value) if name.lower() == "user-agent" else value])
    return pairs


def user_agent(value):
    """Without the machine, and with the features, which are a set, in order."""
    parts = [part for part in value.split() if not part.startswith(OF_THE_MACHINE)]
    return " ".join("m/" + ",".join(sorted(part[2:].split(","))) if part.startswith("m/") else part for part in parts)


def request(sent):
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, _ = first.decode().split(" ")
    return {"method": method, "target": target, "headers": headers(lines), "body": text(body)}


def response(received):
    """What came, or None. What is no HTTP is kept as it is."""
    if not received:
        return None
    if not received.startswith(b"HTTP/1.1 "):
        return {"bytes": text(received)}
    head, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    answer = {"status": int(first.split(b" ")[1]), "headers": headers(lines)}
    chunked = any(name.lower() == "transfer-encoding" and value == "chunked" for name, value in answer["headers"])
    answer["body"] = text(rest)
    if chunked:
        body, trailers = dechunk(rest)
        answer.update({"body": text(body), "trailers": trailers})
    return answer


def dechunk(rest):
    """The body as far as it came, and the trailers: None if their end did not come."""
    body = b""
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        size = int(size, 16)
        if size == 0:
            if rest != b"\r\n" and not rest.endswith(b"\r\n\r\n"):
                return body, None
            return body, headers(line for line in rest.split(b"\r\n") if line)
        body, rest = body + rest[:size], rest[size + 2 :]
    return body, None


# ---- boto3.


class Caller:
    def __init__(self, address, at):
        self.recorder = Recorder()
        self.last_id = None
        self.first_load = None
        self.invocations = 0
        self.calls = 0
        recorder = self.recorder

        def connect(connection):
            sock = socket.create_connection(address, connection.timeout)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return Tap(sock, recorder)

        urllib3.connection.HTTPConnection._new_conn = connect
        uuid.uuid4 = self.next_invocation
        if at:
            moment = datetime.datetime.strptime(at, "%Y%m%dT%H%M%SZ")

            def clock(remove_tzinfo=True):
                return moment if remove_tzinfo else moment.replace(tzinfo=datetime.timezone.utc)

            botocore.auth.get_current_datetime = botocore.endpoint.get_current_datetime = clock

    def next_invocation(self):
        self.invocations += 1
        return uuid.UUID(int=self.invocations)

    def client(self, keys="long-term", region=REGION, retries=None, patience=5, signed=True):
        access_key, secret_key, token = KEYS[keys]
        retries = {"mode": retries} if retries else None
        # A client of its own for each step: what one has learnt of its server changes nothing for the next.
        return boto3.session.Session().client(
            "neptunedata",
            endpoint_url=CLUSTER,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            config=Config(retries=retries, read_timeout=patience, signature_version=None if signed else UNSIGNED),
        )

    def step(self, step, *calls, wait=0, unsigned_header=False, **options):
        """Makes calls with one client: (operation, input) or (operation, input, fault)."""
        client = self.client(**options)
        fault = None

        def add_header(request, **_):
            if fault:
                request.headers["x-neptune-fault"] = fault

        event = "before-send" if unsigned_header else "before-sign"
        client.meta.events.register(f"{event}.neptunedata", add_header)
        for number, (operation, given, *rest) in enumerate(calls):
            if number > 0 and wait:
                pause(wait)
            fault = rest[0] if rest else None
            self.calls += 1
            if fault and "times=" in fault:
                fault += f"; id=c{self.calls}"
            ids = {LAST: self.last_id, FIRST: self.first_load}
            given = {name: ids.get(value, value) if type(value) is object else value for name, value in given.items()}
            outcome = self.call(client, operation, given)
            what = {"step": step, "operation": operation, "input": given}
            if fault:
                what["fault"] = fault
            self.print(what, outcome)
        client.close()

    def call(self, client, operation, given):
        try:
            output = getattr(client, xform_name(operation))(**given)
        except botocore.exceptions.ClientError as error:
            return {"error": type(error).__name__, "text": str(error), "response": plain(error.response)}
        except botocore.exceptions.BotoCoreError as error:
            return {"error": type(error).__name__, "text": str(error)}
        except Exception as error:  # What boto3 lets through of the libraries below it.
            return {"error": f"{type(error).__module__}.{type(error).__name__}", "text": str(error)}
        output = plain(output)
        self.last_id = found_id(operation, output) or self.last_id
        if operation == "StartLoaderJob":
            self.first_load = self.first_load or self.last_id
        return {"output": output}

    def print(self, what, outcome):
        exchanges = self.recorder.take()
        for exchange in exchanges:
            line = {
                **what,
                "connection": exchange["connection"],
                "request": request(exchange["sent"]),
                "response": response(exchange["received"]),
                "ending": exchange["ending"],
            }
            if exchange is exchanges[-1]:
                line["outcome"] = outcome
            emit(line)
        if not exchanges:
            emit({**what, "outcome": outcome})


def plain(output):
    """An answer without the copy of its HTTP headers, and with texts read."""
    metadata = dict(output.get("ResponseMetadata", {}))
    metadata.pop("HTTPHeaders", None)
    read = {name: value.read() if hasattr(value, "read") else value for name, value in output.items()}
    return {**read, "ResponseMetadata": metadata}


def as_text(value):
    """What JSON has no form for: bytes, and times, which are in UTC."""
    return text(value) if isinstance(value, bytes) else value.isoformat().replace("+00:00", "Z")


def found_id(operation, output):
    """The id, or the token, of what was begun; of a list of queries that of the first."""
    payload = output.get("payload", {})
    if operation.startswith(("Start", "Create", "ExecuteFastReset")):
        return output.get("id") or output.get("rebuildId") or payload.get("loadId") or payload.get("token")
    if operation in ("ListGremlinQueries", "ListOpenCypherQueries"):
        return next((query["queryId"] for query in output["queries"]), None)
    return None


def emit(line):
    print(json.dumps(line, separators=(",", ":"), default=as_text), flush=True)


# ---- What it is asked to do.

START = "StartMLModelTrainingJob"
GET, CANCEL = "GetMLModelTrainingJob", "CancelMLModelTrainingJob"

REQUIRED = {"dataProcessingJobId": "data-1", "trainModelS3Location": "s3://bucket/models"}
ALL = {
    **REQUIRED,
    "id": "job-1",
    "previousModelTrainingJobId": "job-0",
    "sagemakerIamRoleArn": "arn:aws:iam::123456789012:role/SageMaker",
    "neptuneIamRoleArn": "arn:aws:iam::123456789012:role/Neptune",
    "baseProcessingInstanceType": "ml.r5.xlarge",
    "trainingInstanceType": "ml.p3.2xlarge",
    "trainingInstanceVolumeSizeInGB": 30,
    "trainingTimeOutInSeconds": 86400,
    "maxHPONumberOfTrainingJobs": 2,
    "maxHPOParallelTrainingJobs": 1,
    "subnets": ["subnet-1", "subnet-2"],
    "securityGroupIds": ["sg-1"],
    "volumeEncryptionKMSKey": "arn:aws:kms:us-east-1:123456789012:key/volume",
    "s3OutputEncryptionKMSKey": "Schl\u00fcssel \u2603",
    "enableManagedSpotTraining": False,
    "customModelTrainingParameters": {
        "sourceS3DirectoryPath": "s3://bucket/source",
        "trainingEntryPointScript": "training.py",
        "transformEntryPointScript": "transform.py",
    },
}

# Faults of one request, met by a client that waits long.
FAULTS = [
    "close-before-reading",
    "read-then-fin",
    "read-then-rst",
    "answer-late; delay=50",
    "trickle; bytes=64; every=2",
    "truncated-body",
    "truncated-body; missing=10",
    "truncated-body; framing=close",
    "chunk-cut",
    "no-last-chunk",
    "cut-in-trailers",
    "cut-in-trailers; unasked",
    "trailers",
    "trailers; unasked",
    "trailers; kind=failing; unasked",
    "trailers; kind=oversized; bytes=500; unasked",
    "garbage",
    "garbage; part=tail",
    "garbage; part=wire",
    "html",
    "html; status=503",
    "empty-200",
    "error-in-200",
    "error",
    "error; code=ThrottlingException; retry-after=1",
    "error; code=TooManyRequestsException",
    "error; code=ConcurrentModificationException",
    "error; code=ReadOnlyViolationException",
    "error; code=NoSuchException",
    "error; status=400; body=header",
    "error; status=400; body=message-only",
    "error; status=400; body=text",
    "error; status=400; body=empty",
    "error; status=400; body=html",
    "error; body=not-utf8",
    "status=502; body=html",
    "status=503",
    "status=504; body=empty",
    "skewed-date",
    "skewed-date; iam",
    "refuse-credentials",
    "refuse-credentials; reason=not-authorized",
    "expire-token",
    "signature-expired",
    "signature-not-yet-current",
    "redirect",
]
# Faults that end with the client's patience.
SILENCES = ["stop-answering", "answer-late; delay=1500", "head-then-stall; bytes=20"]
# Faults of the connection that show with the next request on it.
CLOSINGS = ["close-after-answer", "close-idle; after=20"]
# What makes a write run twice, if anything does.
LOSSES = [
    "close-before-reading",
    "read-then-fin",
    "read-then-rst",
    "truncated-body",
    "error; executed",
    "status=503; executed",
]
# The older mode differs in how often it tries, so that fewer will do.
LEGACY = [
    "close-before-reading",
    "read-then-rst",
    "truncated-body",
    "chunk-cut",
    "garbage; part=wire",
    "error",
    "error; code=ThrottlingException; retry-after=1",
    "error; code=TooManyRequestsException",
    "error; code=ConcurrentModificationException",
    "status=502; body=html",
    "status=504; body=empty",
    "expire-token",
]


def operations(caller):
    caller.step("status", (STATUS, {}))
    caller.step("start, required members", (START, REQUIRED))
    caller.step("get", (GET, {"id": LAST}))
    caller.step("start, all members", (START, ALL))
    caller.step("start, duplicate id", (START, {**REQUIRED, "id": "job-1"}))
    caller.step("start, bad id", (START, {**REQUIRED, "id": "job_1"}))
    caller.step("start, bad instance type", (START, {**REQUIRED, "trainingInstanceType": "p3"}))
    caller.step("start, bad location", (START, {**REQUIRED, "trainModelS3Location": "bucket"}))
    caller.step("start, required member missing", (START, {"dataProcessingJobId": "data-1"}))
    caller.step("list", (LIST, {}))
    caller.step("list, all members", (LIST, {"maxItems": 1, **ROLE}))
    caller.step("list, maxItems too large", (LIST, {"maxItems": 1025}))
    caller.step("list, maxItems too small", (LIST, {"maxItems": 0}))
    caller.step("get, all members", (GET, {"id": "job-1", **ROLE}))
    caller.step("get, unknown id", (GET, {"id": "job-9"}))
    caller.step("get, bad id", (GET, {"id": "a/b c+\u00e4"}))
    caller.step("get, long id", (GET, {"id": "x" * 49}))
    caller.step("get, empty id", (GET, {"id": ""}))
    caller.step("get, unknown member", (GET, {"id": "job-1", "clean": True}))
    caller.step("cancel, clean false", (CANCEL, {"id": "job-1", "clean": False}))
    caller.step("get, cancelled", (GET, {"id": "job-1"}))
    caller.step("cancel again", (CANCEL, {"id": "job-1"}))
    caller.step("cancel, unknown id", (CANCEL, {"id": "job-9", **ROLE}))
    caller.step(
        "one connection",
        (START, {**REQUIRED, "id": "job-2"}),
        (CANCEL, {"id": "job-2", "clean": True, **ROLE}),
        (GET, {"id": "job-2"}),
        (CANCEL, {"id": "job-2", "clean": True}),
    )
    caller.step("start, to complete", (START, {**REQUIRED, "id": "job-3"}))
    # The emulator is configured so.
    caller.step("start, to fail", (START, {**REQUIRED, "id": "job-4"}))


def signatures(caller):
    caller.step("session token", (STATUS, {}), (START, REQUIRED), (GET, {"id": LAST}), keys="temporary")
    caller.step("expired token", (GET, {"id": "job-1"}), keys="expired")
    caller.step("wrong secret, get", (GET, {"id": "job-1"}), keys="wrong secret")
    caller.step("wrong secret, start", (START, REQUIRED), keys="wrong secret")
    caller.step("unknown keys", (GET, {"id": "job-1"}), keys="unknown")
    caller.step("wrong region", (GET, {"id": "job-1"}), region="eu-west-1")
    caller.step("unsigned", (GET, {"id": "job-1"}), signed=False)


def faults(caller):
    get = (GET, {"id": "job-1"})
    for mode, some in ("standard", FAULTS), ("legacy", LEGACY):
        # Once, and the next attempt goes well if there is one.
        for fault in some:
            caller.step(f"{mode}, get, {fault}", (*get, f"{fault}; times=1"), retries=mode)
        for fault in SILENCES:
            caller.step(f"{mode}, get, {fault}", (*get, f"{fault}; times=1"), retries=mode, patience=0.5)
        for fault in CLOSINGS:
            caller.step(f"{mode}, get twice, {fault}", (*get, f"{fault}; times=1"), get, retries=mode, wait=0.2)
        for fault in LOSSES:
            caller.step(f"{mode}, start, {fault}", (START, REQUIRED, f"{fault}; times=1"), retries=mode)
            cancel = (CANCEL, {"id": LAST}, f"{fault}; times=1")
            caller.step(f"{mode}, start and cancel, {fault}", (START, REQUIRED), cancel, retries=mode)
        # Every time.
        caller.step(f"{mode}, start, always read-then-fin", (START, REQUIRED, "read-then-fin"), retries=mode)
        caller.step(f"{mode}, get, always status=503", (*get, "status=503"), retries=mode)
        caller.step(f"{mode}, get, always skewed-date", (*get, "skewed-date; iam"), retries=mode)
    caller.step("header not signed", (*get, "error; code=MalformedQueryException"), unsigned_header=True)
    caller.step("unknown fault", (*get, "no-such-fault"))


def the_end(caller):
    caller.step("get, completed", (GET, {"id": "job-3"}))
    caller.step("get, failed", (GET, {"id": "job-4"}))
    caller.step("cancel, completed", (CANCEL, {"id": "job-3"}))
    caller.step("list of more than 10", (LIST, {}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--time")
    arguments = parser.parse_args()
    host, _, port = arguments.address.rpartition(":")
    address = (host, int(port))
    # Without an emulator there is nothing to record, rather than a record of failures.
    socket.create_connection(address).close()
    caller = Caller(address, arguments.time)
    emit({"boto3": boto3.__version__, "botocore": botocore.__version__, "urllib3": urllib3.__version__})
    operations(caller)
    signatures(caller)
    faults(caller)
    the_end(caller)
    families.call_all(caller)


if __name__ == "__main__":
    sys.exit(main())
