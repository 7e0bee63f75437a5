"""Runs a client against the emulator through a proxy that writes down every exchange; README.md says how."""

import argparse
import datetime
import http.client
import http.server
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
# The engines, and all that clients read about them. The replay in tests/clients_engines.rs has the same settings.
FLAGS = ["--graph-engine", "--rdf-engine", "--streams", "--load-seconds", "1.5", "--query-timeout", "60"]
FLAGS += ["--s3", f"s3://tour={ROOT}/tests/emulator/examples/tour", "--s3", f"s3://data={HERE}/data"]
FLAGS += ["--scripts", HERE / "slow.jsonl"]
# They differ from run to run or from machine to machine. Without accept-encoding, responses are text.
UNNEEDED = {"user-agent", "x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "connection", "accept-encoding"}
OF_THE_SERVER = {"date", "content-length", "transfer-encoding", "connection", "trailer"}


class Recorder:
    def __init__(self, endpoint):
        self.host = endpoint.split("//")[1]
        self.lines = []
        self.lock = threading.Lock()

    def forward(self, method, target, headers, body):
        signed = set(re.split("[=;, ]", dict(headers).get("authorization", "")))
        kept = [(name, value) for name, value in headers if name not in UNNEEDED or name in signed]
        request = {"method": method, "target": target, "headers": kept, "body": text(body)}
        line = {"at": time.time_ns() // 1_000_000, "request": request}
        connection = http.client.HTTPConnection(self.host)
        # The order of the lines is the order in which the emulator reads the requests.
        with self.lock:
            self.lines.append(line)
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in kept:
                connection.putheader(name, value)
            connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        own = [[name, value] for name, value in response.getheaders() if name not in OF_THE_SERVER]
        line["response"] = {"status": response.status, "headers": sorted(own), "body": text(content)}
        connection.close()
        return response.status, own, content


def text(content):
    return (content or b"").decode()


def handler(recorder):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = [(name.lower(), value) for name, value in self.headers.items()]
            status, headers, content = recorder.forward(self.command, self.path, headers, body)
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_):
            pass

    return Handler


def certificate(folder, environment):
    """A certificate of the proxy, for clients that always use TLS."""
    import trustme

    authority, root = trustme.CA(), folder / "root.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(root)
    environment.update(SSL_CERT_FILE=str(root), REQUESTS_CA_BUNDLE=str(root))
    return context


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("emulator", help="the binary, with the features graph and oxigraph")
    parser.add_argument("transcript", type=pathlib.Path, help="the file to write")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the client")
    parser.add_argument("--tls", action="store_true", help="the client uses TLS")
    parser.add_argument("--unsigned", action="store_true", help="the emulator checks no signatures")
    args = parser.parse_args()
    flags = [*FLAGS, "--port", "0"] + ([] if args.unsigned else ["--iam", ":".join(KEYS)])
    emulator = subprocess.Popen([args.emulator, *flags], stdout=subprocess.PIPE, text=True)
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": KEYS[0],
        "AWS_SECRET_ACCESS_KEY": KEYS[1],
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    try:
        recorder = Recorder(emulator.stdout.readline().strip())
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(recorder))
        with tempfile.TemporaryDirectory() as folder:
            if args.tls:
                context = certificate(pathlib.Path(folder), environment)
                server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            scheme = "https" if args.tls else "http"
            environment["NEPTUNE_ENDPOINT"] = f"{scheme}://localhost:{server.server_port}"
            done = subprocess.run(args.command, env=environment)
    finally:
        emulator.kill()
    if done.returncode:
        sys.exit(f"the client failed: {done.returncode}")
    head = {"recorded": str(datetime.date.today()), "iam": not args.unsigned}
    lines = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in [head, *recorder.lines]]
    args.transcript.write_text("\n".join(lines) + "\n")
    print(f"{args.transcript.name}: {len(recorder.lines)} requests")


main()
