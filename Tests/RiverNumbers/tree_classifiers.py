"""What River's Hoeffding tree classifiers score; writes tree_classifiers.json beside this file.

    PYTHONHASHSEED=0 python tree_classifiers.py

The seed of Python's hashes is fixed because River tries the values of a nominal feature in the order of a set. Trees
that draw at random are run with ten seeds on the first rows of a stream.
"""
from river import tree
from river.tree.splitter import ExhaustiveSplitter, GaussianSplitter, HistogramSplitter

from streams import progressive, write

HOEFFDING, ADAPTIVE, FAST = (
    "hoeffding_tree_classifier", "hoeffding_adaptive_tree_classifier", "extremely_fast_decision_tree_classifier")
CLASSES = {HOEFFDING: tree.HoeffdingTreeClassifier, ADAPTIVE: tree.HoeffdingAdaptiveTreeClassifier,
           FAST: tree.ExtremelyFastDecisionTreeClassifier}
SPLITTERS = {"gaussian_splitter": GaussianSplitter, "histogram_splitter": HistogramSplitter,
             "exhaustive_splitter": ExhaustiveSplitter}
#: Our additional limits, off.
UNLIMITED = {"max_branches": None, "max_values": None}
SEEDS = range(10)


def build(name, parameters):
    parameters = dict(parameters)
    if "splitter" in parameters:
        (splitter, arguments), = parameters["splitter"].items()
        parameters["splitter"] = SPLITTERS[splitter](**arguments)
    return CLASSES[name](**parameters)


def run(stream, name, limit=None, **parameters):
    points = progressive(build(name, parameters), stream, limit)
    rows = {} if limit is None else {"rows": limit}
    return {"stream": stream, "model": [{name: parameters | UNLIMITED}]} | rows | {"checkpoints": points}


def drawn(stream, name, limit, **parameters):
    last = [progressive(build(name, parameters | {"seed": seed}), stream, limit)[-1] for seed in SEEDS]
    seeds = [{key: point[key] for key in ("log_loss", "accuracy")} for point in last]
    return {"stream": stream, "model": [{name: parameters | UNLIMITED}], "rows": limit, "seeds": seeds}


def hoeffding():
    for stream in ("phishing", "elec", "bananas", "shuttle", "flights_late", "image_segments"):
        yield run(stream, HOEFFDING)
    for stream in ("elec", "bananas", "image_segments", "flights_late"):
        yield run(stream, HOEFFDING, leaf_prediction="mc", split_criterion="gini", grace_period=50,
                  remove_poor_attrs=True)
    for stream in ("phishing", "elec", "shuttle", "flights_late"):
        yield run(stream, HOEFFDING, leaf_prediction="nb", nb_threshold=20, split_criterion="hellinger",
                  binary_split=True, max_depth=4)
    yield run("elec", HOEFFDING, stop_mem_management=True, delta=1e-3, merit_preprune=False,
              splitter={"gaussian_splitter": {"n_splits": 25}})
    for stream in ("phishing", "elec", "bananas", "shuttle", "image_segments"):
        yield run(stream, HOEFFDING, splitter={"histogram_splitter": {}})
        yield run(stream, HOEFFDING, splitter={"exhaustive_splitter": {}})
    yield run("bananas", HOEFFDING, splitter={"histogram_splitter": {"n_bins": 24, "n_splits": 9}}, grace_period=100)


def adaptive():
    for stream in ("phishing", "elec", "bananas", "shuttle", "image_segments"):
        yield run(stream, ADAPTIVE, bootstrap_sampling=False)
    yield run("elec", ADAPTIVE, bootstrap_sampling=False, leaf_prediction="mc", grace_period=50)
    for stream, limit in (("phishing", 1250), ("elec", 5000), ("bananas", 5300)):
        yield drawn(stream, ADAPTIVE, limit)


def fast():
    for stream, limit in (("phishing", None), ("elec", 10000), ("bananas", None), ("shuttle", 5000),
                          ("image_segments", None), ("flights_late", 2000)):
        yield run(stream, FAST, limit)
    yield run("bananas", FAST, leaf_prediction="mc", split_criterion="gini", grace_period=50, delta=1e-5)


if __name__ == "__main__":
    write(__file__, [*hoeffding(), *adaptive(), *fast()])
