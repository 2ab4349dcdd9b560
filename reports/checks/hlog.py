"""Reads `latency.hlog` with HdrHistogram's Python port and holds it against `summary.json`.

    pip install hdrhistogram && python hlog.py RUN

For every flow, stage and metric, and for every stage's untagged total: the count must be the same, and p50, p99 and the
largest value must fall into the very bucket that ours falls into (ours are exact at the extremes, a bucket is not).
"""

import json
import math
import sys
from pathlib import Path

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

# What the log holds, from a microsecond to a day in three digits.
LOWEST, HIGHEST, DIGITS = 1, 24 * 3600 * 1_000_000, 3
METRICS = [
    "latency", "ttft", "service_time", "service_ttft", "tpot", "itl", "first_attempt", "backoff", "limit_wait",
    "retrier_wait", "schedule_delay",
]


def ours(run):
    """Our figures by tag; a stage's total by None and its place."""
    summary = json.loads((run / "summary.json").read_text())
    spreads = {}
    for cell in summary["cells"]:
        for metric in METRICS:
            spread = cell["figures"].get(metric, {})
            if spread.get("count"):
                spreads[f"{cell['flow']}.{cell['stage']}.{metric}"] = spread
    totals = [stage["figures"]["latency"] for stage in summary["stages"]]
    return spreads, [total for total in totals if total["count"]]


def theirs(run):
    """The intervals of the log: by tag, and without one in order."""
    reader = HistogramLogReader(str(run / "latency.hlog"), HdrHistogram(LOWEST, HIGHEST, DIGITS))
    tagged, untagged = {}, []
    while (interval := reader.get_next_interval_histogram()) is not None:
        tag = interval.get_tag()
        if tag is None:
            untagged.append(interval)
        else:
            assert tag not in tagged, f"{tag} twice"
            tagged[tag] = interval
    return tagged, [interval for interval in untagged if interval.total_count]


def at_rank(histogram, quantile):
    """The value at the rank that we mean. This port rounds q*n to the nearest rank, ours up to the next."""
    count = histogram.total_count
    return histogram.get_value_at_percentile(100 * math.ceil(quantile * count) / count)


def differences(name, spread, histogram):
    if spread["count"] != histogram.total_count:
        yield f"{name}: {spread['count']} counted here, {histogram.total_count} there"
    for key, value in [
        ("p50", at_rank(histogram, 0.5)),
        ("p99", at_rank(histogram, 0.99)),
        ("max", histogram.get_max_value()),
    ]:
        if key in spread:
            micros = spread[key] // 1000
            low, high = histogram.get_lowest_equivalent_value(value), histogram.get_highest_equivalent_value(value)
            if not low <= micros <= high:
                yield f"{name} {key}: {micros} us here, {low}..{high} us there"


def main(run):
    (spreads, totals), (tagged, untagged) = ours(run), theirs(run)
    wrong = [f"only in one: {tag}" for tag in sorted(spreads.keys() ^ tagged.keys())]
    for tag in sorted(spreads.keys() & tagged.keys()):
        wrong += differences(tag, spreads[tag], tagged[tag])
    if len(totals) != len(untagged):
        wrong.append(f"{len(totals)} totals here, {len(untagged)} there")
    for place, (total, histogram) in enumerate(zip(totals, untagged)):
        wrong += differences(f"total {place}", total, histogram)
    print("\n".join(wrong) or f"hdrhistogram reads {len(tagged)} tagged intervals and {len(untagged)} totals as we do")
    return bool(wrong) or not tagged


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
