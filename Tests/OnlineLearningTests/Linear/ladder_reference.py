"""Writes ladder_reference.txt: what the prototype of `ladder` answers on real streams, with labels at once and late.
Run: python3 ladder_reference.py (a minute; nothing but Python 3.11 is needed).

    <stream> <loss> <delay> <mean loss> <answer> …      47 answers, at questions spread evenly from the last backwards

The streams are those of Tests/Data, in their order, and Examples/flights as `january`. A delay is a count of questions:
a label comes right after the question so many rows later; `real` is when the flight landed, within 24 hours; where
that is also when another flight leaves, the label comes first. Labels that have not come by the last question do not
count. For several classes an answer is the probability of the class that came, 0 where it was not known.
"""
import csv
import datetime
import gzip
import json
import math
import pathlib

import ladder_prototype as prototype

ROOT = pathlib.Path(__file__).parents[3]
SAMPLES = 47
RUNS = [
    ("january", "squared", ("0", "real")),
    ("january", "absolute", ("0", "real")),
    ("elec", "log", ("0", "100")),
    ("bikeshare", "squared", ("0", "100")),
    ("bikeshare", "absolute", ("100",)),
    ("phishing", "log", ("0", "100")),
    ("image_segments", "softmax", ("0", "100")),
]
FLIGHTS = {"target": "arr_delay", "task": "regression", "features": {
    "carrier": "category", "origin": "category", "dest": "category", "hour": "category", "weekday": "category",
    "distance": "number"}}


class Scaler:
    """As `standard_scaler`: it learns with the label, before the model does."""

    def __init__(self, names):
        self.count, self.names = 0, names
        self.mean, self.variance = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)

    def learn(self, numbers):
        self.count += 1
        for name, value in numbers.items():
            before = self.mean[name]
            self.mean[name] += (value - before) / self.count
            self.variance[name] += ((value - before) * (value - self.mean[name]) - self.variance[name]) / self.count

    def scaled(self, numbers):
        return {name: (value - self.mean[name]) / math.sqrt(self.variance[name])
                for name, value in numbers.items() if self.variance[name] > 0}


def read(name):
    """The rows: numbers, categories as columns, the target; and of each when it was asked and when its label came."""
    january = name == "january"
    path = ROOT / ("Examples/flights/january.csv.gz" if january else f"Tests/Data/{name}.csv.gz")
    stream = FLIGHTS if january else json.loads((ROOT / "Tests/Data/streams.json").read_text())[name]
    numbers = [f for f, kind in stream["features"].items() if kind == "number"]
    categories = [f for f, kind in stream["features"].items() if kind == "category"]
    rows, times = [], []
    with gzip.open(path, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            target = row[stream["target"]]
            if january:
                if not target:
                    continue
                asked, came = (datetime.datetime.fromisoformat(row[c]) for c in ("scheduled_departure", "arrival"))
                times.append((asked, came if came - asked <= datetime.timedelta(hours=24) else None))
            rows.append(({f: float(row[f]) for f in numbers}, {(f, row[f]): 1.0 for f in categories},
                         target if stream["task"] == "multiclass" else float(target)))
    return numbers, rows, times


def schedule(count, delay, times):
    """(True, row) asks, (False, row) brings the label."""
    if delay != "real":
        for row in range(count):
            yield True, row
            if row >= int(delay):
                yield False, row - int(delay)
        return
    events = [(asked, 1, row) for row, (asked, _) in enumerate(times)]
    events += [(came, 0, row) for row, (_, came) in enumerate(times) if came]
    last = max(asked for asked, _ in times)
    for time, phase, row in sorted(events):
        if time <= last:
            yield phase == 1, row


def run(rows, numbers, delay, times, loss):
    model = {"log": prototype.TwoClasses, "softmax": prototype.Classes}.get(loss, lambda: prototype.Number(loss))()
    scaler, kept, answers = Scaler(numbers), {}, []
    for asks, index in schedule(len(rows), delay, times):
        values, columns, target = rows[index]
        if asks:
            answer, kept[index] = model.ask(scaler.scaled(values) | columns)
            answers.append(answer.get(target, 0.0) if loss == "softmax" else answer)
        else:
            scaler.learn(values)
            model.learn(scaler.scaled(values) | columns, target, kept.pop(index))
    return answers


def mean_loss(answers, rows, loss):
    total = 0.0
    for answer, (_, _, y) in zip(answers, rows):
        if loss == "squared":
            total += (answer - y) ** 2
        elif loss == "absolute":
            total += abs(answer - y)
        else:
            total += prototype.surprise(answer if loss == "softmax" or y else 1 - answer)
    return total / len(rows)


def main():
    lines = []
    for name, loss, delays in RUNS:
        numbers, rows, times = read(name)
        for delay in delays:
            answers = run(rows, numbers, delay, times, loss)
            step = len(answers) // SAMPLES
            samples = [answers[len(answers) - 1 - k * step] for k in reversed(range(SAMPLES))]
            words = [name, loss, delay, repr(mean_loss(answers, rows, loss)), *map(repr, samples)]
            lines.append(" ".join(words))
            print(*words[:4])
    pathlib.Path(__file__).with_name("ladder_reference.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
