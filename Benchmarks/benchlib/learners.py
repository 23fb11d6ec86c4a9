"""The bare library against its peers' own programs: River, Vowpal Wabbit's driver, MOA in its own thread.

*parsed* is CPU seconds of predicting and learning rows that lie in memory; *text*, *cache* and *sparse* are whole
processes that read a file. Log losses stand beside the speeds, for speed counts only at equal quality.
"""
import json
import re
import shutil
import sys
import zipfile

from . import prerequisites
from .process import BenchmarkFailure, run
from .progressive import interleaved

PEERS = {"river": "River", "vw": "Vowpal Wabbit", "moa": "MOA", "moa_warm": "MOA, warmed up"}
#: name, the data of each program (ours, peer's), peer, mode, model, ratio asked for
PIECES = [
    ("logistic regression with scaler, elec ten times, parsed", "elec10.csv", "river", "parsed", "logistic", 100),
    ("logistic regression with scaler, 54 columns, parsed", "covtype.csv", "river", "parsed", "logistic", 100),
    ("logistic regression with scaler, elec ten times, text", "elec10.csv", "river", "text", "logistic", 40),
    ("logistic regression, elec ten times, text", "elec10.csv", "vw", "text", "unscaled", 3),
    ("logistic regression, elec ten times, our blocks, its cache", "elec10.csv", "vw", "blocks", "unscaled", 5),
    ("logistic regression, 1 M rows of 30 of 2^18, text", "sparse.vw", "vw", "sparse", "logistic", 3),
    ("Hoeffding tree, elec, parsed", "elec.csv", "moa", "parsed", "tree", 10),
    ("Hoeffding tree, elec, parsed", "elec.csv", "moa_warm", "parsed", "tree", None),
    ("Hoeffding tree, elec, parsed", "elec.csv", "river", "parsed", "tree", 35),
    ("Hoeffding tree, 54 columns, parsed", "covtype.csv", "moa", "parsed", "tree", 10),
    ("adaptive random forest of 10, elec, parsed", "elec.csv", "moa", "parsed", "forest", 10),
    ("adaptive random forest of 10, elec, parsed", "elec.csv", "moa_warm", "parsed", "forest", None),
]
# Vowpal Wabbit's own defaults but for the loss: its update takes the place of the scaler.
VW_OPTIONS = ["--loss_function", "logistic", "--bit_precision", "18"]
VW_REPORT = re.compile(r"average loss = ([\d.]+)")


def measure(plan, runs):
    for name, file, peer, mode, model, _ in PIECES:
        commands = {"headrace": _ours(file, peer, mode, model), peer: _peers(file, peer, mode, model)}
        piece = {"kind": "learners", "name": name, "peer": peer}
        counts = {program: plan.open_runs(runs, piece | {"program": program}, {}) for program in commands}
        for program, number in interleaved(counts):
            record = plan.new_record(number, piece | {"program": program}, {}) | commands[program]()
            prerequisites.say(f"{name}, {program}, run {number + 1}: {record['cpu_seconds']:.3f} CPU s")
            plan.results.add(record)


def _ours(file, peer, mode, model):
    # At River's parameters these are River's numbers; MOA's learner differs from both anyway.
    model += "_mixed" if peer in ("moa", "moa_warm") else ""
    program = prerequisites.REPOSITORY / ".build/release/LearnerBenchmark"
    data = prerequisites.data(file)
    if mode == "blocks":
        blocks = data.with_suffix(".blocks")
        if not blocks.exists():
            run([program, "pack", data, blocks])
        data = blocks
    command = [program, mode, data] if mode == "sparse" else [program, mode, model, data]
    return lambda: _whole_or_inner(command, is_whole=mode != "parsed")


def _whole_or_inner(command, is_whole):
    child, text = run(command)
    answer = _json(text)
    return answer | ({"cpu_seconds": child.cpu_seconds} if is_whole else {})


def _peers(file, peer, mode, model):
    if peer == "river":
        command = [prerequisites.peers_python(), prerequisites.FOLDER / "river_learners.py", mode, model,
                   prerequisites.data(file)]
        return lambda: _whole_or_inner(command, is_whole=mode != "parsed")
    if peer == "vw":
        return _vw(file, mode)
    rounds = "3" if peer == "moa_warm" else "1"
    command = ["java", "-cp", _moa(), prerequisites.FOLDER / "MoaBenchmark.java", model,
               prerequisites.data(file).with_suffix(".arff"), rounds]
    return lambda: _whole_or_inner(command, is_whole=False)


def _vw(file, mode):
    python = prerequisites.peers_python()
    text = prerequisites.data(file).with_suffix(".vw")
    driver = [python, "-m", "vowpalwabbit", "-d", text, *VW_OPTIONS]
    if mode == "blocks":
        cache = text.with_suffix(".cache")
        if not cache.exists():
            run([*driver, "--cache_file", cache, "--kill_cache"])
        driver += ["--cache_file", cache]

    def once():
        child, report = run(driver)
        loss = VW_REPORT.search(report)
        return {"cpu_seconds": child.cpu_seconds, "log_loss": float(loss[1]) if loss else None}
    return once


def _moa():
    """MOA's jar, out of CapyMOA's wheel."""
    jar = prerequisites.DATA / "moa.jar"
    if not shutil.which("javac"):
        raise BenchmarkFailure("MOA needs a JDK: apt-get install openjdk-17-jdk-headless")
    if not jar.exists():
        folder = prerequisites.DATA / "capymoa"
        run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "capymoa==0.15.1"])
        wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
        jar.write_bytes(wheel.read("capymoa/jar/moa.jar"))
        shutil.rmtree(folder)
    return jar


def _json(text):
    return json.loads(text.strip().splitlines()[-1])
