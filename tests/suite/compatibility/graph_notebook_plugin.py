"""A pytest plugin for graph-notebook.py: names the tests that do not run, and prepares the others."""

import functools
import re
import socket

import pytest
from graph_notebook.seed import load_query

HOST = "db.cluster-emulator.us-east-1.neptune.amazonaws.com"
LEFT_OUT = [
    (r"/test_gremlin_(metadata|status)|/network/", "its set-up needs a WebSocket"),
    (r"test_do_gremlin_query|test_iam_gremlin_connection", "needs a WebSocket"),
    (r"TestGraphMagicGremlin::test_gremlin_query", "expects vertices of gremlinpython, which need a WebSocket"),
    (r"_bolt", "needs Bolt"),
    (r"TestGraphMagicStatus", "fails against any server: expects a result, but %status of this version returns none"),
    (r"test_opencypher_status_without_iam.py::.*_status_and_cancel",
     "fails against any server: the test overwrites the variable in which it collects the result"),
    (r"ml_modeltransform$", "fails against any server: looks for the id of a transform among the training jobs"),
    (r"neptuneml_magic$", "fails against any server: this version rejects the arguments of the magic"),
    (r"iam_describe$", "fails against any server: the sample data of this version have another name for the resource"),
    (r"ml_training$", "needs a data-processing job that was completed before"),
]

# The notebook recognizes Neptune by the host name.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1" if host == HOST else host, *rest, **more)

# The tests do not pass `location`, which this version requires.
load_query.get_queries = functools.partial(load_query.get_queries, location="samples")


def pytest_collection_modifyitems(items):
    # pytest collects what its marks leave of a parameterized test.
    items[:] = [item for item in items if not isinstance(getattr(item.cls, item.name, None), pytest.MarkDecorator)]
    for item in items:
        reason = next((reason for pattern, reason in LEFT_OUT if re.search(pattern, item.nodeid)), None)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
