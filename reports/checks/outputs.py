"""Reads a run's `junit.xml` and `metrics.txt` by parsers that are not ours, and holds them against `summary.json`.

    pip install junitparser prometheus_client && python outputs.py RUN
"""

import json
import sys
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, Skipped
from prometheus_client.openmetrics.parser import text_string_to_metric_families

MEANS = {"fail": Failure, "no_data": Error, "inconclusive": Skipped}


def read_junit(run, summary):
    wrong = []
    [suite] = list(JUnitXml.fromfile(str(run / "junit.xml")))
    cases = {case.name: case for case in suite}
    for judged in summary["gates"]:
        name, verdict = judged["gate"]["name"], judged["verdict"]
        results = [type(result) for result in cases[name].result]
        expected = [MEANS[verdict]] if verdict in MEANS else []
        if judged["gate"].get("severity") == "warn" and expected:
            expected = [Skipped]
        if results != expected or not cases[name].classname:
            wrong.append(f"{name}: {verdict}, but {results}")
    return len(cases), wrong


def read_metrics(run, summary):
    families = list(text_string_to_metric_families((run / "metrics.txt").read_text()))
    samples = [sample for family in families for sample in family.samples]
    gates = {sample.labels["gate"] for sample in samples if "gate" in sample.labels}
    missing = {judged["gate"]["name"] for judged in summary["gates"]} - gates
    return len(samples), [f"no metric of gate {name}" for name in sorted(missing)]


def main(run):
    summary = json.loads((run / "summary.json").read_text())
    cases, wrong_cases = read_junit(run, summary)
    samples, wrong_samples = read_metrics(run, summary)
    print(f"junit.xml: {cases} test cases read; metrics.txt: {samples} samples read")
    for wrong in wrong_cases + wrong_samples:
        print(f"  {wrong}")
    return bool(wrong_cases or wrong_samples)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
