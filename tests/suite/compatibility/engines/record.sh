#!/usr/bin/env bash
# Records the transcripts again; README.md says how.
set -euo pipefail
emulator=$(realpath "$1")
clients=$(realpath -m "$2")
here=$(cd "$(dirname "$0")" && pwd)

if [ ! -e "$clients" ]; then
  python3 -m venv "$clients/python"
  "$clients/python/bin/pip" install -q -r "$here/requirements.txt"
  # Its dependencies do not fit to those of the others.
  python3 -m venv "$clients/graph-notebook"
  "$clients/graph-notebook/bin/pip" install -q -r "$here/../graph-notebook-requirements.txt"
  mkdir "$clients/node"
  cp "$here/package.json" "$clients/node"
  npm --prefix "$clients/node" install --silent
fi
# Node finds packages next to the script.
cp "$here/javascript.mjs" "$clients/node"

record() {
  "$clients/python/bin/python" "$here/record.py" "${@:3}" "$emulator" "$here/transcripts/$1.jsonl" $2
}
python=$clients/python/bin/python
export PATH=$clients/python/bin:$PATH # for `aws`
record aws-cli "$python $here/aws_cli.py"
record awswrangler "$python $here/wrangler.py" --tls
record boto3 "$python $here/boto3_client.py"
record graph-notebook "$clients/graph-notebook/bin/python $here/graph_notebook_client.py"
record javascript "node $clients/node/javascript.mjs"
record langchain "$python $here/langchain_graph.py"
record tour "$python $here/../../../emulator/examples/python/tour.py" --unsigned
