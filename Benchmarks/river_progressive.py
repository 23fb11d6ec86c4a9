#!/usr/bin/env python3
"""The River peer: progressive validation of one pipeline over one CSV file, with labels at their real delay.

It is timed as a whole process, so it is what a River user would write who cares about speed: River's own reader and
its own simulation of delays, one prediction per answer, C parsers for numbers and times, no copies.

    python river_progressive.py '{"file": "elec10.csv", "target": "up", "task": "binary",
        "numbers": ["period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"]}'

The streams below have names, and more JSON overrides them: `river_progressive.py elec elec10.csv '{"lr": 0.1}'`.
Keys: file, target, task (binary, regression), numbers, categories, time, label_time, horizon_hours (a label later than
this is never learned), metrics, lr, loss (absolute, or River's default), drop_zeros (one-hot columns only
where they are 1: the same numbers without l2, and a third less time than River's default; so the peer has it).
"""
import json
import sys
import time
from datetime import datetime, timedelta

from river import compose, linear_model, metrics, optim, preprocessing, stream

CONFIGURATIONS = {
    "elec": {"target": "up", "task": "binary", "metrics": ["Accuracy", "LogLoss", "ROCAUC"],
             "numbers": ["period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"]},
    "flights": {"target": "arr_delay", "task": "regression", "metrics": ["MAE", "RMSE", "R2"],
                "categories": ["carrier", "origin", "dest", "hour", "weekday"], "numbers": ["distance"],
                "time": "scheduled_departure", "label_time": "arrival", "drop": ["flight_id"],
                "loss": "absolute", "lr": 0.05, "horizon_hours": 24, "drop_zeros": True},
}
EMPTY = float("nan")


def pipeline(config):
    features = compose.Select(*config["numbers"]) | preprocessing.StandardScaler()
    if config.get("categories"):
        one_hot = preprocessing.OneHotEncoder(drop_zeros=config.get("drop_zeros", False))
        features += compose.Select(*config["categories"]) | one_hot
    optimizer = optim.SGD(config.get("lr", 0.01))
    if config["task"] == "binary":
        return features | linear_model.LogisticRegression(optimizer)
    loss = optim.losses.Absolute() if config.get("loss") == "absolute" else None
    return features | linear_model.LinearRegression(optimizer, loss)


def number(text):
    return float(text) if text else EMPTY


def instant(text):
    return datetime.fromisoformat(text) if text else None


def dataset(config):
    """River's reader. A row that never gets a label has the label NaN, known at once, and is skipped below."""
    converters = dict.fromkeys(config["numbers"], float)
    converters[config["target"]] = (lambda text: text == "1") if config["task"] == "binary" else number
    for name in (config.get("time"), config.get("label_time")):
        if name:
            converters[name] = instant
    return stream.iter_csv(config["file"], target=config["target"], converters=converters, drop=config.get("drop"))


def delay(config):
    if "label_time" not in config:
        return None
    asked, known = config["time"], config["label_time"]
    none = timedelta(0)
    return lambda x, _: x[known] - x[asked] if x[known] else none


def run(config):
    model = pipeline(config)
    scores = [getattr(metrics, name)() for name in config["metrics"]]
    binary = config["task"] == "binary"
    predict = model.predict_proba_one if binary else model.predict_one
    horizon = timedelta(hours=config["horizon_hours"]) if "horizon_hours" in config else None
    answers, rows, labels = {}, 0, 0
    for i, x, y in stream.simulate_qa(dataset(config), config.get("time"), delay(config), copy=False):
        if y is None:
            answers[i] = predict(x)
            rows += 1
            continue
        answer = answers.pop(i)
        if y != y or horizon and x[config["label_time"]] - x[config["time"]] > horizon:
            continue
        for score in scores:
            score.update(y, max(answer, key=answer.get) if binary and score.requires_labels else answer)
        model.learn_one(x, y)
        labels += 1
    return {"rows": rows, "labels": labels, "metrics": {type(s).__name__: float(s.get()) for s in scores}}


def main():
    if len(sys.argv) in (3, 4):
        config = CONFIGURATIONS[sys.argv[1]] | {"file": sys.argv[2]} | json.loads((sys.argv[3:] or ["{}"])[0])
    elif len(sys.argv) == 2:
        config = {"metrics": []} | json.loads(sys.argv[1])
    else:
        sys.exit(__doc__)
    result = run(config)
    print(json.dumps(result | {"cpu_seconds": time.process_time()}))


if __name__ == "__main__":
    main()
