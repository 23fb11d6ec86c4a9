"""The real streams of `Tests/Data`, as River takes them, and progressive validation over them.

    for x, y in stream("elec"): ...          # x: dict without the missing, y: float, bool or str
    progressive(model, "elec")               # ten checkpoints of metrics, test then train

A module beside this one writes the numbers of one family of learners: for every model, in the form of a Headrace spec,
what River scores with it. `write(__file__, runs)` puts them into a JSON file of the module's name.
"""
import csv
import gzip
import json
import math
import pathlib
from numbers import Number

ROOT = pathlib.Path(__file__).resolve().parents[2]
NUMBER, CATEGORY = "number", "category"
CHECKPOINTS = 10


#: file, task, target, features in the order of their columns
_described = json.loads((ROOT / "Tests" / "Data" / "streams.json").read_text())
STREAMS = {name: (stream["file"], stream["task"], stream["target"], stream["features"])
           for name, stream in _described.items()}
#: other questions asked of the files of the others
DERIVED = [name for name, stream in _described.items() if stream.get("derived")]


_TEMPERED = ["bernoulli_nb", "complement_nb", "gaussian_nb", "multinomial_nb", "perceptron",
             "hoeffding_adaptive_tree_classifier"]
_MACHINES = ["fm", "ffm", "hofm"]
#: what our learners do beyond River's, switched off
OFF = ({name: {"tempering": False} for name in _TEMPERED}
       | {"bayesian_linear_regression": {"outlier_limit": None}, "no_change_classifier": {"probability": "certain"},
          "one_vs_one_classifier": {"probability": "votes"}}
       | {f"{name}_classifier": {"limit_steps": False} for name in _MACHINES}
       | {f"{name}_regressor": {"limit_steps": False, "scale_target": False} for name in _MACHINES})


#: trees whose splitter rounds numbers as River does
TREES = ["hoeffding_tree_regressor", "hoeffding_adaptive_tree_regressor", "arf_regressor"]


def rivers_splitter(splitter):
    """A splitter of regression trees in the form of a spec, with River's defaults where it has none of its own."""
    name, parameters = (splitter, {}) if isinstance(splitter, str) else next(iter(splitter.items()))
    defaults = {"tebst_splitter": {"digits": 1}, "qo_splitter": {"radius": 0.25}}.get(name)
    return {name: defaults | parameters} if defaults else splitter


def as_rivers(node):
    """A learner in the form of a spec, with what is not River's switched off, and so its members."""
    name, parameters = (node, {}) if isinstance(node, str) else next(iter(node.items()))
    for member in ("classifier", "model"):
        if isinstance(parameters.get(member), (str, dict)):
            parameters = parameters | {member: as_rivers(parameters[member])}
    if name in TREES:
        parameters = parameters | {"splitter": rivers_splitter(parameters.get("splitter", "tebst_splitter"))}
    return {name: parameters | OFF[name]} if name in OFF else {name: parameters} if parameters else node


def task(name):
    return STREAMS[name][1]


def names(*tasks, derived=False):
    return [name for name in STREAMS if task(name) in tasks and (derived or name not in DERIVED)]


def stream(name):
    """Rows in order, as (features, target); numbers are floats, an empty cell is an absent feature."""
    file, kind, target, features = STREAMS[name]
    with gzip.open(ROOT / "Tests" / "Data" / f"{file}.csv.gz", "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            x = {f: float(row[f]) if of == NUMBER else row[f] for f, of in features.items() if row[f] != ""}
            y = row[target]
            yield x, float(y) if kind == "regression" else y == "1" if kind == "binary" else y


class Scores:
    """Our metrics. A true class without probability counts as 1e-15; the choice is the first of the most probable."""

    def __init__(self, kind):
        self.kind, self.n = kind, 0
        self.absolute = self.squared = self.log_loss = self.hits = 0.0

    def update(self, y, answer):
        self.n += 1
        if self.kind == "regression":
            self.absolute += abs(y - answer)
            self.squared += (y - answer) ** 2
            return
        self.log_loss -= math.log(min(max(answer.get(y, 0.0), 1e-15), 1 - 1e-15))
        if answer and max(answer, key=answer.get) == y:
            self.hits += 1

    def values(self):
        if self.kind == "regression":
            return {"mae": self.absolute / self.n, "rmse": math.sqrt(self.squared / self.n)}
        return {"log_loss": self.log_loss / self.n, "accuracy": self.hits / self.n}


def progressive(model, name, limit=None):
    """Test, then train: the metrics at ten points, and the last answer there.

    A binary answer is the probability of True (0.5 where the model has none yet); of several classes those the model
    knows. An answer that is not a number (a model may blow up) ends the stream: what came before is returned.
    """
    rows = list(stream(name))[:limit]
    kind = task(name)
    scores, points = Scores(kind), []
    for index, (x, y) in enumerate(rows):
        if kind == "regression":
            answer = model.predict_one(x)
            if not isinstance(answer, Number) or not math.isfinite(answer):
                break
        else:
            answer = dict(model.predict_proba_one(x))
            if kind == "binary":
                p = answer.get(True, 1 - answer[False] if False in answer else 0.5)
                total = answer.get(True, 0) + answer.get(False, 0)
                p = p / total if len(answer) == 2 and total > 0 else 0.5 if len(answer) == 2 else p
                answer = {False: 1 - p, True: p}
        scores.update(y, answer)
        model.learn_one(x, y)
        while len(points) < CHECKPOINTS and (index + 1) * CHECKPOINTS >= len(rows) * (len(points) + 1):
            last = answer if kind == "regression" else answer.get(y, 0.0)
            points.append({"events": index + 1} | scores.values() | {"answer": last})
    return points


def write(module, runs):
    """Writes the JSON file; our own additions to a learner are switched off in it.

    `runs`: dicts of stream, model (a list in the form of a spec) and `checkpoints`, or for what draws at random
    `seeds`: the metrics at the end, one dict a seed.
    """
    import river
    runs = [run | {"model": run["model"][:-1] + [as_rivers(run["model"][-1])]} for run in runs]
    path = pathlib.Path(module).with_suffix(".json")
    lines = ",\n".join("  " + json.dumps(run) for run in runs)
    path.write_text(f'{{"river": "{river.__version__}", "runs": [\n{lines}\n]}}\n')
