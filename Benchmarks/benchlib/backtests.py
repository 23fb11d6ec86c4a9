"""Back-tests of one and of five candidates beside `evaluate`, on the same events: a year of flights in a log."""
import json
import statistics
import tempfile

from . import prerequisites
from .process import BenchmarkFailure, run, serving

SPEC = prerequisites.SPECS / "flights.yaml"
COUNTS = (1, 5)
RATES = ("0.05", "0.04", "0.03", "0.02", "0.01")


def measure(plan, binary, runs):
    file = prerequisites.data("flights_year.csv")
    with tempfile.TemporaryDirectory() as folder:
        specs = _specs(folder)
        data = f"{folder}/data"
        _fill(binary, file, data)
        commands = {"evaluate": [binary, "evaluate", SPEC, "--data", file, "--format", "json"]} | {
            f"backtest {count}": [binary, "backtest", *specs[:count], "--data-dir", data, "--format", "json"]
            for count in COUNTS}
        digests = set()
        open_runs = {name: plan.open_runs(runs, _piece(name), {}) for name in commands}
        for number in range(runs):
            for name, command in commands.items():
                if number not in open_runs[name]:
                    continue
                record = plan.new_record(number, _piece(name), {})
                child, text = run(command)
                answer = json.loads(text)
                digests.add((answer.get("candidates") or [answer])[0]["state_digest"])
                record |= {"elapsed_seconds": child.elapsed_seconds, "cpu_seconds": child.cpu_seconds}
                prerequisites.say(f"{name}, run {number + 1}: {child.elapsed_seconds:.2f} s")
                plan.results.add(record)
        if len(digests) > 1:
            raise BenchmarkFailure(f"evaluating and back-testing end in different states: {sorted(digests)}")


def _piece(name):
    return {"kind": "backtest", "program": name}


def _specs(folder):
    text = SPEC.read_text()
    if "lr: 0.05" not in text:
        raise BenchmarkFailure(f"{SPEC} has no learning rate of 0.05 to vary")
    paths = []
    for rate in RATES:
        paths.append(f"{folder}/rate-{rate}.yaml")
        with open(paths[-1], "w") as spec:
            spec.write(text.replace("lr: 0.05", f"lr: {rate}"))
    return paths


def _fill(binary, file, data):
    """A log of the year, as a server writes it."""
    with tempfile.TemporaryDirectory() as folder:
        up = [binary, "up", SPEC, "--data-dir", data, "--port", "0"]
        with serving(up, f"{folder}/log") as (_, url):
            run([binary, "feed", "--data", file, "--url", url, "--batch", "2000", "--format", "json"])


def report(results):
    """The two claims: as fast as `evaluate`, and five candidates in less than three times the time of one."""
    medians = {}
    for name in ["evaluate", *(f"backtest {count}" for count in COUNTS)]:
        records = results.matching(kind="backtest", program=name)
        if not records:
            return ""
        medians[name] = statistics.median(record["elapsed_seconds"] for record in records)
    one, five = medians["backtest 1"], medians["backtest 5"]
    return "\n".join([
        "**Back-tests**, seconds of the whole process on one year of flights, medians:", "",
        "| | seconds | ratio | asked |", "| --- | ---: | ---: | ---: |",
        f"| `evaluate` | {medians['evaluate']:.2f} | | |",
        f"| `backtest`, one candidate | {one:.2f} | {one / medians['evaluate']:.2f} of `evaluate` | at most 1 |",
        f"| `backtest`, five candidates | {five:.2f} | {five / one:.2f} of one | below 3 |"])
