"""What River's factorization machines score with ten seeds: writes factorization.json beside this file.

    python3 -m venv venv && venv/bin/pip install river==0.26.1
    venv/bin/python factorization.py

Numbers are scaled by River's StandardScaler; categories reach the learner as they are. Only the first rows are taken,
because River's machines are slow.
"""
from river import compose, facto, optim, preprocessing

from streams import CATEGORY, NUMBER, STREAMS, progressive, task, write

SEEDS = 10


def scaled(name, model):
    features = STREAMS[name][3]
    numbers = [f for f, kind in features.items() if kind == NUMBER]
    categories = [f for f, kind in features.items() if kind == CATEGORY]
    scaler = compose.Select(*numbers) | preprocessing.StandardScaler()
    return (scaler + compose.Select(*categories) if categories else scaler) | model


#: stream, rows, prefix, spec, arguments; regressions with step sizes that do not diverge
def slow(rate):
    spec = {k: {"sgd": {"lr": rate}} for k in ("weight_optimizer", "latent_optimizer")} | {"intercept_lr": rate}
    return spec, lambda: {
        "weight_optimizer": optim.SGD(rate), "latent_optimizer": optim.SGD(rate), "intercept_lr": rate}


def plain():
    return {}, dict


def fewer():
    return {"n_factors": 4, "l2_latent": 0.01}, lambda: {"n_factors": 4, "l2_latent": 0.01}


RUNS = [
    ("phishing", 1250, "fm", plain()), ("elec", 1500, "fm", plain()), ("bananas", 1500, "fm", plain()),
    ("shuttle", 1000, "fm", plain()), ("flights_late", 1500, "fm", plain()), ("flights_late", 1000, "fm", fewer()),
    ("trump_approval", 1001, "fm", slow(0.0001)), ("chick_weights", 578, "fm", slow(0.00001)),
    ("bikeshare", 1000, "fm", slow(0.00001)), ("sp500", 1000, "fm", slow(0.001)),
    ("flights_delay", 1000, "fm", slow(0.00001)),
    ("phishing", 400, "ffm", plain()), ("elec", 600, "ffm", plain()), ("bananas", 800, "ffm", plain()),
    ("flights_late", 500, "ffm", plain()), ("trump_approval", 500, "ffm", slow(0.0001)),
    ("chick_weights", 578, "ffm", slow(0.00001)),
    ("phishing", 200, "hofm", plain()), ("elec", 500, "hofm", plain()), ("bananas", 800, "hofm", plain()),
    ("flights_late", 400, "hofm", plain()), ("trump_approval", 400, "hofm", slow(0.0001)),
    ("chick_weights", 578, "hofm", slow(0.00001)),
]


def main():
    runs = []
    for name, rows, prefix, (spec, arguments) in RUNS:
        is_regression = task(name) == "regression"
        of = getattr(facto, prefix.upper() + ("Regressor" if is_regression else "Classifier"))
        seeds = []
        for seed in range(1, SEEDS + 1):
            points = progressive(scaled(name, of(seed=seed, **arguments())), name, limit=rows)
            seeds.append({k: v for k, v in points[-1].items() if k not in ("events", "answer")})
        learner = {f"{prefix}_{'regressor' if is_regression else 'classifier'}": spec}
        runs.append({"stream": name, "rows": rows, "model": ["standard_scaler", learner], "seeds": seeds})
    write(__file__, runs)


main()
