"""Puts a run's X-Ray documents into moto's X-Ray API and fetches them again.

    pip install 'moto[server]' boto3 && python xray.py RUN BEDLOAD

`bedload report RUN --xray` signs and sends; BatchGetTraces must give back every document of `segments.jsonl` with the same
ids, and otherwise the same but for its times, which are those of the sending where the run was in virtual time.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDCHECK", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_REGION": "us-east-1"}
TIMES = ("start_time", "end_time", "at")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def serve(port):
    server = Path(sys.executable).parent / "moto_server"
    process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.1)
    process.kill()
    raise SystemExit("moto_server does not start")


def timeless(value):
    if isinstance(value, dict):
        return {key: timeless(inner) for key, inner in value.items() if key not in TIMES}
    return [timeless(inner) for inner in value] if isinstance(value, list) else value


def fetched(url, traces):
    client = boto3.client(
        "xray", endpoint_url=url, region_name="us-east-1", aws_access_key_id="AKIDCHECK", aws_secret_access_key="x"
    )
    documents = {}
    for first in range(0, len(traces), 5):
        for trace in client.batch_get_traces(TraceIds=traces[first : first + 5])["Traces"]:
            for segment in trace["Segments"]:
                document = json.loads(segment["Document"])
                documents[segment["Id"]] = document
                assert document["trace_id"] == trace["Id"], trace["Id"]
    return documents


def main(run, bedload):
    written = [json.loads(line) for line in (run / "segments.jsonl").read_text().splitlines()]
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = serve(port)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "run"
            shutil.copytree(run, copy)
            environment = os.environ | KEYS | {"AWS_ENDPOINT_URL_XRAY": url}
            sent = subprocess.run([bedload, "report", copy, "--xray"], env=environment, capture_output=True, text=True)
            [account] = json.loads((copy / "summary.json").read_text())["traced"]["exports"]
        traces = sorted({document["trace_id"] for document in written})
        back = fetched(url, traces)
    finally:
        process.kill()
    wrong = [document["id"] for document in written if timeless(back.get(document["id"])) != timeless(document)]
    spans = json.loads((run / "summary.json").read_text())["traced"]["spans_written"]
    print(sent.stderr.strip().splitlines()[0])
    print(f"{len(written)} documents of {len(traces)} traces written, {len(back)} fetched, {len(wrong)} differ")
    return bool(wrong) or len(back) != len(written) or account["accepted"] != spans


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]).resolve()))
