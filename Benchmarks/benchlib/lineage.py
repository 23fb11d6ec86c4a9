"""What the log is good for, on years of flights: verifying, back-testing, restoring, amending, forgetting; its size."""
import csv
import datetime
import functools
import gzip
import json
import pathlib
import random
import sqlite3
import statistics
import subprocess
import tempfile
import urllib.request

from . import prerequisites
from .process import BenchmarkFailure, run, serving

SPEC = prerequisites.SPECS / "flights.yaml"
APPLICATION = "flight-delays"
COUNTS = (1, 5)
RATES = ("0.05", "0.04", "0.03", "0.02", "0.01")
LEARNER = "linear_regression: {loss: absolute, optimizer: {sgd: {lr: 0.05}}}"
TREE = "hoeffding_tree_regressor"
RESTORES = 200
TIME = "%Y-%m-%dT%H:%M:%SZ"
FIRST_DAY = "time in 2013-01-01..2013-01-02"


def measure(plan, binary, runs, years):
    """Of the linear champion all, over so many years; of a tree, restoring over one."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        file = prerequisites.data("flights_year.csv")
        if years > 1:
            file = _repeated(file, years, folder / "years.csv")
        data = folder / "data"
        _fill(binary, SPEC, file, data)
        _sizes(plan, binary, data, "linear", years)
        _folds(plan, binary, file, data, folder, runs, years)
        _restores(plan, binary, SPEC, data, "linear", years)
        _rebuilds(plan, binary, data, years)
        if years == 1:
            tree = folder / "tree.yaml"
            tree.write_text(_varied(LEARNER, TREE))
            _fill(binary, tree, file, folder / "tree")
            _sizes(plan, binary, folder / "tree", "tree", years)
            _restores(plan, binary, tree, folder / "tree", "tree", years)


def _piece(name, years):
    return {"kind": "lineage", "program": name, "years": years}


def _varied(text, other):
    spec = SPEC.read_text()
    if text not in spec:
        raise BenchmarkFailure(f"{SPEC} has no '{text}' to vary")
    return spec.replace(text, other)


def _repeated(file, years, target):
    """The same flights year after year, under other ids."""
    @functools.lru_cache(maxsize=None)
    def shifted(text, days):
        return (datetime.datetime.strptime(text, TIME) + datetime.timedelta(days=days)).strftime(TIME)

    with open(file, newline="") as source, open(target, "w", newline="") as output:
        header, *rows = csv.reader(source)
        writer = csv.writer(output)
        writer.writerow(header)
        key, *times = (header.index(name) for name in ("flight_id", "scheduled_departure", "arrival"))
        for year in range(years):
            for row in rows:
                copy = list(row)
                copy[key] = f"{year}-{row[key]}"
                for time in times:
                    if row[time]:
                        copy[time] = shifted(row[time], 365 * year)
                writer.writerow(copy)
            shifted.cache_clear()
    return target


def _fill(binary, spec, file, data):
    """A log of the file, as a server writes it and packs it when it stops."""
    with tempfile.TemporaryDirectory() as folder:
        up = [binary, "up", spec, "--data-dir", data, "--port", "0"]
        with serving(up, f"{folder}/log") as (_, url):
            run([binary, "feed", "--data", file, "--url", url, "--batch", "2000", "--format", "json"])
        with serving(up, f"{folder}/log"):
            pass


def _sizes(plan, binary, data, model, years):
    store = data / f"{APPLICATION}.headrace"
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        events, blocks = database.execute("SELECT sum(event_count), sum(length(payload)) FROM blocks").fetchone()
        count, snapshots = database.execute("SELECT count(*), sum(length(payload)) FROM snapshots").fetchone()
    record = plan.new_record(0, _piece(f"size, {model}", years), {})
    listing = subprocess.Popen([binary, "log", "--data-dir", data, "--format", "csv"], stdout=subprocess.PIPE)
    packed = subprocess.Popen(["gzip", "-6"], stdin=listing.stdout, stdout=subprocess.PIPE)
    csv_bytes = sum(len(chunk) for chunk in iter(lambda: packed.stdout.read(1 << 20), b""))
    plan.results.remove(**_piece(f"size, {model}", years))
    plan.results.add(record | {
        "events": events, "file_bytes": store.stat().st_size, "block_bytes": blocks, "snapshots": count,
        "snapshot_bytes": snapshots, "csv_bytes": csv_bytes})
    prerequisites.say(
        f"{model}, {years} years: {events:,} events, {store.stat().st_size / events:.1f} bytes each, gzipped CSV "
        f"{csv_bytes / events:.1f}; {count} snapshots, {100 * snapshots / store.stat().st_size:.1f} % of the file")


def _folds(plan, binary, file, data, folder, runs, years):
    """Whole processes, in turns."""
    specs = []
    for rate in RATES:
        specs.append(folder / f"rate-{rate}.yaml")
        specs[-1].write_text(_varied("lr: 0.05", f"lr: {rate}"))
    commands = {
        "evaluate": [binary, "evaluate", SPEC, "--data", file, "--format", "json"],
        "verify": [binary, "verify", "--data-dir", data, "--format", "json"],
    } | {
        f"backtest {count}": [binary, "backtest", *specs[:count], "--data-dir", data, "--format", "json"]
        for count in COUNTS}
    digests = set()
    open_runs = {name: plan.open_runs(runs, _piece(name, years), {}) for name in commands}
    for number in range(runs):
        for name, command in commands.items():
            if number not in open_runs[name]:
                continue
            record = plan.new_record(number, _piece(name, years), {})
            child, text = run(command)
            answer = json.loads(text)
            digests.add((answer.get("candidates") or [answer])[0]["state_digest"])
            record |= {"elapsed_seconds": child.elapsed_seconds, "cpu_seconds": child.cpu_seconds}
            prerequisites.say(f"{name}, run {number + 1}: {child.elapsed_seconds:.2f} s")
            plan.results.add(record)
    if len(digests) > 1:
        raise BenchmarkFailure(f"evaluating, verifying and back-testing end in different states: {sorted(digests)}")


def _restores(plan, binary, spec, data, model, years):
    """To instants drawn from all of the log, one after the other, each from where the one before has led."""
    generator = random.Random(7)
    first = datetime.datetime(2013, 1, 2)
    seconds = (365 * years - 3) * 86_400
    elapsed = []
    record = plan.new_record(0, _piece(f"restore, {model}", years), {})
    with tempfile.TemporaryDirectory() as folder:
        up = [binary, "up", spec, "--data-dir", data, "--port", "0"]
        with serving(up, f"{folder}/log") as (_, url):
            for _ in range(RESTORES):
                instant = first + datetime.timedelta(seconds=generator.randrange(seconds))
                request = urllib.request.Request(
                    f"{url}/v1/applications/{APPLICATION}/restore",
                    json.dumps({"to": instant.strftime(TIME)}).encode(), {"Content-Type": "application/json"})
                elapsed.append(json.load(urllib.request.urlopen(request))["elapsed_seconds"])
            # So that what follows begins with the models of the whole log.
            run([binary, "restore", "--to", f"@{_end(data) - RESTORES}", "--url", url])
    elapsed.sort()
    record |= {"median_seconds": statistics.median(elapsed), "p99_seconds": elapsed[RESTORES * 99 // 100 - 1],
               "max_seconds": elapsed[-1]}
    plan.results.remove(**_piece(f"restore, {model}", years))
    plan.results.add(record)
    prerequisites.say(
        f"{RESTORES} restores, {model}, {years} years: median {record['median_seconds']:.3f} s, "
        f"99th percentile {record['p99_seconds']:.3f} s")


def _end(data):
    with sqlite3.connect(f"file:{data}/{APPLICATION}.headrace?mode=ro", uri=True) as database:
        return database.execute("SELECT max(first_offset + event_count) FROM blocks").fetchone()[0]


def _rebuilds(plan, binary, data, years):
    """Amendments that reach back to the first day."""
    for name, arguments in {
        "amend": ["amend", "--exclude", f"carrier = UA and {FIRST_DAY}"],
        "forget": ["forget", "--where", f"carrier = DL and {FIRST_DAY}"],
    }.items():
        record = plan.new_record(0, _piece(name, years), {})
        child, text = run([binary, *arguments, "--data-dir", data, "--format", "json"])
        questions = json.loads(text)["questions"]
        plan.results.remove(**_piece(name, years))
        plan.results.add(record | {"elapsed_seconds": child.elapsed_seconds, "questions": questions})
        prerequisites.say(f"{name}, {questions} questions of the first day: {child.elapsed_seconds:.2f} s")


def report(results):
    years = sorted({record["years"] for record in results.matching(kind="lineage")})
    return "\n\n".join(filter(None, (_table(results, count) for count in years)))


def _table(results, years):
    def records(name):
        return results.matching(**_piece(name, years))

    def median(name, key="elapsed_seconds"):
        return statistics.median(record[key] for record in records(name)) if records(name) else None

    rows = []
    evaluate, one = median("evaluate"), median("backtest 1")
    for name, label in {"verify": "`verify`", "backtest 1": "`backtest`, one candidate"}.items():
        if evaluate and median(name):
            ratio = f"{median(name) / evaluate:.2f} of `evaluate`'s {evaluate:.2f} s"
            rows.append((label, f"{median(name):.2f} s", ratio, "at most 1"))
    if one and median("backtest 5"):
        five = median("backtest 5")
        rows.append(("`backtest`, five candidates", f"{five:.2f} s", f"{five / one:.2f} of one", "below 3"))
    for model in ("linear", "tree"):
        for record in records(f"restore, {model}"):
            rows.append((
                f"{RESTORES} restores, {model} champion", f"{record['p99_seconds']:.3f} s",
                f"99th percentile; median {record['median_seconds']:.3f} s", "1 s" if model == "linear" else ""))
        for record in records(f"size, {model}"):
            share = record["snapshot_bytes"] / record["file_bytes"]
            rows.append((
                f"snapshots, {model} champion", f"{100 * share:.1f} %", f"{record['snapshots']} of them", "5 %"))
    for record in records("size, linear"):
        events = record["events"]
        rows.append((
            "bytes an event, answers included", f"{record['file_bytes'] / events:.1f}",
            f"gzipped CSV {record['csv_bytes'] / events:.1f}", "below the CSV"))
    for name, label in {"amend": "amending the first day", "forget": "forgetting questions of the first day"}.items():
        for record in records(name):
            rows.append((label, f"{record['elapsed_seconds']:.1f} s", f"{record['questions']} questions", "60 s"))
    if not rows:
        return ""
    flights = "one year" if years == 1 else f"{years} years"
    return "\n".join([
        f"**Lineage**, on {flights} of flights; `verify`, `backtest`, `evaluate`: medians of whole processes in turns:",
        "", "| | measured | | asked |", "| --- | ---: | --- | ---: |",
        *("| " + " | ".join(row) + " |" for row in rows)])
