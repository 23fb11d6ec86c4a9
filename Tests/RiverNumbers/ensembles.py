"""What River's ensembles score, over ten seeds each, some over more.

    python3 Tests/RiverNumbers/ensembles.py [missing | NAME…]     # with river 0.26.1; writes ensembles.json beside it

With names, only the algorithms of these names are run again and the others kept; `missing` runs what the file lacks.
`rows`: only so many rows of the stream are taken, for River's forest does some 1,200 a second. The voting classifier
draws nothing: it has checkpoints.

The ADWIN bagging classifier is left out on elec, where its detectors find something: River's watch where a member is
right and replace the best member when one has become better; the paper's, and ours, watch where it is wrong.
"""
import json
import pathlib
import sys

from river import ensemble, forest, linear_model, optim, preprocessing, tree
from river.ensemble.streaming_random_patches import random_subspace
from streams import progressive, task, write

BINARY = {"phishing": 1250, "elec": 2000, "bananas": 2000, "shuttle": 2000, "flights_late": 2000}
# With rows 17,361 and 21,409 of elec the weight of a leaf, a sum of fractions, has grown by 200, or by 2e-13 less: by
# that last bit River splits there, or one example later. Told to do as we do at the first, River agrees up to the
# second.
VOTING = {"phishing": None, "bananas": None, "shuttle": None, "elec": 17_000, "image_segments": None}
REGRESSION = {"trump_approval": 1001, "chick_weights": 578, "bikeshare": 1500, "sp500": 1258, "flights_delay": 1500}
SEEDS = range(10)

LOGISTIC = {"logistic_regression": {"optimizer": {"sgd": {"lr": 0.05}}}}
SOFTMAX = {"softmax_regression": {"optimizer": {"sgd": {"lr": 0.05}}}}
LINEAR = {"linear_regression": {"optimizer": {"sgd": {"lr": 0.005}}}}
TREE = {"hoeffding_tree_classifier": {"grace_period": 50, "delta": 0.01}}
# With the mean in its leaves: River's models there fail at strings, and blow up without a scaler.
REGRESSION_TREE = {"hoeffding_tree_regressor": {"grace_period": 50, "delta": 0.01, "leaf_prediction": "mean"}}
#: Where ten seeds did not decide whether we are as good, how many did. Given the numbers that we draw, River is within
#: 1e-4 of us in the first, and to the last digits with us in the second.
MORE_SEEDS = [(("leveraging_bagging_classifier", {"model": LOGISTIC}, "elec"), 100),
              (("leveraging_bagging_classifier", {"model": TREE, "n_models": 3}, "image_segments"), 40),
              (("srp_regressor", {"model": REGRESSION_TREE, "n_models": 3}, "sp500"), 40)]


def member(spec):
    (name, p), = spec.items()
    if name == "logistic_regression":
        return linear_model.LogisticRegression(optimizer=_sgd(p))
    if name == "softmax_regression":
        return linear_model.SoftmaxRegression(optimizer=_sgd(p))
    if name == "linear_regression":
        return linear_model.LinearRegression(optimizer=_sgd(p))
    return {"hoeffding_tree_classifier": tree.HoeffdingTreeClassifier,
            "hoeffding_tree_regressor": tree.HoeffdingTreeRegressor}[name](**p)


def _sgd(p):
    return optim.SGD(p["optimizer"]["sgd"]["lr"])


class VotingProbabilities(ensemble.VotingClassifier):
    """River's answers with a class; its votes' shares are what ours answers."""

    def predict_proba_one(self, x):
        votes = {}
        for model in self:
            for label, p in model.predict_proba_one(x).items():
                votes[label] = votes.get(label, 0.0) + p
        total = sum(votes.values())
        return {label: p / total for label, p in votes.items()} if total else {}


class RandomSubspaces:
    """Each member's features drawn at random, as in the paper, and in River beyond 20 features: below, River takes the
    first combinations in order, so that all members see the first features. On bikeshare, where these are all that
    matters, its error is 18 % lower than with features at random."""

    def _generate_subspaces(self, features):
        super()._generate_subspaces(features)
        self._subspaces = [of and random_subspace(features, len(of), self._rng) for of in self._subspaces]


class SRPClassifier(RandomSubspaces, ensemble.SRPClassifier):
    pass


class SRPRegressor(RandomSubspaces, ensemble.SRPRegressor):
    pass


CLASSES = {
    "bagging_classifier": ensemble.BaggingClassifier, "adwin_bagging_classifier": ensemble.ADWINBaggingClassifier,
    "leveraging_bagging_classifier": ensemble.LeveragingBaggingClassifier,
    "ada_boost_classifier": ensemble.AdaBoostClassifier, "bole_classifier": ensemble.BOLEClassifier,
    "srp_classifier": SRPClassifier, "bagging_regressor": ensemble.BaggingRegressor,
    "srp_regressor": SRPRegressor, "arf_classifier": forest.ARFClassifier,
    "arf_regressor": forest.ARFRegressor,
}


