"""Writes linear_reference.txt: what River 0.26.1 and the prototype of twin_ada_grad answer on one stream of 80 rows
with missing numbers and categories; predicted, then learned. Run: venv/bin/python linear_reference.py

    row   <number> <number> <number> <category> <value> <class>     "-" is missing; binary, class 2 is positive
    <model> <answer>                                                one a row, in order; "-" before a class is known
"""

import pathlib
import random

from river import linear_model, optim, preprocessing

import twin_ada_grad_prototype as prototype

random_source = random.Random(19750131)


def rows():
    for _ in range(80):
        x = [round(random_source.gauss(mean, 2), 3) for mean in (0, 10, -3)]
        category = random_source.choice("abcde")
        value = round(x[0] - 0.5 * x[1] + (3 if category == "c" else 0) + random_source.gauss(0, 0.5), 3)
        label = 2 if value > -3 else 1 if value > -5.5 else 0
        numbers = {i: v for i, v in enumerate(x) if random_source.random() > 0.15}
        yield numbers, {"c": category} if random_source.random() > 0.1 else {}, value, label


class Regressor:
    def __init__(self, model):
        self.model = model

    def predict(self, x):
        return [self.model.predict_one(x)]

    def learn(self, x, value, label):
        self.model.learn_one(x, value)


class Classifier(Regressor):
    def predict(self, x):
        return [self.model.predict_proba_one(x)[True]]

    def learn(self, x, value, label):
        self.model.learn_one(x, label == 2)


class Multiclass(Regressor):
    def __init__(self, model):
        super().__init__(model)
        self.seen = []

    def predict(self, x):
        p = self.model.predict_proba_one(x)
        return [p[label] for label in self.seen]

    def learn(self, x, value, label):
        if label not in self.seen:
            self.seen.append(label)
        self.model.learn_one(x, label)


class Twin:
    def __init__(self, model, truth):
        self.model, self.truth, self.seen = model, truth, []

    def predict(self, x):
        p = self.model.predict(x)
        return [p[label] for label in self.seen] if isinstance(p, dict) else [p]

    def learn(self, x, value, label):
        if label not in self.seen:
            self.seen.append(label)
        self.model.learn(x, self.truth(value, label))


def value_of(value, label):
    return value


losses = optim.losses
linear, logistic, softmax = (
    linear_model.LinearRegression, linear_model.LogisticRegression, linear_model.SoftmaxRegression)
MODELS = {
    "linear_sgd": Regressor(linear(optim.SGD(0.01))),
    "linear_intercept": Regressor(linear(optim.SGD(0.05), intercept_init=-5, intercept_lr=0.2, clip_gradient=2.5)),
    "linear_absolute": Regressor(linear(optim.SGD(0.01), loss=losses.Absolute())),
    "linear_huber": Regressor(linear(optim.SGD(0.01), loss=losses.Huber())),
    "linear_l1": Regressor(linear(optim.SGD(0.01), l1=0.1)),
    "linear_l2": Regressor(linear(optim.SGD(0.01), l2=0.1)),
    "logistic_sgd": Classifier(logistic(optim.SGD(0.1))),
    "logistic_l1": Classifier(logistic(optim.SGD(0.1), l1=0.02)),
    "logistic_l2": Classifier(logistic(optim.SGD(0.1), l2=0.05)),
    "softmax_sgd": Multiclass(softmax(optim.SGD(0.1))),
    "softmax_l2": Multiclass(softmax(optim.SGD(0.1), l2=0.05)),
    "linear_twin": Twin(prototype.Regression(), value_of),
    "linear_twin_absolute": Twin(prototype.Regression("absolute"), value_of),
    "linear_twin_huber": Twin(prototype.Regression("huber", delta=0.1), value_of),
    "logistic_twin": Twin(prototype.Logistic(), lambda value, label: label == 2),
    "softmax_twin": Twin(prototype.Softmax(), lambda value, label: label),
}


def main():
    lines = []
    scaler, encoder = preprocessing.StandardScaler(), preprocessing.OneHotEncoder()
    for numbers, category, value, label in rows():
        words = [str(numbers.get(i, "-")) for i in range(3)] + [category.get("c", "-"), str(value), str(label)]
        lines.append("row " + " ".join(words))

        def transformed():
            return scaler.transform_one(numbers) | encoder.transform_one(category)

        x = transformed()
        for name, model in MODELS.items():
            lines.append(name + " " + (" ".join(repr(float(p)) for p in model.predict(x)) or "-"))
        scaler.learn_one(numbers)
        encoder.learn_one(category)
        x = transformed()
        for model in MODELS.values():
            model.learn(x, value, label)
    path = pathlib.Path(__file__).with_name("linear_reference.txt")
    path.write_text("\n".join(lines) + "\n")


main()
