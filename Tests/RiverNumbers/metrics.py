"""River's metrics over the answers of simple River models, which ours give to 1e-9, too.

Every metric alone, over River's `Rolling` and over its `TimeRolling`: a row comes every second. Choices are ours: binary
the positive class above one half, of several the first of the most probable in the order in which classes came. A row
that the model has no answer for is left out. River's exact areas rank equals by the order in which they came: they are
taken only where no two answers of a window are equal.

    python metrics.py        # writes metrics.json: some two minutes
"""
import datetime as dt
import json
import pathlib
import warnings

import river
from river import linear_model, metrics, naive_bayes, optim, preprocessing, utils

import streams

warnings.simplefilter("ignore")
WINDOW, PERIOD = 200, 120

NUMBERS = {
    "mae": metrics.MAE, "mse": metrics.MSE, "rmse": metrics.RMSE, "mape": metrics.MAPE, "smape": metrics.SMAPE,
    "r2": metrics.R2,
}
POSITIVE = {"rmsle": metrics.RMSLE}
TWO = {
    "precision": metrics.Precision, "recall": metrics.Recall, "f1": metrics.F1, "jaccard": metrics.Jaccard,
    "mcc": metrics.MCC,
}
MANY = {
    "accuracy": metrics.Accuracy, "balanced_accuracy": metrics.BalancedAccuracy, "cohen_kappa": metrics.CohenKappa,
    "geometric_mean": metrics.GeometricMean,
} | {
    f"{average}_{name}": getattr(metrics, average.title() + type)
    for average in ["macro", "micro", "weighted"]
    for name, type in [("precision", "Precision"), ("recall", "Recall"), ("f1", "F1"), ("jaccard", "Jaccard")]
}
BETAS = {"macro_fbeta": metrics.MacroFBeta, "micro_fbeta": metrics.MicroFBeta, "weighted_fbeta": metrics.WeightedFBeta}
PROBABILITY = {"log_loss": metrics.LogLoss, "roc_auc": metrics.ROCAUC}
RANKS = {"rolling_roc_auc": metrics.RollingROCAUC, "rolling_pr_auc": metrics.RollingPRAUC}


class Kept:
    """A metric in the form of a spec, River's own, and what it is told: a value, a choice or a probability."""

    def __init__(self, spec, make, told, window=None):
        self.spec, self.make, self.told, self.window = spec, make, told, window
        self.metric = make()

    def update(self, y, told, time):
        if self.window is None:
            self.metric.update(y, told[self.told])
        elif isinstance(self.window, utils.TimeRolling):
            self.window.update(y, told[self.told], t=time)
        else:
            self.window.update(y, told[self.told])

    def value(self):
        """Within a window River's metric over the answers in River's window, afresh: what River takes back leaves
        rounding errors behind, with which its rolling RMSE may even become a complex number."""
        if self.window is None:
            return self.metric.get()
        metric = self.make()
        is_timed = isinstance(self.window, utils.TimeRolling)
        for args, _ in self.window._datum if is_timed else self.window.window:
            metric.update(*args)
        return metric.get()


class Nothing:
    """For a window that is only to say which answers are in it."""

    def update(self, *args):
        pass

    revert = update


def windows(spec, make, told):
    yield Kept(spec, make, told)
    yield Kept({"rolling": {"metric": spec, "window_size": WINDOW}}, make, told, utils.Rolling(Nothing, WINDOW))
    period = utils.TimeRolling(Nothing, dt.timedelta(seconds=PERIOD))
    yield Kept({"time_rolling": {"metric": spec, "period": f"{PERIOD}s"}}, make, told, period)


def kept(kind, is_positive, has_equals):
    if kind == "regression":
        for name, metric in (NUMBERS | (POSITIVE if is_positive else {})).items():
            yield from windows(name, metric, "value")
        return
    for name, metric in (TWO if kind == "binary" else {}).items():
        yield from windows(name, metric, "choice")
    for name, metric in MANY.items():
        yield from windows(name, metric, "choice")
    for name, metric in (BETAS | ({"fbeta": metrics.FBeta} if kind == "binary" else {})).items():
        yield from windows({name: {"beta": 2}}, lambda metric=metric: metric(beta=2), "choice")
    if kind == "multiclass":
        yield from windows("cross_entropy", metrics.CrossEntropy, "classes")
        return
    for name, metric in PROBABILITY.items():
        yield from windows(name, metric, "probability")
    yield from windows({"roc_auc": {"n_thresholds": 33}}, lambda: metrics.ROCAUC(33), "probability")
    if not has_equals:
        for name, metric in RANKS.items():
            make = lambda metric=metric: metric(window_size=WINDOW)
            yield Kept({name: {"window_size": WINDOW}}, make, "probability")


def told(kind, answer, classes):
    """What a metric may be told of an answer; nothing where the model has none."""
    if kind == "regression":
        return {"value": answer}
    if kind == "binary":
        p = answer.get(True, 0.0)
        return {"choice": p > 0.5, "probability": p}
    known = [c for c in classes if c in answer]
    best = None
    for c in known:
        if best is None or answer[c] > answer[best]:
            best = c
    return None if best is None else {"choice": best, "classes": answer}


def numbers(name):
    return [f for f, of in streams.STREAMS[name][3].items() if of == streams.NUMBER]


def run(name, spec, model, rows, is_positive=False, has_equals=False):
    kind, only = streams.task(name), numbers(name)
    data = list(streams.stream(name))[:rows]
    all_kept, classes, points = list(kept(kind, is_positive, has_equals)), [], []
    for index, (x, y) in enumerate(data):
        x = {f: x[f] for f in only if f in x}
        answer = model.predict_one(x) if kind == "regression" else dict(model.predict_proba_one(x))
        said = told(kind, answer, classes)
        if said is not None:
            time = dt.datetime(2020, 1, 1) + dt.timedelta(seconds=index)
            for metric in all_kept:
                metric.update(y, said, time)
        model.learn_one(x, y)
        if y not in classes:
            classes.append(y)
        while len(points) < streams.CHECKPOINTS and (index + 1) * streams.CHECKPOINTS >= len(data) * (len(points) + 1):
            values = [float(f"{metric.value():.13g}") for metric in all_kept]
            points.append({"events": index + 1, "values": values})
    return {"stream": name, "model": spec, "rows": len(data), "metrics": [metric.spec for metric in all_kept],
            "points": points}


def linear():
    return preprocessing.StandardScaler() | linear_model.BayesianLinearRegression()


def logistic():
    return preprocessing.StandardScaler() | linear_model.LogisticRegression(optimizer=optim.SGD(0.01))


if __name__ == "__main__":
    scaled = ["standard_scaler", "bayesian_linear_regression"]
    sgd = ["standard_scaler", {"logistic_regression": {"optimizer": {"sgd": {"lr": 0.01}}}}]
    runs = [
        run("trump_approval", scaled, linear(), None, is_positive=True),
        run("sp500", scaled, linear(), None),
        run("bikeshare", scaled, linear(), 3000),
        run("phishing", sgd, logistic(), None, has_equals=True),
        run("elec", sgd, logistic(), 5000),
        run("bananas", sgd, logistic(), 3000),
        run("shuttle", sgd, logistic(), 3000, has_equals=True),
        run("image_segments", [{"gaussian_nb": {"tempering": False}}], naive_bayes.GaussianNB(), None),
    ]
    path = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join("  " + json.dumps(run) for run in runs)
    path.write_text(f'{{"river": "{river.__version__}", "scores": [\n{lines}\n]}}\n')
