"""Sends a run's spans to an OTLP receiver that we did not write, cuts the way to it half-way, and counts.

    pip install oteltap && python otlp.py RUN BEDLOAD

What the run says it sent must be what the receiver has, span by span: after the first export, which is cut off, nothing
may be lost, and after the second one nothing may be missing. A span that is there twice must have been told of. A relay is
killed rather than the receiver, which would take spans with it that it had answered for and not yet printed.
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


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def tap(port, log):
    process = subprocess.Popen(
        [sys.executable, "-m", "oteltap", "--port", str(port)], stdout=log, stderr=subprocess.DEVNULL
    )
    wait_for(port, process)
    return process


def wait_for(port, process):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    process.kill()
    raise SystemExit(f"nobody listens on {port}")


def accepted(run):
    """What has been accepted so far, by the account that the export keeps as it goes."""
    try:
        return next(iter(json.loads((run / "exports.json").read_text()).values()))["accepted"]
    except (OSError, ValueError, StopIteration):
        return 0


def settle(path):
    """Waits until the receiver has printed nothing for two seconds."""
    size, since = -1, time.monotonic()
    while time.monotonic() - since < 2:
        if path.stat().st_size != size:
            size, since = path.stat().st_size, time.monotonic()
        time.sleep(0.1)


def ids(path):
    """The ids of the spans that the receiver has printed; a line that is not whole yet is none."""
    found = []
    for line in path.read_text(errors="replace").splitlines():
        try:
            found.append(span_id(json.loads(line)))
        except ValueError:
            continue
    return [one for one in found if one]


def span_id(value):
    if not isinstance(value, dict):
        return None
    for key in ("spanId", "span_id", "SpanId"):
        if key in value:
            return str(value[key])
    return next((found for inner in value.values() if (found := span_id(inner))), None)


def export(bedload, run, port):
    environment = os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
    return subprocess.Popen(
        [bedload, "report", run, "--otlp"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def account(run):
    traced = json.loads((run / "summary.json").read_text())["traced"]
    return traced["spans_written"], traced["exports"][0]


def relay(port, behind):
    """Passes connections on, in a process of its own that can be killed: what has passed is with the receiver for good."""
    code = (
        "import asyncio, sys\n"
        "async def pipe(reader, writer):\n"
        "    while data := await reader.read(65536):\n"
        "        writer.write(data); await writer.drain()\n"
        "    writer.close()\n"
        "async def join(reader, writer):\n"
        "    back, on = await asyncio.open_connection('127.0.0.1', int(sys.argv[2]))\n"
        "    await asyncio.gather(pipe(reader, on), pipe(back, writer), return_exceptions=True)\n"
        "async def main():\n"
        "    server = await asyncio.start_server(join, '127.0.0.1', int(sys.argv[1]))\n"
        "    await server.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(port), str(behind)], stderr=subprocess.DEVNULL)
    wait_for(port, process)
    return process


def main(run, bedload):
    behind, port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as scratch:
        copy, printed = Path(scratch) / "run", Path(scratch) / "spans.ndjson"
        shutil.copytree(run, copy)
        written = json.loads((run / "summary.json").read_text())["traced"]["spans_written"]
        with printed.open("wb") as log:
            receiver = tap(behind, log)
            try:
                door = relay(port, behind)
                sending = export(bedload, copy, port)
                while sending.poll() is None and accepted(copy) < written / 2:
                    time.sleep(0.002)
                door.kill()
                sending.wait()
                _, cut = account(copy)
                door = relay(port, behind)
                export(bedload, copy, port).wait()
                door.kill()
                settle(printed)
            finally:
                receiver.kill()
        there = ids(printed)
        _, whole = account(copy)
    twice = len(there) - len(set(there))
    print(f"{written} spans written; cut off half-way: {cut}")
    print(f"completed: {whole}")
    print(f"at the receiver: {len(set(there))} spans, {twice} of them twice")
    cut_short = 0 < cut["accepted"] < written and cut["accepted"] + cut["kept_for_later"] == written
    completed = whole["accepted"] == written == len(set(there)) and whole["kept_for_later"] == 0
    return not (cut_short and completed and twice <= whole["maybe_twice"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]).resolve()))
