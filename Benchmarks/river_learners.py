#!/usr/bin/env python3
"""River's learner over rows read beforehand: CPU seconds of predicting and learning alone; or the whole process.

    python river_learners.py parsed logistic|tree|forest FILE.csv [ROWS]
    python river_learners.py text logistic FILE.csv

A CSV's last column is the class, 0 or 1; the others are numbers.
"""
import csv
import json
import math
import sys
import time

from river import forest, linear_model, optim, preprocessing, tree


def model(name):
    if name == "tree":
        return tree.HoeffdingTreeClassifier()
    if name == "forest":
        return forest.ARFClassifier(n_models=10, seed=1)
    return preprocessing.StandardScaler() | linear_model.LogisticRegression(optim.SGD(0.01))


def rows(path):
    with open(path, newline="") as lines:
        reader = csv.reader(lines)
        *names, _ = next(reader)
        for *values, label in reader:
            yield dict(zip(names, map(float, values))), label == "1"


def main():
    mode, name, path, *limit = sys.argv[1:]
    learner = model(name)
    stream = rows(path)
    start = 0.0
    if mode == "parsed":
        stream = list(stream)[:int(limit[0]) if limit else None]
        start = time.process_time()
    log_loss = hits = count = 0
    for x, y in stream:
        answer = learner.predict_proba_one(x)
        p = answer.get(True, 0.0 if answer else 0.5)
        truth = p if y else 1 - p
        log_loss -= math.log(min(max(truth, 1e-15), 1 - 1e-15))
        hits += truth > 0.5
        count += 1
        learner.learn_one(x, y)
    seconds = time.process_time() - start
    print(json.dumps({"events": count, "cpu_seconds": seconds, "log_loss": log_loss / count, "accuracy": hits / count}))


if __name__ == "__main__":
    main()
