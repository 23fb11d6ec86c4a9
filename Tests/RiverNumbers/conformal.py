"""What River's regressors with intervals score: the common checkpoints under `runs`, and under `bounds` the interval
given at each of them, the share of true values covered so far, and the mean width so far (both without the first row,
of which we say nothing).

    python conformal.py           # writes conformal.json beside this file
"""
import json
import pathlib

import river
from river import compose, conf, linear_model, preprocessing
from numbers import Number

import streams


class Intervals:
    """A model that keeps the intervals it gave."""

    def __init__(self, model):
        self.model, self.given = model, []

    def predict_one(self, x):
        self.given.append(self.model.predict_one(x, with_interval=True))
        return self.model.predict_one(x)

    def learn_one(self, x, y):
        self.model.learn_one(x, y)


def run(stream, parameters, **linear):
    model = Intervals(
        compose.SelectType(Number) | preprocessing.StandardScaler()
        | conf.RegressionJackknife(linear_model.LinearRegression(**linear), **parameters))
    points = streams.progressive(model, stream)
    spec = ["standard_scaler", {"regression_jackknife": {
        "regressor": {"linear_regression": {"optimizer": "sgd"} | linear}} | parameters}]
    truth = [y for _, y in streams.stream(stream)]
    bounds, covered, width = [], 0, 0.0
    for index in range(1, points[-1]["events"]):
        interval = model.given[index]
        covered += truth[index] in interval
        width += interval.width
        if any(point["events"] == index + 1 for point in points):
            bounds.append({"events": index + 1, "lower": interval.lower, "upper": interval.upper,
                           "coverage": covered / index, "width": width / index})
    head = {"stream": stream, "model": spec}
    return head | {"checkpoints": points}, head | {"checkpoints": bounds}


if __name__ == "__main__":
    runs = []
    for stream in streams.names("regression"):
        runs.append(run(stream, {}))
        runs.append(run(stream, {"confidence_level": 0.8, "window_size": 100}, intercept_lr=0.1))
    lines = ["[\n" + ",\n".join("  " + json.dumps(part) for part in parts) + "\n]" for parts in zip(*runs)]
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(f'{{"river": "{river.__version__}", "runs": {lines[0]}, "bounds": {lines[1]}}}\n')
