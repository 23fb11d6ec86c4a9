"""River's numbers of the Hoeffding tree regressors, with their default parameters and variants.

    python Tests/RiverNumbers/tree_regressors.py        # writes tree_regressors.json beside it, some 3 minutes

River's linear leaves take no text: streams with categories are run with leaves that answer the mean, which see the
categories as they are. River's default linear leaves leave the range of the target on most streams, and their numbers
then explode; what comes before is kept.

River decides between equally good questions about a category by the order of the categories' names; learners here know
categories by number, in the order of first learning. So that ties end alike, the categories are given to River under
names in that order.

River's `HoeffdingAdaptiveTreeRegressor.predict_one` fails where an alternate tree is a branch; on none of these streams
one is.
"""
import sys

from river import compose, preprocessing, tree
from streams import CATEGORY, STREAMS, progressive, write

SGD = {"linear_regression": {"optimizer": "sgd"}}
HTR, HATR = tree.HoeffdingTreeRegressor, tree.HoeffdingAdaptiveTreeRegressor
SPLITTERS = {
    "ebst_splitter": tree.splitter.EBSTSplitter, "tebst_splitter": tree.splitter.TEBSTSplitter,
    "qo_splitter": tree.splitter.QOSplitter}
PLAIN = ["trump_approval", "sp500"]
NOMINAL = ["chick_weights", "bikeshare", "flights_delay"]
ALL = PLAIN + NOMINAL


class Renamed:
    """A model to which categories go under names that sort as they first came."""

    def __init__(self, model, categories):
        self.model, self.names = model, {feature: {} for feature in categories}

    def rename(self, x):
        found = dict(x)
        for feature, names in self.names.items():
            if feature in x:
                found[feature] = names.setdefault(x[feature], f"{len(names):06}")
        return found

    def predict_one(self, x):
        return self.model.predict_one(self.rename(x))

    def learn_one(self, x, y):
        self.model.learn_one(self.rename(x), y)


def run(name, kind, parameters=None, splitter=None, splitter_parameters=None, scaled=True):
    """One run: parameters are those of both River and the spec, a splitter is given by name."""
    parameters = dict(parameters or {})
    spec = dict(parameters)
    if parameters.get("leaf_prediction") != "mean":
        spec |= {"leaf_model": SGD, "clamp_models": False}
    if splitter:
        parameters["splitter"] = SPLITTERS[splitter](**(splitter_parameters or {}))
        body = dict(splitter_parameters or {}) | ({"sides": "river"} if splitter == "qo_splitter" else {})
        spec["splitter"] = {splitter: body} if body else splitter
    model = kind(**parameters)
    steps = [{"hoeffding_tree_regressor" if kind is HTR else "hoeffding_adaptive_tree_regressor": spec}]
    kinds = STREAMS[name][3]
    numbers = [f for f, of in kinds.items() if of != CATEGORY]
    categories = [f for f, of in kinds.items() if of == CATEGORY]
    if scaled:
        scaler = compose.Select(*numbers) | preprocessing.StandardScaler()
        if categories:
            # A union hands on the features of its last part first; ours come in the same order.
            scaler = compose.Select(*categories) + scaler
        model = scaler | model
        steps = ["standard_scaler"] + steps
    points = progressive(Renamed(model, categories), name)
    print(name, steps, len(points), points[-1] if points else None, file=sys.stderr)
    return [{"stream": name, "model": steps, "checkpoints": points}] if points else []


def drawn(name, rows):
    """The adaptive tree with its default bootstrap sampling, over ten seeds."""
    parameters = {"leaf_prediction": "mean", "grace_period": 50, "delta": 0.01}
    categories = [f for f, of in STREAMS[name][3].items() if of == CATEGORY]
    seeds = []
    for seed in range(10):
        last = progressive(Renamed(HATR(**parameters, seed=seed), categories), name, limit=rows)[-1]
        seeds.append({key: last[key] for key in ("mae", "rmse")})
    print(name, seeds, file=sys.stderr)
    model = [{"hoeffding_adaptive_tree_regressor": parameters}]
    return [{"stream": name, "model": model, "rows": rows, "seeds": seeds}]


def runs():
    mean = {"leaf_prediction": "mean"}
    found = []
    for name in ALL:
        found += run(name, HTR, mean)
        found += run(name, HTR, mean, scaled=False)
        found += run(name, HTR, mean | {"grace_period": 50, "delta": 0.01}, "ebst_splitter")
        found += run(name, HTR, mean | {"grace_period": 100, "tau": 0.1}, "qo_splitter")
        found += run(name, HATR, mean | {"bootstrap_sampling": False})
        found += run(
            name, HATR,
            mean | {"bootstrap_sampling": False, "grace_period": 50, "delta": 0.05, "drift_window_threshold": 50},
            "qo_splitter", {"radius": 0.5})
    found += run("trump_approval", HTR)
    found += run("trump_approval", HTR, {"grace_period": 100, "model_selector_decay": 0.9})
    found += run("trump_approval", HTR, {"leaf_prediction": "model", "delta": 0.01}, "ebst_splitter")
    found += run("trump_approval", HATR, {"bootstrap_sampling": False, "grace_period": 50})
    found += run("sp500", HTR)
    found += run("sp500", HTR, {"grace_period": 50, "max_depth": 3, "delta": 0.1, "tau": 0.3})
    found += run("sp500", HATR, {"bootstrap_sampling": False, "grace_period": 100, "tau": 0.2})
    found += run("bikeshare", HTR, mean | {"binary_split": True, "min_samples_split": 20, "remove_poor_attrs": True})
    found += run("flights_delay", HTR, mean | {"binary_split": True, "max_depth": 4, "merit_preprune": False})
    found += run(
        "bikeshare", HTR, mean | {"delta": 0.01}, "qo_splitter", {"radius": 1.0, "allow_multiway_splits": True})
    for name in ALL:
        found += run(name, HTR, mean | {"delta": 0.01}, "tebst_splitter", {"digits": 3})
    for name, rows in {
            "trump_approval": 1001, "sp500": 1257, "chick_weights": 578, "bikeshare": 3000,
            "flights_delay": 4000}.items():
        found += drawn(name, rows)
    return found


if __name__ == "__main__":
    write(__file__, runs())
