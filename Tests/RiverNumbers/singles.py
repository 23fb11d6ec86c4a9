"""What River's single models score at their defaults: what the model `auto` is compared with.

    python3 Tests/RiverNumbers/singles.py [STREAM…]     # with river 0.26.1; writes singles.csv beside it; 30 minutes

Behind a scaler of the numbers and one-hot categories, but for trees, forests and baselines, which take both as they
are; regression trees take categories one-hot, for River's linear leaves fail at strings. Before it has learned anything a
regressor that answers nothing answers 0. A model that answers something that is no number, or fails, has no line; nor has the aggregated Mondrian forest on flights_delay, which was not waited for.
"""
import csv
import pathlib
import sys

from river import compose, dummy, facto, forest, linear_model, naive_bayes, neighbors, preprocessing, stats, tree
from streams import progressive, stream, names, task

PATH = pathlib.Path(__file__).with_suffix(".csv")


def encoded(learner):
    numbers = compose.SelectType(float) | preprocessing.StandardScaler()
    return (numbers + (compose.SelectType(str) | preprocessing.OneHotEncoder())) | learner


def columns(learner):
    """Numbers as they are, categories one-hot."""
    return (compose.SelectType(float) + (compose.SelectType(str) | preprocessing.OneHotEncoder())) | learner


class Answering:
    """A regressor that always answers."""

    def __init__(self, model):
        self.model = model

    def predict_one(self, x):
        answer = self.model.predict_one(x)
        return 0.0 if answer is None else answer

    def learn_one(self, x, y):
        self.model.learn_one(x, y)


def models(kind):
    if kind == "regression":
        return {
            "linear_regression": encoded(linear_model.LinearRegression()),
            "pa_regressor": encoded(linear_model.PARegressor()),
            "bayesian_linear_regression": encoded(linear_model.BayesianLinearRegression()),
            "fm_regressor": encoded(facto.FMRegressor(seed=1)),
            "knn_regressor": encoded(neighbors.KNNRegressor()),
            "hoeffding_tree_regressor": columns(tree.HoeffdingTreeRegressor()),
            "hoeffding_adaptive_tree_regressor": columns(tree.HoeffdingAdaptiveTreeRegressor(seed=1)),
            "arf_regressor": columns(forest.ARFRegressor(seed=1)),
            "amf_regressor": encoded(forest.AMFRegressor(seed=1)),
            "amf_regressor, numbers as they are": columns(forest.AMFRegressor(seed=1)),
            "no_change_regressor": dummy.StatisticRegressor(stats.Shift(0)),  # the last value
            "statistic_regressor": dummy.StatisticRegressor(stats.Mean()),
        }
    several = {
        "knn_classifier": encoded(neighbors.KNNClassifier()),
        "gaussian_nb": naive_bayes.GaussianNB(),
        "hoeffding_tree_classifier": tree.HoeffdingTreeClassifier(),
        "hoeffding_adaptive_tree_classifier": tree.HoeffdingAdaptiveTreeClassifier(seed=1),
        "extremely_fast_decision_tree_classifier": tree.ExtremelyFastDecisionTreeClassifier(),
        "arf_classifier": forest.ARFClassifier(seed=1),
        "amf_classifier": encoded(forest.AMFClassifier(seed=1)),
        "amf_classifier, numbers as they are": compose.SelectType(float) | forest.AMFClassifier(seed=1),
        "prior_classifier": dummy.PriorClassifier(),
        "no_change_classifier": dummy.NoChangeClassifier(),
    }
    if kind == "multiclass":
        return several | {"softmax_regression": encoded(linear_model.SoftmaxRegression())}
    return several | {
        "logistic_regression": encoded(linear_model.LogisticRegression()),
        "pa_classifier": encoded(linear_model.PAClassifier()),
        "perceptron": encoded(linear_model.Perceptron()),
        "fm_classifier": encoded(facto.FMClassifier(seed=1)),
    }


def main():
    lines = []
    for name in sys.argv[1:] or names("binary", "multiclass", "regression"):
        loss = "mae" if task(name) == "regression" else "log_loss"
        for label, model in models(task(name)).items():
            try:
                last = progressive(Answering(model) if loss == "mae" else model, name)[-1]
            except Exception as problem:
                print(name, label, problem, file=sys.stderr)
                continue
            if last["events"] == sum(1 for _ in stream(name)):
                lines.append([name, label, loss, repr(float(last[loss]))])
                print(*lines[-1], flush=True)
    with open(PATH, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["stream", "model", "loss", "value"], *lines])


if __name__ == "__main__":
    main()
