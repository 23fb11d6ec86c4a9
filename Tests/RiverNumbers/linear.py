"""What River's linear models, optimizers, losses and schedules score: writes linear.json beside this file.

    python3 -m venv venv && venv/bin/pip install river==0.26.1
    venv/bin/python linear.py [STREAM…]     # with names, only the runs on these streams are made anew

Numbers are scaled by River's StandardScaler; categories are left out. Two runs are River's parts put together otherwise
than River does, where River's own result is not what its documentation and the papers say: the averager, whose average
River's linear models drop, and the epsilon-insensitive hinge, which River applies to 2 y - 1 instead of y.
"""
import json
import pathlib
import sys

from river import compose, linear_model, optim, preprocessing

from streams import NUMBER, STREAMS, names, progressive, write

LR = optim.schedulers


class InsensitiveHinge(optim.losses.EpsilonInsensitiveHinge):
    """The loss of the true value itself."""

    def gradient(self, y_true, y_pred):
        return super().gradient((y_true + 1) / 2, y_pred)


def averaged(of):
    class Averaged(of):
        """Answers with the averaged weights, which are those of all the examples."""

        def __init__(self, optimizer, **arguments):
            super().__init__(optimizer, **arguments)
            self.sums, self.count = {}, 0

        def learn_one(self, x, y, w=1.0):
            super().learn_one(x, y, w)
            self.count += 1
            for i, weight in self.weights.items():
                self.sums[i] = self.sums.get(i, 0.0) + weight

        def answer(self, x):
            return self.intercept + sum(self.sums.get(i, 0.0) / max(1, self.count) * v for i, v in x.items())

        def predict_one(self, x):
            return self.answer(x)

        def predict_proba_one(self, x):
            p = self.loss.mean_func(self.answer(x))
            return {False: 1 - p, True: p}

    return Averaged


#: spec form, River's object; with step sizes that do not let a regression or a classification diverge
CLASSIFIER_OPTIMIZERS = [
    ({"sgd": {"lr": 0.1}}, lambda: optim.SGD(0.1)),
    ({"sgd": {"lr": {"optimal": {"alpha": 0.01}}}}, lambda: optim.SGD(LR.Optimal(optim.losses.Log(), 0.01))),
    ({"momentum": {"lr": 0.01}}, lambda: optim.Momentum(0.01)),
]
REGRESSOR_OPTIMIZERS = [
    ({"sgd": {"lr": 0.001}}, lambda: optim.SGD(0.001)),
    ({"sgd": {"lr": {"optimal": {"alpha": 1000}}}}, lambda: optim.SGD(LR.Optimal(optim.losses.Squared(), 1000))),
    ({"momentum": {"lr": 0.001}}, lambda: optim.Momentum(0.001)),
]
OPTIMIZERS = [
    ("sgd", lambda: optim.SGD()),
    ({"sgd": {"lr": {"inverse_scaling": {"learning_rate": 0.1, "power": 0.5}}}},
     lambda: optim.SGD(LR.InverseScaling(0.1, 0.5))),
    ({"sgd": {"lr": {"inverse_scaling": {"learning_rate": 0.05, "power": 0.3}}}},
     lambda: optim.SGD(LR.InverseScaling(0.05, 0.3))),
    ({"nesterov_momentum": {"lr": 0.01}}, lambda: optim.NesterovMomentum(0.01)),
    ("ada_grad", lambda: optim.AdaGrad()),
    ("rms_prop", lambda: optim.RMSProp()),
    ({"rms_prop": {"lr": {"inverse_scaling": {"learning_rate": 0.1}}, "rho": 0.8}},
     lambda: optim.RMSProp(LR.InverseScaling(0.1), rho=0.8)),
    ("adam", lambda: optim.Adam()),
    ({"adam": {"lr": 0.01, "beta_1": 0.8}}, lambda: optim.Adam(0.01, beta_1=0.8)),
    ("ams_grad", lambda: optim.AMSGrad()),
    ({"ams_grad": {"correct_bias": False}}, lambda: optim.AMSGrad(correct_bias=False)),
    ("ada_max", lambda: optim.AdaMax()),
    ("nadam", lambda: optim.Nadam()),
    ("ada_delta", lambda: optim.AdaDelta()),
    ("ada_bound", lambda: optim.AdaBound()),
    ({"ada_bound": {"lr": {"inverse_scaling": {"learning_rate": 0.01, "power": 0.01}}}},
     lambda: optim.AdaBound(LR.InverseScaling(0.01, 0.01))),
    ("ftrl_proximal", lambda: optim.FTRLProximal()),
    ({"ftrl_proximal": {"l1": 0.5, "beta": 0.5}}, lambda: optim.FTRLProximal(l1=0.5, beta=0.5)),
]
BINARY = [
    ({"loss": {"hinge": {}}}, lambda: {"loss": optim.losses.Hinge()}),
    ({"loss": {"hinge": {"threshold": 0.1}}}, lambda: {"loss": optim.losses.Hinge(0.1)}),
    ({"loss": {"log": {"weight_pos": 3, "weight_neg": 0.5}}}, lambda: {"loss": optim.losses.Log(3, 0.5)}),
    ({"loss": "binary_focal_loss"}, lambda: {"loss": optim.losses.BinaryFocalLoss()}),
    ({"intercept_lr": {"inverse_scaling": {"learning_rate": 0.1}}}, lambda: {"intercept_lr": LR.InverseScaling(0.1)}),
    ({"l2": 0.01}, lambda: {"l2": 0.01}),
    ({"l1": 0.001}, lambda: {"l1": 0.001}),
]
REGRESSION = [
    ({"loss": "absolute"}, lambda: {"loss": optim.losses.Absolute()}),
    ({"loss": {"huber": {"epsilon": 2}}}, lambda: {"loss": optim.losses.Huber(2)}),
    ({"loss": {"quantile": {"alpha": 0.9}}}, lambda: {"loss": optim.losses.Quantile(0.9)}),
    ({"loss": {"epsilon_insensitive_hinge": {"eps": 0.5}}}, lambda: {"loss": InsensitiveHinge(0.5)}),
    ({"loss": {"cauchy": {"C": 10}}}, lambda: {"loss": optim.losses.Cauchy(10)}),
    ({"loss": "poisson", "optimizer": {"sgd": {"lr": 1e-5}}, "intercept_lr": 1e-5},
     lambda: {"loss": optim.losses.Poisson(), "optimizer": optim.SGD(1e-5), "intercept_lr": 1e-5}),
    ({"intercept_lr": {"inverse_scaling": {"learning_rate": 0.1}}}, lambda: {"intercept_lr": LR.InverseScaling(0.1)}),
    ({"l2": 0.01}, lambda: {"l2": 0.01}),
    ({"l1": 0.01}, lambda: {"l1": 0.01}),
]
LIMITS = {"shuttle": 10_000, "elec": 10_000, "flights_late": 10_000, "flights_delay": 10_000, "bikeshare": None,
          "flights_origin": 5_000, "bikeshare_season": 5_000, "bikeshare_weather": 5_000}


