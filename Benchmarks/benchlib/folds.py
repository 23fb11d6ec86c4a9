"""What long folds and snapshots cost the answers, and how long a start takes: `auto` over 54 columns, as many as
covtype has, in which no sum tells the classes apart."""
import http.client
import json
import random
import shutil
import signal
import statistics
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import prerequisites
from .process import BenchmarkFailure, Child, run, serving, wait_for_url

APPLICATION = "cover"
FOLDED_EVENTS = 40_000
RECOVERED_EVENTS = 200_000
AUDITS = 4
CONNECTIONS = 4
REQUESTS_PER_SECOND = 100
COLUMNS = [f"n{i}" for i in range(10)] + [f"b{i}" for i in range(44)]
SPEC = "\n".join(
    ["application: cover", "features:", *(f"  {name}: number" for name in COLUMNS),
     "target: {name: y, type: multiclass, classes: [c1, c2, c3, c4, c5, c6, c7]}", "data: {id: id}", "model: auto",
     "metrics: [cross_entropy, accuracy]", ""])


def measure(plan, binary, seconds):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        spec = folder / "spec.yaml"
        spec.write_text(SPEC)
        for count in (FOLDED_EVENTS, RECOVERED_EVENTS):
            _write(folder / f"{count}.csv", count // 2)
        _fill(binary, spec, folder / f"{FOLDED_EVENTS}.csv", folder / "folded")
        for name, prefix in {"all cores": [], "one core": ["taskset", "-c", "1"]}.items():
            record = plan.new_record(0, _piece(f"audits, {name}"), {"seconds": seconds})
            shutil.copytree(folder / "folded", folder / name)
            record |= _audits([*prefix, binary, "up", spec, "--data-dir", folder / name, "--port", "0"], folder, seconds)
            plan.results.remove(**_piece(f"audits, {name}"))
            plan.results.add(record)
            prerequisites.say(
                f"{name}: p99 {record['p99_ms_alone']:.1f} ms, with {AUDITS} audits {record['p99_ms']:.1f} ms; "
                f"stopped in {record['stop_seconds']:.2f} s")
        _recover(plan, binary, spec, folder)


def _piece(name):
    return {"kind": "folds", "program": name}


def _write(file, rows):
    generator = random.Random(7)
    with open(file, "w") as output:
        output.write(f"id,{','.join(COLUMNS)},y\n")
        for number in range(rows):
            values, label = _row(generator)
            output.write(f"{number},{','.join(values)},c{label}\n")


def _row(generator):
    numbers = [generator.gauss(0, 1) * 10 ** (i % 4) for i in range(10)]
    area, soil = generator.randrange(4), generator.randrange(40)
    flags = ["1" if i in (area, 4 + soil) else "0" for i in range(44)]
    first, second = (numbers[0] > 0) ^ (numbers[1] > 0), (numbers[2] > 50) ^ (area > 1)
    label = 1 + (first * 4 + second * 2 + (numbers[4] * numbers[8] > 0)) % 7
    if generator.random() < 0.1:
        label = generator.randrange(1, 8)
    return [f"{number:.4g}" for number in numbers] + flags, label


def _fill(binary, spec, file, data):
    """A log as a crash leaves it."""
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w") as output:
        child = Child([binary, "up", spec, "--data-dir", data, "--port", "0"], output)
        try:
            url = wait_for_url(child, Path(f"{folder}/log"))
            run([binary, "feed", "--data", file, "--url", url, "--format", "json"])
            return json.load(urllib.request.urlopen(f"{url}/v1/applications/{APPLICATION}")).get("recovery", {})
        finally:
            child.kill()


def _audits(command, folder, seconds):
    with open(folder / "log", "w") as output:
        child = Child(command, output)
        try:
            url = wait_for_url(child, folder / "log")
            alone = _latencies(url, "alone", seconds)
            counts, ended = {"done": 0, "refused": 0}, threading.Event()
            for _ in range(AUDITS):
                threading.Thread(target=_audit, args=(url, counts, ended), daemon=True).start()
            time.sleep(1)
            beside = _latencies(url, "beside", seconds)
            start = time.perf_counter()
            child.stop(signal.SIGINT)
            stop_seconds = time.perf_counter() - start
            ended.set()
        finally:
            child.kill()
    if child.status != 0:
        raise BenchmarkFailure(f"headrace up ended with status {child.status} while audits were running")
    return {"p99_ms_alone": _p99(alone), "p99_ms": _p99(beside), "p50_ms_alone": statistics.median(alone),
            "p50_ms": statistics.median(beside), "audits": counts["done"], "stop_seconds": stop_seconds}


def _audit(url, counts, ended):
    """One audit after the other of the last question of the file."""
    address = f"{url}/v1/applications/{APPLICATION}/audit?id={FOLDED_EVENTS // 2 - 1}"
    while not ended.is_set():
        try:
            urllib.request.urlopen(address, timeout=600).read()
            counts["done"] += 1
        except urllib.error.HTTPError as error:
            counts["refused"] += 1
            ended.wait(float(error.headers.get("Retry-After", 1)))
        except OSError:
            return


def _latencies(url, name, seconds):
    """Milliseconds from when each prediction was due, at a steady rate, until its answer."""
    all_latencies, failures = [], []

    def ask(number):
        generator, latencies = random.Random(number), []
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        start = time.perf_counter()
        for count in range(seconds * REQUESTS_PER_SECOND // CONNECTIONS):
            due = start + count * CONNECTIONS / REQUESTS_PER_SECOND
            time.sleep(max(0, due - time.perf_counter()))
            values, _ = _row(generator)
            features = dict(zip(COLUMNS, map(float, values)))
            connection.request(
                "POST", f"/v1/applications/{APPLICATION}/predictions",
                json.dumps({"id": f"{name}-{number}-{count}", "features": features}),
                {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(answer.status)
            latencies.append((time.perf_counter() - due) * 1_000)
        all_latencies.extend(latencies)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures or not all_latencies:
        raise BenchmarkFailure(f"predictions beside audits were answered with {sorted(set(failures))}")
    return all_latencies


def _p99(latencies):
    return sorted(latencies)[len(latencies) * 99 // 100]


def _recover(plan, binary, spec, folder):
    """A start after a kill, and one after the clean stop that follows it."""
    record = plan.new_record(0, _piece("recovery"), {})
    data = folder / "recovered"
    cost = _fill(binary, spec, folder / f"{RECOVERED_EVENTS}.csv", data)
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        with serving([binary, "up", spec, "--data-dir", data, "--port", "0"], folder / "log"):
            seconds.append(time.perf_counter() - start)
    plan.results.remove(**_piece("recovery"))
    plan.results.add(record | {
        "after_kill_seconds": seconds[0], "after_stop_seconds": seconds[1],
        "pause_ms_max": cost.get("pause_ms_max"), "snapshots": cost.get("snapshots_taken"),
        "snapshot_seconds": cost.get("snapshot_seconds"), "snapshot_bytes": cost.get("snapshot_bytes")})
    prerequisites.say(
        f"{RECOVERED_EVENTS:,} events: ready {seconds[0]:.1f} s after a kill, {seconds[1]:.2f} s after a clean stop; "
        f"snapshots {cost}")


def report(results):
    rows = []
    for name in ("all cores", "one core"):
        for record in results.matching(**_piece(f"audits, {name}")):
            rows.append((
                f"99th percentile of predictions beside {AUDITS} audits, {name}", f"{record['p99_ms']:.1f} ms",
                f"without {record['p99_ms_alone']:.1f} ms",
                f"{2 * record['p99_ms_alone'] + 10:.1f} ms" if name == "all cores" else ""))
            rows.append((f"Ctrl-C with audits running, {name}", f"{record['stop_seconds']:.2f} s", "", ""))
    for record in results.matching(**_piece("recovery")):
        rows.append((f"ready after a kill, {RECOVERED_EVENTS:,} events", f"{record['after_kill_seconds']:.1f} s",
                     "", "30 s"))
        rows.append(("ready after a clean stop", f"{record['after_stop_seconds']:.2f} s", "", "1 s"))
        if record["pause_ms_max"] is not None:
            rows.append((
                "longest event or commit while a snapshot is taken", f"{record['pause_ms_max']:.0f} ms",
                f"{record['snapshots']} of {record['snapshot_bytes'] / 1e6:.0f} MB", ""))
    if not rows:
        return ""
    return "\n".join([
        f"**Long folds and starts**, `auto` over {len(COLUMNS)} columns; audits over {FOLDED_EVENTS:,} events, "
        f"{REQUESTS_PER_SECOND} predictions a second:", "", "| | measured | | asked |", "| --- | ---: | --- | ---: |",
        *("| " + " | ".join(row) + " |" for row in rows)])
