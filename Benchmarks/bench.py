#!/usr/bin/env python3
"""Headrace side by side with River and with FastAPI + uvicorn + River: one command, one machine, the same files.

    python3 Benchmarks/bench.py                                       everything: half an hour, on an idle machine
    python3 Benchmarks/bench.py --only progressive --streams elec     a piece of it
    python3 Benchmarks/bench.py --only http --connections 32 --modes relaxed fastapi
    python3 Benchmarks/bench.py --only turns --labels 100000 --seconds 10
    python3 Benchmarks/bench.py --resume                              go on with one that was broken off
    python3 Benchmarks/bench.py --seconds 2 --runs 1                  does it work at all
    python3 Benchmarks/bench.py --only report                         the tables of what has been measured

Every run is kept in Benchmarks/results/results.json as soon as it is done; a piece that is measured again replaces its
earlier runs. The tables are printed and written to Benchmarks/results/report.md. The exit status is 1 where a figure
cannot be trusted: metrics that differ, a log that does not verify, a request that Headrace did not answer with 2xx.
"""
import argparse
import platform
import signal
import sys

from benchlib import folds, learners, lineage, machine, prerequisites, progressive, report, serving, turns
from benchlib.process import BenchmarkFailure
from benchlib.results import Plan, Results


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", choices=["progressive", "lineage", "folds", "turns", "learners", "http", "report"])
    parser.add_argument("--streams", nargs="+", choices=progressive.STREAMS, default=list(progressive.STREAMS))
    parser.add_argument("--modes", nargs="+", choices=serving.SERVERS, default=serving.SERVERS,
                        help="the servers: Headrace in a durability, or the peer")
    parser.add_argument("--connections", nargs="+", type=positive, default=serving.CONNECTIONS)
    parser.add_argument("--seconds", type=positive, default=30, help="of a run over HTTP (default 30)")
    parser.add_argument("--runs", type=positive, default=3,
                        help="over HTTP and of River; Headrace's progressive validation, which is short, runs twice as "
                             "often and once more (default 3, so 7)")
    parser.add_argument("--years", type=positive, default=1,
                        help="of flights that `lineage` works on, the same year over and over (default 1)")
    parser.add_argument("--labels", type=positive, default=1_000_000,
                        help="that are learned while questions come, in `turns` (default 1000000)")
    parser.add_argument("--resume", action="store_true", help="keep the runs that this build has already made")
    parser.add_argument("--binary", metavar="PATH", help="default .build/release/headrace")
    return parser.parse_args()


def measure(options, results):
    binary = prerequisites.headrace(options.binary)
    plan = Plan(
        results, options.resume, identity=machine.description(binary),
        remarks={"commit": machine.commit(), "python": platform.python_version()})
    if options.only in (None, "progressive"):
        progressive.measure(plan, binary, options.streams, options.runs)
    if options.only in (None, "lineage"):
        lineage.measure(plan, binary, options.runs, options.years)
    if options.only in (None, "folds"):
        folds.measure(plan, binary, options.seconds)
    if options.only in (None, "learners"):
        learners.measure(plan, options.runs)
    if options.only in (None, "http"):
        serving.measure(plan, binary, options.modes, options.connections, options.runs, options.seconds)
    if options.only in (None, "turns"):
        turns.measure(plan, binary, options.labels, options.seconds, 1 if options.only is None else options.runs)


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, interrupt)  # so that children end with it, however it is ended
    results, status = Results(), 0
    try:
        if options.only != "report":
            measure(options, results)
    except BenchmarkFailure as failure:
        prerequisites.say(f"\nFAILED: {failure}\n")
        status = 1
    except KeyboardInterrupt:
        prerequisites.say("\nbroken off; --resume goes on from here\n")
        status = 130
    print(report.write(results), end="")
    for problem in [*progressive.problems(results), *serving.problems(results), *turns.problems(results)]:
        prerequisites.say(f"\nFAILED: {problem}")
        status = status or 1
    return status


if __name__ == "__main__":
    sys.exit(main())
