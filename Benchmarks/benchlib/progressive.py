"""Progressive validation of one pipeline over one file, here and in River: CPU seconds of the whole process."""
import json

from . import prerequisites
from .process import run

STREAMS = {"elec": "elec10.csv", "flights": "flights_year.csv"}
TOLERANCE = 1e-9


def interleaved(counts):
    """A B A B …: each program's runs spread evenly over the whole, so that a noisy minute hurts both."""
    turns = [((run + 0.5) / len(runs), program, run) for program, runs in counts.items() for run in runs]
    return [(program, run) for _, program, run in sorted(turns)]


def measure(plan, binary, streams, river_runs):
    python = prerequisites.peers_python()
    for stream in streams:
        file = prerequisites.data(STREAMS[stream])
        commands = {
            "headrace": [binary, "evaluate", prerequisites.SPECS / f"{stream}.yaml", "--data", file,
                         "--format", "json"],
            "river": [python, prerequisites.FOLDER / "river_progressive.py", stream, file]}
        # A run here is short, and the more runs, the steadier the median.
        counts = {"headrace": 2 * river_runs + 1, "river": river_runs}
        open_runs = {program: plan.open_runs(count, _piece(stream, program), {}) for program, count in counts.items()}
        for program, number in interleaved(open_runs):
            record = plan.new_record(number, _piece(stream, program), {}) | _run(commands[program])
            prerequisites.say(f"{stream}, {program}, run {number + 1}: {record['cpu_seconds']:.2f} CPU s")
            plan.results.add(record)


def _piece(stream, program):
    return {"kind": "progressive", "stream": stream, "program": program}


def _run(command):
    child, text = run(command)
    answer = json.loads(text)
    return {"cpu_seconds": child.cpu_seconds, "elapsed_seconds": child.elapsed_seconds,
            "labels": answer["labels"], "predictions": answer.get("predictions", answer.get("rows")),
            "metrics": {_plain(name): value for name, value in answer["metrics"].items()}}


def _plain(name):
    """log_loss and LogLoss are one metric."""
    return name.lower().replace("_", "")


def problems(results):
    """Speed counts only for the same numbers: every run of both programs, to a relative 1e-9."""
    for stream in STREAMS:
        rivers = results.matching(kind="progressive", stream=stream, program="river")
        for record in results.matching(kind="progressive", stream=stream) if rivers else []:
            yield from (f"{stream}, {record['program']}, run {record['run'] + 1}: {difference}"
                        for difference in _differences(record, rivers[0]))


def _differences(record, expected):
    for count in ("predictions", "labels"):
        if record[count] != expected[count]:
            yield f"{record[count]} {count}, and {expected[count]} in River"
    if record["metrics"].keys() != expected["metrics"].keys():
        yield f"measures {sorted(record['metrics'])}, and River {sorted(expected['metrics'])}"
        return
    for name, value in expected["metrics"].items():
        if not abs(record["metrics"][name] - value) <= TOLERANCE * abs(value):
            yield f"{name} is {record['metrics'][name]!r}, and {value!r} in River: more than {TOLERANCE:g} apart"