def scaled(name, model):
    numbers = [f for f, kind in STREAMS[name][3].items() if kind == NUMBER]
    return compose.Select(*numbers) | preprocessing.StandardScaler() | model


def main(wanted):
    path = pathlib.Path(__file__).with_suffix(".json")
    runs = [run for run in json.loads(path.read_text())["runs"] if run["stream"] not in wanted] if wanted else []

    def run(name, learner, model):
        if wanted and name not in wanted:
            return
        rows = LIMITS.get(name)
        points = progressive(scaled(name, model), name, limit=rows)
        limit = {"rows": rows} if rows else {}
        runs.append({"stream": name} | limit | {"model": ["standard_scaler", learner], "checkpoints": points})

    for name in names("binary"):
        for spec, optimizer in OPTIMIZERS + CLASSIFIER_OPTIMIZERS:
            run(name, {"logistic_regression": {"optimizer": spec}}, linear_model.LogisticRegression(optimizer()))
        for spec, arguments in BINARY:
            run(name, {"logistic_regression": {"optimizer": "sgd"} | spec},
                linear_model.LogisticRegression(**arguments()))
        run(name, {"logistic_regression": {"optimizer": {"averager": {}}}},
            averaged(linear_model.LogisticRegression)(optim.SGD()))
        run(name, {"logistic_regression": {"optimizer": "adam", "l1": 0.0001}},
            linear_model.LogisticRegression(optim.Adam(), l1=0.0001))
        run(name, {"logistic_regression": {"optimizer": "nesterov_momentum", "l2": 0.001}},
            linear_model.LogisticRegression(optim.NesterovMomentum(), l2=0.001))
        run(name, "perceptron", linear_model.Perceptron())
        run(name, {"perceptron": {"l2": 0.01}}, linear_model.Perceptron(l2=0.01))
    for name in names("regression"):
        for spec, optimizer in OPTIMIZERS + REGRESSOR_OPTIMIZERS:
            run(name, {"linear_regression": {"optimizer": spec}}, linear_model.LinearRegression(optimizer()))
        for spec, arguments in REGRESSION:
            run(name, {"linear_regression": {"optimizer": "sgd"} | spec}, linear_model.LinearRegression(**arguments()))
        run(name, {"linear_regression": {"optimizer": {"averager": {}}}},
            averaged(linear_model.LinearRegression)(optim.SGD()))
        run(name, {"linear_regression": {"optimizer": "ada_grad", "l1": 0.001}},
            linear_model.LinearRegression(optim.AdaGrad(), l1=0.001))
    for name in names("multiclass", derived=True):
        for spec, optimizer in OPTIMIZERS + CLASSIFIER_OPTIMIZERS:
            run(name, {"softmax_regression": {"optimizer": spec}}, linear_model.SoftmaxRegression(optimizer()))
        run(name, {"softmax_regression": {"optimizer": "adam", "l2": 0.001}},
            linear_model.SoftmaxRegression(optim.Adam(), l2=0.001))
    write(__file__, runs)


main(sys.argv[1:])
