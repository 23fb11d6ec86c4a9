"""Questions while a million labels are learned, and the price of being looked at: what shares the writer's turn."""
import concurrent.futures
import http.client
import json
import statistics
import sys
import tempfile
import pathlib
import threading
import time
import urllib.parse

from ask_steadily import question

from . import prerequisites
from .process import BenchmarkFailure, run, serving
from .serving import Load

APPLICATION = "turns"
BODY_LABELS = 20_000
RATE, CONNECTIONS = 50, 4
LOOKS_PER_SECOND = 10
SPEC = """application: turns
clock: server
durability: {durability}
limits: {{ids: 2GiB}}
features:
{features}
target: {{name: y, type: regression, horizon: 30d}}
model: auto
metrics: [mae]
"""


def measure(plan, binary, labels, seconds, runs):
    for number in range(runs):
        for durability in ("durable", "relaxed"):
            _measure(plan, number, _questions_piece(durability, labels), {"seconds": seconds},
                     lambda durability=durability: _questions_and_labels(binary, durability, labels, seconds))
        _measure(plan, number, {"kind": "looks", "open_questions": labels}, {"seconds": seconds},
                 lambda: _looked_at(binary, labels, seconds))


def _questions_piece(durability, labels):
    return {"kind": "turns", "durability": durability, "labels": labels}


def _measure(plan, number, piece, settings, body):
    if number == 0:
        plan.open_runs(0, piece, settings)
    record = plan.new_record(number, piece, settings) | body()
    plan.results.add(record)
    prerequisites.say(_line(record))


def _line(record):
    if record["kind"] == "looks":
        return (f"looked at {LOOKS_PER_SECOND} times a second, {record['open_questions']:,} open questions: "
                f"{record['looked_microseconds']:.0f} µs of the server's processor time a request, "
                f"{record['alone_microseconds']:.0f} alone")
    return (f"questions, {record['durability']}: p99 {record['alone']['p99_ms']:.1f} ms alone, "
            f"{record['busy']['p99_ms']:.1f} ms while {record['labels']:,} labels of auto are learned in "
            f"{record['labels_seconds']:.0f} s (longest {record['busy']['longest_ms']:.0f} ms), "
            f"{record['busy']['refused']} refused")


def problems(results):
    """What was promised: p99 at most twice what it is alone and 10 ms more, and no question refused."""
    for record in results.matching(kind="turns"):
        alone, busy = record["alone"], record["busy"]
        if busy["refused"] or busy["p99_ms"] > 2 * alone["p99_ms"] + 10:
            yield f"{_line(record)}: at most twice the p99 alone and 10 ms more were promised"


def report(results):
    rows = [_line(record) for kind in ("turns", "looks") for record in results.matching(kind=kind)]
    return "**Turns**\n\n" + "\n".join(f"- {row}" for row in rows) if rows else ""


def _server(binary, folder, durability):
    features = "\n".join(f"  x{index}: number" for index in range(20))
    spec = folder / "spec.yaml"
    spec.write_text(SPEC.format(durability=durability, features=features))
    command = [binary, "up", spec, "--data-dir", folder / "data", "--port", "0", "--format", "json"]
    return serving(command, folder / "server.log")


def _folder():
    prerequisites.RESULTS.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(dir=prerequisites.RESULTS, prefix="run-")


def _post(url, path, body):
    """Until it is taken: a full queue says so, and when to try again."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=600)
    while True:
        connection.request("POST", f"/v1/applications/{APPLICATION}/{path}", body)
        response = connection.getresponse()
        text = response.read()
        if response.status == 200:
            return text
        if response.status != 503:
            raise BenchmarkFailure(f"{path} answered {response.status}: {text[:500]}")
        time.sleep(0.2)


def _ask(url, count):
    for start in range(0, count, BODY_LABELS):
        names = range(start, min(start + BODY_LABELS, count))
        _post(url, "predictions", "\n".join(question(f"l{name}", name) for name in names))


def _teach(url, count):
    bodies = [
        "\n".join(json.dumps({"id": f"l{name}", "label": name * 37 % 101})
                  for name in range(start, min(start + BODY_LABELS, count)))
        for start in range(0, count, BODY_LABELS)]
    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for text in pool.map(lambda body: _post(url, "labels", body), bodies):
            if text.count(b'"learned"') != text.count(b"\n"):
                raise BenchmarkFailure(f"a label was not learned: {text[:500]}")
    return time.perf_counter() - begin


def _steady(url, seconds, prefix):
    command = [sys.executable, prerequisites.FOLDER / "ask_steadily.py", url, APPLICATION, seconds, RATE, CONNECTIONS,
               prefix]
    return json.loads(run(command)[1])


def _questions_and_labels(binary, durability, labels, seconds):
    with _folder() as folder, _server(binary, pathlib.Path(folder), durability) as (child, url):
        _ask(url, labels)
        alone = _steady(url, seconds, "alone")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            teaching = pool.submit(_teach, url, labels)
            time.sleep(0.5)
            busy = _steady(url, seconds, "busy")
            if teaching.done():
                prerequisites.say("warning: the labels were learned before the last question: more labels are needed")
            return {"alone": alone, "busy": busy, "labels_seconds": teaching.result()}


def _looked_at(binary, open_questions, seconds):
    """Single questions and labels by wrk, in turns without and with somebody who looks at readiness and status. What
    counts is the server's processor time: the client that looks takes some of the machine for itself."""
    with _folder() as folder, _server(binary, pathlib.Path(folder), "relaxed") as (child, url):
        _ask(url, open_questions)
        times = {"alone": [], "looked": []}
        for turn in range(4):
            # What comes second meets a longer log.
            for what in times if turn % 2 == 0 else reversed(times):
                load = Load(prerequisites.wrk(), 32, seconds, what, turn)
                load.environment |= {"APPLICATION": APPLICATION, "NUMBERS": "20"}
                with _looking(url, what == "looked"):
                    run = load.run(child, url)
                times[what].append(run["server_cpu_seconds"] / run["requests"] * 1e6)
        return {f"{what}_microseconds": statistics.median(values) for what, values in times.items()}


class _looking:
    """Asks for readiness and status, each ten times a second, until left."""

    def __init__(self, url, is_looking):
        self.url, self.is_over = url, threading.Event()
        self.thread = threading.Thread(target=self._look) if is_looking else None

    def __enter__(self):
        if self.thread:
            self.thread.start()

    def __exit__(self, *_):
        self.is_over.set()
        if self.thread:
            self.thread.join()

    def _look(self):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=60)
        while not self.is_over.wait(1 / LOOKS_PER_SECOND):
            for path in ("/readyz", f"/v1/applications/{APPLICATION}"):
                connection.request("GET", path)
                connection.getresponse().read()
