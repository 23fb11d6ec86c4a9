"""Writes regression_tree_reference.txt: what River 0.26.1's tree regressors answer on one stream of 1,000 rows with
missing numbers and categories, categories that come late, weights and a change halfway; predicted, then learned.
Run: venv/bin/python regression_tree_reference.py

    row   <number> <number> <number> <category> <value> <weight>    "-" is missing
    <model> <answer> …                                              of every tenth row, in order

Categories bear names that sort in the order of their first appearance: River decides ties by name.
"""

import pathlib
import random

from river import tree
from river.tree.splitter import EBSTSplitter, QOSplitter

random_source = random.Random(20261121)
EAGER = {"leaf_prediction": "mean", "grace_period": 25, "delta": 0.05, "tau": 0.1}
ADAPTIVE = EAGER | {"bootstrap_sampling": False, "drift_window_threshold": 30}
MODELS = {
    "htr": tree.HoeffdingTreeRegressor(**EAGER),
    "htr_ebst": tree.HoeffdingTreeRegressor(**EAGER, splitter=EBSTSplitter(), remove_poor_attrs=True),
    "htr_qo": tree.HoeffdingTreeRegressor(**EAGER, splitter=QOSplitter(1.0, True), min_samples_split=2),
    "hatr": tree.HoeffdingAdaptiveTreeRegressor(**ADAPTIVE),
    "hatr_qo": tree.HoeffdingAdaptiveTreeRegressor(**ADAPTIVE, splitter=QOSplitter(1.0, True), min_samples_split=2),
}


def rows():
    for index in range(1000):
        x = [round(random_source.gauss(mean, 2), 3) for mean in (0, 10, -3)]
        known = min(8, 2 + index // 100)
        letter = random_source.randrange(known)
        value = x[0] * (letter - 2) - 0.5 * x[1] if index < 500 else 20 + 3 * x[2] + letter
        value = round(value + random_source.gauss(0, 0.5), 3)
        numbers = {f"n{i}": v for i, v in enumerate(x) if random_source.random() > 0.1}
        category = {"c": "abcdefgh"[letter]} if random_source.random() > 0.1 else {}
        yield numbers, category, value, random_source.choice([1, 1, 1, 2, 3])


def main():
    lines, answers = [], {name: [] for name in MODELS}
    names = {}
    for index, (numbers, category, value, weight) in enumerate(rows()):
        cells = [numbers.get(f"n{i}", "-") for i in range(3)] + [category.get("c", "-"), value, weight]
        lines.append("row " + " ".join(map(str, cells)))
        if category:
            category = {"c": names.setdefault(category["c"], f"{len(names):02}")}
        for name, model in MODELS.items():
            if index % 10 == 9:
                answers[name].append(model.predict_one(numbers | category))
            model.learn_one(numbers | category, value, w=float(weight))
    lines += [f"{name} " + " ".join(map(repr, found)) for name, found in answers.items()]
    pathlib.Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n")
    for name, model in MODELS.items():
        print(name, model.summary)


main()
