"""Asks one mock by several clients, and prints what each pays for it: measure BEDLOAD PYTHON NODE-FOLDER CALLS

Processor time is that of the client's process and its children alone, as the kernel counts it once they are over. Each
client runs twice, with a tenth of the calls and with all of them: the difference is what calls cost, and what is left is
what it costs to start (and, for bedload, to fold the log and write the report).

All of them keep 16 calls in flight, each followed by the next one as soon as it is answered: that is all that the peers can
do. bedload runs for as long as the calls are expected to take, and its calls are counted. Of its wire client the cost of an
open load is told as well, at 1,000 calls a second whatever the answers do.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
WORKERS, RATE = 16, 1000


def clients(bedload, python, node, url, out):
    """Name, the command for so many calls, how to tell how many were answered, and whether that must be all of them."""

    users = f"flows.ask.load={{ closed: {{ users: {WORKERS} }} }}"
    wire = "clients.app={ wire: {}, regions: [us-east-1] }"

    def own(name, *sets):
        def command(calls):
            target = f'target={{ endpoint: "{url}" }}'
            sized = [target, f"stages.all.for={calls // RATE}s", *sets]
            changes = [word for change in sized for word in ("--set", change)]
            return [bedload, "run", HERE / "load.yaml", "--out", f"{out}/{name}-{calls}", *changes]

        return command, lambda calls, _: summary(f"{out}/{name}-{calls}/summary.json"), False

    def peer(*words):
        return lambda calls: [*words, str(calls), str(WORKERS)], lambda _, said: last_number(said), True

    return {
        "bedload, wire client": own("wire", wire, users),
        "bedload, AWS SDK for Rust": own("sdk", users),
        "bedload, wire client, open": own("open", wire),
        "AWS SDK for JavaScript": peer("node", f"{node}/sdk.mjs"),
        "boto3 in threads": peer(python, HERE / "boto3_threads.py"),
        "LLMeter": peer(python, HERE / "llmeter_run.py"),
    }


def paid(client, url, calls):
    """Processor seconds of a client that was to make so many calls, and how many it made."""
    command, told, exact = client
    words = list(map(str, command(calls)))
    env = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    env |= {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDBEDLOAD",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(words, env=env, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    answered = told(calls, text) if process.returncode == 0 else None
    if process.returncode != 0 or (exact and answered != calls):
        sys.exit(f"{' '.join(words)}: {answered} of {calls} calls answered, exit code {process.returncode}:\n{text[-2000:]}")
    return used.ru_utime + used.ru_stime, answered


def summary(path):
    """What a run of bedload says was answered."""
    total = json.loads(pathlib.Path(path).read_text())["total"]
    return total["requests"] - total["failed"]


def last_number(said):
    """What a peer says was answered: the last line that is a number and nothing else."""
    return int(re.findall(r"^(\d+)$", said, re.M)[-1])


def main():
    bedload, python, node, calls = sys.argv[1:5]
    calls = int(calls) // (10 * RATE) * 10 * RATE or 10 * RATE
    few = calls // 10
    serve = [bedload, "mock", HERE / "mock.yaml", "--listen", "127.0.0.1:0"]
    mock = subprocess.Popen(list(map(str, serve)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = mock.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as out:
            rows = []
            for name, client in clients(bedload, python, node, url, out).items():
                (less, few_made), (more, made) = paid(client, url, few), paid(client, url, calls)
                each = (more - less) / (made - few_made)
                rows.append((name, each * 1000, max(less - each * few_made, 0)))
                print(f"   {name}: done", file=sys.stderr)
    finally:
        mock.terminate()
        mock.wait()
    print(f"Converse calls: some {calls} of each client, the same mock; processor time of the client alone")
    print(f"{'client':<28}{'CPU s per 1,000 calls':>24}{'of the wire client':>20}{'CPU s to start':>16}")
    for name, per_thousand, start in rows:
        print(f"{name:<28}{per_thousand:>24.3f}{per_thousand / rows[0][1]:>19.1f}×{start:>16.2f}")


main()
