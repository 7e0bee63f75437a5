"""Runs the integration tests of graph-notebook against the emulator, unsigned and signed; README.md says how."""

import argparse
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import venv
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
HOST = "db.cluster-emulator.us-east-1.neptune.amazonaws.com"
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
# The folder of the tests, and options of the emulator.
MODES = {"unsigned": ("without_iam", []), "signed": ("iam", ["--iam", ":".join(KEYS)])}
# Jobs still run when the tests stop them, 30 seconds after the start.
ML_SECONDS = "35"
# For the tests of a file, in seconds.
TIMEOUT = 400


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=pathlib.Path, help="a checkout of graph-notebook")
    parser.add_argument("--emulator", type=pathlib.Path, help="the binary, with the feature oxigraph; built if absent")
    parser.add_argument("--venv", type=pathlib.Path, help="folder in which the requirements are installed")
    parser.add_argument("--only", default="", help="run only the files that have this in their path")
    args = parser.parse_args()
    emulator = args.emulator or built()
    python = installed(args.venv or pathlib.Path(tempfile.gettempdir()) / "neptunedata-graph-notebook")
    tests = args.checkout.resolve() / "test" / "integration"
    counts = {"passed": 0, "failed": 0, "not run": 0}
    for mode, (folder, options) in MODES.items():
        for file in sorted((tests / folder).rglob("test_*.py")):
            if args.only not in str(file):
                continue
            for test, result in run(python, emulator, options, file, tests.parents[1], mode):
                print(f"{mode} {file.relative_to(tests)} {test}: {result}".replace("  ", " "), flush=True)
                counts[result.split(":")[0]] += 1
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    sys.exit(counts["failed"] > 0)


def built():
    build = ["cargo", "build", "-p", "neptunedata-emulator", "--features", "oxigraph", "--message-format", "json"]
    lines = subprocess.run(build, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    return next(path for path in (json.loads(line).get("executable") for line in lines) if path)


def installed(folder):
    python = folder.resolve() / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    requirements = HERE / "graph-notebook-requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True, stdout=sys.stderr)
    return python


def run(python, emulator, options, file, checkout, mode):
    """Runs the tests of a file, in a process and with an emulator of their own."""
    flags = ["--port", "0", "--rdf-engine", "--statistics", "--restart-seconds", "1", "--ml-seconds", ML_SECONDS]
    flags += ["--scripts", HERE / "graph-notebook-scripts.jsonl", *options]
    server = subprocess.Popen([emulator, *flags], stdout=subprocess.PIPE, text=True, preexec_fn=limit_memory)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        with tempfile.TemporaryDirectory() as home:
            yield from results(python, checkout, file, pathlib.Path(home), port, mode)
    finally:
        server.kill()
        server.wait()


def limit_memory():
    """The tests run a query whose result does not fit into any memory."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def results(python, checkout, file, home, port, mode):
    auth = "IAM" if mode == "signed" else "DEFAULT"
    config = {"host": HOST, "port": port, "ssl": False, "auth_mode": auth, "load_from_s3_arn": "",
              "aws_region": "us-east-1", "gremlin": {"connection_protocol": "http"}}
    (home / "graph_notebook_config.json").write_text(json.dumps(config))
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "GRAPH_NOTEBOOK_TEST_CONFIG_PATH": str(home / "graph_notebook_config.json"),
        "AWS_ACCESS_KEY_ID": KEYS[0],
        "AWS_SECRET_ACCESS_KEY": KEYS[1],
        "AWS_DEFAULT_REGION": config["aws_region"],
        "NEPTUNE_ML_DATAPROCESSING_S3_INPUT": "s3://bucket/input",
        "NEPTUNE_ML_DATAPROCESSING_S3_PROCESSED": "s3://bucket/processed",
        "NEPTUNE_ML_TRAINING_OUTPUT": "s3://bucket/training",
        "NEPTUNE_ML_TRAINING_S3_LOCATION": "s3://bucket/training",
        "NEPTUNE_ML_IAM_ROLE_ARN": "arn:aws:iam::123456789012:role/NeptuneML",
        "NEPTUNE_ML_DATAPROCESSING_ID": "processing-1",
        "NEPTUNE_ML_COMPLETED_DATAPROCESSING_JOB_ID": "processing-1",
        "NEPTUNE_ML_COMPLETED_TRAINING_ID": "training-1",
    }
    report = home / "report.xml"
    options = ["-p", "graph_notebook_plugin", "-p", "no:cacheprovider", f"--junitxml={report}"]
    command = [python, "-m", "pytest", *options, file]
    try:
        subprocess.run(command, cwd=checkout, env=environment, stdout=sys.stderr, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        yield "", f"failed: no result after {TIMEOUT} seconds"
        return
    cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    if not cases:
        yield "", "not run: the file has no tests"
    for case in cases:
        yield case.get("name"), result_of(case)


def result_of(case):
    for kind, result in ("failure", "failed"), ("error", "failed"), ("skipped", "not run"):
        for found in case.findall(kind):
            return f"{result}: " + re.sub(r"\s+", " ", found.get("message"))[:160]
    return "passed"


main()
