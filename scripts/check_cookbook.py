"""Runs every recipe of docs/cookbook.md, ours and River's, and compares what they score with the figures of the page.

    python3 scripts/check_cookbook.py .build/release/headrace                  # status 1 where a figure differs
    python3 scripts/check_cookbook.py .build/release/headrace --write          # the figures and the table of costs anew
    python3 scripts/check_cookbook.py .build/release/headrace --only Words     # recipes with this in their title

River is taken from `--python`, by default the environment that the benchmarks make (`make bench`); where it has no
River, that is said and nothing is compared. A row of a recipe's table is a model of the spec, or `River: NAME`, which
the Python program of the recipe prints as lines of NAME, metric, value.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import re
import resource
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cookbook.md"
PEERS = ROOT / "Benchmarks" / ".venv" / "bin" / "python"
BEGIN, END = "<!-- written by scripts/check_cookbook.py -->\n", "<!-- end -->\n"
ABSENT = "–"
#: of our program, which is quick: the smallest CPU time of so many runs
REPEATS = 3


def block(language, section):
    return re.search(rf"```{language}\n(.*?)```", section, re.S)[1]


def run(command, environment=None):
    """What a program printed, and the CPU seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{shlex.join(map(str, command))}\n{done.stderr}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(section, program):
    """{model: {metric: value}} of the spec, by the command of the page; a slice is `METRIC: VALUE`."""
    with tempfile.TemporaryDirectory() as directory:
        spec = pathlib.Path(directory) / "spec.yaml"
        spec.write_text(block("yaml", section))
        line = re.search(r"^\$ headrace (evaluate .*)$", block("console", section), re.M)[1]
        command = [program, *(str(spec) if word == "spec.yaml" else word for word in shlex.split(line))]
        runs = [run([*command, "--format", "json"]) for _ in range(REPEATS)]
    found = json.loads(runs[0][0])
    models = {"champion": found["metrics"], "baseline": found["baseline"]} | found["challengers"]
    values = {}
    for model, scores in models.items():
        values[model] = {}
        for metric, score in scores.items():
            parts = {f"{metric}: {value}": part for value, part in score.items()} if isinstance(score, dict) else {
                metric: score}
            values[model] |= parts
    return values, min(seconds for _, seconds in runs)


def rivers(section, python):
    """The same of the Python program; one thread, as ours."""
    single = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    printed, seconds = run([python, "-c", block("python", section)], os.environ | single)
    values = {}
    for line in printed.splitlines():
        model, metric, value = line.split()
        values.setdefault(f"River: {model}", {})[metric.lower()] = float(value)
    return values, seconds


def shown(value):
    """Four significant digits."""
    decimals = 3 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:.{decimals}f}"


def as_printed(value, text):
    return f"{value:.{len(text.partition('.')[2])}f}"


def value_of(values, model, metric):
    """River's classes have our metrics' names without the `_`."""
    scores = values.get(model, {})
    return scores.get(metric.replace("_", "") if model.startswith("River: ") else metric)


def figures(section, values, write):
    """The section, with figures anew if they are to be written, and what differs."""
    table = re.search(r"^\| model \|.*\n(?:\|.*\n)+", section, re.M)
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table[0].splitlines()]
    metrics = [name.replace("`", "") for name in rows[0][1:]]
    differing, lines = [], table[0].splitlines()[:2]
    for row in rows[2:]:
        model, cells = row[0].replace("`", ""), []
        for metric, text in zip(metrics, row[1:]):
            value = value_of(values, model, metric)
            new = ABSENT if value is None else shown(value) if write else as_printed(value, text)
            if new != text:
                differing.append(f"{model}, {metric}: the page says {text}, it is {new}")
            cells.append(new)
        lines.append("| " + " | ".join([row[0], *cells]) + " |")
    changed = section[:table.start()] + "\n".join(lines) + "\n" + section[table.end():]
    return (changed, []) if write else (section, differing)


def equal(values):
    """The models whose metrics are River's to nine digits."""
    def same(model):
        theirs = values[f"River: {model}"]
        own = {name.replace("_", ""): value for name, value in values[model].items()}
        return all(name in own and math.isclose(own[name], value, rel_tol=1e-9) for name, value in theirs.items())

    return [model for model in values if f"River: {model}" in values and same(model)]


def costs(rows):
    when = datetime.date.today().isoformat()
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1] if sys.platform == "linux" \
        else platform.processor()
    text = "| recipe | CPU s | River's | ratio | River's to nine digits |\n|---|---:|---:|---:|---|\n"
    for title, own, theirs, models in rows:
        anchor = re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        names = ", ".join(f"`{model}`" for model in models) or ABSENT
        text += f"| [{title}](#{anchor}) | {own:.2f} | {theirs:.1f} | {theirs / own:.0f} | {names} |\n"
    return (f"{text}\n{when}, {os.cpu_count()} virtual cores, {cpu}. Whole processes, reading included: ours learns "
            "every model of the\nspec and the baseline, River's those of the program, which may be fewer.\n")


def has_river(python):
    return python.exists() and subprocess.run([python, "-c", "import river"], capture_output=True).returncode == 0


def arguments():
    parser = argparse.ArgumentParser(description="Runs the recipes of docs/cookbook.md and compares their figures.")
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--python", type=pathlib.Path, default=PEERS)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", default="")
    return parser.parse_args()


def main():
    given = arguments()
    if not has_river(given.python):
        print(f"the cookbook is skipped: {given.python} has no River; `make bench` installs it, --python is another")
        return 0
    program = given.program.resolve()
    head, *sections = re.split(r"(?m)^(?=## )", PAGE.read_text())
    differing, rows = [], []
    for index, section in enumerate(sections):
        title = section.splitlines()[0].removeprefix("## ")
        if "```yaml" not in section or given.only not in title:
            continue
        own, own_seconds = ours(section, program)
        theirs, their_seconds = rivers(section, given.python)
        sections[index], found = figures(section, own | theirs, given.write)
        differing += [f"{title}: {what}" for what in found]
        rows.append((title, own_seconds, their_seconds, equal(own | theirs)))
        print(f"{title}: {own_seconds:.2f} s, River {their_seconds:.1f} s, equal {rows[-1][3]}", flush=True)
    if given.write:
        if not given.only:
            head = head[:head.index(BEGIN) + len(BEGIN)] + "\n" + costs(rows) + "\n" + head[head.index(END):]
        PAGE.write_text(head + "".join(sections))
    print("\n".join(differing + [f"{len(rows)} recipes of the cookbook, {len(differing)} figures differ"]))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
