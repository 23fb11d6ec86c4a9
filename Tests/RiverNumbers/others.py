"""River's numbers for naive Bayes, nearest neighbours, passive-aggressive and Bayesian linear models, one-vs-rest and
its relatives, and the dummies.

    /tmp/venv/bin/python others.py [PART …]        # writes others.json (some five minutes); PARTs only print

Any Python with River 0.26 will do. Where River's class cannot be asked for what we record, a subclass here says how it
is read: see `Shares` and `Codes`.
"""
import collections
import math
import sys

from river import dummy, linear_model, multiclass, naive_bayes, neighbors, optim, preprocessing, stats
from streams import names, progressive, write, NUMBER, STREAMS

SCALER = "standard_scaler"
BINARY, CLASSES, VALUES = names("binary"), names("binary", "multiclass"), names("regression")


def scaler():
    return preprocessing.StandardScaler()


class Numbers:
    """The numbers alone: what a learner that takes no categories is given where nothing encodes them."""

    def __init__(self, name, model):
        self.names, self.model = [f for f, of in STREAMS[name][3].items() if of == NUMBER], model

    def only(self, x):
        return {f: x[f] for f in self.names if f in x}

    def predict_one(self, x):
        return self.model.predict_one(self.only(x))

    def predict_proba_one(self, x):
        return self.model.predict_proba_one(self.only(x))

    def learn_one(self, x, y):
        self.model.learn_one(self.only(x), y)


class OneHot:
    """Columns of 0 and 1 for the categories, then the numbers, scaled or as they are: the same as our one_hot."""

    def __init__(self, name, model, scale=None, only=None):
        categories = [f for f, of in STREAMS[name][3].items() if of != NUMBER]
        self.numbers = [f for f, of in STREAMS[name][3].items() if of == NUMBER]
        self.categories, self.model, self.scale = only or categories, model, scale
        self.seen = {}

    def encoded(self, x):
        numbers = {f: x[f] for f in self.numbers if f in x}
        if self.scale is not None:
            numbers = self.scale.transform_one(numbers)
        columns = dict.fromkeys(self.seen, 0)
        for f in self.categories:
            if f in x and (f, x[f]) in columns:
                columns[f, x[f]] = 1
        return numbers | columns

    def predict_one(self, x):
        return self.model.predict_one(self.encoded(x))

    def predict_proba_one(self, x):
        return self.model.predict_proba_one(self.encoded(x))

    def learn_one(self, x, y):
        for f in self.categories:
            if f in x:
                self.seen.setdefault((f, x[f]))
        if self.scale is not None:
            self.scale.learn_one({f: x[f] for f in self.numbers if f in x})
        self.model.learn_one(self.encoded(x), y)


def dummies():
    for name in CLASSES:
        yield name, ["no_change_classifier"], dummy.NoChangeClassifier()
        yield name, [{"prior_classifier": {"prior_count": 0}}], dummy.PriorClassifier()
    for name in VALUES:
        yield name, ["no_change_regressor"], dummy.StatisticRegressor(stats.Shift(0, fill_value=0))
        yield name, ["statistic_regressor"], dummy.StatisticRegressor(stats.Mean())
        weighted = {"statistic": "ew_mean", "fading_factor": 0.2}
        yield name, [{"statistic_regressor": weighted}], dummy.StatisticRegressor(stats.EWMean(0.2))


def bayes():
    for name in CLASSES:
        yield name, ["gaussian_nb"], Numbers(name, naive_bayes.GaussianNB())
        yield name, [SCALER, "bernoulli_nb"], scaler() | Numbers(name, naive_bayes.BernoulliNB()) \
            if name != "flights_late" else Numbers(name, scaler() | naive_bayes.BernoulliNB())
    one_hot = {"one_hot": ["carrier", "origin", "dest"]}
    flights = "flights_late"
    yield flights, [one_hot, "gaussian_nb"], OneHot(flights, naive_bayes.GaussianNB())
    yield flights, [one_hot, "bernoulli_nb"], OneHot(flights, naive_bayes.BernoulliNB())
    thresholds = {"alpha": 0.1, "true_threshold": 0.4}
    for name in ["phishing", "elec", "bananas"]:
        yield name, [{"bernoulli_nb": thresholds}], naive_bayes.BernoulliNB(**thresholds)
    for key, make in ("multinomial_nb", naive_bayes.MultinomialNB), ("complement_nb", naive_bayes.ComplementNB):
        for name in ["phishing", "elec"]:
            yield name, [key], make()
            yield name, [{key: {"alpha": 0.01}}], make(alpha=0.01)
        yield flights, [key], Numbers(flights, make())
        yield flights, [one_hot, key], OneHot(flights, make())
        yield flights, [{"one_hot": ["carrier"]}, key], OneHot(flights, make(), only=["carrier"])
        # Sums of these numbers stay positive although some of the numbers are not.
        yield "image_segments", [key], make()
        yield "shuttle", [key], make()
        yield "bananas", [key], make()


PARTS = {part.__name__: part for part in (dummies, bayes)}


def runs(parts):
    for part in parts:
        for name, model, learner in PARTS[part]():
            try:
                points = progressive(learner, name)
            except (ValueError, ZeroDivisionError) as error:
                print(part, name, model, "has no numbers:", error, file=sys.stderr)
                continue
            print(part, name, model, points[-1], file=sys.stderr)
            yield {"stream": name, "model": model, "checkpoints": points}


if __name__ == "__main__":
    parts = sys.argv[1:] or list(PARTS)
    target = __file__ if len(sys.argv) == 1 else "/tmp/others-" + "-".join(parts) + ".py"
    write(target, list(runs(parts)))