def runs():
    """name, parameters in the form of a spec, streams with rows, whether numbers are scaled first"""
    yield "arf_classifier", {}, BINARY | {"image_segments": 1500}, False
    yield "arf_regressor", {"leaf_prediction": "mean"}, {
        "trump_approval": 600, "chick_weights": 578, "bikeshare": 600, "sp500": 600, "flights_delay": 600}, False
    numbers = {name: rows for name, rows in BINARY.items() if name != "flights_late"}
    for name in ["bagging_classifier", "adwin_bagging_classifier", "leveraging_bagging_classifier",
                 "ada_boost_classifier", "bole_classifier"]:
        quiet = {n: rows for n, rows in numbers.items() if n != "elec"}
        yield name, {"model": LOGISTIC}, quiet if name == "adwin_bagging_classifier" else numbers, True
    for method in ["wt", "subag"]:  # River's other two call methods that its generator lacks
        yield "leveraging_bagging_classifier", {"model": LOGISTIC, "bagging_method": method}, {"elec": 2000}, True
    for name in ["bagging_classifier", "ada_boost_classifier"]:
        yield name, {"model": TREE, "n_models": 5}, {"flights_late": 1000, "image_segments": 1000}, False
    yield "leveraging_bagging_classifier", {"model": TREE, "n_models": 3}, {"elec": 1000, "image_segments": 600}, False
    yield "srp_classifier", {"model": TREE, "n_models": 5}, {"phishing": 600, "elec": 600, "shuttle": 600,
                                                             "image_segments": 500, "bananas": 600}, False
    yield "bagging_regressor", {"model": LINEAR}, {n: r for n, r in REGRESSION.items() if n in (
        "trump_approval", "sp500")}, True
    yield "bagging_regressor", {"model": REGRESSION_TREE, "n_models": 3}, {
        "chick_weights": 578, "bikeshare": 600, "flights_delay": 600}, False
    yield "srp_regressor", {"model": REGRESSION_TREE, "n_models": 3}, {
        "trump_approval": 400, "chick_weights": 400, "bikeshare": 400, "sp500": 400, "flights_delay": 400}, False


def run(name, parameters, stream, rows, is_scaled):
    seeds = []
    more = [count for key, count in MORE_SEEDS if key == (name, parameters, stream)]
    for seed in range(*more) if more else SEEDS:
        arguments = dict(parameters)
        if "model" in arguments:
            arguments["model"] = member(arguments["model"])
        model = CLASSES[name](**arguments, seed=seed)
        if is_scaled:
            model = preprocessing.StandardScaler() | model
        last = progressive(model, stream, limit=rows)[-1]
        seeds.append({key: last[key] for key in last if key not in ("events", "answer")})
    print(name, parameters, stream, seeds[0], flush=True)
    steps = ["standard_scaler"] if is_scaled else []
    return {"stream": stream, "model": steps + [{name: parameters}], "rows": rows, "seeds": seeds}


def voting(stream, rows):
    linear = LOGISTIC if task(stream) == "binary" else SOFTMAX
    models = [member(linear), tree.HoeffdingTreeClassifier()]
    spec = ["standard_scaler", {"voting_classifier": {"models": [linear, {"hoeffding_tree_classifier": {}}]}}]
    points = progressive(preprocessing.StandardScaler() | VotingProbabilities(models), stream, rows)
    return {"stream": stream, "model": spec} | ({"rows": rows} if rows else {}) | {"checkpoints": points}


def name_of(result):
    return next(iter(result["model"][-1]))


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_suffix(".json")
    wanted = sys.argv[1:]
    results = json.loads(path.read_text())["runs"] if wanted and path.exists() else []
    if wanted != ["missing"]:
        results = [r for r in results if name_of(r) not in wanted]
    done = [(r["stream"], r["model"][-1]) for r in results]
    for stream, rows in VOTING.items():
        if wanted in ([], ["missing"]) and not any(name_of(r) == "voting_classifier" and r["stream"] == stream
                                                   for r in results) or "voting_classifier" in wanted:
            results.append(voting(stream, rows))
    for name, parameters, streams, is_scaled in runs():
        if wanted in ([], ["missing"]) or name in wanted:
            for stream, rows in streams.items():
                if (stream, {name: parameters}) not in done:
                    results.append(run(name, parameters, stream, rows, is_scaled))
                    write(__file__, results)
    write(__file__, results)
