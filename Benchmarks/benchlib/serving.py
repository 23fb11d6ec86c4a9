"""Predictions and labels over HTTP: wrk against Headrace in both durabilities, and against FastAPI with River."""
import contextlib
import json
import os
import pathlib
import signal
import tempfile
import time

import disk_flushes

from . import prerequisites
from .process import BenchmarkFailure, run, serving

SERVERS = ("relaxed", "durable", "fastapi")
CONNECTIONS = (1, 32, 64, 256)
FLUSH_SECONDS = 2
FLUSH_BYTES = 256


def measure(plan, binary, servers, connection_counts, runs, seconds):
    """Rounds of all servers, not all runs of one server: what the machine does at this minute concerns all of them."""
    peer = prerequisites.peers_python() if "fastapi" in servers else None
    wrk, settings = prerequisites.wrk(), {"seconds": seconds}
    for connections in connection_counts:
        open_runs = {server: plan.open_runs(runs, _piece(server, connections), settings) for server in servers}
        for number in range(runs):
            for server in servers:
                if number not in open_runs[server]:
                    continue
                record = plan.new_record(number, _piece(server, connections), settings)
                load = Load(wrk, connections, seconds, server, number)
                record |= _run_fastapi(peer, load) if server == "fastapi" else _run_headrace(binary, server, load)
                plan.results.add(record)
                prerequisites.say(_line(record))


def _piece(server, connections):
    return {"kind": "http", "server": server, "connections": connections}


def _line(record):
    text = (f"{record['server']}, {record['connections']} connections, run {record['run'] + 1}: "
            f"{record['requests_per_second']:,.0f} requests/s, p50 {record['p50_ms']} ms, p99 {record['p99_ms']} ms")
    if failures := failed_requests(record):
        text += f", {failures} NOT ANSWERED WELL"
    return text


def failed_requests(record):
    return record["not_2xx"] + record["socket_errors"] + record["timeouts"]


def problems(results):
    """Requests that Headrace did not answer with 2xx: there must be none. (The peer's are in its row of the table.)"""
    for record in results.matching(kind="http"):
        if record["server"] != "fastapi" and failed_requests(record):
            yield (f"{record['server']} at {record['connections']} connections, run {record['run'] + 1}: "
                   f"{record['not_2xx']} answers not 2xx, {record['socket_errors']} socket errors, "
                   f"{record['timeouts']} timeouts of {record['requests']} requests")


class Load:
    """One run of wrk with load.lua, whatever the server."""

    def __init__(self, wrk, connections, seconds, server, number):
        self.seconds = seconds
        # One thread: a thread has a script of its own, and two of them would take both of two cores.
        self.command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", prerequisites.FOLDER / "load.lua"]
        self.environment = {"TARGET": "fastapi" if server == "fastapi" else "headrace",
                            "RUN": f"{server}-{connections}-{number}-{os.getpid()}",
                            # With more connections one of them may be left waiting for longer: see load.lua.
                            "LAG": "512" if connections <= 32 else "2048"}

    def run(self, server, url):
        before = server.cpu_seconds_so_far()
        child, text = run([*self.command, url], self.environment)
        after = server.cpu_seconds_so_far()
        result = json.loads(text[text.rindex('{"target"'):])
        result["measured_seconds"] = result.pop("seconds")  # next to those asked for, which tell the piece
        server_cpu_seconds = None if before is None or after is None else after - before
        return result | {"wrk_cpu_seconds": child.cpu_seconds, "server_cpu_seconds": server_cpu_seconds}


@contextlib.contextmanager
def _temporary_folder():
    """On the disk of the repository: /tmp may be memory, where a flush costs nothing."""
    prerequisites.RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=prerequisites.RESULTS, prefix="run-") as folder:
        yield pathlib.Path(folder)


def _run_fastapi(python, load):
    command = [python, "-m", "uvicorn", "--app-dir", prerequisites.FOLDER, "fastapi_river:app",
               "--host", "127.0.0.1", "--port", "0", "--no-access-log"]
    with _temporary_folder() as folder:
        with serving(command, folder / "server.log") as (child, url):
            result = load.run(child, url)
        if child.status not in (0, -signal.SIGTERM):
            raise BenchmarkFailure(f"uvicorn ended with status {child.status}")
    return result


def _run_headrace(binary, durability, load):
    with _temporary_folder() as folder:
        spec, data_folder = folder / "spec.yaml", folder / "data"
        spec.write_text((prerequisites.SPECS / "serving.yaml").read_text() + f"durability: {durability}\n")
        data_folder.mkdir()
        command = [binary, "up", spec, "--data-dir", data_folder, "--port", "0", "--format", "json"]
        log_file = folder / "server.log"
        flush_seconds = min(FLUSH_SECONDS, load.seconds) if durability == "durable" else 0
        with serving(command, log_file) as (child, url):
            before = _flushes_per_second(data_folder, flush_seconds)
            result = load.run(child, url)
            after = _flushes_per_second(data_folder, flush_seconds)
        if child.status != 0:
            raise BenchmarkFailure(f"headrace up ended with status {child.status}:\n{log_file.read_text()[-2000:]}")
        if flush_seconds:
            result |= {"flushes_per_second_before": before, "flushes_per_second_after": after}
        result |= _verified(binary, data_folder, result)
    return result


def _flushes_per_second(folder, seconds):
    if not seconds:
        return None
    durations = disk_flushes.measure(folder, seconds, FLUSH_BYTES)
    return len(durations) / sum(durations)


def _verified(binary, folder, result):
    """The log that came out of it is whole, and holds at least what was answered."""
    start = time.perf_counter()
    _, text = run([binary, "verify", "--data-dir", folder, "--format", "json"])
    verification = json.loads(text)
    if not verification["ok"]:
        raise BenchmarkFailure(f"verify found differences after a run: {text[-2000:]}")
    if verification["events"] < result["answered_2xx"]:
        raise BenchmarkFailure(f"{result['answered_2xx']} answers, but only {verification['events']} events logged")
    return {"verified_events": verification["events"], "verify_seconds": time.perf_counter() - start}
